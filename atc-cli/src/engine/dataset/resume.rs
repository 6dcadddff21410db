//! Text that is read again after it was appended to: only what was added is parsed.
//!
//! The bytes that were there are hashed, not trusted: appending is told from rewriting by content. Who knows that
//! texts are only ever appended to may have their beginnings and ends alone looked at.

use std::cell::RefCell;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use memchr::memchr_iter;

use super::decode::{Decoded, Named, Reading, decode_bytes};
use super::disk::read_exact_at;
use super::seal::{self, Seal};
use super::sniff::{Content, HEAD, sniff};
use super::source::Part;
use super::{Bars, DatasetError, Request, Source};

/// Texts up to this size are read in one piece.
const SIZE_LIMIT: u64 = 64 << 20;
/// A buffer up to this size is used again.
const KEPT: usize = 4 << 20;

/// What lets a text be read from where it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resume {
    /// Bytes up to the end of its first row of data.
    pub(crate) preamble: u64,
    /// Digests of its bytes, the last of which ends the row of its last bar.
    pub(crate) seal: Seal,
}

/// A text that has grown, as far as it has to be known.
struct Grown<'a> {
    /// Its first bytes, with all of the preamble.
    head: &'a [u8],
    /// What follows the blocks of what was there before.
    rest: &'a [u8],
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
            [Part::File(path)] => Some(Path::new(&**path)),
            _ => None,
        }
    }

    /// As [`read`](Self::read), and says how to go on when the source has grown.
    pub(crate) fn read_marked(&self, request: &Request) -> Result<Marked, DatasetError> {
        let decode = |text: &[u8]| {
            let Decoded { bars, .. } = self.decode_text(text, request)?;
            let resume = preamble(text, &bars).map(|preamble| Resume {
                preamble,
                seal: Seal::of(text),
            });
            Ok(Marked { bars, resume })
        };
        let marked = self.only_file().and_then(|path| with_text(path, decode));
        marked.unwrap_or_else(|| {
            let bars = self.read(request)?;
            Ok(Marked { bars, resume: None })
        })
    }

    /// Whether the file still holds the very bytes that `then` is about, and no more.
    pub(crate) fn is_as_it_was(&self, then: &Resume) -> bool {
        let path = self.only_file();
        path.and_then(|path| with_text(path, |text| then.seal.fits(text))) == Some(true)
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
        let appended = |text: &[u8]| {
            let old = text.get(..usize::try_from(then.seal.length).ok()?)?;
            let grown = Grown {
                head: old,
                rest: &text[then.seal.n_whole()..],
            };
            let is_as_it_was = then.seal.fits(old);
            is_as_it_was.then(|| self.appended(&grown, request, (then, last)))?
        };
        with_text(self.only_file()?, appended).flatten()
    }

    /// As [`read_appended`](Self::read_appended), of a text that is only ever appended to and has `length` bytes now:
    /// what lies between its first bytes and its last ones is not looked at.
    pub(crate) fn read_only_appended(
        &self,
        request: &Request,
        (then, length): (&Resume, u64),
        last: (f64, Option<i64>),
    ) -> Option<Marked> {
        let file = File::open(self.only_file()?).ok()?;
        let mut ends = TEXT.take();
        let appended = read_ends(&file, (then, length), &mut ends).and_then(|n_head| {
            let (head, rest) = ends.split_at(n_head);
            self.appended(&Grown { head, rest }, request, (then, last))
        });
        keep(ends);
        appended
    }

    fn appended(
        &self,
        text: &Grown<'_>,
        request: &Request,
        (then, last): (&Resume, (f64, Option<i64>)),
    ) -> Option<Marked> {
        let n_old = usize::try_from(then.seal.length).ok()? - then.seal.n_whole();
        let (old, new) = text.rest.split_at_checked(n_old)?;
        if !then.seal.begins_with(text.head) || !then.seal.ends_with(old) {
            return None;
        }
        let first_rows = text.head.get(..usize::try_from(then.preamble).ok()?)?;
        let excerpt = [first_rows, last_line(old)?, new].concat();
        let Decoded { mut bars, mark, .. } = self.decode_text(&excerpt, request).ok()?;
        // Rows that are not looked at may have another decimal mark.
        let n_old_rows = || memchr_iter(b'\n', first_rows).count() as u64 + 1;
        if mark.is_some_and(|mark| n_old_rows() < mark.row) {
            return None;
        }
        let preamble = preamble(&excerpt, &bars);
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
            preamble: then.preamble,
            seal: then.seal.lengthened(text.rest),
        });
        Some(Marked { bars, resume })
    }

    fn decode_text(&self, text: &[u8], request: &Request) -> Result<Decoded, DatasetError> {
        let named = Named {
            path: self.parts[0].name(),
            symbol: self.symbol.clone(),
        };
        decode_bytes(text, &named, Reading::strict(request))
    }
}

