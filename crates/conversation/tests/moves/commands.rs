//! What anyone can try to do in a conversation. A command asks the state for the move, and gets none where the state does
//! not offer it.

use conversation::{
    CloseOutcome, ConversationRecord, Fact, NewReply, Outcome, Owned, Phase, Reason, StaffMember, TurnEnding,
    WithPerson,
};
use proptest::prelude::*;

/// Someone tries something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    Ask,
    Reply(Answer),
    Stop(TurnEnding),
    Signpost,
    /// A reply that is no signpost, passed off as one.
    FalseSignpost,
    Rate(bool),
    Decline,
    Request,
    Queue,
    NobodyAvailable,
    Alert,
    NobodyCame,
    Cancel,
    ArrangeCallBack,
    DeclineCallBack,
    Accept(Staff),
    ResidentSays,
    ResidentLeaves,
    StaffSays(Staff),
    HandOn(Staff, Staff),
    TakeOver(Staff),
    HandToService(Staff),
    Close(Staff, CloseOutcome),
    Return(Staff),
    Note(Staff),
}

/// What the assistant replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Found,
    OffersPerson,
    HandsOffWithoutReason,
    Signposts,
}

/// A member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staff {
    Amal,
    Bea,
}

impl Staff {
    pub fn member(self) -> StaffMember {
        let (id, name) = match self {
            Self::Amal => ("s1", "Amal"),
            Self::Bea => ("s2", "Bea"),
        };
        StaffMember { id: id.to_owned(), name: name.to_owned() }
    }
}

/// Any command, each about as often as any other.
pub fn any_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        resident_command(),
        assistant_command(),
        jobs_command(),
        (any_staff(), any_staff()).prop_flat_map(|(one, other)| staff_command(one, other)),
    ]
}

/// What the resident can try.
pub fn resident_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => Just(Command::Ask),
        3 => Just(Command::Request),
        2 => Just(Command::ResidentSays),
        1 => any::<bool>().prop_map(Command::Rate),
        1 => Just(Command::Stop(TurnEnding::Cancelled)),
        1 => Just(Command::Decline),
        1 => Just(Command::Cancel),
        1 => Just(Command::ArrangeCallBack),
        1 => Just(Command::DeclineCallBack),
        1 => Just(Command::ResidentLeaves),
    ]
}

/// What the assistant's worker can try.
pub fn assistant_command() -> impl Strategy<Value = Command> {
    let answer = prop_oneof![
        Just(Answer::Found),
        Just(Answer::OffersPerson),
        Just(Answer::HandsOffWithoutReason),
        Just(Answer::Signposts)
    ];
    prop_oneof![
        4 => answer.prop_map(Command::Reply),
        1 => Just(Command::Signpost),
        1 => Just(Command::FalseSignpost),
        1 => Just(Command::Stop(TurnEnding::Internal)),
    ]
}

/// What the service does by itself.
pub fn jobs_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        4 => Just(Command::Queue),
        2 => Just(Command::NobodyAvailable),
        1 => Just(Command::Alert),
        1 => Just(Command::NobodyCame),
    ]
}

/// What one member of staff can try, another being there too.
pub fn staff_command(staff: Staff, other: Staff) -> impl Strategy<Value = Command> {
    prop_oneof![
        4 => Just(Command::Accept(staff)),
        3 => Just(Command::StaffSays(staff)),
        1 => Just(Command::HandOn(staff, other)),
        1 => Just(Command::TakeOver(staff)),
        1 => Just(Command::HandToService(staff)),
        1 => any_outcome().prop_map(move |outcome| Command::Close(staff, outcome)),
        1 => Just(Command::Return(staff)),
        1 => Just(Command::Note(staff)),
    ]
}

fn any_staff() -> impl Strategy<Value = Staff> {
    prop_oneof![Just(Staff::Amal), Just(Staff::Bea)]
}

fn any_outcome() -> impl Strategy<Value = CloseOutcome> {
    prop_oneof![Just(CloseOutcome::Resolved), Just(CloseOutcome::FollowUp), Just(CloseOutcome::ReferredElsewhere)]
}

