//! Series that go on bar by bar, as they come.

use std::collections::HashMap;
use std::sync::Arc;

use atc_core::{Bar, Classifier, Flip, Gaps, Plan, Reading};

use super::Look;
use super::change::Change;
use crate::engine::cache::Stand;
use crate::engine::dataset::{Bars, DatasetError, ErrorKind, Request, Source, format_time};
use crate::engine::{Ending, Engine, EngineError, Failure, Refusal, Row};

/// Series that get their bars from outside, one at a time, and say at once where they stand.
///
/// A series stands where a scan of all its bars would find it, to the last bit. A bar of the same time as the last one
/// takes its place, so that a bar may be sent while it forms.
///
/// ```
/// use atc_cli::engine::{Engine, dataset::{LineReader, Request, discover}};
/// use atc_core::{Params, Plan};
///
/// let candles = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/candles");
/// let engine = Engine::builder(Plan::new(Params::default())?).build()?;
/// let (mut feed, history) = engine.feed(discover(&[candles.to_owned()]).sources, &Request::default());
/// assert_eq!(history.changes.len(), 5);
///
/// let mut lines = LineReader::new("feed", Request::default());
/// lines.read(b"symbol,time,close")?;
/// let bar = lines.read(b"GOOG,2013-03-04,821.5")?.expect("a bar");
/// let change = feed.push(&bar)?.expect("something new");
/// assert_eq!((change.row.n_bars, change.n_new_bars()), (1501, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Feed {
    plan: Arc<Plan>,
    series: HashMap<String, Live>,
}

/// One series.
#[derive(Debug)]
struct Live {
    /// Up to the bar before the last one, which may still be replaced.
    settled: Classifier,
    /// The last bar and its close.
    last: Option<(Bar, f64)>,
    time: Option<i64>,
    /// Whether bars came that its history did not have so, after which none may be older.
    has_begun: bool,
    row: Option<Row>,
}

/// A bar that comes next: what it is, its close, and its time.
struct News {
    bar: (Bar, f64),
    time: Option<i64>,
}

impl Engine {
    /// Begins a feed with what has been so far: `sources` are read once, and the look says where they stand.
    ///
    /// Computing bar by bar is left to the processor, and no cache is asked.
    pub fn feed(&self, sources: impl Into<Arc<Vec<Source>>>, request: &Request) -> (Feed, Look) {
        let mut feed = Feed {
            plan: Arc::clone(&self.plan),
            series: HashMap::new(),
        };
        let mut look = Look::default();
        let begin = |engine: &Self, sources: &[Source], request: &Request, _| {
            let of = |source: &Source| engine.begin(source, request);
            sources.iter().flat_map(of).collect::<Vec<_>>()
        };
        for tile in self.run_tiles(sources.into(), request, begin) {
            look.is_cancelled |= tile.is_none();
            for outcome in tile.into_iter().flatten() {
                match outcome {
                    Ok(live) => feed.adopt(live, &mut look),
                    // Where a symbol is asked for, an input without it is sound.
                    Err(failure) if request.symbol.is_some() && failure.lacks_symbol() => {}
                    Err(failure) => look.failed.push(failure),
                }
            }
        }
        look.n_failing = look.failed.len();
        (feed, look)
    }

    /// The series of a source up to now.
    fn begin(&self, source: &Source, request: &Request) -> Vec<Result<Live, Failure>> {
        let read = self.meter.read(|| source.read(request));
        (self.on_source)();
        let begin = |bars: Bars| {
            let mut live = Live::new(&self.plan);
            self.meter.compute(|| {
                live.take_all(live.news(&bars)?);
                Ok::<(), Failure>(())
            })?;
            live.stand(&self.plan, &bars);
            Ok(live)
        };
        match read {
            Ok(all) => all.into_iter().map(begin).collect(),
            Err(error) => vec![Err(error.into())],
        }
    }
}

impl Feed {
    /// The symbol of the only series, if there is one.
    pub fn only_symbol(&self) -> Option<&str> {
        let mut symbols = self.series.keys();
        symbols
            .next()
            .filter(|_| symbols.len() == 0)
            .map(String::as_str)
    }

    /// Takes the next bars of a symbol; what that changes, if anything.
    ///
    /// Bars that its history has already are left out.
    ///
    /// # Errors
    ///
    /// A [`Failure`] that names the row, if a bar is older than the one before it, has no time where those before it have
    /// one (or has one where they have none), or its price is refused; also if `bars` has not as many times or sources as
    /// closes. None of the bars is taken then: the series stands where it stood before.
    pub fn push(&mut self, bars: &Bars) -> Result<Option<Change>, Failure> {
        bars.check()?;
        let mut begun = None;
        let live = match self.series.get_mut(&bars.symbol) {
            Some(live) => live,
            None => begun.insert(Live::new(&self.plan)),
        };
        let news = live.news(bars)?;
        if news.is_empty() {
            return Ok(None);
        }
        let before = live.row.clone();
        live.take_all(news);
        live.stand(&self.plan, bars);
        live.has_begun = true;
        let row = live.row.clone();
        if let Some(live) = begun {
            self.series.insert(bars.symbol.clone(), live);
        }
        let Some(row) = row else { return Ok(None) };
        let is_new = !before.as_ref().is_some_and(|before| before.is_same(&row));
        Ok(is_new.then_some(Change { row, before }))
    }

