//! Opening a store, with or without its directory, and closing it.

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::runtime::Handle;

use super::{
    CacheError, CacheErrorKind, Config, Inner, Shared, Store, Warning,
    backlog::Progress,
    block_files::BlockFiles,
    blocks::{self, Memory},
    config::Geometry,
    directory::Directory,
    disk::{self, Disk, Newest},
    flight::Flights,
    lazy::LazyBlocks,
    log::Log,
    runtime::{NoAnswer, Pending, Threads},
    shared,
    stats::Counters,
};

/// A directory that this process holds, and its newest entries.
#[derive(Debug)]
struct Opened {
    directory: Directory,
    log: Log,
    newest: Newest,
    blocks: LazyBlocks,
    set_aside: Option<Warning>,
}

/// A store that is being opened: [`Store::begin_open`]. Dropping it gives the directory back.
///
/// ```
/// use atc_cache::{Config, Store};
///
/// let opening = Store::begin_open(&Config::memory_only())?;
/// // ... read what is to be looked up ...
/// let store = opening.finish();
/// # assert!(!store.is_persistent());
/// # Ok::<(), atc_cache::CacheError>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct Opening {
    config: Config,
    memory: Memory,
    taken: Option<Pending<Result<Opened, Warning>>>,
}

impl Opening {
    /// Waits for the directory, as long as [`Timeouts::open`](super::Timeouts::open) from now on.
    pub fn finish(self) -> Store {
        let Self {
            config,
            memory,
            taken,
        } = self;
        // A directory that is far away may not even answer whether it is there.
        let no_answer = |NoAnswer| {
            Err(Warning::Unusable {
                directory: config.directory().unwrap_or(Path::new("")).to_owned(),
                reason: disk::NO_ANSWER.to_owned(),
            })
        };
        let taken = taken.map(|taken| taken.wait().unwrap_or_else(no_answer));
        let (opened, warning) = match taken {
            Some(Ok(mut opened)) => {
                let set_aside = opened.set_aside.take();
                (Some(opened), set_aside)
            }
            Some(Err(warning)) => (None, Some(warning)),
            None => (None, None),
        };
        if let Some(warning) = &warning {
            config.warn(warning);
        }
        Store::assemble(config, memory, opened, warning.into_iter().collect())
    }
}

impl Store {
    /// Opens a store as `config` says. If its directory cannot be used, it keeps to memory and says
    /// so in a [`Warning`].
    ///
    /// Two threads of its own are started when they are needed first: to write, or to read a block.
    ///
    /// # Errors
    ///
    /// If the thread that looks at the directory cannot be started.
    pub fn open(config: &Config) -> Result<Self, CacheError> {
        Ok(Self::begin_open(config)?.finish())
    }

