//! `atc watch -`: bars from standard input, as they come.

use std::io::{self, BufRead};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;

use anyhow::Context as _;
use atc_cli::engine::dataset::LineReader;
use atc_cli::engine::{Failure, Feed, Look};

use super::{NAP, WatchArgs, complain, show, show_first};
use crate::cli::args::Global;
use crate::cli::exit::{Exit, Misuse};
use crate::cli::{input, interrupt, output, progress};

/// What an input without a symbol is called.
const STDIN: &str = "stdin";
/// Bytes after which a line is taken to be none.
const LONGEST_LINE: usize = 1 << 20;
/// Texts that may wait to be read.
const WAITING: usize = 16;

/// Runs the command: other inputs are history, standard input is what follows.
pub(super) fn run(args: &WatchArgs, global: &Global) -> anyhow::Result<Exit> {
    if args.looks.is_some() {
        let text = "`--looks` counts looks at files; the end of standard input ends a feed";
        return Err(Misuse(text.to_owned()).into());
    }
    let plan = args.params.plan()?;
    let warm_up = plan.warm_up();
    let history: Vec<String> = args
        .inputs
        .iter()
        .filter(|path| *path != "-")
        .cloned()
        .collect();
    let (sources, missing) = input::sources(&history, None);
    let bar = progress::bar(global, sources.len(), "reading");
    let engine = args.read.engine(plan, &sources, (global, &bar), None)?;
    let request = args.read.request();
    let (mut feed, mut look) = engine.feed(sources, &request);
    bar.finish_and_clear();
    look.n_failing += missing.len();
    look.failed.extend(missing);
    show_first(args, global, (&look, warm_up))?;
    complain(global, &look);
    if look.is_cancelled {
        return Ok(Exit::Interrupted);
    }
    let mut lines = LineReader::new(STDIN, request);
    if let Some(symbol) = feed.only_symbol() {
        lines = lines.unnamed(symbol);
    }
    let mut n_failed = look.n_failing;
    let (texts, token) = (listen(), interrupt::token());
    loop {
        let text = match texts.recv_timeout(NAP) {
            _ if token.is_cancelled() => return Ok(Exit::Interrupted),
            Ok(text) => text.context("standard input cannot be read")?,
            Err(RecvTimeoutError::Timeout) if output::has_no_reader() => return Ok(Exit::Done),
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let look = take(&text, &mut lines, &mut feed);
        n_failed += look.failed.len();
        show(args, global, &look)?;
        complain(global, &look);
    }
    Ok(Exit::of_run(n_failed, false))
}

/// What some lines change.
fn take(text: &[u8], lines: &mut LineReader, feed: &mut Feed) -> Look {
    let mut look = Look::default();
    for line in text
        .strip_suffix(b"\n")
        .unwrap_or(text)
        .split(|byte| *byte == b'\n')
    {
        let bars = lines.read(line).map_err(Failure::from);
        match bars.and_then(|bars| bars.map_or(Ok(None), |bars| feed.push(&bars))) {
            Ok(change) => look.changes.extend(change),
            Err(failure) => look.failed.push(failure),
        }
    }
    look
}

/// Whole lines of standard input as they come. A thread waits for them, so that Ctrl-C need not.
fn listen() -> Receiver<io::Result<Vec<u8>>> {
    let (texts, receiver) = sync_channel(WAITING);
    thread::spawn(move || {
        if let Err(error) = hand_on(&mut io::stdin().lock(), &texts) {
            let _ = texts.send(Err(error)); // unless nobody listens any more
        }
    });
    receiver
}

fn hand_on(input: &mut impl BufRead, texts: &SyncSender<io::Result<Vec<u8>>>) -> io::Result<()> {
    let mut text = Vec::new();
    loop {
        let came = input.fill_buf()?;
        let n_came = came.len();
        text.extend_from_slice(came);
        input.consume(n_came);
        let n_whole = match memchr::memrchr(b'\n', &text) {
            Some(end) => end + 1,
            None if n_came == 0 || LONGEST_LINE < text.len() => text.len(),
            None => continue,
        };
        let rest = text.split_off(n_whole);
        let whole = std::mem::replace(&mut text, rest);
        if (!whole.is_empty() && texts.send(Ok(whole)).is_err()) || n_came == 0 && text.is_empty() {
            return Ok(());
        }
    }
}
