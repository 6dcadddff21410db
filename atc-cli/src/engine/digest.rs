//! A digest of results: equal exactly when all their bits are.

use std::fmt;

use atc_core::{Detail, Family};
use serde::{Serialize, Serializer};

use super::{Ending, Output};

/// 256 bits over everything that was computed of a workload, in the order of its series.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(blake3::Hash);

impl Digest {
    /// The digest of the results of a workload.
    ///
    /// Floats count by their bits; NaNs, which have many, count as one.
    pub fn of(outputs: &[Output]) -> Self {
        let mut hasher = Hasher(blake3::Hasher::new());
        hasher.count(outputs.len());
        for output in outputs {
            match output {
                Output::Average(column) => hasher.column(column),
                Output::Columns(columns) => {
                    columns.iter().for_each(|(_, column)| hasher.column(column));
                }
                Output::Detail(detail) => hasher.detail(detail),
                Output::Last(ending) => hasher.ending(ending),
            }
        }
        Self(hasher.0.finalize())
    }

    /// The first twelve digits: enough to compare by eye.
    pub fn short(&self) -> String {
        self.0.to_hex()[..12].to_owned()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Takes values in; every list begins with its length.
struct Hasher(blake3::Hasher);

impl Hasher {
    fn count(&mut self, n: usize) {
        self.0.update(&(n as u64).to_le_bytes());
    }

    fn column(&mut self, values: &[f64]) {
        self.count(values.len());
        // In pieces that fit the stack, since hashing value by value is slow.
        let mut bytes = [0; 8 * 512];
        for piece in values.chunks(512) {
            for (slot, value) in bytes.chunks_exact_mut(8).zip(piece) {
                slot.copy_from_slice(&bits(*value).to_le_bytes());
            }
            self.0.update(&bytes[..8 * piece.len()]);
        }
    }

    fn detail(&mut self, detail: &Detail) {
        let columns = detail.columns.iter();
        columns.for_each(|(_, column)| self.column(column));
        for family in Family::ALL {
            for line in 0..9 {
                self.column(&detail.averages[family][line]);
                self.column(&detail.equities[family][line]);
                let signals = &detail.signals[family][line];
                let signals: Vec<f64> = signals.iter().copied().map(f64::from).collect();
                self.column(&signals);
            }
        }
    }

    fn ending(&mut self, ending: &Ending) {
        self.count(ending.n_bars);
        if let Some(reading) = &ending.reading {
            self.column(&reading.signals.0);
            self.column(&reading.equities.0);
            self.column(&[reading.average_signal]);
            self.0.update(reading.trend.name().as_bytes());
            self.count(reading.flip.into());
        }
        if let Some(flip) = &ending.last_flip {
            self.count(flip.bar);
            self.0.update(flip.trend.name().as_bytes());
        }
    }
}

fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN } else { value }.to_bits()
}