    /// Begins to open a store, for a caller that has other things to do meanwhile.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn begin_open(config: &Config) -> Result<Opening, CacheError> {
        let taken = match config.directory() {
            Some(root) => Some(begin_taking(root, config)?),
            None => None,
        };
        Ok(Opening {
            config: config.clone(),
            memory: blocks::memory(config.memory()),
            taken,
        })
    }

    fn assemble(
        config: Config,
        memory: Memory,
        opened: Option<Opened>,
        warnings: Vec<Warning>,
    ) -> Self {
        let timeouts = config.patience();
        let (disk, log, directory) = match opened {
            Some(Opened {
                directory,
                log,
                newest,
                blocks,
                ..
            }) => {
                let root = directory.root().to_owned();
                let limits = (config.geometry(), timeouts);
                let disk = Disk::new(root, limits, blocks, (log.content().clone(), newest));
                (Some(disk), Some(log), Some(directory))
            }
            None => (None, None, None),
        };
        let shared = Arc::new(Shared {
            config,
            memory,
            disk,
            counters: Counters::default(),
            fates: Mutex::new(HashMap::new()),
            warnings: Mutex::new(warnings),
        });
        let writing = Arc::clone(&shared);
        let begin = move |runtime: &Handle| {
            if let Some(log) = log {
                runtime.spawn(write(writing, log));
            }
        };
        let inner = Inner {
            shared,
            flights: Flights::default(),
            lost_told: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            threads: Threads::new(begin),
            timeouts,
            directory: Mutex::new(directory),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Removes everything a store has left in `directory`, if no process uses it.
    ///
    /// # Errors
    ///
    /// The warning a store there would give.
    pub fn clear(directory: &Path) -> Result<(), Warning> {
        Directory::clear(directory)
    }
}

fn begin_taking(
    root: &Path,
    config: &Config,
) -> Result<Pending<Result<Opened, Warning>>, CacheError> {
    let (folder, geometry) = (root.to_owned(), config.geometry());
    let patience = config.patience().open;
    let take = move || take(&folder, geometry, patience);
    Pending::begin("atc-cache open", patience, take)
}

fn take(root: &Path, geometry: Geometry, patience: Duration) -> Result<Opened, Warning> {
    let (directory, set_aside) = Directory::take(root, geometry)?;
    let log = Log::open(&directory.log()).map_err(|error| Warning::Unusable {
        directory: root.to_owned(),
        reason: error.to_string(),
    })?;
    let files = BlockFiles {
        folder: directory.blocks(),
        geometry,
    };
    Ok(Opened {
        blocks: LazyBlocks::new(files, patience),
        newest: log.newest(),
        directory,
        log,
        set_aside,
    })
}

/// Writes for as long as the runtime lives, through panics of what it calls.
async fn write(shared: Arc<Shared>, log: Log) {
    let mut log = Some(log);
    loop {
        let (writing, log) = (Arc::clone(&shared), log.take());
        let writer = tokio::spawn(async move {
            if let Some(disk) = &writing.disk {
                disk.write_forever(log, |settled| writing.record(&settled))
                    .await;
            }
        });
        match writer.await {
            Err(error) if error.is_panic() => shared.go_on(),
            _ => return,
        }
    }
}

impl Inner {
    /// Waits until all that is queued is settled.
    pub(super) fn flush(&self, patience: Duration) -> Result<Progress, NoAnswer> {
        let target = self.shared.hurry();
        let progress = self.shared.progress();
        if target <= progress.settled {
            return Ok(progress);
        }
        let settled = shared::settled(Arc::clone(&self.shared), target);
        self.threads.wait(patience, settled)
    }

    /// What a flush has come to.
    pub(super) fn judge(&self, progress: Result<Progress, NoAnswer>) -> Result<(), CacheError> {
        let disk = self.shared.disk.as_ref();
        let place = disk.map_or_else(String::new, |disk| disk.root.display().to_string());
        let Ok(progress) = progress else {
            return Err(CacheError::new(CacheErrorKind::TimedOut, place));
        };
        let told = self.lost_told.swap(progress.lost, Ordering::AcqRel);
        match progress.lost.saturating_sub(told) {
            0 => Ok(()),
            lost => Err(CacheError::new(
                CacheErrorKind::NotWritten,
                format!("{lost} of them are missing in {place}"),
            )),
        }
    }

    /// Ends everything, once. What is queued was flushed before, or is given up.
    pub(super) fn close(&self) {
        if self.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        if let Some(disk) = &self.shared.disk {
            disk.stop(String::new());
        }
        let patience = self.timeouts.close;
        let blocks = self.shared.disk.as_ref().map(|disk| &disk.blocks);
        if let Some(hybrid) = blocks.and_then(LazyBlocks::opened).cloned() {
            // An error or a timeout leaves nothing to be done: the runtime ends next.
            let _ = self
                .threads
                .wait(patience, async move { hybrid.close().await });
        }
        self.threads.shut_down(patience);
        // The lock goes last: nothing of this process writes any more.
        let mut directory = self
            .directory
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        directory.take();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // What a last flush fails to write, nobody is left to hear of.
        let _ = self.flush(self.timeouts.close);
        self.close();
    }
}
