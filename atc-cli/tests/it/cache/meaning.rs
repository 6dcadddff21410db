//! What a text or a question means does not depend on what is known already.

use std::fs::OpenOptions;
use std::io::Write as _;

use atc_cli::engine::dataset::Request;
use atc_cli::engine::{Cache, Trust};
use atc_core::Params;

use super::{Place, age, csv, scan, walk};

fn semicolons(closes: &[&str]) -> String {
    let row = |(bar, close): (usize, &&str)| format!("{};{close}\n", 1_600_000_000 + 86_400 * bar);
    let rows: String = closes.iter().enumerate().map(row).collect();
    format!("time;close\n{rows}")
}

#[test]
fn another_decimal_mark_in_new_rows_is_noticed_whatever_the_old_rows_show() {
    for trust in [Trust::Unchanged, Trust::Appends] {
        for old in [
            ["101", "38,5", "39"],
            ["38,5", "39", "40"],
            ["38", "39", "40,5"],
        ] {
            let place = Place::new();
            let path = place.path("d.csv");
            let ask = || {
                let cache = Cache::in_directory(place.cache()).trust(trust);
                scan(
                    Params::default(),
                    &Request::default(),
                    &place.data(),
                    Some(cache),
                )
            };
            place.write("d.csv", semicolons(&old));
            assert!(ask().failed.is_empty());
            let append = |row: &str, seconds| {
                let mut file = OpenOptions::new().append(true).open(&path).unwrap();
                file.write_all(row.as_bytes()).unwrap();
                age(&path, seconds);
            };
            append("1600300000;39,75\n", 40);
            let grown = ask();
            assert_eq!(
                (grown.failed.len(), grown.digest()),
                (0, place.cold().digest())
            );
            append("1600400000;1.038\n", 30);
            let failed = ask().failed;
            assert_eq!(
                (failed.len(), &failed),
                (1, &place.cold().failed),
                "{old:?}"
            );
        }
    }
}

#[test]
fn a_symbol_without_letters_is_another_question_than_none() {
    let place = Place::new();
    place.write("a.csv", csv(&walk(1, 60)));
    assert_eq!(place.scan().rows.len(), 1);
    let request = Request {
        symbol: Some(String::new()),
        ..Request::default()
    };
    let asked = place.scan_with(Params::default(), &request);
    assert_eq!((asked.rows.len(), asked.failed.len()), (0, 1));
}
