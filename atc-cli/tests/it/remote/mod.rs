//! Inputs behind HTTP and in object stores, read by every executor.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod cached;
mod faults;
mod rude;
pub(crate) mod server;

use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use atc_cli::engine::dataset::{
    Bars, ErrorKind, Remote, Request, SourceColumn, discover_with, read_bytes,
};
use atc_cli::engine::{Engine, EngineBuilder, Scan, Wanted, digest};
use atc_core::{Params, Plan};
use atc_parallel::{CancelToken, Lanes, RayonPool, Sequential, TokioPool};
use futures::StreamExt;
use parquet::arrow::ArrowWriter;

use server::{Manners, Server};

/// A Parquet file of `n` bars, with a column of noise beside each close that nothing needs.
fn parquet(n: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut price = 100.0;
    let close = (0..n).map(|_| {
        price *= 0.99 + 0.02 * random();
        price
    });
    let close: ArrayRef = Arc::new(Float64Array::from_iter_values(close.collect::<Vec<_>>()));
    let noise = |seed: f64| -> ArrayRef {
        let value = |i| (seed + f64::from(i)).sin();
        Arc::new(Float64Array::from_iter_values((0..n as u32).map(value)))
    };
    let columns = [
        ("noise_1", noise(1.0)),
        ("noise_2", noise(2.0)),
        ("noise_3", noise(3.0)),
        ("close", close),
        ("noise_4", noise(4.0)),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn objects(n: u64, n_bars: usize) -> Vec<(String, Vec<u8>)> {
    let object = |i| {
        (
            format!("daily/S{i:03}.parquet"),
            parquet(n_bars + i as usize, i),
        )
    };
    (0..n).map(object).collect()
}

fn slow() -> Manners {
    Manners {
        latency: Duration::from_millis(20),
        ..Manners::default()
    }
}

fn read(url: &str) -> Result<Vec<Bars>, atc_cli::engine::dataset::DatasetError> {
    let mut found = discover_with(&[url.to_owned()], &Remote::default());
    if let Some(error) = found.failed.pop() {
        return Err(error);
    }
    found.sources[0].read(&Request::default())
}

fn builder() -> EngineBuilder {
    Engine::builder(Plan::new(Params::default()).unwrap())
}

fn scan(engine: EngineBuilder, urls: &[String], settings: Vec<(String, String)>) -> Scan {
    let found = discover_with(urls, &Remote::new(settings));
    assert!(found.failed.is_empty(), "{:?}", found.failed);
    engine
        .build()
        .unwrap()
        .scan(found.sources, &Request::default())
}

#[test]
fn an_object_holds_the_bars_of_the_file() {
    let csv = b"time,close\n2024-01-01,1.5\n2024-01-02,1.75\n".to_vec();
    let small = parquet(300, 1);
    let objects = [
        ("a/btc.csv".to_owned(), csv.clone()),
        ("eth.parquet".to_owned(), small.clone()),
    ];
    for without_ranges in [false, true] {
        let manners = Manners {
            without_ranges,
            ..Manners::default()
        };
        let server = Server::start(objects.clone(), manners).unwrap();
        let expected = read_bytes("btc.csv", &csv, &Request::default()).unwrap();
        let got = read(&server.url("a/btc.csv")).unwrap();
        assert_eq!(
            (&got[0].symbol, &got[0].close),
            (&expected[0].symbol, &expected[0].close)
        );
        assert_eq!(got[0].time, expected[0].time);
        assert_eq!(*got[0].row_of(1).unwrap().path, *server.url("a/btc.csv"));
        let expected = read_bytes("eth.parquet", &small, &Request::default()).unwrap();
        assert_eq!(
            read(&server.url("eth.parquet")).unwrap()[0].close,
            expected[0].close
        );
        // What follows a question mark, a signature say, is not part of the name.
        assert_eq!(
            read(&server.url("a/btc.csv?signature=x.y")).unwrap()[0].symbol,
            "btc"
        );
    }
}

#[test]
fn of_a_large_parquet_object_only_the_footer_and_the_columns_needed_are_fetched() {
    let large = parquet(900_000, 7);
    let size = large.len();
    let expected = read_bytes("big.parquet", &large, &Request::default()).unwrap();
    let server = Server::start([("big.parquet".to_owned(), large)], Manners::default()).unwrap();
    let got = read(&server.url("big.parquet")).unwrap();
    assert_eq!(got[0].close, expected[0].close);
    assert!(
        server.n_bytes() < size / 2,
        "{} of {size} bytes",
        server.n_bytes()
    );

    let named = Request {
        source: SourceColumn::Named("noise_4".to_owned()),
        symbol: None,
    };
    let found = discover_with(&[server.url("big.parquet")], &Remote::default());
    let bars = found.sources[0].read(&named).unwrap();
    assert!(bars[0].source.is_some());
    let missing = Request {
        source: SourceColumn::Named("vwap".to_owned()),
        symbol: None,
    };
    let error = found.sources[0].read(&missing).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Column, "{error}");
}

#[test]
fn every_executor_gives_the_bits_of_the_sequential_one() {
    let server = Server::start(objects(30, 300), slow()).unwrap();
    let settings = server.s3_settings();
    let prefix = ["s3://bars/daily/".to_owned()];
    let expected = scan(
        builder().executor(Sequential::new()),
        &prefix,
        settings.clone(),
    );
    assert_eq!(expected.rows.len(), 30);
    assert_eq!(expected.rows[7].symbol, "S007");
    let pool = TokioPool::new(2).unwrap();
    let engines = [
        builder().executor(RayonPool::new(2).unwrap()),
        builder().executor(Lanes::new(3).unwrap()),
        builder().executor(TokioPool::new(2).unwrap()),
        builder().overlap_reads(pool.handle(), 16).executor(pool),
    ];
    for engine in engines {
        let got = scan(engine, &prefix, settings.clone());
        assert_eq!(digest(&got.rows), digest(&expected.rows));
    }
    let pattern = ["s3://bars/daily/S00[0-4].parquet".to_owned()];
    assert_eq!(scan(builder(), &pattern, settings.clone()).rows.len(), 5);
    let nothing = discover_with(&["s3://bars/hourly/".to_owned()], &Remote::new(settings));
    assert!(
        nothing.failed[0]
            .to_string()
            .contains("no data file is there")
    );
}

#[test]
fn reads_overlap_and_are_bounded() {
    let server = Server::start(objects(40, 200), slow()).unwrap();
    let pool = TokioPool::new(2).unwrap();
    let engine = builder().overlap_reads(pool.handle(), 8).executor(pool);
    let scan = scan(
        engine,
        &["s3://bars/daily/".to_owned()],
        server.s3_settings(),
    );
    assert_eq!(scan.rows.len(), 40);
    assert!(
        (5..=8).contains(&server.most_at_once()),
        "{}",
        server.most_at_once()
    );
}

#[test]
fn a_stream_lives_in_its_callers_runtime_and_waits_for_its_reader() {
    let server = Server::start(objects(40, 200), slow()).unwrap();
    let urls: Vec<_> = (0..40)
        .map(|i| server.url(&format!("daily/S{i:03}.parquet")))
        .collect();
    let sources = discover_with(&urls, &Remote::default()).sources;
    let engine = builder().executor(Sequential::new()).build().unwrap();
    let expected = engine.scan(sources.clone(), &Request::default());
    let before = server.n_requests();
    // One thread: were it blocked, or a second runtime needed, nothing would ever arrive.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut stream = engine.classify_stream(sources, &Request::default(), Wanted::Columns, 8);
        let first = stream.next().await.unwrap().unwrap();
        assert_eq!(*first.input, *urls[0]);
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(
            server.n_requests() - before <= 16,
            "the reader took one result"
        );
        let rest: Vec<_> = stream
            .map(|result| result.unwrap().bars.symbol)
            .collect()
            .await;
        let symbols: Vec<_> = expected.rows[1..]
            .iter()
            .map(|row| row.symbol.clone())
            .collect();
        assert_eq!(rest, symbols);
    });
}

#[test]
fn a_cancelled_run_keeps_what_is_done() {
    let server = Server::start(objects(40, 200), slow()).unwrap();
    let token = CancelToken::new();
    let pool = TokioPool::new(2).unwrap();
    let stop = token.clone();
    let engine = builder()
        .overlap_reads(pool.handle(), 4)
        .executor(pool)
        .cancel_with(&token)
        .on_source(move || stop.cancel());
    let scan = scan(
        engine,
        &["s3://bars/daily/".to_owned()],
        server.s3_settings(),
    );
    assert!(scan.is_cancelled);
    assert!(
        !scan.rows.is_empty() && scan.rows.len() < 40,
        "{}",
        scan.rows.len()
    );
}
