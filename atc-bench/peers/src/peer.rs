//! What a peer can do: moving averages of a whole series.

use anyhow::Result;
use atc_core::Family;

/// A library that computes moving averages.
pub(crate) trait Peer {
    /// The library and its version.
    fn name(&self) -> &'static str;

    /// One average of a series, the newest value last. Bars before its first value are left out or NaN.
    fn average(&mut self, family: Family, length: usize, close: &[f64]) -> Result<&[f64]>;
}

/// Every peer that was built in.
pub(crate) fn all() -> Vec<Box<dyn Peer>> {
    vec![
        Box::new(crate::ta_lib::TaLib::new()),
        #[cfg(feature = "vector-ta")]
        Box::new(crate::vector_ta::VectorTa::default()),
    ]
}
