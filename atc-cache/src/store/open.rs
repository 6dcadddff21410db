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

use super::{
    CacheError, CacheErrorKind, Config, Inner, Shared, Store, Warning,
    backlog::Progress,
    blocks::{self, Blocks, Hybrid},
    config::Geometry,
    directory::Directory,
    disk::{self, Disk},
    flight::Flights,
    log::Log,
    runtime::{NoAnswer, OwnRuntime},
    shared,
    stats::Counters,
};

/// A directory that is open, and what is in it.
struct Opened {
    directory: Directory,
    hybrid: Hybrid,
    log: Log,
}

impl Store {
    /// Opens a store as `config` says. If its directory cannot be used, it keeps to memory and says
    /// so in a [`Warning`].
    ///
    /// # Errors
    ///
    /// If the store's own two threads cannot be started.
    pub fn open(config: &Config) -> Result<Self, CacheError> {
        let mut runtime = OwnRuntime::start()?;
        let mut warnings = Vec::new();
        let opened = match config.directory() {
            Some(root) => match open_directory(root, config, &runtime, &mut warnings) {
                Ok(opened) => Some(opened),
                Err(warning) => {
                    warnings.push(warning);
                    // Whatever the attempt has left running ends with its runtime.
                    runtime.shut_down(config.patience().close);
                    runtime = OwnRuntime::start()?;
                    None
                }
            },
            None => None,
        };
        for warning in &warnings {
            config.warn(warning);
        }
        Self::assemble(config, runtime, opened, warnings)
    }

    fn assemble(
        config: &Config,
        runtime: OwnRuntime,
        opened: Option<Opened>,
        warnings: Vec<Warning>,
    ) -> Result<Self, CacheError> {
        let timeouts = config.patience();
        let (hybrid, disk, log, directory) = match opened {
            Some(opened) => {
                let root = opened.directory.root().to_owned();
                let hybrid = opened.hybrid.clone();
                let disk = Disk::new(root, config.geometry(), hybrid, timeouts);
                disk.remember(&opened.log);
                (
                    opened.hybrid,
                    Some(disk),
                    Some(opened.log),
                    Some(opened.directory),
                )
            }
            None => (memory_only(config, &runtime)?, None, None, None),
        };
        let shared = Arc::new(Shared {
            config: config.clone(),
            hybrid,
            disk,
            counters: Counters::default(),
            fates: Mutex::new(HashMap::new()),
            warnings: Mutex::new(warnings),
        });
        if let Some(log) = log {
            runtime.handle().spawn(write(Arc::clone(&shared), log));
        }
        let inner = Inner {
            shared,
            flights: Flights::default(),
            lost_told: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            waiter: runtime.waiter(),
            runtime: Mutex::new(runtime),
            timeouts,
            directory: Mutex::new(directory),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
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

fn open_directory(
    root: &Path,
    config: &Config,
    runtime: &OwnRuntime,
    warnings: &mut Vec<Warning>,
) -> Result<Opened, Warning> {
    let unusable = |reason: String| Warning::Unusable {
        directory: root.to_owned(),
        reason,
    };
    let geometry = config.geometry();
    let memory_bytes = config.memory();
    let root = root.to_owned();
    let opening = async move {
        // A directory that is far away may not even answer whether it is there.
        let prepared = tokio::task::spawn_blocking(move || prepare(&root, geometry));
        let Ok(prepared) = prepared.await else {
            return Err(NoAnswer);
        };
        Ok(match prepared {
            Ok(prepared) => open_blocks(memory_bytes, geometry, prepared).await,
            Err(warning) => Err(warning),
        })
    };
    let opened = runtime.waiter().wait(config.patience().open, opening);
    let Ok(Ok(opened)) = opened else {
        return Err(unusable(disk::NO_ANSWER.to_owned()));
    };
    let (opened, set_aside) = opened?;
    warnings.extend(set_aside);
    Ok(opened)
}

/// A directory that fits, before foyer has seen it.
struct Prepared {
    directory: Directory,
    log: Log,
    by_age: Vec<u32>,
    set_aside: Option<Warning>,
}

fn prepare(root: &Path, geometry: Geometry) -> Result<Prepared, Warning> {
    let unusable = |error: std::io::Error| Warning::Unusable {
        directory: root.to_owned(),
        reason: error.to_string(),
    };
    let (directory, set_aside) = Directory::take(root, geometry)?;
    Ok(Prepared {
        log: Log::open(&directory.log()).map_err(unusable)?,
        by_age: directory.used_blocks_by_age().map_err(unusable)?,
        directory,
        set_aside,
    })
}

async fn open_blocks(
    memory_bytes: usize,
    geometry: Geometry,
    prepared: Prepared,
) -> Result<(Opened, Option<Warning>), Warning> {
    let blocks = Blocks {
        directory: prepared.directory.blocks(),
        geometry,
        by_age: prepared.by_age,
    };
    let opened = blocks::open(memory_bytes, Some(blocks)).await;
    let hybrid = opened.map_err(|error| Warning::Unusable {
        directory: prepared.directory.root().to_owned(),
        reason: error.to_string(),
    })?;
    let opened = Opened {
        directory: prepared.directory,
        hybrid,
        log: prepared.log,
    };
    Ok((opened, prepared.set_aside))
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

fn memory_only(config: &Config, runtime: &OwnRuntime) -> Result<Hybrid, CacheError> {
    let opening = blocks::open(config.memory(), None);
    match runtime.waiter().wait(config.patience().open, opening) {
        Ok(Ok(hybrid)) => Ok(hybrid),
        Ok(Err(error)) => Err(CacheError::new(CacheErrorKind::Threads, "in memory").because(error)),
        Err(NoAnswer) => Err(CacheError::new(CacheErrorKind::TimedOut, "in memory")),
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
        self.waiter.wait(patience, settled)
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
        let hybrid = self.shared.hybrid.clone();
        let patience = self.timeouts.close;
        // An error or a timeout leaves nothing to be done: the runtime ends next.
        let _ = self
            .waiter
            .wait(patience, async move { hybrid.close().await });
        let mut runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
        runtime.shut_down(patience);
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
