//! Replies as they are looked for, and marks on them.

use conversation::{Outcome, Reason};

use super::{add, answer, ask, no_answer, on_both};
use crate::{Found, MarkKind, NewMark, Search, Store, StoreError};

async fn three_replies(store: &Store) {
    for id in ["c1", "c2"] {
        store.create_conversation(id, "digest", 10).await.unwrap();
    }
    let text = "It costs £40, which is 100% of the fee.";
    ask(store, "c1", 100, ("t1", "What is the GARDEN fee?"), answer(text, Some("waste"), "garden", 0.9)).await;
    ask(store, "c1", 200, ("t2", "And for my_bin?"), answer("Nothing, Élise!", Some("waste"), "bins", 0.6)).await;
    ask(store, "c2", 300, ("t1", "Can I park here?"), no_answer(Reason::MissingKnowledge, Some("parking"))).await;
    add(store, "c1", 400, |phase| phase.rate("t1", true, None)).await;
    add(store, "c1", 400, |phase| phase.rate("t2", true, None)).await;
    add(store, "c1", 500, |phase| phase.rate("t2", false, Some("No!".to_owned()))).await;
}

fn turns(found: &[Found]) -> Vec<(&str, &str)> {
    found.iter().map(|found| (found.conversation_id.as_str(), found.turn.as_str())).collect()
}

fn mark(turn: &str) -> NewMark {
    NewMark {
        conversation_id: "c1".to_owned(),
        turn: turn.to_owned(),
        staff_id: "s1".to_owned(),
        at_ms: 700,
        kind: MarkKind::Outdated,
        comment: "since April".to_owned(),
        case_json: "{}".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_are_found_by_what_they_are() {
    on_both(async |store| {
        three_replies(&store).await;
        let open = || Search { limit: 10, ..Search::default() };
        let (all, parked) = ([("c2", "t1"), ("c1", "t2"), ("c1", "t1")], [("c2", "t1")]);
        let (garden, bins) = ([("c1", "t1")], [("c1", "t2")]);
        let check = async |search: Search, expected: &[(&str, &str)]| {
            let (found, total) = store.search(&search).await.unwrap();
            assert_eq!(turns(&found), expected, "{search:?}");
            assert_eq!(total, expected.len() as i64, "{search:?}");
        };
        let text = |text: &str| Search { text: Some(text.to_owned()), ..open() };
        check(open(), &all).await;
        check(text("garden FEE"), &garden).await;
        check(text("élise"), &bins).await;
        check(text("ÉLISE"), &bins).await;
        check(text("100%"), &garden).await;
        check(text("%"), &garden).await;
        check(text("_"), &bins).await;
        check(text("my_bin"), &bins).await;
        check(text("myxbin"), &[]).await;
        check(text("!"), &bins).await;
        check(text("\\"), &[]).await;
        check(text("' OR 1 = 1"), &[]).await;
        check(text(" "), &all).await;
        check(text(&"long ".repeat(50_000)), &[]).await;
        check(Search { outcome: Some(Outcome::Handoff), ..open() }, &parked).await;
        check(Search { outcome: Some(Outcome::Decline), ..open() }, &[]).await;
        check(Search { page_id: Some("garden".to_owned()), ..open() }, &garden).await;
        check(Search { page_id: Some("another".to_owned()), ..open() }, &[]).await;
        check(Search { confidence_below: Some(0.9), ..open() }, &bins).await;
        check(Search { from_ms: Some(200), ..open() }, &all[..2]).await;
        check(Search { to_ms: Some(200), ..open() }, &garden).await;
        check(Search { helpful: Some(true), ..open() }, &garden).await;
        check(Search { helpful: Some(false), ..open() }, &bins).await;
        check(Search { outcome: Some(Outcome::Answer), ..text("garden") }, &garden).await;

        let (found, total) = store.search(&Search { limit: 1, offset: 1, ..open() }).await.unwrap();
        assert_eq!((turns(&found), total), (bins.to_vec(), 3));
        let Found { n, at_ms, question, text, outcome, reason, confidence, service, page_id, helpful, comment, .. } =
            found[0].clone();
        assert_eq!((n, at_ms, question.as_str(), text.as_str()), (4, 200, "And for my_bin?", "Nothing, Élise!"));
        assert_eq!((outcome, reason, confidence), (Outcome::Answer, None, Some(0.6)));
        assert_eq!((service.as_deref(), page_id.as_deref()), (Some("waste"), Some("bins")));
        assert_eq!((helpful, comment.as_deref()), (Some(false), Some("No!")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_are_marked() {
    on_both(async |store| {
        three_replies(&store).await;
        let none = store.add_mark(&mark("t9")).await;
        assert!(matches!(none, Err(StoreError::NotFound { what: "reply" })));
        let id = store.add_mark(&mark("t2")).await.unwrap();
        let kept = store.marks_of("c1").await.unwrap();
        assert_eq!((kept.len(), &kept[0].id, &kept[0].mark), (1, &id, &mark("t2")));
        assert_eq!(store.marks(10, 0).await.unwrap(), kept);
        assert_eq!(store.marks(10, 1).await.unwrap(), []);
        let (found, _) = store.search(&Search { limit: 10, ..Search::default() }).await.unwrap();
        assert_eq!(found.iter().map(|found| found.marks).collect::<Vec<_>>(), [0, 1, 0]);
    })
    .await;
}
