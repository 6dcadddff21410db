//! The jobs of continuous integration; the YAML only installs toolchains and calls them.

use crate::{golden, tidy};
use anyhow::{Context, Result};
use clap::ValueEnum;
use xshell::{Shell, cmd};

/// Crates that stand alone: a stranger may take any of them without the others.
pub(crate) const LEAVES: [&str; 4] = ["atc-core", "atc-cache", "atc-parallel", "atc-gpu"];

/// Every member, leaves first.
const MEMBERS: [&str; 7] = [
    "atc-core",
    "atc-cache",
    "atc-parallel",
    "atc-gpu",
    "atc-cli",
    "atc-bench",
    "xtask",
];

/// What `cargo xtask ci` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The job to run; without it, all from `fmt` to `test`, cheapest first.
    job: Option<Job>,
    /// Run the jobs that go crate by crate for this one alone.
    #[arg(long, short)]
    package: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Job {
    /// Format of every file.
    Fmt,
    /// `cargo xtask tidy`.
    Tidy,
    /// The golden corpus is what the naive oracle says.
    Golden,
    /// Lints of every crate, each with all its features, warnings denied.
    Clippy,
    /// Documentation of every crate, warnings denied.
    Docs,
    /// Each leaf alone: default, no and all features.
    Leaves,
    /// The whole workspace, documentation examples first.
    Test,
    /// The arithmetic as shipped: optimised, without overflow checks.
    ReleaseMath,
    /// Every interleaving of the lanes' queues, cancellation and shutdown.
    Loom,
    /// Vector instructions and portable lanes under Miri (needs a nightly toolchain with it).
    Miri,
    /// The workspace compiles with the oldest toolchain it promises.
    Msrv,
    /// Licences, advisories and sources of all dependencies (needs cargo-deny).
    Deny,
    /// No leaf breaks who uses it, against the branch `origin/main` (needs cargo-semver-checks).
    Semver,
    /// Every crate can be published as it is.
    Publish,
}

impl Job {
    /// What a change must pass. The others have a machine of their own.
    const DEFAULT: [Self; 7] = [
        Self::Fmt,
        Self::Tidy,
        Self::Golden,
        Self::Clippy,
        Self::Docs,
        Self::Leaves,
        Self::Test,
    ];
}

/// Runs the chosen job, or all a change must pass.
pub(crate) fn run(sh: &Shell, options: &Options) -> Result<()> {
    let package = options.package.as_deref();
    let jobs = match options.job {
        Some(job) => vec![job],
        None => Job::DEFAULT.to_vec(),
    };
    for job in jobs {
        let name = job.to_possible_value().expect("no job is hidden");
        run_job(sh, job, package).with_context(|| format!("job `{}` failed", name.get_name()))?;
    }
    Ok(())
}

fn run_job(sh: &Shell, job: Job, package: Option<&str>) -> Result<()> {
    match job {
        Job::Fmt => cmd!(sh, "cargo fmt --all --check").run()?,
        Job::Tidy => tidy::run(sh)?,
        Job::Golden => golden(sh, true)?,
        Job::Clippy => clippy(sh, package)?,
        Job::Docs => docs(sh, package)?,
        Job::Leaves => leaves(sh, package)?,
        Job::Test => test(sh, package)?,
        Job::ReleaseMath => cmd!(sh, "cargo test --release -p atc-core -p atc-gpu").run()?,
        Job::Loom => {
            // Another configuration of everything: in its own folder it does not push out the usual one.
            let _model = sh.push_env("RUSTFLAGS", "--cfg loom");
            cmd!(
                sh,
                "cargo test --release -p atc-parallel --no-default-features --test loom --target-dir target/loom"
            )
            .run()?;
        }
        Job::Miri => {
            let _vectors = sh.push_env("RUSTFLAGS", "-Ctarget-feature=+avx2");
            cmd!(
                sh,
                "cargo +nightly miri test -p atc-core --lib lanes:: --target-dir target/miri"
            )
            .run()?;
        }
        Job::Msrv => msrv(sh)?,
        Job::Deny => cmd!(sh, "cargo deny check").run()?,
        Job::Semver => {
            for leaf in chosen(package, &LEAVES) {
                cmd!(
                    sh,
                    "cargo semver-checks -p {leaf} --baseline-rev origin/main"
                )
                .run()?;
            }
        }
        Job::Publish => cmd!(sh, "cargo publish --workspace --dry-run").run()?,
    }
    Ok(())
}

