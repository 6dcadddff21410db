//! Who a series is for who does not have it at hand, and where computing goes on when it grows.

use atc_cache::{Chain, Fingerprint};

use crate::engine::Prices;

/// Bars after which a state is kept anew. Computing a bar from a state takes a tenth of keeping one.
pub(super) const STRIDE: usize = 16;
/// Bars between two states up to which the way from one to the other is remembered.
const REMEMBERED: usize = 4 * STRIDE;

/// What a series is called: a name of its closes and one of what averages are taken of, if that is something else.
///
/// Equal names mean equal numbers. A series that was read whole has the fingerprints of its chains; one that grew has
/// those of the way it came: [`Fingerprint::followed_by`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Name {
    pub(super) close: Fingerprint,
    pub(super) source: Option<Fingerprint>,
}

/// A few values of a series.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Values {
    pub(super) close: Vec<f64>,
    pub(super) source: Option<Vec<f64>>,
}

/// The end of a series: where states were kept lately, and what came after.
///
/// ```text
/// ... before ──── anchor ── since ── end
///     a state     a state   at most 16 bars
/// ```
///
/// A series that grows bar by bar has its state kept every 16 bars only; what came since is remembered, and computed
/// again with the next bar. Whose last state is the one before, as that of another question, goes on from there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trail {
    /// The anchor before this one, and what led from there to this one.
    pub(super) before: Option<(Name, Values)>,
    pub(super) anchor: Name,
    pub(super) since: Values,
}

impl Name {
    pub(super) fn of(close: &Chain, source: Option<&Chain>) -> Self {
        Self {
            close: close.fingerprint(),
            source: source.map(Chain::fingerprint),
        }
    }

    /// The name of this series followed by `values`.
    fn followed_by(&self, values: &Values) -> Self {
        let source = self.source.zip(values.source.as_deref());
        Self {
            close: self.close.followed_by(&values.close),
            source: source.map(|(name, values)| name.followed_by(values)),
        }
    }
}

impl Values {
    pub(super) fn prices(&self) -> Prices<'_> {
        Prices {
            close: &self.close,
            source: self.source.as_deref(),
        }
    }

    fn extend(&mut self, more: Prices<'_>) {
        self.close.extend_from_slice(more.close);
        if let Some(source) = &mut self.source {
            source.extend_from_slice(more.source.unwrap_or_default());
        }
    }
}

impl Trail {
    /// The trail of a series whose state is kept at its end.
    pub(super) fn at(anchor: Name) -> Self {
        let since = Values {
            close: Vec::new(),
            source: anchor.source.map(|_| Vec::new()),
        };
        Self {
            before: None,
            anchor,
            since,
        }
    }

    /// The name of the series up to its end.
    pub(super) fn end(&self) -> Name {
        self.anchor.followed_by(&self.since)
    }

    /// The trail after `more` values; its end is an anchor if a state is to be kept there.
    pub(super) fn longer(&self, more: Prices<'_>) -> Self {
        let mut longer = self.clone();
        longer.since.extend(more);
        if longer.since.close.len() <= STRIDE {
            return longer;
        }
        let next = Self::at(longer.end());
        let is_near = longer.since.close.len() <= REMEMBERED;
        Self {
            before: is_near.then_some((longer.anchor, longer.since)),
            ..next
        }
    }

    /// Remembers that `other`, which others may have gone, leads to the anchor of this one.
    pub(super) fn join(&mut self, other: Self) {
        if other.end() == self.anchor {
            *self = other;
        } else {
            self.before = Some((other.anchor, other.since));
        }
    }

    /// Whether a state belongs at its end.
    pub(super) fn ends_at_anchor(&self) -> bool {
        self.since.close.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn more(values: &[f64]) -> Prices<'_> {
        Prices {
            close: values,
            source: None,
        }
    }

    #[test]
    fn the_same_way_has_the_same_name_and_another_value_another_one() {
        let start = Trail::at(Name::of(&Chain::of(&[1.0, 2.0]), None));
        let twice = start.longer(more(&[3.0])).longer(more(&[4.0]));
        assert_eq!(twice, start.longer(more(&[3.0, 4.0])));
        assert_ne!(twice.end(), start.longer(more(&[3.0, 5.0])).end());
        assert_ne!(twice.end(), start.longer(more(&[3.0])).end());
    }

    #[test]
    fn an_anchor_follows_every_stride_and_remembers_the_one_before() {
        let start = Trail::at(Name::of(&Chain::of(&[1.0]), None));
        let mut trail = start.clone();
        for _ in 0..STRIDE {
            trail = trail.longer(more(&[2.0]));
            assert!(trail.anchor == start.anchor && !trail.ends_at_anchor());
        }
        let end = trail.longer(more(&[2.0]));
        assert!(end.ends_at_anchor());
        let way = vec![2.0; STRIDE + 1];
        assert_eq!(
            end.end(),
            start.anchor.followed_by(&Values {
                close: way.clone(),
                source: None
            })
        );
        let (before, values) = end.before.unwrap();
        assert_eq!((before, values.close), (start.anchor, way));
        let far = start.longer(more(&[2.0; REMEMBERED + 1]));
        assert!(far.ends_at_anchor() && far.before.is_none());
    }
}
