//! From a URL to its store.

use std::sync::Arc;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{Error, ObjectStore};
use url::{Position, Url};

use super::super::{DatasetError, ErrorKind};
use super::Patience;
use super::measured::Measured;

/// Which store a URL is in, and where in it.
pub(super) struct Base {
    kind: Kind,
    /// Equal for URLs of one store.
    pub(super) name: String,
    pub(super) path: Path,
}

enum Kind {
    S3,
    Http,
}

/// Takes a URL apart; `typed` is how the user wrote it.
pub(super) fn base(url: &Url, typed: &str) -> Result<Base, DatasetError> {
    let (kind, name, path) = match url.scheme() {
        "s3" | "s3a" => (Kind::S3, &url[..Position::BeforePath], url.path()),
        // What follows the question mark (a signature, say) belongs to the request: a store of its own.
        _ if url.query().is_some() => (Kind::Http, &url[..Position::AfterQuery], ""),
        _ => (Kind::Http, &url[..Position::BeforePath], url.path()),
    };
    let path = Path::from_url_path(path).map_err(|error| {
        DatasetError::new(
            ErrorKind::NotFound,
            typed,
            format!("is no path in a store ({error})"),
        )
        .remedy("check the URL")
    })?;
    Ok(Base {
        kind,
        name: name.to_owned(),
        path,
    })
}

/// A client for the store; nothing is requested yet.
pub(super) fn open(
    base: &Base,
    settings: &[(String, String)],
    patience: Patience,
) -> Result<Arc<dyn ObjectStore>, Error> {
    // Clients of web servers find their cryptography here. A program that has chosen another one keeps it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match base.kind {
        Kind::Http => {
            let builder = HttpBuilder::new()
                .with_url(&base.name)
                .with_http_connector(Measured::default())
                .with_client_options(patience.client().with_allow_http(true))
                .with_retry(patience.retries());
            Ok(Arc::new(builder.build()?))
        }
        Kind::S3 => {
            let mut builder = AmazonS3Builder::new()
                .with_client_options(patience.client())
                .with_retry(patience.retries())
                .with_url(&base.name);
            for (name, value) in settings {
                if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
                    builder = builder.with_config(key, value);
                }
            }
            Ok(Arc::new(builder.build()?))
        }
    }
}
