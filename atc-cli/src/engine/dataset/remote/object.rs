//! One object: what is needed of it, fetched into memory.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use object_store::{
    Error, GetOptions, GetRange, GetResult, OBJECT_STORE_COALESCE_DEFAULT, ObjectMeta,
    ObjectStoreExt as _, coalesce_ranges,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaDataReader;

use super::super::collect::{Collector, Symbol};
use super::super::parquet::needed_ranges;
use super::super::source::Version;
use super::super::stream::{Blob, Sparse};
use super::super::{DatasetError, ErrorKind, Request};
use super::{Location, Remote};

/// The last bytes of a Parquet file that are asked for first: its footer nearly always, and all of a small file.
const TAIL: u64 = 64 << 10;
/// Parquet files end with the length of their metadata and this.
const MAGIC: &[u8] = b"PAR1";

/// An object in a store.
#[derive(Clone)]
pub(crate) struct Object {
    /// As the user named it.
    pub(crate) url: Arc<str>,
    /// Which version is there, if it was listed or asked for.
    pub(crate) version: Option<Version>,
    location: Location,
    remote: Remote,
}

/// What was fetched of an object.
#[derive(Clone, Debug)]
pub(crate) struct Fetched {
    pub(crate) content: Fetch,
    /// Which version it is of, if the store says.
    pub(crate) version: Option<Version>,
}

/// The bytes that were fetched.
#[derive(Clone, Debug)]
pub(crate) enum Fetch {
    /// Every byte.
    Whole(Bytes),
    /// Of a Parquet file, the metadata and the columns asked for.
    Parquet(Sparse),
}

impl Object {
    pub(crate) fn new(remote: &Remote, url: &str) -> Result<Self, DatasetError> {
        Ok(Self::at(remote, url, remote.locate(url)?))
    }

    pub(crate) fn at(remote: &Remote, url: &str, location: Location) -> Self {
        Self {
            url: url.into(),
            version: None,
            location,
            remote: remote.clone(),
        }
    }

    /// As it was listed.
    pub(crate) fn listed(self, meta: &ObjectMeta) -> Self {
        Self {
            version: version(meta),
            ..self
        }
    }

    /// Asks which version is there, unless that is known; nothing of it is fetched.
    pub(crate) async fn seen(mut self) -> Self {
        if self.version.is_none() {
            let Location { store, path } = &self.location;
            let meta = store.head(path).await;
            self.version = meta.ok().as_ref().and_then(version);
        }
        self
    }

    /// As [`seen`](Self::seen), on a thread that waits.
    pub(crate) fn seen_blocking(&self) -> Self {
        let seen = self.remote.wait(&self.url, self.clone().seen());
        seen.unwrap_or_else(|_| self.clone())
    }

    /// Fetches what `request` needs of it.
    pub(crate) async fn fetch(
        &self,
        symbol: &Symbol,
        request: &Request,
    ) -> Result<Fetched, DatasetError> {
        let path = self.location.path.as_ref();
        let is_parquet = [".parquet", ".pq"]
            .iter()
            .any(|ending| path.ends_with(ending));
        if is_parquet && let Some(parquet) = self.fetch_parquet(symbol, request).await? {
            return Ok(parquet);
        }
        let Location { store, path } = &self.location;
        let got = store.get(path).await;
        let got = got.map_err(|error| explain(&self.url, error))?;
        let version = version(&got.meta);
        let content = Fetch::Whole(self.body(got).await?);
        Ok(Fetched { content, version })
    }

    /// As [`fetch`](Self::fetch), on a thread that waits.
    pub(crate) fn fetch_blocking(
        &self,
        symbol: &Symbol,
        request: &Request,
    ) -> Result<Fetched, DatasetError> {
        let (object, symbol, request) = (self.clone(), symbol.clone(), request.clone());
        self.remote.wait(
            &self.url,
            async move { object.fetch(&symbol, &request).await },
        )?
    }

