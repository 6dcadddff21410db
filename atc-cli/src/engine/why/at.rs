//! Which bar is asked about, and why there may be no answer.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::engine::dataset::{Bars, format_time};
use crate::engine::error::EngineError;

/// The bar that is asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// The last bar that exists.
    #[default]
    Last,
    /// A bar by its index, from 0.
    Bar(usize),
    /// The last bar that opened at or before a time, nanoseconds since 1970-01-01 UTC.
    Time(i64),
}

impl FromStr for At {
    type Err = WhyError;

    /// Understands `last`, a bar's index, a date, and a date with a time, in UTC unless it names a zone.
    ///
    /// ```
    /// use atc_cli::engine::why::At;
    ///
    /// assert_eq!("1499".parse::<At>()?, At::Bar(1499));
    /// assert_eq!("1970-01-02".parse::<At>()?, At::Time(86_400_000_000_000));
    /// assert_eq!("1970/01/02".parse::<At>()?, At::Time(86_400_000_000_000));
    /// assert_eq!("1970-01-01T01:00+01:00".parse::<At>()?, At::Time(0));
    /// # Ok::<(), atc_cli::engine::why::WhyError>(())
    /// ```
    fn from_str(text: &str) -> Result<Self, WhyError> {
        let text = text.trim();
        if text == "last" {
            return Ok(Self::Last);
        }
        if let Ok(bar) = text.parse() {
            return Ok(Self::Bar(bar));
        }
        // Tables have dates with slashes too; the year comes first in any case.
        let iso = text.replace('/', "-");
        let civil = || {
            TimeZone::UTC
                .to_timestamp(iso.parse::<DateTime>().ok()?)
                .ok()
        };
        let stamp = iso.parse::<Timestamp>().ok().or_else(civil);
        let time = stamp.and_then(|stamp| i64::try_from(stamp.as_nanosecond()).ok());
        time.map(Self::Time).ok_or_else(|| WhyError::NoBar {
            got: text.to_owned(),
        })
    }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WhyError {
    /// A text that names no bar.
    #[error(
        "`{got}` names no bar; give an index from 0, a date such as 2013-02-27, a time such as 2013-02-27T14:30, or last"
    )]
    NoBar {
        /// The text that came.
        got: String,
    },
    /// A bar beyond the last one.
    #[error("{symbol}: there is no bar {bar}; give a bar of 0 to {last}")]
    OutsideBars {
        /// The series' symbol.
        symbol: String,
        /// The bar that was asked for.
        bar: usize,
        /// The last bar there is.
        last: usize,
    },
    /// A time before the first bar or after the last.
    #[error("{symbol}: there is no bar at {time}; give a time of {first} to {last}")]
    OutsideTimes {
        /// The series' symbol.
        symbol: String,
        /// The time that was asked for.
        time: String,
        /// Time of the first bar.
        first: String,
        /// Time of the last bar.
        last: String,
    },
    /// A time for a series without times.
    #[error("{symbol}: the input has no times; give a bar of 0 to {last}")]
    NoTimes {
        /// The series' symbol.
        symbol: String,
        /// The last bar there is.
        last: usize,
    },
    /// A bar without a close or source, left out under `gaps = skip`.
    #[error("{symbol}: bar {bar} is missing and was skipped; ask for another bar")]
    Missing {
        /// The series' symbol.
        symbol: String,
        /// The bar that was asked for.
        bar: usize,
    },
    /// A bar before the cutout, where nothing has a value.
    #[error(
        "{symbol}: bar {bar} lies before the cutout of {cutout} bars and has no value; ask for a bar from {cutout} on, or give a smaller --cutout"
    )]
    BeforeCutout {
        /// The series' symbol.
        symbol: String,
        /// The bar that was asked for.
        bar: usize,
        /// The cutout in force.
        cutout: usize,
    },
    /// The series was refused.
    #[error(transparent)]
    Series(#[from] EngineError),
}

impl At {
    /// The index of the bar among `bars`, which are not empty; missing bars count.
    pub(super) fn find(&self, bars: &Bars) -> Result<usize, WhyError> {
        let symbol = || bars.symbol.clone();
        let last = bars.len() - 1;
        match *self {
            Self::Last => Ok(bars.last_existing().unwrap_or(last)),
            Self::Bar(bar) if bar > last => Err(WhyError::OutsideBars {
                symbol: symbol(),
                bar,
                last,
            }),
            Self::Bar(bar) => Ok(bar),
            Self::Time(time) => {
                let Some(times) = &bars.time else {
                    return Err(WhyError::NoTimes {
                        symbol: symbol(),
                        last,
                    });
                };
                let opened = times.partition_point(|opened| *opened <= time);
                if opened == 0 || time > times[last] {
                    let [time, first, last] = [time, times[0], times[last]].map(format_time);
                    return Err(WhyError::OutsideTimes {
                        symbol: symbol(),
                        time,
                        first,
                        last,
                    });
                }
                Ok(opened - 1)
            }
        }
    }
}
