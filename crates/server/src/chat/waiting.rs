//! Waiting for a reply while a browser waits for its page.

use std::sync::Arc;
use std::time::Duration;

use conversation::{Phase, Reason};
use serde_json::Value;

use crate::conversations::{Conversation, EventName, Listening, Place, Scope};

/// A page that takes longer looks broken, and proxies give up after 30 seconds or a minute.
const PATIENCE: Duration = if cfg!(test) { Duration::from_secs(2) } else { Duration::from_secs(25) };
/// Nobody listens between two loads of a page, but somebody reads "still working" and comes back.
const BETWEEN_LOADS: Duration = Duration::from_secs(120);
/// Whoever asked for a person, in whatever words, is in the queue a moment after the reply.
const UNTIL_IN_QUEUE: Duration = Duration::from_secs(1);

/// Waits until a turn has ended, for so long as a page may take. Gives the reply if it could not be kept: then it stands
/// nowhere else.
pub(super) async fn wait(conversation: &Arc<Conversation>, mut listening: Listening, turn: String) -> Option<Value> {
    let scope = Scope::Turn(turn);
    if let Ok(passed) = tokio::time::timeout(PATIENCE, ended(&mut listening, &scope)).await {
        let _ = tokio::time::timeout(UNTIL_IN_QUEUE, in_queue(conversation, &mut listening)).await;
        return passed;
    }
    tokio::spawn(async move { tokio::time::timeout(BETWEEN_LOADS, ended(&mut listening, &scope)).await });
    None
}

/// Listens to the end of a turn.
async fn ended(listening: &mut Listening, scope: &Scope) -> Option<Value> {
    let (mut after, mut passed) = (Place::default(), None);
    loop {
        let (events, next, ended) = listening.events(after, scope);
        after = next;
        let lost = events.iter().rfind(|event| event.name == EventName::Reply && event.id.is_none());
        passed = lost.and_then(|event| serde_json::from_str(&event.data).ok()).or(passed);
        if ended {
            return passed;
        }
        listening.wait().await;
    }
}

async fn in_queue(conversation: &Conversation, listening: &mut Listening) {
    loop {
        // Marked as seen before looking, so that what happens in between ends the wait.
        listening.events(Place::default(), &Scope::SoFar);
        let to_come = match conversation.phase() {
            Phase::Offered(offered) => matches!(offered.reason, Reason::AskedForPerson | Reason::SwitchedOff),
            Phase::Requested(_) => true,
            Phase::WithAssistant(_)
            | Phase::Waiting(_)
            | Phase::WithPerson(_)
            | Phase::CallBackOffered(_)
            | Phase::Closed(_) => false,
        };
        if !to_come {
            return;
        }
        listening.wait().await;
    }
}
