//! What the source index keeps of a source: who its series are, and what a row shows of them.

use atc_cache::Chain;

use crate::engine::dataset::{Bars, Resume, Seal};

/// Version of this encoding and of how sources are read; with the version of the crate, what was
/// recorded by another one is not understood.
const VERSION: u32 = 3;

/// What is known of an unchanged source without opening it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Facts {
    pub(super) series: Vec<SeriesFacts>,
    pub(super) resume: Option<Resume>,
}

/// What is known of one series.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SeriesFacts {
    pub(super) symbol: String,
    /// Close and time of the last bar that exists.
    pub(super) last: Option<(f64, Option<i64>)>,
    /// Nanoseconds between the last two bars.
    pub(super) interval: Option<i64>,
    pub(super) content: Content,
}

/// Who a series is: the chains of its closes and of what its averages are taken of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Content {
    pub(super) close: Chain,
    pub(super) source: Option<Chain>,
}

impl Content {
    pub(super) fn of(close: &[f64], source: Option<&[f64]>) -> Self {
        Self {
            close: Chain::of(close),
            source: source.map(Chain::of),
        }
    }
}

impl SeriesFacts {
    pub(super) fn of(bars: &Bars) -> Self {
        let last = bars.last_existing();
        let time = |bar: usize| bars.time.as_ref().map(|time| time[bar]);
        let gap = |times: &Vec<i64>| match times.as_slice() {
            [.., before, last] => last.checked_sub(*before),
            _ => None,
        };
        Self {
            symbol: bars.symbol.clone(),
            last: last.map(|bar| (bars.close[bar], time(bar))),
            interval: bars.time.as_ref().and_then(gap),
            content: Content::of(&bars.close, bars.source.as_deref()),
        }
    }
}

impl Facts {
    pub(super) fn of(bars: &[Bars], resume: Option<Resume>) -> Self {
        Self {
            series: bars.iter().map(SeriesFacts::of).collect(),
            resume,
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        put(&mut out, &stamp());
        match &self.resume {
            Some(resume) => {
                put(&mut out, &[1]);
                put(&mut out, &resume.preamble.to_le_bytes());
                put(&mut out, &resume.seal.length.to_le_bytes());
                for digest in [resume.seal.whole, resume.seal.rest, resume.seal.head] {
                    put(&mut out, &digest.to_le_bytes());
                }
            }
            None => put(&mut out, &[0]),
        }
        put(&mut out, &(self.series.len() as u32).to_le_bytes());
        for series in &self.series {
            put_part(&mut out, series.symbol.as_bytes());
            let (close, time) = series.last.unwrap_or((f64::NAN, None));
            let flags = u8::from(series.last.is_some())
                | u8::from(time.is_some()) << 1
                | u8::from(series.interval.is_some()) << 2
                | u8::from(series.content.source.is_some()) << 3;
            put(&mut out, &[flags]);
            put(&mut out, &close.to_le_bytes());
            put(&mut out, &time.unwrap_or(0).to_le_bytes());
            put(&mut out, &series.interval.unwrap_or(0).to_le_bytes());
            put_part(&mut out, &series.content.close.to_bytes());
            if let Some(source) = &series.content.source {
                put_part(&mut out, &source.to_bytes());
            }
        }
        out
    }

    /// What [`encode`](Self::encode) wrote, if it was this version.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&stamp())?;
        let rest = &mut rest;
        let resume = match take::<1>(rest)? {
            [1] => Some(Resume {
                preamble: u64::from_le_bytes(take(rest)?),
                seal: Seal {
                    length: u64::from_le_bytes(take(rest)?),
                    whole: u128::from_le_bytes(take(rest)?),
                    rest: u128::from_le_bytes(take(rest)?),
                    head: u128::from_le_bytes(take(rest)?),
                },
            }),
            _ => None,
        };
        let n_series = u32::from_le_bytes(take(rest)?);
        let mut series = Vec::new();
        for _ in 0..n_series {
            let symbol = String::from_utf8(take_part(rest)?.to_vec()).ok()?;
            let [flags] = take(rest)?;
            let close = f64::from_le_bytes(take(rest)?);
            let time = i64::from_le_bytes(take(rest)?);
            let interval = i64::from_le_bytes(take(rest)?);
            let time = (flags & 2 != 0).then_some(time);
            series.push(SeriesFacts {
                symbol,
                last: (flags & 1 != 0).then_some((close, time)),
                interval: (flags & 4 != 0).then_some(interval),
                content: Content {
                    close: Chain::from_bytes(take_part(rest)?)?,
                    source: if flags & 8 == 0 {
                        None
                    } else {
                        Some(Chain::from_bytes(take_part(rest)?)?)
                    },
                },
            });
        }
        rest.is_empty().then_some(Self { series, resume })
    }
}

/// What begins the facts of this version of the readers.
fn stamp() -> [u8; 8] {
    const RELEASE: &[u8] = env!("CARGO_PKG_VERSION").as_bytes();
    let mut stamp = [0; 8];
    stamp[..4].copy_from_slice(&VERSION.to_le_bytes());
    for (at, byte) in RELEASE.iter().enumerate() {
        stamp[4 + at % 4] = stamp[4 + at % 4].wrapping_mul(31) ^ byte;
    }
    stamp
}

pub(super) fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
}

pub(super) fn put_part(out: &mut Vec<u8>, part: &[u8]) {
    put(out, &(part.len() as u32).to_le_bytes());
    put(out, part);
}

pub(super) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*head)
}

pub(super) fn take_part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_le_bytes(take(rest)?);
    let (part, after) = rest.split_at_checked(length as usize)?;
    *rest = after;
    Some(part)
}
