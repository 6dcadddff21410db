//! Every block of shell in the cookbook, run as it stands.

use std::fs;
use std::process::Command;

use super::Folder;
use crate::dataset::write;
use crate::remote::server::{Manners, Server};

/// The blocks of shell under each heading.
fn recipes() -> Vec<(String, String)> {
    let page = include_str!("../../../../docs/cookbook.md");
    let mut heading = "";
    let mut recipes = Vec::new();
    let mut rest = page.lines();
    while let Some(line) = rest.next() {
        if let Some(title) = line.strip_prefix("## ") {
            heading = title;
        } else if line == "```sh" {
            let block: Vec<&str> = rest.by_ref().take_while(|line| *line != "```").collect();
            recipes.push((heading.to_owned(), block.join("\n")));
        }
    }
    recipes
}

#[test]
fn every_recipe_of_the_cookbook_works_as_it_stands() {
    let candles = |symbol: &str| {
        let folder = env!("CARGO_MANIFEST_DIR");
        fs::read(format!("{folder}/../examples/candles/{symbol}.csv")).unwrap()
    };
    let (apple, ibm) = (candles("AAPL"), candles("IBM"));
    let objects = [("daily/AAPL.csv", &apple), ("daily/IBM.csv", &ibm)];
    let objects = objects.map(|(key, bytes)| (key.to_owned(), bytes.clone()));
    let server = Server::start(objects, Manners::default()).unwrap();
    let atc = std::path::Path::new(env!("CARGO_BIN_EXE_atc"));
    let path = std::env::join_paths(
        std::iter::once(atc.parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    )
    .unwrap();
    let recipes = recipes();
    assert!(6 <= recipes.len(), "the page was read");
    for (heading, script) in recipes {
        let folder = Folder::new();
        folder.write(
            "klines.zip",
            write::zip(&[("AAPL.csv", &apple), ("IBM.csv", &ibm)]),
        );
        folder.write("export.csv", &apple);
        let ran = Command::new("sh")
            .args(["-euc", &script])
            .current_dir(folder.path(""))
            .env("PATH", &path)
            .env("HOME", folder.path(""))
            .env("XDG_CACHE_HOME", folder.path("cache"))
            .env("TMPDIR", folder.path(""))
            // Where a device is required of the tests it is still the processor that most recipes are for.
            .env_remove("ATC_GPU")
            .envs(server.s3_settings())
            .output()
            .unwrap();
        let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            ran.status.success(),
            "{heading}: {}{}",
            words(&ran.stdout),
            words(&ran.stderr)
        );
    }
}
