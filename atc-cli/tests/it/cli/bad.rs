//! Bad inputs: one clear line each, and the others are done.

use std::io::Write as _;

use super::{Folder, snapshot};

fn with_bad_inputs() -> Folder {
    let folder = Folder::new();
    folder.write("empty.csv", "");
    folder.write(
        "junk.csv",
        (0..2000_u32)
            .map(|at| (at * at % 251) as u8)
            .collect::<Vec<_>>(),
    );
    folder.write("noclose.csv", "time,price\n2024-01-01,1\n");
    folder.write("text.csv", "time,close\n2024-01-01,1\n2024-01-02,abc\n");
    folder.write("unsorted.csv", "time,close\n2024-01-02,1\n2024-01-01,2\n");
    folder.write("twice.csv", "time,close\n2024-01-02,1\n2024-01-02,2\n");
    folder.write(
        "missing.csv",
        "time,close\n2024-01-01,1\n2024-01-02,\n2024-01-03,2\n",
    );
    folder.write("infinite.csv", "time,close\n2024-01-01,1\n2024-01-02,inf\n");
    folder.write("zero.csv", "time,close\n2024-01-01,1\n\n2024-01-02,0\n");
    folder.write(
        "negative.csv",
        "time,close\n2024-01-01,1\n2024-01-02,-3.5\n",
    );
    folder.atc("compute candles/FB.csv -o whole.parquet").ok();
    let whole = folder.read("whole.parquet");
    folder.write("cut.parquet", &whole[..whole.len() / 2]);
    std::fs::remove_file(folder.path("whole.parquet")).unwrap();
    folder.write("bomb.csv.gz", bomb());
    std::fs::create_dir(folder.path("nothing")).unwrap();
    folder
}

/// Two hundred megabytes of zeros in two hundred kilobytes.
fn bomb() -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..200 {
        packed.write_all(&zeros).unwrap();
    }
    packed.finish().unwrap()
}

const BAD: &str = "none.csv nothing no*.parquet empty.csv junk.csv noclose.csv text.csv \
                   unsorted.csv twice.csv missing.csv infinite.csv zero.csv negative.csv \
                   cut.parquet bomb.csv.gz";

#[test]
fn each_bad_input_is_explained_and_the_good_one_is_done() {
    let folder = with_bad_inputs();
    let scan = folder.atc(&format!("scan {BAD} candles/FB.csv"));
    let compute = folder.atc(&format!("compute {BAD} candles/FB.csv -o out.csv"));
    assert_eq!(compute.stderr, scan.stderr);
    assert_eq!((compute.code, compute.text()), (Some(1), ""));
    let written = String::from_utf8(folder.read("out.csv")).unwrap();
    assert_eq!(written.lines().count(), 1 + 196);
    assert!(
        written.starts_with("symbol,time,close,"),
        "several inputs were named"
    );
    snapshot("bad_inputs", &[scan, folder.atc(&format!("inspect {BAD}"))]);
}

#[test]
fn each_bad_input_alone_fails_without_output() {
    let folder = with_bad_inputs();
    let before = folder.names();
    for input in BAD.split_whitespace().filter(|input| !input.contains('*')) {
        let ran = folder.atc(&format!("compute {input} -o out.csv"));
        assert_eq!(ran.code, Some(1), "{input}");
        assert_eq!(ran.stderr.lines().count(), 2, "{input}: {}", ran.stderr);
        let ran = folder.atc(&format!("why {input}"));
        assert_eq!((ran.code, ran.text()), (Some(1), ""), "{input}");
        assert_eq!(ran.stderr.lines().count(), 1, "{input}: {}", ran.stderr);
    }
    assert_eq!(folder.names(), before, "nothing is left behind");
}

#[test]
fn questions_without_an_answer_are_explained() {
    let folder = Folder::new();
    folder.write("plain.csv", "close\n1\n2\n3\n");
    let runs = [
        "why nofile.csv",
        "why candles",
        "why candles --symbol TSLA",
        "why candles/FB.csv --bar 196",
        "why candles/FB.csv --bar 2011-01-01",
        "why candles/FB.csv --bar soon",
        "why candles/FB.csv --bar 9 --cutout 10",
        "why plain.csv --bar 2024-01-01",
        "scan candles --symbol TSLA",
        "scan candles --source vwap --sort symbol",
        "scan candles/FB.csv --cutout 500",
        "compute plain.csv candles/FB.csv --columns average -o x.csv",
    ];
    snapshot("no_answer", &runs.map(|words| folder.atc(words)));
}

#[test]
fn a_symbol_that_one_input_has_is_no_failure_of_the_others() {
    let folder = Folder::new();
    folder.write(
        "ab.csv",
        "symbol,time,close\nA,2024-01-01,1\nB,2024-01-01,2\n",
    );
    folder.write(
        "cd.csv",
        "symbol,time,close\nC,2024-01-01,1\nD,2024-01-01,2\n",
    );
    let ran = folder
        .atc("scan ab.csv cd.csv --symbol C --format json")
        .ok();
    assert_eq!(ran.json().as_array().unwrap().len(), 1);
}

#[cfg(unix)]
#[test]
fn a_forbidden_file_is_a_failed_input() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.write("secret.csv", "close\n1\n");
    let path = folder.path("secret.csv");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        // The superuser may read everything.
        return;
    }
    let ran = folder.atc("scan secret.csv candles/FB.csv");
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("secret.csv: permission denied"),
        "{}",
        ran.stderr
    );
    assert!(ran.text().contains("FB"));
}
