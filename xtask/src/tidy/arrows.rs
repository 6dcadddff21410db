//! Which crate of ours may name which, as ARCHITECTURE.md draws it.

use super::Finding;
use crate::ci::LEAVES;
use anyhow::Result;
use xshell::{Shell, cmd};

/// Direct dependencies of ours that a package has, with their features.
#[derive(Debug, PartialEq)]
struct Ours {
    name: String,
    features: Vec<String>,
}

/// Asks cargo for every package's direct dependencies and judges them.
pub(super) fn check(sh: &Shell) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for package in LEAVES.into_iter().chain(["atc-cli", "atc-bench", "xtask"]) {
        let edges = if package == "xtask" {
            "all"
        } else {
            "normal,build"
        };
        let tree = cmd!(
            sh,
            "cargo tree -p {package} --depth 1 --edges {edges} --target all --all-features --prefix none --format '{{p}} [{{f}}]'"
        );
        findings.extend(judge(package, &ours(package, &tree.read()?)));
    }
    Ok(findings)
}

/// The lines of a `cargo tree` that name another crate of the workspace.
fn ours(package: &str, tree: &str) -> Vec<Ours> {
    let of_line = |line: &str| {
        let (name, rest) = line.split_once(' ')?;
        let ours = name.starts_with("atc-") || name == "xtask";
        if !ours || name == package {
            return None;
        }
        let features = rest.rsplit_once('[').map_or("", |(_, features)| features);
        let features = features
            .trim_end_matches(']')
            .split(',')
            .filter(|f| !f.is_empty());
        Some(Ours {
            name: name.to_owned(),
            features: features.map(str::to_owned).collect(),
        })
    };
    tree.lines().filter_map(of_line).collect()
}

fn judge(package: &str, ours: &[Ours]) -> Vec<Finding> {
    let place = format!("{package}/Cargo.toml");
    let mut findings = Vec::new();
    for dependency in ours {
        let name = dependency.name.as_str();
        let complaint = match package {
            "xtask" => Some("xtask calls cargo and knows no crate of ours"),
            "atc-cli" if !LEAVES.contains(&name) => Some("the engine stands on leaves alone"),
            "atc-bench" if dependency.features.iter().any(|feature| feature == "cli") => {
                Some("benchmarks take the engine without its feature `cli`")
            }
            _ if LEAVES.contains(&package) => Some("a leaf names no crate of ours"),
            _ => None,
        };
        if let Some(complaint) = complaint {
            findings.push(Finding::denied(
                &place,
                format!("depends on {name}: {complaint}"),
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(package: &str, tree: &str) -> usize {
        judge(package, &ours(package, tree)).len()
    }

    #[test]
    fn a_leaf_that_names_another_is_found() {
        let alone = "atc-gpu v0.1.0 (/ws/atc-gpu) []\nwgpu v30.0.1 [vulkan,wgsl]\n";
        assert_eq!(complaints("atc-gpu", alone), 0);
        let named = format!("{alone}atc-core v0.1.0 (/ws/atc-core) [serde]\n");
        assert_eq!(complaints("atc-gpu", &named), 1);
        assert_eq!(
            complaints("atc-cli", &named.replace("atc-gpu", "atc-cli")),
            0
        );
    }

    #[test]
    fn the_engine_must_not_name_benchmarks() {
        assert_eq!(
            complaints("atc-cli", "atc-bench v0.1.0 (/ws/atc-bench) []\n"),
            1
        );
    }

    #[test]
    fn benchmarks_must_not_build_the_command_line() {
        let engine = "atc-cli v0.1.0 (/ws/atc-cli) [gpu]\n";
        assert_eq!(complaints("atc-bench", engine), 0);
        assert_eq!(
            complaints("atc-bench", &engine.replace("gpu", "cli,default")),
            1
        );
    }

    #[test]
    fn chores_name_no_crate() {
        assert_eq!(complaints("xtask", "clap v4.6.0 [derive]\n"), 0);
        assert_eq!(
            complaints("xtask", "atc-core v0.1.0 (/ws/atc-core) []\n"),
            1
        );
    }
}
