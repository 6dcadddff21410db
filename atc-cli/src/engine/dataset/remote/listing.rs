//! Prefixes and patterns in object stores become objects.

use std::sync::Arc;

use futures::TryStreamExt as _;
use object_store::ObjectMeta;
use object_store::path::Path;

use super::super::place::has_data_extension;
use super::super::{DatasetError, ErrorKind};
use super::{Location, Object, Remote, object};

/// Whether a URL means several objects: a folder, or a pattern.
fn is_several(url: &str, is_s3: bool) -> bool {
    let path = url.split_once("://").map_or("", |(_, rest)| rest);
    // A question mark in a web address starts its query; in a store's key it stands for any character.
    let is_pattern = path.contains(['*', '[']) || (is_s3 && path.contains('?'));
    path.ends_with('/') || !path.contains('/') || is_pattern
}

/// The objects that a URL means, in name order, without reading them.
pub(crate) fn list(remote: &Remote, url: &str) -> Result<Vec<Object>, DatasetError> {
    let is_s3 = url.len() > 1 && url[..2].eq_ignore_ascii_case("s3");
    if !is_several(url, is_s3) {
        return Ok(vec![Object::new(remote, url)?]);
    }
    let not_found = |what: &str| DatasetError::new(ErrorKind::NotFound, url, what);
    if !is_s3 {
        return Err(not_found("web servers do not list what they have")
            .remedy("give the URL of each file, or use s3:// with its endpoint"));
    }
    let (bucket, key) = split(url);
    let pattern = glob::Pattern::new(key).map_err(|error| {
        not_found(&format!("is no valid pattern ({})", error.msg)).remedy("check the brackets")
    })?;
    let is_pattern = key.contains(['*', '?', '[']);
    let fixed = key.split(['*', '?', '[']).next().unwrap_or_default();
    let folder = fixed.rsplit_once('/').map_or("", |(folder, _)| folder);
    let Location { store, .. } = remote.locate(&format!("{bucket}/"))?;
    let prefix = Path::from(folder);
    let shared = Arc::clone(&store);
    let listing = async move { shared.list(Some(&prefix)).try_collect::<Vec<_>>().await };
    let listed = remote.wait(url, listing)?;
    let mut objects: Vec<ObjectMeta> = listed
        .map_err(|error| object::explain(url, error))?
        .into_iter()
        .filter(|meta| {
            let path = &meta.location;
            let name = path.filename().unwrap_or_default();
            let is_hidden = path
                .as_ref()
                .rsplit('/')
                .any(|part| part.starts_with(['.', '_']));
            if is_pattern {
                pattern.matches(path.as_ref())
            } else {
                has_data_extension(name) && !is_hidden
            }
        })
        .collect();
    if objects.is_empty() {
        return Err(not_found("no data file is there").remedy("check the bucket and the prefix"));
    }
    objects.sort_unstable_by(|a, b| a.location.cmp(&b.location));
    let object = |meta: ObjectMeta| {
        let url = format!("{bucket}/{}", meta.location);
        let location = Location {
            store: Arc::clone(&store),
            path: meta.location.clone(),
        };
        Object::at(remote, &url, location).listed(&meta)
    };
    Ok(objects.into_iter().map(object).collect())
}

/// The bucket with its scheme, and the key.
fn split(url: &str) -> (&str, &str) {
    let start = url.find("://").map_or(0, |at| at + 3);
    match url[start..].find('/') {
        Some(slash) => (&url[..start + slash], &url[start + slash + 1..]),
        None => (url, ""),
    }
}