    fn adopt(&mut self, live: Live, look: &mut Look) {
        let Some(row) = live.row.clone() else { return };
        if self.series.contains_key(&row.symbol) {
            let what = format!(
                "symbol {} is in two inputs, and a feed has no way to tell them apart",
                row.symbol
            );
            let error = DatasetError::new(ErrorKind::Symbol, &row.input, what);
            look.failed.push(error.remedy("give one of them").into());
            return;
        }
        self.series.insert(row.symbol.clone(), live);
        look.changes.push(Change { row, before: None });
    }
}

impl Live {
    fn new(plan: &Arc<Plan>) -> Self {
        Self {
            settled: Classifier::new(Arc::clone(plan)),
            last: None,
            time: None,
            has_begun: false,
            row: None,
        }
    }

    /// Which of these bars come next; nothing is taken.
    fn news(&self, bars: &Bars) -> Result<Vec<News>, Failure> {
        if self.last.is_some() && self.time.is_some() != bars.time.is_some() {
            return Err(mixed(bars));
        }
        let mut news = Vec::with_capacity(bars.len());
        let mut before = self.time;
        for at in 0..bars.len() {
            let time = bars.time.as_ref().map(|time| time[at]);
            match time.zip(before) {
                Some((time, last)) if time < last && self.has_begun => {
                    return Err(too_old(bars, at, (time, last)));
                }
                Some((time, last)) if time < last => continue,
                _ => {}
            }
            if !bars.exists(at) && self.settled.plan().params().gaps == Gaps::Skip {
                continue;
            }
            let source = bars.source.as_ref().unwrap_or(&bars.close)[at];
            let bar = Bar::with_source(bars.close[at], source);
            let bar = bar.map_err(|error| refused(bars, at, error))?;
            news.push(News {
                bar: (bar, bars.close[at]),
                time,
            });
            before = time;
        }
        Ok(news)
    }

    fn take_all(&mut self, news: Vec<News>) {
        for News { bar, time } in news {
            let replaces = time.is_some() && time == self.time;
            if let Some((last, _)) = self.last.replace(bar)
                && !replaces
            {
                self.settled.update(last);
            }
            self.time = time;
        }
    }

    /// Says where it stands after `bars`.
    fn stand(&mut self, plan: &Plan, bars: &Bars) {
        let Some((bar, close)) = self.last else {
            return;
        };
        let reading = self.settled.peek(bar);
        let n_bars = self.settled.n_bars() + 1;
        let flip = reading.filter(|reading| reading.flip);
        let flip = flip.map(|Reading { trend, .. }| Flip {
            bar: n_bars - 1,
            trend,
        });
        let stand = Stand {
            input: input(bars),
            symbol: bars.symbol.clone(),
            last: Some((close, self.time)),
            ending: Ending {
                reading,
                last_flip: flip.or(self.settled.last_flip()),
                n_bars,
                ..Ending::default()
            },
        };
        self.row = Some(Row::new(plan, stand));
    }
}

fn input(bars: &Bars) -> Arc<str> {
    let place = bars.row_of(0);
    place.map_or_else(|| bars.symbol.as_str().into(), |place| place.path)
}

/// A bar whose price is refused.
fn refused(bars: &Bars, at: usize, error: atc_core::Error) -> Failure {
    let input = input(bars).to_string();
    let refusal = Refusal {
        input: input.clone(),
        symbol: bars.symbol.clone(),
        place: bars.row_of(at),
        error,
    };
    Failure {
        input,
        symbol: Some(bars.symbol.clone()),
        error: EngineError::Refused(Box::new(refusal)),
    }
}

/// A bar with a time where those before it have none, or the other way round.
fn mixed(bars: &Bars) -> Failure {
    let (now, before, remedy) = match bars.time {
        None => ("no time", "have one", "send a time with every bar"),
        Some(_) => (
            "a time",
            "have none",
            "leave times out, or give a history that has them",
        ),
    };
    let what = format!(
        "symbol {}: a bar has {now}, and those before it {before}",
        bars.symbol
    );
    out_of_order(bars, 0, (what, remedy))
}

/// A bar that should have come earlier.
fn too_old(bars: &Bars, at: usize, (time, last): (i64, i64)) -> Failure {
    let (now, last) = (format_time(time), format_time(last));
    let what = format!("symbol {}: time {now} comes after {last}", bars.symbol);
    out_of_order(bars, at, (what, "send bars in the order of their times"))
}

fn out_of_order(bars: &Bars, at: usize, (what, remedy): (String, &str)) -> Failure {
    let error = DatasetError::new(ErrorKind::Order, &input(bars), what);
    let row = bars.row_of(at).map_or(0, |place| place.row);
    error.row(row).remedy(remedy).into()
}
