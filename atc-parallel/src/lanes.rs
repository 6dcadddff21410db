//! One persistent thread per lane.

use std::{fmt, sync::Arc};

use crate::{
    BuildError, Control, Executor, Outcome, Work,
    executor::startable,
    nesting::{self, Inside},
    run::{Run, Ticket},
    sync::{
        channel::{Receiver, Sender, bounded},
        thread,
    },
};

/// Runs a lane can have waiting before a further caller has to wait.
const QUEUE: usize = 16;

/// One persistent worker thread per lane, each with a bounded queue of runs.
///
/// A lane is always the same thread, so what is bound to one (a device, a large scratch buffer) can be
/// kept per lane. Concurrent runs queue behind each other lane by lane. Dropping it ends and joins the
/// workers.
///
/// ```
/// use atc_parallel::{ExecutorExt, Lanes};
///
/// let lanes = Lanes::new(2)?;
/// assert_eq!(lanes.map(4, |slot| slot.job * slot.job), [0, 1, 4, 9]);
/// # Ok::<(), atc_parallel::BuildError>(())
/// ```
pub struct Lanes {
    workers: Vec<Worker>,
    /// Shared with the workers; its address names this executor.
    key: Arc<()>,
}

struct Worker {
    /// `None` only while dropping.
    queue: Option<Sender<Ticket>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Lanes {
    /// Starts `n_lanes` workers, one per core if zero.
    ///
    /// # Errors
    ///
    /// If the system refuses a thread; those already started end. Above 65,535 at once.
    pub fn new(n_lanes: usize) -> Result<Self, BuildError> {
        let n_lanes = startable(n_lanes, "lane")?;
        let mut lanes = Self {
            workers: Vec::with_capacity(n_lanes),
            key: Arc::new(()),
        };
        for lane in 0..n_lanes {
            let (queue, tickets) = bounded(QUEUE);
            let key = Arc::clone(&lanes.key);
            let thread = thread::Builder::new()
                .name(format!("atc-lane-{lane}"))
                .spawn(move || work_through(&tickets, lane, &key))
                .map_err(|source| BuildError {
                    kind: "lane",
                    n_lanes,
                    source: source.into(),
                })?;
            lanes.workers.push(Worker {
                queue: Some(queue),
                thread: Some(thread),
            });
        }
        Ok(lanes)
    }
}

/// A worker's life: it ends when the executor drops its queue.
fn work_through(tickets: &Receiver<Ticket>, lane: usize, key: &Arc<()>) {
    let _inside = Inside::enter(&[name(key)]);
    while let Ok(ticket) = tickets.recv() {
        ticket.drive(lane);
    }
}

fn name(key: &Arc<()>) -> usize {
    Arc::as_ptr(key).addr()
}

impl Executor for Lanes {
    fn lanes(&self) -> usize {
        self.workers.len()
    }

    fn run(&self, n_jobs: usize, work: Work, control: &Control) -> Outcome {
        nesting::refuse(name(&self.key));
        let run = Run::new(n_jobs, work, control);
        // To every lane, however few the jobs: some may be busy with another run. A lane that comes
        // too late finds nothing to do.
        for worker in &self.workers {
            if run.is_exhausted() {
                break;
            }
            let queue = worker.queue.as_ref().expect("queues close only in drop");
            // A refused ticket is dropped, which tells the run that this lane will not come.
            let _ = queue.send(run.ticket());
        }
        run.complete()
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        for worker in &mut self.workers {
            worker.queue = None;
        }
        for worker in &mut self.workers {
            if let Some(thread) = worker.thread.take() {
                // Jobs' panics are caught in the run: a worker ends well.
                let _ = thread.join();
            }
        }
    }
}

impl fmt::Debug for Lanes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lanes")
            .field("lanes", &self.workers.len())
            .finish_non_exhaustive()
    }
}
