//! What a resident is told of each kept event: its name on the wire and its data. Notes and alerts are staff's own.

use conversation::{CloseOutcome, ClosedBy, Event, Speaker};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::conversations::EventName;
use crate::pages;

/// The turn that an event belongs to, its name and its data; none where residents are not told.
///
/// A reply's data lacks `client_turn_id`: a log that knows the turn's question adds it.
pub(crate) fn told(event: &Event, n: i64, at_ms: i64) -> Option<(Option<String>, EventName, Value)> {
    let at = Timestamp::from_millisecond(at_ms).ok().map(|at| at.to_string());
    let state = |mut data: Value| {
        data["at"] = json!(at);
        Some((None, EventName::State, data))
    };
    match event {
        Event::Asked { turn, text, .. } => Some((Some(turn.clone()), EventName::Question, json!({ "text": text }))),
        Event::Replied { turn, reply } | Event::Signposted { turn, reply } => {
            Some((Some(turn.clone()), EventName::Reply, reply.wire.clone()))
        }
        Event::Stopped { turn, ending } => Some((Some(turn.clone()), EventName::Error, super::error_data(*ending))),
        Event::Rated { turn, helpful, .. } => {
            Some((None, EventName::Feedback, json!({ "turn": turn, "helpful": helpful })))
        }
        Event::Declined | Event::Cancelled | Event::CallBackDeclined => state(json!({ "phase": "with_assistant" })),
        Event::Requested { reason, .. } => state(json!({ "phase": "requested", "reason": reason })),
        Event::Queued | Event::HandedToService { .. } => state(json!({ "phase": "waiting" })),
        Event::Alerted | Event::Noted { .. } => None,
        Event::CallBackOffered { why, reopens } => {
            state(json!({ "phase": "call_back_offered", "why": why, "reopens": reopens }))
        }
        Event::CallBackRequested { reference } => state(json!({ "phase": "with_assistant", "reference": reference })),
        Event::Accepted { staff } => state(json!({ "phase": "with_person", "staff": staff.name })),
        Event::HandedOn { to, .. } => state(json!({ "phase": "with_person", "staff": to.name })),
        Event::Closed { by, outcome } => state(json!({
            "phase": "closed",
            "by": match by { ClosedBy::User => "user", ClosedBy::Staff(_) => "staff" },
            "follow_up": *outcome == CloseOutcome::FollowUp,
        })),
        Event::ReturnedToAssistant { .. } => state(json!({ "phase": "with_assistant", "returned": true })),
        Event::Said { by, client_message_id, text, page } => {
            let (from, name) = match by {
                Speaker::User => ("user", None),
                Speaker::Staff(staff) => ("staff", Some(&staff.name)),
            };
            let page = page.as_ref().map(|page| json!({ "title": page.title, "href": pages::address(&page.page_id) }));
            let data = json!({
                "message_id": n, "client_message_id": client_message_id, "from": from, "name": name, "text": text,
                "page": page, "at": at,
            });
            Some((None, EventName::Message, data))
        }
    }
}
