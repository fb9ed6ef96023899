//! Where replies come from: the assistant, or in tests a script.

use std::sync::Arc;
use std::time::Instant;

use assistant::{Assistant, Enquiry, Event, Filled, KeptStates, Path, Reply, Sameness};
use conversation::Outcome;
use corpus::Knowledge;
use jiff::Timestamp;

#[cfg(test)]
pub(crate) use scripted::ScriptedAnswers;

/// The source of replies.
#[derive(Clone)]
pub(crate) enum Answerer {
    /// The real one.
    Assistant(Arc<Assistant>),
    /// A test's.
    #[cfg(test)]
    Scripted(Arc<ScriptedAnswers>),
}

impl Answerer {
    /// See [`Assistant::reply`].
    pub(crate) fn reply(
        &self,
        enquiry: &Enquiry,
        path: Path,
        deadline: Option<Instant>,
        on_event: &mut dyn FnMut(Event),
        keep_going: &dyn Fn() -> bool,
    ) -> Reply {
        match self {
            Self::Assistant(assistant) => assistant.reply(enquiry, path, deadline, on_event, keep_going),
            #[cfg(test)]
            Self::Scripted(script) => script.reply(enquiry, path, deadline, on_event, keep_going),
        }
    }

    /// See [`Assistant::reply_at_once`]. The encoder may read the message, on a thread that keeps nobody else waiting.
    pub(crate) async fn reply_at_once(&self, enquiry: &Enquiry) -> Option<Reply> {
        let (answerer, enquiry) = (self.clone(), enquiry.clone());
        let reply = tokio::task::spawn_blocking(move || match answerer {
            Self::Assistant(assistant) => assistant.reply_at_once(&enquiry),
            #[cfg(test)]
            Self::Scripted(script) => script.reply_at_once(&enquiry),
        });
        // A panic has been logged; the message then goes the usual way.
        reply.await.ok().flatten()
    }

    /// See [`Assistant::sameness`].
    pub(crate) fn sameness(&self, enquiry: &Enquiry, clock: Timestamp) -> Option<Sameness> {
        match self {
            Self::Assistant(assistant) => assistant.sameness(enquiry, clock),
            #[cfg(test)]
            Self::Scripted(script) => script.sameness(enquiry),
        }
    }

    /// See [`Assistant::now`].
    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::Assistant(assistant) => assistant.now(),
            #[cfg(test)]
            Self::Scripted(_) => Timestamp::now(),
        }
    }

    /// See [`Assistant::fill_next_state`].
    pub(crate) fn fill_next_state(&self, keep_going: &dyn Fn() -> bool) -> Filled {
        match self {
            Self::Assistant(assistant) => assistant.fill_next_state(keep_going),
            #[cfg(test)]
            Self::Scripted(script) => script.fill_next_state(keep_going),
        }
    }

    /// See [`Assistant::passage_states`].
    pub(crate) fn passage_states(&self) -> KeptStates {
        match self {
            Self::Assistant(assistant) => assistant.passage_states(),
            #[cfg(test)]
            Self::Scripted(script) => script.passage_states(),
        }
    }

    /// Where to get help at once, if the message says that someone is in danger.
    pub(crate) async fn signpost(&self, message: &str) -> Option<Reply> {
        let enquiry = Enquiry { question: message.to_owned(), history: Vec::new() };
        self.reply_at_once(&enquiry).await.filter(|reply| reply.outcome() == Outcome::Signpost)
    }

    /// The way to a person when too many ask.
    pub(crate) fn handoff_overload(&self) -> Reply {
        match self {
            Self::Assistant(assistant) => assistant.handoff_overload(),
            #[cfg(test)]
            Self::Scripted(script) => script.handoff_overload(),
        }
    }

    /// The way to a person while the assistant is switched off.
    pub(crate) fn handoff_switched_off(&self) -> Reply {
        match self {
            Self::Assistant(assistant) => assistant.handoff_switched_off(),
            #[cfg(test)]
            Self::Scripted(script) => script.handoff_switched_off(),
        }
    }

    /// The way to a person when something broke.
    pub(crate) fn handoff_fault(&self) -> Reply {
        match self {
            Self::Assistant(assistant) => assistant.handoff_fault(),
            #[cfg(test)]
            Self::Scripted(script) => script.handoff_fault(),
        }
    }

    /// The council and its pages.
    pub(crate) fn knowledge(&self) -> &Knowledge {
        match self {
            Self::Assistant(assistant) => assistant.knowledge(),
            #[cfg(test)]
            Self::Scripted(script) => script.knowledge(),
        }
    }
}

#[cfg(test)]
mod scripted;
