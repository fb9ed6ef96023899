//! Many who write to one conversation at the same time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use conversation::{CloseOutcome, ConversationRecord, Event, Fact, Outcome, Phase, TurnEnding};

use super::{answer, on_both, person, record};
use crate::{Append, Appended, Store};

/// Adds what `decide` wants, as often as it takes. None from it ends the attempt. Gives what was kept.
async fn insist(store: &Store, decide: impl Fn(&ConversationRecord) -> Option<Fact>) -> Option<Event> {
    loop {
        let record = record(store, "c1").await;
        let fact = [decide(&record)?];
        let append = Append { id: "c1", expected_version: record.version(), facts: &fact, at_ms: 20, effects: &[] };
        match store.append(&append).await.unwrap() {
            Appended::Done => return Some(fact[0].event().clone()),
            Appended::Conflict => tokio::task::yield_now().await,
        }
    }
}

/// Asks and is answered, unless a person takes over in between.
async fn resident(store: Store, name: usize, residents: Arc<AtomicUsize>) -> Vec<Event> {
    let mut kept = Vec::new();
    for number in 0..4 {
        let turn = format!("{name}-{number}");
        if let Some(asked) = insist(&store, |record| record.phase().ask(&turn, &turn, "a question")).await {
            kept.push(asked);
            kept.extend(
                insist(&store, |record| {
                    let reply = answer("An answer.", None, "p", 0.9);
                    let taken_over = || record.phase().stop(&turn, TurnEnding::TakenOver);
                    Some(record.phase().voice().map_or_else(taken_over, |voice| voice.reply(&turn, reply)))
                })
                .await,
            );
        }
        kept.extend(insist(&store, |record| record.phase().request(Some(turn.clone()))).await);
        kept.extend(
            insist(&store, |record| match record.phase() {
                Phase::Requested(requested) => Some(requested.queue()),
                Phase::WithPerson(with) => Some(with.resident_says(&turn, "Hello?")),
                _ => None,
            })
            .await,
        );
    }
    residents.fetch_sub(1, Ordering::Relaxed);
    kept
}

/// Takes the conversation where it waits, says something, and ends it, as long as there are residents.
async fn staff(store: Store, name: usize, residents: Arc<AtomicUsize>) -> Vec<Event> {
    let me = person(&name.to_string());
    let mut kept = Vec::new();
    let mut number = 0;
    while residents.load(Ordering::Relaxed) > 0 {
        number += 1;
        let accept = |record: &ConversationRecord| match record.phase() {
            Phase::Waiting(waiting) => Some(waiting.accept(me.clone())),
            _ => None,
        };
        let Some(accepted) = insist(&store, accept).await else {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            continue;
        };
        kept.push(accepted);
        for step in 0..2 {
            let message = format!("{name}-{number}-{step}");
            kept.extend(
                insist(&store, |record| match record.phase() {
                    Phase::WithPerson(with) => with.owned_by(&me).ok().map(|owned| {
                        if step == 0 { owned.say(&message, "Hello", None) } else { owned.close(CloseOutcome::Resolved) }
                    }),
                    _ => None,
                })
                .await,
            );
        }
    }
    kept
}

fn counted(events: impl IntoIterator<Item = Event>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for event in events {
        *counts.entry(serde_json::to_string(&event).unwrap()).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_who_write_at_once_lose_nothing_and_there_is_one_voice() {
    on_both(async |store| {
        store.create_conversation("c1", "digest", 10).await.unwrap();
        let left = Arc::new(AtomicUsize::new(5));
        let residents = (0..5).map(|name| tokio::spawn(resident(store.clone(), name, left.clone())));
        let people = (5..8).map(|name| tokio::spawn(staff(store.clone(), name, left.clone())));
        let tasks: Vec<_> = residents.chain(people).collect();
        let mut kept = Vec::new();
        for task in tasks {
            kept.extend(task.await.unwrap());
        }
        // `record` folds them, and finds their numbers without gaps.
        assert_eq!(record(&store, "c1").await.version(), kept.len() as i64);
        let events: Vec<_> = store.events("c1", 0).await.unwrap().into_iter().map(|event| event.event).collect();
        assert_eq!(counted(events.clone()), counted(kept), "each fact once");

        let mut with_person = false;
        let mut accepted = 0;
        for event in events {
            match event {
                Event::Accepted { .. } => {
                    assert!(!with_person, "two people took it");
                    (with_person, accepted) = (true, accepted + 1);
                }
                Event::Closed { .. } => with_person = false,
                Event::Replied { reply, .. } => {
                    assert!(!with_person && reply.outcome == Outcome::Answer, "the assistant talked over a person");
                }
                _ => (),
            }
        }
        assert!(accepted > 0, "nobody came: the test shows nothing");
        assert!(store.waiting().await.unwrap().len() <= 1);
    })
    .await;
}