    /// The metadata and the columns needed; `None` if the store gives no ranges or this is no Parquet.
    async fn fetch_parquet(
        &self,
        symbol: &Symbol,
        request: &Request,
    ) -> Result<Option<Fetched>, DatasetError> {
        let Location { store, path } = &self.location;
        let options = GetOptions::new().with_range(Some(GetRange::Suffix(TAIL)));
        let begun = Instant::now();
        let got = match store.get_opts(path, options).await {
            Ok(got) => got,
            Err(
                error @ (Error::NotFound { .. }
                | Error::PermissionDenied { .. }
                | Error::Unauthenticated { .. }),
            ) => {
                return Err(explain(&self.url, error));
            }
            Err(error) if self.remote.has_waited_for(begun) => {
                return Err(explain(&self.url, error));
            }
            Err(_) => return Ok(None),
        };
        let (size, version) = (got.meta.size, version(&got.meta));
        let tail = self.body(got).await?;
        if tail.len() as u64 == size {
            let content = Fetch::Whole(tail);
            return Ok(Some(Fetched { content, version }));
        }
        if !tail.ends_with(MAGIC) {
            return Ok(None);
        }
        let mut sparse = Sparse::new(size);
        sparse.push(size - tail.len() as u64, tail.clone());
        // Only asks whether the tail was long enough; a footer that is damaged is told of when it is read.
        let mut probe = ParquetMetaDataReader::new();
        if let Err(ParquetError::NeedMoreData(needed)) = probe.try_parse_sized(&tail, size) {
            let first = size.saturating_sub(needed as u64);
            let footer = first..size;
            let footer = std::slice::from_ref(&footer);
            self.add(&mut sparse, footer, version.as_ref()).await?;
        }
        let rows = Collector::new(Arc::clone(&self.url), symbol.clone(), request, false);
        let needed = needed_ranges(&Blob::Sparse(sparse.clone()), &rows);
        self.add(&mut sparse, &needed, version.as_ref()).await?;
        let content = Fetch::Parquet(sparse);
        Ok(Some(Fetched { content, version }))
    }

    /// Fetches what is missing of some ranges, of the version that was begun with.
    async fn add(
        &self,
        sparse: &mut Sparse,
        ranges: &[Range<u64>],
        begun: Option<&Version>,
    ) -> Result<(), DatasetError> {
        let missing: Vec<_> = ranges
            .iter()
            .filter(|range| !sparse.has(range))
            .cloned()
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let fetch = |range| self.range(range, begun);
        let got = coalesce_ranges(&missing, fetch, OBJECT_STORE_COALESCE_DEFAULT).await?;
        for (range, bytes) in missing.into_iter().zip(got) {
            sparse.push(range.start, bytes);
        }
        Ok(())
    }

    async fn range(
        &self,
        range: Range<u64>,
        begun: Option<&Version>,
    ) -> Result<Bytes, DatasetError> {
        let Location { store, path } = &self.location;
        let options = GetOptions::new().with_range(Some(GetRange::Bounded(range)));
        let got = store.get_opts(path, options).await;
        let got = got.map_err(|error| explain(&self.url, error))?;
        if version(&got.meta).as_ref() != begun {
            let what = "was replaced while it was read";
            return Err(DatasetError::new(ErrorKind::Io, &self.url, what).remedy("try again"));
        }
        self.body(got).await
    }

    /// The bytes of an answer, as many as it said.
    async fn body(&self, answer: GetResult) -> Result<Bytes, DatasetError> {
        let said = answer.range.end - answer.range.start;
        let bytes = answer.bytes().await;
        let bytes = bytes.map_err(|error| explain(&self.url, error))?;
        if bytes.len() as u64 == said {
            return Ok(bytes);
        }
        let what = format!("{} bytes came instead of {said}", bytes.len());
        let error = DatasetError::new(ErrorKind::Io, &self.url, what);
        Err(error.remedy("try again, and look at the server"))
    }
}

/// The version a store names; `None` if it names none, or one that other bytes may share.
fn version(meta: &ObjectMeta) -> Option<Version> {
    let tag = meta.e_tag.as_ref()?;
    let is_strong = !tag.is_empty() && !tag.starts_with("W/");
    is_strong.then(|| Version {
        length: meta.size,
        tag: tag.clone(),
    })
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Object").field(&self.url).finish()
    }
}

/// The error of a store, in words for the user.
pub(super) fn explain(url: &str, error: Error) -> DatasetError {
    let (kind, what, remedy) = match &error {
        Error::NotFound { .. } => (
            ErrorKind::NotFound,
            "no such object".to_owned(),
            "check the URL",
        ),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => (
            ErrorKind::NoPermission,
            "access denied".to_owned(),
            "check the credentials and what they may read",
        ),
        other => (
            ErrorKind::Io,
            format!("fetching failed ({})", innermost(other)),
            "check the network, the endpoint and the region, and try again",
        ),
    };
    DatasetError::new(kind, url, what)
        .remedy(remedy)
        .source(error)
}

/// The last cause, which says what happened; those around it repeat the URL.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