/// The move that the state has for a command. Texts name the turn that they belong to, so that each is like no other.
pub fn decide(record: &ConversationRecord, command: Command) -> Option<Fact> {
    let phase = record.phase();
    let n = record.version() + 1;
    let person = match phase {
        Phase::WithPerson(with) => Some(with),
        _ => None,
    };
    match (command, phase) {
        (Command::Ask, _) => phase.ask(&format!("t{n}"), &format!("c{n}"), &format!("question {n}")),
        (Command::Reply(answer), _) => Some(phase.voice()?.reply(&record.running()?.turn, reply(answer, n))),
        (Command::Stop(ending), _) => Some(phase.stop(&record.running()?.turn, ending)),
        (Command::Signpost, _) => person?.signpost(&format!("m{n}"), reply(Answer::Signposts, n)),
        (Command::FalseSignpost, _) => person?.signpost(&format!("m{n}"), reply(Answer::Found, n)),
        (Command::Rate(helpful), _) => Some(phase.rate(&record.turns().last()?.turn, helpful, None)),
        (Command::Request, _) => phase.request(record.last_question().map(str::to_owned)),
        (Command::Decline, Phase::Offered(offered)) => Some(offered.decline()),
        (Command::Queue, Phase::Requested(request)) => Some(request.queue()),
        (Command::NobodyAvailable, Phase::Requested(request)) => Some(request.nobody_available(None)),
        (Command::Alert, Phase::Waiting(waiting)) => waiting.alert(),
        (Command::NobodyCame, Phase::Waiting(waiting)) => Some(waiting.nobody_came(None)),
        (Command::Cancel, Phase::Waiting(waiting)) => Some(waiting.cancel()),
        (Command::ArrangeCallBack, Phase::Waiting(waiting)) => Some(waiting.arrange_call_back("R-1")),
        (Command::ArrangeCallBack, Phase::CallBackOffered(offered)) => Some(offered.arrange("R-1")),
        (Command::DeclineCallBack, Phase::CallBackOffered(offered)) => Some(offered.decline()),
        (Command::Accept(staff), Phase::Waiting(waiting)) => Some(waiting.accept(staff.member())),
        (Command::ResidentSays, _) => Some(person?.resident_says(&format!("m{n}"), &format!("words {n}"))),
        (Command::ResidentLeaves, _) => Some(person?.resident_leaves()),
        (Command::StaffSays(staff), _) => {
            owned(person?, staff, |own| own.say(&format!("m{n}"), &format!("words {n}"), None))
        }
        (Command::HandOn(staff, to), _) => owned(person?, staff, |own| own.hand_on(to.member())),
        (Command::TakeOver(staff), _) => Some(person?.take_over(staff.member())),
        (Command::HandToService(staff), _) => owned(person?, staff, |own| own.hand_to_service("waste")),
        (Command::Close(staff, outcome), _) => owned(person?, staff, |own| own.close(outcome)),
        (Command::Return(staff), _) => owned(person?, staff, |own| own.return_to_assistant()),
        (Command::Note(staff), _) => Some(phase.note(staff.member(), &format!("note {n}"))),
        (
            Command::Decline
            | Command::Queue
            | Command::NobodyAvailable
            | Command::Alert
            | Command::NobodyCame
            | Command::Cancel
            | Command::ArrangeCallBack
            | Command::DeclineCallBack
            | Command::Accept(_),
            _,
        ) => None,
    }
}

fn owned(person: &WithPerson, staff: Staff, act: impl FnOnce(Owned<'_>) -> Fact) -> Option<Fact> {
    person.owned_by(&staff.member()).ok().map(act)
}

/// A reply of this kind.
pub fn reply(answer: Answer, n: i64) -> NewReply {
    let (outcome, reason, offers_person) = match answer {
        Answer::Found => (Outcome::Answer, None, false),
        Answer::OffersPerson => (Outcome::Handoff, Some(Reason::LowConfidence), true),
        Answer::HandsOffWithoutReason => (Outcome::Handoff, None, true),
        Answer::Signposts => (Outcome::Signpost, Some(Reason::Safeguarding), true),
    };
    NewReply {
        outcome,
        reason,
        offers_person,
        service: Some("parking".to_owned()),
        text: format!("reply {n}"),
        confidence: Some(0.5),
        wire: serde_json::Value::Null,
    }
}
