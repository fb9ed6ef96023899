//! The words of the console: what staff read for the names on the wire.

use conversation::{CallBackWhy, CloseOutcome, Outcome, Phase, Reason, TurnEnding};
use store::{MarkKind, Mode, Role};

/// Why a person is needed, or why a reply is not an answer.
pub(crate) fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::AskedForPerson => "Asked for a person",
        Reason::LowConfidence => "Not sure enough of the answer",
        Reason::MissingKnowledge => "Not on our pages",
        Reason::AccountSpecific => "About their own account or case",
        Reason::Complaint => "A complaint or dispute",
        Reason::Safeguarding => "Someone may be in danger",
        Reason::UnsupportedLanguage => "In another language",
        Reason::Overload => "Too many people were asking",
        Reason::Fault => "Something broke",
        Reason::OffTopic => "Not about the council",
        Reason::Instruction => "Told the assistant how to behave",
        Reason::Abuse => "Abusive",
        Reason::Unreadable => "Could not be read as a question",
        Reason::SwitchedOff => "The assistant is switched off",
    }
}

/// How a reply ended the enquiry's way.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answer => "Answered",
        Outcome::Clarify => "Asked what was meant",
        Outcome::Handoff => "Offered a person",
        Outcome::Signpost => "Showed where to get help at once",
        Outcome::Decline => "Declined",
        Outcome::Greeting => "Greeted",
    }
}

/// All outcomes, by their names on the wire, for a list to choose from.
pub(crate) const OUTCOMES: [(&str, Outcome); 6] = [
    ("answer", Outcome::Answer),
    ("clarify", Outcome::Clarify),
    ("handoff", Outcome::Handoff),
    ("signpost", Outcome::Signpost),
    ("decline", Outcome::Decline),
    ("greeting", Outcome::Greeting),
];

/// Where a conversation stands.
pub(crate) fn phase(phase: &Phase) -> &'static str {
    match phase {
        Phase::WithAssistant(_) => "With the assistant",
        Phase::Offered(_) => "With the assistant, a person was offered",
        Phase::Requested(_) | Phase::Waiting(_) => "Waiting for a person",
        Phase::WithPerson(_) => "With a person",
        Phase::CallBackOffered(_) => "A call-back was offered",
        Phase::Closed(_) => "Closed",
    }
}

/// Why a call-back was offered.
pub(crate) fn call_back_why(why: CallBackWhy) -> &'static str {
    match why {
        CallBackWhy::Closed => "nobody was available",
        CallBackWhy::NobodyCame => "nobody came in time",
    }
}

/// How a conversation with a person came out.
pub(crate) fn close_outcome(outcome: CloseOutcome) -> &'static str {
    match outcome {
        CloseOutcome::Resolved => "Resolved",
        CloseOutcome::ReferredElsewhere => "Referred to someone else",
        CloseOutcome::FollowUp => "Someone will follow up",
        CloseOutcome::NoReply => "The resident did not answer or left",
        CloseOutcome::OutOfScope => "Not something we help with",
    }
}

/// All ways to close, by the names under which forms send them.
pub(crate) const CLOSE_OUTCOMES: [(&str, CloseOutcome); 5] = [
    ("resolved", CloseOutcome::Resolved),
    ("referred_elsewhere", CloseOutcome::ReferredElsewhere),
    ("follow_up", CloseOutcome::FollowUp),
    ("no_reply", CloseOutcome::NoReply),
    ("out_of_scope", CloseOutcome::OutOfScope),
];

/// Why a turn ended without a reply.
pub(crate) fn turn_ending(ending: TurnEnding) -> &'static str {
    match ending {
        TurnEnding::Cancelled => "The resident stopped the assistant.",
        TurnEnding::Abandoned => "The resident had left before the assistant was ready.",
        TurnEnding::ShuttingDown => "The service restarted before the assistant was ready.",
        TurnEnding::Internal => "The assistant could not reply because something broke.",
        TurnEnding::TakenOver => "A person took over before the assistant was ready.",
    }
}

/// What a member of staff may do.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Agent => "Agent",
        Role::Curator => "Curator",
        Role::Evaluator => "Evaluator",
        Role::Administrator => "Administrator",
    }
}

/// All roles, by the names under which forms send them.
pub(crate) const ROLES: [(&str, Role); 4] = [
    ("agent", Role::Agent),
    ("curator", Role::Curator),
    ("evaluator", Role::Evaluator),
    ("administrator", Role::Administrator),
];

/// What is wrong with a reply.
pub(crate) fn mark_kind(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Incorrect => "Incorrect",
        MarkKind::Inappropriate => "Inappropriate",
        MarkKind::Incomplete => "Incomplete",
        MarkKind::Outdated => "Outdated",
        MarkKind::Other => "Other",
    }
}

/// All kinds of marks, by the names under which forms send them, with what they mean.
pub(crate) const MARK_KINDS: [(&str, MarkKind, &str); 5] = [
    ("incorrect", MarkKind::Incorrect, "Something in it is not true, or it answers another question."),
    ("inappropriate", MarkKind::Inappropriate, "It should not have been said, or not like this."),
    ("incomplete", MarkKind::Incomplete, "Something that the resident needs is missing."),
    ("outdated", MarkKind::Outdated, "It was true once."),
    ("other", MarkKind::Other, "Say what in your comment."),
];

/// What the assistant may do.
pub(crate) fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::On => "On",
        Mode::QuotesOnly => "Quotes only",
        Mode::Off => "Off",
    }
}

/// All modes, by the names under which forms send them, with what they mean.
pub(crate) const MODES: [(&str, Mode, &str); 3] = [
    ("on", Mode::On, "The assistant answers with all it can."),
    ("quotes_only", Mode::QuotesOnly, "The assistant quotes our pages. The language model is not asked."),
    ("off", Mode::Off, "The assistant says nothing. Residents go straight to people."),
];

/// What was done, for the status message of the page that follows.
pub(crate) fn done(name: &str) -> Option<&'static str> {
    Some(match name {
        "accepted" => "You have this conversation now. The resident sees that you have joined.",
        "sent" => "Your message was sent.",
        "noted" => "Your note was added. Only staff see it.",
        "handed_on" => "Your colleague has this conversation now.",
        "handed_to_service" => "The conversation waits for the other team now.",
        "closed" => "The conversation is closed.",
        "returned" => "The assistant has the conversation again.",
        "available" => "You are available. New requests will come to you.",
        "away" => "You are away. You can still finish your conversations.",
        "marked" => "The reply was marked. A draft of a test case was made of it.",
        "call_back_closed" => "The call-back is closed.",
        "switched" => "The switch was set. It takes effect at once.",
        "role_set" => "The role was changed.",
        "deactivated" => "They cannot sign in any more.",
        "activated" => "They can sign in again.",
        "signed_out" => "You have signed out.",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_names_of_forms_are_those_of_the_wire() {
        let wire = |value: serde_json::Value| value.as_str().unwrap().to_owned();
        for (name, outcome) in OUTCOMES {
            assert_eq!(name, wire(serde_json::to_value(outcome).unwrap()));
        }
        for (name, outcome) in CLOSE_OUTCOMES {
            assert_eq!(name, wire(serde_json::to_value(outcome).unwrap()));
        }
        for (name, role) in ROLES {
            assert_eq!(name, wire(serde_json::to_value(role).unwrap()));
        }
        for (name, kind, _) in MARK_KINDS {
            assert_eq!(name, wire(serde_json::to_value(kind).unwrap()));
        }
        for (name, mode, _) in MODES {
            assert_eq!(name, wire(serde_json::to_value(mode).unwrap()));
        }
    }
}
