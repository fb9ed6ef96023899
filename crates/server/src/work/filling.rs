//! What the model's thread does while nobody asks: it fills passage states, one after another.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use assistant::Filled;

use super::Answerer;

/// The log says so many times how far it is.
const TOLD_STEPS: usize = 10;

/// How far the filling is, for the log.
#[derive(Default)]
pub(super) struct Filling {
    steps: usize,
    /// Time spent on it so far.
    spent: Duration,
    ended: bool,
}

impl Filling {
    /// Fills states until all are, or until `is_idle`, which is asked often, says no. Then it is to be called again.
    pub(super) fn go_on(&mut self, answerer: &Answerer, is_idle: &dyn Fn() -> bool) {
        while !self.ended && is_idle() {
            let began = Instant::now();
            if self.steps == 0 {
                tell_begin(answerer);
            }
            let filled = catch_unwind(AssertUnwindSafe(|| answerer.fill_next_state(is_idle)));
            self.spent += began.elapsed();
            match filled {
                Ok(Filled::Step) => self.tell_step(answerer),
                Ok(Filled::Interrupted) => (),
                Ok(Filled::Done) => self.tell_end(answerer),
                Err(_) => {
                    // Replies do not need it; the panic hook logs where it happened.
                    tracing::error!("filling passage states panicked and is given up until the next start");
                    self.ended = true;
                }
            }
        }
    }

    fn tell_step(&mut self, answerer: &Answerer) {
        self.steps += 1;
        let states = answerer.passage_states();
        if self.steps.is_multiple_of((states.of / TOLD_STEPS).max(1)) {
            tracing::info!(kept = states.kept, of = states.of, "filling passage states");
        }
    }

    fn tell_end(&mut self, answerer: &Answerer) {
        self.ended = true;
        let states = answerer.passage_states();
        if states.of == 0 {
            return;
        }
        let seconds = self.spent.as_secs();
        if states.kept < states.of {
            tracing::info!(kept = states.kept, of = states.of, seconds, "there is no room for further passage states");
        } else {
            tracing::info!(kept = states.kept, of = states.of, seconds, "passage states are filled");
        }
    }
}

fn tell_begin(answerer: &Answerer) {
    let of = answerer.passage_states().of;
    if of > 0 {
        tracing::info!(of, "filling passage states while nobody asks");
    }
}
