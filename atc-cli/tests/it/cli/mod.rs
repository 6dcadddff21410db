//! The command as users run it: standard output, standard error, exit code.
//!
//! Expected text lies in `tests/it/snapshots`; `ATC_UPDATE_SNAPSHOTS=1` writes it anew.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod bad;
mod careful;
mod commands;
#[cfg(all(unix, feature = "remote"))]
mod cookbook;
mod formats;
mod golden;
#[cfg(feature = "gpu")]
mod gpu;
mod output;
mod params;
mod setup;
mod sweep;
mod watch;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A folder to run the command in.
struct Folder(TempDir);

/// What a run gave.
struct Ran {
    words: String,
    stdout: Vec<u8>,
    stderr: String,
    code: Option<i32>,
}

impl Folder {
    /// A folder with a link to the example candles.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let candles = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/candles");
        fs::create_dir(folder.path().join("candles")).unwrap();
        for symbol in ["AAPL", "FB", "GOOG", "IBM", "MSFT"] {
            let name = format!("{symbol}.csv");
            let to = folder.path().join("candles").join(&name);
            fs::copy(candles.join(&name), to).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), bytes).unwrap();
    }

    fn append(&self, name: &str, text: &str) {
        let file = fs::OpenOptions::new().append(true).open(self.path(name));
        file.unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// The names in the folder, sorted, without the candles.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<String> = entries
            .map(|entry| name(entry).to_string_lossy().into_owned())
            .filter(|name| name != "candles")
            .collect();
        names.sort_unstable();
        names
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atc"));
        command.current_dir(self.0.path());
        for name in ["ATC_GPU", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"] {
            command.env_remove(name);
        }
        command.env("ATC_CACHE", "off");
        // Some Vulkan drivers complain on standard error where there is none.
        command.env("XDG_RUNTIME_DIR", self.0.path());
        command
    }

    /// Runs `atc` with words separated by spaces.
    fn atc(&self, words: &str) -> Ran {
        self.atc_fed(words, b"")
    }

    /// Runs `atc` with variables in its environment.
    #[cfg(feature = "gpu")]
    fn atc_with(&self, variables: &[(&str, &str)], words: &str) -> Ran {
        let mut command = self.command();
        command.envs(variables.iter().copied());
        Self::run(command, words, b"")
    }

    /// Runs `atc` with bytes on standard input.
    fn atc_fed(&self, words: &str, input: &[u8]) -> Ran {
        Self::run(self.command(), words, input)
    }

    fn spawn(mut command: Command, words: &str) -> Child {
        command
            .args(words.split_whitespace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn run(command: Command, words: &str, input: &[u8]) -> Ran {
        let mut child = Self::spawn(command, words);
        // A command that does not read its input closes the pipe, which is not its failure.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        Ran {
            words: words.to_owned(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
        }
    }
}

impl Ran {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// Expects success, and quiet.
    fn ok(self) -> Self {
        assert_eq!(
            (self.code, self.stderr.as_str()),
            (Some(0), ""),
            "atc {}",
            self.words
        );
        self
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| {
            panic!(
                "atc {}: {error}: {}{}",
                self.words,
                self.text(),
                self.stderr
            )
        })
    }

    fn transcript(&self) -> String {
        let mut text = format!("$ atc {}\n{}", self.words, self.text());
        if !self.stderr.is_empty() {
            let _ = write!(text, "--- stderr\n{}", self.stderr);
        }
        let _ = writeln!(text, "--- exit {}", self.code.unwrap());
        text.replace('\x1b', "␛")
    }
}

/// Compares runs with the snapshot of this name.
fn snapshot(name: &str, runs: &[Ran]) {
    let found: Vec<String> = runs.iter().map(Ran::transcript).collect();
    let found = found.join("\n");
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/snapshots")
        .join(format!("{name}.txt"));
    if std::env::var_os("ATC_UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{name} differs from its snapshot; it is now:\n{found}"
    );
}
