//! The engine: inputs, plan, run and sink, where the crates meet.
//!
//! An [`Engine`] is an executor (how jobs run) times an evaluator (who computes a tile of series):
//!
//! ```text
//! discover → Source ─ read → Bars ─ evaluate → Output ┬ scan:    one Row per symbol
//!            (a job is a tile of sources)             └ compute: one Frame per symbol → Sink
//! ```
//!
//! Results come in the order of the sources whatever the executor, and a scan keeps of each symbol
//! only its row, so that memory does not grow with the number of files.

pub mod dataset;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod inspect;
pub mod prove;
pub mod sink;
pub mod why;

mod background;
mod builder;
mod cache;
mod checked;
mod compute;
mod digest;
mod endings;
mod error;
mod evaluate;
mod lock;
mod meter;
mod reference;
mod run;
mod scan;
mod stream;
mod sweep;
mod warm;
mod watch;

pub use self::builder::{Engine, EngineBuilder};
pub use self::cache::{
    Cache, CacheStatistics, Explained, Holdings, Query, Recorded, SeriesExplained, Trust,
};
pub use self::compute::{Computed, Content, Labels};
pub use self::digest::Digest;
pub use self::error::{EngineError, Failure, Refusal};
pub use self::evaluate::{
    CpuEvaluator, Ending, Evaluate, EvaluateError, Output, Prices, Tile, Wanted, last_block,
};
pub use self::meter::Spent;
pub use self::reference::BarByBar;
pub use self::scan::{Row, Scan, digest};
pub use self::stream::{Classified, ClassifyStream};
pub use self::sweep::{SetStand, SweepScan, SweptSymbol};
pub use self::warm::{Budget, Warmed};
pub use self::watch::{Change, Event, Feed, Look, Watch};
