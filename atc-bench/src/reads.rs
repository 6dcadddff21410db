//! Reads that take their time: the same objects behind a slow server, by every executor.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use arrow_schema::ArrowError;
use atc_cli::engine::dataset::{Remote, Request, discover_with};
use atc_cli::engine::{Engine, EngineBuilder, digest};
use atc_core::{Params, Plan};
use atc_parallel::{BuildError, RayonPool, Sequential, TokioPool};
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use serde::Serialize;

use crate::market::Workload;
use crate::memory;
use crate::server::{Manners, Server};
use crate::stats::{Ratio, Times};

/// Why reads were not measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server cannot be started.
    #[error("the server cannot be started")]
    Server(#[from] io::Error),
    /// An executor cannot be started.
    #[error(transparent)]
    Executor(#[from] BuildError),
    /// The objects cannot be made.
    #[error("the objects cannot be made")]
    Objects(#[from] ParquetError),
    /// The objects cannot be made.
    #[error("the objects cannot be made")]
    Columns(#[from] ArrowError),
    /// The indicator's parameters are refused.
    #[error(transparent)]
    Plan(#[from] atc_core::Error),
    /// Some objects were not read.
    #[error("{executor} over {protocol}: {n} objects failed, the first with: {first}")]
    Failed {
        /// The executor.
        executor: &'static str,
        /// How the objects were asked for.
        protocol: &'static str,
        /// Objects that failed.
        n: usize,
        /// Why the first of them did.
        first: String,
    },
    /// An executor computed something else than the first one.
    #[error(
        "{executor} over {protocol} computed something else than sequential: not one of these numbers counts"
    )]
    Differs {
        /// The executor.
        executor: &'static str,
        /// How the objects were asked for.
        protocol: &'static str,
    },
}

/// What is read, and how slowly.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Settings {
    /// Objects, and bars in each.
    pub market: Workload,
    /// Time before each answer of the server.
    pub latency: Duration,
    /// Objects that the asynchronous executor reads at once.
    pub in_flight: usize,
    /// Rounds.
    pub rounds: usize,
}

/// What was read, and how it went.
#[derive(Clone, Debug, Serialize)]
pub struct Reads {
    /// What was read.
    pub settings: Settings,
    /// Each executor over each protocol.
    pub readings: Vec<Reading>,
}

/// One executor over one protocol.
#[derive(Clone, Debug, Serialize)]
pub struct Reading {
    /// The executor.
    pub executor: &'static str,
    /// `http` or `s3`.
    pub protocol: &'static str,
    /// How long it took.
    pub times: Times,
    /// How many times faster than sequential reads over the same protocol.
    pub speed_up: Ratio,
    /// The most requests at once, in all rounds so far.
    pub most_at_once: usize,
    /// Requests of a round.
    pub n_requests: usize,
    /// Bytes of a round.
    pub n_bytes: usize,
    /// Resident memory that came on top of what was there before the round, at most.
    pub added_bytes: Option<u64>,
}

/// How objects are asked for.
const PROTOCOLS: [&str; 2] = ["http", "s3"];

/// The executors, the slowest first.
const EXECUTORS: [&str; 3] = ["sequential", "rayon", "async"];

/// Scans the objects by each executor over each protocol, in turn.
///
/// # Errors
///
/// [`Error`] if anything fails, or two digests differ.
pub fn measure(settings: &Settings) -> Result<Vec<Reading>, Error> {
    let objects = objects(settings.market)?;
    let names: Vec<String> = objects.iter().map(|(name, _)| name.clone()).collect();
    let manners = Manners {
        latency: settings.latency,
        ..Manners::default()
    };
    let mut tracks: Vec<Track> = Vec::new();
    for protocol in PROTOCOLS {
        for executor in EXECUTORS {
            // A server each: its counters are of one row.
            let server = Server::start(objects.clone(), manners)?;
            tracks.push(Track {
                executor,
                protocol,
                server,
                seconds: Vec::new(),
                added_bytes: None,
            });
        }
    }
    let plan = Arc::new(Plan::new(Params::default())?);
    let mut expected = None;
    for _ in 0..settings.rounds.max(1) {
        for track in &mut tracks {
            let got = track.round(&plan, &names, settings.in_flight)?;
            if *expected.get_or_insert_with(|| got.clone()) != got {
                let Track {
                    executor, protocol, ..
                } = *track;
                return Err(Error::Differs { executor, protocol });
            }
        }
    }
    Ok(readings(&tracks))
}

/// What the rounds of one executor over one protocol gave.
struct Track {
    executor: &'static str,
    protocol: &'static str,
    server: Server,
    seconds: Vec<f64>,
    added_bytes: Option<u64>,
}

impl Track {
    /// Scans once; the digest of the rows.
    fn round(
        &mut self,
        plan: &Arc<Plan>,
        names: &[String],
        in_flight: usize,
    ) -> Result<String, Error> {
        let url = |name: &String| match self.protocol {
            "s3" => format!("s3://bars/{name}"),
            _ => self.server.url(name),
        };
        let urls: Vec<String> = names.iter().map(url).collect();
        let engine =
            engine(self.executor, Engine::builder(Arc::clone(plan)), in_flight)?.build()?;
        let before = memory::reset_peak().then(memory::peak).flatten();
        let start = Instant::now();
        let found = discover_with(&urls, &Remote::new(self.server.s3_settings()));
        let scan = engine.scan(found.sources, &Request::default());
        self.seconds.push(start.elapsed().as_secs_f64());
        let added = memory::peak()
            .zip(before)
            .map(|(peak, before)| peak.saturating_sub(before));
        self.added_bytes = self.added_bytes.max(added);
        match scan.failed.first() {
            None => Ok(digest(&scan.rows)),
            Some(first) => Err(Error::Failed {
                executor: self.executor,
                protocol: self.protocol,
                n: scan.failed.len(),
                first: first.to_string(),
            }),
        }
    }
}

fn engine(
    executor: &str,
    engine: EngineBuilder,
    in_flight: usize,
) -> Result<EngineBuilder, BuildError> {
    Ok(match executor {
        "sequential" => engine.executor(Sequential::new()),
        "rayon" => engine.executor(RayonPool::new(0)?),
        _ => {
            let pool = TokioPool::new(0)?;
            engine
                .overlap_reads(pool.handle(), in_flight)
                .executor(pool)
        }
    })
}

fn readings(tracks: &[Track]) -> Vec<Reading> {
    let reading = |track: &Track| {
        let times = Times::of(track.seconds.clone());
        let slowest = tracks.iter().find(|of| of.protocol == track.protocol);
        let baseline = slowest.map_or_else(|| times.clone(), |of| Times::of(of.seconds.clone()));
        let rounds = track.seconds.len();
        Reading {
            executor: track.executor,
            protocol: track.protocol,
            speed_up: times.speed_up(&baseline),
            times,
            most_at_once: track.server.most_at_once(),
            n_requests: track.server.n_requests() / rounds,
            n_bytes: track.server.n_bytes() / rounds,
            added_bytes: track.added_bytes,
        }
    };
    tracks.iter().map(reading).collect()
}

/// A Parquet file for each series of a made-up market.
fn objects(market: Workload) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let object = |(at, close): (usize, Vec<f64>)| {
        let close: ArrayRef = Arc::new(Float64Array::from(close));
        let batch = RecordBatch::try_from_iter([("close", close)])?;
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None)?;
        writer.write(&batch)?;
        Ok((format!("daily/S{at:04}.parquet"), writer.into_inner()?))
    };
    market
        .market(1)
        .into_iter()
        .enumerate()
        .map(object)
        .collect()
}
