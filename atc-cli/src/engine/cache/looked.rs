//! How a source looks, before anybody opens it.

use std::cell::OnceCell;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use atc_cache::{Known, Looker, Stamp};

use super::tile::Have;
use super::{Cache, Trust, read};
use crate::engine::dataset::{Request, Source, Version};

/// A source, how it is asked for, and how it looks now.
pub(in crate::engine) struct Looked<'a> {
    pub(super) source: &'a Source,
    /// As the user named it.
    pub(super) input: Arc<str>,
    pub(super) request: &'a Request,
    /// Where it is recorded, and how it looked before it was opened; `None` if that says nothing.
    pub(super) place: Option<(String, Stamp)>,
    /// What was read of it, for the questions that follow.
    pub(super) have: OnceCell<Arc<Have>>,
}

impl<'a> Looked<'a> {
    pub(in crate::engine) fn at(cache: &Cache, source: &'a Source, request: &'a Request) -> Self {
        let tail = location_tail(request);
        Self::by(&mut Looker::default(), cache, source, (request, &tail))
    }

    /// Looks at each of `sources`.
    pub(in crate::engine) fn at_all(
        cache: &Cache,
        sources: &'a [Source],
        request: &'a Request,
    ) -> Vec<Self> {
        let mut looker = Looker::default();
        let tail = location_tail(request);
        let mut look = |source| Self::by(&mut looker, cache, source, (request, &tail));
        sources.iter().map(&mut look).collect()
    }

    fn by(
        looker: &mut Looker,
        cache: &Cache,
        source: &'a Source,
        (request, tail): (&'a Request, &str),
    ) -> Self {
        let input = source.name();
        let mut place = || {
            let location = location(&cache.here, &input, tail)?;
            let stamp = match source.only_files() {
                Some(files) => looker.files(files).ok()?,
                None => cache.stamp_of_object(source, &location)?,
            };
            Some((location, stamp))
        };
        Self {
            source,
            request,
            place: place(),
            input,
            have: OnceCell::new(),
        }
    }
}

impl Cache {
    /// The object that `source` is, with the version its store names, if nothing of it has changed since it was
    /// recorded: there is no need to fetch it.
    pub(in crate::engine) async fn unchanged_object(
        &self,
        source: &Source,
        request: &Request,
    ) -> Option<Source> {
        let location = location(&self.here, &source.name(), &location_tail(request))?;
        if self.trust == Trust::Nothing
            || !source.is_remote()
            || !read(self.index()).knows(&location)
        {
            return None;
        }
        let source = source.seen().await;
        let known = read(self.index()).look_up(&location, &stamp_of(source.version()?));
        matches!(known, Known::Unchanged(_)).then_some(source)
    }

    /// How an object looks. Its store is asked only if there is something to compare the answer with.
    fn stamp_of_object(&self, source: &Source, location: &str) -> Option<Stamp> {
        if let Some(version) = source.version() {
            return Some(stamp_of(version));
        }
        let is_asked = source.is_remote()
            && self.trust != Trust::Nothing
            && read(self.index()).knows(location);
        let seen = is_asked.then(|| source.seen_blocking())?;
        seen.version().map(stamp_of)
    }
}

fn stamp_of(version: &Version) -> Stamp {
    Stamp::of_object(version.length, version.tag.as_str())
}

/// Where a source is recorded: its place, and what is read of it; `None` for addresses with a query, which may hold
/// secrets and differ from one time to the next. `tail` is that of the request.
fn location(here: &Path, name: &str, tail: &str) -> Option<String> {
    let mut location = if name.contains("://") {
        if name.contains('?') {
            return None;
        }
        name.to_owned()
    } else {
        // As `here.join(name)`, which takes three pieces of memory for it.
        let mut path = PathBuf::with_capacity(128);
        path.push(here);
        path.push(name);
        path.into_os_string().into_string().ok()?
    };
    location.push_str(tail);
    Some(location)
}

/// The place of a source, of where it is recorded.
pub(super) fn path_of(location: &str) -> &str {
    location.split('\n').next().unwrap_or_default()
}

/// What is read of a source, as the end of where it is recorded.
fn location_tail(request: &Request) -> String {
    // A symbol without letters is another question than none.
    let (mark, symbol) = request
        .symbol
        .as_deref()
        .map_or(("", ""), |symbol| ("=", symbol));
    // Of a size that need not grow: growing waits for whoever is at the part of the heap this came from.
    let mut tail = String::with_capacity(64 + symbol.len());
    write!(tail, "\n{}\n{mark}{symbol}", request.source).expect("a string takes it");
    tail
}
