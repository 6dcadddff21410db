//! Each executor, and each wrapper around one, passes the conformance suite.

use std::sync::Arc;

use atc_parallel::{Executor, Lanes, Recording, Sequential, conformance};

fn conforms<E: Executor + 'static>(executor: E) {
    conformance::check(&executor);
    conformance::check_nesting(&Arc::new(executor));
}

#[test]
fn sequential_conforms() {
    conforms(Sequential::new());
}

#[test]
fn lanes_conform() {
    for n_lanes in [0, 1, 2, 3, 8] {
        conforms(Lanes::new(n_lanes).unwrap());
    }
}

#[test]
fn what_records_or_points_to_an_executor_conforms() {
    conforms(Recording::new(Lanes::new(3).unwrap()));
    conforms(Box::new(Sequential::new()) as Box<dyn Executor>);
}

#[cfg(feature = "rayon")]
mod rayon {
    use std::sync::Arc;

    use atc_parallel::{ExecutorExt, RayonPool};
    use rayon::prelude::*;

    use super::conforms;

    #[test]
    fn a_pool_of_its_own_conforms() {
        for n_lanes in [0, 1, 2, 3, 8] {
            conforms(RayonPool::new(n_lanes).unwrap());
            conforms(RayonPool::kept_awake(n_lanes).unwrap());
        }
    }

    #[test]
    fn a_given_and_the_global_pool_conform() {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(3)
            .build()
            .unwrap();
        conforms(RayonPool::with_pool(Arc::new(pool)));
        conforms(RayonPool::global());
    }

    /// The trap: a job that waits for inner rayon work may be handed another run's jobs meanwhile.
    #[test]
    fn jobs_that_use_the_same_pool_inside_keep_their_lane() {
        let pool = Arc::new(
            rayon::ThreadPoolBuilder::new()
                .num_threads(2)
                .build()
                .unwrap(),
        );
        let executor = Arc::new(RayonPool::with_pool(Arc::clone(&pool)));
        let busy: Arc<[_]> = (0..2).map(|_| std::sync::Mutex::new(())).collect();
        let runs: Vec<Vec<u64>> = pool.install(|| {
            (0..8)
                .into_par_iter()
                .map(|_| {
                    let busy = Arc::clone(&busy);
                    executor.map(50, move |slot| {
                        let alone = busy[slot.lane].try_lock().expect("the lane is this job's");
                        let sum = (0..100_u64).into_par_iter().sum();
                        drop(alone);
                        sum
                    })
                })
                .collect()
        });
        assert_eq!(runs, vec![vec![4950; 50]; 8]);
    }
}

#[cfg(feature = "tokio")]
#[test]
fn tokio_conforms() {
    for n_lanes in [0, 1, 2, 3, 8] {
        conforms(atc_parallel::TokioPool::new(n_lanes).unwrap());
    }
}

/// A suite that passes anything would be worse than none.
#[test]
#[should_panic(expected = "job 0 of 1 ran 2 times")]
fn the_suite_catches_a_job_that_runs_twice() {
    conformance::check(&Twice(Sequential::new()));
}

#[test]
#[should_panic(expected = "lane 0 runs two jobs at once")]
fn the_suite_catches_shared_lanes() {
    conformance::check(&OneLane(Lanes::new(2).unwrap()));
}

struct Twice(Sequential);

impl Executor for Twice {
    fn lanes(&self) -> usize {
        1
    }

    fn run(
        &self,
        n_jobs: usize,
        work: atc_parallel::Work,
        control: &atc_parallel::Control,
    ) -> atc_parallel::Outcome {
        self.0.run(n_jobs, Arc::clone(&work), control);
        self.0.run(n_jobs, work, control)
    }
}

struct OneLane(Lanes);

impl Executor for OneLane {
    fn lanes(&self) -> usize {
        1
    }

    fn run(
        &self,
        n_jobs: usize,
        work: atc_parallel::Work,
        control: &atc_parallel::Control,
    ) -> atc_parallel::Outcome {
        let work = move |slot: atc_parallel::Slot| work(atc_parallel::Slot { lane: 0, ..slot });
        self.0.run(n_jobs, Arc::new(work), control)
    }
}
