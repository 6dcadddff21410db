//! From what the user typed to the inputs it means.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::collect::Symbol;
use super::finder::Finder;
use super::folder::Kind;
use super::place::{has_data_extension, hive_folder, is_zip};
#[cfg(feature = "remote")]
use super::remote::{Remote, is_url, list};
use super::source::{Part, Source};
use super::{DatasetError, ErrorKind};
use super::{archive, pattern};

/// Folders nested deeper than this are a loop of mounts: links are not followed.
const DEPTH_LIMIT: usize = 1_000;

/// The inputs that were found, and those that were not.
#[derive(Debug, Default)]
pub struct Discovered {
    /// What can be tried to read, in the order given; the files of a folder in name order.
    pub sources: Vec<Source>,
    /// What is not there or may not be listed; the other inputs are not affected.
    pub failed: Vec<DatasetError>,
}

/// Turns paths into sources, without reading data. Object stores are asked what a prefix holds.
///
/// | given | becomes |
/// |---|---|
/// | a file, or a pipe | one source, whatever its extension |
/// | a zip archive | one source per member |
/// | a folder | one source per data file in it, at any depth |
/// | `symbol=X/` on the way (also `ticker=`, `pair=`) | one source of all files below |
/// | a pattern with `*`, `?`, `[..]`, `**` | what it matches, each as above |
/// | `s3://bucket/key`, `https://host/path` | one source |
/// | `s3://bucket/prefix/`, `s3://bucket/*.parquet` | the objects that are there, one source each |
/// | `-` | standard input |
///
/// An input that is given twice, as a file and with its folder, say, is taken once.
/// Links to files count, links to folders are not followed into, unless they are named. Pipes, hidden files and those starting with `_` are left out of folders.
///
/// ```
/// use atc_cli::engine::dataset::discover;
///
/// let found = discover(&["no/such/file.csv".to_owned()]);
/// assert!(found.sources.is_empty());
/// assert_eq!(found.failed[0].to_string(), "no/such/file.csv: no such file or directory; check the path");
/// ```
pub fn discover(paths: &[String]) -> Discovered {
    Finder::default().find(paths)
}

/// As [`discover`], with the settings of object stores.
#[cfg(feature = "remote")]
pub fn discover_with(paths: &[String], remote: &Remote) -> Discovered {
    Finder::default().remote(remote).find(paths)
}

/// What `finder` finds of `paths`.
pub(super) fn found(finder: &Finder<'_>, paths: &[String]) -> Discovered {
    let mut finding = Finding {
        finder,
        found: Discovered::default(),
        hives: BTreeMap::new(),
    };
    for path in paths {
        finding.input(path);
    }
    let mut found = finding.found;
    if 1 < paths.len() || paths.iter().any(|path| path.contains("**")) {
        let mut names = HashSet::with_capacity(found.sources.len());
        found
            .sources
            .retain(|source| names.insert(plain(source.name())));
    }
    found
}

/// A path without steps that lead nowhere.
fn plain(path: Arc<str>) -> Arc<str> {
    if !path.starts_with("./") && !path.contains("//") && !path.contains("/./")
        || path.contains("://")
    {
        return path;
    }
    let steps = Path::new(&*path).components();
    let steps = steps.filter(|step| *step != Component::CurDir);
    steps.collect::<PathBuf>().to_string_lossy().into()
}

/// What was found of the paths so far.
struct Finding<'a> {
    finder: &'a Finder<'a>,
    found: Discovered,
    /// Hive folder to its place among the sources.
    hives: BTreeMap<String, usize>,
}

