//! What was asked, when: the memory that warming learns from.

use std::{
    fmt::Write as _,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

/// Bytes that are collected before they are written.
const BUFFER: usize = 64 << 10;

/// How often, and how far apart, a lock is tried: it is held while one buffer is written.
const TRIES: (u32, Duration) = (100, Duration::from_millis(1));

/// One request.
///
/// A [`Journal`] keeps it as the fields say; what is beyond their range is kept as the nearest that is not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Access {
    /// What was asked, in the caller's words: enough to ask it again.
    pub subject: String,
    /// When, in whole milliseconds since 1970, rounded down.
    pub at: SystemTime,
    /// Whether it was found.
    pub hit: bool,
    /// What it takes to compute, as far as known: to the nanosecond, up to 584 years.
    pub cost: Duration,
    /// Bytes it takes in the store.
    pub bytes: u64,
    /// How often it changes, if it does at regular times: every multiple of this since the epoch. In whole milliseconds,
    /// rounded down, but to no less than one.
    pub period: Option<Duration>,
}

/// A file of [`Access`]es, one line each, to which any number of processes may append.
///
/// A line that is torn or damaged is skipped when reading. The file is cut to its newer half when
/// it has grown beyond its limit. It is locked while it is cut, read or appended to. What is still
/// in the buffer is written on drop.
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
    /// Opens the journal at `path` for appending; beyond `limit` bytes, cuts it to its newer half, unless somebody is
    /// writing to it just then: whoever opens it next will.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or written.
    pub fn open(path: impl Into<PathBuf>, limit: u64) -> io::Result<Self> {
        let path = path.into();
        if fs::metadata(&path).is_ok_and(|metadata| limit < metadata.len()) {
            cut(&path, limit)?;
        }
        let mut options = OpenOptions::new();
        Ok(Self {
            // Windows locks no file that is open for appending alone.
            file: options.create(true).read(true).append(true).open(path)?,
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

    /// Writes the buffer, in one piece, so that lines of other processes do not get between. Once this has returned
    /// without an error, the lines are there for everybody.
    ///
    /// # Errors
    ///
    /// If it cannot be written; the buffer is empty then. With [`TimedOut`](io::ErrorKind::TimedOut) if another process
    /// has kept the file locked for a tenth of a second.
    pub fn flush(&mut self) -> io::Result<()> {
        let mut lines = std::mem::take(&mut self.buffer);
        if lines.is_empty() {
            return Ok(());
        }
        let _locked = Locked::in_time(&self.file)?;
        if is_torn(&self.file) {
            lines.insert(0, '\n');
        }
        (&self.file).write_all(lines.as_bytes())
    }

    /// All whole lines of the journal at `path`, oldest first; none if there is no such file.
    ///
    /// # Errors
    ///
    /// If the file is there and cannot be read.
    pub fn read(path: &Path) -> io::Result<Vec<Access>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut content = Vec::new();
        // If it stays locked, the worst is that some lines are missing, or there twice.
        let locked = Locked::in_time(&file).ok();
        (&file).read_to_end(&mut content)?;
        drop(locked);
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

/// A file that nobody else cuts, reads or appends to, as long as this lives.
struct Locked<'a>(&'a File);

impl<'a> Locked<'a> {
    /// Locks a file if nobody else has. Where locks are unknown, as on some network, it goes without.
    fn at_once(file: &'a File) -> Option<Self> {
        match file.try_lock() {
            Ok(()) | Err(TryLockError::Error(_)) => Some(Self(file)),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Waits for those who write just now; not for one that hangs.
    fn in_time(file: &'a File) -> io::Result<Self> {
        let (tries, pause) = TRIES;
        for _ in 0..tries {
            if let Some(locked) = Self::at_once(file) {
                return Ok(locked);
            }
            thread::sleep(pause);
        }
        let reason = "another process keeps the journal locked";
        Err(io::Error::new(io::ErrorKind::TimedOut, reason))
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // Closing the file is not enough: a child that was forked just now still has it open.
        let _ = self.0.unlock();
    }
}

/// Leaves the newer half of a journal that is longer than `limit`.
fn cut(path: &Path, limit: u64) -> io::Result<()> {
    let file = File::options().read(true).write(true).open(path)?;
    let Some(_locked) = Locked::at_once(&file) else {
        return Ok(());
    };
    let mut content = Vec::new();
    (&file).read_to_end(&mut content)?;
    // Another one may have cut it meanwhile.
    if content.len() as u64 <= limit {
        return Ok(());
    }
    let newer = &content[content.len() - limit as usize / 2..];
    // From the first whole line on.
    let start = newer.iter().position(|&byte| byte == b'\n');
    let newer = &newer[start.map_or(0, |end| end + 1)..];
    // In place, so that those who have it open go on appending to it. What is kept fits in front of where it lies: if we
    // are killed in between, it is there twice.
    (&file).rewind()?;
    (&file).write_all(newer)?;
    file.set_len(newer.len() as u64)
}

/// Whether the last line has no end: whoever wrote it was killed, or had no room on the disk.
fn is_torn(mut file: &File) -> bool {
    let mut last = [b'\n'];
    // A file that is empty has no last byte.
    let _ = file
        .seek(SeekFrom::End(-1))
        .and_then(|_| file.read_exact(&mut last));
    last != [b'\n']
}

/// Time, hit or miss, cost, bytes, period, subject. A subject with line breaks is escaped.
fn to_line(access: &Access) -> String {
    let at = access.at.duration_since(SystemTime::UNIX_EPOCH);
    let period = access.period.map_or(0, |period| millis(period).max(1));
    let subject = access.subject.replace('\\', "\\\\");
    let subject = subject.replace('\n', "\\n").replace('\r', "\\r");
    format!(
        "{} {} {} {} {} {subject}",
        millis(at.unwrap_or_default()),
        if access.hit { "hit" } else { "miss" },
        u64::try_from(access.cost.as_nanos()).unwrap_or(u64::MAX),
        access.bytes,
        period,
    )
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn from_bytes(line: &[u8]) -> Option<Access> {
    let (expected, line) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    if check(line) != expected {
        return None;
    }
    let mut fields = line.splitn(6, ' ');
    let mut number = || fields.next()?.parse::<u64>().ok();
    let at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(number()?))?;
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
