//! What the verifier says of a quote, and what comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use assistant::{Assistant, Checker, Compose, Event, Filled, Judge, Path, QuoteOnlyReason, Refusal, VerifiedQuote};
use conversation::{Outcome, Reason, SentenceKind};
use inference::{Precision, Verifier};
use retrieval::{PassageEntailment, PassageVerifier, QuestionStates, ToVerify};

use super::{
    MONDAY, PAGES, ask, assistant, assistant_with, check_grounded, enquiry, gguf_file, judge, model_file,
    recorded_and_replayed,
};

/// A verifier that knows nothing: its head is made of zeros, and gives even odds to every answer, behind two blocks of the
/// model and with so many tokens of context.
fn verifier(context_tokens: usize) -> PassageVerifier {
    verifier_of(&[0.0], 0.0, context_tokens)
}

/// A verifier whose head has such numbers, again and again.
fn verifier_of(head: &[f32], bias: f32, context_tokens: usize) -> PassageVerifier {
    PassageVerifier::new(model_of(head, bias, context_tokens), 64 << 20, None)
}

fn model_of(head: &[f32], bias: f32, context_tokens: usize) -> Verifier {
    let tensors = [
        ("heads.weight", head.iter().copied().cycle().take(576).collect(), "[1,576]"),
        ("heads.bias", vec![bias], "[1]"),
        ("blocks", vec![2.0], "[1]"),
    ];
    let (mut header, mut data) = (Vec::new(), Vec::new());
    for (name, values, shape) in tensors {
        let start = data.len();
        data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        header.push(format!(
            "\"{name}\":{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":[{start},{}]}}",
            data.len()
        ));
    }
    let header = format!("{{{}}}", header.join(","));
    let head = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat();
    Verifier::load(&model_file(), &head, Precision::Quantised, context_tokens).unwrap()
}

/// An assistant with a verifier, whose judge of what is verified is never sure enough, whatever the other one says.
fn verified(context_tokens: usize) -> Assistant {
    let never = Judge { curve: Vec::new(), ..judge() };
    assistant_with(&PAGES, Compose::Quote, MONDAY, |parts| {
        parts.verifier = Some(verifier(context_tokens));
        parts.judges.verified = never;
    })
}

#[test]
fn a_verified_candidate_has_a_judge_of_its_own() {
    let assistant = verified(1024);
    let question = enquiry("How much does a garden waste subscription cost?");
    let (reply, events) = ask(&assistant, &question, Path::Full);
    assert_eq!(
        reply.trace().path,
        "full; reranked; verified; verified",
        "where the odds are even, other quotes are asked about"
    );
    assert_eq!(reply.trace().signals["verified"].to_bits(), 0.0_f64.to_bits());
    assert_eq!((reply.outcome(), reply.reason()), (Outcome::Handoff, Some(Reason::LowConfidence)));
    assert!(!events.iter().any(|event| matches!(event, Event::Sentence { .. })), "a withheld answer was shown");
    assert_eq!(recorded_and_replayed(&assistant, &question, &reply).1.differences, []);
    // Without the model, nobody is asked.
    let (quoted, _) = ask(&assistant, &question, Path::QuoteOnly(QuoteOnlyReason::Overload));
    assert_eq!((quoted.outcome(), quoted.trace().signals.get("verified")), (Outcome::Answer, None));
}

/// As a reader of tea leaves would: odds that differ from quote to quote.
fn any_odds() -> PassageVerifier {
    verifier_of(&[5.0, -2.5, 7.5, -10.0, 1.25], -83.0, 1024)
}

