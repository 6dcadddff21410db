//! Servers that stall, cut connections, lie about lengths or talk nonsense: each source ends, and so does the run.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use atc_cli::engine::EngineBuilder;

use super::*;

const BODY: &[u8] = b"time,close\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3\n";
/// What all of it may take at most, on whatever machine.
const LIMIT: Duration = Duration::from_mins(2);

/// Each file is served in a manner of its own, that of its name.
struct Rude {
    address: SocketAddr,
    tries: Mutex<HashMap<String, usize>>,
    n_requests: AtomicUsize,
}

impl Rude {
    /// Serves for as long as the process lives: a thread for each connection, for some of them never end.
    fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Arc::new(Self {
            address: listener.local_addr().unwrap(),
            tries: Mutex::default(),
            n_requests: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&server);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = Arc::clone(&shared);
                // A client that goes away is what some of these manners are about.
                thread::spawn(move || server.serve(&stream).ok());
            }
        });
        server
    }

    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        let mut lines = BufReader::new(stream).lines();
        while let Some(request) = lines.next() {
            let path = request?.split(' ').nth(1).unwrap_or_default().to_owned();
            let mut from = 0;
            for header in lines.by_ref() {
                let header = header?.to_ascii_lowercase();
                if header.is_empty() {
                    break;
                }
                let range = header.strip_prefix("range: bytes=");
                let first = range.and_then(|range| range.split('-').next()?.parse().ok());
                from = first.unwrap_or(from);
            }
            self.n_requests.fetch_add(1, Ordering::Relaxed);
            let tries = {
                let mut tries = self.tries.lock().unwrap();
                let tries = tries.entry(path.clone()).or_default();
                *tries += 1;
                *tries
            };
            if !answer(stream, (&path, from), tries)? {
                break;
            }
        }
        Ok(())
    }
}

/// Answers a request in the manner of its path; `false` if the connection ends with it.
fn answer(mut stream: &TcpStream, (path, from): (&str, usize), tries: usize) -> io::Result<bool> {
    let status = |words: &str| format!("HTTP/1.1 {words}\r\nContent-Length: 0\r\n\r\n");
    let whole = || {
        let (words, range) = match from {
            0 => ("200 OK", String::new()),
            from => {
                let (last, size) = (BODY.len() - 1, BODY.len());
                let range = format!("Content-Range: bytes {from}-{last}/{size}\r\n");
                ("206 Partial Content", range)
            }
        };
        let length = BODY.len() - from;
        format!("HTTP/1.1 {words}\r\nETag: \"1\"\r\n{range}Content-Length: {length}\r\n\r\n")
    };
    let mut send = |head: &str, body: &[u8]| {
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)
    };
    match path {
        "/stalls.csv" | "/stalls.parquet" => {
            thread::sleep(LIMIT);
            return Ok(false);
        }
        "/stalls-within.csv" => {
            send(&whole(), &BODY[from..(from + 5).min(BODY.len() - 1)])?;
            thread::sleep(LIMIT);
            return Ok(false);
        }
        "/cuts.csv" => {
            send(&whole(), &BODY[from..(from + 5).min(BODY.len() - 1)])?;
            return Ok(false);
        }
        "/cuts-once.csv" if tries == 1 => {
            send(&whole(), &BODY[..20])?;
            return Ok(false);
        }
        "/nonsense.csv" => {
            send("\0\x13 this is not HTTP\r\n\r\n", BODY)?;
            return Ok(false);
        }
        "/fails-once.csv" if tries == 1 => send(&status("500 Internal Server Error"), b"")?,
        "/fails.csv" => send(&status("500 Internal Server Error"), b"")?,
        "/nowhere.csv" => send(&status("404 Not Found"), b"")?,
        "/secret.csv" => send(&status("403 Forbidden"), b"")?,
        "/chunks.csv" | "/chunks.parquet" => {
            send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"")?;
            for chunk in BODY.chunks(20) {
                send(&format!("{:x}\r\n", chunk.len()), chunk)?;
                send("\r\n", b"")?;
            }
            send("0\r\n\r\n", b"")?;
        }
        // Its end is that of the connection.
        "/endless.csv" => {
            send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", BODY)?;
            return Ok(false);
        }
        // Says a thousand bytes in the range, and sends ten.
        "/lies.parquet" => send(
            "HTTP/1.1 206 Partial Content\r\nETag: \"1\"\r\nContent-Range: bytes 0-999/1000\r\n\
             Content-Length: 10\r\n\r\n",
            b"0123456789",
        )?,
        "/junk.parquet" => send(
            "HTTP/1.1 206 Partial Content\r\nETag: \"1\"\r\nContent-Range: bytes 0-9/10\r\n\
             Content-Length: 10\r\n\r\n",
            b"PAR1junk!!",
        )?,
        _ => send(&whole(), &BODY[from..])?,
    }
    Ok(true)
}

/// What each name comes to: the rows it gives, or the words of its error.
const NAMES: [(&str, Result<usize, &str>); 17] = [
    ("good.csv", Ok(3)),
    ("stalls.csv", Err("fetching failed")),
    ("stalls.parquet", Err("fetching failed")),
    ("cuts-once.csv", Ok(3)),
    ("stalls-within.csv", Err("fetching failed")),
    ("cuts.csv", Err("fetching failed")),
    ("fails-once.csv", Ok(3)),
    ("fails.csv", Err("fetching failed")),
    ("nowhere.csv", Err("no such object")),
    ("secret.csv", Err("access denied")),
    ("nonsense.csv", Err("fetching failed")),
    ("lies.parquet", Err("10 bytes came instead of 1000")),
    ("junk.parquet", Err("damaged")),
    ("chunks.csv", Ok(3)),
    ("chunks.parquet", Ok(3)),
    ("endless.csv", Ok(3)),
    ("fine.csv", Ok(3)),
];

fn run(engine: EngineBuilder) -> Scan {
    let server = Rude::start();
    let url = |(name, _): &(&str, _)| format!("http://{}/{name}", server.address);
    let urls: Vec<String> = NAMES.iter().map(url).collect();
    let patience = (Duration::from_millis(500), Duration::from_secs(2));
    let remote = Remote::default().with_patience(patience.0, patience.1);
    let found = discover_with(&urls, &remote);
    assert!(found.failed.is_empty(), "{:?}", found.failed);
    let engine = engine.build().unwrap();
    engine.scan(found.sources, &Request::default())
}

#[test]
fn rude_servers_cost_their_own_sources_and_a_bounded_time() {
    let pool = TokioPool::new(2).unwrap();
    let engines = [
        builder().overlap_reads(pool.handle(), 16).executor(pool),
        builder().executor(RayonPool::new(2).unwrap()),
        builder().executor(Sequential::new()),
    ];
    for engine in engines {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(run(engine)));
        let scan = receiver.recv_timeout(LIMIT).expect("the run ends");
        let said: Vec<_> = scan.failed.iter().map(ToString::to_string).collect();
        let (mut rows, mut failed) = (scan.rows.iter(), said.iter());
        for (name, expected) in NAMES {
            match expected {
                Ok(n_bars) => {
                    let row = rows.next().unwrap();
                    assert!(row.input.ends_with(name), "{} is not {name}", row.input);
                    assert_eq!(row.n_bars, n_bars, "{name}");
                }
                Err(words) => {
                    let error = failed.next().unwrap();
                    assert!(error.contains(name), "{error} is not of {name}: {said:#?}");
                    assert!(error.contains(words), "{error}");
                }
            }
        }
        assert!(rows.next().is_none() && failed.next().is_none(), "{scan:?}");
    }
}
