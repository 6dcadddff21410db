//! Inputs in object stores and behind HTTP: `s3://bucket/key`, `http(s)://host/path`.
//!
//! An [`Object`] knows its store; [`Object::fetch`] brings what is needed of it into memory, and the
//! readers of local files do the rest.

mod listing;
mod measured;
mod object;
mod store;

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::time::{Duration, Instant};

use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::{DatasetError, ErrorKind};

pub(crate) use self::listing::list;
pub(crate) use self::object::{Fetch, Fetched, Object};

/// How object stores are reached: credentials, endpoints, patience. Clones share connections.
///
/// A request that fails for a reason that may pass (no connection, a time-out, a status of 429 or 5xx)
/// is tried again after a pause that grows and varies at random; an object is given up after five
/// tries or a minute, whichever comes first, if [`with_patience`](Self::with_patience) does not say otherwise.
///
/// ```
/// use atc_cli::engine::dataset::{Remote, discover_with};
///
/// let minio = [("AWS_ENDPOINT", "http://localhost:9000"), ("AWS_ALLOW_HTTP", "true"), ("AWS_SKIP_SIGNATURE", "true")];
/// let remote = Remote::new(minio);
/// let found = discover_with(&["s3://bars/daily/AAPL.parquet".to_owned()], &remote);
/// assert_eq!(found.sources[0].symbol(), "AAPL"); // nothing was read yet
/// ```
#[derive(Clone, Default)]
pub struct Remote {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    settings: Vec<(String, String)>,
    patience: Patience,
    stores: Mutex<HashMap<String, Arc<dyn ObjectStore>>>,
    /// For callers that wait on a thread.
    waiting: OnceLock<Option<Waiting>>,
}

/// When to give up.
#[derive(Clone, Copy, Debug)]
struct Patience {
    request: Duration,
    object: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(30),
            object: Duration::from_mins(1),
        }
    }
}

/// A place in a store.
#[derive(Clone)]
pub(crate) struct Location {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) path: Path,
}

impl Remote {
    /// Settings by name, as the variables of the environment that
    /// [`object_store`](https://docs.rs/object_store) documents: `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`, `AWS_ALLOW_HTTP`, `AWS_PROFILE` and so on.
    /// Names that mean nothing are ignored; the environment itself is not read.
    pub fn new<K: Into<String>, V: Into<String>>(
        settings: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let settings = settings.into_iter();
        let shared = Shared {
            settings: settings
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
            ..Shared::default()
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The same with other limits: how long one request may take, from connecting to its last byte (30 s if not
    /// said), and how long an object is tried again for (60 s).
    #[must_use]
    pub fn with_patience(self, request: Duration, object: Duration) -> Self {
        let shared = Shared {
            settings: self.shared.settings.clone(),
            patience: Patience { request, object },
            ..Shared::default()
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Whether an object that was begun with then has had its time.
    pub(crate) fn has_waited_for(&self, begun: Instant) -> bool {
        self.shared.patience.object <= begun.elapsed()
    }

    /// The store and path of a URL; nothing is requested.
    pub(crate) fn locate(&self, url: &str) -> Result<Location, DatasetError> {
        let parsed = Url::parse(url).map_err(|error| {
            DatasetError::new(ErrorKind::NotFound, url, format!("is no URL ({error})"))
                .remedy("write s3://bucket/key or https://host/path")
        })?;
        let base = store::base(&parsed, url)?;
        let mut stores = self
            .shared
            .stores
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let store = if let Some(store) = stores.get(&base.name) {
            Arc::clone(store)
        } else {
            let store = store::open(&base, &self.shared.settings, self.shared.patience)
                .map_err(|error| object::explain(url, error))?;
            stores.insert(base.name, Arc::clone(&store));
            store
        };
        Ok(Location {
            store,
            path: base.path,
        })
    }

    /// Waits on this thread, whichever it is, for requests that run on threads of their own.
    pub(crate) fn wait<T: Send + 'static>(
        &self,
        url: &str,
        request: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, DatasetError> {
        let waiting = self.shared.waiting.get_or_init(Waiting::start);
        let runtime = waiting.as_ref().and_then(|waiting| waiting.0.as_ref());
        let answer = runtime.and_then(|runtime| {
            let (sender, receiver) = mpsc::channel();
            runtime.spawn(async move {
                // The receiver waits below.
                let _ = sender.send(request.await);
            });
            receiver.recv().ok()
        });
        answer.ok_or_else(|| {
            DatasetError::new(
                ErrorKind::Io,
                url,
                "the threads for requests cannot be started",
            )
            .remedy("raise the limits on threads and open files")
        })
    }
}

impl fmt::Debug for Remote {
    /// Without the settings, which hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").finish_non_exhaustive()
    }
}

/// The runtime of requests that a thread waits for.
struct Waiting(Option<Runtime>);

impl Waiting {
    fn start() -> Option<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("atc-remote")
            .enable_all()
            .build();
        runtime.ok().map(|runtime| Self(Some(runtime)))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // Waiting for it would panic inside async code, and nothing is left to wait for.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Patience {
    fn retries(self) -> RetryConfig {
        RetryConfig {
            max_retries: 4,
            retry_timeout: self.object,
            ..RetryConfig::default()
        }
    }

    fn client(self) -> ClientOptions {
        ClientOptions::new()
            .with_connect_timeout(self.request.min(Duration::from_secs(5)))
            .with_timeout(self.request)
            .with_user_agent(object_store::HeaderValue::from_static(concat!(
                "atc/",
                env!("CARGO_PKG_VERSION")
            )))
    }
}

/// Whether an input is a URL of an object store or web server, by its scheme.
pub(crate) fn is_url(input: &str) -> bool {
    let scheme = input.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        ["s3", "s3a", "http", "https"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
    })
}
