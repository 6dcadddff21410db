#![doc = include_str!("../README.md")]
#![expect(
    clippy::inline_always,
    reason = "the kernel takes on the instruction set of its caller only where it is inlined"
)]

#[cfg(feature = "arrow")]
mod arrow;
mod batch;
mod carry;
mod check;
mod classifier;
mod error;
mod family;
mod growth;
mod kernel;
mod lanes;
mod params;
mod plan;
mod profile;
mod snapshot;
mod state;
mod strand;
mod sweep;
mod trend;
mod universe;
#[cfg(feature = "serde")]
mod wire;

#[doc = include_str!("../SEMANTICS.md")]
pub mod semantics {}

#[cfg(feature = "arrow")]
pub use arrow::values;
pub use batch::{
    Columns, Detail, Isa, Last, PieceEnd, Pieces, Series, Workspace, average_signal, classify,
    classify_detail, classify_last,
};
pub use carry::{Carry, FamilyCarry};
pub use classifier::{Bar, Cells, Classifier, Reading, Signal};
pub use error::Error;
pub use family::{Family, PerFamily};
pub use params::{Gaps, Params, Preset, Robustness};
pub use plan::{EQUITY_FLOOR, MAX_CUTOUT, MAX_LENGTH, MAX_WEIGHT, Plan, TIE_BAND};
pub use profile::{
    Cut, DemaSeed, Hma, IdleStep, KamaStart, LsmaAt, Profile, SwitchOverrides, Switches,
};
pub use snapshot::{ARITHMETIC, Snapshot};
pub use sweep::{Shared, Sweep, SweepWorkspace, Swept};
pub use trend::{Flip, Trend, TrendTracker};
pub use universe::{SymbolId, Universe};
