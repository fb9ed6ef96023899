//! Hand-offs as they are written down beside the events.

use conversation::{CloseOutcome, Phase, Reason};

use super::{accept, add, ask, no_answer, on_both, own, person, request};
use crate::{HandoffEnd, HandoffRow, HandoffState, Store};

async fn last(store: &Store, id: &str) -> HandoffRow {
    store.handoff(id).await.unwrap().unwrap()
}

fn ids(rows: &[HandoffRow]) -> Vec<&str> {
    rows.iter().map(|row| row.conversation_id.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_off_is_followed_from_the_request_to_the_end() {
    on_both(async |store| {
        store.create_conversation("c1", "digest", 10).await.unwrap();
        assert_eq!(store.handoff("c1").await.unwrap(), None);
        ask(&store, "c1", 20, ("t1", "Why?"), no_answer(Reason::LowConfidence, Some("waste"))).await;
        add(&store, "c1", 30, |phase| phase.request(Some("Why?".to_owned())).unwrap()).await;
        let row = last(&store, "c1").await;
        assert_eq!((row.state, row.reason, row.requested_ms), (HandoffState::Requested, Reason::LowConfidence, 30));
        assert_eq!((row.service.as_deref(), row.question.as_deref()), (Some("waste"), Some("Why?")));
        assert_eq!(store.waiting().await.unwrap(), []);
        assert_eq!(ids(&store.undecided(31).await.unwrap()), ["c1"]);

        add(&store, "c1", 31, |phase| match phase {
            Phase::Requested(requested) => requested.queue(),
            other => panic!("{other:?}"),
        })
        .await;
        assert_eq!(ids(&store.waiting().await.unwrap()), ["c1"]);
        add(&store, "c1", 40, |phase| match phase {
            Phase::Waiting(waiting) => waiting.alert().unwrap(),
            other => panic!("{other:?}"),
        })
        .await;
        assert_eq!(last(&store, "c1").await.alerted_ms, Some(40));

        let (ann, bob) = (person("Ann"), person("Bob"));
        accept(&store, "c1", 50, &ann).await;
        let row = last(&store, "c1").await;
        assert_eq!((row.state, row.accepted_ms), (HandoffState::WithPerson, Some(50)));
        assert_eq!((row.staff_id.as_deref(), row.staff_name.as_deref()), (Some("id-Ann"), Some("Ann")));
        assert_eq!(ids(&store.of_staff("id-Ann").await.unwrap()), ["c1"]);
        assert_eq!(store.waiting().await.unwrap(), []);

        own(&store, "c1", 60, &ann, |owned| owned.hand_on(bob.clone())).await;
        assert_eq!(store.of_staff("id-Ann").await.unwrap(), []);
        assert_eq!(ids(&store.of_staff("id-Bob").await.unwrap()), ["c1"]);
        assert_eq!(ids(&store.with_people().await.unwrap()), ["c1"]);

        own(&store, "c1", 70, &bob, |owned| owned.hand_to_service("parking")).await;
        let row = last(&store, "c1").await;
        assert_eq!((row.state, row.service.as_deref()), (HandoffState::Waiting, Some("parking")));
        assert_eq!((row.requested_ms, row.waiting_since_ms, row.alerted_ms), (30, 70, None));
        assert_eq!((row.staff_id, row.staff_name), (None, None));
        assert_eq!(store.conversation("c1").await.unwrap().unwrap().service.as_deref(), Some("parking"));

        accept(&store, "c1", 90, &ann).await;
        own(&store, "c1", 99, &ann, |owned| owned.close(CloseOutcome::FollowUp)).await;
        let row = last(&store, "c1").await;
        assert_eq!((row.state, row.ended_ms, row.ended_by.as_deref()), (HandoffState::Ended, Some(99), Some("staff")));
        assert_eq!((row.outcome, row.accepted_ms), (Some(HandoffEnd::FollowUp), Some(50)));
        assert_eq!(store.with_people().await.unwrap(), []);
        assert_eq!(store.recent_waits(50).await.unwrap(), [20]);
        assert_eq!(store.recent_waits(51).await.unwrap(), [0; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_end_has_its_name() {
    let ann = person("Ann");
    on_both(async |store| {
        let ends: [(&str, HandoffEnd, &str); 6] = [
            ("cancelled", HandoffEnd::Cancelled, "user"),
            ("nobody came", HandoffEnd::NobodyCame, "service"),
            ("closed hours", HandoffEnd::Closed, "service"),
            ("call-back", HandoffEnd::CallBack, "user"),
            ("returned", HandoffEnd::ReturnedToAssistant, "staff"),
            ("left", HandoffEnd::NoReply, "user"),
        ];
        for (id, outcome, by) in ends {
            store.create_conversation(id, "digest", 10).await.unwrap();
            add(&store, id, 20, |phase| phase.request(None).unwrap()).await;
            add(&store, id, 20, |phase| match phase {
                Phase::Requested(requested) if outcome == HandoffEnd::Closed => requested.nobody_available(None),
                Phase::Requested(requested) => requested.queue(),
                other => panic!("{other:?}"),
            })
            .await;
            match outcome {
                HandoffEnd::ReturnedToAssistant => {
                    accept(&store, id, 25, &ann).await;
                    own(&store, id, 30, &ann, |owned| owned.return_to_assistant()).await;
                }
                HandoffEnd::NoReply => accept(&store, id, 25, &ann).await,
                _ => (),
            }
            if !matches!(outcome, HandoffEnd::Closed | HandoffEnd::ReturnedToAssistant) {
                add(&store, id, 30, |phase| match (phase, outcome) {
                    (Phase::Waiting(waiting), HandoffEnd::Cancelled) => waiting.cancel(),
                    (Phase::Waiting(waiting), HandoffEnd::NobodyCame) => waiting.nobody_came(None),
                    (Phase::Waiting(waiting), HandoffEnd::CallBack) => waiting.arrange_call_back("CB-1"),
                    (Phase::WithPerson(with), HandoffEnd::NoReply) => with.resident_leaves(),
                    other => panic!("{other:?}"),
                })
                .await;
            }
            let row = last(&store, id).await;
            assert_eq!((row.outcome, row.ended_by.as_deref()), (Some(outcome), Some(by)), "{id}");
            assert_eq!(row.state, HandoffState::Ended, "{id}");
        }
        assert_eq!(store.waiting().await.unwrap(), []);

        // What was offered a call-back can be asked for again: another hand-off, at the end of the queue.
        request(&store, "nobody came", 40).await;
        let row = last(&store, "nobody came").await;
        assert_eq!((row.state, row.requested_ms, row.outcome), (HandoffState::Waiting, 40, None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_in_order_and_the_overdue_are_found() {
    on_both(async |store| {
        for (id, at_ms) in [("late", 300), ("early", 100), ("middle", 200)] {
            store.create_conversation(id, "digest", 10).await.unwrap();
            request(&store, id, at_ms).await;
        }
        assert_eq!(ids(&store.waiting().await.unwrap()), ["early", "middle", "late"]);
        assert_eq!(ids(&store.overdue(201, false).await.unwrap()), ["early", "middle"]);
        add(&store, "early", 210, |phase| match phase {
            Phase::Waiting(waiting) => waiting.alert().unwrap(),
            other => panic!("{other:?}"),
        })
        .await;
        assert_eq!(ids(&store.overdue(201, false).await.unwrap()), ["middle"], "to be alerted to");
        assert_eq!(ids(&store.overdue(201, true).await.unwrap()), ["early", "middle"], "nobody came");

        // Who was with a person and waits for another team has not waited for that one yet, and keeps the place.
        let ann = person("Ann");
        accept(&store, "early", 220, &ann).await;
        own(&store, "early", 400, &ann, |owned| owned.hand_to_service("parking")).await;
        assert_eq!(ids(&store.overdue(201, true).await.unwrap()), ["middle"]);
        assert_eq!(ids(&store.waiting().await.unwrap()), ["early", "middle", "late"]);
    })
    .await;
}
