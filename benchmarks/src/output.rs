//! Lines for people: tables on standard output, progress on standard error.

use std::io::Write as _;
use std::time::{Duration, Instant};

/// How often work of many like steps says how far it is.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Writes to standard output. A reader that closes its end early is no error.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Writes a line to standard error.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "bench: {line}");
}

/// Says now and then how far work of many like steps is.
pub(crate) struct Steps {
    what: String,
    total: usize,
    done: usize,
    begun: Instant,
    last: Option<Instant>,
}

impl Steps {
    pub(crate) fn new(what: impl Into<String>, total: usize) -> Self {
        Self { what: what.into(), total, done: 0, begun: Instant::now(), last: None }
    }

    /// One more is done.
    pub(crate) fn step(&mut self) {
        self.at(self.done + 1, self.total);
    }

    pub(crate) fn at(&mut self, done: usize, total: usize) {
        (self.done, self.total) = (done, total);
        if done == total || self.last.is_none_or(|last| last.elapsed() >= LINE_EVERY) {
            self.last = Some(Instant::now());
            complain(&format!("{}: {done} of {total}, {:.0} s", self.what, self.begun.elapsed().as_secs_f64()));
        }
    }
}
