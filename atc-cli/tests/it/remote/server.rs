//! A web server and S3 look-alike over objects in memory, as slow and as faulty as it is told to be.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// How the server behaves.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Manners {
    /// Time before each answer.
    pub(crate) latency: Duration,
    /// Each object's first requests, as many, are answered with 503.
    pub(crate) n_faults: usize,
    /// Ranges are ignored, as simple web servers do.
    pub(crate) without_ranges: bool,
}

/// Serves objects at `http://ADDRESS/KEY` and, for S3 clients, at `/BUCKET/KEY`, until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    pub(crate) shared: Arc<Shared>,
    _runtime: Runtime,
}

/// What the server and its requests share.
#[derive(Debug)]
pub(crate) struct Shared {
    objects: Mutex<BTreeMap<String, Bytes>>,
    manners: Manners,
    faults: Mutex<BTreeMap<String, usize>>,
    requests: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
    sent: AtomicUsize,
}

impl Server {
    /// Starts to serve.
    pub(crate) fn start(
        objects: impl IntoIterator<Item = (String, Vec<u8>)>,
        manners: Manners,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            objects: Mutex::new(
                objects
                    .into_iter()
                    .map(|(key, bytes)| (key, bytes.into()))
                    .collect(),
            ),
            manners,
            faults: Mutex::default(),
            requests: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
        });
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        runtime.spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            address,
            shared,
            _runtime: runtime,
        })
    }

    /// The URL of an object.
    pub(crate) fn url(&self, key: &str) -> String {
        format!("http://{}/{key}", self.address)
    }

    /// Settings with which S3 clients find this server.
    pub(crate) fn s3_settings(&self) -> Vec<(String, String)> {
        let endpoint = format!("http://{}", self.address);
        let settings = [
            ("AWS_ENDPOINT", endpoint.as_str()),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "us-east-1"),
        ];
        settings
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    /// Requests so far.
    pub(crate) fn n_requests(&self) -> usize {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// The most requests that were open at once.
    pub(crate) fn most_at_once(&self) -> usize {
        self.shared.most_open.load(Ordering::Relaxed)
    }

    /// Bytes of objects sent so far.
    pub(crate) fn n_bytes(&self) -> usize {
        self.shared.sent.load(Ordering::Relaxed)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Small answers must not wait for more to send.
        let _ = stream.set_nodelay(true);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(Arc::clone(&shared), request));
            let connection = hyper::server::conn::http1::Builder::new();
            // A client that goes away is no fault of the server.
            let _ = connection
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    let open = shared.open.fetch_add(1, Ordering::Relaxed) + 1;
    shared.most_open.fetch_max(open, Ordering::Relaxed);
    tokio::time::sleep(shared.manners.latency).await;
    let response = shared.respond(&request);
    shared.open.fetch_sub(1, Ordering::Relaxed);
    Ok(response)
}

impl Shared {
    /// The objects, which a test may replace.
    pub(crate) fn objects(&self) -> MutexGuard<'_, BTreeMap<String, Bytes>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn respond(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().trim_start_matches('/');
        let query = request.uri().query().unwrap_or_default();
        if query.contains("list-type=2") {
            return plain(StatusCode::OK, self.listing(query).into());
        }
        let objects = self.objects();
        let key = if objects.contains_key(path) {
            path
        } else {
            path.split_once('/').map_or(path, |(_, key)| key)
        };
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = faults.entry(key.to_owned()).or_default();
        *seen += 1;
        if *seen <= self.manners.n_faults {
            return plain(StatusCode::SERVICE_UNAVAILABLE, Bytes::new());
        }
        let method = request.method();
        match objects.get(key) {
            _ if key.starts_with("private/") => plain(StatusCode::FORBIDDEN, Bytes::new()),
            None => plain(StatusCode::NOT_FOUND, Bytes::new()),
            Some(object) if method == Method::GET => self.object(object, request),
            Some(object) if method == Method::HEAD => head(object),
            Some(_) => plain(StatusCode::METHOD_NOT_ALLOWED, Bytes::new()),
        }
    }

    fn object(&self, object: &Bytes, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let asked = request
            .headers()
            .get(header::RANGE)
            .filter(|_| !self.manners.without_ranges);
        let range = asked
            .and_then(|range| range.to_str().ok())
            .and_then(|range| bounds(range, object.len()));
        let body = range
            .clone()
            .map_or_else(|| object.clone(), |range| object.slice(range));
        self.sent.fetch_add(body.len(), Ordering::Relaxed);
        let mut response = plain(StatusCode::OK, body);
        let headers = response.headers_mut();
        describe(headers, object);
        if let Some(range) = range {
            let text = format!("bytes {}-{}/{}", range.start, range.end - 1, object.len());
            headers.extend(text.parse().map(|value| (header::CONTENT_RANGE, value)));
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        }
        response
    }

    /// The objects below the prefix that is asked for, as S3 lists them.
    fn listing(&self, query: &str) -> String {
        let prefix = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("prefix="));
        let prefix = prefix.unwrap_or_default().replace("%2F", "/");
        let mut xml = "<ListBucketResult><IsTruncated>false</IsTruncated>".to_owned();
        for (key, object) in self
            .objects()
            .iter()
            .filter(|(key, _)| key.starts_with(&prefix))
        {
            let _ = write!(
                xml,
                "<Contents><Key>{key}</Key><Size>{}</Size><ETag>{}</ETag>\
                 <LastModified>2024-01-01T00:00:00.000Z</LastModified></Contents>",
                object.len(),
                tag(object),
            );
        }
        xml + "</ListBucketResult>"
    }
}

/// Everything about an object but its bytes.
fn head(object: &Bytes) -> Response<Full<Bytes>> {
    let mut response = plain(StatusCode::OK, Bytes::new());
    let headers = response.headers_mut();
    describe(headers, object);
    headers.insert(header::CONTENT_LENGTH, object.len().into());
    response
}

fn describe(headers: &mut header::HeaderMap, object: &Bytes) {
    headers.extend(tag(object).parse().map(|tag| (header::ETAG, tag)));
    let modified = "Mon, 01 Jan 2024 00:00:00 GMT";
    headers.extend(modified.parse().map(|time| (header::LAST_MODIFIED, time)));
}

/// Differs whenever the content does.
fn tag(object: &Bytes) -> String {
    format!("\"{}\"", &blake3::hash(object).to_hex()[..16])
}

fn plain(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response
}

/// `bytes=a-b`, `bytes=a-` and `bytes=-n`.
fn bounds(range: &str, len: usize) -> Option<std::ops::Range<usize>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let bounds = match (first.parse::<usize>().ok(), last.parse::<usize>().ok()) {
        (Some(first), Some(last)) => first..len.min(last + 1),
        (Some(first), None) => first..len,
        (None, last) => len.saturating_sub(last?)..len,
    };
    (bounds.start < bounds.end).then_some(bounds)
}
