//! Bars that come one at a time: a series stands where a scan of all its bars finds it.

use std::sync::Arc;

use atc_cli::engine::dataset::{Bars, LineReader, Request, Source, discover};
use atc_cli::engine::why::{At, why};
use atc_cli::engine::{Change, Engine, Event, Feed, Row, digest};
use atc_core::{Gaps, Params, Plan, Profile, Trend};

use super::{close, rows};

fn engine(params: Params) -> Engine {
    Engine::builder(Plan::new(params).unwrap()).build().unwrap()
}

/// The sources of a text in a file of this name.
fn sources(folder: &tempfile::TempDir, text: &str) -> Vec<Source> {
    let path = folder.path().join("a.csv");
    std::fs::write(&path, text).unwrap();
    discover(&[path.to_str().unwrap().to_owned()]).sources
}

/// What a scan says of a text.
fn scanned(params: Params, text: &str) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let scan = engine(params).scan(sources(&folder, text), &Request::default());
    assert!(scan.failed.is_empty(), "{:?}", scan.failed);
    scan.rows
}

fn of_digest(row: &Row) -> String {
    digest(std::slice::from_ref(row))
}

/// A feed that goes on from a text, and a reader of its lines.
struct Fed {
    feed: Feed,
    lines: LineReader,
}

impl Fed {
    fn after(params: Params, text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (feed, look) = engine(params).feed(sources(&folder, text), &Request::default());
        assert!(look.failed.is_empty(), "{:?}", look.failed);
        let mut lines = LineReader::new("feed", Request::default()).unnamed("a");
        let header = text.lines().next().unwrap();
        assert_eq!(lines.read(header.as_bytes()).unwrap(), None);
        Self { feed, lines }
    }

    fn bars(&mut self, line: &str) -> Bars {
        self.lines
            .read(line.trim_end().as_bytes())
            .unwrap()
            .unwrap()
    }

    fn push(&mut self, line: &str) -> Option<Change> {
        let bars = self.bars(line);
        self.feed.push(&bars).unwrap()
    }
}

