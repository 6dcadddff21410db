//! From bytes to bars: layers of compression off, then the reader of the format found.

use std::io::{self, BufReader};
use std::sync::Arc;

#[cfg(feature = "remote")]
use bytes::Buf as _;

use super::collect::{Collector, Mark, Symbol};
#[cfg(feature = "remote")]
use super::remote::{Fetch, Fetched};
use super::sniff::{Content, HEAD, sniff};
use super::stream::{Blob, Stream, gunzip, peek, unzstd, without_mark};
use super::{Bars, DatasetError, ErrorKind, Request, archive, arrow_ipc, csv, json};

/// How an input is to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) request: &'a Request,
    /// Count bad rows instead of refusing the input.
    pub(crate) lenient: bool,
    /// The bytes come out of an archive, so that another archive in them is refused.
    pub(crate) in_archive: bool,
    /// The decimal mark of what was before, if these bytes go on from something.
    pub(crate) mark: Option<Mark>,
}

impl<'a> Reading<'a> {
    pub(crate) fn strict(request: &'a Request) -> Self {
        Self {
            request,
            lenient: false,
            in_archive: false,
            mark: None,
        }
    }

    pub(crate) fn lenient(request: &'a Request) -> Self {
        Self {
            lenient: true,
            ..Self::strict(request)
        }
    }
}

/// What one input holds.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    pub(crate) bars: Vec<Bars>,
    /// Rows that a lenient reading left out, and why the first of them.
    pub(crate) n_unreadable: usize,
    pub(crate) first_error: Option<DatasetError>,
    /// The layers found, such as `gzip, csv (comma, header)`.
    pub(crate) format: String,
    /// The decimal mark, where it may be a comma and there was one.
    pub(crate) mark: Option<Mark>,
}

impl Decoded {
    fn of(rows: Collector<'_>, format: String) -> Result<Self, DatasetError> {
        let mark = rows.mark.get();
        let (bars, troubles) = rows.finish()?;
        Ok(Self {
            bars,
            n_unreadable: troubles.count,
            first_error: troubles.first,
            format,
            mark,
        })
    }

    /// Bars that need no decoding.
    pub(crate) fn of_bars(bars: &Bars, request: &Request) -> Result<Self, DatasetError> {
        if let Some(wanted) = request.symbol.as_deref()
            && !wanted.eq_ignore_ascii_case(&bars.symbol)
        {
            let symbol = &bars.symbol;
            return Err(DatasetError::no_such_symbol(symbol, wanted, symbol));
        }
        Ok(Self {
            bars: vec![bars.clone()],
            format: "bars of a program".to_owned(),
            ..Self::default()
        })
    }

    pub(crate) fn add_troubles(&mut self, n_unreadable: usize, first_error: Option<DatasetError>) {
        self.n_unreadable += n_unreadable;
        self.first_error = self.first_error.take().or(first_error);
    }
}

/// An input with its name and symbol.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) path: Arc<str>,
    pub(crate) symbol: Symbol,
}

impl Named {
    fn rows<'a>(&self, reading: Reading<'a>) -> Collector<'a> {
        let (path, symbol) = (Arc::clone(&self.path), self.symbol.clone());
        let rows = Collector::new(path, symbol, reading.request, reading.lenient);
        rows.mark.set(reading.mark);
        rows
    }
}

/// Layers of compression that are taken off; more is not data but a trap.
const LAYERS: usize = 3;

/// Decodes a stream; `blob` gives random access to the same bytes if they lie in a file or in memory.
pub(crate) fn decode(
    stream: Stream<'_>,
    mut blob: Option<Blob>,
    named: &Named,
    reading: Reading<'_>,
) -> Result<Decoded, DatasetError> {
    let fail = |error| DatasetError::from_io(&named.path, error);
    let mut stream = stream;
    let mut layers = Vec::new();
    for _ in 0..=LAYERS {
        let (head, whole) = peek(stream).map_err(fail)?;
        let content = sniff(&head);
        match content {
            Content::Gzip => {
                layers.push("gzip".to_owned());
                stream = gunzip(whole);
            }
            Content::Zstd => {
                layers.push("zstd".to_owned());
                stream = unzstd(whole).map_err(fail)?;
            }
            _ => {
                let mut decoded = decode_plain(content, whole, blob, named, reading)?;
                layers.push(decoded.format);
                decoded.format = layers.join(", ");
                return Ok(decoded);
            }
        }
        blob = None;
    }
    Err(unknown(
        &named.path,
        "compressed more than three times over",
    ))
}

