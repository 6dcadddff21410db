//! Following sources: what is told is what a scan says, once, and never of anything half written.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod feed;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use atc_cli::engine::dataset::{Request, discover};
use atc_cli::engine::{Cache, Engine, Event, Look, Watch, digest};
use atc_core::{Bar, Classifier, Params, Plan};
use tempfile::TempDir;

/// A folder that is watched.
struct Watched {
    folder: TempDir,
    engine: Engine,
    watch: Watch,
}

/// A close that goes up and down.
fn close(bar: usize) -> f64 {
    let bar = bar as f64;
    100.0 + 20.0 * (bar / 9.0).sin() + 10.0 * (bar / 31.0).sin()
}

fn rows(bars: std::ops::Range<usize>) -> String {
    let row = |bar| format!("{},{}\n", 1_600_000_000 + 86_400 * bar, close(bar));
    let rows: Vec<String> = bars.map(row).collect();
    rows.concat()
}

impl Watched {
    fn new() -> Self {
        let plan = Plan::new(Params::default()).unwrap();
        let builder = Engine::builder(plan).cache(Cache::in_memory());
        let engine = builder.build().unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            watch: engine.watch(Request::default()),
            engine,
        }
    }

    /// With one file, which was looked at.
    fn with(n_bars: usize) -> Self {
        let mut watched = Self::new();
        watched.write("a.csv", &format!("time,close\n{}", rows(0..n_bars)));
        let look = watched.look();
        assert_eq!(events(&look), [("a".to_owned(), Event::Start)]);
        watched
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn append(&self, name: &str, text: &str) {
        append(&self.path(name), text);
    }

    fn paths(&self) -> [String; 1] {
        [self.folder.path().to_str().unwrap().to_owned()]
    }

    fn look(&mut self) -> Look {
        let found = discover(&self.paths());
        self.watch.look(found)
    }

    /// Appends the row of bar 300, first without its end, which several looks say nothing of; the look at all of it.
    fn append_in_halves(&mut self, name: &str, row: &str, n_looks: usize) -> Look {
        let (head, tail) = row.split_at(row.len() - 4);
        self.append(name, head);
        for _ in 0..n_looks {
            let look = self.look();
            let is_silent = look.changes.is_empty() && look.failed.is_empty();
            assert!(is_silent, "{look:?}");
        }
        self.append(name, tail);
        let look = self.look();
        assert_eq!(look.changes[0].row.close.to_bits(), close(300).to_bits());
        look
    }
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn events(look: &Look) -> Vec<(String, Event)> {
    let one = |change: &atc_cli::engine::Change| (change.row.symbol.clone(), change.event());
    look.changes.iter().map(one).collect()
}

#[test]
fn every_bar_is_told_once_with_the_bits_of_a_scan() {
    let mut watched = Watched::with(300);
    let mut classifier = Classifier::new(Plan::new(Params::default()).unwrap());
    let mut trends = Vec::new();
    for bar in 0..300 {
        classifier.update(Bar::new(close(bar)).unwrap());
    }
    trends.push(classifier.reading().unwrap().trend);
    let (mut n_bars, mut n_turns) = (300, 0);
    for step in [1, 1, 2, 30, 1, 5, 100, 1, 1, 7]
        .into_iter()
        .cycle()
        .take(40)
    {
        watched.append("a.csv", &rows(n_bars..n_bars + step));
        let mut flips = false;
        for bar in n_bars..n_bars + step {
            let reading = classifier.update(Bar::new(close(bar)).unwrap()).unwrap();
            flips |= reading.flip;
        }
        n_bars += step;
        let trend = classifier.reading().unwrap().trend;
        let look = watched.look();
        let [change] = look.changes.as_slice() else {
            panic!("{look:?}")
        };
        let plan = Plan::new(Params::default()).unwrap();
        let cold = Engine::builder(plan).build().unwrap();
        let cold = cold.scan(discover(&watched.paths()).sources, &Request::default());
        assert_eq!(
            digest(std::slice::from_ref(&change.row)),
            digest(&cold.rows)
        );
        assert_eq!((change.n_new_bars(), change.row.n_bars), (step, n_bars));
        let turned = flips || trends.last() != Some(&trend);
        let expected = if turned { Event::Turn } else { Event::Bar };
        assert_eq!(change.event(), expected, "at bar {n_bars}");
        n_turns += usize::from(turned);
        trends.push(trend);
        assert!(watched.look().changes.is_empty(), "told once");
    }
    assert!((5..35).contains(&n_turns), "{n_turns} turns");
    // Only what was appended was computed.
    let cache = watched.engine.cache().unwrap().statistics();
    assert_eq!(cache.computed, 1);
}

#[test]
fn what_has_not_changed_is_not_opened() {
    let mut watched = Watched::with(200);
    for number in 0..10 {
        watched.write(
            &format!("b{number}.csv"),
            &format!("time,close\n{}", rows(0..150 + number)),
        );
    }
    thread::sleep(Duration::from_millis(50)); // so long that times of change tell
    watched.look();
    watched.look();
    let opened = |watched: &Watched| watched.engine.cache().unwrap().statistics().sources_opened;
    let before = opened(&watched);
    watched.append("b3.csv", &rows(153..154));
    thread::sleep(Duration::from_millis(50));
    assert_eq!(events(&watched.look()), [("b3".to_owned(), Event::Bar)]);
    for _ in 0..5 {
        assert!(watched.look().changes.is_empty());
    }
    assert_eq!(opened(&watched), before + 1);
}

#[test]
fn a_row_that_lacks_its_last_cells_yet_is_waited_for() {
    let wide = |bars| rows(bars).replace('\n', ",9\n").replace(',', ",1,");
    let mut watched = Watched::new();
    watched.write(
        "a.csv",
        &format!("time,open,close,x,volume\n{}", wide(0..300)),
    );
    assert_eq!(events(&watched.look()), [("a".to_owned(), Event::Start)]);
    watched.append_in_halves("a.csv", &wide(300..301), 1);
}

#[test]
fn a_row_that_is_half_written_is_told_when_it_is_whole() {
    let mut watched = Watched::with(300);
    let look = watched.append_in_halves("a.csv", &rows(300..301), 3);
    assert_eq!(look.changes[0].n_new_bars(), 1);
    // So is half a cell less, which cannot be read.
    let row = rows(301..302);
    let (head, tail) = row.split_at(5);
    watched.append("a.csv", head);
    assert_eq!(watched.look().n_failing, 0);
    watched.append("a.csv", tail);
    let look = watched.look();
    assert_eq!((look.changes.len(), look.n_failing), (1, 0));
}

#[test]
fn a_file_that_stays_without_a_line_feed_is_believed_after_a_while() {
    let mut watched = Watched::with(300);
    watched.append("a.csv", rows(300..301).trim_end());
    assert!(watched.look().changes.is_empty());
    thread::sleep(Duration::from_millis(2100));
    assert_eq!(watched.look().changes[0].row.n_bars, 301);
    assert!(watched.look().changes.is_empty());
    // And so is one that cannot be read.
    watched.append("a.csv", "\nnonsense");
    assert!(watched.look().failed.is_empty());
    thread::sleep(Duration::from_millis(2100));
    let look = watched.look();
    assert_eq!((look.failed.len(), look.n_failing), (1, 1));
    let look = watched.look();
    assert_eq!((look.failed.len(), look.n_failing), (0, 1), "told once");
    watched.write("a.csv", &format!("time,close\n{}", rows(0..302)));
    let look = watched.look();
    assert_eq!((look.changes[0].n_new_bars(), look.n_failing), (1, 0));
}

#[test]
fn sources_come_and_go() {
    let mut watched = Watched::with(300);
    watched.write("b.csv", &format!("time,close\n{}", rows(0..100)));
    watched.write("c.csv", "time,close\n1600000000,high\n");
    let look = watched.look();
    assert_eq!(events(&look), [("b".to_owned(), Event::Start)]);
    let failed: Vec<String> = look.failed.iter().map(ToString::to_string).collect();
    assert!(
        failed.len() == 1 && failed[0].contains("c.csv, row 2"),
        "{failed:?}"
    );
    fs::remove_file(watched.path("a.csv")).unwrap();
    fs::remove_file(watched.path("c.csv")).unwrap();
    let look = watched.look();
    assert_eq!((look.changes.len(), look.n_failing), (0, 0));
    assert_eq!((look.gone.len(), look.gone[0].symbol.as_str()), (1, "a"));
    assert!(watched.look().gone.is_empty(), "told once");
}

#[test]
fn bars_that_are_replaced_are_a_revision() {
    let mut watched = Watched::with(300);
    let text = fs::read_to_string(watched.path("a.csv")).unwrap();
    let old = close(250).to_string();
    let new = format!("{}", close(250) + 0.01);
    watched.write("a.csv", &text.replace(&old, &new));
    let look = watched.look();
    let [change] = look.changes.as_slice() else {
        panic!("{look:?}")
    };
    assert_eq!(change.n_new_bars(), 0);
    assert!(matches!(change.event(), Event::Revision | Event::Turn));
}
