//! `ta-lib`, the Rust port of TA-Lib.

use anyhow::Result;
use atc_core::Family;
use ta_lib::Core;

use crate::peer::Peer;

/// TA-Lib with outputs that are reused, which is its fastest way.
pub(crate) struct TaLib {
    core: Core,
    out: Vec<f64>,
    /// What an HMA is made of: the averages of half and of the whole length, and their combination.
    parts: [Vec<f64>; 3],
}

impl TaLib {
    pub(crate) fn new() -> Self {
        Self {
            core: Core::new(),
            out: Vec::new(),
            parts: Default::default(),
        }
    }

    /// The Hull average as three weighted ones, which is twice as fast as the library's own `hma`.
    fn hull(&mut self, length: usize, close: &[f64]) -> Result<usize> {
        let root = (1..=length).take_while(|s| s * s <= length).last();
        for part in &mut self.parts {
            part.resize(close.len(), 0.0);
        }
        let [half, whole, both] = &mut self.parts;
        let (core, end) = (&self.core, close.len() - 1);
        let fast = core.wma(0, end, close, (length / 2).max(1) as i32, half)?;
        let slow = core.wma(0, end, close, length as i32, whole)?;
        let fast = &half[slow.beg_idx - fast.beg_idx..];
        for ((both, fast), slow) in both.iter_mut().zip(fast).zip(&whole[..slow.count]) {
            *both = 2.0 * fast - slow;
        }
        let root = root.unwrap_or(1) as i32;
        let range = core.wma(0, slow.count - 1, &both[..slow.count], root, &mut self.out)?;
        Ok(range.count)
    }
}

impl Peer for TaLib {
    fn name(&self) -> &'static str {
        "ta-lib 0.8.3"
    }

    fn average(&mut self, family: Family, length: usize, close: &[f64]) -> Result<&[f64]> {
        self.out.resize(close.len(), 0.0);
        let (core, end, n) = (&self.core, close.len() - 1, length as i32);
        let range = match family {
            Family::Ema => core.ema(0, end, close, n, &mut self.out),
            Family::Wma => core.wma(0, end, close, n, &mut self.out),
            Family::Dema => core.dema(0, end, close, n, &mut self.out),
            Family::Lsma => core.linearreg(0, end, close, n, &mut self.out),
            Family::Kama => core.kama(0, end, close, n, &mut self.out),
            Family::Hma => {
                let count = self.hull(length, close)?;
                return Ok(&self.out[..count]);
            }
        };
        Ok(&self.out[..range?.count])
    }
}
