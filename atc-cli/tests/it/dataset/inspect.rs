//! Verdicts before anything is computed.

use atc_cli::engine::dataset::{Request, discover};
use atc_cli::engine::inspect::{Demands, Verdict, Word, inspect};
use atc_core::Gaps;

fn verdict(name: &str, text: &str, warm_up: usize) -> Verdict {
    let demands = Demands {
        warm_up,
        ..Demands::default()
    };
    verdict_of((name, text), demands)
}

fn verdict_of((name, text): (&str, &str), demands: Demands) -> Verdict {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let found = discover(&[path.to_string_lossy().into_owned()]);
    let mut verdicts = inspect(&found.sources[0], &Request::default(), demands);
    assert_eq!(verdicts.len(), 1);
    verdicts.remove(0)
}

#[test]
fn a_clean_file_is_ok() {
    let weeks = "time,close\n2024-01-04,1\n2024-01-05,1.1\n2024-01-08,1.2\n2024-01-09,1.3\n2024-01-10,1.2\n";
    let found = verdict("BTC.csv", weeks, 5);
    assert_eq!(
        (found.verdict, &*found.symbol, found.rows),
        (Word::Ok, "BTC", 5),
        "{:?}",
        found.remarks
    );
    assert_eq!(found.format, "csv (comma, header)");
    let times = found.times.unwrap();
    assert_eq!(
        (&*times.first, &*times.last),
        ("2024-01-04T00:00:00Z", "2024-01-10T00:00:00Z")
    );
    assert_eq!((times.period.as_deref(), times.n_gaps), (Some("1d"), 0));
    assert_eq!(
        (found.closes.lowest, found.closes.highest),
        (Some(1.0), Some(1.3))
    );
    assert!(found.remarks.is_empty());
}

#[test]
fn everything_wrong_with_a_file_is_found_at_once() {
    let text = "time,close\n2024-01-01 00:00,1\n2024-01-01 01:00,1000\n2024-01-01 03:00,\n2024-01-01 02:00,-1\n\
                2024-01-01 02:00,1001\nsoon,3\n2024-01-11 00:00,1001\n2024-01-11 01:00,x\n2024-01-11 02:00,1002\n";
    let found = verdict("a.csv", text, 100);
    assert_eq!(found.verdict, Word::Bad);
    assert_eq!((found.rows, found.unreadable), (7, 2));
    let times = found.times.unwrap();
    assert_eq!((times.unsorted, times.duplicates), (2, 1));
    assert_eq!(times.period.as_deref(), Some("1h"));
    let gap = times.largest_gap.unwrap();
    assert_eq!(
        (&*gap.after, &*gap.until, gap.bars),
        ("2024-01-01T03:00:00Z", "2024-01-11T00:00:00Z", 236)
    );
    assert_eq!(
        (
            found.closes.missing,
            found.closes.non_positive,
            found.closes.n_jumps
        ),
        (1, 1, 1)
    );
    assert_eq!(
        (
            found.closes.jumps[0].row,
            found.closes.jumps[0].from,
            found.closes.jumps[0].to
        ),
        (3, 1.0, 1000.0)
    );
    let all = found.remarks.join("\n");
    for part in [
        "2 rows cannot be read; the first: ",
        "row 7, column `time`: `soon` is not a time",
        "2 rows are out of order, the first is row 5",
        "1 time comes twice, the first in row 6",
        "1 close is zero or negative, the first is -1 in row 5",
        "1 close is missing, the first in row 4",
        "1 jump looks like a redenomination, the first from 1 to 1000 in row 3",
        "236 bars are missing between",
        "7 bars are fewer than the 100",
    ] {
        assert!(all.contains(part), "{part} is not in:\n{all}");
    }
}

#[test]
fn what_cannot_be_read_at_all_has_a_verdict_too() {
    let found = verdict("a.csv", "time,price\n1,2\n", 10);
    assert_eq!((found.verdict, found.rows), (Word::Bad, 0));
    assert!(found.remarks[0].contains("name the column of closing prices `close`"));
    let rows = verdict("a.csv", "time,close\nx,1\ny,2\n", 10);
    assert_eq!(
        (rows.verdict, rows.rows, rows.unreadable),
        (Word::Bad, 0, 2)
    );
    assert!(
        rows.remarks[0].starts_with("2 rows cannot be read; the first: "),
        "{:?}",
        rows.remarks
    );
}

