//! The figures for staff.

use conversation::{CloseOutcome, Reason};

use super::conversations::call_back;
use super::{accept, add, answer, ask, no_answer, on_both, own, person, record, request};
use crate::{Append, Appended, Effect, Figures, MarkKind, NewMark, Store};

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The figures of one day, for what happens in one conversation.
async fn total(store: &Store) -> Figures {
    store.overview(&[0, DAY_MS]).await.unwrap().total
}

/// Whether an answer to a first question counts as resolved after what happens next.
async fn check(name: &str, resolved: bool, next: impl AsyncFn(&Store, &str)) {
    on_both(async |store| {
        store.create_conversation("c1", "digest", 0).await.unwrap();
        let reply = answer("It is free.", Some("waste"), "page", 0.9);
        ask(&store, "c1", HOUR_MS, ("t1", "Is it free?"), reply).await;
        let before = total(&store).await;
        assert_eq!((before.enquiries, before.answered, before.resolved), (1, 1, 1));
        next(&store, "c1").await;
        assert_eq!(total(&store).await.resolved, u64::from(resolved), "{name}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_resolved_without_a_person_is_counted_strictly() {
    let again = |service| answer("It is free.", service, "page", 0.9);
    check("nothing more", true, async |_, _| ()).await;
    check("helped", true, async |store, id| add(store, id, 2, |phase| phase.rate("t1", true, None)).await).await;
    check("did not help", false, async |store, id| add(store, id, 2, |phase| phase.rate("t1", false, None)).await)
        .await;
    check("a person, the same day", false, async |store, id| request(store, id, DAY_MS).await).await;
    check("a person, days later", true, async |store, id| request(store, id, 3 * DAY_MS).await).await;
    check("helped, and then a person", true, async |store, id| {
        add(store, id, 2, |phase| phase.rate("t1", true, None)).await;
        request(store, id, 2 * HOUR_MS).await;
    })
    .await;
    check("a call-back", false, async |store, id| {
        let effects = [Effect::CallBack(call_back("CB-1"))];
        let append = Append { id, expected_version: 2, facts: &[], at_ms: 2 * HOUR_MS, effects: &effects };
        assert_eq!(store.append(&append).await.unwrap(), Appended::Done);
    })
    .await;
    check("marked as wrong", false, async |store, id| {
        add(store, id, 2, |phase| phase.rate("t1", true, None)).await;
        let mark = NewMark {
            conversation_id: id.to_owned(),
            turn: "t1".to_owned(),
            staff_id: "s1".to_owned(),
            at_ms: 5 * DAY_MS,
            kind: MarkKind::Incorrect,
            comment: String::new(),
            case_json: "{}".to_owned(),
        };
        store.add_mark(&mark).await.unwrap();
    })
    .await;
    // Of the two enquiries, the second one counts where it is in the same day; here it is in the next.
    for (name, service, hours, resolved) in [
        ("asked again within a day", Some("waste"), 24, false),
        ("asked again, and nobody knows about what", None, 24, false),
        ("asked again after a day", Some("waste"), 26, true),
        ("asked about something else", Some("parking"), 24, true),
    ] {
        check(name, resolved, async |store, id| {
            ask(store, id, hours * HOUR_MS, ("t2", "Free?"), again(service)).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_no_answer_is_not_resolved_unless_it_helped() {
    on_both(async |store| {
        store.create_conversation("c1", "digest", 0).await.unwrap();
        ask(&store, "c1", 10, ("t1", "Why?"), no_answer(Reason::MissingKnowledge, None)).await;
        assert_eq!(total(&store).await.share_resolved(), Some(0.0));
        add(&store, "c1", 20, |phase| phase.rate("t1", true, None)).await;
        assert_eq!(total(&store).await.share_resolved(), Some(1.0));
        assert_eq!(Figures::default().share_resolved(), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_by_day_and_service() {
    on_both(async |store| {
        for id in ["c1", "c2", "c3"] {
            store.create_conversation(id, "digest", 0).await.unwrap();
        }
        let ann = person("Ann");
        let greeting =
            conversation::NewReply { outcome: conversation::Outcome::Greeting, ..answer("Hello!", None, "", 1.0) };
        ask(&store, "c1", 50, ("t0", "Hello"), greeting).await;
        ask(&store, "c1", 100, ("t1", "Free?"), answer("It is free.", Some("waste"), "page", 0.9)).await;
        ask(&store, "c2", 199, ("t1", "Why?"), no_answer(Reason::LowConfidence, Some("waste"))).await;
        request(&store, "c2", 199).await;
        accept(&store, "c2", 230, &ann).await;
        own(&store, "c2", 240, &ann, |owned| owned.close(CloseOutcome::Resolved)).await;
        ask(&store, "c3", 200, ("t1", "where?"), no_answer(Reason::MissingKnowledge, None)).await;
        ask(&store, "c3", 250, ("t2", "Where ?!"), no_answer(Reason::MissingKnowledge, Some("parks"))).await;
        ask(&store, "c3", 260, ("t3", "My account?"), no_answer(Reason::AccountSpecific, None)).await;
        assert_eq!(record(&store, "c3").await.version(), 6);

        // The second day is longer than the first.
        let overview = store.overview(&[100, 200, 400]).await.unwrap();
        let days: Vec<_> = overview.days.iter().map(|day| (day.from_ms, day.service.as_deref())).collect();
        assert_eq!(days, [(100, Some("waste")), (200, None), (200, Some("parks")), (200, Some("waste"))]);
        let first = &overview.days[0].figures;
        assert_eq!((first.enquiries, first.answered, first.handed_over, first.closed_by_staff), (2, 1, 1, 0));
        assert_eq!((first.waits_ms.as_slice(), first.median_wait_ms(), first.resolved), (&[31][..], Some(31), 1));
        assert_eq!(overview.days[1].figures.enquiries, 2);
        let third = &overview.days[3].figures;
        assert_eq!((third.enquiries, third.closed_by_staff), (0, 1));
        let total = &overview.total;
        assert_eq!((total.enquiries, total.answered, total.handed_over, total.closed_by_staff), (5, 1, 1, 1));
        assert_eq!(total.median_wait_ms(), Some(31));

        let asked: Vec<_> = overview.unanswered.iter().map(|asked| (asked.question.as_str(), asked.times)).collect();
        assert_eq!(asked, [("Where ?!", 2), ("Why?", 1)]);
        assert_eq!(overview.unanswered[0].service.as_deref(), Some("parks"));
        assert_eq!(store.overview(&[]).await.unwrap().days, []);
    })
    .await;
}
