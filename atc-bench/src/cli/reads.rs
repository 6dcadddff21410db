//! Reads behind a slow server, as a table.

use std::time::Duration;

use atc_bench::market::Workload;
use atc_bench::reads::{Reading, Reads, Settings, measure};
use atc_bench::report::Sheet;

use super::args::ReadsArgs;
use super::print;

/// Measures and prints.
pub(crate) fn run(args: &ReadsArgs) -> anyhow::Result<()> {
    print(&sheet(&measured(args)?).text())
}

/// Measures, each executor over each protocol in turn.
pub(crate) fn measured(args: &ReadsArgs) -> anyhow::Result<Reads> {
    let settings = Settings {
        market: Workload::new(args.objects, args.bars),
        latency: Duration::from_millis(args.latency_ms),
        in_flight: args.in_flight,
        rounds: args.rounds.into(),
    };
    Ok(Reads {
        readings: measure(&settings)?,
        settings,
    })
}

/// As a table.
pub(crate) fn sheet(reads: &Reads) -> Sheet {
    let Reads { settings, readings } = reads;
    Sheet {
        title: format!(
            "{} Parquet objects of {} bars, {} ms before each answer, {} in flight, {} rounds; equal digests",
            settings.market.n_series,
            settings.market.n_bars,
            settings.latency.as_millis(),
            settings.in_flight,
            settings.rounds
        ),
        n_words: 2,
        header: [
            "executor",
            "over",
            "median ms",
            "best ms",
            "speed-up",
            "best/best",
            "at once",
            "requests",
            "KiB",
            "added MiB",
        ]
        .map(str::to_owned)
        .into(),
        rows: readings.iter().map(row).collect(),
    }
}

fn row(reading: &Reading) -> Vec<String> {
    let mib = |bytes: u64| format!("{:.1}", bytes as f64 / f64::from(1 << 20));
    vec![
        reading.executor.to_owned(),
        reading.protocol.to_owned(),
        format!("{:.0}", 1e3 * reading.times.median),
        format!("{:.0}", 1e3 * reading.times.best),
        format!("{:.1}", reading.speed_up.median),
        format!("{:.1}", reading.speed_up.best),
        reading.most_at_once.to_string(),
        reading.n_requests.to_string(),
        (reading.n_bytes >> 10).to_string(),
        reading.added_bytes.map_or_else(|| "-".to_owned(), mib),
    ]
}
