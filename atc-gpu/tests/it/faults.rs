//! What goes wrong is an error that says what to do: no hang, no panic, no number.

use std::time::Duration;

use atc_core::{Params, Plan};
use atc_gpu::{Columns, Error, Lane, Options, Precision, Program, Select, Series};

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
fn nothing_in_is_nothing_out() {
    let Some(mut lane) = gpu::lane(Options::default()) else {
        return;
    };
    let program = Program::default();
    assert_eq!(lane.columns(&program, &[], &[]), Ok(Vec::new()));
    let columns = lane.columns(&program, &[], &[Series::of(&[])]).unwrap();
    assert!(columns[0].average.is_empty());
}
