//! The queue: each one's place, and how long it may take, by how long others waited lately.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::People;
use crate::api_error::ApiError;
use crate::conversations::{Conversations, EventName};
use crate::wire;

/// Waits of so long ago still say something about now.
const RECENT_MS: i64 = 2 * 60 * 60 * 1000;
/// Fewer waits than this say nothing: then no time is named.
const LEAST_WAITS: usize = 5;
/// A minute.
const MINUTE_MS: i64 = 60 * 1000;

/// A place in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct QueuePlace {
    /// 1 is next.
    pub(crate) place: usize,
    /// Minutes that most of those who waited lately waited at most; none where too few did.
    #[schema(required)]
    pub(crate) estimate_minutes: Option<i64>,
}

impl People {
    /// The place of everyone who waits, by conversation. It is one queue, in the order in which the inbox shows it:
    /// staff belong to no service.
    pub(crate) async fn queue(&self) -> Result<HashMap<String, QueuePlace>, ApiError> {
        let waiting = self.store.waiting().await.map_err(|error| ApiError::store(&error))?;
        if waiting.is_empty() {
            return Ok(HashMap::new());
        }
        let since_ms = Timestamp::now().as_millisecond() - RECENT_MS;
        let waits = self.store.recent_waits(since_ms).await.map_err(|error| ApiError::store(&error))?;
        let estimate_minutes = estimate(&waits);
        let places = (1..).map(|place| QueuePlace { place, estimate_minutes });
        Ok(waiting.into_iter().map(|handoff| handoff.conversation_id).zip(places).collect())
    }

    /// Tells everyone at hand who waits where they stand.
    pub(crate) async fn tell_places(&self, conversations: &Conversations) {
        let places = match self.queue().await {
            Ok(places) => places,
            Err(error) => {
                tracing::warn!(?error, "the places in the queue could not be read");
                return;
            }
        };
        for (id, place) in places {
            let conversation = id.parse().ok().and_then(|id| conversations.at_hand(id));
            if let Some(conversation) = conversation {
                conversation.pass(EventName::Queue, wire::queue(place.place, place.estimate_minutes));
            }
        }
    }
}

/// Three of four lately waited at most so many minutes.
fn estimate(waits_ms: &[i64]) -> Option<i64> {
    if waits_ms.len() < LEAST_WAITS {
        return None;
    }
    let mut sorted = waits_ms.to_vec();
    sorted.sort_unstable();
    let three_of_four = sorted[(sorted.len() * 3).div_ceil(4) - 1];
    Some((three_of_four.max(0) + MINUTE_MS - 1).div_euclid(MINUTE_MS).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_comes_from_recent_waits_or_there_is_none() {
        assert_eq!(estimate(&[]), None);
        assert_eq!(estimate(&[60_000; 4]), None);
        assert_eq!(estimate(&[1_000; 5]), Some(1));
        assert_eq!(estimate(&[60_000, 120_000, 180_000, 240_000, 300_000, 360_000, 420_000, 6_000_000]), Some(6));
    }
}