/// Decodes bytes in memory: text as it lies there.
pub(crate) fn decode_bytes(
    bytes: &[u8],
    named: &Named,
    reading: Reading<'_>,
) -> Result<Decoded, DatasetError> {
    let mut rows = named.rows(reading);
    let format = match sniff(&bytes[..bytes.len().min(HEAD)]) {
        Content::Text => csv::read(bytes, &mut rows)?,
        Content::JsonLines => json::read_lines(bytes, &mut rows)?,
        _ => return decode(Box::new(bytes), None, named, reading),
    };
    Decoded::of(rows, format)
}

/// Decodes what was fetched of an object.
#[cfg(feature = "remote")]
pub(crate) fn decode_fetched(
    fetched: Fetched,
    named: &Named,
    reading: Reading<'_>,
) -> Result<Decoded, DatasetError> {
    match fetched.content {
        Fetch::Whole(bytes) => {
            let blob = Blob::Memory(bytes.clone());
            decode(Box::new(bytes.reader()), Some(blob), named, reading)
        }
        // There is no first byte to tell the format by, and no need to.
        Fetch::Parquet(sparse) => {
            let (nothing, blob) = (Box::new(io::empty()), Blob::Sparse(sparse));
            decode_plain(Content::Parquet, nothing, Some(blob), named, reading)
        }
    }
}

fn decode_plain(
    content: Content,
    stream: Stream<'_>,
    blob: Option<Blob>,
    named: &Named,
    reading: Reading<'_>,
) -> Result<Decoded, DatasetError> {
    let fail = |error: io::Error| DatasetError::from_io(&named.path, error);
    let spooled = |stream| blob.map_or_else(|| Blob::spool(stream), Ok).map_err(fail);
    let mut rows = named.rows(reading);
    let format = match content {
        Content::Text => csv::read(buffered(stream), &mut rows)?,
        Content::JsonArray => json::read_array(without_mark(stream).map_err(fail)?, &mut rows)?,
        Content::JsonLines => json::read_lines(buffered(stream), &mut rows)?,
        Content::Parquet => super::parquet::read(spooled(stream)?, &mut rows)?,
        Content::ArrowFile => arrow_ipc::read_file(&spooled(stream)?, &mut rows)?,
        Content::ArrowStream => arrow_ipc::read_stream(&spooled(stream)?, &mut rows)?,
        Content::Zip if reading.in_archive => {
            return Err(unknown(&named.path, "an archive inside an archive"));
        }
        Content::Zip => return archive::read(&spooled(stream)?, named, reading),
        Content::Empty => {
            return Err(
                DatasetError::new(ErrorKind::Empty, &named.path, "the file is empty")
                    .remedy("leave the file out or fetch it again"),
            );
        }
        Content::Unsupported(what) => return Err(unknown(&named.path, what)),
        _ => return Err(unknown(&named.path, "binary data of no known format")),
    };
    Decoded::of(rows, format)
}

fn buffered(stream: Stream<'_>) -> BufReader<Stream<'_>> {
    BufReader::with_capacity(1 << 16, stream)
}

fn unknown(path: &str, what: &str) -> DatasetError {
    DatasetError::new(
        ErrorKind::UnknownFormat,
        path,
        format!("the data is {what}"),
    )
    .remedy("give CSV, Parquet, Arrow IPC or JSON, plain or in gzip, zstd or zip")
}

/// Reads bars from bytes in memory; `name` stands in for the path and gives the symbol.
///
/// # Errors
///
/// As [`Source::read`](super::Source::read).
///
/// ```
/// use atc_cli::engine::dataset::{Request, read_bytes};
///
/// let bars = read_bytes("btc.csv", b"time,close\n2024-01-01,1.5\n2024-01-02,1.75\n", &Request::default())?;
/// assert_eq!(bars[0].symbol, "btc");
/// assert_eq!(bars[0].close, [1.5, 1.75]);
/// # Ok::<(), atc_cli::engine::dataset::DatasetError>(())
/// ```
pub fn read_bytes(name: &str, bytes: &[u8], request: &Request) -> Result<Vec<Bars>, DatasetError> {
    let named = Named {
        path: name.into(),
        symbol: Symbol::Stem(name.into()),
    };
    let blob = Blob::Memory(bytes::Bytes::copy_from_slice(bytes));
    Ok(decode(
        Box::new(bytes),
        Some(blob),
        &named,
        Reading::strict(request),
    )?
    .bars)
}
