//! What `/chat` says in words of its own beside its templates. Plain English, for a reading age of 9 to 11.

use conversation::{CallBackWhy, CloseOutcome, ClosedBy, Event, TurnEnding};
use jiff::Timestamp;

use crate::api_error::ApiError;
use crate::clock::Clock;

/// Something happened between the page and its button.
pub(super) const CHANGED: &str = "Something has changed since you pressed that button, so we did nothing. See below.";
pub(super) const NO_SUCH_ANSWER: &str = "There is no such answer in this conversation.";
pub(super) const THANKS: &str = "Thank you for telling us.";
pub(super) const GONE: &str = "This conversation has ended, or it was deleted. We do not have it any more.";
pub(super) const CALL_BACK_STAYS: &str =
    "If you asked us to call you back, we keep what you gave us for that until we have called you.";
pub(super) const TOO_LARGE: &str =
    "What you sent is too long, so we did not read it. Go back to the page before and make it shorter.";

/// What is wrong with a question.
pub(super) fn of_question(error: &ApiError) -> &str {
    match error.code() {
        "empty_question" => "Type your question first.",
        "turn_in_progress" => "Your last question is still being answered. Wait a moment, then press Send again.",
        _ => error.detail(),
    }
}

/// What is wrong with a message to a person.
pub(super) fn of_message(error: &ApiError) -> &str {
    match error.code() {
        "empty_question" => "Type your message first.",
        "no_person" => "The chat has ended, so your message was not sent. It is still here.",
        _ => error.detail(),
    }
}

/// How a fault of ours is told. What it was goes to the log.
pub(super) fn of_fault(error: &ApiError) -> &str {
    match error.code() {
        "internal" => "Something went wrong on our side. Try again, or use one of the ways to reach us on this page.",
        _ => error.detail(),
    }
}

/// A line that says what happened; none where another part of the page says it. `due` is when a call-back is due.
pub(super) fn happened(event: &Event, council: &str, clock: &Clock, due: Option<Timestamp>) -> Option<Vec<String>> {
    let again = "The assistant answers your questions again.".to_owned();
    Some(match event {
        Event::Stopped { ending, .. } => vec![stopped(*ending).to_owned()],
        Event::Requested { .. } => vec!["You asked to talk to a person.".to_owned()],
        Event::Cancelled => vec!["You stopped waiting for a person.".to_owned()],
        Event::HandedToService { .. } => {
            vec!["You are being passed to another team. You are back in the queue.".to_owned()]
        }
        Event::CallBackOffered { why, reopens } => vec![no_person(*why, reopens.as_deref(), clock)],
        Event::CallBackRequested { reference } => {
            let by = due.map(|due| format!("We will get back to you by {}.", clock.appointment(due)));
            let kept = format!("We have your details. Your reference number is {reference}.");
            std::iter::once(kept).chain(by).collect()
        }
        Event::Accepted { staff } => vec![format!("You are now talking to {}, {council}.", staff.name)],
        Event::HandedOn { to, .. } => vec![format!("You are now talking to {}, {council}.", to.name)],
        Event::Closed { by, outcome } => {
            let ended = match by {
                ClosedBy::User => "You ended the chat.".to_owned(),
                ClosedBy::Staff(staff) => format!("{} ended the chat.", staff.name),
            };
            let follow_up = (*outcome == CloseOutcome::FollowUp).then(|| "We will get back to you.".to_owned());
            std::iter::once(ended).chain(follow_up).chain([again]).collect()
        }
        Event::ReturnedToAssistant { staff } => {
            vec![format!("{} has passed you back to the assistant.", staff.name), again]
        }
        Event::Asked { .. }
        | Event::Replied { .. }
        | Event::Signposted { .. }
        | Event::Said { .. }
        | Event::Rated { .. }
        | Event::Declined
        | Event::Queued
        | Event::Alerted
        | Event::CallBackDeclined
        | Event::Noted { .. } => return None,
    })
}

/// Why nobody can come now.
fn no_person(why: CallBackWhy, reopens: Option<&str>, clock: &Clock) -> String {
    let opens = reopens.and_then(|opens| opens.parse().ok()).map(|opens: Timestamp| clock.appointment(opens));
    match (why, opens) {
        (CallBackWhy::NobodyCame, None) => "We are sorry. Nobody could come to the chat in time.".to_owned(),
        (CallBackWhy::NobodyCame, Some(opens)) => {
            format!("We are sorry. Nobody could come to the chat in time. People answer again at {opens}.")
        }
        (CallBackWhy::Closed, None) => "Nobody is available to talk to you at the moment.".to_owned(),
        (CallBackWhy::Closed, Some(opens)) => format!("Our lines are closed now. They open at {opens}."),
    }
}

fn stopped(ending: TurnEnding) -> &'static str {
    match ending {
        TurnEnding::Cancelled => "You stopped this answer.",
        TurnEnding::TakenOver => "A member of staff has joined and will answer instead.",
        TurnEnding::Abandoned => "The answer was not ready before you left this page. Ask again.",
        TurnEnding::ShuttingDown => "The service was restarted before the answer was ready. Ask again.",
        TurnEnding::Internal => "Something went wrong on our side. Ask again, or talk to a person.",
    }
}
