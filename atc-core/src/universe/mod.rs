//! Many series under one plan, a bar at a time.

mod snapshot;

use std::sync::Arc;

use crate::{Bar, Classifier, Error, Plan, Reading};

/// Names a series of a [`Universe`]. Ids rise in the order of adding and are never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SymbolId(u64);

impl SymbolId {
    /// The id as a number, to keep beside a snapshot.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The id that [`get`](Self::get) was called on.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
}

/// Thousands of series that get their bars together, such as the symbols of an exchange.
///
/// Every series has the bits of a [`Classifier`] of its own, and can be taken out or put
/// in as one. A bar of a series takes constant time, allocates nothing, and touches
/// about 2 KB. Names are the caller's: a universe knows ids.
///
/// ```
/// use atc_core::{Bar, Params, Plan, Universe};
///
/// let mut universe = Universe::new(Plan::new(Params::default())?);
/// let (btc, eth) = (universe.add(), universe.add());
/// for day in 0..200 {
///     let price = 100.0 + f64::from(day % 40);
///     // In the order of adding; a symbol without a trade on that day stands still.
///     let bars = [Bar::new(price)?, if day % 7 == 0 { Bar::MISSING } else { Bar::new(price / 20.0)? }];
///     universe.update(&bars, |id, reading| assert!(id == btc || reading.trend == reading.trend));
/// }
/// assert_eq!(universe.get(btc).unwrap().n_bars(), 200);
///
/// let bytes = universe.snapshot();
/// let restored = Universe::restore(universe.plan().clone(), &bytes)?;
/// assert_eq!(restored.get(eth).unwrap().reading(), universe.get(eth).unwrap().reading());
/// # Ok::<(), atc_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Universe {
    plan: Arc<Plan>,
    /// In the order of their ids.
    members: Vec<Member>,
    next: u64,
}

#[derive(Clone, Debug)]
struct Member {
    id: SymbolId,
    classifier: Classifier,
}

impl Universe {
    /// A universe without series.
    pub fn new(plan: impl Into<Arc<Plan>>) -> Self {
        Self {
            plan: plan.into(),
            members: Vec::new(),
            next: 0,
        }
    }

    /// The plan in force.
    pub const fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Series in it.
    pub const fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The ids, in the order in which bars are given.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = SymbolId> {
        self.members.iter().map(|member| member.id)
    }

    /// Adds a series before its first bar, behind the others.
    pub fn add(&mut self) -> SymbolId {
        self.push(Classifier::new(Arc::clone(&self.plan)))
    }

    /// Adds a series with a history, behind the others.
    ///
    /// # Errors
    ///
    /// [`Error::OtherPlan`] if it was made under a plan that computes something else.
    pub fn insert(&mut self, mut classifier: Classifier) -> Result<SymbolId, Error> {
        if classifier.plan.digest() != self.plan.digest() {
            return Err(Error::OtherPlan);
        }
        classifier.plan = Arc::clone(&self.plan);
        Ok(self.push(classifier))
    }

    fn push(&mut self, classifier: Classifier) -> SymbolId {
        let id = SymbolId(self.next);
        self.next += 1;
        self.members.push(Member { id, classifier });
        id
    }

    /// Takes a series out; those behind it move up.
    pub fn remove(&mut self, id: SymbolId) -> Option<Classifier> {
        let at = self.place(id)?;
        Some(self.members.remove(at).classifier)
    }

    /// A series as a classifier: its reading, last flip, cells, and `peek`.
    pub fn get(&self, id: SymbolId) -> Option<&Classifier> {
        Some(&self.members[self.place(id)?].classifier)
    }

    /// Where a series stands in the order of bars.
    pub fn place(&self, id: SymbolId) -> Option<usize> {
        self.members
            .binary_search_by_key(&id, |member| member.id)
            .ok()
    }

    /// Takes one bar of every series, in the order of [`ids`](Self::ids).
    ///
    /// `take` gets the reading of every series that has one at this bar: not
    /// of those before the cutout, nor of those whose bar is [`Bar::MISSING`].
    ///
    /// # Panics
    ///
    /// If `bars` is not as long as the universe.
    pub fn update(&mut self, bars: &[Bar], mut take: impl FnMut(SymbolId, Reading)) {
        assert_eq!(bars.len(), self.len(), "one bar per series");
        for (at, bar) in bars.iter().enumerate() {
            self.prefetch(at);
            let member = &mut self.members[at];
            if let Some(reading) = member.classifier.update(*bar) {
                take(member.id, reading);
            }
        }
    }

    /// As [`update`](Self::update), for the average signals alone: `out[i]` is that of
    /// the `i`-th series, NaN where there is none.
    ///
    /// # Panics
    ///
    /// If `bars` or `out` is not as long as the universe.
    pub fn update_averages(&mut self, bars: &[Bar], out: &mut [f64]) {
        assert_eq!(bars.len(), self.len(), "one bar per series");
        assert_eq!(out.len(), self.len(), "one value per series");
        for (at, (bar, out)) in bars.iter().zip(out).enumerate() {
            *out = self.advance(at, *bar);
        }
    }

    /// As [`update_averages`](Self::update_averages), from closes; NaN is a missing bar.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] or [`Error::NotFinite`] with the place of the first close
    /// that is neither NaN nor a finite number above 0; then no series has moved.
    ///
    /// # Panics
    ///
    /// If `closes` or `out` is not as long as the universe.
    pub fn update_closes(&mut self, closes: &[f64], out: &mut [f64]) -> Result<(), Error> {
        assert_eq!(closes.len(), self.len(), "one close per series");
        assert_eq!(out.len(), self.len(), "one value per series");
        for (at, close) in closes.iter().enumerate() {
            if !close.is_nan() {
                crate::batch::check_bar(at, *close, *close)?;
            }
        }
        for (at, (close, out)) in closes.iter().zip(out).enumerate() {
            let bar = if close.is_nan() {
                Bar::MISSING
            } else {
                Bar::checked(*close, *close)
            };
            *out = self.advance(at, bar);
        }
        Ok(())
    }

    /// Takes a bar of one series; its average signal, NaN where there is none.
    #[inline]
    fn advance(&mut self, at: usize, bar: Bar) -> f64 {
        self.prefetch(at);
        let classifier = &mut self.members[at].classifier;
        classifier.advance(bar).unwrap_or(f64::NAN)
    }

    /// Asks for the memory of the series behind one: a universe is larger than the
    /// caches, and each series has to come from afar.
    #[inline(always)]
    fn prefetch(&self, at: usize) {
        for (ahead, pointed_to) in [(3, false), (2, true)] {
            if let Some(member) = self.members.get(at + ahead) {
                member.classifier.state.prefetch(pointed_to);
            }
        }
    }

    /// What a series would read after a bar that is still forming; nothing changes.
    /// `None` for an unknown id, too.
    pub fn peek(&self, id: SymbolId, bar: Bar) -> Option<Reading> {
        self.get(id)?.peek(bar)
    }
}