/// The named package, or all of `among`.
fn chosen<'a>(package: Option<&'a str>, among: &[&'a str]) -> Vec<&'a str> {
    package.map_or_else(|| among.to_vec(), |package| vec![package])
}

fn clippy(sh: &Shell, package: Option<&str>) -> Result<()> {
    for package in chosen(package, &MEMBERS) {
        cmd!(
            sh,
            "cargo clippy -p {package} --all-targets --all-features -- -D warnings"
        )
        .run()?;
    }
    Ok(())
}

fn docs(sh: &Shell, package: Option<&str>) -> Result<()> {
    let _denied = sh.push_env("RUSTDOCFLAGS", "-D warnings");
    for package in chosen(package, &MEMBERS) {
        cmd!(sh, "cargo doc -p {package} --no-deps --all-features").run()?;
    }
    Ok(())
}

/// A workspace build unifies features, so a crate can pass there and fail for
/// the stranger who takes it alone.
fn leaves(sh: &Shell, package: Option<&str>) -> Result<()> {
    for leaf in chosen(package, &LEAVES) {
        cmd!(sh, "cargo test -p {leaf}").run()?;
        let manifest = sh.read_file(format!("{leaf}/Cargo.toml"))?;
        if has_features(&manifest) {
            if has_default_features(&manifest) {
                cmd!(sh, "cargo test -p {leaf} --no-default-features").run()?;
            }
            cmd!(sh, "cargo test -p {leaf} --all-features").run()?;
        }
    }
    Ok(())
}

fn has_features(manifest: &str) -> bool {
    manifest.lines().any(|line| line.trim() == "[features]")
}

/// Without them, the build with none is the one with the default.
fn has_default_features(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim);
    lines.any(|line| line.starts_with("default = ") && line != "default = []")
}

/// The tests that `cargo test --workspace` runs. With cargo-nextest they go
/// through it, since it closes with one summary of all.
fn test(sh: &Shell, package: Option<&str>) -> Result<()> {
    let scope: &[&str] = match package {
        Some(package) => &["-p", package],
        None => &["--workspace"],
    };
    let nextest = cmd!(sh, "cargo nextest --version")
        .quiet()
        .ignore_stdout()
        .ignore_stderr();
    if nextest.run().is_err() {
        cmd!(sh, "cargo test {scope...}").run()?;
        return Ok(());
    }
    if package.is_none_or(|package| sh.path_exists(format!("{package}/src/lib.rs"))) {
        cmd!(sh, "cargo test --doc {scope...}").run()?;
    }
    cmd!(sh, "cargo nextest run {scope...}").run()?;
    Ok(())
}

fn msrv(sh: &Shell) -> Result<()> {
    let manifest = sh.read_file("Cargo.toml")?;
    let version = rust_version(&manifest).context("Cargo.toml names no rust-version")?;
    cmd!(sh, "rustup run {version} cargo check --workspace --locked").run()?;
    Ok(())
}

fn rust_version(manifest: &str) -> Option<&str> {
    let value = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version"))?;
    value.split('"').nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_toolchain_is_read_from_the_manifest() {
        let manifest = "[workspace.package]\nedition = \"2024\"\nrust-version = \"1.95\"\n";
        assert_eq!(rust_version(manifest), Some("1.95"));
        assert_eq!(rust_version("[workspace]\n"), None);
    }

    #[test]
    fn a_section_of_features_is_seen() {
        assert!(has_features("[package]\n\n[features]\ndefault = []\n"));
        assert!(!has_features(
            "[dependencies]\nx = { features = [\"y\"] }\n"
        ));
    }

    #[test]
    fn default_features_are_seen() {
        assert!(has_default_features("[features]\ndefault = [\"x\"]\n"));
        assert!(!has_default_features("[features]\ndefault = []\nx = []\n"));
        assert!(!has_default_features("[features]\nx = []\n"));
    }

    #[test]
    fn a_named_package_stands_for_all() {
        assert_eq!(chosen(Some("xtask"), &MEMBERS), ["xtask"]);
        assert_eq!(chosen(None, &LEAVES), LEAVES);
    }

    #[test]
    fn every_leaf_is_a_member() {
        assert!(LEAVES.iter().all(|leaf| MEMBERS.contains(leaf)));
    }
}
