//! Every event in every state, by hand: what is allowed, and where it leads.

use conversation::{
    CallBackOffered, CallBackWhy, CloseOutcome, Closed, ClosedBy, Event, NewReply, Offered, Phase, Reason, Requested,
    Speaker, StaffMember, TurnEnding, Waiting, WithAssistant, WithPerson,
};

use crate::commands::{Answer, Staff, reply};

/// State, event, the state after it. A reply that offers a person leads to `offered` where it leads anywhere.
pub const ALLOWED: &[(&str, &str, &str)] = &[
    ("with_assistant", "asked", "with_assistant"),
    ("with_assistant", "replied", "offered"),
    ("with_assistant", "stopped", "with_assistant"),
    ("with_assistant", "rated", "with_assistant"),
    ("with_assistant", "requested", "requested"),
    ("with_assistant", "noted", "with_assistant"),
    ("offered", "asked", "offered"),
    ("offered", "replied", "offered"),
    ("offered", "stopped", "offered"),
    ("offered", "rated", "offered"),
    ("offered", "declined", "with_assistant"),
    ("offered", "requested", "requested"),
    ("offered", "noted", "offered"),
    ("requested", "asked", "requested"),
    ("requested", "replied", "requested"),
    ("requested", "stopped", "requested"),
    ("requested", "rated", "requested"),
    ("requested", "queued", "waiting"),
    ("requested", "call_back_offered", "call_back_offered"),
    ("requested", "noted", "requested"),
    ("waiting", "asked", "waiting"),
    ("waiting", "replied", "waiting"),
    ("waiting", "stopped", "waiting"),
    ("waiting", "rated", "waiting"),
    ("waiting", "alerted", "waiting"),
    ("waiting", "cancelled", "with_assistant"),
    ("waiting", "call_back_offered", "call_back_offered"),
    ("waiting", "call_back_requested", "with_assistant"),
    ("waiting", "accepted", "with_person"),
    ("waiting", "noted", "waiting"),
    ("with_person", "stopped", "with_person"),
    ("with_person", "signposted", "with_person"),
    ("with_person", "rated", "with_person"),
    ("with_person", "said", "with_person"),
    ("with_person", "noted", "with_person"),
    ("with_person", "handed_on", "with_person"),
    ("with_person", "handed_to_service", "waiting"),
    ("with_person", "closed", "closed"),
    ("with_person", "returned_to_assistant", "with_assistant"),
    ("call_back_offered", "asked", "call_back_offered"),
    ("call_back_offered", "replied", "call_back_offered"),
    ("call_back_offered", "stopped", "call_back_offered"),
    ("call_back_offered", "rated", "call_back_offered"),
    ("call_back_offered", "requested", "requested"),
    ("call_back_offered", "call_back_requested", "with_assistant"),
    ("call_back_offered", "call_back_declined", "with_assistant"),
    ("call_back_offered", "noted", "call_back_offered"),
    ("closed", "asked", "with_assistant"),
    ("closed", "replied", "offered"),
    ("closed", "stopped", "closed"),
    ("closed", "rated", "closed"),
    ("closed", "requested", "requested"),
    ("closed", "noted", "closed"),
];

fn phases() -> Vec<Phase> {
    let request = Requested { reason: Reason::Complaint, service: None, question: None, since_ms: 1 };
    let staff = Staff::Amal.member();
    vec![
        Phase::WithAssistant(WithAssistant {}),
        Phase::Offered(Offered { reason: Reason::Complaint, service: None, question: None }),
        Phase::Requested(request.clone()),
        Phase::Waiting(Waiting { request: request.clone(), alerted: false }),
        Phase::WithPerson(WithPerson { request: request.clone(), staff, since_ms: 2 }),
        Phase::CallBackOffered(CallBackOffered { request, why: CallBackWhy::Closed, reopens: None }),
        Phase::Closed(Closed { outcome: CloseOutcome::Resolved }),
    ]
}

