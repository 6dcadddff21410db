//! Cache on = cache off, bit for bit, whatever happens in between.
//!
//! `ATC_SCENARIOS=2000` runs as many random scenarios; 120 without it.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use atc_cli::engine::dataset::{Request, SourceColumn};
use atc_cli::engine::{Cache, digest};
use atc_core::{Family, Params, Profile};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{Place, age, csv, row, scan, walk};

/// Something that happens between two scans.
#[derive(Clone, Debug)]
enum Event {
    Append { file: usize, n: usize },
    ChangeOldBar { file: usize, bar: usize },
    ChangeParameter { which: usize },
    SwitchProfile(usize),
    SwitchSource(usize),
    Rename { file: usize },
    Add,
    Remove,
    Wait,
    Reorder,
    Touch { file: usize },
    LoseTheStore,
    LoseTheIndex,
}

fn event() -> impl Strategy<Value = Event> {
    let file = 0..3_usize;
    prop_oneof![
        4 => (file.clone(), prop_oneof![3 => 1..4_usize, 1 => 10..40_usize]).prop_map(|(file, n)| Event::Append { file, n }),
        3 => (file.clone(), 0..5000_usize).prop_map(|(file, bar)| Event::ChangeOldBar { file, bar }),
        2 => (0..5_usize).prop_map(|which| Event::ChangeParameter { which }),
        2 => (0..3_usize).prop_map(Event::SwitchProfile),
        1 => (0..2_usize).prop_map(Event::SwitchSource),
        1 => file.clone().prop_map(|file| Event::Rename { file }),
        1 => Just(Event::Add),
        1 => Just(Event::Remove),
        1 => Just(Event::Wait),
        1 => Just(Event::Reorder),
        1 => file.prop_map(|file| Event::Touch { file }),
        1 => Just(Event::LoseTheStore),
        1 => Just(Event::LoseTheIndex),
    ]
}

/// A market of three files, and how it is asked for.
struct World {
    place: Place,
    closes: Vec<Vec<f64>>,
    names: Vec<String>,
    params: Params,
    request: Request,
    clock: u64,
}

impl World {
    fn new(lengths: &[usize]) -> Self {
        let closes: Vec<Vec<f64>> = (1..).zip(lengths).map(|(seed, n)| walk(seed, *n)).collect();
        let world = Self {
            place: Place::new(),
            names: (0..lengths.len())
                .map(|file| format!("f{file}.csv"))
                .collect(),
            closes,
            params: Params::default(),
            request: Request::default(),
            clock: 1_000_000,
        };
        for (name, closes) in world.names.iter().zip(&world.closes) {
            world.place.write(name, csv(closes));
        }
        world
    }

    /// The file has just got its content, at a time no file had before.
    fn settle(&mut self, file: usize) {
        self.clock -= 10;
        age(&self.place.path(&self.names[file]), self.clock);
    }

    fn happen(&mut self, event: &Event) {
        match *event {
            Event::Append { file, n } => {
                let path = self.place.path(&self.names[file]);
                let mut out = OpenOptions::new().append(true).open(path).unwrap();
                for _ in 0..n {
                    let bar = self.closes[file].len();
                    let close = 50.0 + (bar as f64 * 0.7).sin() * 10.0;
                    self.closes[file].push(close);
                    out.write_all(row(bar, close).as_bytes()).unwrap();
                }
                self.settle(file);
            }
            Event::ChangeOldBar { file, bar } => {
                let bar = bar % self.closes[file].len();
                self.closes[file][bar] *= 1.25;
                let path = self.place.path(&self.names[file]);
                fs::write(path, csv(&self.closes[file])).unwrap();
                self.settle(file);
            }
            Event::ChangeParameter { which } => match which {
                0 => self.params.lambda += 0.01,
                1 => self.params.decay = 0.05,
                2 => self.params.lengths[Family::Hma] += 1,
                3 => self.params.weights[Family::Kama] = 0.5,
                _ => self.params.long_threshold = 0.2,
            },
            Event::SwitchProfile(which) => self.params.profile = Profile::ALL[which],
            Event::SwitchSource(which) => {
                self.request.source = [SourceColumn::Close, SourceColumn::Hlc3][which].clone();
            }
            Event::Rename { file } => {
                let name = format!("n{}.csv", self.clock);
                let (from, to) = (self.place.path(&self.names[file]), self.place.path(&name));
                fs::rename(from, to).unwrap();
                self.names[file] = name;
                self.clock -= 10;
            }
            Event::Add => {
                let (bars, name) = (walk(self.clock, 300), format!("x{}.csv", self.clock));
                self.place.write(&name, csv(&bars));
                self.clock -= 10;
            }
            // What was there from the beginning stays.
            Event::Remove => {
                let paths = fs::read_dir(self.place.data()).unwrap();
                let mut paths = paths.map(|entry| entry.unwrap().path());
                let is_extra =
                    |path: &PathBuf| path.file_name().unwrap().as_encoded_bytes()[0] == b'x';
                if let Some(path) = paths.find(is_extra) {
                    fs::remove_file(path).unwrap();
                }
            }
            // So that what was noted of files and folders counts.
            Event::Wait => std::thread::sleep(Duration::from_millis(25)),
            Event::Reorder => {
                // Two files take each other's place.
                let (a, b) = (
                    self.place.path(&self.names[0]),
                    self.place.path(&self.names[1]),
                );
                let aside = self.place.0.path().join("aside");
                fs::rename(&a, &aside).unwrap();
                fs::rename(&b, &a).unwrap();
                fs::rename(&aside, &b).unwrap();
                self.closes.swap(0, 1);
            }
            Event::Touch { file } => self.settle(file),
            Event::LoseTheStore => drop(fs::remove_dir_all(self.place.cache().join("store"))),
            Event::LoseTheIndex => drop(fs::remove_file(self.place.cache().join("sources"))),
        }
    }

    /// Scans with a cache of its own, and without.
    fn check(&self) -> Result<(), TestCaseError> {
        let data = self.place.data();
        let cache = Cache::in_directory(self.place.cache()).disk_bytes(8 << 20);
        let warm = scan(self.params, &self.request, &data, Some(cache));
        let cold = scan(self.params, &self.request, &data, None);
        prop_assert_eq!(digest(&warm.rows), digest(&cold.rows), "{:?}", warm.cache);
        prop_assert_eq!(warm.rows, cold.rows);
        prop_assert_eq!(warm.failed, cold.failed);
        Ok(())
    }
}

#[test]
fn a_scan_with_a_cache_says_the_same_bits_as_one_without() {
    let scenarios = std::env::var("ATC_SCENARIOS").ok();
    let cases = scenarios.map_or(120, |n| n.parse().expect("ATC_SCENARIOS is a number"));
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    let lengths = prop::collection::vec(
        prop_oneof![60..300_usize, 1000..1060_usize, 4090..4200_usize],
        3,
    );
    let scenario = (lengths, prop::collection::vec(event(), 1..6));
    let law = runner.run(&scenario, |(lengths, events)| {
        let mut world = World::new(&lengths);
        world.check()?;
        for event in &events {
            world.happen(event);
            world.check()?;
        }
        Ok(())
    });
    if let Err(error) = law {
        panic!("{error}");
    }
}
