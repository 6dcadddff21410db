//! A whole market in one row per symbol.

use std::sync::Arc;

use atc_core::{Family, PerFamily, Plan, Trend};
use atc_parallel::Slot;
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::cache::{Looked, Stand};
use super::dataset::{Request, Source, format_time};
use super::run::Done;
use super::{Ending, Engine, Failure, Wanted};

/// Where one symbol stands at its last bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The symbol.
    pub symbol: String,
    /// What the average signal says.
    pub trend: Trend,
    /// The weighted vote of the six families, -1 ..= 1.
    pub average_signal: f64,
    /// Layer-1 signals of the families, multiples of 0.01.
    pub signals: PerFamily<f64>,
    /// Bars since the trend flipped last, 0 if the last bar is the flip; `None` without a flip.
    pub bars_since_flip: Option<usize>,
    /// The last close.
    pub close: f64,
    /// Time of the last bar, nanoseconds since 1970-01-01 UTC.
    pub time: Option<i64>,
    /// Bars that exist.
    pub n_bars: usize,
    /// The input as the user named it.
    pub input: Arc<str>,
}

/// What a scan found, in the order of the sources.
#[derive(Debug, Default)]
pub struct Scan {
    /// One row per symbol.
    pub rows: Vec<Row>,
    /// Inputs and symbols that failed.
    pub failed: Vec<Failure>,
    /// Whether a cancellation left sources out.
    pub is_cancelled: bool,
}

impl Engine {
    /// Computes the last bar of every symbol in `sources`.
    ///
    /// A source that fails does not affect the others. Memory holds as many sources as are worked
    /// on at once, and one row per symbol.
    pub fn scan(&self, sources: impl Into<Arc<Vec<Source>>>, request: &Request) -> Scan {
        let sources = sources.into();
        let _first = self.goes_first();
        let rows = |engine: &Self, tile: &[Source], request: &Request, slot: Slot| {
            let stands = engine.stand_tile(tile, request, slot);
            let (mut rows, mut failed) = (Vec::with_capacity(stands.len()), Vec::new());
            for stand in stands {
                match stand {
                    Ok(stand) => rows.push(Row::new(&engine.plan, stand)),
                    Err(failure) => failed.push(failure),
                }
            }
            (rows, failed)
        };
        let mut scan = Scan {
            rows: Vec::with_capacity(sources.len()),
            ..Scan::default()
        };
        let per_job = self.sources_per_look(sources.len());
        let tiles = self.run_jobs((sources, per_job), request, rows);
        for tile in tiles {
            scan.is_cancelled |= tile.is_none();
            let (mut rows, mut failed) = tile.unwrap_or_default();
            scan.rows.append(&mut rows);
            scan.failed.append(&mut failed);
        }
        scan
    }
}

impl Engine {
    /// Where the symbols of a tile stand: from the cache if there is one, else read and computed.
    pub(super) fn stand_tile(
        &self,
        sources: &[Source],
        request: &Request,
        slot: Slot,
    ) -> Vec<Result<Stand, Failure>> {
        let Some(cache) = &self.cache else {
            let outcomes = self.run_tile(sources, request, (Wanted::Last, slot));
            let stands = outcomes.into_iter().map(|outcome| outcome.map(stand));
            return stands.collect();
        };
        let looked = Looked::at_all(cache, sources, request);
        let stands = self.stands(cache, &self.plan, &looked, slot.lane);
        for _ in sources {
            (self.on_source)();
        }
        stands
    }
}

/// What a computation without a cache says of where a symbol stands.
fn stand(done: Done) -> Stand {
    Stand {
        input: done.input,
        last: done.bars.last(),
        symbol: done.bars.symbol,
        ending: done.output.into_ending(),
    }
}

/// A digest of every bit of some rows, in their order, as 64 hexadecimal digits.
///
/// Rows of the same inputs and parameters have the same digest whatever the executor, the
/// number of threads and the processor.
pub fn digest(rows: &[Row]) -> String {
    let mut hasher = blake3::Hasher::new();
    for row in rows {
        hasher.update(&(row.symbol.len() as u64).to_le_bytes());
        hasher.update(row.symbol.as_bytes());
        let floats = [row.average_signal, row.close];
        for value in floats.iter().chain(&row.signals.0) {
            hasher.update(&value.to_bits().to_le_bytes());
        }
        let since = row.bars_since_flip.map_or(u64::MAX, |bars| bars as u64);
        let time = row.time.unwrap_or(i64::MIN).cast_unsigned();
        for count in [since, time, row.n_bars as u64] {
            hasher.update(&count.to_le_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}

impl Row {
    pub(super) fn new(plan: &Plan, stand: Stand) -> Self {
        let Ending {
            reading,
            last_flip,
            n_bars,
            ..
        } = stand.ending;
        let average_signal = reading.map_or(f64::NAN, |reading| reading.average_signal);
        Self {
            symbol: stand.symbol,
            trend: Trend::of(plan, average_signal),
            average_signal,
            signals: reading.map_or(PerFamily::splat(f64::NAN), |reading| reading.signals),
            bars_since_flip: last_flip.map(|flip| n_bars - 1 - flip.bar),
            close: stand.last.map_or(f64::NAN, |(close, _)| close),
            time: stand.last.and_then(|(_, time)| time),
            n_bars,
            input: stand.input,
        }
    }
}

impl Serialize for Row {
    /// One flat record; times as ISO 8601, signals as numbers.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("Row", 14)?;
        record.serialize_field("symbol", &self.symbol)?;
        record.serialize_field("trend", &self.trend)?;
        record.serialize_field("average_signal", &self.average_signal)?;
        for (family, signal) in self.signals {
            record.serialize_field(signal_name(family), &signal)?;
        }
        record.serialize_field("bars_since_flip", &self.bars_since_flip)?;
        record.serialize_field("close", &self.close)?;
        record.serialize_field("time", &self.time.map(format_time))?;
        record.serialize_field("bars", &self.n_bars)?;
        record.serialize_field("input", &*self.input)?;
        record.end()
    }
}

/// `ema_signal` and so on: the first six of the output columns.
fn signal_name(family: Family) -> &'static str {
    atc_core::Columns::NAMES[family as usize]
}
