//! Bringing people in: who is available, the queue and its honest estimate, call-backs, alerts when nobody comes, and the
//! switches by which staff rule the assistant.

mod call_backs;
mod outbox;
mod presence;
mod queue;
mod rounds;

use std::sync::{Arc, PoisonError, RwLock};

use conversation::{ConversationRecord, Fact, Phase, Reason};
use jiff::Timestamp;
use store::{Mode, Store, Switches};

use crate::api_error::ApiError;
use crate::config::{HandoffConfig, RetentionConfig, ServerConfig};
use crate::conversations::{Conversation, need_room};
use crate::delivery::{Delivery, Mailer, Webhook};
use crate::error::ServerError;
use crate::wire;
use crate::work::Answerer;
pub(crate) use call_backs::CallBackDetails;
pub(crate) use outbox::OUTBOX_INTERVAL;
pub(crate) use presence::HERE_MS;
pub(crate) use queue::QueuePlace;

/// A member of staff whose browser has not been heard of for so long is not there, whatever the switch says: the console's
/// script says every half minute that it runs.
pub(crate) const PRESENT_MS: i64 = 2 * 60 * 1000;

/// Brings people in.
pub(crate) struct People {
    store: Store,
    answerer: Answerer,
    config: HandoffConfig,
    retention: RetentionConfig,
    delivery: Delivery,
    /// Whom alerts are mailed to.
    mail_to: Option<String>,
    switches: RwLock<Switches>,
}

/// Whether a person can come now.
enum Availability {
    /// Somebody is there.
    Open,
    /// Nobody is. People answer again at this time, where it is known.
    Closed { reopens: Option<String> },
}

impl People {
    /// With the switches as they are.
    pub(crate) fn new(
        store: Store,
        answerer: Answerer,
        config: &ServerConfig,
        switches: Switches,
    ) -> Result<Arc<Self>, ServerError> {
        let mailer = config.alerts.mail.as_ref().map(|(mail, _)| Mailer::new(mail)).transpose()?;
        let webhook = config.alerts.webhook.as_ref().map(Webhook::new).transpose()?;
        Ok(Arc::new(Self {
            store,
            answerer,
            config: config.handoff.clone(),
            retention: config.retention.clone(),
            delivery: Delivery { mailer, webhook },
            mail_to: config.alerts.mail.as_ref().map(|(_, to)| to.clone()),
            switches: RwLock::new(switches),
        }))
    }

    /// What the assistant may do.
    pub(crate) fn mode(&self) -> Mode {
        self.switches().mode
    }

