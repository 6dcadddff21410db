//! `atc watch` as users run it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout};

use super::{Folder, snapshot};

/// A watch that is running.
struct Watching {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Watching {
    fn begin(folder: &Folder, words: &str) -> Self {
        Self::of(Folder::spawn(folder.command(), words))
    }

    fn of(mut child: Child) -> Self {
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn next(&mut self) -> String {
        self.lines.next().expect("a line more").unwrap()
    }

    fn event(&mut self) -> serde_json::Value {
        serde_json::from_str(&self.next()).unwrap()
    }

    /// Sends it a signal.
    #[cfg(unix)]
    fn send(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let mut kill = std::process::Command::new("kill");
        assert!(kill.args([signal, &pid]).status().unwrap().success());
    }

    /// Ends it with Ctrl-C; what was left of its output, and its exit code.
    #[cfg(unix)]
    fn interrupt(self) -> (Vec<String>, Option<i32>) {
        self.end("-INT")
    }

    /// Ends it with a signal.
    #[cfg(unix)]
    fn end(mut self, signal: &str) -> (Vec<String>, Option<i32>) {
        self.send(signal);
        let rest = self.lines.map(Result::unwrap).collect();
        (rest, self.child.wait().unwrap().code())
    }
}

/// The lines of a file: what is there at first, and what comes.
fn split(folder: &Folder, name: &str, n_lines: usize) -> Vec<String> {
    let text = String::from_utf8(folder.read(name)).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (head, tail) = lines.split_at(n_lines);
    folder.write(name, head.concat());
    tail.iter().copied().map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn bars_that_come_are_told_as_a_scan_tells_them_until_it_is_interrupted() {
    let folder = Folder::new();
    let coming = split(&folder, "candles/GOOG.csv", 1400);
    let mut text = String::from_utf8(folder.read("candles/GOOG.csv")).unwrap();
    let words = "watch candles --bars --every 10ms --format jsonl";
    let mut watching = Watching::begin(&folder, words);
    for _ in 0..5 {
        assert_eq!(watching.event()["event"], "start");
    }
    let mut trend = String::from("long");
    for (at, line) in coming.iter().take(30).enumerate() {
        text += line;
        folder.append("candles/GOOG.csv", line);
        let event = watching.event();
        assert_eq!(
            (&event["symbol"], &event["new_bars"]),
            (&"GOOG".into(), &1.into())
        );
        assert_eq!(event["trend_before"], trend.as_str());
        folder.write("copy/GOOG.csv", &text);
        let scanned = folder.atc("scan copy --format jsonl").ok().json();
        for field in ["trend", "average_signal", "bars_since_flip", "time", "bars"] {
            assert_eq!(event[field], scanned[field], "{field} after {at} bars");
        }
        trend = event["trend"].as_str().unwrap().to_owned();
        let turned = event["trend"] != event["trend_before"];
        assert_eq!(event["event"], if turned { "turn" } else { "bar" });
    }
    assert_eq!(watching.interrupt(), (Vec::new(), Some(130)));
}

#[test]
fn without_bars_only_turns_are_told() {
    let folder = Folder::new();
    let coming = split(&folder, "candles/GOOG.csv", 1400);
    let words = "watch candles/GOOG.csv --every 10ms --looks 100000 --format csv";
    let mut watching = Watching::begin(&folder, words);
    assert!(
        watching
            .next()
            .starts_with("event,trend_before,new_bars,symbol,trend,")
    );
    assert!(watching.next().starts_with("start,,1399,GOOG,long,"));
    for line in &coming[..20] {
        folder.append("candles/GOOG.csv", line);
        std::thread::sleep(std::time::Duration::from_millis(40));
    }
    let turn = watching.next();
    assert!(
        turn.starts_with("turn,long,") && turn.contains(",GOOG,short,"),
        "{turn}"
    );
    watching.child.kill().unwrap();
    watching.child.wait().unwrap();
}

#[test]
fn one_look_is_a_scan_and_misuse_is_told() {
    let folder = Folder::new();
    folder.write("candles/bad.csv", "time,close\n1,2\n0,3\n");
    let runs = [
        "watch candles --looks 1",
        "watch candles/IBM.csv --looks 1 --format csv",
        "watch nowhere --looks 1",
        "watch candles/FB.csv candles/IBM.csv --symbol ibm --looks 1 --format csv",
        "watch candles/FB.csv candles/IBM.csv --symbol none --looks 1 --format csv",
        "watch - --looks 1",
        "watch candles --every soon",
        "watch candles --looks 0",
    ];
    snapshot("watch", &runs.map(|words| folder.atc(words)));
}

#[test]
fn bars_of_standard_input_go_on_from_other_inputs() {
    let folder = Folder::new();
    let all = folder
        .atc("scan candles/GOOG.csv --format jsonl")
        .ok()
        .json();
    let coming = split(&folder, "candles/GOOG.csv", 1400);
    let words = "watch candles/GOOG.csv - --bars --format jsonl";
    let header = String::from_utf8(folder.read("candles/GOOG.csv")).unwrap();
    let header = header.lines().next().unwrap();
    let fed = format!("{header}\n{}", coming.concat());
    let ran = folder.atc_fed(words, fed.as_bytes()).ok();
    let events: Vec<serde_json::Value> = ran
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events.len(), 1 + coming.len());
    let last = events.last().unwrap();
    for field in [
        "trend",
        "average_signal",
        "bars_since_flip",
        "close",
        "time",
        "bars",
    ] {
        assert_eq!(last[field], all[field], "{field}");
    }
    assert_eq!(
        (&last["symbol"], &last["input"]),
        (&"GOOG".into(), &"stdin".into())
    );
}

#[test]
fn a_symbol_that_is_asked_for_in_other_letters_is_the_one_of_the_history() {
    let folder = Folder::new();
    for feed in [
        "2013-03-04,821.5\n",
        "symbol,time,close\nGoog,2013-03-04,821.5\nIBM,2013-03-04,1\n",
    ] {
        let words = "watch candles - --symbol goog --bars --format csv";
        let ran = folder.atc_fed(words, feed.as_bytes()).ok();
        let last = ran.text().lines().last().unwrap().to_owned();
        assert!(last.contains(",GOOG,") && last.contains(",1501,"), "{last}");
    }
}

#[test]
fn a_feed_goes_on_after_a_line_that_cannot_be_read() {
    let folder = Folder::new();
    let feed = "symbol,time,close\nA,2024-01-01,10\nA,2024-01-02,ten\nB,2024-01-01,3\nA,2024-01-03,-1\nA,2024-01-03,11\n";
    let runs = [
        "watch -",
        "watch - --bars --format csv",
        "watch - --symbol b --bars --format csv",
    ];
    snapshot(
        "watch_feed",
        &runs.map(|words| folder.atc_fed(words, feed.as_bytes())),
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_watch_that_nobody_reads_ends() {
    let folder = Folder::new();
    for words in [
        "watch candles --every 1h --format csv",
        "watch candles - --format csv",
    ] {
        let mut watching = Watching::begin(&folder, words);
        watching.next();
        let Watching { mut child, lines } = watching;
        drop(lines);
        // Which stays open: nothing but the reader can have told.
        let stdin = child.stdin.take();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{words}");
        drop(stdin);
    }
}

#[cfg(unix)]
#[test]
fn who_waits_for_standard_input_is_interrupted_at_once() {
    let folder = Folder::new();
    for words in ["scan -", "compute - -o out.csv", "sweep - --vary len=20,30"] {
        let watching = Watching::begin(&folder, words);
        std::thread::sleep(std::time::Duration::from_millis(200));
        // By the signal itself, for which a shell says 130.
        assert_eq!(watching.interrupt(), (Vec::new(), None), "{words}");
    }
    let mut names = std::fs::read_dir(folder.path("")).unwrap();
    assert!(names.all(|entry| !entry.unwrap().path().to_string_lossy().contains("out.csv")));
}

#[cfg(unix)]
#[test]
fn a_feed_that_waits_is_interrupted() {
    let folder = Folder::new();
    let mut watching = Watching::begin(&folder, "watch candles - --format csv");
    // Held open: there is more to come.
    let input = watching.child.stdin.take();
    for _ in 0..6 {
        watching.next();
    }
    assert_eq!(watching.interrupt(), (Vec::new(), Some(130)));
    drop(input);
}

#[cfg(unix)]
#[test]
fn the_exit_code_says_which_signal_ended_a_watch() {
    let folder = Folder::new();
    for (signal, code) in [("-TERM", 143), ("-HUP", 129)] {
        let words = "watch candles/FB.csv --every 10ms --format csv";
        let mut watching = Watching::begin(&folder, words);
        // The header, and where it stands: from then on signals are waited for.
        watching.next();
        watching.next();
        assert_eq!(watching.end(signal).1, Some(code), "{signal}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn signals_that_were_ignored_before_a_watch_stay_ignored() {
    let folder = Folder::new();
    let atc = env!("CARGO_BIN_EXE_atc");
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", "trap '' INT HUP; exec \"$0\" \"$@\"", atc])
        .current_dir(folder.path(""))
        .env("ATC_GPU", "off");
    let child = Folder::spawn(
        shell,
        "watch candles/FB.csv --bars --every 10ms --format csv",
    );
    let mut watching = Watching::of(child);
    watching.next();
    watching.next();
    for signal in ["-INT", "-HUP"] {
        watching.send(signal);
    }
    folder.append("candles/FB.csv", "2099-01-01,30,31,29,30,1\n");
    assert!(watching.next().contains(",FB,"));
    assert_eq!(watching.end("-TERM").1, Some(143));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_watched_since_it_can_be_looked_at_once() {
    let folder = Folder::new();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path("p.csv"))
        .status();
    assert!(made.unwrap().success());
    let ran = folder.atc("watch p.csv");
    assert_eq!(ran.code, Some(2));
    let expected =
        "error: p.csv: is a pipe, which can be looked at once; give it to standard input, as `-`\n";
    assert_eq!(ran.stderr, expected);
}
