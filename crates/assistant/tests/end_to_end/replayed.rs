//! Replies made again from their records.

use std::time::Instant;

use assistant::{Compose, Path, QuoteOnlyReason, Record};
use conversation::SentenceKind;

use super::{MONDAY, PAGES, ask, assistant, assistant_over, enquiry, recorded_and_replayed};

#[test]
fn a_recorded_reply_is_made_again_to_the_byte() {
    let assistant = assistant(Compose::Generate);
    let out_of_time = Some(Instant::now());
    let ways = [
        (Path::Full, None, "full; reranked; draft"),
        (Path::Full, out_of_time, "full; rerank cut short; draft left out"),
        (Path::QuoteOnly(QuoteOnlyReason::Overload), None, "quote only: Overload"),
    ];
    for question in ["How much does a garden waste subscription cost?", "my house is on fire", "what is my balance?"] {
        for (path, deadline, expected) in ways {
            let question = enquiry(question);
            let reply = assistant.reply(&question, path, deadline, &mut |_| (), &|| true);
            let taken = &reply.trace().path;
            assert!(taken.starts_with(expected) || taken.starts_with("triage"), "{taken}");
            let (_, again) = recorded_and_replayed(&assistant, &question, &reply);
            assert_eq!(again.differences, [], "{question:?} by {taken}");
        }
    }
    let overload = assistant.handoff_overload();
    assert_eq!(recorded_and_replayed(&assistant, &enquiry("And?"), &overload).1.differences, []);
}

#[test]
fn a_replay_cuts_the_draft_where_it_was_cut() {
    let assistant = assistant(Compose::Generate);
    let question = enquiry("How much does a garden waste subscription cost?");
    let (whole, _) = ask(&assistant, &question, Path::Full);
    let text = Record::new(&question, &whole).unwrap().to_json().unwrap();
    let path = &whole.trace().path;
    let cut = text.replace(path, "full; reranked; draft cut short after 2 tokens; draft 0 checked, 0 refused");
    assert_ne!(cut, text);
    let again = assistant.replay(&Record::parse(&cut).unwrap()).unwrap();
    assert_eq!(again.reply.trace().path, "full; reranked; draft cut short after 2 tokens; draft 0 checked, 0 refused");
    assert!(again.reply.sentences().iter().all(|sentence| sentence.kind() == SentenceKind::Quoted));
    assert_eq!(recorded_and_replayed(&assistant, &question, &again.reply).1.differences, []);
}

#[test]
fn a_replay_names_what_has_changed_since() {
    let question = enquiry("How much does a garden waste subscription cost?");
    let (reply, _) = ask(&assistant(Compose::Quote), &question, Path::Full);
    let mut pages = PAGES;
    pages[1].1 = "# Garden waste\n\nA garden waste subscription costs £60 a year for one brown bin.\n";
    let now = assistant_over(&pages, Compose::Quote, MONDAY);
    let (record, again) = recorded_and_replayed(&now, &question, &reply);
    let causes: Vec<&str> = again.differences.iter().filter(|d| d.is_cause).map(|d| d.name.as_str()).collect();
    assert_eq!(causes, ["index"]);
    assert_eq!(again.differences[0].recorded.as_deref(), Some(reply.trace().index.as_str()));
    assert_eq!(again.differences[0].replayed.as_deref(), Some(now.index().digest()));
    assert!(record.told().text.contains("£52") && again.reply.text().contains("£60"));
    assert!(again.differences.iter().any(|difference| difference.name == "text"));
}

#[test]
fn a_replay_is_at_the_time_of_the_record() {
    let question = enquiry("let me talk to someone");
    let (open, _) = ask(&assistant(Compose::Quote), &question, Path::Full);
    assert!(open.text().contains("open now"), "{}", open.text());
    let on_sunday = assistant_over(&PAGES, Compose::Quote, "2026-11-22T10:00:00Z");
    assert!(ask(&on_sunday, &question, Path::Full).0.text().contains("closed now"));
    assert_eq!(recorded_and_replayed(&on_sunday, &question, &open).1.differences, []);
}
