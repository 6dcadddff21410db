//! Objects that have not changed are not fetched.

use atc_cli::engine::dataset::{Remote, Request, discover_with};
use atc_cli::engine::{Cache, CacheStatistics, EngineBuilder, Trust, digest};
use atc_parallel::{Lanes, Sequential, TokioPool};
use tempfile::TempDir;

use super::server::{Manners, Server};
use super::{builder, objects, parquet};

/// What a scan said, and what it took.
struct Scanned {
    digest: String,
    statistics: CacheStatistics,
    requests: usize,
    bytes: usize,
}

fn scan(engine: EngineBuilder, server: &Server, urls: &[String], cache: Cache) -> Scanned {
    let (requests, bytes) = (server.n_requests(), server.n_bytes());
    let found = discover_with(urls, &Remote::new(server.s3_settings()));
    let engine = engine.cache(cache).build().unwrap();
    let scan = engine.scan(found.sources, &Request::default());
    assert!(scan.failed.is_empty(), "{:?}", scan.failed);
    let cache = engine.cache().unwrap();
    cache.save();
    Scanned {
        digest: digest(&scan.rows),
        statistics: cache.statistics(),
        requests: server.n_requests() - requests,
        bytes: server.n_bytes() - bytes,
    }
}

/// Executors that fetch on the lane that computes, and one whose requests overlap.
const ENGINES: [fn() -> EngineBuilder; 3] = [
    || builder().executor(Sequential::new()),
    || builder().executor(Lanes::new(2).unwrap()),
    || {
        let pool = TokioPool::new(2).unwrap();
        let runtime = pool.handle().clone();
        builder().executor(pool).overlap_reads(&runtime, 4)
    },
];

#[test]
fn an_object_that_has_not_changed_is_not_fetched() {
    for engine in ENGINES {
        let folder = TempDir::new().unwrap();
        let cache = || Cache::in_directory(folder.path()).on_warning(|text| panic!("{text}"));
        // Large enough that each takes several requests.
        let server = Server::start(objects(6, 9000), Manners::default()).unwrap();
        let urls: Vec<String> = (0..6)
            .map(|i| server.url(&format!("daily/S{i:03}.parquet")))
            .collect();
        let first = scan(engine(), &server, &urls, cache());
        assert_eq!(first.statistics.computed, 6);
        let again = scan(engine(), &server, &urls, cache());
        assert_eq!(again.digest, first.digest);
        assert_eq!(
            (again.requests, again.bytes),
            (6, 0),
            "a look at each, and no byte of any"
        );
        assert_eq!(again.statistics.sources_unchanged, 6);

        let key = "daily/S003.parquet".to_owned();
        server
            .shared
            .objects()
            .insert(key, parquet(9003, 77).into());
        let then = scan(engine(), &server, &urls, cache());
        assert_ne!(then.digest, first.digest);
        assert_eq!(
            (then.statistics.sources_unchanged, then.statistics.computed),
            (5, 1)
        );
        let verified = scan(engine(), &server, &urls, cache().trust(Trust::Nothing));
        assert_eq!(
            (verified.digest, verified.statistics.sources_opened),
            (then.digest, 6)
        );
    }
}

/// A listing says which versions there are; nobody has to ask for each.
#[test]
fn objects_of_a_listing_that_have_not_changed_cost_no_request() {
    for engine in ENGINES {
        let folder = TempDir::new().unwrap();
        let cache = || Cache::in_directory(folder.path()).on_warning(|text| panic!("{text}"));
        let server = Server::start(objects(6, 500), Manners::default()).unwrap();
        let urls = ["s3://bucket/daily/".to_owned()];
        let first = scan(engine(), &server, &urls, cache());
        let again = scan(engine(), &server, &urls, cache());
        assert_eq!(again.digest, first.digest);
        assert_eq!((again.requests, again.bytes), (1, 0));
        assert_eq!(
            (
                again.statistics.sources_unchanged,
                again.statistics.computed
            ),
            (6, 0)
        );
    }
}

/// What follows the question mark may be a signature: it is kept nowhere.
#[test]
fn addresses_with_a_query_are_fetched_each_time() {
    let folder = TempDir::new().unwrap();
    let cache = || Cache::in_directory(folder.path());
    let server = Server::start(objects(1, 500), Manners::default()).unwrap();
    let urls = [server.url("daily/S000.parquet?signature=secret")];
    for computed in [1, 0] {
        let scanned = scan(builder(), &server, &urls, cache());
        assert!(0 < scanned.bytes);
        assert_eq!(scanned.statistics.computed, computed);
    }
    let index = std::fs::read(folder.path().join("sources")).unwrap_or_default();
    assert!(!index.windows(6).any(|part| part == b"secret"));
}
