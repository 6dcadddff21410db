//! Inputs: what the user names becomes sources, sources become bars.
//!
//! [`discover`] turns paths, folders, patterns and `-` into [`Source`]s; [`Source::read`] gives the
//! [`Bars`] of every symbol inside. Formats are told by content, never by extension:
//!
//! | format | detail |
//! |---|---|
//! | CSV | delimiter, header and time unit are sniffed; Binance klines with and without header, TradingView, freqtrade, plain OHLCV, `close` alone |
//! | Parquet | only the needed columns are decoded |
//! | Arrow IPC | file, stream and Feather 2, plain, LZ4 or Zstandard |
//! | JSON | rows `[[time, o, h, l, c, v], ..]`, arrays of objects, JSON lines |
//! | gzip, Zstandard, zip | around any of these |
//!
//! Inputs lie on disk, or at `s3://` and `http(s)://` (feature `remote`, on by default).
//!
//! Symbols come from a hive folder `symbol=X`, else a column `symbol`, else the file's name.
//! Whatever the bytes are, the result is bars or one [`DatasetError`]; never a panic.

mod archive;
mod arrow_ipc;
mod bars;
mod cast;
mod collect;
mod columnar;
mod csv;
mod decode;
mod dialect;
mod discover;
mod disk;
mod error;
mod feed;
mod finder;
mod fixed_time;
mod folder;
mod folders;
mod guard;
mod json;
mod layout;
mod lines;
mod moments;
mod near;
mod number;
mod own;
mod parquet;
mod pattern;
mod place;
#[cfg(feature = "remote")]
mod remote;
mod request;
mod resume;
mod seal;
mod seam;
mod sniff;
mod source;
mod split;
mod stream;
mod time;

pub use self::bars::{Bars, Place};
pub use self::decode::read_bytes;
#[cfg(feature = "remote")]
pub use self::discover::discover_with;
pub use self::discover::{Discovered, discover};
pub(crate) use self::disk::waited;
pub(crate) use self::error::counted;
pub use self::error::{DatasetError, ErrorKind};
pub use self::feed::LineReader;
pub use self::finder::Finder;
pub use self::folders::Folders;
#[cfg(feature = "remote")]
pub use self::remote::Remote;
pub use self::request::{Request, SourceColumn};
pub(crate) use self::resume::{Marked, Resume};
pub(crate) use self::seal::Seal;
pub use self::source::Source;
pub(crate) use self::source::Version;
pub use self::time::format_time;
