//! Bars of a program are a source as files are.

use atc_cli::engine::dataset::{Bars, ErrorKind, Request, Source};
use atc_cli::engine::sink::{CsvSink, Sink};
use atc_cli::engine::{Cache, Content, Engine, Labels};
use atc_core::{Params, Plan};

fn bars(symbol: &str, n_bars: i32) -> Bars {
    let close = (0..n_bars).map(|bar| 100.0 + f64::from(bar % 40));
    let days = (0..i64::from(n_bars)).map(|day| day * 86_400_000_000_000);
    Bars::new(symbol, close.collect()).with_time(days.collect())
}

fn engine(cache: Option<Cache>) -> Engine {
    let builder = Engine::builder(Plan::new(Params::default()).unwrap());
    let builder = match cache {
        Some(cache) => builder.cache(cache),
        None => builder,
    };
    builder.build().unwrap()
}

#[test]
fn bars_of_a_program_are_scanned_computed_and_cached() {
    let sources = || {
        vec![
            Source::of_bars(bars("A", 300)).unwrap(),
            Source::of_bars(bars("B", 90)).unwrap(),
        ]
    };
    let (plain, cached) = (engine(None), engine(Some(Cache::in_memory())));
    let expected = plain.scan(sources(), &Request::default());
    assert_eq!(expected.rows.len(), 2);
    for _ in 0..2 {
        assert_eq!(
            cached.scan(sources(), &Request::default()).rows,
            expected.rows
        );
    }
    assert_eq!(cached.cache().unwrap().statistics().computed, 2);
    let mut sink = CsvSink::new(Vec::new());
    let shape = (Content::Average, Labels::AsNeeded);
    let computed = plain
        .compute(&sources(), &Request::default(), shape, &mut sink)
        .unwrap();
    sink.finish().unwrap();
    assert_eq!((computed.n_symbols, computed.n_bars), (2, 390));
    let request = Request {
        symbol: Some("b".to_owned()),
        ..Request::default()
    };
    let scan = plain.scan(sources(), &request);
    assert_eq!((scan.rows.len(), scan.failed[0].lacks_symbol()), (1, true));
}

#[test]
fn bars_that_are_none_or_out_of_order_are_refused_and_a_price_is_named() {
    let mut late = bars("A", 3);
    late.time = Some(vec![0, 2_000_000_000, 1_000_000_000]);
    let error = Source::of_bars(late).unwrap_err();
    let expected = "A, row 3: time 1970-01-01T00:00:01Z comes after 1970-01-01T00:00:02Z; sort the bars by time";
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::Order, expected)
    );
    assert_eq!(
        Source::of_bars(bars("A", 0)).unwrap_err().kind(),
        ErrorKind::Empty
    );
    let mut short = bars("A", 3);
    short.source = Some(vec![1.0]);
    assert_eq!(Source::of_bars(short).unwrap_err().kind(), ErrorKind::Row);

    let mut negative = bars("A", 90);
    negative.close[41] = -1.0;
    let scan = engine(None).scan(
        vec![Source::of_bars(negative).unwrap()],
        &Request::default(),
    );
    assert!(
        scan.failed[0]
            .to_string()
            .starts_with("A, row 42, column `close`"),
        "{:?}",
        scan.failed
    );
}
