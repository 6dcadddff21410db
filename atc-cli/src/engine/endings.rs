//! Where series in memory stand.

use super::{Ending, Engine, EvaluateError, Output, Prices, Tile, Wanted};

impl Engine {
    /// Where series in memory stand, one entry per series in their order; on the calling thread.
    ///
    /// With a cache, a series that was given before is found, and of one that has grown since only
    /// the rest is computed; without a name or a file, by its numbers alone.
    ///
    /// ```
    /// use atc_cli::engine::{Cache, Engine, Prices};
    /// use atc_core::{Params, Plan};
    ///
    /// let engine = Engine::builder(Plan::new(Params::default())?).cache(Cache::in_memory()).build()?;
    /// let mut close: Vec<f64> = (0..300).map(|bar| 100.0 + f64::from(bar % 9)).collect();
    /// engine.endings(&[Prices { close: &close, source: None }]);
    /// close.push(104.0);
    /// let today = engine.endings(&[Prices { close: &close, source: None }]);
    /// assert_eq!(today[0].as_ref().expect("prices are fine").n_bars, 301);
    /// let statistics = engine.cache().expect("it was given one").statistics();
    /// assert_eq!((statistics.hits_prefix, statistics.bars_computed), (1, 301));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn endings(&self, series: &[Prices<'_>]) -> Vec<Result<Ending, EvaluateError>> {
        let _first = self.goes_first();
        let tiles = series.chunks(self.evaluator.tile_len().max(1));
        tiles.flat_map(|tile| self.tile_of_endings(tile)).collect()
    }

    fn tile_of_endings(&self, series: &[Prices<'_>]) -> Vec<Result<Ending, EvaluateError>> {
        if let Some(cache) = &self.cache {
            return self.endings_through(cache, series);
        }
        let outputs = self.evaluate(&Tile {
            plan: &self.plan,
            wanted: Wanted::Last,
            states: false,
            lane: 0,
            series,
        });
        outputs
            .into_iter()
            .map(|output| output.map(Output::into_ending))
            .collect()
    }
}
