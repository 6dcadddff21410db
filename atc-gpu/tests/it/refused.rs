//! Programs that kernels cannot compute are refused.

use atc_gpu::{Error, Program};

#[test]
fn a_cutout_that_kernels_cannot_count_is_refused() {
    let most = Program {
        cutout: u32::MAX as usize,
        ..Program::default()
    };
    assert_eq!(most.check(), Ok(()));
    let got = 1 << 32;
    let beyond = Program {
        cutout: got,
        ..Program::default()
    };
    assert_eq!(beyond.check(), Err(Error::Cutout { got }));
}

/// Puts a number in its place.
type Put = fn(&mut Program, f64);

#[test]
fn numbers_with_which_nothing_can_be_computed_are_refused() {
    let refusal = |change: Put, number| {
        let mut program = Program::default();
        change(&mut program, number);
        program.check().err().map(|error| error.to_string())
    };
    let finite: [(&str, Put); 3] = [
        ("weight", |program, number| program.weights[3] = number),
        ("retain", |program, number| program.retain = number),
        ("tie", |program, number| program.tie = number),
    ];
    for (what, change) in finite {
        for number in [f64::NAN, f64::INFINITY] {
            let expected = format!("the {what} of a program cannot be {number}");
            assert_eq!(refusal(change, number), Some(expected));
        }
    }
    let limits: [Put; 2] = [
        |program, number| program.vote_limits[0] = number,
        |program, number| program.trend_limits[1] = number,
    ];
    for change in limits {
        let expected = "the limit of a program cannot be NaN";
        assert_eq!(refusal(change, f64::NAN).as_deref(), Some(expected));
        assert_eq!(refusal(change, f64::INFINITY), None); // never passed
    }
}
