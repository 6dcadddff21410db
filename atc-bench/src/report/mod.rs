//! What was measured, for people and for programs.

#[cfg(feature = "engine")]
mod compare;
mod document;
#[cfg(feature = "engine")]
mod html;
#[cfg(feature = "engine")]
mod matrix;
#[cfg(feature = "engine")]
mod modes;
#[cfg(feature = "engine")]
mod notes;
mod sheet;

#[cfg(feature = "engine")]
pub use compare::CompareError;
pub use document::{FillError, fill};
#[cfg(feature = "engine")]
pub use matrix::Report;
pub use sheet::Sheet;

/// Today's date where this machine is, as ISO 8601.
pub fn today() -> String {
    jiff::Zoned::now().date().to_string()
}