impl Finding<'_> {
    fn input(&mut self, path: &str) {
        if path == "-" {
            self.found
                .sources
                .push(Source::new(Symbol::Stem("stdin".into()), Part::Stdin));
        } else if path.contains("://") && fs::symlink_metadata(path).is_err() {
            self.url(path);
        } else if fs::symlink_metadata(path).is_err() && path.contains(['*', '?', '[']) {
            self.pattern(path);
        } else {
            self.path(path);
        }
    }

    #[cfg(feature = "remote")]
    fn url(&mut self, url: &str) {
        if !is_url(url) {
            let error = DatasetError::new(ErrorKind::NotFound, url, "this kind of URL is unknown");
            return self
                .found
                .failed
                .push(error.remedy("use s3://, http:// or https://"));
        }
        match list(&self.finder.remote, url) {
            Ok(objects) => {
                for object in objects {
                    let path = object.url.split(['?', '#']).next().unwrap_or_default();
                    let path: Arc<str> = path.into();
                    self.data(&path, hive_folder(&path), Part::Object(Box::new(object)));
                }
            }
            Err(error) => self.found.failed.push(error),
        }
    }

    #[cfg(not(feature = "remote"))]
    fn url(&mut self, url: &str) {
        let error = DatasetError::new(ErrorKind::NotFound, url, "URLs are not read by this build");
        self.found
            .failed
            .push(error.remedy("build it with the feature `remote`"));
    }

    fn path(&mut self, path: &str) {
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => self.folder(path),
            Ok(meta) if meta.is_file() => self.file(&path.into()),
            Ok(_) => {
                let path = path.into();
                self.data(&path, hive_folder(&path), Part::Pipe(Arc::clone(&path)));
            }
            Err(error) => self.found.failed.push(DatasetError::from_io(path, error)),
        }
    }

    fn pattern(&mut self, pattern: &str) {
        let matches = match pattern::matches(pattern) {
            Ok(matches) => matches,
            Err(error) => {
                let error = DatasetError::new(
                    ErrorKind::NotFound,
                    pattern,
                    format!("is no valid pattern ({})", error.msg),
                )
                .remedy("check the brackets or quote the path");
                return self.found.failed.push(error);
            }
        };
        let mut is_empty = true;
        for entry in matches {
            is_empty = false;
            match entry {
                Ok(path) => self.path(&path.to_string_lossy()),
                Err((path, error)) => {
                    let path = path.to_string_lossy();
                    self.found.failed.push(DatasetError::from_io(&path, error));
                }
            }
        }
        if is_empty {
            let error =
                DatasetError::new(ErrorKind::NotFound, pattern, "the pattern matches no file");
            self.found
                .failed
                .push(error.remedy("check the pattern and the folder"));
        }
    }

    fn folder(&mut self, path: &str) {
        let mut files = Vec::new();
        let n_failed = self.found.failed.len();
        self.list(Path::new(path), 0, &mut files);
        if files.is_empty() && self.found.failed.len() == n_failed {
            let error =
                DatasetError::new(ErrorKind::NotFound, path, "the folder holds no data files");
            return self.found.failed.push(
                error.remedy("give a folder with csv, parquet, arrow, feather, json or zip files"),
            );
        }
        files.sort_unstable();
        self.found.sources.reserve(files.len());
        for file in files {
            self.file(&file);
        }
    }

    fn file(&mut self, path: &Arc<str>) {
        let hive = hive_folder(path);
        if hive.is_none() && is_zip(path) && self.members(path) {
            return;
        }
        self.data(path, hive, Part::File(Arc::clone(path)));
    }

    /// A source of its own, or one more part of a hive folder's.
    fn data(&mut self, path: &Arc<str>, hive: Option<(&str, String)>, part: Part) {
        let Some((folder, symbol)) = hive else {
            let symbol = Symbol::Stem(Arc::clone(path));
            return self.found.sources.push(Source::new(symbol, part));
        };
        if let Some(&known) = self.hives.get(folder) {
            self.found.sources[known].push(part);
        } else {
            self.hives
                .insert(folder.to_owned(), self.found.sources.len());
            self.found
                .sources
                .push(Source::new(Symbol::Hive(symbol), part));
        }
    }

    /// One source per member; `false` if the archive cannot be listed, which reading it will explain.
    fn members(&mut self, path: &str) -> bool {
        let Ok(file) = File::open(path) else {
            return false;
        };
        let Ok(members) = archive::members(BufReader::new(file), path) else {
            return false;
        };
        let is_any = !members.is_empty();
        for member in members {
            let symbol = Symbol::Stem(member.as_str().into());
            self.found.sources.push(Source::new(
                symbol,
                Part::Member {
                    archive: path.into(),
                    member,
                },
            ));
        }
        is_any
    }

    /// Collects the data files of a folder; what cannot be listed does not keep the rest out.
    fn list(&mut self, folder: &Path, depth: usize, files: &mut Vec<Arc<str>>) {
        if let Err(error) = self.list_entries(folder, depth, files) {
            let error = DatasetError::from_io(&folder.to_string_lossy(), error);
            self.found.failed.push(error);
        }
    }

    fn list_entries(
        &mut self,
        folder: &Path,
        depth: usize,
        files: &mut Vec<Arc<str>>,
    ) -> io::Result<()> {
        let place = folder.join("");
        let mut path = place.to_string_lossy().into_owned();
        let place = path.len();
        let mut folders = Vec::new();
        let listed = self.finder.list(folder, |name, kind| {
            if name.starts_with(['.', '_']) {
                return;
            }
            path.truncate(place);
            path.push_str(name);
            // A link to a file counts, a link to a folder does not: it may lead back here.
            if kind == Kind::Folder {
                folders.push(path.clone());
            } else if has_data_extension(name) && (kind == Kind::File || may_be_file(&path)) {
                files.push(path.as_str().into());
            }
        });
        for folder in folders {
            if depth < DEPTH_LIMIT {
                self.list(Path::new(&folder), depth + 1, files);
            } else {
                let what = format!("lies more than {DEPTH_LIMIT} folders deep");
                let error = DatasetError::new(ErrorKind::NotFound, &folder, what);
                self.found
                    .failed
                    .push(error.remedy("name the folder itself"));
            }
        }
        listed
    }
}

/// Whether a path leads to a regular file, or to nothing, which reading it will explain. A pipe that is not named would
/// be waited for, perhaps for ever.
fn may_be_file(path: &str) -> bool {
    fs::metadata(path).map_or(true, |meta| meta.is_file())
}
