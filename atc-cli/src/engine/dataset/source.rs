//! A source: one input, or the parts of one symbol, and how it is read.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::collect::Symbol;
#[cfg(feature = "remote")]
use super::decode::decode_fetched;
use super::decode::{Decoded, Named, Reading, decode};
use super::disk::{Paged, Timed};
#[cfg(feature = "remote")]
use super::remote::{Fetched, Object};
use super::seam::join;
use super::stream::Blob;
use super::{Bars, DatasetError, Request, archive};

/// Something to read bars from: a file, a member of an archive, an object of a store, standard input,
/// or all files of one hive folder.
#[derive(Clone, Debug)]
pub struct Source {
    pub(super) symbol: Symbol,
    pub(super) parts: Vec<Part>,
}

/// One piece of a source.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// As it is displayed.
    File(Arc<str>),
    /// What has a path but is no regular file: it is read once, front to back.
    Pipe(Arc<str>),
    Member {
        archive: PathBuf,
        member: String,
    },
    Stdin,
    /// Of a program.
    Bars(Arc<Bars>),
    #[cfg(feature = "remote")]
    Object(Box<Object>),
    /// What an object held, or why it could not be fetched.
    #[cfg(feature = "remote")]
    Fetched(Arc<str>, Box<Result<Fetched, DatasetError>>),
}

/// Which version of an object is meant: stores change the tag with the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) length: u64,
    pub(crate) tag: String,
}

impl Source {
    pub(crate) fn new(symbol: Symbol, part: Part) -> Self {
        Self {
            symbol,
            parts: vec![part],
        }
    }

    pub(crate) fn push(&mut self, part: Part) {
        if self.parts.iter().all(|known| known.name() != part.name()) {
            self.parts.push(part);
        }
    }

    /// Whether some of it has to be fetched from an object store or a web server.
    #[cfg(feature = "remote")]
    pub fn is_remote(&self) -> bool {
        self.parts
            .iter()
            .any(|part| matches!(part, Part::Object(_)))
    }

    /// Whether some of it has to be fetched: never, in a build without the feature `remote`.
    #[cfg(not(feature = "remote"))]
    pub fn is_remote(&self) -> bool {
        false
    }

    /// Fetches what `request` needs of the remote parts, all at once, into memory; what fails is told by
    /// [`read`](Self::read), which fetches by itself what was not fetched before. Local parts stay where they are.
    #[cfg(feature = "remote")]
    pub async fn fetch(&self, request: &Request) -> Self {
        if !self.is_remote() {
            return self.clone();
        }
        let parts = self.parts.iter().map(async |part| match part {
            Part::Object(object) => {
                let fetched = object.fetch(&self.symbol, request).await;
                Part::Fetched(Arc::clone(&object.url), Box::new(fetched))
            }
            part => part.clone(),
        });
        Self {
            symbol: self.symbol.clone(),
            parts: futures::future::join_all(parts).await,
        }
    }

    /// Nothing is fetched in a build without the feature `remote`.
    #[cfg(not(feature = "remote"))]
    pub fn fetch(&self, _: &Request) -> impl Future<Output = Self> + use<> {
        std::future::ready(self.clone())
    }

    /// The version of the object that the source is, as far as it was listed, asked for or fetched.
    #[cfg(feature = "remote")]
    pub(crate) fn version(&self) -> Option<&Version> {
        match self.parts.as_slice() {
            [Part::Object(object)] => object.version.as_ref(),
            [Part::Fetched(_, fetched)] => (**fetched).as_ref().ok()?.version.as_ref(),
            _ => None,
        }
    }

    /// There are no objects in a build without the feature `remote`.
    #[cfg(not(feature = "remote"))]
    pub(crate) fn version(&self) -> Option<&Version> {
        None
    }

    /// The same, with the version that its store names now if it is an object.
    #[cfg(feature = "remote")]
    pub(crate) async fn seen(&self) -> Self {
        let mut seen = self.clone();
        if let [Part::Object(object)] = seen.parts.as_mut_slice() {
            **object = object.clone().seen().await;
        }
        seen
    }

    /// There are no objects in a build without the feature `remote`.
    #[cfg(not(feature = "remote"))]
    pub(crate) fn seen(&self) -> impl Future<Output = Self> + use<> {
        std::future::ready(self.clone())
    }

    /// As [`seen`](Self::seen), on a thread that waits.
    pub(crate) fn seen_blocking(&self) -> Self {
        #[cfg(feature = "remote")]
        if let [Part::Object(object)] = self.parts.as_slice() {
            let seen = Box::new(object.seen_blocking());
            return Self::new(self.symbol.clone(), Part::Object(seen));
        }
        self.clone()
    }

    /// As [`fetch`](Self::fetch) of an object, on a thread that waits.
    pub(crate) fn fetch_blocking(&self, request: &Request) -> Option<Self> {
        #[cfg(feature = "remote")]
        if let [Part::Object(object)] = self.parts.as_slice() {
            let fetched = object.fetch_blocking(&self.symbol, request);
            let part = Part::Fetched(Arc::clone(&object.url), Box::new(fetched));
            return Some(Self::new(self.symbol.clone(), part));
        }
        #[cfg(not(feature = "remote"))]
        let _ = request;
        None
    }

