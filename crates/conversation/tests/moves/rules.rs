//! What must hold of the events of any conversation, said without the states: if the two ever disagree, one is wrong.

use std::collections::HashSet;

use conversation::{ClosedBy, ConversationRecord, Event, Outcome, Phase, Role, Speaker};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

/// One voice, one owner at a time, and no request that is left standing.
pub fn check_events<'e>(events: impl IntoIterator<Item = &'e Event>) -> Result<(), TestCaseError> {
    let mut owner: Option<String> = None;
    let mut undecided = false;
    for event in events {
        let owner_id = owner.as_deref();
        match event {
            Event::Replied { .. } => prop_assert_eq!(owner_id, None, "the assistant spoke while a person was there"),
            Event::Signposted { reply, .. } => {
                prop_assert!(owner.is_some(), "a notice of the service, and nobody was there");
                prop_assert_eq!(reply.outcome, Outcome::Signpost, "something else was passed off as a signpost");
            }
            Event::Accepted { staff } => {
                prop_assert_eq!(owner_id, None, "two people own the conversation");
                owner = Some(staff.id.clone());
            }
            Event::Said { by: Speaker::User, .. } => prop_assert!(owner.is_some(), "words to nobody"),
            Event::Said { by: Speaker::Staff(staff), .. } => prop_assert_eq!(owner_id, Some(staff.id.as_str())),
            Event::HandedOn { from, to } => {
                prop_assert_eq!(owner_id, Some(from.id.as_str()));
                owner = Some(to.id.clone());
            }
            Event::HandedToService { from: staff, .. }
            | Event::Closed { by: ClosedBy::Staff(staff), .. }
            | Event::ReturnedToAssistant { staff } => {
                prop_assert_eq!(owner_id, Some(staff.id.as_str()));
                owner = None;
            }
            Event::Closed { by: ClosedBy::User, .. } => {
                prop_assert!(owner.is_some());
                owner = None;
            }
            Event::Requested { .. } => {
                prop_assert!(!undecided, "asked for twice");
                undecided = true;
            }
            Event::Queued | Event::CallBackOffered { .. } => undecided = false,
            Event::Declined
            | Event::Alerted
            | Event::Cancelled
            | Event::CallBackRequested { .. }
            | Event::CallBackDeclined => {
                prop_assert!(!undecided, "{} before it was decided who can come", event.name());
            }
            Event::Asked { .. } | Event::Stopped { .. } | Event::Rated { .. } | Event::Noted { .. } => (),
        }
        prop_assert!(!(undecided && owner.is_some()), "a person is asked for while one is there");
    }
    Ok(())
}

/// No turn ends twice: nobody reads two replies to one question.
pub fn check_endings<'e>(events: impl IntoIterator<Item = &'e Event>) -> Result<(), TestCaseError> {
    let mut ended = HashSet::new();
    for event in events {
        if let Event::Replied { turn, .. } | Event::Signposted { turn, .. } | Event::Stopped { turn, .. } = event {
            prop_assert!(ended.insert(turn.clone()), "{turn} ended twice");
        }
    }
    Ok(())
}

/// The assistant is told of no turn from before a person last had the conversation, and of nothing that people said.
pub fn check_history(record: &ConversationRecord, events: &[Event]) -> Result<(), TestCaseError> {
    let ends = |event: &Event| matches!(event, Event::Closed { .. } | Event::ReturnedToAssistant { .. });
    let since = events.iter().rposition(ends).map_or(0, |last| last + 1);
    let asked: HashSet<&str> = events[since..].iter().filter_map(question).collect();
    let history = record.history();
    prop_assert!(history.len() <= 16 && history.len().is_multiple_of(2));
    for pair in history.chunks(2) {
        prop_assert_eq!((pair[0].role, pair[1].role), (Role::User, Role::Assistant));
        prop_assert!(asked.contains(pair[0].text.as_str()), "{} was asked before a person came", pair[0].text);
        prop_assert!(pair[1].text.starts_with("reply "));
    }
    Ok(())
}

/// When the event with this index happened.
pub fn at_ms(index: usize) -> i64 {
    1_000 * i64::try_from(index + 1).unwrap()
}

/// The place in the queue is that of the request, whatever came after it.
pub fn check_place(phase: &Phase, events: &[Event]) -> Result<(), TestCaseError> {
    if let Some(request) = phase.open_request() {
        let requested = events.iter().rposition(|event| matches!(event, Event::Requested { .. }));
        prop_assert_eq!(Some(request.since_ms), requested.map(at_ms));
    }
    Ok(())
}

fn question(event: &Event) -> Option<&str> {
    match event {
        Event::Asked { text, .. } => Some(text),
        _ => None,
    }
}
