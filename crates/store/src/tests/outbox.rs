//! What has to leave the building.

use std::collections::HashSet;

use serde_json::json;

use super::on_both;
use crate::{NewOutbound, Retry, Store};

fn outbound(number: usize) -> NewOutbound {
    NewOutbound { kind: "mail".to_owned(), payload: json!({"number": number}), conversation_id: None }
}

async fn ids(store: &Store, now_ms: i64, claim_until_ms: i64) -> Vec<String> {
    store.due(now_ms, 10, claim_until_ms).await.unwrap().into_iter().map(|row| row.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_and_lost_is_given_out_again() {
    on_both(async |store| {
        store.add_outbound(&outbound(1), 100).await.unwrap();
        assert_eq!(ids(&store, 99, 200).await, [""; 0]);
        let taken = store.due(100, 10, 200).await.unwrap();
        assert_eq!((taken.len(), &taken[0].payload, taken[0].attempts), (1, &json!({"number": 1}), 0));
        assert_eq!((taken[0].kind.as_str(), taken[0].created_ms), ("mail", 100));
        let id = taken[0].id.clone();
        assert_eq!(ids(&store, 199, 300).await, [""; 0], "somebody has it");
        assert_eq!(ids(&store, 200, 300).await, std::slice::from_ref(&id), "and was not heard of again");

        store.failed(&id, "no route", Retry::AtMs(400)).await.unwrap();
        assert_eq!(ids(&store, 399, 500).await, [""; 0]);
        let taken = store.due(400, 10, 500).await.unwrap();
        assert_eq!((taken[0].attempts, taken[0].last_error.as_deref()), (1, Some("no route")));
        assert_eq!(store.undelivered(10).await.unwrap().len(), 1);

        store.sent(&id, 450).await.unwrap();
        store.failed(&id, "a late complaint", Retry::AtMs(460)).await.unwrap();
        assert_eq!(ids(&store, 9000, 9999).await, [""; 0]);
        assert_eq!(store.undelivered(10).await.unwrap(), []);

        store.add_outbound(&outbound(2), 100).await.unwrap();
        let id = ids(&store, 500, 600).await.pop().unwrap();
        store.failed(&id, "gone for good", Retry::GiveUp { at_ms: 510 }).await.unwrap();
        assert_eq!(ids(&store, 9000, 9999).await, [""; 0]);
        let given_up = store.undelivered(10).await.unwrap();
        assert_eq!((given_up[0].given_up_ms, given_up[0].last_error.as_deref()), (Some(510), Some("gone for good")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_given_to_two() {
    on_both(async |store| {
        for number in 0..60 {
            store.add_outbound(&outbound(number), 100).await.unwrap();
        }
        let worker = async |store: Store| {
            let mut taken = Vec::new();
            // Two empty hands in a row: another worker may have been in the way of the first.
            let mut empty = 0;
            while empty < 2 {
                let rows = store.due(100, 3, 200).await.unwrap();
                empty = if rows.is_empty() { empty + 1 } else { 0 };
                taken.extend(rows.into_iter().map(|row| row.id));
                tokio::task::yield_now().await;
            }
            taken
        };
        let (one, two, three, four) =
            tokio::join!(worker(store.clone()), worker(store.clone()), worker(store.clone()), worker(store.clone()));
        let mut taken: Vec<String> = [one, two, three, four].concat();
        // What the workers got in each other's way over is left, and nothing is gone.
        taken.extend(store.due(100, 100, 200).await.unwrap().into_iter().map(|row| row.id));
        assert_eq!((taken.len(), taken.iter().collect::<HashSet<_>>().len()), (60, 60));
    })
    .await;
}
