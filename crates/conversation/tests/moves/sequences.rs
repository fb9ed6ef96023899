//! Commands one after another, in whatever order: 2,048 sequences of up to 60.

use std::cell::RefCell;
use std::collections::BTreeSet;

use conversation::{ConversationRecord, Event, Phase};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::commands::{Command, Staff, any_command, decide};
use crate::rules::{at_ms, check_endings, check_events, check_history, check_place};
use crate::table::ALLOWED;

const SEQUENCES: u32 = 2_048;

/// A state's name and that of an event.
type Move = (&'static str, &'static str);

/// Other sequences at every run.
#[test]
fn whatever_is_tried_the_rules_hold() {
    let seen = walk_all(TestRunner::new(config()));
    assert!(seen.is_subset(&table()), "not in the table: {:?}", seen.difference(&table()));
}

/// No move is only written down. The same sequences at every run: the rarest moves are not in all others.
#[test]
fn every_row_of_the_table_is_walked_through() {
    let same = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    assert_eq!(walk_all(TestRunner::new_with_rng(config(), same)), table());
}

fn config() -> Config {
    Config { cases: SEQUENCES, failure_persistence: None, ..Config::default() }
}

fn walk_all(mut runner: TestRunner) -> BTreeSet<Move> {
    let seen = RefCell::new(BTreeSet::new());
    let walked = runner.run(&vec(any_command(), 1..=60), |commands| walk(&commands, &seen));
    assert!(walked.is_ok(), "{}", walked.unwrap_err());
    seen.into_inner()
}

fn table() -> BTreeSet<Move> {
    ALLOWED.iter().map(|(state, event, _)| (*state, *event)).collect()
}

fn walk(commands: &[Command], seen: &RefCell<BTreeSet<Move>>) -> Result<(), TestCaseError> {
    let mut record = ConversationRecord::default();
    let mut events: Vec<Event> = Vec::new();
    for command in commands {
        let Some(fact) = decide(&record, *command) else { continue };
        let at = at_ms(events.len());
        let before = record.phase().name();
        seen.borrow_mut().insert((before, fact.event().name()));
        let next = record.phase().clone().after(fact.event(), at);
        prop_assert!(next.is_ok(), "{command:?} was offered and then refused: {next:?}");
        record = record.with(&fact, at).unwrap();
        prop_assert_eq!(record.phase(), &next.unwrap());
        events.push(fact.into_event());
        prop_assert_eq!(usize::try_from(record.version()), Ok(events.len()));
        prop_assert_eq!(record.phase().voice().is_none(), matches!(record.phase(), Phase::WithPerson(_)));
        check_place(record.phase(), &events)?;
        check_history(&record, &events)?;
        check_help_is_near(&record)?;
    }
    check_events(&events)?;
    check_endings(&events)?;
    prop_assert_eq!(&folded(&events), &record);
    Ok(())
}

/// The record as another process reads it: from the kept text of the events.
fn folded(events: &[Event]) -> ConversationRecord {
    let mut record = ConversationRecord::default();
    for (index, event) in events.iter().enumerate() {
        let kept = serde_json::to_string(event).unwrap();
        record.add(&serde_json::from_str(&kept).unwrap(), at_ms(index)).unwrap();
    }
    record
}

/// Where staff are there the resident gets a person, where nobody is a call-back, in a few moves that are the resident's or
/// the service's own.
fn check_help_is_near(record: &ConversationRecord) -> Result<(), TestCaseError> {
    let staffed = [Command::Request, Command::Queue, Command::Accept(Staff::Amal)];
    prop_assert!(reaches_help(record, &staffed, 3), "no way to a person from {:?}", record.phase());
    let empty = [Command::Request, Command::NobodyAvailable, Command::NobodyCame, Command::ArrangeCallBack];
    prop_assert!(reaches_help(record, &empty, 3), "no way to a call-back from {:?}", record.phase());
    Ok(())
}

fn reaches_help(record: &ConversationRecord, commands: &[Command], moves: usize) -> bool {
    if matches!(record.phase(), Phase::WithPerson(_)) {
        return true;
    }
    moves > 0
        && commands.iter().filter_map(|command| decide(record, *command)).any(|fact| {
            matches!(fact.event(), Event::CallBackRequested { .. })
                || reaches_help(&record.clone().with(&fact, 0).unwrap(), commands, moves - 1)
        })
}
