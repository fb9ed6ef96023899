//! Call-backs: a resident leaves their details, gets a reference number, and staff get it with a due time.

use std::time::Duration;

use conversation::{ConversationRecord, Fact, Phase, Requested};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::{CallBackRow, Effect, NewCallBack};

use super::People;
use crate::api_error::ApiError;
use crate::config::SECONDS_A_DAY;
use crate::conversations::{Conversation, need_room};

/// Letters and digits that cannot be taken for one another on the phone.
const REFERENCE_SIGNS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Signs of a reference number: 31^8 numbers, so that nobody guesses another's.
const REFERENCE_LENGTH: usize = 8;
/// How many steps ahead opening hours are walked for a due time; each is one opening.
const MOST_OPENINGS: usize = 60;
/// The grain in which open hours are counted.
const GRAIN: SignedDuration = SignedDuration::from_mins(15);

/// What a resident leaves.
#[derive(Debug, Clone)]
pub(crate) struct CallBackDetails {
    pub(crate) name: String,
    pub(crate) phone: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) question: String,
    pub(crate) preferred_time: Option<String>,
}

/// What the resident is promised.
#[derive(Debug, Clone)]
pub(crate) struct Promise {
    pub(crate) reference: String,
    pub(crate) due: Timestamp,
}

/// What is added to the conversation for a call-back, and what the resident is promised.
type Added = (Vec<Fact>, Vec<Effect>, Promise);

impl People {
    /// Keeps a call-back and tells staff of it. Sent twice, because an answer was lost on the way or a detail had to be
    /// put right, it is one call-back.
    pub(crate) async fn call_back(
        &self,
        conversation: &Conversation,
        details: &CallBackDetails,
    ) -> Result<Promise, ApiError> {
        let id = conversation.id().to_string();
        let reference = new_reference()?;
        // To the millisecond, as it is kept.
        let now = Timestamp::from_millisecond(Timestamp::now().as_millisecond())
            .map_err(|error| ApiError::internal(&error))?;
        loop {
            let version = conversation.record().version();
            let last = self.store.call_back_of(&id).await.map_err(|error| ApiError::store(&error))?;
            let same = |last: &CallBackRow| last.closed_ms.is_none() && last.details.question == details.question;
            let same = last.filter(same);
            let added = conversation.add(|record| {
                // What was added since may be this very call-back, so it is looked at again.
                if record.version() != version {
                    return Ok((Vec::new(), Vec::new(), None));
                }
                let (facts, effects, promise) = match &same {
                    Some(kept) => corrected(&kept.details, details)?,
                    None => self.asked_for(record, &reference, details, now)?,
                };
                Ok((facts, effects, Some(promise)))
            });
            if let Some(promise) = added.await? {
                return Ok(promise);
            }
        }
    }

    fn asked_for(
        &self,
        record: &ConversationRecord,
        reference: &str,
        details: &CallBackDetails,
        now: Timestamp,
    ) -> Result<Added, ApiError> {
        let (facts, service) = moves(record, reference, now.as_millisecond())?;
        let due = self.due(service.as_deref(), now);
        let call_back = NewCallBack {
            reference: reference.to_owned(),
            name: details.name.clone(),
            phone: details.phone.clone(),
            email: details.email.clone(),
            question: details.question.clone(),
            preferred_time: details.preferred_time.clone(),
            consent: consent(self.retention.call_backs),
            service: service.clone(),
            due_ms: due.as_millisecond(),
        };
        // No details of the resident leave the machine: staff look them up under the reference.
        let told = json!({ "reference": reference, "service": service, "due": due.to_string() });
        let mut effects = vec![Effect::CallBack(call_back)];
        effects.extend(self.tell("call_back.requested", "A resident asks to be called back", &told));
        Ok((facts, effects, Promise { reference: reference.to_owned(), due }))
    }

    /// By when somebody is to call: so many open hours of the service from now; days where hours are not known.
    fn due(&self, service: Option<&str>, now: Timestamp) -> Timestamp {
        let council = &self.answerer.knowledge().council;
        let mut left = SignedDuration::try_from(self.config.call_back_due).unwrap_or(SignedDuration::from_hours(24));
        let mut at = now;
        for _ in 0..MOST_OPENINGS {
            let Some(opening) = council.next_opening(service, at) else { break };
            at = opening;
            while left > SignedDuration::ZERO && council.is_open(service, at) {
                at += GRAIN;
                left -= GRAIN;
            }
            if left <= SignedDuration::ZERO {
                return at;
            }
        }
        now + SignedDuration::from_hours(24 * 7)
    }
}

