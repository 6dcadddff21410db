//! What the source index keeps of a source: who its series are, and what a row shows of them.

use super::bytes::{Bytes as _, put_values, take, take_part, take_values};
use super::trail::{Name, Trail, Values};
use crate::engine::dataset::{Bars, Resume, Seal};

/// Version of this encoding and of how sources are read; with the version of the crate, what was
/// recorded by another one is not understood.
const VERSION: u32 = 6;

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
    /// Bars, with missing ones.
    pub(super) n_bars: usize,
    pub(super) trail: Trail,
}

impl SeriesFacts {
    /// The facts of a series at hand, which is called `name`.
    pub(super) fn of(bars: &Bars, name: Name) -> Self {
        let gap = |times: &Vec<i64>| match times.as_slice() {
            [.., before, last] => last.checked_sub(*before),
            _ => None,
        };
        Self {
            symbol: bars.symbol.clone(),
            last: bars.last(),
            interval: bars.time.as_ref().and_then(gap),
            n_bars: bars.len(),
            trail: Trail::at(name),
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.put_part(self.symbol.as_bytes());
        let (close, time) = self.last.unwrap_or((f64::NAN, None));
        let Trail {
            before,
            anchor,
            since,
        } = &self.trail;
        let flags = u8::from(self.last.is_some())
            | u8::from(time.is_some()) << 1
            | u8::from(self.interval.is_some()) << 2
            | u8::from(anchor.source.is_some()) << 3
            | u8::from(before.is_some()) << 4;
        out.put(&[flags]);
        out.put(&close.to_le_bytes());
        out.put(&time.unwrap_or(0).to_le_bytes());
        out.put(&self.interval.unwrap_or(0).to_le_bytes());
        out.put(&(self.n_bars as u64).to_le_bytes());
        anchor.encode(out);
        since.encode(out);
        if let Some((name, values)) = before {
            name.encode(out);
            values.encode(out);
        }
    }

    fn decode(rest: &mut &[u8]) -> Option<Self> {
        let symbol = str::from_utf8(take_part(rest)?).ok()?.to_owned();
        let [flags] = take(rest)?;
        let close = f64::from_le_bytes(take(rest)?);
        let time = i64::from_le_bytes(take(rest)?);
        let interval = i64::from_le_bytes(take(rest)?);
        let n_bars = usize::try_from(u64::from_le_bytes(take(rest)?)).ok()?;
        let time = (flags & 2 != 0).then_some(time);
        let has_source = flags & 8 != 0;
        let anchor = Name::decode(rest, has_source)?;
        let since = Values::decode(rest, has_source)?;
        let before = if flags & 16 == 0 {
            None
        } else {
            let name = Name::decode(rest, has_source)?;
            Some((name, Values::decode(rest, has_source)?))
        };
        Some(Self {
            symbol,
            last: (flags & 1 != 0).then_some((close, time)),
            interval: (flags & 4 != 0).then_some(interval),
            n_bars,
            trail: Trail {
                before,
                anchor,
                since,
            },
        })
    }
}

impl Name {
    fn encode(&self, out: &mut Vec<u8>) {
        out.put(self.close.as_bytes());
        if let Some(source) = &self.source {
            out.put(source.as_bytes());
        }
    }

    fn decode(rest: &mut &[u8], has_source: bool) -> Option<Self> {
        let close = atc_cache::Fingerprint::from_bytes(take(rest)?);
        let source = if has_source {
            Some(atc_cache::Fingerprint::from_bytes(take(rest)?))
        } else {
            None
        };
        Some(Self { close, source })
    }
}

impl Values {
    fn encode(&self, out: &mut Vec<u8>) {
        put_values(out, &self.close);
        if let Some(source) = &self.source {
            put_values(out, source);
        }
    }

    fn decode(rest: &mut &[u8], has_source: bool) -> Option<Self> {
        let close = take_values(rest)?;
        let source = if has_source {
            Some(take_values(rest)?)
        } else {
            None
        };
        Some(Self { close, source })
    }
}

impl Facts {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.put(&stamp());
        match &self.resume {
            Some(resume) => {
                out.put(&[1]);
                out.put(&resume.preamble.to_le_bytes());
                out.put(&resume.seal.length.to_le_bytes());
                for digest in [resume.seal.whole, resume.seal.rest, resume.seal.head] {
                    out.put(&digest.to_le_bytes());
                }
            }
            None => out.put(&[0]),
        }
        out.put(&(self.series.len() as u32).to_le_bytes());
        for series in &self.series {
            series.encode(out);
        }
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
        // Nearly always there is one; a number that lies must not make us allocate.
        let mut series = Vec::with_capacity(1);
        for _ in 0..n_series {
            series.push(SeriesFacts::decode(rest)?);
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