#[test]
fn a_bar_without_a_time_is_refused_where_others_have_one_and_the_other_way_round() {
    let times = format!("time,close\n{}", rows(0..60));
    let mut fed = Fed::after(Params::default(), &times);
    let before = fed
        .feed
        .push(&fed.lines.read(b"2020-01-01,1").unwrap().unwrap());
    assert!(before.is_err() || before.unwrap().is_none(), "it is older");
    let bare = |feed: &mut Feed, line: &[u8]| {
        let mut lines = LineReader::new("feed", Request::default()).unnamed("a");
        feed.push(&lines.read(line).unwrap().unwrap())
    };
    let error = bare(&mut fed.feed, br#"{"close": 7}"#).unwrap_err();
    let expected = "feed, row 1: symbol a: a bar has no time, and those before it have one; send a time with every bar";
    assert_eq!(error.to_string(), expected);

    let mut fed = Fed::after(Params::default(), "close\n1\n2\n");
    assert!(bare(&mut fed.feed, br#"{"close": 3}"#).unwrap().is_some());
    let error = bare(&mut fed.feed, br#"{"close": 4, "time": 1700000000}"#).unwrap_err();
    assert!(error.to_string().contains("a bar has a time"), "{error}");
}

#[test]
fn after_the_first_news_none_may_be_older_even_if_it_took_the_place_of_the_last_bar() {
    let text = format!("time,close\n{}", rows(0..60));
    let mut fed = Fed::after(Params::default(), &text);
    let lines: Vec<String> = (57..60).map(|bar| rows(bar..bar + 1)).collect();
    assert!(fed.push(&lines[0]).is_none(), "the history has it");
    assert!(fed.push(&lines[2]).is_none(), "and so it has the last one");
    let older = fed.bars(&lines[1]);
    assert!(fed.feed.push(&older).is_err());
}

#[test]
fn a_series_stands_where_a_scan_of_all_its_bars_finds_it() {
    let delayed = Params {
        strategy: true,
        cutout: 20,
        profile: Profile::Pine,
        ..Params::default()
    };
    for (params, n_history) in [
        (Params::default(), 200),
        (delayed, 25),
        (Params::default(), 1),
    ] {
        let mut text = format!("time,close\n{}", rows(0..n_history));
        let mut fed = Fed::after(params, &text);
        let mut n_turns = 0;
        for bar in n_history..n_history + 150 {
            let line = rows(bar..bar + 1);
            text += &line;
            let change = fed.push(&line).unwrap();
            let expected = scanned(params, &text);
            assert_eq!(of_digest(&change.row), digest(&expected), "bar {bar}");
            assert_eq!(change.n_new_bars(), 1);
            n_turns += usize::from(change.event() == Event::Turn);
        }
        assert!(5 < n_turns, "{n_turns}");
    }
}

#[test]
fn a_bar_that_still_forms_is_replaced_and_what_is_known_is_left_out() {
    let params = Params::default();
    let history = format!("time,close\n{}", rows(0..300));
    let mut fed = Fed::after(params, &history);
    // A collector that begins a little earlier than the history ends.
    for bar in 290..300 {
        assert_eq!(fed.push(&rows(bar..bar + 1)), None, "bar {bar}");
    }
    for bar in 300..360 {
        let line = rows(bar..bar + 1);
        let (time, _) = line.split_once(',').unwrap();
        for forming in [70.0, 150.0, 99.5] {
            fed.push(&format!("{time},{forming}"));
        }
        let change = fed.push(&line).unwrap();
        assert_eq!(change.n_new_bars(), 0);
        let text = format!("time,close\n{}", rows(0..bar + 1));
        assert_eq!(of_digest(&change.row), digest(&scanned(params, &text)));
        assert_eq!(fed.push(&line), None, "the same again");
    }
    let bars = fed.bars(&rows(300..301));
    let error = fed.feed.push(&bars).unwrap_err().to_string();
    assert!(
        error.starts_with("feed, row 312: symbol a: time "),
        "{error}"
    );
}

#[test]
fn a_price_that_is_refused_is_left_out_and_the_next_one_is_taken() {
    let text = format!("time,close\n{}", rows(0..300));
    let mut fed = Fed::after(Params::default(), &text);
    for bad in ["1699999999,-1", "1699999999,"] {
        let bars = fed.bars(bad);
        let error = fed.feed.push(&bars).unwrap_err().to_string();
        assert!(error.starts_with("feed, row"), "{error}");
    }
    let line = rows(300..301);
    let change = fed.push(&line).unwrap();
    assert_eq!(
        of_digest(&change.row),
        digest(&scanned(Params::default(), &(text.clone() + &line)))
    );
    let skip = Params {
        gaps: Gaps::Skip,
        ..Params::default()
    };
    let mut fed = Fed::after(skip, &text);
    assert_eq!(fed.push("1625920000,"), None);
    let change = fed.push(&rows(301..302)).unwrap();
    assert_eq!(
        (change.row.n_bars, change.row.close.to_bits()),
        (301, close(301).to_bits())
    );
}

#[test]
fn symbols_of_a_feed_are_series_of_their_own() {
    let (mut feed, _) = engine(Params::default()).feed(Vec::new(), &Request::default());
    let mut lines = LineReader::new("feed", Request::default());
    let mut push = |line: String| {
        let bars = lines.read(line.as_bytes()).unwrap();
        bars.and_then(|bars| feed.push(&bars).unwrap())
    };
    assert_eq!(push("symbol,close".to_owned()), None);
    for bar in 0..100 {
        for (symbol, sign) in [("UP", 1.0), ("DOWN", -1.0)] {
            let close = 1000.0 + sign * bar as f64;
            let change = push(format!("{symbol},{close}")).unwrap();
            assert_eq!(
                (change.row.symbol.as_str(), change.row.n_bars),
                (symbol, bar + 1)
            );
        }
    }
}

/// Bars without a file.
fn own_bars(close: impl IntoIterator<Item = f64>) -> Bars {
    Bars::new("OWN", close.into_iter().collect())
}

#[test]
fn bars_of_which_one_is_refused_are_all_left_out_and_a_turn_is_told_later() {
    let (mut feed, _) = engine(Params::default()).feed(Vec::new(), &Request::default());
    let falling = own_bars((0..200).map(|bar| f64::from(300 - bar)));
    let start = feed.push(&falling).unwrap().unwrap();
    assert_eq!(
        (start.event(), start.row.trend),
        (Event::Start, Trend::Short)
    );
    let rising = |n| (0..n).map(|bar| f64::from(101 + bar));
    assert!(feed.push(&own_bars(rising(150).chain([-1.0]))).is_err());
    let turn = feed.push(&own_bars(rising(151))).unwrap().unwrap();
    assert_eq!((turn.event(), turn.row.trend), (Event::Turn, Trend::Long));
    assert_eq!(turn.row.n_bars, 351);

    let typo = Bars::new("TYPO", vec![-1.0]);
    assert!(feed.push(&typo).is_err());
    assert_eq!(feed.only_symbol(), Some("OWN"), "nothing is left of it");
}

#[test]
fn bars_with_fewer_times_or_sources_than_closes_are_refused() {
    let (mut feed, _) = engine(Params::default()).feed(Vec::new(), &Request::default());
    let times = own_bars([1.0, 2.0]).with_time(vec![1]);
    let sources = own_bars([1.0, 2.0]).with_source(vec![1.0; 3]);
    for (bars, expected) in [
        (times, "OWN: 1 times for 2 closes; give one for every close"),
        (
            sources,
            "OWN: 3 sources for 2 closes; give one for every close",
        ),
    ] {
        assert_eq!(feed.push(&bars).unwrap_err().to_string(), expected);
        let plan = Arc::new(Plan::new(Params::default()).unwrap());
        let error = why(&plan, &bars, &At::Last).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(bars.last_existing().is_some());
    }
}
