//! What replicas tell each other.

use std::time::Duration;

use conversation::Speaker;
use sqlx::{Connection as _, Executor as _};

use super::people::did;
use super::{Place, add, on_both, request};
use crate::{Mode, Notice, Notices, Switches};

/// The next notice; one that does not come fails the test.
async fn next(notices: &mut Notices) -> Notice {
    tokio::time::timeout(Duration::from_secs(20), notices.next()).await.expect("no notice came")
}

fn of(id: &str) -> Notice {
    Notice::Conversation { id: id.to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_is_told_in_order() {
    on_both(async |store| {
        let (mut one, mut two) = (store.notices(), store.notices());
        store.create_conversation("c1", "digest", 10).await.unwrap();
        add(&store, "c1", 20, |phase| phase.ask("t1", "t1", "a question").unwrap()).await;
        request(&store, "c1", 30).await;
        let typing = Notice::Typing { conversation: "c1".to_owned(), from: Speaker::Staff(super::person("Ann")) };
        store.notify(typing.clone()).await.unwrap();
        let switches = Switches { mode: Mode::Off, message: String::new(), changed_ms: 40, staff_id: None };
        store.set_switches(&switches, &did(1, "set_switches")).await.unwrap();
        assert!(store.delete_conversation("c1", 50).await.unwrap());
        let queued = [of("c1"), Notice::Queue];
        let erased = [Notice::Erased { id: "c1".to_owned() }, Notice::Queue];
        let expected = [&[of("c1")], &queued[..], &queued, &[typing, Notice::Switches], &erased].concat();
        for notices in [&mut one, &mut two] {
            for expected in &expected {
                assert_eq!(&next(notices).await, expected);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_too_slowly_is_told_so() {
    on_both(async |store| {
        let mut notices = store.notices();
        for _ in 0..5000 {
            store.switchboard.pass_on(Notice::Queue);
        }
        assert_eq!(next(&mut notices).await, Notice::Missed);
        assert_eq!(next(&mut notices).await, Notice::Queue);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_serve_one_conversation() {
    let Some(place) = Place::postgres().await else { return };
    let (here, there) = (place.open().await, place.open().await);
    let mut notices = there.notices();
    here.create_conversation("c1", "digest", 10).await.unwrap();
    add(&here, "c1", 20, |phase| phase.ask("t1", "t1", "a question").unwrap()).await;
    assert_eq!(next(&mut notices).await, of("c1"));
    assert_eq!(there.events("c1", 0).await.unwrap().len(), 1, "what is told of can be read");
    let mut notices = here.notices();
    add(&there, "c1", 30, |phase| phase.stop("t1", conversation::TurnEnding::TakenOver)).await;
    while next(&mut notices).await != of("c1") || here.events("c1", 0).await.unwrap().len() < 2 {}
    here.close().await;
    there.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_told_and_mended() {
    let Some(place) = Place::postgres().await else { return };
    let store = place.open().await;
    let mut notices = store.notices();
    let mut other = sqlx::PgConnection::connect(&place.url).await.unwrap();
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    other.execute(cut).await.unwrap();
    assert_eq!(next(&mut notices).await, Notice::Missed);
    store.create_conversation("c1", "digest", 10).await.unwrap();
    add(&store, "c1", 20, |phase| phase.ask("t1", "t1", "a question").unwrap()).await;
    assert_eq!(next(&mut notices).await, of("c1"));
    other.close().await.unwrap();
    store.close().await;
}
