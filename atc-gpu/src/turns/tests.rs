//! Turns are had in order, by as many as may, and end whatever becomes of those who have them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use super::{AT_ONCE, Turn, Turns};
use crate::DeviceKind;

/// How long something must not have happened.
const SOON: Duration = Duration::from_millis(50);

/// How long something that must happen may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn software() -> Turns {
    Turns::of(DeviceKind::Software)
}

/// Waits for a turn on a thread of its own, until it stands in the queue; the turn comes here.
fn queue_up(turns: &Turns) -> Receiver<Turn> {
    let (sender, receiver) = channel();
    let gate = turns.0.as_ref().expect("a software driver has a gate");
    let before = gate.queue().drawn;
    let turns = turns.clone();
    thread::spawn(move || sender.send(turns.take()));
    while gate.queue().drawn == before {
        thread::yield_now();
    }
    receiver
}

#[test]
fn a_software_driver_works_for_two_lanes_and_others_wait_in_order() {
    let turns = software();
    let mut had: Vec<Turn> = (0..AT_ONCE).map(|_| turns.take()).collect();
    let waiting: Vec<Receiver<Turn>> = (0..3).map(|_| queue_up(&turns)).collect();
    for (at, next) in waiting.iter().enumerate() {
        assert!(next.recv_timeout(SOON).is_err(), "{at} did not wait");
        had.remove(0);
        let turn = next.recv_timeout(PATIENCE);
        had.push(turn.unwrap_or_else(|_| panic!("{at} never had its turn")));
    }
}

#[test]
fn hardware_works_for_any_number_of_lanes() {
    for kind in [DeviceKind::Discrete, DeviceKind::Other] {
        let turns = Turns::of(kind);
        let had: Vec<Turn> = (0..AT_ONCE + 5).map(|_| turns.take()).collect();
        assert_eq!(had.len(), AT_ONCE + 5);
    }
}

#[test]
fn a_panic_ends_a_turn() {
    let turns = software();
    for _ in 0..=AT_ONCE {
        let turn = queue_up(&turns).recv_timeout(PATIENCE);
        let turn = turn.expect("turns end with those that panic");
        let work = || {
            let _turn = turn;
            panic!("in the middle of a turn");
        };
        catch_unwind(AssertUnwindSafe(work)).unwrap_err();
    }
}
