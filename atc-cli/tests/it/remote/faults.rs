//! What goes wrong on the way is tried again, or is one error that says why.

use super::*;

#[test]
fn errors_that_may_pass_are_tried_again() {
    let manners = Manners {
        n_faults: 2,
        ..Manners::default()
    };
    let server = Server::start(objects(3, 200), manners).unwrap();
    let urls: Vec<_> = (0..3)
        .map(|i| server.url(&format!("daily/S{i:03}.parquet")))
        .collect();
    let pool = TokioPool::new(2).unwrap();
    let engine = builder().overlap_reads(pool.handle(), 8).executor(pool);
    let scan = scan(engine, &urls, Vec::new());
    assert_eq!(
        (scan.rows.len(), scan.failed.len()),
        (3, 0),
        "{:?}",
        scan.failed
    );
    assert!(server.n_requests() >= 9);
}

#[test]
fn each_source_that_fails_is_one_error_and_all_others_finish() {
    let mut objects = objects(3, 200);
    objects.push(("private/x.csv".to_owned(), b"close\n1\n".to_vec()));
    objects.push(("broken.parquet".to_owned(), vec![b'x'; 100_000]));
    let server = Server::start(objects, Manners::default()).unwrap();
    let keys = [
        "daily/S000.parquet",
        "nowhere.csv",
        "daily/S001.parquet",
        "private/x.csv",
        "broken.parquet",
        "daily/S002.parquet",
    ];
    let urls = keys.map(|key| server.url(key));
    let pool = TokioPool::new(2).unwrap();
    let overlapping = builder().overlap_reads(pool.handle(), 8).executor(pool);
    for engine in [overlapping, builder().executor(Sequential::new())] {
        let scan = scan(engine, &urls, Vec::new());
        assert_eq!(scan.rows.len(), 3);
        let words: Vec<_> = scan.failed.iter().map(ToString::to_string).collect();
        assert_eq!(
            words[0],
            format!("{}: no such object; check the URL", urls[1])
        );
        assert!(
            words[1].starts_with(&format!("{}: access denied; check", urls[3])),
            "{}",
            words[1]
        );
        assert!(words[2].starts_with(&urls[4]), "{}", words[2]);
    }
}

#[test]
fn a_server_that_is_not_there_is_an_error_with_its_cause() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let error = read(&format!("http://{gone}/a.csv")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("refused"), "{error}");
}

#[test]
fn what_is_no_readable_url_says_why() {
    for (url, words) in [
        (
            "ftp://host/a.csv",
            "this kind of URL is unknown; use s3://, http:// or https://",
        ),
        (
            "https://host/folder/",
            "web servers do not list what they have; give the URL of each file",
        ),
        ("http://:80/a.csv", "is no URL"),
    ] {
        let error = read(url).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{url}: {words}")), "{error}");
    }
}
