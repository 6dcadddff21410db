//! A warming seen from other processes: its lock, its status file, and the wish that it stop.

mod status;

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use atc_cli::engine::{Cache, Failure};
use atc_parallel::CancelToken;
use indicatif::ProgressBar;

use self::status::Status;
use super::args::Global;
use super::exit::{Exit, Misuse};
use super::output;

/// How often the status is written, and the wish to stop looked for.
const BEAT: Duration = Duration::from_millis(250);

/// How long `--stop` waits: at its low priority, a warming beside a busy machine ends its tile late.
const PATIENCE: Duration = Duration::from_mins(5);

/// A warming of this process, which holds the folder's warming lock.
pub(crate) struct Warming {
    folder: PathBuf,
    begun: Instant,
    progress: Arc<Progress>,
    /// Held for as long as the warming runs.
    lock: File,
}

#[derive(Debug, Default)]
struct Progress {
    bars: Mutex<Vec<ProgressBar>>,
    is_over: AtomicBool,
    /// Held while the status is written: two that write at once take the draft from each other.
    writing: Mutex<()>,
}

impl Progress {
    fn bars(&self) -> MutexGuard<'_, Vec<ProgressBar>> {
        self.bars.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Warming {
    /// Takes the lock; `None` if another process is warming this cache.
    pub(crate) fn begin(folder: &Path) -> anyhow::Result<Option<Self>> {
        claim(folder)?;
        let Some(lock) = take_lock(folder)? else {
            return Ok(None);
        };
        let _ = fs::remove_file(folder.join("warm.stop"));
        let warming = Self {
            folder: folder.to_owned(),
            begun: Instant::now(),
            progress: Arc::default(),
            lock,
        };
        warming.write(&warming.status("running"))?;
        Ok(Some(warming))
    }

    /// The sources that `bar` counts are to be warmed, too.
    pub(crate) fn follow(&self, bar: &ProgressBar) {
        self.progress.bars().push(bar.clone());
    }

    /// Time since it began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Keeps the status file up to date, and cancels `token` when `atc warm --stop` was said.
    pub(crate) fn cancel_when_asked(&self, token: CancelToken) {
        let (folder, begun) = (self.folder.clone(), self.begun);
        let progress = Arc::clone(&self.progress);
        std::thread::spawn(move || {
            while !progress.is_over.load(Relaxed) && !token.is_cancelled() {
                if folder.join("warm.stop").exists() {
                    token.cancel();
                }
                let one_at_a_time = progress.writing();
                if !progress.is_over.load(Relaxed) {
                    // A status that is not written is an old one.
                    let _ = status_of("running", &progress, begun).write(&folder);
                }
                drop(one_at_a_time);
                std::thread::sleep(BEAT);
            }
        });
    }

    /// Says how it went, and lets go of the lock.
    pub(crate) fn end(self, how: &str, failures: &[Failure]) -> anyhow::Result<()> {
        let status = self.status(how).with_failures(failures);
        self.let_go(&status)
    }

    /// Says what ended it before it was done, and lets go of the lock.
    pub(crate) fn fail(self, error: &anyhow::Error) -> anyhow::Result<()> {
        let status = self.status("failed").with_error(error);
        self.let_go(&status)
    }

    fn let_go(self, status: &Status) -> anyhow::Result<()> {
        self.progress.is_over.store(true, Relaxed);
        self.write(status)?;
        let _ = fs::remove_file(self.folder.join("warm.stop"));
        Ok(self.lock.unlock()?)
    }

    fn status(&self, state: &str) -> Status {
        status_of(state, &self.progress, self.begun)
    }

    fn write(&self, status: &Status) -> anyhow::Result<()> {
        let _one_at_a_time = self.progress.writing();
        let written = status.write(&self.folder);
        written.with_context(|| format!("{}: cannot be written", self.folder.display()))
    }
}

fn status_of(state: &str, progress: &Progress, begun: Instant) -> Status {
    let bars = progress.bars();
    Status {
        state: state.to_owned(),
        pid: std::process::id(),
        sources: bars.iter().map(ProgressBar::position).sum(),
        of: bars.iter().filter_map(ProgressBar::length).sum(),
        seconds: begun.elapsed().as_secs_f64(),
        ..Status::default()
    }
}

/// Takes the folder for a cache; one that cannot be used is told before anything begins.
fn claim(folder: &Path) -> anyhow::Result<()> {
    Cache::claim(folder)
        .map_err(|error| Misuse(format!("the cache cannot be used: {error}")).into())
}

/// The lock of the folder's warming; `None` if a process holds it.
fn take_lock(folder: &Path) -> anyhow::Result<Option<File>> {
    let path = folder.join("warm.lock");
    let options = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path);
    let lock = options.with_context(|| format!("{}: cannot be written", path.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Whether a process is warming this cache.
fn is_running(folder: &Path) -> anyhow::Result<bool> {
    Ok(folder.join("warm.lock").exists() && take_lock(folder)?.is_none())
}

/// `atc warm --status`.
pub(crate) fn status(folder: &Path) -> anyhow::Result<Exit> {
    // Asked first: a warming that ends meanwhile has written how it went before it lets go.
    let is_running = is_running(folder)?;
    let Some(status) = Status::read(folder) else {
        output::data("no warming of this cache is known\n")?;
        return Ok(Exit::Done);
    };
    status.tell(is_running)
}

/// `atc warm --stop`: asks, and waits until the lock is free.
pub(crate) fn stop(folder: &Path, global: &Global) -> anyhow::Result<Exit> {
    if !is_running(folder)? {
        output::data("no warming of this cache is running\n")?;
        return Ok(Exit::Done);
    }
    let wish = folder.join("warm.stop");
    let asked = Instant::now();
    while is_running(folder)? {
        // Said again if a warming that had just begun took it for an old one.
        if !wish.exists() {
            fs::write(&wish, b"")
                .with_context(|| format!("{}: cannot be written", wish.display()))?;
        }
        if PATIENCE < asked.elapsed() {
            output::complain(
                global,
                "it has not stopped within five minutes; it will after its tile",
            );
            return Ok(Exit::SomeFailed);
        }
        std::thread::sleep(BEAT / 5);
    }
    output::data("stopped\n")?;
    Ok(Exit::Done)
}

/// `atc warm --background`: the same command again, in a process of its own that outlives this one.
pub(crate) fn detach(folder: &Path, global: &Global) -> anyhow::Result<Exit> {
    claim(folder)?;
    if is_running(folder)? {
        output::complain(
            global,
            "another process is warming this cache; see `atc warm --status`",
        );
        return Ok(Exit::SomeFailed);
    }
    let program = std::env::current_exe().context("this program cannot be found")?;
    let words: Vec<_> = std::env::args_os()
        .skip(1)
        .filter(|word| word != "--background")
        .collect();
    let spawn = |mut command: Command| {
        own_group(&mut command);
        command
            .args(&words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
    };
    let mut polite = Command::new("nice");
    polite.args(["-n", "10"]).arg(&program);
    let child = spawn(polite).or_else(|_| spawn(Command::new(&program)));
    let child = child.context("a process for the warming cannot be started")?;
    if !global.quiet {
        output::say(&format!(
            "warming as process {}; see `atc warm --status`, end it with `atc warm --stop`",
            child.id()
        ));
    }
    Ok(Exit::Done)
}

/// A Ctrl-C at the terminal is not meant for a process in the background.
#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}
