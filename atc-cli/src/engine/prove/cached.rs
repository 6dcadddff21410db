//! The market from files, through a cache in a folder that is thrown away.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use atc_parallel::Sequential;

use super::super::dataset::{Request, SourceColumn, discover};
use super::super::{Cache, Engine, Failure, Output, Wanted};
use super::market::History;
use super::{Case, Route, Trouble};

/// When the cache is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// For the first time.
    Cold,
    /// Again, by the same process.
    Again,
    /// By another process, which has the folder alone.
    Reopened,
    /// After a bar came at the end of every file.
    Appended,
}

/// A route for each state of a cache.
pub(super) fn routes() -> Vec<Route> {
    let states = [
        ("cache, cold", When::Cold),
        ("cache, in memory", When::Again),
        ("cache, on disk", When::Reopened),
        ("cache, a bar appended", When::Appended),
    ];
    let route = |(name, when): (&str, When)| Route {
        name: name.to_owned(),
        wanted: Wanted::Last,
        // Files are written and a cache is filled before it is asked.
        is_timed: false,
        run: Box::new(move |case, _| through(case, when).map_err(Trouble::Failed)),
    };
    states.map(route).into()
}

/// The last bars of every series, as the cache answers.
fn through(case: &Case, when: When) -> Result<Vec<Output>, String> {
    let words = |error: io::Error| error.to_string();
    let folder = tempfile::tempdir().map_err(words)?;
    let missing = usize::from(when == When::Appended);
    write(folder.path(), &case.market, missing).map_err(words)?;
    let open = || {
        let cache = Cache::in_directory(folder.path().join("cache")).disk_bytes(64 << 20);
        let engine = Engine::builder(Arc::clone(&case.plan)).cache(cache);
        let engine = engine.executor(Sequential::new()).build();
        engine.map_err(|error| error.to_string())
    };
    let engine = open()?;
    let first = ask(&engine, folder.path());
    if when == When::Cold {
        return first;
    }
    first?;
    let engine = if when == When::Again {
        engine
    } else {
        if let Some(cache) = engine.cache() {
            cache.save();
        }
        drop(engine);
        open()?
    };
    write(folder.path(), &case.market, 0).map_err(words)?;
    let before = engine
        .cache()
        .map_or(0, |cache| cache.statistics().computed);
    let second = ask(&engine, folder.path())?;
    let after = engine
        .cache()
        .map_or(0, |cache| cache.statistics().computed);
    if when != When::Appended && after != before {
        return Err(format!("{} series were computed again", after - before));
    }
    Ok(second)
}

/// A file per series, without its last bars.
fn write(folder: &Path, market: &[History], n_missing: usize) -> io::Result<()> {
    for (at, history) in market.iter().enumerate() {
        let prices = history.prices();
        let source = prices.source.unwrap_or(prices.close);
        let mut text = "close,src\n".to_owned();
        for (close, source) in prices
            .close
            .iter()
            .zip(source)
            .take(history.len() - n_missing)
        {
            // The shortest digits that are read back as the same number; nothing for a missing bar.
            let cell = |value: &f64| {
                if value.is_nan() {
                    String::new()
                } else {
                    value.to_string()
                }
            };
            let _ = writeln!(text, "{},{}", cell(close), cell(source));
        }
        fs::write(folder.join(format!("{at:03}.csv")), text)?;
    }
    Ok(())
}

fn ask(engine: &Engine, folder: &Path) -> Result<Vec<Output>, String> {
    let found = discover(&[format!("{}/*.csv", folder.display())]);
    let request = Request {
        source: SourceColumn::Named("src".to_owned()),
        symbol: None,
    };
    let tiles = engine.run_tiles(found.sources.into(), &request, Engine::stand_tile);
    let endings = tiles.into_iter().flatten().flatten();
    endings
        .map(|stand| Ok(Output::Last(Box::new(stand?.ending))))
        .collect::<Result<_, Failure>>()
        .map_err(|failure| failure.to_string())
}
