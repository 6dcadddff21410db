//! Results taken in job order while later jobs run: a pipeline of bounded length.
//!
//! A job that is done waits in the [`Gate`] until it is its turn; a lane that is too far ahead waits
//! with its next job. So memory is bounded by the window, however slow the taker is, and the lanes are
//! busy however long one job takes within it.

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
};

use crate::{
    CancelToken, Control, Executor, Slot,
    nesting::{self, Inside},
    run::JobPanic,
    sync::{Condvar, Mutex, lock, wait},
};

/// Results a lane may be ahead of what was taken.
const AHEAD_PER_LANE: usize = 2;

/// As [`ExecutorExt::for_each_in_order`](crate::ExecutorExt::for_each_in_order).
pub(crate) fn for_each_in_order<T, B>(
    executor: &(impl Executor + ?Sized),
    n_jobs: usize,
    cancel: &CancelToken,
    job: impl Fn(Slot) -> T + Send + Sync + 'static,
    mut take: impl FnMut(T) -> ControlFlow<B>,
) -> ControlFlow<B, usize>
where
    T: Send + 'static,
{
    let control = Control::new().cancel_with(cancel);
    // Refuses nested use on this thread, where it can be told.
    executor.run(0, Arc::new(|_| ()), &control);
    let lanes = executor.lanes().max(1);
    let gate = Arc::new(Gate::new(AHEAD_PER_LANE * lanes));
    let entered = Arc::clone(&gate);
    let work = Arc::new(move |slot: Slot| entered.pass(slot.lane, &job));
    if lanes == 1 {
        // One lane alone: nothing would be gained by a thread that waits for it.
        for _ in 0..n_jobs {
            gate.expect(1);
            executor.run(1, work.clone(), &control);
            match gate.ready() {
                Some(result) => take(result)?,
                None => break, // cancelled, or it panicked
            }
        }
    } else {
        gate.expect(n_jobs);
        let around = nesting::around();
        std::thread::scope(|scope| {
            let open = OnDrop(&gate);
            let run = scope.spawn(|| {
                let _inside = Inside::enter(&around);
                let _ended = OnDrop(&gate);
                executor.run(n_jobs, work, &control);
            });
            while let Some(result) = gate.next() {
                take(result)?;
            }
            drop(open);
            run.join().unwrap_or_else(|panic| resume_unwind(panic));
            ControlFlow::Continue(())
        })?;
    }
    let taken = gate.finish();
    assert!(
        taken == n_jobs || cancel.is_cancelled(),
        "the executor did not run every job"
    );
    ControlFlow::Continue(taken)
}

/// Ends the gate, also if a panic or a break comes first: nobody may wait there for ever.
struct OnDrop<'a, T>(&'a Gate<T>);

impl<T> Drop for OnDrop<'_, T> {
    fn drop(&mut self) {
        lock(&self.0.state).is_ended = true;
        self.0.changed.notify_all();
    }
}

/// Where results wait for their turn.
struct Gate<T> {
    window: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    /// How many jobs the executor was given.
    expected: usize,
    /// The first number that no lane has. Lanes number their jobs here, so that the first one that is
    /// missing is always under way, in whatever order an executor starts jobs.
    next: usize,
    taken: usize,
    done: BTreeMap<usize, T>,
    panic: Option<JobPanic>,
    is_ended: bool,
}

impl<T> Gate<T> {
    fn new(window: usize) -> Self {
        Self {
            window,
            state: Mutex::new(State {
                expected: 0,
                next: 0,
                taken: 0,
                done: BTreeMap::new(),
                panic: None,
                is_ended: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// The executor is given as many more jobs.
    fn expect(&self, n_jobs: usize) {
        lock(&self.state).expected += n_jobs;
    }

    /// Runs the next job when there is room for its result.
    fn pass(&self, lane: usize, job: &impl Fn(Slot) -> T) {
        let number = {
            let mut state = lock(&self.state);
            let number = state.next;
            state.next += 1;
            if number >= state.expected {
                return; // told at the end
            }
            while number >= state.taken + self.window && !state.is_ended {
                state = wait(&self.changed, state);
            }
            if state.is_ended {
                return;
            }
            number
        };
        let slot = Slot { job: number, lane };
        let result = catch_unwind(AssertUnwindSafe(|| job(slot)));
        let mut state = lock(&self.state);
        match result {
            Ok(result) => {
                state.done.insert(number, result);
            }
            Err(payload) => {
                let panic = JobPanic::new(number, &*payload);
                if state.panic.as_ref().is_none_or(|first| number < first.job) {
                    state.panic = Some(panic);
                }
                state.is_ended = true;
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    /// The next result in order; `None` if it will not come.
    fn next(&self) -> Option<T> {
        let mut state = lock(&self.state);
        while !state.done.contains_key(&state.taken) && !state.is_ended {
            state = wait(&self.changed, state);
        }
        drop(state);
        self.ready()
    }

    /// The next result in order, if it is there.
    fn ready(&self) -> Option<T> {
        let mut state = lock(&self.state);
        let taken = state.taken;
        let result = state.done.remove(&taken)?;
        state.taken += 1;
        drop(state);
        self.changed.notify_all();
        Some(result)
    }

    /// How many results were taken, or the panic of a job.
    fn finish(&self) -> usize {
        let mut state = lock(&self.state);
        let (taken, panic) = (state.taken, state.panic.take());
        let is_overrun = state.next > state.expected;
        drop(state);
        if let Some(panic) = panic {
            panic!("{panic}");
        }
        assert!(!is_overrun, "the executor ran more jobs than it was given");
        taken
    }
}
