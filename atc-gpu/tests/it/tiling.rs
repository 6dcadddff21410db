//! Tiles cover everything once and keep to the limits.

use atc_gpu::{Demand, Error, Limits, Tiling};
use proptest::prelude::*;

fn limits() -> impl Strategy<Value = Limits> {
    (10_u32..28, 10_u32..28, 10_u32..26, 1_u32..5000, 0_u32..9).prop_map(
        |(buffer, binding, preferred, max_workgroups, workgroup)| Limits {
            max_buffer: 1 << buffer,
            max_binding: 1 << binding,
            max_workgroups,
            workgroup: 1 << workgroup,
            max_steps: 65_535,
            preferred: 1 << preferred,
        },
    )
}

fn demand() -> impl Strategy<Value = Demand> {
    let value = prop_oneof![Just(4), Just(8)];
    let steps = [0_u64..300, 0_u64..70_000];
    (value, 1_u64..14, 0_u64..4000, 0_u64..5000, steps).prop_map(
        |(value, columns, history, state, steps)| Demand {
            value,
            columns,
            history,
            state,
            steps,
        },
    )
}

proptest! {
    #[test]
    fn every_bar_lies_in_exactly_one_tile(
        limits in limits(), demand in demand(), n_series in 0_usize..3000, n_bars in 0_usize..3000,
    ) {
        let Ok(tiling) = Tiling::new(limits, demand, (n_series, n_bars)) else { return Ok(()) };
        // Tiles come in order, so that covering is following on without a hole.
        let (mut series, mut bar, mut height) = (0, 0, 0);
        for tile in tiling.tiles().take(20_000) {
            prop_assert_eq!((tile.first_series, tile.first_bar), (series, bar));
            prop_assert!(tile.n_series > 0 && tile.n_bars > 0);
            prop_assert!(bar == 0 || tile.n_series == height);
            height = tile.n_series;
            bar += tile.n_bars;
            prop_assert!(bar <= n_bars);
            if bar == n_bars {
                (series, bar) = (series + tile.n_series, 0);
            }
            prop_assert!(series <= n_series);
        }
        let enough = n_series.div_ceil(tiling.series()) * n_bars.div_ceil(tiling.bars()) <= 20_000;
        prop_assert!(!enough || n_bars == 0 || (series, bar) == (n_series, 0));
    }

    #[test]
    fn no_buffer_of_a_tile_exceeds_the_limits(
        limits in limits(), demand in demand(), n_series in 1_usize..200_000, n_bars in 1_usize..200_000,
    ) {
        let limit = limits.max_buffer.min(limits.max_binding);
        match Tiling::new(limits, demand, (n_series, n_bars)) {
            Ok(tiling) => {
                let (series, bars) = (tiling.series() as u64, tiling.bars() as u64);
                prop_assert!(series * demand.state * demand.value <= limit);
                prop_assert!(series * (demand.history + bars) * demand.value <= limit);
                prop_assert!(series * bars * demand.columns * demand.value <= limit);
                let groups = u64::from(limits.max_workgroups);
                prop_assert!(series.div_ceil(u64::from(limits.workgroup)) <= groups);
                prop_assert!(bars <= groups);
                prop_assert!(bars * demand.steps[0] + demand.steps[1] <= limits.max_steps);
            }
            Err(Error::TooManySteps { needed, limit }) => prop_assert!(needed > limit),
            Err(Error::DoesNotFit { needed, limit: told, .. }) => {
                prop_assert_eq!(told, limit);
                prop_assert!(needed > limit);
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}

/// Nothing, little, much, and all that a number can hold.
fn extreme() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 1_u64..100, any::<u64>(), Just(u64::MAX)]
}

proptest! {
    #[test]
    fn whatever_is_allowed_or_needed_tiles_go_on(
        buffers in [extreme(), extreme(), extreme(), extreme()],
        (max_workgroups, workgroup) in (extreme(), extreme()),
        needed in [extreme(), extreme(), extreme(), extreme()],
        steps in [extreme(), extreme()],
        shape in (extreme(), extreme()),
    ) {
        let [max_buffer, max_binding, preferred, max_steps] = buffers;
        let (max_workgroups, workgroup) = (max_workgroups as u32, workgroup as u32);
        let limits = Limits { max_buffer, max_binding, max_workgroups, workgroup, max_steps, preferred };
        let [value, columns, history, state] = needed;
        let demand = Demand { value, columns, history, state, steps };
        let shape = (shape.0 as usize, shape.1 as usize);
        if let Ok(tiling) = Tiling::new(limits, demand, shape) {
            prop_assert!(tiling.series() > 0 && tiling.bars() > 0, "{:?}", tiling);
            prop_assert!(tiling.tiles().take(3).all(|tile| tile.n_series > 0 && tile.n_bars > 0));
        }
    }
}

#[test]
fn values_of_no_bytes_columns_without_end_and_no_steps_are_taken_as_they_come() {
    let small = (5, 300);
    let no_bytes = Demand {
        value: 0,
        ..Demand::default()
    };
    assert!(Tiling::new(Limits::default(), no_bytes, small).is_ok());
    let wide = Demand {
        columns: u64::MAX,
        ..Demand::default()
    };
    let refused = Tiling::new(Limits::default(), wide, small);
    assert!(
        matches!(refused, Err(Error::DoesNotFit { .. })),
        "{refused:?}"
    );
    let no_steps = Limits {
        max_steps: 0,
        ..Limits::default()
    };
    let tiling = Tiling::new(no_steps, Demand::default(), small).unwrap();
    assert_eq!(tiling.tiles().map(|tile| tile.n_bars).sum::<usize>(), 300);
}

#[test]
fn a_large_batch_keeps_to_the_preferred_size() {
    let limits = Limits::default();
    let demand = Demand {
        history: 38,
        state: 150,
        ..Demand::default()
    };
    let tiling = Tiling::new(limits, demand, (100_000, 2_000)).unwrap();
    let output = (tiling.series() * tiling.bars()) as u64 * demand.columns * demand.value;
    assert!(output <= limits.preferred, "{output}");
    assert!(tiling.bars() >= 256, "{}", tiling.bars());
    assert!(tiling.series() >= 4096, "{}", tiling.series());
}

#[test]
fn what_fits_no_buffer_is_refused_with_its_size() {
    let demand = Demand {
        state: 1 << 30,
        ..Demand::default()
    };
    let refused = Tiling::new(Limits::default(), demand, (1, 1)).unwrap_err();
    assert!(
        refused.to_string().contains("8589934592 bytes of state"),
        "{refused}"
    );
}
