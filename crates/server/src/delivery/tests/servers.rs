//! A web server and a mail server of a few lines each, on a free port of this machine.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the web server answers to everything.
pub(crate) enum Answer {
    Status(&'static str),
    Redirect(String),
    Nothing,
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

#[derive(Default)]
struct Seen {
    connections: usize,
    requests: Vec<Request>,
    lines: Vec<String>,
}

/// A web server.
pub(crate) struct HttpServer {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl HttpServer {
    pub(crate) fn start(answer: Answer) -> Self {
        let (port, seen) = listen(move |stream, seen| {
            let request = read_request(&stream);
            seen.lock().unwrap().requests.push(request);
            let answer = match &answer {
                Answer::Status(status) => format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n"),
                Answer::Redirect(to) => {
                    format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
                }
                Answer::Nothing => {
                    // Until the caller hangs up.
                    let _ = (&stream).read(&mut [0]);
                    return;
                }
            };
            (&stream).write_all(answer.as_bytes()).unwrap();
        });
        Self { port, seen }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://127.0.0.1:{}/hook", self.port)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().requests.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }
}

/// A mail server that says this to each receiver.
pub(crate) struct MailServer {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl MailServer {
    pub(crate) fn start(to_receivers: &'static str) -> Self {
        let (port, seen) = listen(move |stream, seen| talk(&stream, to_receivers, seen));
        Self { port, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// All lines that came in.
    pub(crate) fn said(&self) -> Vec<String> {
        self.seen.lock().unwrap().lines.clone()
    }
}

/// A port on which nobody listens.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn listen(serve: impl Fn(TcpStream, &Mutex<Seen>) + Send + 'static) -> (u16, Arc<Mutex<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let kept = Arc::clone(&seen);
    thread::spawn(move || {
        for stream in listener.incoming() {
            kept.lock().unwrap().connections += 1;
            serve(stream.unwrap(), &kept);
        }
    });
    (port, seen)
}

fn read_request(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "the head is cut off: {head}");
    }
    let mut request = Request { head, body: String::new() };
    let length: usize = request.header("content-length").unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    request.body = String::from_utf8(body).unwrap();
    request
}

fn talk(stream: &TcpStream, to_receivers: &str, seen: &Mutex<Seen>) {
    let say = |line: &str| {
        let _ = (&*stream).write_all(format!("{line}\r\n").as_bytes());
    };
    say("220 test");
    let mut in_text = false;
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { return };
        seen.lock().unwrap().lines.push(line.clone());
        match (in_text, line.split_whitespace().next().unwrap_or_default()) {
            (true, ".") => {
                in_text = false;
                say("250 Taken");
            }
            (true, _) => {}
            (false, "DATA") => {
                in_text = true;
                say("354 Go on");
            }
            (false, "RCPT") => say(to_receivers),
            (false, "QUIT") => return say("221 Bye"),
            (false, _) => say("250 OK"),
        }
    }
}
