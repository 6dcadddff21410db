//! Sources that grow and grow: states are kept now and then, and lead on for every question.

use std::fs::OpenOptions;
use std::io::Write as _;

use atc_cli::engine::dataset::Request;
use atc_cli::engine::{Cache, Trust};
use atc_core::{Params, Preset};

use super::{Place, Scanned, age, csv, row, scan, walk};

const N_BARS: usize = 2000;

/// A file that grows bar by bar.
struct Growing {
    place: Place,
    closes: Vec<f64>,
    n_bars: usize,
}

impl Growing {
    fn new() -> Self {
        let closes = walk(3, N_BARS + 200);
        let place = Place::new();
        place.write("a.csv", csv(&closes[..N_BARS]));
        age(&place.path("a.csv"), 100_000);
        Self {
            place,
            closes,
            n_bars: N_BARS,
        }
    }

    fn append(&mut self, n_bars: usize) {
        let path = self.place.path("a.csv");
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        for bar in self.n_bars..self.n_bars + n_bars {
            file.write_all(row(bar, self.closes[bar]).as_bytes())
                .unwrap();
        }
        drop(file);
        self.n_bars += n_bars;
        age(&path, 90_000 - self.n_bars as u64);
    }

    /// What a scan says, which is what one without a cache says.
    fn scan(&self, params: Params, trust: Trust) -> Scanned {
        let request = Request::default();
        let cache = Cache::in_directory(self.place.cache()).trust(trust);
        let cache = cache.on_warning(|text| panic!("{text}"));
        let scanned = scan(params, &request, &self.place.data(), Some(cache));
        let cold = scan(params, &request, &self.place.data(), None);
        assert_eq!(scanned.rows, cold.rows, "{} bars", self.n_bars);
        scanned
    }
}

#[test]
fn a_text_that_grows_bar_by_bar_has_its_state_kept_now_and_then() {
    for trust in [Trust::Unchanged, Trust::Appends] {
        let mut file = Growing::new();
        let params = Params::default();
        assert_eq!(file.scan(params, trust).cache.kept, 1);
        let mut kept = 0;
        for _ in 0..60 {
            file.append(1);
            let cache = file.scan(params, trust).cache;
            assert_eq!((cache.sources_grown, cache.computed), (1, 0));
            assert!(cache.bars_computed <= 17, "{}", cache.bars_computed);
            kept += cache.kept;
            let again = file.scan(params, trust);
            assert_eq!((again.opened(), again.cache.hits_table), (0, 1));
        }
        assert_eq!(kept, 3, "of 60");
        file.append(100);
        let cache = file.scan(params, trust).cache;
        assert_eq!((cache.sources_grown, cache.kept), (1, 1));
    }
}

#[test]
fn two_questions_that_take_turns_go_on_from_states_of_their_own() {
    let mut file = Growing::new();
    let questions = [Params::default(), Preset::Swing.params()];
    for params in questions {
        file.scan(params, Trust::Unchanged);
    }
    for turn in 0..60 {
        file.append(1);
        let cache = file.scan(questions[turn % 2], Trust::Unchanged).cache;
        assert_eq!((cache.sources_grown, cache.computed), (1, 0), "{turn}");
    }
    // Asked of a file that has grown and was seen since: it need not be opened.
    for params in questions {
        let cache = file.scan(params, Trust::Unchanged).cache;
        assert_eq!((cache.sources_opened, cache.computed), (0, 0));
    }
}

#[test]
fn a_question_that_is_new_does_not_cost_the_others_their_states() {
    let mut file = Growing::new();
    file.scan(Params::default(), Trust::Unchanged);
    file.append(3);
    file.scan(Params::default(), Trust::Unchanged);
    // It has no state of this file, and reads it.
    let cache = file.scan(Preset::Swing.params(), Trust::Unchanged).cache;
    assert_eq!((cache.sources_opened, cache.computed), (1, 1));
    for params in [Params::default(), Preset::Swing.params()] {
        let cache = file.scan(params, Trust::Unchanged).cache;
        assert_eq!((cache.sources_opened, cache.computed), (0, 0));
        file.append(1);
        let cache = file.scan(params, Trust::Unchanged).cache;
        assert_eq!((cache.sources_grown, cache.computed), (1, 0));
    }
}

#[test]
fn a_text_that_grew_in_secret_steps_is_found_by_its_beginning_elsewhere() {
    let mut file = Growing::new();
    file.scan(Params::default(), Trust::Unchanged);
    for _ in 0..5 {
        file.append(1);
        file.scan(Params::default(), Trust::Unchanged);
    }
    // The same bars under another name are read, and go on from the state that was kept.
    let (from, to) = (file.place.path("a.csv"), file.place.path("b.csv"));
    std::fs::rename(from, to).unwrap();
    let cache = file.scan(Params::default(), Trust::Unchanged).cache;
    assert_eq!((cache.computed, cache.hits_prefix), (0, 1));
    assert_eq!(cache.bars_computed, 5);
}