    /// As it is displayed.
    pub(crate) fn name(&self) -> Arc<str> {
        match self.parts.first() {
            Some(part) => part.name(),
            None => self.symbol().into(),
        }
    }

    /// Whether it is standard input, or a pipe that has a path: it is read as it comes, and once.
    pub fn is_pipe(&self) -> bool {
        matches!(self.parts.as_slice(), [Part::Stdin | Part::Pipe(_)])
    }

    /// The symbol by hive folder or file name; a symbol column inside the file overrides the file name.
    pub fn symbol(&self) -> &str {
        self.symbol.name()
    }

    /// The files that are read, without standard input, pipes and objects: what an index of unchanged sources looks at.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.parts.iter().filter_map(|part| match part {
            Part::File(path) => Some(Path::new(&**path)),
            Part::Member { archive, .. } => Some(archive),
            _ => None,
        })
    }

    /// The files that are read, if nothing else is: all there is to look at to tell whether it changed.
    pub(crate) fn only_files(&self) -> Option<impl Iterator<Item = &Path>> {
        (self.files().count() == self.parts.len()).then(|| self.files())
    }

    /// Reads the bars of every symbol in the source, in order of first appearance.
    ///
    /// The parts of a hive folder are joined in time order. Only the columns that `request` needs are decoded.
    /// A source without rows is an error, so the result holds at least one series and each at least one bar.
    ///
    /// # Errors
    ///
    /// [`DatasetError`] if the input cannot be read or decoded, a needed column is missing, a cell is no number or
    /// no time, times are not strictly ascending, or the requested symbol is not there.
    pub fn read(&self, request: &Request) -> Result<Vec<Bars>, DatasetError> {
        Ok(self.decode(Reading::strict(request))?.bars)
    }

    /// Reads for inspection: bad rows are counted, any order of times is taken.
    pub(crate) fn decode_leniently(&self, request: &Request) -> Result<Decoded, DatasetError> {
        self.decode(Reading::lenient(request))
    }

    fn decode(&self, reading: Reading<'_>) -> Result<Decoded, DatasetError> {
        let mut all = Decoded::default();
        let mut joined: Vec<Vec<Bars>> = Vec::new();
        for part in &self.parts {
            let decoded = part.decode(&self.symbol, reading)?;
            all.add_troubles(decoded.n_unreadable, decoded.first_error);
            all.format = decoded.format;
            for bars in decoded.bars {
                let is_hive = matches!(self.symbol, Symbol::Hive(_));
                match joined
                    .iter_mut()
                    .find(|pieces| is_hive && pieces[0].symbol == bars.symbol)
                {
                    Some(pieces) => pieces.push(bars),
                    None => joined.push(vec![bars]),
                }
            }
        }
        all.bars = joined
            .into_iter()
            .map(|pieces| join(pieces, reading.lenient))
            .collect::<Result<_, _>>()?;
        Ok(all)
    }
}

impl fmt::Display for Source {
    /// The path as found, the folder's first file for a hive, or `stdin`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Part {
    pub(super) fn name(&self) -> Arc<str> {
        match self {
            Self::File(path) | Self::Pipe(path) => Arc::clone(path),
            Self::Member { archive, member } => format!("{}:{member}", archive.display()).into(),
            Self::Stdin => "stdin".into(),
            Self::Bars(bars) => bars.symbol.as_str().into(),
            #[cfg(feature = "remote")]
            Self::Object(object) => Arc::clone(&object.url),
            #[cfg(feature = "remote")]
            Self::Fetched(url, _) => Arc::clone(url),
        }
    }

    fn decode(&self, symbol: &Symbol, reading: Reading<'_>) -> Result<Decoded, DatasetError> {
        let mut named = Named {
            path: self.name(),
            symbol: symbol.clone(),
        };
        let fail = |error| DatasetError::from_io(&self.name(), error);
        match self {
            Self::File(path) => {
                let file = File::open(&**path).and_then(Paged::new).map_err(fail)?;
                let blob = Blob::File(file.clone());
                decode(Box::new(Timed(file.file())), Some(blob), &named, reading)
            }
            Self::Pipe(path) => {
                let pipe = File::open(&**path).map_err(fail)?;
                decode(Box::new(Timed(pipe)), None, &named, reading)
            }
            Self::Member { archive, member } => {
                let file = File::open(archive).map_err(fail)?;
                named.path = archive.to_string_lossy().into();
                archive::read_member(BufReader::new(Timed(file)), member, &named, reading)
            }
            Self::Bars(bars) => Decoded::of_bars(bars, reading.request),
            Self::Stdin => decode(Box::new(io::stdin().lock()), None, &named, reading),
            #[cfg(feature = "remote")]
            Self::Object(object) => {
                let fetched = object.fetch_blocking(symbol, reading.request)?;
                decode_fetched(fetched, &named, reading)
            }
            #[cfg(feature = "remote")]
            Self::Fetched(_, fetched) => decode_fetched((**fetched).clone()?, &named, reading),
        }
    }
}