    /// The switches as this process knows them.
    pub(crate) fn switches(&self) -> Switches {
        self.switches.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the switches again.
    pub(crate) async fn read_switches(&self) {
        match self.store.switches().await {
            Ok(switches) => *self.switches.write().unwrap_or_else(PoisonError::into_inner) = switches,
            Err(error) => tracing::error!(%error, "the switches could not be read; they stay as they were"),
        }
    }

    /// A reply has led to a person: the resident waits for one, or is offered a call-back where nobody is there. Nothing
    /// changes where a person is asked for already. Turns are bounded by themselves, so there is room in any case.
    pub(crate) async fn request(&self, conversation: &Conversation) {
        if let Err(error) = self.add_request(conversation, |_| Ok(())).await {
            tracing::error!(?error, "a request for a person could not be kept");
        }
    }

    /// The resident asks for a person: as [`Self::request`], with what went wrong, and refused in a full conversation.
    pub(crate) async fn try_request(&self, conversation: &Conversation) -> Result<(), ApiError> {
        self.add_request(conversation, need_room).await
    }

    async fn add_request(
        &self,
        conversation: &Conversation,
        need_room: fn(&ConversationRecord) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        // Whose matter it is decides whose hours count, so it is looked at before and once more when it is added.
        let service = offered_service(&conversation.record());
        let availability = self.availability(service.as_deref()).await?;
        conversation
            .add(|record| {
                let now_ms = Timestamp::now().as_millisecond();
                let question = record.last_question().map(str::to_owned);
                let Some(requested) = record.phase().request(question) else {
                    return Ok((Vec::new(), Vec::new(), ()));
                };
                need_room(record)?;
                let then = record.clone().with(&requested, now_ms).map_err(|error| ApiError::internal(&error))?;
                Ok((vec![requested, decided(then.phase(), &availability)?], Vec::new(), ()))
            })
            .await
    }

    /// Decides a request that was left undecided, because the process ended between the two.
    async fn decide(&self, conversation: &Conversation) -> Result<(), ApiError> {
        let service = conversation.record().phase().open_request().and_then(|request| request.service.clone());
        let availability = self.availability(service.as_deref()).await?;
        conversation
            .add(|record| match record.phase() {
                Phase::Requested(_) => Ok((vec![decided(record.phase(), &availability)?], Vec::new(), ())),
                Phase::WithAssistant(_)
                | Phase::Offered(_)
                | Phase::Waiting(_)
                | Phase::WithPerson(_)
                | Phase::CallBackOffered(_)
                | Phase::Closed(_) => Ok((Vec::new(), Vec::new(), ())),
            })
            .await
    }

    /// The resident wants no person (any more): declines an offer, leaves the queue, does not want to be called back, or ends
    /// the conversation with the person, whichever it is.
    pub(crate) async fn leave(&self, conversation: &Conversation) -> Result<(), ApiError> {
        conversation
            .add(|record| {
                let fact = match record.phase() {
                    Phase::Offered(offered) => Some(offered.decline()),
                    Phase::Waiting(waiting) => Some(waiting.cancel()),
                    Phase::CallBackOffered(offered) => Some(offered.decline()),
                    Phase::WithPerson(with) => Some(with.resident_leaves()),
                    Phase::WithAssistant(_) | Phase::Requested(_) | Phase::Closed(_) => None,
                };
                Ok((fact.into_iter().collect(), Vec::new(), ()))
            })
            .await
    }

    /// The resident writes to the person: the number of the message. The same `client_message_id` is the same message.
    ///
    /// Someone in danger is shown the signpost here as well, as a notice of the service.
    pub(crate) async fn say(
        &self,
        conversation: &Conversation,
        client_message_id: &str,
        text: &str,
    ) -> Result<i64, ApiError> {
        let signpost = self.answerer.signpost(text).await.and_then(|reply| wire::new_reply(&reply, None).ok());
        conversation
            .add(|record| {
                if let Some(number) = record.message(client_message_id) {
                    return Ok((Vec::new(), Vec::new(), number));
                }
                let Phase::WithPerson(with) = record.phase() else {
                    return Err(ApiError::conflict(
                        "no_person",
                        "No member of staff is in this conversation. Ask for a person with handoff.",
                    ));
                };
                // Whoever is in danger is heard and shown the signpost all the same.
                if signpost.is_none() {
                    need_room(record)?;
                }
                let mut facts = vec![with.resident_says(client_message_id, text)];
                if let Some(signpost) = &signpost {
                    facts.extend(with.signpost(&uuid::Uuid::new_v4().to_string(), signpost.clone()));
                }
                Ok((facts, Vec::new(), record.version() + 1))
            })
            .await
    }

    /// Whether somebody can come now: in the hours of the service, and there and available.
    async fn availability(&self, service: Option<&str>) -> Result<Availability, ApiError> {
        let now = Timestamp::now();
        let council = &self.answerer.knowledge().council;
        let in_hours = council.is_open(service, now);
        if in_hours {
            let there = self.store.available_staff(now.as_millisecond() - PRESENT_MS).await;
            if !there.map_err(|error| ApiError::store(&error))?.is_empty() {
                return Ok(Availability::Open);
            }
        }
        Ok(Availability::Closed { reopens: self.reopens(service, in_hours) })
    }

    /// When people answer again. While the lines are open though nobody is there, nobody knows.
    fn reopens(&self, service: Option<&str>, in_hours: bool) -> Option<String> {
        if in_hours {
            return None;
        }
        self.answerer.knowledge().council.next_opening(service, Timestamp::now()).map(|opening| opening.to_string())
    }

    /// How long what was said is kept.
    pub(crate) fn retention(&self) -> &RetentionConfig {
        &self.retention
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }
}

fn decided(phase: &Phase, availability: &Availability) -> Result<Fact, ApiError> {
    let Phase::Requested(requested) = phase else {
        return Err(ApiError::internal(&"a request for a person did not lead to one"));
    };
    Ok(match availability {
        Availability::Open => requested.queue(),
        Availability::Closed { reopens } => requested.nobody_available(reopens.clone()),
    })
}

fn offered_service(record: &ConversationRecord) -> Option<String> {
    match record.phase() {
        Phase::Offered(offered) => offered.service.clone(),
        Phase::CallBackOffered(offered) => offered.request.service.clone(),
        Phase::WithAssistant(_) | Phase::Requested(_) | Phase::Waiting(_) | Phase::WithPerson(_) | Phase::Closed(_) => {
            None
        }
    }
}

/// Why a person was asked for, in a word for logs and alerts.
fn reason_word(reason: Reason) -> String {
    serde_json::to_value(reason).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
