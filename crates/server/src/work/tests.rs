//! What becomes of those who follow another's question, where the queue is full.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::ServerConfig;
use crate::conversations::{Begun, Listening};
use crate::tests::app::{Opened, Stream, TestApp, config, eventually};

async fn conversation(app: &TestApp, opened: &Opened) -> Arc<Conversation> {
    app.service.conversations().find(opened.id.parse().unwrap()).await.unwrap().unwrap()
}

/// A turn that is kept, its job, and who listens to it.
async fn job(app: &TestApp, question: &str) -> (Job, Listening) {
    let conversation = conversation(app, &app.open().await).await;
    let listening = conversation.listen().unwrap();
    let Begun::New { turn, .. } = conversation.begin_turn("one", question, None, false).await.unwrap() else {
        panic!("it is new")
    };
    let enquiry = Enquiry { question: question.to_owned(), history: Vec::new() };
    let answerer = app.service.work().answerer();
    let sameness = answerer.sameness(&enquiry, answerer.now());
    (Job { sameness, ..Job::new(conversation, turn, enquiry) }, listening)
}

/// Asks in a new conversation and does not wait.
async fn ask(app: &TestApp, question: &str) -> (Opened, Stream) {
    let opened = app.open().await;
    let stream = Stream::of(app.turn(&opened, "one", question).await);
    (opened, stream)
}

/// A service whose model is busy and in whose queue one more can wait.
async fn busy(listener_grace: Duration) -> (TestApp, Stream) {
    let app = TestApp::with(&ServerConfig { queue_length: 1, ..config() }, listener_grace).await;
    let (_, held) = ask(&app, "hold on").await;
    eventually(|| app.script.asked().len() == 1).await;
    (app, held)
}

#[tokio::test]
async fn who_follows_a_turn_that_makes_room_is_not_forgotten() {
    let grace = Duration::from_millis(50);
    let (app, _held) = busy(grace).await;
    let ((leader, _), (follower, _)) = (ask(&app, "left again").await, ask(&app, "left again").await);
    tokio::time::sleep(grace * 2).await;
    // Nobody listens to the two any more, and now another needs their place.
    let ((ended, _), (stays, _listening)) = (job(&app, "hold again").await, job(&app, "hold again").await);
    let work = app.service.work();
    let Standing::First(ended) = work.kept.join(ended) else { panic!("it is the first") };
    assert!(matches!(work.kept.join(stays), Standing::Follows));
    work.abandon(&ended).await;
    for opened in [&leader, &follower] {
        assert!(conversation(&app, opened).await.record().running().is_none());
    }
    app.script.release();
}

#[tokio::test]
async fn who_follows_a_turn_that_finds_no_place_is_told_so_as_well() {
    let (app, _held) = busy(Duration::from_secs(30)).await;
    let (_, _waiting) = ask(&app, "hold on").await;
    let ((ended, _), (stays, _one)) = (job(&app, "hold again").await, job(&app, "hold again").await);
    let (joined, _two) = job(&app, "hold again").await;
    let conversations = [&stays, &joined].map(|job| Arc::clone(&job.conversation));
    let work = app.service.work();
    let Standing::First(ended) = work.kept.join(ended) else { panic!("it is the first") };
    lock(&stays.followers).push(joined);
    assert!(matches!(work.kept.join(stays), Standing::Follows));
    work.abandon(&ended).await;
    for conversation in conversations {
        let history = conversation.record().history();
        assert_eq!(history.last().unwrap().text, "Please call us.");
    }
    app.script.release();
}
