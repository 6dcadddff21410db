//! Made-up markets as files.

use std::process::Command;

use atc_bench::market::Workload;
use atc_cli::engine::dataset::{Request, discover};

#[test]
fn files_hold_every_symbol_once_and_the_bars_of_the_market() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("market");
    let args = [
        "--series", "7", "--bars", "90", "--shards", "3", "--seed", "5",
    ];
    let status = Command::new(env!("CARGO_BIN_EXE_atc-bench"))
        .arg("generate")
        .arg(&path)
        .args(args)
        .status();
    assert!(status.unwrap().success());
    let found = discover(&[path.to_str().unwrap().to_owned()]);
    assert_eq!(found.sources.len(), 3);
    let read = |source: &atc_cli::engine::dataset::Source| source.read(&Request::default());
    let bars: Vec<_> = found
        .sources
        .iter()
        .flat_map(|one| read(one).unwrap())
        .collect();
    let closes: Vec<_> = bars.iter().map(|bars| bars.close.clone()).collect();
    assert_eq!(closes, Workload::new(7, 90).market(5));
    assert_eq!(bars[6].symbol, "S000006");
    let times = bars[0].time.as_ref().unwrap();
    assert_eq!(times[1] - times[0], 900_000_000_000);
}