#[test]
fn replies_are_verified_together_and_one_after_another_as_each_alone() {
    let (assistant, verifier) = (assistant(Compose::Quote), any_odds());
    let earlier = ["Resident: I have a garden.".to_owned()];
    let replies =
        ["Yes.", "A subscription costs £52 a year.", "A subscription costs £52 a year. You need a bin.", "No.", ""];
    let question = "And what does it cost?";
    let what = |reply| ToVerify { earlier: &earlier, question, reply };
    let all: Vec<(usize, ToVerify<'_>)> = [0, 1, 0, 1, 0].into_iter().zip(replies.map(what)).collect();
    let verify = |replies: &[(usize, ToVerify<'_>)], read: &mut QuestionStates| {
        let odds = verifier.verify(assistant.index(), replies, read, &|| true).unwrap().unwrap();
        odds.into_iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    let alone: Vec<u32> =
        all.iter().flat_map(|one| verify(std::slice::from_ref(one), &mut QuestionStates::default())).collect();
    assert_eq!(verify(&all, &mut QuestionStates::default()), alone);
    assert_eq!(BTreeSet::from_iter(&alone).len(), replies.len(), "the odds say nothing");
    let twice = [all[0], all[0]];
    assert_eq!(verify(&twice, &mut QuestionStates::default()), [alone[0], alone[0]], "what is asked twice");

    // Behind what was read for one, another, several, one of another passage, and none.
    let mut read = QuestionStates::default();
    for (range, why) in [(0..1, "first"), (2..3, "one more"), (0..4, "all"), (1..2, "again"), (4..5, "nothing")] {
        assert_eq!(verify(&all[range.clone()], &mut read), alone[range], "{why}");
    }
    // Another question, and one that goes on as this one does, are read for themselves.
    for question in ["And what does it cost", "And what does it cost? And who pays?", "Who pays?"] {
        let other = [(0, ToVerify { question, ..all[1].1 })];
        assert_eq!(verify(&other, &mut read), verify(&other, &mut QuestionStates::default()), "{question}");
        let other = [(0, ToVerify { earlier: &[], question, ..all[1].1 })];
        assert_eq!(verify(&other, &mut read), verify(&other, &mut QuestionStates::default()), "{question}");
    }
}

#[test]
fn a_quote_that_is_much_better_takes_the_place_of_the_first() {
    let assistant = assistant_with(&PAGES, Compose::Quote, MONDAY, |parts| parts.verifier = Some(any_odds()));
    let (mut kept, mut replaced, mut not_doubted) = (0, 0, 0);
    for question in [
        "How much does a garden waste subscription cost?",
        "Can I cancel a bulky waste collection?",
        "When does Riverside Library open?",
        "Do I need planning permission for a garden shed?",
        "What does it cost to have a sofa taken away?",
        "Can I put soil in the brown bin?",
        "How long until my brown bin arrives?",
        "Is it free to join the library?",
    ] {
        let question = enquiry(question);
        let (reply, events) = ask(&assistant, &question, Path::Full);
        let trace = reply.trace();
        let opens = |reply: &&VerifiedQuote| reply.text.starts_with("Yes. ") || reply.text.starts_with("No. ");
        let verified: Vec<&VerifiedQuote> = trace.verified.iter().filter(|reply| !opens(reply)).collect();
        let (first, others) = verified.split_first().unwrap();
        let best = others.iter().max_by(|a, b| a.odds.total_cmp(&b.odds));
        let wanted = *best.filter(|best| best.odds >= first.odds + 4.0).unwrap_or(first);
        let counted = match (wanted == *first, others.is_empty()) {
            (_, true) => &mut not_doubted,
            (true, false) => &mut kept,
            (false, false) => &mut replaced,
        };
        *counted += 1;
        assert!(others.is_empty() || (-4.0..3.0).contains(&first.odds), "{:?}", trace.verified);
        assert_eq!(trace.candidate.as_ref().unwrap().text.replace('\n', " "), wanted.text);
        assert_eq!(trace.signals["verified"].to_bits(), wanted.odds.to_bits());
        check_grounded(&reply, &events);
        assert_eq!(recorded_and_replayed(&assistant, &question, &reply).1.differences, []);
    }
    assert!(kept > 0 && replaced > 0 && not_doubted > 0, "{kept} kept, {replaced} replaced, {not_doubted} not doubted");
}

#[test]
fn an_answer_opens_with_yes_or_no_where_the_verifier_is_much_surer_of_one() {
    let assistant = assistant_with(&PAGES, Compose::Quote, MONDAY, |parts| {
        parts.verifier = Some(any_odds());
        parts.judges.verified = Judge { bias: 5.0, weights: BTreeMap::new(), ..judge() };
    });
    let (mut opened, mut open) = (0, 0);
    for question in [
        "Can I put soil in the brown bin?",
        "Is it free to join the library?",
        "Can I cancel a bulky waste collection?",
        "Will you collect a sofa?",
        "Can I share a garden waste bin?",
        "Does Riverside Library open on a Saturday?",
    ] {
        let question = enquiry(question);
        let (reply, events) = ask(&assistant, &question, Path::Full);
        let [.., yes, no] = &reply.trace().verified[..] else { panic!("{:?}", reply.trace().verified) };
        let answer = reply.trace().candidate.as_ref().unwrap().text.replace('\n', " ");
        assert_eq!((&yes.text, &no.text), (&format!("Yes. {answer}"), &format!("No. {answer}")));
        let first = &reply.sentences()[0];
        let opening = (first.kind() == SentenceKind::Fixed).then(|| first.text());
        let wanted = match yes.odds - no.odds {
            1.0.. if !answer.starts_with("You cannot ") => Some("Yes."),
            ahead if ahead <= -1.0 && !answer.starts_with("You can ") => Some("No."),
            _ => None,
        };
        assert_eq!(opening, wanted, "{:?}", reply.trace().verified);
        *(if wanted.is_some() { &mut opened } else { &mut open }) += 1;
        check_grounded(&reply, &events);
        assert_eq!(recorded_and_replayed(&assistant, &question, &reply).1.differences, []);
    }
    assert!(opened > 0 && open > 0, "{opened} opened, {open} not");
    let (other, _) = ask(&assistant, &enquiry("How much does a garden waste subscription cost?"), Path::Full);
    assert!(!other.trace().verified.iter().any(|reply| reply.text.starts_with("Yes.")), "{:?}", other.trace().verified);
}

#[test]
fn the_verifier_is_asked_where_it_can_matter() {
    let question = enquiry("How much does a garden waste subscription cost?");
    let asked = |bias: f64, path: Path| {
        let assistant = assistant_with(&PAGES, Compose::Quote, MONDAY, |parts| {
            parts.verifier = Some(verifier(1024));
            parts.judges.full = Judge { bias, weights: BTreeMap::new(), ..judge() };
        });
        let (reply, events) = ask(&assistant, &question, path);
        check_grounded(&reply, &events);
        assert_eq!(recorded_and_replayed(&assistant, &question, &reply).1.differences, []);
        reply.trace().verified.len()
    };
    // Odds of a confidence of .05, .5 and .9 without the verifier.
    let (hopeless, open, likely) = (-3.0, 0.0, 2.2);
    assert_eq!(asked(hopeless, Path::Full), 0);
    assert!(asked(open, Path::Full) > 1, "the others as well");
    assert_eq!(asked(open, Path::Hurried), 0);
    assert_eq!(asked(likely, Path::Hurried), 1, "the first alone");
    assert_eq!(asked(likely, Path::Unverified), 0);
}

#[test]
fn each_part_of_a_question_is_verified_by_itself() {
    let sure = Judge { bias: 5.0, weights: BTreeMap::new(), ..judge() };
    let assistant = assistant_with(&PAGES, Compose::Quote, MONDAY, |parts| {
        parts.verifier = Some(verifier(1024));
        parts.judges.verified = sure;
    });
    let question = enquiry("How much does each extra brown bin cost and when does Riverside Library open?");
    let (reply, events) = ask(&assistant, &question, Path::Full);
    let said = &reply.trace().candidate.as_ref().unwrap().text;
    assert!(said.contains("£40") && said.contains("9am"), "{said}");
    let asked_about = |text: &str| reply.trace().verified.iter().any(|quote| quote.text.contains(text));
    assert!(asked_about("£40") && asked_about("9am"), "{:?}", reply.trace().verified);
    let both = |text: &str| text.contains("£40") && text.contains("9am");
    assert!(!reply.trace().verified.iter().any(|quote| both(&quote.text)), "each by its own passage");
    check_grounded(&reply, &events);
    assert_eq!(recorded_and_replayed(&assistant, &question, &reply).1.differences, []);
}

#[test]
fn what_cannot_be_verified_is_judged_as_what_was_not() {
    let question = enquiry("How much does a garden waste subscription cost?");
    let out_of_time = Some(Instant::now());
    // A passage of this length leaves no room for the question.
    for (context_tokens, deadline) in [(60, None), (1024, out_of_time)] {
        let assistant = verified(context_tokens);
        let reply = assistant.reply(&question, Path::Full, deadline, &mut |_| (), &|| true);
        assert!(reply.trace().path.ends_with("; verification cut short"), "{}", reply.trace().path);
        assert_eq!(reply.outcome(), Outcome::Answer, "{reply:?}");
        assert!(!reply.may_be_given_again(), "there may be time when it is asked again");
        assert_eq!(recorded_and_replayed(&assistant, &question, &reply).1.differences, []);
    }
}

/// Replies are kept for whoever asks the same, and nobody's words with them.
#[test]
fn a_reply_does_not_hold_the_question() {
    let question = "How much does a garden waste subscription cost?";
    let reply = verified(1024).reply(&enquiry(question), Path::Full, None, &mut |_| (), &|| true);
    assert!(!reply.trace().verified.is_empty());
    let written = serde_json::to_string(&reply).unwrap();
    assert!(!written.contains(question), "{written}");
}

#[test]
fn states_of_the_verifier_are_filled_as_well() {
    let with_verifier = verified(1024);
    let before = with_verifier.passage_states().of;
    assert_eq!(before, assistant(Compose::Quote).passage_states().of + with_verifier.index().len());
    while with_verifier.fill_next_state(&|| true) == Filled::Step {}
    assert_eq!(with_verifier.passage_states().kept, before);
}

#[test]
fn other_words_than_the_pages_have_to_be_found_there_as_well() {
    let assistant = assistant(Compose::Quote);
    let page = assistant.knowledge().page("garden-waste").unwrap();
    let passage = &page.passages[0];
    let own = "A garden waste subscription costs £52 a year for one brown bin.";
    let reworded = "For one brown bin, a garden waste subscription costs 52 pounds a year.";
    let wrong = "A garden waste subscription costs £62 a year.";
    let check = |bias: f32, context_tokens: usize, sentence: &str| {
        let entailment = PassageEntailment::new(model_of(&[0.0], bias, context_tokens), 64 << 20);
        // Asked again, it goes on from the state that is kept.
        let checks = [(); 2].map(|()| Checker::new(Some(&entailment)).check(sentence, page, passage).map(|_| ()));
        assert_eq!(checks[0], checks[1]);
        checks[0].clone()
    };
    assert_eq!((check(9.0, 1024, own), check(-9.0, 1024, own)), (Ok(()), Ok(())), "the page's own words");
    assert_eq!((check(9.0, 1024, reworded), check(-9.0, 1024, reworded)), (Ok(()), Err(Refusal::NotSaid(Some(-9.0)))));
    assert_eq!(check(9.0, 20, reworded), Err(Refusal::NotSaid(None)), "what cannot be asked about is not said");
    assert!(matches!(check(9.0, 1024, wrong), Err(Refusal::UnknownFact(_))), "the rules hold whatever it says");
}

#[test]
fn a_draft_that_the_page_does_not_say_leaves_the_quote() {
    let written = |bias: f32| {
        let assistant = assistant_with(&PAGES, Compose::Generate, MONDAY, |parts| {
            parts.entailment = Some(PassageEntailment::new(model_of(&[0.0], bias, 1024), 64 << 20));
        });
        let question = enquiry("What does a bulky waste collection cost?");
        let (reply, events) = ask(&assistant, &question, Path::Full);
        assert_eq!(reply.outcome(), Outcome::Answer, "{reply:?}");
        check_grounded(&reply, &events);
        assert_eq!(recorded_and_replayed(&assistant, &question, &reply).1.differences, []);
        (reply.sentences()[0].kind(), reply.trace().written.clone())
    };
    let (kind, with) = written(9.0);
    assert!(kind == SentenceKind::Generated && with[0].refused.is_none(), "{with:?}");
    let (kind, without) = written(-9.0);
    assert!(kind == SentenceKind::Quoted && without[0].refused == Some("not said"), "{without:?}");
}

#[test]
fn the_shipped_adapter_tells_what_a_page_says_from_what_it_does_not() {
    let adapter = include_bytes!("../../../../models/entailment.safetensors");
    let model = Verifier::load(&gguf_file("qwen2.5-coder-1.5b-instruct"), adapter, Precision::Quantised, 1024).unwrap();
    let entailment = PassageEntailment::new(model, 64 << 20);
    let assistant = assistant(Compose::Quote);
    let says = |page: &str, statement: &str| {
        let page = assistant.knowledge().page(page).unwrap();
        entailment.odds(page, &page.passages[0], statement).unwrap().unwrap() >= 1.0
    };
    let statements = [
        (true, "garden-waste", "For every additional brown bin you pay £40 a year."),
        (true, "garden-waste", "Soil and stones are not allowed in the brown bin."),
        (true, "bulky-waste", "We collect up to three bulky items for £38."),
        (true, "libraries", "It costs nothing to join the library."),
        (false, "garden-waste", "For every additional brown bin you pay £52 a year."),
        (false, "garden-waste", "Soil and stones are allowed in the brown bin."),
        (false, "bulky-waste", "We collect at least three bulky items for £38."),
        (false, "bulky-waste", "You can cancel until noon on the day itself."),
        (false, "libraries", "Riverside Library opens at 9am every day."),
        (false, "libraries", "It costs nothing to borrow from the library."),
    ];
    let wrong: Vec<_> = statements.into_iter().filter(|(truth, page, said)| says(page, said) != *truth).collect();
    // Measured are the third, at -0.2, and the last.
    assert!(wrong.len() <= 2, "{wrong:?}");
}
