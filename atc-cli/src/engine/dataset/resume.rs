//! Text that is read again after it was appended to: only what was added is parsed.
//!
//! The bytes that were there are hashed, not trusted: appending is told from rewriting by content.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::decode::{Named, Reading, decode};
use super::sniff::{Content, HEAD, sniff};
use super::source::Part;
use super::{Bars, DatasetError, Request, Source};

/// Texts up to this size are read in one piece.
const SIZE_LIMIT: u64 = 64 << 20;

/// What lets a text be read from where it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resume {
    /// Bytes it had; the last of them ends the row of its last bar.
    pub(crate) length: u64,
    /// Bytes up to the end of its first row of data.
    pub(crate) preamble: u64,
    /// Digest of all its bytes.
    pub(crate) digest: [u8; 32],
}

/// Bars, and how to go on from there if that is possible.
pub(crate) struct Marked {
    pub(crate) bars: Vec<Bars>,
    pub(crate) resume: Option<Resume>,
}

impl Source {
    /// The file, if the source is a single one.
    fn only_file(&self) -> Option<&Path> {
        match self.parts.as_slice() {
            [Part::File(path)] => Some(path),
            _ => None,
        }
    }

    /// As [`read`](Self::read), and says how to go on when the source has grown.
    pub(crate) fn read_marked(&self, request: &Request) -> Result<Marked, DatasetError> {
        let Some(text) = self.only_file().and_then(read_text) else {
            let bars = self.read(request)?;
            return Ok(Marked { bars, resume: None });
        };
        let bars = self.decode_text(&text, request)?;
        let digest = || *blake3::hash(&text).as_bytes();
        let resume = mark(&text, &bars).map(|preamble| Resume {
            length: text.len() as u64,
            preamble,
            digest: digest(),
        });
        Ok(Marked { bars, resume })
    }

    /// Whether the file still holds the very bytes that `then` is about, and no more.
    pub(crate) fn is_as_it_was(&self, then: &Resume) -> bool {
        let text = self.only_file().and_then(read_text);
        text.is_some_and(|text| {
            text.len() as u64 == then.length && *blake3::hash(&text).as_bytes() == then.digest
        })
    }

    /// The bars that were appended to a text since `then`, when it ended with a bar of this close
    /// and time.
    ///
    /// `None` if it was not only appended to, or if anything about the new rows is unusual: reading
    /// all of it will tell.
    pub(crate) fn read_appended(
        &self,
        request: &Request,
        then: &Resume,
        last: (f64, Option<i64>),
    ) -> Option<Marked> {
        let text = read_text(self.only_file()?)?;
        let length = usize::try_from(then.length).ok()?;
        let (old, new) = text.split_at_checked(length)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(old);
        if *hasher.finalize().as_bytes() != then.digest {
            return None;
        }
        hasher.update(new);
        let first_rows = old.get(..usize::try_from(then.preamble).ok()?)?;
        let last_row = last_line(old)?;
        let excerpt = [first_rows, last_row, new].concat();
        let mut bars = self.decode_text(&excerpt, request).ok()?;
        let preamble = mark(&excerpt, &bars);
        let [all] = bars.as_mut_slice() else {
            return None;
        };
        let (close, time) = last;
        let at = |bar: usize| all.time.as_ref().map(|time| time[bar]);
        let fits = 2 < all.len() && all.close[1].to_bits() == close.to_bits() && at(1) == time;
        if !fits {
            return None;
        }
        // What is left is new; rows of the excerpt are not rows of the file.
        all.close.drain(..2);
        all.time.as_mut().map(|time| time.drain(..2));
        all.source.as_mut().map(|source| source.drain(..2));
        let resume = preamble.map(|_| Resume {
            length: text.len() as u64,
            preamble: then.preamble,
            digest: *hasher.finalize().as_bytes(),
        });
        Some(Marked { bars, resume })
    }

    fn decode_text(&self, text: &[u8], request: &Request) -> Result<Vec<Bars>, DatasetError> {
        let named = Named {
            path: self.parts[0].name(),
            symbol: self.symbol.clone(),
        };
        Ok(decode(Box::new(text), None, &named, Reading::strict(request))?.bars)
    }
}

/// The bytes of a file that is plain text with a row per line; `None` if it is anything else.
fn read_text(path: &Path) -> Option<Vec<u8>> {
    let mut file = fs::File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() || SIZE_LIMIT < metadata.len() {
        return None;
    }
    let mut text = Vec::with_capacity(metadata.len() as usize + 1);
    (&mut file).take(HEAD as u64).read_to_end(&mut text).ok()?;
    if !matches!(sniff(&text), Content::Text | Content::JsonLines) {
        return None;
    }
    file.take(SIZE_LIMIT).read_to_end(&mut text).ok()?;
    Some(text)
}

/// Bytes of `text` up to the end of the first bar's row, if it holds one series and nothing after
/// the row of its last bar.
fn mark(text: &[u8], bars: &[Bars]) -> Option<u64> {
    let [bars] = bars else {
        return None;
    };
    let last = bars.len().checked_sub(1)?;
    let is_there = |column: &[f64]| column[last].is_finite();
    if !is_there(&bars.close) || !bars.source.as_deref().is_none_or(is_there) {
        return None;
    }
    let n_lines = text.split(|byte| *byte == b'\n').count() as u64 - 1;
    if !text.ends_with(b"\n") || bars.row_of(last)?.row != n_lines {
        return None;
    }
    let first = usize::try_from(bars.row_of(0)?.row).ok()?;
    let mut ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let (end, _) = ends.nth(first.checked_sub(1)?)?;
    Some(end as u64 + 1)
}

/// The last line with its end.
fn last_line(text: &[u8]) -> Option<&[u8]> {
    let body = text.strip_suffix(b"\n")?;
    let from = body.iter().rposition(|byte| *byte == b'\n');
    Some(&text[from.map_or(0, |end| end + 1)..])
}