/// The same call-back with what is different now. What was promised stays.
fn corrected(kept: &NewCallBack, details: &CallBackDetails) -> Result<Added, ApiError> {
    let call_back = NewCallBack {
        name: details.name.clone(),
        phone: details.phone.clone(),
        email: details.email.clone(),
        preferred_time: details.preferred_time.clone(),
        ..kept.clone()
    };
    let due = Timestamp::from_millisecond(kept.due_ms).map_err(|error| ApiError::internal(&error))?;
    let effects = if call_back == *kept { Vec::new() } else { vec![Effect::CallBackCorrected(call_back)] };
    Ok((Vec::new(), effects, Promise { reference: kept.reference.clone(), due }))
}

/// What the resident agrees to; the page shows the same words.
fn consent(kept: Duration) -> String {
    let days = kept.as_secs() / SECONDS_A_DAY;
    let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    format!("The council may use these details to answer this enquiry. They are deleted {days} after it is closed.")
}

/// The moves by which a resident who leaves details gets there from wherever the conversation stands, and whose matter it
/// is. Where no person was asked for before, one is in the same moment, so that nobody is seen waiting in between.
fn moves(record: &ConversationRecord, reference: &str, now_ms: i64) -> Result<(Vec<Fact>, Option<String>), ApiError> {
    let of = |request: &Requested| request.service.clone();
    match record.phase() {
        Phase::Waiting(waiting) => Ok((vec![waiting.arrange_call_back(reference)], of(&waiting.request))),
        Phase::CallBackOffered(offered) => Ok((vec![offered.arrange(reference)], of(&offered.request))),
        phase @ (Phase::WithAssistant(_) | Phase::Offered(_) | Phase::Closed(_)) => {
            need_room(record)?;
            let mut facts = Vec::new();
            let mut then = record.clone();
            let mut add = |then: &mut ConversationRecord, fact: Fact| {
                then.add(fact.event(), now_ms).map_err(|error| ApiError::internal(&error))?;
                facts.push(fact);
                Ok::<_, ApiError>(())
            };
            if let Some(requested) = phase.request(record.last_question().map(str::to_owned)) {
                add(&mut then, requested)?;
            }
            if let Phase::Requested(requested) = then.phase().clone() {
                add(&mut then, requested.queue())?;
            }
            let Phase::Waiting(waiting) = then.phase().clone() else {
                return Err(ApiError::internal(&"a request for a call-back did not lead to one"));
            };
            add(&mut then, waiting.arrange_call_back(reference))?;
            Ok((facts, of(&waiting.request)))
        }
        Phase::Requested(_) | Phase::WithPerson(_) => Err(ApiError::conflict(
            "no_call_back",
            "You are about to talk to a person, or do already. Ask them to call you back.",
        )),
    }
}

fn new_reference() -> Result<String, ApiError> {
    let mut reference = String::with_capacity(REFERENCE_LENGTH + 1);
    while reference.len() <= REFERENCE_LENGTH {
        let mut byte = [0; 1];
        getrandom::fill(&mut byte).map_err(|error| ApiError::internal(&error))?;
        // The rest of 256 by 31 is thrown away, so that every sign is as likely.
        let index = usize::from(byte[0]);
        if index < REFERENCE_SIGNS.len() * (256 / REFERENCE_SIGNS.len()) {
            reference.push(char::from(REFERENCE_SIGNS[index % REFERENCE_SIGNS.len()]));
            if reference.len() == REFERENCE_LENGTH / 2 {
                reference.push('-');
            }
        }
    }
    Ok(reference)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_reference_can_be_read_out_on_the_phone() {
        let reference = new_reference().unwrap();
        let (left, right) = reference.split_once('-').unwrap();
        assert_eq!((left.len(), right.len()), (4, 4), "{reference}");
        assert!(reference.bytes().all(|sign| sign == b'-' || REFERENCE_SIGNS.contains(&sign)));
        assert_ne!(reference, new_reference().unwrap());
    }
}
