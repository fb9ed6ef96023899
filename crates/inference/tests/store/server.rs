//! A tiny HTTP server on the loopback, one request a connection, that can break and stall where it is told to.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub path: String,
    /// The value of the `Range` header.
    pub range: Option<String>,
}

/// What to answer.
pub enum Reply {
    /// The file, or the range of it that was asked for.
    File(Vec<u8>),
    /// The whole file, whatever range was asked for.
    Whole(Vec<u8>),
    /// As `File`, and the connection breaks after so many bytes of the body.
    CutAfter(usize, Vec<u8>),
    /// As `File`, and nothing more comes after so many bytes of the body.
    StallAfter(usize, Vec<u8>),
    /// Another path on the same server.
    Redirect(&'static str),
    /// Only a status.
    Status(u16),
    /// Nothing, and the connection stays open.
    Silence,
}

pub struct Server {
    pub endpoint: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server. `answer` is given the request and how many came before it.
    pub fn start(answer: impl Fn(&Request, usize) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on the loopback");
        let endpoint = format!("http://{}", listener.local_addr().expect("the port that was bound"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming().flatten() {
                let Some(request) = read(&stream) else {
                    continue;
                };
                let before = {
                    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                    seen.push(request.clone());
                    seen.len() - 1
                };
                let reply = answer(&request, before);
                // A client that hangs up early is what some tests are about.
                if let Ok(true) = write(&stream, &request, reply) {
                    held.push(stream);
                }
            }
        });
        Self { endpoint, requests }
    }

    /// A server that has one file under every path.
    pub fn of(file: Vec<u8>) -> Self {
        Self::start(move |_, _| Reply::File(file.clone()))
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The ranges asked for, in order.
    pub fn ranges(&self) -> Vec<Option<String>> {
        self.requests().into_iter().map(|request| request.range).collect()
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let path = lines.next()?.ok()?.split(' ').nth(1)?.to_owned();
    let mut range = None;
    for line in lines {
        let line = line.ok()?;
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("range")
        {
            range = Some(value.trim().to_owned());
        }
    }
    Some(Request { path, range })
}

/// Returns whether the connection is to be held open.
fn write(mut stream: &TcpStream, request: &Request, reply: Reply) -> std::io::Result<bool> {
    let (file, heed_range, sent, hold) = match reply {
        Reply::File(file) => (file, true, usize::MAX, false),
        Reply::Whole(file) => (file, false, usize::MAX, false),
        Reply::CutAfter(bytes, file) => (file, true, bytes, false),
        Reply::StallAfter(bytes, file) => (file, true, bytes, true),
        Reply::Status(status) => {
            write!(stream, "HTTP/1.1 {status} Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
            return Ok(false);
        }
        Reply::Redirect(path) => {
            write!(stream, "HTTP/1.1 302 Found\r\nLocation: {path}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
            return Ok(false);
        }
        Reply::Silence => return Ok(true),
    };
    let start = request
        .range
        .as_deref()
        .filter(|_| heed_range)
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let body = &file[start.unwrap_or(0)..];
    match start {
        Some(start) => write!(
            stream,
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {start}-{}/{}\r\n",
            file.len() - 1,
            file.len()
        )?,
        None => write!(stream, "HTTP/1.1 200 OK\r\n")?,
    }
    write!(stream, "Content-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(&body[..sent.min(body.len())])?;
    Ok(hold)
}
