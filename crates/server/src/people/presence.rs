//! Who is there, both ways: staff see whether the resident's page is open, and the resident whether the person's is.

use std::time::Duration;

use conversation::Phase;
use jiff::Timestamp;

use super::{PRESENT_MS, People};
use crate::conversations::{Conversation, Conversations, EventName};
use crate::wire;

/// That a page is open is written down this often, so that a process that dies does not leave its residents there.
const TOLD_EVERY: Duration = Duration::from_secs(30);
/// A resident whose page was open so lately is there.
pub(crate) const HERE_MS: i64 = 90 * 1000;

impl People {
    /// Tells both sides of the conversations at hand in which a person is wanted or there.
    pub(crate) async fn tell_presence(&self, conversations: &Conversations) {
        for conversation in conversations.all_at_hand() {
            match conversation.phase() {
                Phase::Waiting(_) => self.tell_of_resident(&conversation).await,
                Phase::WithPerson(with) => {
                    self.tell_of_resident(&conversation).await;
                    self.tell_of_person(&conversation, &with.staff.id, &with.staff.name).await;
                }
                Phase::WithAssistant(_)
                | Phase::Offered(_)
                | Phase::Requested(_)
                | Phase::CallBackOffered(_)
                | Phase::Closed(_) => (),
            }
        }
    }

    async fn tell_of_resident(&self, conversation: &Conversation) {
        let here = conversation.has_listeners();
        let (changed, due) = match conversation.told_here() {
            // Of several replicas, the one that the resident came to speaks.
            None => (here, here),
            Some((before, at)) => (before != here, before != here || here && at.elapsed() >= TOLD_EVERY),
        };
        if !due {
            return;
        }
        let seen_ms = here.then(|| Timestamp::now().as_millisecond());
        match self.store.note_resident(&conversation.id().to_string(), seen_ms, changed).await {
            Ok(()) => conversation.note_told_here(here),
            Err(error) => tracing::warn!(%error, "whether a resident is there could not be kept; it is tried again"),
        }
    }

    async fn tell_of_person(&self, conversation: &Conversation, staff_id: &str, name: &str) {
        match self.store.staff(staff_id).await {
            Ok(staff) => {
                let since_ms = Timestamp::now().as_millisecond() - PRESENT_MS;
                let here = staff.and_then(|staff| staff.last_seen_ms).is_some_and(|seen_ms| seen_ms > since_ms);
                let (told, usual) = (wire::presence(name, here), wire::presence(name, true));
                conversation.pass_news(EventName::Presence, told, &usual);
            }
            Err(error) => tracing::warn!(%error, "whether a person is there could not be read; it is tried again"),
        }
    }
}
