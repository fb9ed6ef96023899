//! What was forgotten is gone, from the tables and from the bytes on the disk.

use std::path::Path;

use conversation::{Phase, Reason};
use serde_json::json;

use super::conversations::call_back;
use super::{Place, add, answer, ask, no_answer, on_both, person, request};
use crate::{Append, Appended, Effect, HandoffEnd, MarkKind, NewCallBack, NewMark, NewOutbound, Search, Store};

/// Whether a word stands in any file of a folder.
fn stands(folder: &Path, word: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    })
}

/// A conversation that says a word wherever one can be said.
async fn tell(store: &Store, id: &str, word: &str, at_ms: i64) {
    store.create_conversation(id, "digest", at_ms).await.unwrap();
    ask(store, id, at_ms, ("t1", word), answer(word, Some("waste"), "page", 0.9)).await;
    ask(store, id, at_ms, ("t2", word), no_answer(Reason::LowConfidence, Some("waste"))).await;
    add(store, id, at_ms, |phase| phase.rate("t1", false, Some(word.to_owned()))).await;
    let mark = NewMark {
        conversation_id: id.to_owned(),
        turn: "t1".to_owned(),
        staff_id: "s1".to_owned(),
        at_ms,
        kind: MarkKind::Other,
        comment: word.to_owned(),
        case_json: json!({"question": word}).to_string(),
    };
    store.add_mark(&mark).await.unwrap();
    add(store, id, at_ms, |phase| phase.request(Some(word.to_owned())).unwrap()).await;
    add(store, id, at_ms, |phase| phase.note(person("Ann"), word)).await;
    let payload = json!({"question": word});
    let outbound = NewOutbound { kind: "mail".to_owned(), payload, conversation_id: Some(id.to_owned()) };
    let queue = match super::record(store, id).await.phase() {
        Phase::Requested(requested) => requested.queue(),
        other => panic!("{other:?}"),
    };
    let version = super::record(store, id).await.version();
    let effects = [Effect::Outbound(outbound)];
    let append = Append { id, expected_version: version, facts: &[queue], at_ms, effects: &effects };
    assert_eq!(store.append(&append).await.unwrap(), Appended::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_conversation_is_gone_and_its_hand_off_is_a_figure() {
    on_both(async |store| {
        tell(&store, "c1", "xylophone", 100).await;
        tell(&store, "c2", "harpsichord", 100).await;
        let effects = [Effect::CallBack(call_back("CB-1"))];
        let version = super::record(&store, "c1").await.version();
        let append = Append { id: "c1", expected_version: version, facts: &[], at_ms: 100, effects: &effects };
        assert_eq!(store.append(&append).await.unwrap(), Appended::Done);

        assert!(store.delete_conversation("c1", 200).await.unwrap());
        assert!(!store.delete_conversation("c1", 200).await.unwrap());
        assert_eq!(store.conversation("c1").await.unwrap(), None);
        assert_eq!(store.events("c1", 0).await.unwrap(), []);
        assert_eq!(store.handoff("c1").await.unwrap(), None);
        assert_eq!(store.marks_of("c1").await.unwrap(), []);
        let (found, _) = store.search(&Search { limit: 10, ..Search::default() }).await.unwrap();
        assert!(found.iter().all(|found| found.conversation_id == "c2"));
        let waiting = store.waiting().await.unwrap();
        assert_eq!(waiting.iter().map(|row| row.conversation_id.as_str()).collect::<Vec<_>>(), ["c2"]);
        assert_eq!(store.due(500, 10, 600).await.unwrap().len(), 1);
        assert!(store.call_back("CB-1").await.unwrap().is_some(), "a record of its own");

        let overview = store.overview(&[0, 1000]).await.unwrap();
        assert_eq!(overview.total.handed_over, 2, "that it was asked for is still counted");
        let rows = store.database.rows("SELECT question, outcome FROM handoffs WHERE conversation_id IS NULL", vec![]);
        let rows = rows.await.unwrap();
        assert_eq!((rows.len(), rows[0].some_text("question").unwrap()), (1, None));
        assert_eq!(rows[0].word::<HandoffEnd>("outcome").unwrap(), HandoffEnd::Cancelled);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_old_is_erased_and_what_is_not_stays() {
    on_both(async |store| {
        tell(&store, "old", "xylophone", 100).await;
        tell(&store, "new", "harpsichord", 200).await;
        let version = super::record(&store, "new").await.version();
        let call_backs = ["CB-1", "CB-2", "CB-3"].map(|reference| Effect::CallBack(call_back(reference)));
        let append = Append { id: "new", expected_version: version, facts: &[], at_ms: 100, effects: &call_backs };
        assert_eq!(store.append(&append).await.unwrap(), Appended::Done);
        store.close_call_back("CB-1", "s1", "reached", 140).await.unwrap();
        store.close_call_back("CB-2", "s1", "reached", 150).await.unwrap();
        let sent = store.due(500, 10, 600).await.unwrap();
        store.sent(&sent.last().unwrap().id, 190).await.unwrap();

        let erased = store.erase(200, 150).await.unwrap();
        assert_eq!((erased.conversations, erased.call_backs, erased.outbound), (1, 1, 1));
        assert_eq!(store.conversation("old").await.unwrap(), None);
        assert!(store.conversation("new").await.unwrap().is_some(), "the last message was at that very time");
        let kept: Vec<_> = store.call_backs(false, None).await.unwrap();
        let kept: Vec<_> = kept.iter().map(|row| row.details.reference.as_str()).collect();
        assert_eq!(kept, ["CB-3", "CB-2"], "an open one stays, however old");
        assert_eq!(store.erase(200, 150).await.unwrap(), crate::Erased::default());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn erased_words_are_in_no_file() {
    let place = Place::sqlite();
    let folder = place.folder.as_ref().unwrap().path();
    let store = place.open().await;
    tell(&store, "old", "xylophone", 100).await;
    tell(&store, "deleted", "theremin", 100).await;
    tell(&store, "kept", "harpsichord", 900).await;
    let call_back = NewCallBack { name: "glockenspiel".to_owned(), ..call_back("CB-1") };
    request(
        &store,
        &{
            store.create_conversation("caller", "digest", 100).await.unwrap();
            "caller".to_owned()
        },
        100,
    )
    .await;
    let effects = [Effect::CallBack(call_back)];
    let append = Append { id: "caller", expected_version: 2, facts: &[], at_ms: 100, effects: &effects };
    assert_eq!(store.append(&append).await.unwrap(), Appended::Done);
    store.close_call_back("CB-1", "s1", "glockenspiel", 150).await.unwrap();
    let words = ["xylophone", "theremin", "harpsichord", "glockenspiel"];
    assert_eq!(words.map(|word| stands(folder, word)), [true; 4]);

    assert!(store.delete_conversation("deleted", 200).await.unwrap());
    assert_eq!(words.map(|word| stands(folder, word)), [true, false, true, true]);
    store.erase(500, 500).await.unwrap();
    assert_eq!(words.map(|word| stands(folder, word)), [false, false, true, false]);

    // What was sent says nothing any more, even before it is erased.
    for row in store.due(1000, 10, 2000).await.unwrap() {
        store.sent(&row.id, 1000).await.unwrap();
    }
    store.close().await;
    assert_eq!(words.map(|word| stands(folder, word)), [false, false, true, false]);
}

/// Rows of all lengths move from page to page as others come and go, and must not leave copies behind.
#[tokio::test(flavor = "multi_thread")]
async fn no_copy_is_left_behind_where_rows_moved() {
    let place = Place::sqlite();
    let folder = place.folder.as_ref().unwrap().path();
    let store = place.open().await;
    let word = |number: usize| format!("<<word-{number}>>");
    let mut length: usize = 7;
    for number in 0..150 {
        // A sequence without a pattern: lengths from a few characters to several pages.
        length = (length * 1_103_515_245 + 12_345) % 2_147_483_648;
        let id = format!("{:04}", length % 10_000);
        let id = format!("{id}-{number}");
        store.create_conversation(&id, "digest", number as i64).await.unwrap();
        let text = word(number).repeat(1 + length % 60);
        ask(&store, &id, number as i64, ("t1", &text), answer(&text, None, "page", 0.9)).await;
        if number % 5 == 4 {
            // Oldest first, so that pages are merged while others are filled.
            store.erase(number as i64 / 2, 0).await.unwrap();
        }
    }
    store.erase(100, 0).await.unwrap();
    let left: Vec<_> = (0..100).filter(|number| stands(folder, &word(*number))).collect();
    assert_eq!(left, [0; 0], "words that were erased");
    assert!((100..150).all(|number| stands(folder, &word(number))), "words that were not");
    store.close().await;
}
