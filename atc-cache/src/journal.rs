//! What was asked, when: the memory that warming learns from.

use std::{
    fmt::Write as _,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// Bytes that are collected before they are written.
const BUFFER: usize = 64 << 10;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// What was asked, in the caller's words: enough to ask it again.
    pub subject: String,
    /// When, to the millisecond.
    pub at: SystemTime,
    /// Whether it was found.
    pub hit: bool,
    /// What it takes to compute, as far as known.
    pub cost: Duration,
    /// Bytes it takes in the store.
    pub bytes: u64,
    /// How often it changes, if it does at regular times: every multiple of this since the epoch.
    pub period: Option<Duration>,
}

/// A file of [`Access`]es, one line each, to which any number of processes may append.
///
/// A line that is torn or damaged is skipped when reading. The file is cut to its newer half when
/// it has grown beyond its limit. What is still in the buffer is written on drop.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use atc_cache::{Access, Journal};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("journal");
/// let access = Access {
///     subject: "btc.csv {\"lambda\":0.02}".into(),
///     at: SystemTime::UNIX_EPOCH + Duration::from_secs(1_763_892_000),
///     hit: false,
///     cost: Duration::from_micros(80),
///     bytes: 4096,
///     period: Some(Duration::from_mins(15)),
/// };
/// let mut journal = Journal::open(&path, 1 << 20)?;
/// journal.append(&access)?;
/// drop(journal);
/// assert_eq!(Journal::read(&path)?, [access]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Journal {
    file: File,
    buffer: String,
}

impl Journal {
    /// Opens the journal at `path` for appending; beyond `limit` bytes, cuts it to its newer half.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or written.
    pub fn open(path: impl Into<PathBuf>, limit: u64) -> io::Result<Self> {
        let path = path.into();
        if fs::metadata(&path).is_ok_and(|metadata| limit < metadata.len()) {
            let content = fs::read(&path)?;
            let newer = &content[content.len() - limit as usize / 2..];
            // From the first whole line on.
            let start = newer.iter().position(|&byte| byte == b'\n');
            let draft = path.with_extension(std::process::id().to_string());
            fs::write(&draft, &newer[start.map_or(0, |end| end + 1)..])?;
            fs::rename(draft, &path)?;
        }
        Ok(Self {
            file: OpenOptions::new().create(true).append(true).open(path)?,
            buffer: String::new(),
        })
    }

    /// Adds a line; it may stay in the buffer for a while.
    ///
    /// # Errors
    ///
    /// If the buffer had to be written and could not; it is empty then.
    pub fn append(&mut self, access: &Access) -> io::Result<()> {
        let line = to_line(access);
        // Cannot fail: a String takes anything.
        let _ = writeln!(self.buffer, "{} {line}", check(&line));
        if BUFFER < self.buffer.len() {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes the buffer, in one piece, so that lines of other processes do not get between.
    ///
    /// # Errors
    ///
    /// If it cannot be written; the buffer is empty then.
    pub fn flush(&mut self) -> io::Result<()> {
        let lines = std::mem::take(&mut self.buffer);
        self.file.write_all(lines.as_bytes())
    }

    /// All whole lines of the journal at `path`, oldest first; none if there is no such file.
    ///
    /// # Errors
    ///
    /// If the file is there and cannot be read.
    pub fn read(path: &Path) -> io::Result<Vec<Access>> {
        let content = match fs::read(path) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let lines = content.split(|&byte| byte == b'\n');
        Ok(lines.filter_map(from_bytes).collect())
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // A journal that cannot be written costs warmth, not results.
        let _ = self.flush();
    }
}

/// Time, hit or miss, cost, bytes, period, subject. A subject with line breaks is escaped.
fn to_line(access: &Access) -> String {
    let at = access.at.duration_since(SystemTime::UNIX_EPOCH);
    let subject = access.subject.replace('\\', "\\\\");
    let subject = subject.replace('\n', "\\n").replace('\r', "\\r");
    format!(
        "{} {} {} {} {} {subject}",
        at.unwrap_or_default().as_millis(),
        if access.hit { "hit" } else { "miss" },
        access.cost.as_nanos(),
        access.bytes,
        access.period.unwrap_or_default().as_millis(),
    )
}

fn from_bytes(line: &[u8]) -> Option<Access> {
    let (expected, line) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    if check(line) != expected {
        return None;
    }
    let mut fields = line.splitn(6, ' ');
    let mut number = || fields.next()?.parse::<u64>().ok();
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(number()?);
    let hit = fields.next()? == "hit";
    let mut number = || fields.next()?.parse::<u64>().ok();
    let (cost, bytes, period) = (number()?, number()?, number()?);
    Some(Access {
        subject: unescape(fields.next()?),
        at,
        hit,
        cost: Duration::from_nanos(cost),
        bytes,
        period: (0 < period).then(|| Duration::from_millis(period)),
    })
}

/// Eight hexadecimal digits that a damaged line does not have.
fn check(line: &str) -> String {
    blake3::hash(line.as_bytes()).to_hex()[..8].to_owned()
}

fn unescape(text: &str) -> String {
    let mut characters = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                _ => '\\',
            },
            other => other,
        });
    }
    plain
}
