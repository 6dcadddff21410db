//! `vector-ta`.

use anyhow::Result;
use atc_core::Family;
use vector_ta::indicators::moving_averages::dema::{DemaInput, DemaParams, dema_into_slice};
use vector_ta::indicators::moving_averages::ema::{EmaInput, EmaParams, ema_into_slice};
use vector_ta::indicators::moving_averages::hma::{HmaInput, HmaParams, hma_into};
use vector_ta::indicators::moving_averages::kama::{KamaInput, KamaParams, kama_into_slice};
use vector_ta::indicators::moving_averages::linreg::{
    LinRegInput, LinRegParams, linreg_into_slice,
};
use vector_ta::indicators::moving_averages::wma::{WmaInput, WmaParams, wma_into_slice};
use vector_ta::utilities::enums::Kernel;

use crate::peer::Peer;

/// The library with an output that is reused, and the kernel that it chooses.
#[derive(Default)]
pub(crate) struct VectorTa {
    out: Vec<f64>,
}

impl Peer for VectorTa {
    fn name(&self) -> &'static str {
        "vector-ta 0.3.1"
    }

    fn average(&mut self, family: Family, length: usize, close: &[f64]) -> Result<&[f64]> {
        self.out.resize(close.len(), 0.0);
        let (out, auto) = (self.out.as_mut_slice(), Kernel::Auto);
        let period = Some(length);
        match family {
            Family::Ema => {
                let input = EmaInput::from_slice(close, EmaParams { period });
                ema_into_slice(out, &input, auto)?;
            }
            Family::Hma => {
                let input = HmaInput::from_slice(close, HmaParams { period });
                hma_into(&input, out)?;
            }
            Family::Wma => {
                let input = WmaInput::from_slice(close, WmaParams { period });
                wma_into_slice(out, &input, auto)?;
            }
            Family::Dema => {
                let input = DemaInput::from_slice(close, DemaParams { period });
                dema_into_slice(out, &input, auto)?;
            }
            Family::Lsma => {
                let input = LinRegInput::from_slice(close, LinRegParams { period });
                linreg_into_slice(out, &input, auto)?;
            }
            Family::Kama => {
                let input = KamaInput::from_slice(close, KamaParams { period });
                kama_into_slice(out, &input, auto)?;
            }
        }
        Ok(&self.out)
    }
}