thread_local! {
    /// Where this thread reads texts: memory that was used before costs no new pages.
    static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What `use_it` makes of the bytes of a file that is plain text with a row per line; `None` if it
/// is anything else.
fn with_text<T>(path: &Path, use_it: impl FnOnce(&[u8]) -> T) -> Option<T> {
    let mut text = TEXT.take();
    text.clear();
    let used = read_text(path, &mut text).map(|()| use_it(&text));
    keep(text);
    used
}

/// Keeps a buffer for the next text.
fn keep(text: Vec<u8>) {
    if text.capacity() <= KEPT {
        TEXT.set(text);
    }
}

/// Reads the head of a text, and what follows the blocks it had, up to `length`; returns how long the head is.
///
/// `None` if it does not end with a row: somebody is writing.
fn read_ends(file: &File, (then, length): (&Resume, u64), ends: &mut Vec<u8>) -> Option<usize> {
    let n_head = then.seal.length.min(then.preamble.max(seal::HEAD as u64)) as usize;
    let from = then.seal.n_whole() as u64;
    let n_rest = length.checked_sub(from).filter(|n| *n <= SIZE_LIMIT)?;
    ends.resize(n_head + n_rest as usize, 0);
    let (head, rest) = ends.split_at_mut(n_head);
    read_exact_at(file, head, 0).ok()?;
    read_exact_at(file, rest, from).ok()?;
    ends.ends_with(b"\n").then_some(n_head)
}

fn read_text(path: &Path, text: &mut Vec<u8>) -> Option<()> {
    let mut file = File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() || SIZE_LIMIT < metadata.len() {
        return None;
    }
    text.reserve(metadata.len() as usize + 1);
    (&mut file).take(HEAD as u64).read_to_end(text).ok()?;
    if !matches!(sniff(text), Content::Text | Content::JsonLines) {
        return None;
    }
    file.read_to_end(text).ok()?;
    Some(())
}

/// Bytes of `text` up to the end of the first bar's row, if it holds one series and nothing after
/// the row of its last bar.
fn preamble(text: &[u8], bars: &[Bars]) -> Option<u64> {
    let [bars] = bars else {
        return None;
    };
    let last = bars.len().checked_sub(1)?;
    let is_there = |column: &[f64]| column[last].is_finite();
    if !is_there(&bars.close) || !bars.source.as_deref().is_none_or(is_there) {
        return None;
    }
    let n_lines = memchr_iter(b'\n', text).count() as u64;
    if !text.ends_with(b"\n") || bars.row_of(last)?.row != n_lines {
        return None;
    }
    let first = usize::try_from(bars.row_of(0)?.row).ok()?;
    let end = memchr_iter(b'\n', text).nth(first.checked_sub(1)?)?;
    Some(end as u64 + 1)
}

/// The last line with its end.
fn last_line(text: &[u8]) -> Option<&[u8]> {
    let body = text.strip_suffix(b"\n")?;
    let from = body.iter().rposition(|byte| *byte == b'\n');
    Some(&text[from.map_or(0, |end| end + 1)..])
}
