//! People and programs that act on one conversation at once, each on what they last saw of it.

use conversation::{ConversationRecord, Event, Fact, TurnEnding};

use crate::commands::{Command, decide};
use crate::rules::at_ms;

/// The conversation as it is kept.
#[derive(Default)]
pub struct Kept {
    pub record: ConversationRecord,
    pub events: Vec<Event>,
}

/// How an append went.
#[derive(Debug, PartialEq, Eq)]
pub enum Appended {
    Done,
    /// Someone else was quicker.
    Conflict,
    /// The facts do not fit where the conversation stands by now.
    Refused,
}

impl Kept {
    /// Adds facts if nothing has happened since the version that they were decided on; all of them or none.
    pub fn append(&mut self, expected_version: i64, facts: &[Fact]) -> Appended {
        if self.record.version() == expected_version { self.append_unchecked(facts) } else { Appended::Conflict }
    }

    /// Adds facts whatever has happened since they were decided on.
    pub fn append_unchecked(&mut self, facts: &[Fact]) -> Appended {
        let mut numbered = facts.iter().zip(self.events.len()..);
        let added = numbered.try_fold(self.record.clone(), |record, (fact, index)| record.with(fact, at_ms(index)));
        let Ok(record) = added else { return Appended::Refused };
        self.record = record;
        self.events.extend(facts.iter().map(|fact| fact.event().clone()));
        Appended::Done
    }
}

/// Someone who acts on what they last saw.
#[derive(Default)]
pub struct Actor {
    seen: ConversationRecord,
    decided: Option<Decided>,
    /// How often someone else was quicker.
    pub conflicts: usize,
}

struct Decided {
    command: Command,
    facts: Vec<Fact>,
    version: i64,
}

impl Actor {
    /// Sees how the conversation stands. What was decided before stays decided, on what was known then.
    pub fn look(&mut self, kept: &Kept) {
        self.seen = kept.record.clone();
    }

    /// Makes up their mind, on what they last saw.
    pub fn decide(&mut self, command: Command) {
        let version = self.seen.version();
        self.decided = facts(&self.seen, command).map(|facts| Decided { command, facts, version });
    }

    /// Does what was decided, if nothing has happened since; otherwise decides again, or gives up.
    pub fn act(&mut self, kept: &mut Kept, again: bool) -> Option<Appended> {
        let decided = self.decided.take()?;
        let appended = kept.append(decided.version, &decided.facts);
        if appended != Appended::Conflict {
            return Some(appended);
        }
        self.conflicts += 1;
        if !again {
            return None;
        }
        self.look(kept);
        self.decide(decided.command);
        self.act(kept, false)
    }

    /// Does what was decided without a look at what happened since, as no program should.
    pub fn act_blindly(&mut self, kept: &mut Kept) -> Option<Appended> {
        Some(kept.append_unchecked(&self.decided.take()?.facts))
    }
}

/// What a command comes to. Who accepts a conversation stops the turn that is being answered with the same append.
fn facts(record: &ConversationRecord, command: Command) -> Option<Vec<Fact>> {
    let fact = decide(record, command)?;
    let stopped = match command {
        Command::Accept(_) => decide(record, Command::Stop(TurnEnding::TakenOver)),
        _ => None,
    };
    Some(stopped.into_iter().chain([fact]).collect())
}
