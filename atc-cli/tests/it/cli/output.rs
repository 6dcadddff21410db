//! Outputs that cannot be written, and readers that go away.

use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::process::Stdio;

use super::Folder;

#[test]
fn a_file_appears_only_when_it_is_complete() {
    let folder = Folder::new();
    folder.write("out.csv", "old");
    let failed = folder.atc("compute none.csv -o out.csv");
    assert_eq!(failed.code, Some(1));
    assert_eq!(folder.read("out.csv"), b"old");
    folder.atc("compute candles/FB.csv -o out.csv").ok();
    assert!(folder.read("out.csv").starts_with(b"time,close,"));
    assert_eq!(folder.names(), ["out.csv"]);
}

#[test]
fn a_file_that_cannot_be_created_is_misuse() {
    let folder = Folder::new();
    let ran = folder.atc("compute candles/FB.csv -o nowhere/out.csv");
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            Some(2),
            "error: nowhere/out.csv: cannot be written: there is no such folder; create it first\n"
        )
    );
    let ran = folder.atc("compute candles/FB.csv -o candles");
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (
            Some(2),
            "error: candles: cannot be written: it is a folder; give a file\n"
        )
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one_clear_line() {
    let folder = Folder::new();
    let full = |name: &str| {
        format!(
            "error: {name} cannot be written (free some space, or write elsewhere): No space left on device (os error 28)\n"
        )
    };
    for format in ["csv", "json", "jsonl", "parquet", "arrow"] {
        let ran = folder.atc(&format!(
            "compute candles/FB.csv --format {format} -o /dev/full"
        ));
        assert_eq!(
            (ran.code, ran.stderr),
            (Some(1), full("/dev/full")),
            "{format}"
        );
    }
    for words in [
        "scan candles",
        "why candles/FB.csv",
        "compute candles/FB.csv",
    ] {
        let device = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = folder.command();
        let output = command
            .args(words.split(' '))
            .stdout(device)
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), stderr),
            (Some(1), full("standard output")),
            "{words}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_outgrows_its_limit_leaves_nothing_behind() {
    let folder = Folder::new();
    for format in ["csv", "json", "parquet", "arrow"] {
        // Sixteen blocks of at most 1,024 bytes are less than any of these.
        let script = "ulimit -f 16 && exec \"$0\" \"$@\"";
        let mut shell = std::process::Command::new("sh");
        shell
            .current_dir(folder.path(""))
            .args(["-c", script, env!("CARGO_BIN_EXE_atc")]);
        let words = format!("compute candles --columns detail --format {format} -o out");
        let output = shell.args(words.split(' ')).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{format}: {stderr}");
        assert_eq!(
            stderr,
            "error: out cannot be written (free some space, or write elsewhere): File too large (os error 27)\n",
            "{format}"
        );
        assert!(folder.names().is_empty(), "{format}: {:?}", folder.names());
    }
}

#[test]
fn a_reader_that_goes_away_is_success() {
    let folder = Folder::new();
    for words in [
        "compute candles --columns detail",
        "compute candles --columns detail --format json",
        "compute candles --columns detail --format parquet",
        "compute candles --columns detail --format arrow",
        "scan candles --format json",
    ] {
        let mut command = folder.command();
        let pipes = command
            .args(words.split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        drop(child.stdout.take());
        let mut stderr = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut stderr)
            .unwrap();
        let status = child.wait().unwrap();
        assert_eq!((status.code(), stderr.as_str()), (Some(0), ""), "{words}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_permissions_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.write("real.csv", "old");
    let mode = |name: &str| {
        fs::metadata(folder.path(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    fs::set_permissions(folder.path("real.csv"), PermissionsExt::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real.csv", folder.path("link.csv")).unwrap();
    folder.atc("compute candles/FB.csv -o link.csv").ok();
    assert!(
        fs::symlink_metadata(folder.path("link.csv"))
            .unwrap()
            .is_symlink()
    );
    assert!(folder.read("real.csv").starts_with(b"time,close,"));
    assert_eq!(mode("real.csv"), 0o640);
}

#[test]
fn outputs_do_not_depend_on_the_number_of_threads() {
    let folder = Folder::new();
    let run = |jobs: usize| {
        folder
            .atc(&format!("compute candles --jobs {jobs}"))
            .ok()
            .stdout
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(7));
}

#[test]
fn every_executor_gives_the_same_rows_and_digest() {
    let folder = Folder::new();
    fs::create_dir(folder.path("mixed")).unwrap();
    // Histories of many lengths, so that tiles are ragged and jobs unequal.
    for symbol in 0..40_u64 {
        let mut state = symbol * 2 + 1;
        let mut close = 100.0;
        let mut text = String::from("time,close\n");
        for bar in 0..20 + symbol * symbol {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            close *= 1.0 + ((state >> 40) as f64 / (1_u64 << 24) as f64 - 0.5) / 50.0;
            writeln!(text, "{},{close}", 86_400 * bar).unwrap();
        }
        folder.write(&format!("mixed/{symbol}.csv"), text.as_bytes());
    }
    let run = |executor: &str, jobs: usize| {
        let words = format!(
            "scan mixed --all --sort symbol --executor {executor} --jobs {jobs} --stats stats.json"
        );
        let rows = folder.atc(&words).ok().stdout;
        let stats: serde_json::Value = serde_json::from_slice(&folder.read("stats.json")).unwrap();
        assert_eq!(stats["symbols"], 40);
        (rows, stats["digest"].as_str().unwrap().to_owned())
    };
    let expected = run("sequential", 1);
    assert_eq!(expected.1.len(), 64);
    for executor in ["auto", "rayon", "lanes", "async"] {
        for jobs in [1, 2, 3, 8] {
            assert_eq!(run(executor, jobs), expected, "{executor} with {jobs}");
        }
    }
    folder.write("mixed/0.csv", b"time,close\n0,100\n86400,101\n172800,99\n");
    assert_ne!(
        run("sequential", 1).1,
        expected.1,
        "other bars, another digest"
    );
}
