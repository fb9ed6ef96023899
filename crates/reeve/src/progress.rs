//! Progress on standard error: bars on a terminal, plain lines elsewhere.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use inference::store::Progress;
use retrieval::BuildProgress;

use crate::output::complain;

/// How often a plain line says how far long work is.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// One bar, or a line now and then.
pub(crate) struct Meter {
    bar: Option<ProgressBar>,
    what: String,
    last_line: Instant,
    said: bool,
    bytes: bool,
}

impl Meter {
    /// A meter that counts things.
    pub(crate) fn new() -> Self {
        Self::counting(false)
    }

    /// A meter that counts bytes.
    pub(crate) fn of_bytes() -> Self {
        Self::counting(true)
    }

    fn counting(bytes: bool) -> Self {
        Self { bar: None, what: String::new(), last_line: Instant::now(), said: false, bytes }
    }

    /// Shows how far the work called `what` is.
    pub(crate) fn at(&mut self, what: &str, done: u64, total: u64) {
        if what != self.what {
            self.end();
            what.clone_into(&mut self.what);
            self.said = false;
        }
        if std::io::stderr().is_terminal() {
            let bytes = self.bytes;
            let bar = self.bar.get_or_insert_with(|| new_bar(what, done, total, bytes));
            bar.set_length(total);
            bar.set_position(done);
        } else if !self.said || self.last_line.elapsed() >= LINE_EVERY {
            self.said = true;
            self.last_line = Instant::now();
            let percent = done * 100 / total.max(1);
            complain(&format!("{what}: {percent}%"));
        }
    }

    /// A line of its own above the bar.
    pub(crate) fn line(&mut self, line: &str) {
        self.end();
        complain(line);
    }

    /// Ends the bar.
    pub(crate) fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.what.clear();
    }
}

/// A bar that begins at `done`: what was done before says nothing of the speed.
fn new_bar(what: &str, done: u64, total: u64, bytes: bool) -> ProgressBar {
    let template = if bytes {
        "{msg:40} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {eta}"
    } else {
        "{msg:40} [{bar:30}] {pos}/{len} {eta}"
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(total).with_style(style.progress_chars("=> ")).with_message(what.to_owned());
    bar.set_position(done);
    bar.reset_eta();
    bar
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.end();
    }
}

/// Shows what a pull or a verification does.
pub(crate) fn show_store(meter: &mut Meter, model: &str, progress: Progress<'_>) {
    match progress {
        Progress::Waiting => meter.line(&format!("{model}: another process is fetching it; waiting")),
        Progress::Source { what } => meter.line(&format!("{model}: fetching from {what}")),
        Progress::Bytes { file, done, total } => meter.at(&format!("fetching {file}"), done, total),
        Progress::Checking { file, done, total } => meter.at(&format!("checking {file}"), done, total),
        Progress::SourceFailed { what, why } => meter.line(&format!("{model}: {what}: {why}")),
        Progress::Ready { model, folder } => meter.line(&format!("{model}: ready in {}", folder.display())),
    }
}

/// Shows what a build of the index does.
pub(crate) fn show_build(meter: &mut Meter, progress: BuildProgress) {
    match progress {
        BuildProgress::Encoding { done, total } => meter.at("encoding new text", done as u64, total as u64),
        BuildProgress::Indexing => meter.end(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_before_does_not_count_as_fast() {
        let bar = new_bar("fetching weights", 1_000_000_000, 2_000_000_000, true);
        std::thread::sleep(Duration::from_millis(20));
        bar.set_position(1_000_000_100);
        assert!(bar.per_sec() < 1_000_000.0, "{} bytes a second", bar.per_sec());
    }
}
