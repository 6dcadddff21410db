//! Endings as bytes: 124 for a table of readings, some kilobytes with a state for the store.

use atc_core::{Flip, PerFamily, Reading, Trend};

use super::bytes::{Bytes as _, take, take_part};
use crate::engine::Ending;

/// Bytes of an ending without its state.
pub(super) const ENDING_BYTES: usize = 4 + 8 + 8 + 13 * 8;

const HAS_READING: u8 = 1;
const FLIPPED: u8 = 2;
const HAS_FLIP: u8 = 4;

/// What the store keeps of a series under one question.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kept<'a> {
    pub(super) ending: Ending,
    /// A snapshot to go on from; empty if there is none.
    pub(super) state: &'a [u8],
}

/// An ending without its state.
pub(super) fn encode(ending: &Ending) -> [u8; ENDING_BYTES] {
    let mut bytes = [0; ENDING_BYTES];
    let mut out = &mut bytes[..];
    let reading = ending.reading.as_ref();
    let mut flags = 0;
    flags |= reading.map_or(0, |_| HAS_READING);
    flags |= reading.map_or(0, |reading| if reading.flip { FLIPPED } else { 0 });
    flags |= ending.last_flip.map_or(0, |_| HAS_FLIP);
    let trend = reading.map_or(Trend::Neutral, |reading| reading.trend);
    let flip = ending.last_flip.unwrap_or(Flip {
        bar: 0,
        trend: Trend::Neutral,
    });
    out.put(&[flags, trend as u8, flip.trend as u8, 0]);
    out.put(&(ending.n_bars as u64).to_le_bytes());
    out.put(&(flip.bar as u64).to_le_bytes());
    let nothing = PerFamily::splat(f64::NAN);
    let signals = reading.map_or(nothing, |reading| reading.signals);
    let equities = reading.map_or(nothing, |reading| reading.equities);
    for value in signals.0.iter().chain(&equities.0) {
        out.put(&value.to_le_bytes());
    }
    let average = reading.map_or(f64::NAN, |reading| reading.average_signal);
    out.put(&average.to_le_bytes());
    assert!(out.is_empty(), "as many bytes as were counted");
    bytes
}

/// What [`encode`] wrote.
pub(super) fn decode(mut bytes: &[u8]) -> Option<Ending> {
    let rest = &mut bytes;
    let [flags, trend, flip_trend, _] = take(rest)?;
    let n_bars = u64::from_le_bytes(take(rest)?) as usize;
    let flip_bar = u64::from_le_bytes(take(rest)?) as usize;
    let mut values = [0.0; 13];
    for value in &mut values {
        *value = f64::from_le_bytes(take(rest)?);
    }
    let six = |from: usize| PerFamily(std::array::from_fn(|k| values[from + k]));
    Some(Ending {
        reading: if flags & HAS_READING == 0 {
            None
        } else {
            Some(Reading {
                signals: six(0),
                equities: six(6),
                average_signal: values[12],
                trend: trend_of(trend)?,
                flip: flags & FLIPPED != 0,
            })
        },
        last_flip: if flags & HAS_FLIP == 0 {
            None
        } else {
            Some(Flip {
                bar: flip_bar,
                trend: trend_of(flip_trend)?,
            })
        },
        n_bars,
        state: None,
        at_block: None,
    })
}

fn trend_of(byte: u8) -> Option<Trend> {
    [Trend::Long, Trend::Short, Trend::Neutral]
        .into_iter()
        .find(|trend| *trend as u8 == byte)
}

impl<'a> Kept<'a> {
    /// The bytes of an ending with its state.
    pub(super) fn encode(ending: &Ending) -> Vec<u8> {
        let state = ending.state.as_ref();
        let state = state.map_or(&[][..], |state| state.as_bytes());
        let mut out = Vec::with_capacity(ENDING_BYTES + 4 + state.len());
        out.put(&encode(ending));
        out.put_part(state);
        out
    }

    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let (ending, mut rest) = bytes.split_at_checked(ENDING_BYTES)?;
        let state = take_part(&mut rest)?;
        let ending = decode(ending)?;
        rest.is_empty().then_some(Self { ending, state })
    }
}
