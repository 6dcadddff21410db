//! From bytes to bars: layers of compression off, then the reader of the format found.

use std::io;
use std::sync::Arc;

use super::collect::{Collector, Symbol, Troubles};
use super::sniff::{Content, sniff};
use super::stream::{Blob, Stream, gunzip, peek, unzstd};
use super::{Bars, DatasetError, ErrorKind, Request, archive, csv};

/// How an input is to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) request: &'a Request,
    /// Count bad rows instead of refusing the input.
    pub(crate) lenient: bool,
}

/// What one input holds.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    pub(crate) bars: Vec<Bars>,
    pub(crate) troubles: Troubles,
    /// The layers found, such as `gzip, csv (comma, header)`.
    pub(crate) format: String,
}

/// An input with its name and symbol.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) path: Arc<str>,
    pub(crate) symbol: Symbol,
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

fn decode_plain(
    content: Content,
    stream: Stream<'_>,
    blob: Option<Blob>,
    named: &Named,
    reading: Reading<'_>,
) -> Result<Decoded, DatasetError> {
    let spooled = |stream| {
        let blob = blob.map_or_else(|| Blob::spool(stream), Ok);
        blob.map_err(|error: io::Error| DatasetError::from_io(&named.path, error))
    };
    let mut rows = Collector::new(
        Arc::clone(&named.path),
        named.symbol.clone(),
        reading.request,
        reading.lenient,
    );
    let format = match content {
        Content::Text => csv::read(stream, &mut rows)?,
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
    let (bars, troubles) = rows.finish()?;
    Ok(Decoded {
        bars,
        troubles,
        format,
    })
}

fn unknown(path: &str, what: &str) -> DatasetError {
    DatasetError::new(
        ErrorKind::UnknownFormat,
        path,
        format!("the data is {what}"),
    )
    .remedy("give CSV, Parquet, Arrow IPC or JSON, plain or in gzip, zstd or zip")
}