#[test]
fn rows_that_are_too_short_are_counted() {
    let text = "time,open,close\n1,1,1.5\n2,2.5\n3,3,3.5\n4\n";
    let found = verdict("a.csv", text, 1);
    assert_eq!((found.rows, found.unreadable), (2, 2));
    let remark = &found.remarks[0];
    assert!(
        remark.contains("row 3: has 2 cells, the header has 3"),
        "{remark}"
    );
}

#[test]
fn few_bars_and_jumps_only_warn() {
    let found = verdict("a.csv", "close\n1\n1.1\n110\n", 10);
    assert_eq!(found.verdict, Word::Warn);
    assert_eq!(found.times, None);
    assert_eq!(found.remarks.len(), 2);
}

#[test]
fn verdicts_are_json() {
    let json = serde_json::to_value(verdict(
        "a.csv",
        "time,close\n2024-01-01,1\n2024-01-02,2\n",
        1,
    ))
    .unwrap();
    assert_eq!(json["verdict"], "ok");
    assert_eq!(json["times"]["period"], "1d");
    assert_eq!(json["closes"]["missing"], 0);
}

#[test]
fn what_is_refused_depends_on_the_parameters() {
    let text = "close\n1\n\"\"\n1.1\n";
    let of = |cutout, gaps| {
        let demands = Demands {
            warm_up: 3,
            cutout,
            gaps,
        };
        verdict_of(("a.csv", text), demands).verdict
    };
    assert_eq!(of(0, Gaps::Reject), Word::Bad);
    assert_eq!(of(0, Gaps::Skip), Word::Warn);
    assert_eq!(of(3, Gaps::Skip), Word::Bad);
}

#[test]
fn times_that_are_numbers_of_something_else_are_remarked() {
    // Years, and days as a spreadsheet counts them.
    for text in [
        "time,close\n2017,1\n2018,1.1\n2019,1.2\n",
        "time,close\n43831,1\n43832,1.1\n43833,1.2\n",
    ] {
        let found = verdict("a.csv", text, 1);
        assert_eq!(found.verdict, Word::Warn);
        let remark = &found.remarks[0];
        assert!(remark.starts_with("all times are in 1970"), "{remark}");
    }
    let clock = "time,close\n20200101093000,1\n20200101093100,1.1\n20200101093200,1.2\n";
    let found = verdict("a.csv", clock, 1);
    assert_eq!(found.verdict, Word::Ok, "{:?}", found.remarks);
    assert_eq!(found.times.unwrap().period.as_deref(), Some("1m"));
}

#[test]
fn bars_that_are_left_out_are_not_counted_as_the_indicator_does_not() {
    let row = |bar: usize| {
        let close = if bar < 40 { "" } else { "7" };
        format!("{},{close}\n", 1_600_000_000 + 86_400 * bar)
    };
    let text = |n| format!("time,close\n{}", (0..n).map(row).collect::<String>());
    let of = |n, cutout| {
        let demands = Demands {
            warm_up: 38,
            cutout,
            gaps: Gaps::Skip,
        };
        verdict_of(("g.csv", &text(n)), demands)
    };
    let found = of(60, 20);
    assert_eq!((found.verdict, found.rows, found.bars), (Word::Bad, 60, 20));
    let all = found.remarks.join("\n");
    for part in [
        "20 bars are too few for a cutout of 20",
        "20 bars are fewer than the 38",
        "40 closes are missing",
    ] {
        assert!(all.contains(part), "{part} is not in:\n{all}");
    }
    assert_eq!(of(60, 19).verdict, Word::Warn);
    let none = of(40, 0);
    assert_eq!((none.verdict, none.bars), (Word::Bad, 0));
    assert_eq!(none.remarks[0], "no bar has a finite close and source");
}
