//! The store's own threads, and how any other thread waits for them.

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use tokio::runtime::{Builder, Handle, Runtime};

use super::{CacheError, CacheErrorKind};

/// A tokio runtime of the store's own, so that it can be shut down with it.
#[derive(Debug)]
pub(super) struct OwnRuntime {
    handle: Handle,
    /// `None` once shut down.
    runtime: Option<Runtime>,
}

/// Runs tasks on the store's threads, for callers on any other.
#[derive(Clone, Debug)]
pub(super) struct Waiter(Handle);

/// Nothing came, in time or at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoAnswer;

impl Waiter {
    /// Runs `task` and waits for it at most `patience`.
    ///
    /// Parks the calling thread like a lock does and never enters a runtime on it, so it works on
    /// workers of rayon and of tokio alike.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        patience: Duration,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, NoAnswer> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let task = self.0.spawn(async move {
            // The receiver is gone when patience ran out.
            let _ = sender.send(task.await);
        });
        receiver.recv_timeout(patience).map_err(|error| {
            if error == RecvTimeoutError::Timeout {
                task.abort();
            }
            NoAnswer
        })
    }

    /// Runs `task` for a caller that can await it, on whatever runtime that is.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, NoAnswer> {
        self.0.spawn(task).await.map_err(|_| NoAnswer)
    }
}

impl OwnRuntime {
    pub(super) fn start() -> Result<Self, CacheError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(16)
            .thread_name("atc-cache")
            .enable_time()
            .build()
            .map_err(|source| {
                CacheError::new(CacheErrorKind::Threads, "two are needed").because(source)
            })?;
        Ok(Self {
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
        })
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(super) fn waiter(&self) -> Waiter {
        Waiter(self.handle.clone())
    }

    /// Ends the threads, waiting at most `patience` for those that are writing.
    pub(super) fn shut_down(&mut self, patience: Duration) {
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        // Tokio panics when a runtime is shut down on a worker of another: use a thread of no one.
        let (sender, receiver) = mpsc::sync_channel(1);
        let spawned = thread::Builder::new()
            .name("atc-cache close".into())
            .spawn(move || {
                runtime.shutdown_timeout(patience);
                let _ = sender.send(());
            });
        if spawned.is_ok() {
            let _ = receiver.recv_timeout(patience * 2);
        }
    }
}
