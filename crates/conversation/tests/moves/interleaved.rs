//! A resident, the assistant, two members of staff and the service's jobs at once, each on what they last saw.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::actors::{Actor, Appended, Kept};
use crate::commands::{Command, Staff, assistant_command, jobs_command, resident_command, staff_command};
use crate::rules::{check_endings, check_events, check_history, check_place};

const SEQUENCES: u32 = 2_048;
const ACTORS: usize = 5;

/// One thing that one of them does.
#[derive(Debug, Clone, Copy)]
enum Step {
    Look(usize),
    Decide(usize, Command),
    Act { actor: usize, again: bool },
}

fn any_step() -> impl Strategy<Value = Step> {
    let command = prop_oneof![
        resident_command().prop_map(|command| (0, command)),
        assistant_command().prop_map(|command| (1, command)),
        staff_command(Staff::Amal, Staff::Bea).prop_map(|command| (2, command)),
        staff_command(Staff::Bea, Staff::Amal).prop_map(|command| (3, command)),
        jobs_command().prop_map(|command| (4, command)),
    ];
    prop_oneof![
        1 => (0..ACTORS).prop_map(Step::Look),
        2 => command.prop_map(|(actor, command)| Step::Decide(actor, command)),
        2 => (0..ACTORS, any::<bool>()).prop_map(|(actor, again)| Step::Act { actor, again }),
    ]
}

/// Runs many sequences of steps; `act` is how an actor does what they decided.
fn run(length: usize, test: impl Fn(&[Step]) -> Result<(), TestCaseError>) {
    let mut runner = TestRunner::new(Config { cases: SEQUENCES, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&vec(any_step(), 1..=length), |steps| test(&steps));
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}

fn play(steps: &[Step], mut act: impl FnMut(&mut Actor, &mut Kept, bool)) -> Kept {
    let mut kept = Kept::default();
    let mut actors: [Actor; ACTORS] = Default::default();
    for step in steps {
        match *step {
            Step::Look(actor) => actors[actor].look(&kept),
            Step::Decide(actor, command) => actors[actor].decide(command),
            Step::Act { actor, again } => act(&mut actors[actor], &mut kept, again),
        }
    }
    kept
}

#[test]
fn one_voice_in_every_interleaving() {
    let (conflicts, done) = (Cell::new(0), Cell::new(0));
    run(300, |steps| {
        let mut refused = false;
        let kept = play(steps, |actor, kept, again| {
            let (before, appended) = (actor.conflicts, actor.act(kept, again));
            conflicts.set(conflicts.get() + actor.conflicts - before);
            done.set(done.get() + usize::from(appended == Some(Appended::Done)));
            refused |= appended == Some(Appended::Refused);
        });
        prop_assert!(!refused, "decided on the newest version, and refused");
        check_events(&kept.events)?;
        check_endings(&kept.events)?;
        check_history(&kept.record, &kept.events)?;
        check_place(kept.record.phase(), &kept.events)
    });
    // They did get in each other's way.
    assert!(conflicts.get() > 1_000 && done.get() > 1_000, "{conflicts:?} conflicts, {done:?} done");
}

/// The states guard the rules a second time: what is decided on an old version and pressed through cannot break them.
#[test]
fn one_voice_even_without_versions() {
    let refused = Cell::new(0);
    run(300, |steps| {
        let kept = play(steps, |actor, kept, _| {
            if actor.act_blindly(kept) == Some(Appended::Refused) {
                refused.set(refused.get() + 1);
            }
        });
        check_events(&kept.events)?;
        check_history(&kept.record, &kept.events)?;
        check_place(kept.record.phase(), &kept.events)
    });
    assert!(refused.get() > 100, "{refused:?} refused");
}