/// One of each event; what staff do, this one does.
fn events(staff: &StaffMember, reply: &NewReply) -> Vec<Event> {
    let text = || "x".to_owned();
    let (staff, reply) = (|| staff.clone(), || reply.clone());
    vec![
        Event::Asked { turn: text(), client_turn_id: text(), text: text(), page: None },
        Event::Replied { turn: text(), reply: reply() },
        Event::Stopped { turn: text(), ending: TurnEnding::Cancelled },
        Event::Signposted { turn: text(), reply: reply() },
        Event::Rated { turn: text(), helpful: true, comment: None },
        Event::Declined,
        Event::Requested { reason: Reason::Complaint, service: None, question: None },
        Event::Queued,
        Event::Alerted,
        Event::Cancelled,
        Event::CallBackOffered { why: CallBackWhy::Closed, reopens: None },
        Event::CallBackRequested { reference: text() },
        Event::CallBackDeclined,
        Event::Accepted { staff: staff() },
        Event::Said { by: Speaker::Staff(staff()), client_message_id: text(), text: text(), page: None },
        Event::Noted { staff: staff(), text: text() },
        Event::HandedOn { from: staff(), to: Staff::Bea.member() },
        Event::HandedToService { from: staff(), service: text() },
        Event::Closed { by: ClosedBy::Staff(staff()), outcome: CloseOutcome::Resolved },
        Event::ReturnedToAssistant { staff: staff() },
    ]
}

#[test]
fn the_table_is_what_is_allowed() {
    let (phases, events) = (phases(), events(&Staff::Amal.member(), &reply(Answer::Signposts, 1)));
    assert_eq!((phases.len(), events.len()), (7, 20));
    for phase in &phases {
        for event in &events {
            let expected = ALLOWED.iter().find(|(state, name, _)| (*state, *name) == (phase.name(), event.name()));
            let after = phase.clone().after(event, 3);
            let found = after.as_ref().ok().map(Phase::name);
            assert_eq!(found, expected.map(|(_, _, next)| *next), "{} in {}", event.name(), phase.name());
            if let Err(impossible) = after {
                assert_eq!((impossible.event.as_str(), impossible.phase), (event.name(), phase.name()));
            }
        }
    }
}

#[test]
fn a_reply_that_offers_nobody_leads_back_to_the_assistant() {
    for phase in phases().into_iter().filter(|phase| ["with_assistant", "offered", "closed"].contains(&phase.name())) {
        let event = Event::Replied { turn: "x".to_owned(), reply: reply(Answer::Found, 1) };
        assert_eq!(phase.after(&event, 3), Ok(Phase::start()));
    }
}

#[test]
fn who_wants_a_person_after_a_refusal_has_asked_for_one() {
    let check = |offered_for: Reason, asked_for: Reason| {
        let offered = Phase::Offered(Offered { reason: offered_for, service: None, question: None });
        let fact = offered.request(None).unwrap();
        assert!(matches!(fact.event(), Event::Requested { reason, .. } if *reason == asked_for), "{fact:?}");
    };
    check(Reason::OffTopic, Reason::AskedForPerson);
    check(Reason::Abuse, Reason::AskedForPerson);
    check(Reason::LowConfidence, Reason::LowConfidence);
    check(Reason::Complaint, Reason::Complaint);
}

#[test]
fn what_staff_do_the_owner_does() {
    let with_person = phases().remove(4);
    let mut refused = Vec::new();
    for event in events(&Staff::Bea.member(), &reply(Answer::Found, 1)) {
        if with_person.clone().after(&event, 3).is_err() {
            refused.push(event.name());
        }
    }
    let names = ALLOWED.iter().filter(|(state, ..)| *state == "with_person").map(|(_, event, _)| *event);
    let expected = ["signposted", "said", "handed_on", "handed_to_service", "closed", "returned_to_assistant"];
    let refused: Vec<_> = names.filter(|name| refused.contains(name)).collect();
    assert_eq!(refused, expected);
}
