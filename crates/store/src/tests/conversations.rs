//! Conversations and what is added to them.

use conversation::{Phase, Reason};
use serde_json::json;

use super::people::did;
use super::{add, answer, ask, no_answer, on_both, record, request};
use crate::{Append, Appended, Effect, NewCallBack, NewOutbound, Obstacle, Store, StoreError};

pub(crate) fn call_back(reference: &str) -> NewCallBack {
    NewCallBack {
        reference: reference.to_owned(),
        name: "Ada".to_owned(),
        phone: Some("01632 960001".to_owned()),
        email: None,
        question: "When is my bin emptied?".to_owned(),
        preferred_time: Some("in the morning".to_owned()),
        consent: "You may call me.".to_owned(),
        service: Some("waste".to_owned()),
        due_ms: 900,
    }
}

fn outbound() -> NewOutbound {
    NewOutbound { kind: "webhook".to_owned(), payload: json!({"about": "c1"}), conversation_id: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_added_is_there_and_in_order() {
    on_both(async |store| {
        store.create_conversation("c1", "digest", 10).await.unwrap();
        let kept = store.conversation("c1").await.unwrap().unwrap();
        assert_eq!((kept.token_digest_hex.as_str(), kept.created_ms, kept.last_message_ms), ("digest", 10, 10));
        assert_eq!((kept.version, kept.phase.as_str(), kept.service), (0, "with_assistant", None));

        let start = Phase::start();
        let facts = [
            start.ask("t1", "client-1", "Is garden waste free?").unwrap(),
            start.voice().unwrap().reply("t1", no_answer(Reason::MissingKnowledge, Some("waste"))),
        ];
        let append = Append { id: "c1", expected_version: 0, facts: &facts, at_ms: 20, effects: &[] };
        assert_eq!(store.append(&append).await.unwrap(), Appended::Done);

        let events = store.events("c1", 0).await.unwrap();
        assert_eq!(events.iter().map(|event| (event.n, event.at_ms)).collect::<Vec<_>>(), [(1, 20), (2, 20)]);
        assert_eq!(events.iter().map(|event| &event.event).collect::<Vec<_>>(), [facts[0].event(), facts[1].event()]);
        assert_eq!(store.events("c1", 1).await.unwrap(), events[1..]);
        let kept = store.conversation("c1").await.unwrap().unwrap();
        assert_eq!((kept.version, kept.phase.as_str(), kept.last_message_ms), (2, "offered", 20));
        assert_eq!(kept.service.as_deref(), Some("waste"));

        add(&store, "c1", 50, |phase| phase.rate("t1", true, None)).await;
        let kept = store.conversation("c1").await.unwrap().unwrap();
        assert_eq!((kept.version, kept.last_message_ms), (3, 20), "a rating is no message");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_version_is_a_conflict_and_changes_nothing() {
    on_both(async |store| {
        store.create_conversation("c1", "digest", 10).await.unwrap();
        let first = Phase::start().ask("t1", "client-1", "first").unwrap();
        let second = Phase::start().ask("t2", "client-2", "second").unwrap();
        let append = |fact, effects| Append { id: "c1", expected_version: 0, facts: fact, at_ms: 20, effects };
        let effects =
            [Effect::CallBack(call_back("CB-1")), Effect::Outbound(outbound()), Effect::Audit(did(20, "accept"))];
        let (first, second) = ([first], [second]);
        let mut notices = store.notices();
        assert_eq!(store.append(&append(&first, &[])).await.unwrap(), Appended::Done);
        assert_eq!(notices.next().await, crate::Notice::Conversation { id: "c1".to_owned() });
        assert_eq!(store.append(&append(&second, &effects)).await.unwrap(), Appended::Conflict);

        assert_eq!(store.events("c1", 0).await.unwrap().len(), 1);
        assert_eq!(store.conversation("c1").await.unwrap().unwrap().version, 1);
        assert_eq!(store.call_backs(false, None).await.unwrap(), []);
        assert_eq!(store.due(1000, 10, 2000).await.unwrap(), []);
        assert_eq!(store.audit(9, 0).await.unwrap(), []);
        // The next notice is of the next thing that did happen.
        store.notify(crate::Notice::Switches).await.unwrap();
        assert_eq!(notices.next().await, crate::Notice::Switches);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn effects_are_kept_with_their_cause_or_not_at_all() {
    on_both(async |store| {
        store.create_conversation("c1", "digest", 10).await.unwrap();
        request(&store, "c1", 20).await;
        let arrange = |phase: &Phase| match phase {
            Phase::Waiting(waiting) => waiting.arrange_call_back("CB-1"),
            other => panic!("{other:?}"),
        };
        let fact = [arrange(record(&store, "c1").await.phase())];
        let effects =
            [Effect::Outbound(outbound()), Effect::Audit(did(30, "accept")), Effect::CallBack(call_back("CB-1"))];
        let append = Append { id: "c1", expected_version: 2, facts: &fact, at_ms: 30, effects: &effects };
        assert_eq!(store.append(&append).await.unwrap(), Appended::Done);
        assert_eq!(store.call_back("CB-1").await.unwrap().unwrap().created_ms, 30);
        assert_eq!(store.due(30, 10, 40).await.unwrap().len(), 1);

        // The same reference again: nothing of it is kept, not even what came before it.
        let fact = [Phase::start().ask("t1", "client-1", "And?").unwrap()];
        let append = Append { id: "c1", expected_version: 3, facts: &fact, at_ms: 50, effects: &effects };
        assert!(matches!(store.append(&append).await, Err(StoreError::Taken { .. })));
        assert_eq!(record(&store, "c1").await.version(), 3);
        assert_eq!(store.conversation("c1").await.unwrap().unwrap().version, 3);
        assert_eq!(store.due(50, 10, 60).await.unwrap().len(), 1, "only the one from before");
        assert_eq!(store.audit(9, 0).await.unwrap(), [did(30, "accept")]);

        // Effects without facts leave the version as it is.
        let effects = [Effect::CallBack(call_back("CB-2"))];
        let append = Append { id: "c1", expected_version: 3, facts: &[], at_ms: 60, effects: &effects };
        assert_eq!(store.append(&append).await.unwrap(), Appended::Done);
        assert!(store.call_back("CB-2").await.unwrap().is_some());
        assert_eq!(store.conversation("c1").await.unwrap().unwrap().version, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused() {
    on_both(async |store| {
        let fact = [Phase::start().voice().unwrap().reply("t1", answer("Yes.", None, "p", 0.9))];
        let append = |id| Append { id, expected_version: 0, facts: &fact, at_ms: 20, effects: &[] };
        assert!(matches!(store.append(&append("none")).await, Err(StoreError::NotFound { what: "conversation" })));
        assert_eq!(store.conversation("none").await.unwrap(), None);
        assert_eq!(store.events("none", 0).await.unwrap(), []);

        store.create_conversation("c1", "digest", 10).await.unwrap();
        let again = store.create_conversation("c1", "other", 10).await;
        assert!(matches!(again, Err(StoreError::Taken { .. })), "{again:?}");

        // A fact that another state made.
        request(&store, "c1", 20).await;
        let cancel = match record(&store, "c1").await.phase() {
            Phase::Waiting(waiting) => waiting.cancel(),
            other => panic!("{other:?}"),
        };
        store.create_conversation("c2", "digest", 10).await.unwrap();
        let facts = [Phase::start().ask("t1", "client-1", "a question").unwrap(), cancel];
        let append = Append { id: "c2", expected_version: 0, facts: &facts, at_ms: 20, effects: &[] };
        assert!(matches!(store.append(&append).await, Err(StoreError::Impossible(_))));
        assert_eq!(record(&store, "c2").await.version(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_text_can_be_kept() {
    on_both(async |store| {
        store.create_conversation("c1", "digest", 10).await.unwrap();
        let text = "Nul \0, 'quotes', \"more\", \\, emoji 🗑️, Cymraeg ŵ, $1 %s {} \u{202e}";
        ask(&store, "c1", 20, ("t1", text), answer(text, Some(text), text, 0.5)).await;
        add(&store, "c1", 20, |phase| phase.rate("t1", false, Some(text.to_owned()))).await;
        let record = record(&store, "c1").await;
        assert_eq!(record.turns()[0].question, text, "events keep every character");
        let (found, total) = store.search(&crate::Search { limit: 10, ..Default::default() }).await.unwrap();
        assert_eq!((total, found[0].question.as_str()), (1, text.replace('\0', "\u{fffd}").as_str()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_whose_caller_leaves_goes_on_to_its_end() {
    on_both(async |store| {
        store.create_conversation("c1", "digest", 10).await.unwrap();
        let mut notices = store.notices();
        let fact = [Phase::start().ask("t1", "client-1", "a question").unwrap()];
        let append = Append { id: "c1", expected_version: 0, facts: &fact, at_ms: 20, effects: &[] };
        {
            let mut leaving = std::pin::pin!(store.append(&append));
            // Polled once, so that it has begun.
            let waker = std::task::Waker::noop();
            assert!(leaving.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
        }
        assert_eq!(notices.next().await, crate::Notice::Conversation { id: "c1".to_owned() });
        assert_eq!(record(&store, "c1").await.version(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_is_there_after_a_restart() {
    let check = async |place: super::Place| {
        let store = place.open().await;
        store.create_conversation("c1", "digest", 10).await.unwrap();
        ask(&store, "c1", 20, ("t1", "a question"), answer("An answer.", None, "p", 0.9)).await;
        let before = store.events("c1", 0).await.unwrap();
        store.close().await;
        let closed = store.events("c1", 0).await;
        assert!(matches!(closed, Err(StoreError::Unavailable { why: Obstacle::Connection, .. })), "{closed:?}");
        let store: Store = place.open().await;
        assert_eq!(store.events("c1", 0).await.unwrap(), before);
        store.close().await;
    };
    check(super::Place::sqlite()).await;
    if let Some(place) = super::Place::postgres().await {
        check(place).await;
    }
}
