//! What may be known of a series' beginning.

use atc_cache::{BLOCK_VALUES, Chain, ChainBuilder, Fingerprint, Key};

use super::answers::{Asking, Series};
use super::question::key_of_end;
use super::tile::Content;
use super::trail::Name;
use super::{END_BYTES, read};

impl Asking<'_> {
    /// Keys and lengths of what may be known of a series' beginning, longest first.
    pub(super) fn beginnings(&self, series: &Series<'_>) -> Vec<(Key, usize)> {
        let n_bars = series.prices.close.len();
        let content = series.content;
        let whole = content.close.whole_blocks();
        // Going on bar by bar takes about three times as long per bar as computing many series.
        let is_worth_it = |from: usize| 0 < from && from < n_bars && (n_bars - from) * 3 <= n_bars;
        let mut found = Vec::new();
        for blocks in (0..=whole).rev() {
            if blocks + 2 > whole
                && let Some((length, key)) = self.last_end(series, blocks)
                && is_worth_it(length)
            {
                found.push((key, length));
            }
            if !is_worth_it(blocks * BLOCK_VALUES) {
                if blocks < whole {
                    break;
                }
                continue;
            }
            found.push((
                self.asked.question.key_of_blocks(content, blocks),
                blocks * BLOCK_VALUES,
            ));
        }
        found
    }

    /// Where a series that begins with the first `blocks` blocks of this one ended last, if this
    /// one goes on from there.
    fn last_end(&self, series: &Series<'_>, blocks: usize) -> Option<(usize, Key)> {
        let Content { close, source } = series.content;
        let key = key_of_end(series.content, blocks, series.prices.close)?;
        let end = End::decode(read(self.cache.ends()).get(&key)?)?;
        let from = blocks * BLOCK_VALUES;
        let goes_on = |chain: &Chain, values: &[f64], then: Fingerprint| {
            let mut builder = ChainBuilder::resume_after(chain, blocks);
            builder.update(values.get(from..end.n_values).unwrap_or_default());
            builder.fingerprint() == then
        };
        let is_later = from < end.n_values && end.n_values < series.prices.close.len();
        if !is_later || !goes_on(close, series.prices.close, end.close) {
            return None;
        }
        let end_of_source = match (source, series.prices.source) {
            (Some(chain), Some(values)) => {
                Some(end.source).filter(|then| goes_on(chain, values, *then))
            }
            _ => None,
        };
        if source.is_some() && end_of_source.is_none() {
            return None;
        }
        Some((
            end.n_values,
            self.asked.question.key(Name {
                close: end.close,
                source: end_of_source,
            }),
        ))
    }
}

/// Where a series ended.
pub(super) struct End {
    n_values: usize,
    close: Fingerprint,
    source: Fingerprint,
}

const NOWHERE: Fingerprint = Fingerprint::from_bytes([0; 32]);

impl End {
    pub(super) fn of(content: &Content) -> Self {
        Self {
            n_values: content.close.n_values(),
            close: content.close.fingerprint(),
            source: content.source.as_ref().map_or(NOWHERE, Chain::fingerprint),
        }
    }

    pub(super) fn encode(&self) -> [u8; END_BYTES] {
        let mut bytes = [0; END_BYTES];
        bytes[..8].copy_from_slice(&(self.n_values as u64).to_le_bytes());
        bytes[8..40].copy_from_slice(self.close.as_bytes());
        bytes[40..].copy_from_slice(self.source.as_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (n_values, rest) = bytes.split_first_chunk()?;
        let (close, rest) = rest.split_first_chunk()?;
        Some(Self {
            n_values: usize::try_from(u64::from_le_bytes(*n_values)).ok()?,
            close: Fingerprint::from_bytes(*close),
            source: Fingerprint::from_bytes(*rest.first_chunk()?),
        })
    }
}
