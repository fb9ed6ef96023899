//! Whether one side is idle while the other runs: threads that spin would take the processors from the side that is
//! measured. Only Linux tells; elsewhere nothing is noted.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Time for the threads of the side that ran before to go to sleep.
const REST: Duration = Duration::from_millis(20);

/// The unit in which Linux counts processor time for programs, on every architecture.
const TICK_MS: f64 = 10.0;

/// How long each side ran, and how much processor time the other took meanwhile.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "units stand in names")]
pub(crate) struct Idle {
    pub(crate) ours_ran_ms: f64,
    pub(crate) theirs_busy_ms: f64,
    pub(crate) theirs_ran_ms: f64,
    pub(crate) ours_busy_ms: f64,
}

impl Idle {
    /// Runs our side and notes what theirs, the process `other`, took.
    pub(crate) fn ours<T>(&mut self, other: u32, run: impl FnOnce() -> T) -> T {
        let (result, ran, busy) = beside(&other.to_string(), run);
        self.ours_ran_ms += ran;
        self.theirs_busy_ms += busy;
        result
    }

    /// Runs their side and notes what this process took.
    pub(crate) fn theirs<T>(&mut self, run: impl FnOnce() -> T) -> T {
        let (result, ran, busy) = beside("self", run);
        self.theirs_ran_ms += ran;
        self.ours_busy_ms += busy;
        result
    }
}

fn beside<T>(other: &str, run: impl FnOnce() -> T) -> (T, f64, f64) {
    std::thread::sleep(REST);
    let (begun, before) = (Instant::now(), processor_ms(other));
    let result = run();
    let busy = processor_ms(other).zip(before).map_or(0.0, |(after, before)| after - before);
    (result, begun.elapsed().as_secs_f64() * 1000.0, busy)
}

/// Processor time of all threads of a process.
fn processor_ms(process: &str) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the program's name in brackets, which may hold spaces.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) * TICK_MS)
}
