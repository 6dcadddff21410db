//! What goes wrong is an error that says what to do: no hang, no panic, no number.

use std::time::Duration;

use atc_core::{Params, PerFamily, Plan};
use atc_gpu::{Columns, Error, Lane, Options, Precision, Program, Select, Series};

use crate::compare::differing_values;
use crate::gpu;
use crate::market::closes;
use crate::program::{growth_of, program_of};

fn compute(lane: &mut Lane) -> Result<Vec<Columns>, Error> {
    let plan = Plan::new(Params::default()).expect("defaults are valid");
    let close = closes(1, 300);
    let growth = growth_of(&plan, 300);
    lane.columns(&program_of(&plan), &growth, &[Series::of(&close)])
}

#[test]
fn a_device_that_does_not_exist_is_refused_with_those_that_do() {
    for precision in [Precision::F64, Precision::F32] {
        let select = Select::Name("no such device".to_owned());
        let options = Options {
            select,
            precision,
            ..Options::default()
        };
        let refused = Lane::open(options).unwrap_err();
        let Error::NoDevice { ref known, .. } = refused else {
            panic!("{refused}");
        };
        assert_eq!(known.len(), atc_gpu::devices().len());
        assert!(refused.to_string().contains("compute on the processor"));
    }
}

#[test]
fn a_lost_device_is_an_error_and_a_new_lane_computes_again() {
    let Some(mut lane) = gpu::lane(Options::default()) else {
        return;
    };
    let before = compute(&mut lane).unwrap();
    assert!(lane.is_alive());
    lane.wgpu().0.destroy();
    for _ in 0..2 {
        let refused = compute(&mut lane).unwrap_err();
        assert!(matches!(refused, Error::Lost { .. }), "{refused}");
        assert!(!lane.is_alive());
    }
    let mut next = Lane::open(Options::default()).unwrap();
    assert_eq!(compute(&mut next).unwrap(), before);
}

/// How long a tile may take before the test goes on without it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whenever the device goes, a run has the right numbers or is an error; it ends either way.
#[test]
fn a_device_lost_in_mid_run_gives_no_wrong_number() {
    let plan = Plan::new(Params::default()).unwrap();
    let close = closes(1, 3000);
    let growth = growth_of(&plan, close.len());
    let expected = atc_core::average_signal(&plan, &close, None).unwrap();
    let series = vec![Series::of(&close); 200];
    let mut n_lost = 0;
    for tiles_before in 0..6 {
        let options = Options {
            tile_bytes: Some(200_000),
            ..Options::default()
        };
        let Some(mut lane) = gpu::lane(options) else {
            return;
        };
        let device = lane.wgpu().0.clone();
        let queue = lane.wgpu().1.clone();
        let mut out = vec![vec![0.0; close.len()]; series.len()];
        let mut slots: Vec<&mut [f64]> = out.iter_mut().map(Vec::as_mut_slice).collect();
        let result = std::thread::scope(|scope| {
            let (done, tile_done) = std::sync::mpsc::channel();
            // The device goes once it has done this many submissions of the run.
            queue.on_submitted_work_done(move || done.send(()).unwrap_or_default());
            scope.spawn(move || {
                tile_done.recv_timeout(PATIENCE).unwrap_or_default();
                for _ in 0..tiles_before {
                    let (done, tile_done) = std::sync::mpsc::channel();
                    queue.on_submitted_work_done(move || done.send(()).unwrap_or_default());
                    tile_done.recv_timeout(PATIENCE).unwrap_or_default();
                }
                device.destroy();
            });
            lane.averages(&program_of(&plan), &growth, &series, &mut slots)
        });
        match result {
            Ok(()) => assert!(out.iter().all(|o| differing_values(o, &expected) == 0)),
            Err(error) => {
                n_lost += 1;
                assert!(
                    matches!(error, Error::Lost { .. } | Error::Device { .. }),
                    "{error}"
                );
            }
        }
        let again = compute(&mut lane).unwrap_err();
        assert!(matches!(again, Error::Lost { .. }), "{again}");
    }
    assert!(n_lost > 0, "the device went too late every time");
}

#[test]
fn a_device_that_does_not_answer_in_time_is_given_up() {
    let options = Options {
        timeout: Duration::ZERO,
        ..Options::default()
    };
    let Some(mut lane) = gpu::lane(options) else {
        return;
    };
    let refused = compute(&mut lane).unwrap_err();
    assert!(matches!(refused, Error::Timeout { .. }), "{refused}");
    assert!(matches!(compute(&mut lane), Err(Error::Lost { .. })));
}

#[test]
fn what_kernels_could_not_index_is_refused() {
    let Some(mut lane) = gpu::lane(Options::default()) else {
        return;
    };
    let (close, growth) = ([1.0, 2.0, 3.0], [1.0; 3]);
    let mut refuse = |program: &Program, growth: &[f64], series: Series<'_>| {
        lane.columns(program, growth, &[series])
            .expect_err("this must be refused")
            .to_string()
    };
    let fine = Program::default();
    let mut program = fine;
    program.lengths[2][4] = 0;
    let said = refuse(&program, &growth, Series::of(&close));
    assert_eq!(
        said,
        "a length of the wma family must lie in 1 ..= 2097152 bars, got 0"
    );
    let mut program = fine;
    program.spacing[1] = 22;
    let said = refuse(&program, &growth, Series::of(&close));
    assert!(said.contains("its shortest window, got 22"), "{said}");
    let said = refuse(&fine, &growth[..2], Series::of(&close));
    assert_eq!(said, "2 growth factors for 3 closes");
    let series = Series {
        close: &close,
        source: Some(&close[..1]),
    };
    assert_eq!(
        refuse(&fine, &growth, series),
        "1 source values for 3 closes"
    );
}

#[test]
fn loops_that_a_driver_would_end_early_are_refused() {
    let Some(mut lane) = gpu::lane(Options::default()) else {
        return;
    };
    let max_steps = lane.device().limits.max_steps;
    let lengths = PerFamily::splat(200_000);
    let plan = Plan::new(Params {
        lengths,
        ..Params::default()
    });
    let close = closes(1, 300);
    let series = [Series::of(&close)];
    let result = lane.last(&program_of(&plan.unwrap()), &[1.0; 300], &series);
    match result {
        Err(Error::TooManySteps { needed, limit }) => {
            assert!(limit == max_steps && needed > limit);
        }
        other => assert!(max_steps == u64::MAX && other.is_ok(), "{other:?}"),
    }
}

#[test]
fn nothing_in_is_nothing_out() {
    let Some(mut lane) = gpu::lane(Options::default()) else {
        return;
    };
    let program = Program::default();
    assert_eq!(lane.columns(&program, &[], &[]), Ok(Vec::new()));
    let columns = lane.columns(&program, &[], &[Series::of(&[])]).unwrap();
    assert!(columns[0].average.is_empty());
}
