//! What `/chat` says in words of its own beside its templates. Plain English, for a reading age of 9 to 11; in Welsh it stands
//! in `crate::language`.

use assistant::limits::MAX_QUESTION_CHARACTERS;
use conversation::{CallBackWhy, CloseOutcome, ClosedBy, Event, TurnEnding};
use jiff::Timestamp;

use super::entries::Speech;
use crate::api_error::ApiError;
use crate::routes::people::MAX_MESSAGE_CHARACTERS;
use crate::routes::turns::MAX_COMMENT_CHARACTERS;

/// Something happened between the page and its button.
pub(super) const CHANGED: &str = "Something has changed since you pressed that button, so we did nothing. See below.";
pub(super) const NO_SUCH_ANSWER: &str = "There is no such answer in this conversation.";
pub(super) const THANKS: &str = "Thank you for telling us.";
pub(super) const GONE: &str = "This conversation has ended, or it was deleted. We do not have it any more.";
pub(super) const TOO_LARGE: &str =
    "What you sent is too long, so we did not read it. Go back to the page before and make it shorter.";

/// What is wrong with a question, and how many characters it may have.
pub(super) fn of_question(error: &ApiError) -> (&str, usize) {
    match error.code() {
        "empty_question" => ("Type your question first.", 0),
        "question_too_long" => {
            ("A question can be up to {longest} characters long. Make it shorter.", MAX_QUESTION_CHARACTERS)
        }
        "turn_in_progress" => ("Your last question is still being answered. Wait a moment, then press Send again.", 0),
        "message_too_long" => of_message(error),
        // Such as "This conversation is long. Start a new one."
        _ => (error.detail(), 0),
    }
}

/// What is wrong with a message to a person.
pub(super) fn of_message(error: &ApiError) -> (&str, usize) {
    match error.code() {
        "empty_question" => ("Type your message first.", 0),
        "message_too_long" => {
            ("A message can be up to {longest} characters long. Send it in parts.", MAX_MESSAGE_CHARACTERS)
        }
        "no_person" => ("The chat has ended, so your message was not sent. It is still here.", 0),
        _ => (error.detail(), 0),
    }
}

/// How a fault of ours is told. What it was goes to the log.
pub(super) fn of_fault(error: &ApiError) -> (&str, usize) {
    match error.code() {
        "internal" => {
            ("Something went wrong on our side. Try again, or use one of the ways to reach us on this page.", 0)
        }
        "comment_too_long" => ("A comment can be up to {longest} characters long.", MAX_COMMENT_CHARACTERS),
        _ => (error.detail(), 0),
    }
}

/// A line that says what happened; none where another part of the page says it. `due` is when a call-back is due.
pub(super) fn happened(event: &Event, speech: &Speech<'_>, due: Option<Timestamp>) -> Option<Vec<String>> {
    let say = |english: &str, put: &[(&str, &str)]| speech.language.say(english, put);
    let again = say("The assistant answers your questions again.", &[]);
    let talking_to = |name: &str| {
        say("You are now talking to {name}, {council}.", &[("name", name), ("council", &speech.knowledge.council.name)])
    };
    Some(match event {
        Event::Stopped { ending, .. } => vec![say(stopped(*ending), &[])],
        Event::Requested { .. } => vec![say("You asked to talk to a person.", &[])],
        Event::Cancelled => vec![say("You stopped waiting for a person.", &[])],
        Event::HandedToService { .. } => {
            vec![say("You are being passed to another team. You are back in the queue.", &[])]
        }
        Event::CallBackOffered { why, reopens } => vec![no_person(*why, reopens.as_deref(), speech)],
        Event::CallBackRequested { reference } => {
            let by = due.map(|due| speech.clock.appointment(speech.language, due));
            let by = by.map(|when| say("We will get back to you by {when}.", &[("when", &when)]));
            let kept = say("We have your details. Your reference number is {reference}.", &[("reference", reference)]);
            std::iter::once(kept).chain(by).collect()
        }
        Event::Accepted { staff } => vec![talking_to(&staff.name)],
        Event::HandedOn { to, .. } => vec![talking_to(&to.name)],
        Event::Closed { by, outcome } => {
            let ended = match by {
                ClosedBy::User => say("You ended the chat.", &[]),
                ClosedBy::Staff(staff) => say("{name} ended the chat.", &[("name", &staff.name)]),
            };
            let follow_up = (*outcome == CloseOutcome::FollowUp).then(|| say("We will get back to you.", &[]));
            std::iter::once(ended).chain(follow_up).chain([again]).collect()
        }
        Event::ReturnedToAssistant { staff } => {
            vec![say("{name} has passed you back to the assistant.", &[("name", &staff.name)]), again]
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
fn no_person(why: CallBackWhy, reopens: Option<&str>, speech: &Speech<'_>) -> String {
    let opens = reopens.and_then(|opens| opens.parse().ok());
    let opens = opens.map(|opens: Timestamp| speech.clock.appointment(speech.language, opens));
    let english = match (why, &opens) {
        (CallBackWhy::NobodyCame, None) => "We are sorry. Nobody could come to the chat in time.",
        (CallBackWhy::NobodyCame, Some(_)) => {
            "We are sorry. Nobody could come to the chat in time. People answer again at {when}."
        }
        (CallBackWhy::Closed, None) => "Nobody is available to talk to you at the moment.",
        (CallBackWhy::Closed, Some(_)) => "Our lines are closed now. They open at {when}.",
    };
    speech.language.say(english, &[("when", opens.as_deref().unwrap_or_default())])
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
