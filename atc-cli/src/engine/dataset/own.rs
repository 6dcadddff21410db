//! Bars that a program has already, as a source among others.

use std::sync::Arc;

use super::collect::Symbol;
use super::source::Part;
use super::time::format_time;
use super::{Bars, DatasetError, ErrorKind, Source};

impl Source {
    /// A source of bars that come from elsewhere: a database, a service, another library.
    ///
    /// It is scanned, computed and swept as files are; errors name the symbol, and the number of the bar from 1 on. The
    /// averages are taken of `bars.source` whatever column is asked for, of the close if there is none. A cache knows
    /// such a source by its numbers.
    ///
    /// # Errors
    ///
    /// [`DatasetError`] if there is no bar, if there are not as many times or sources as closes, or if the times are not
    /// strictly ascending. Prices are judged when they are computed.
    ///
    /// ```
    /// use atc_cli::engine::Engine;
    /// use atc_cli::engine::dataset::{Bars, Request, Source};
    /// use atc_core::{Params, Plan};
    ///
    /// let close = (0..300).map(|day| 100.0 + f64::from(day % 50)).collect();
    /// let days = (0..300).map(|day| day * 86_400_000_000_000).collect();
    /// let bars = Bars::new("BTC", close).with_time(days);
    /// let engine = Engine::builder(Plan::new(Params::default())?).build()?;
    /// let scan = engine.scan(vec![Source::of_bars(bars)?], &Request::default());
    /// assert_eq!((scan.rows[0].symbol.as_str(), scan.rows[0].n_bars), ("BTC", 300));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_bars(bars: Bars) -> Result<Self, DatasetError> {
        bars.check()?;
        let error = |kind, what: String| DatasetError::new(kind, &bars.symbol, what);
        if bars.is_empty() {
            return Err(
                error(ErrorKind::Empty, "there are no bars".to_owned()).remedy("leave it out")
            );
        }
        let mut pairs = bars.time.iter().flat_map(|times| times.windows(2));
        if let Some(at) = pairs.position(|pair| pair[1] <= pair[0]) {
            let times = bars.time.as_deref().unwrap_or_default();
            let (now, before) = (format_time(times[at + 1]), format_time(times[at]));
            let error = error(ErrorKind::Order, format!("time {now} comes after {before}"));
            return Err(error.row(at as u64 + 2).remedy("sort the bars by time"));
        }
        let name: Arc<str> = bars.symbol.as_str().into();
        let bars = bars.at_row(&name, 1);
        Ok(Self::new(
            Symbol::Hive(bars.symbol.clone()),
            Part::Bars(bars.into()),
        ))
    }
}
