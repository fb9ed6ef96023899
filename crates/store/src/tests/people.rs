//! Staff, their sessions, what they did and set, and call-backs.

use conversation::Phase;

use super::conversations::call_back;
use super::on_both;
use crate::{
    Append, Appended, AuditRow, Effect, Mode, NewCallBack, NewStaff, Role, SessionRow, Store, StoreError, Switches,
};

async fn add_ann(store: &Store) -> String {
    let ann = NewStaff {
        name: " Ann ".to_owned(),
        display_name: "Ann from the council".to_owned(),
        role: Role::Agent,
        password_hash: "hash".to_owned(),
    };
    store.add_staff(&ann).await.unwrap()
}

fn session(token: &str, staff_id: &str, expires_ms: i64) -> SessionRow {
    SessionRow {
        token_digest_hex: token.to_owned(),
        staff_id: staff_id.to_owned(),
        csrf_token: format!("csrf-{token}"),
        created_ms: 100,
        last_seen_ms: 100,
        expires_ms,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_added_found_and_changed() {
    on_both(async |store| {
        let id = add_ann(&store).await;
        let again = store
            .add_staff(&NewStaff {
                name: "ANN".to_owned(),
                display_name: String::new(),
                role: Role::Curator,
                password_hash: String::new(),
            })
            .await;
        assert!(matches!(again, Err(StoreError::Taken { .. })), "{again:?}");

        let ann = store.staff_by_name("aNN").await.unwrap().unwrap();
        assert_eq!(store.staff(&id).await.unwrap().as_ref(), Some(&ann));
        assert_eq!(store.list_staff().await.unwrap(), std::slice::from_ref(&ann));
        assert_eq!((ann.name.as_str(), ann.display_name.as_str()), ("ann", "Ann from the council"));
        assert_eq!((ann.role, ann.active, ann.available), (Role::Agent, true, false));
        assert_eq!((ann.failed_attempts, ann.locked_until_ms, ann.last_seen_ms), (0, 0, None));
        assert_eq!(store.staff("other").await.unwrap(), None);

        store.set_role(&id, Role::Administrator, None).await.unwrap();
        store.set_password(&id, "another", None).await.unwrap();
        let ann = store.staff(&id).await.unwrap().unwrap();
        assert_eq!((ann.role, ann.password_hash.as_str()), (Role::Administrator, "another"));
        let missing = store.set_role("other", Role::Agent, None).await;
        assert!(matches!(missing, Err(StoreError::NotFound { .. })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_failures_lock_a_name() {
    on_both(async |store| {
        let id = add_ann(&store).await;
        // One more failure after a lock is no reason for the next.
        for (attempt, locked_until_ms) in [(1, 0), (2, 0), (3, 300), (4, 300), (5, 300), (6, 600)] {
            assert_eq!(store.note_failed_sign_in(&id, 3, attempt * 100).await.unwrap(), attempt);
            assert_eq!(store.staff(&id).await.unwrap().unwrap().locked_until_ms, locked_until_ms, "{attempt}");
        }
        store.note_sign_in(&id, 600).await.unwrap();
        let ann = store.staff(&id).await.unwrap().unwrap();
        assert_eq!((ann.failed_attempts, ann.locked_until_ms, ann.last_seen_ms), (0, 0, Some(600)));
        assert!(matches!(store.note_failed_sign_in("other", 3, 500).await, Err(StoreError::NotFound { .. })));
        assert!(matches!(store.note_sign_in("other", 1).await, Err(StoreError::NotFound { .. })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_available_is_known_while_they_are_seen() {
    on_both(async |store| {
        let id = add_ann(&store).await;
        let available = async |seen_after_ms| store.available_staff(seen_after_ms).await.unwrap().len();
        assert_eq!(available(0).await, 0);
        store.set_available(&id, true, 100).await.unwrap();
        store.set_available(&id, true, 200).await.unwrap();
        let ann = store.staff(&id).await.unwrap().unwrap();
        assert_eq!((ann.available_since_ms, ann.last_seen_ms), (Some(100), Some(200)));
        assert_eq!((available(199).await, available(200).await), (1, 0));
        store.add_session(&session("s1", &id, 900)).await.unwrap();
        store.touch_session("s1", 300).await.unwrap();
        assert_eq!(available(299).await, 1);
        store.set_active(&id, false, None).await.unwrap();
        assert_eq!(available(0).await, 0);
        store.set_active(&id, true, None).await.unwrap();
        assert_eq!(available(0).await, 0, "who comes back says so anew");
        store.set_available(&id, true, 400).await.unwrap();
        store.set_available(&id, false, 500).await.unwrap();
        assert_eq!(available(0).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_begin_and_end() {
    on_both(async |store| {
        let id = add_ann(&store).await;
        let live = async |token: &str, now_ms| store.session(token, now_ms).await.unwrap();
        store.add_session(&session("s1", &id, 150)).await.unwrap();
        assert_eq!(live("s1", 149).await, Some(session("s1", &id, 150)));
        assert_eq!(live("s1", 150).await, None, "expired");
        assert!(store.is_signed_in(&id, 149).await.unwrap() && !store.is_signed_in(&id, 150).await.unwrap());
        store.touch_session("s1", 120).await.unwrap();
        assert_eq!(live("s1", 149).await.unwrap().last_seen_ms, 120);

        let later = SessionRow { created_ms: 200, ..session("s2", &id, 900) };
        store.add_session(&later).await.unwrap();
        assert_eq!(live("s1", 0).await, None, "forgotten when the next one began");
        store.end_session("s2").await.unwrap();
        assert_eq!(live("s2", 0).await, None);

        for end in ["by name", "by password", "by being barred"] {
            store.add_session(&session("s3", &id, 900)).await.unwrap();
            match end {
                "by name" => store.end_sessions_of(&id).await.unwrap(),
                "by password" => store.set_password(&id, "new", None).await.unwrap(),
                _ => store.set_active(&id, false, None).await.unwrap(),
            }
            assert_eq!(live("s3", 0).await, None, "{end}");
        }
    })
    .await;
}

pub(crate) fn did(at_ms: i64, action: &str) -> AuditRow {
    AuditRow {
        at_ms,
        staff_id: None,
        staff_name: "command line".to_owned(),
        action: action.to_owned(),
        subject: "ann".to_owned(),
        detail: "agent".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_did_is_written_down() {
    on_both(async |store| {
        for (at_ms, action) in [(1, "first"), (3, "third"), (2, "second")] {
            store.note(&did(at_ms, action)).await.unwrap();
        }
        assert_eq!(store.audit(2, 0).await.unwrap(), [did(3, "third"), did(2, "second")]);
        assert_eq!(store.audit(2, 2).await.unwrap(), [did(1, "first")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_to_an_account_is_written_down_with_it_or_not_at_all() {
    on_both(async |store| {
        let id = add_ann(&store).await;
        store.set_role(&id, Role::Curator, Some(&did(1, "set_role"))).await.unwrap();
        store.set_active(&id, false, Some(&did(2, "deactivated"))).await.unwrap();
        let ann = store.staff(&id).await.unwrap().unwrap();
        assert_eq!((ann.role, ann.active), (Role::Curator, false));
        let nobody = store.set_role("nobody", Role::Curator, Some(&did(3, "set_role"))).await;
        assert!(matches!(nobody, Err(StoreError::NotFound { .. })), "{nobody:?}");
        assert_eq!(store.audit(9, 0).await.unwrap(), [did(2, "deactivated"), did(1, "set_role")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn switches_are_set() {
    on_both(async |store| {
        let before = store.switches().await.unwrap();
        assert_eq!((before.mode, before.message.as_str(), before.staff_id), (Mode::On, "", None));
        let switches = Switches {
            mode: Mode::QuotesOnly,
            message: "We are short of people today.".to_owned(),
            changed_ms: 700,
            staff_id: Some("s1".to_owned()),
        };
        store.set_switches(&switches, &did(700, "set_switches")).await.unwrap();
        assert_eq!(store.switches().await.unwrap(), switches);
        assert_eq!(store.audit(9, 0).await.unwrap(), [did(700, "set_switches")]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn call_backs_are_listed_and_done_once() {
    on_both(async |store| {
        store.create_conversation("c1", "digest", 10).await.unwrap();
        let other = NewCallBack { due_ms: 100, service: None, phone: None, ..call_back("CB-2") };
        let effects = [Effect::CallBack(call_back("CB-1")), Effect::CallBack(other.clone())];
        let fact = [Phase::start().ask("t1", "t1", "a question").unwrap()];
        let append = Append { id: "c1", expected_version: 0, facts: &fact, at_ms: 50, effects: &effects };
        assert_eq!(store.append(&append).await.unwrap(), Appended::Done);
        let references = async |open_only, service| {
            let rows = store.call_backs(open_only, service).await.unwrap();
            rows.into_iter().map(|row| row.details.reference).collect::<Vec<_>>()
        };
        assert_eq!(references(true, None).await, ["CB-2", "CB-1"], "what is due first");
        assert_eq!(references(true, Some("waste")).await, ["CB-1"]);
        let row = store.call_back("CB-2").await.unwrap().unwrap();
        assert_eq!((&row.details, row.conversation_id.as_deref(), row.created_ms), (&other, Some("c1"), 50));
        assert_eq!(store.call_back("CB-3").await.unwrap(), None);
        assert!(store.call_back_of("c1").await.unwrap().is_some());
        assert_eq!(store.call_back_of("c2").await.unwrap(), None);

        let corrected = NewCallBack { email: Some("ada@example.org".to_owned()), preferred_time: None, ..other };
        let effects = [Effect::CallBackCorrected(corrected.clone())];
        let append = Append { id: "c1", expected_version: 1, facts: &[], at_ms: 60, effects: &effects };
        assert_eq!(store.append(&append).await.unwrap(), Appended::Done);
        let row = store.call_back("CB-2").await.unwrap().unwrap();
        assert_eq!((row.details, row.created_ms), (corrected, 50));

        assert!(store.close_call_back("CB-2", "s1", "reached", 70).await.unwrap());
        assert!(!store.close_call_back("CB-2", "s2", "reached too", 80).await.unwrap());
        assert!(!store.close_call_back("CB-3", "s2", "reached", 80).await.unwrap());
        let row = store.call_back("CB-2").await.unwrap().unwrap();
        assert_eq!((row.closed_ms, row.closed_by.as_deref()), (Some(70), Some("s1")));
        assert_eq!(row.result.as_deref(), Some("reached"));
        assert_eq!(references(true, None).await, ["CB-1"]);
        assert_eq!(references(false, None).await, ["CB-1", "CB-2"]);
    })
    .await;
}
