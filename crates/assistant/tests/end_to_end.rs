//! The way of an enquiry with real models over a few pages: the index, the rerank, kept states, drafts and the check
//! together. The models are found where `reeve` keeps them; tests never fetch anything.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use assistant::{
    Assistant, AssistantParts, Clock, Compose, CurvePoint, DangerClassifier, Enquiry, Event, Filled, Judge, Judges,
    Options, Path, QuoteOnlyReason, Record, Replay, Reply, VerifiedQuote,
};
use conversation::{Outcome, Reason, Role, SentenceKind, Turn};
use corpus::Knowledge;
use inference::store::{Manifest, Store};
use inference::{Encoder, Generator, GeneratorOptions, KvPrecision, Precision, Verifier};
use retrieval::{FusionWeights, Index, PassageStates, PassageVerifier, RerankOptions, Reranker, ToVerify};

const ENCODER: &str = "all-minilm-l6-v2";
const MODEL: &str = "smollm2-135m-instruct";

const COUNCIL: &str = "name = \"Test Council\"\nlanguages = [\"en\", \"cy\"]\nopening_hours = \"Mo-Fr 08:30-17:30\"\n[contact]\nphone = \"01632 960100\"\n";
const PAGES: [(&str, &str); 4] = [
    (
        "sheds",
        "# Sheds\n\nQ: Do I need planning permission for a garden shed?\n\nA: Usually no, if it is lower than 2.5 metres.\n\nQ: \
         Can I keep bees?\n\nA: Yes.\n",
    ),
    (
        "garden-waste",
        "# Garden waste\n\nA garden waste subscription costs £52 a year for one brown bin. Each extra brown bin costs £40 a \
         year. You cannot put soil or stones in the brown bin.\n\n## How to join\n\nCall 01632 960110 or join online. Your \
         bin arrives within 10 working days.\n",
    ),
    (
        "bulky-waste",
        "# Bulky waste\n\nA bulky waste collection costs £38 for up to three items such as sofas and beds. You can cancel \
         until noon on the working day before.\n",
    ),
    (
        "libraries",
        "# Libraries\n\nRiverside Library opens at 9am from Monday to Saturday. Joining the library is free.\n",
    ),
];

fn folder(name: &str) -> PathBuf {
    let root = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let list = std::fs::read_to_string(root.join("models/models.toml")).unwrap();
    let home = std::env::var_os("REEVE_MODELS")
        .map_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/reeve/models"), PathBuf::from);
    let store = Store::new(Manifest::parse(&list).unwrap(), home);
    store.locate(name).unwrap_or_else(|error| panic!("{}; fetch it with `reeve models pull {name}`", error.chain()))
}

fn model_file() -> PathBuf {
    let folder = std::fs::read_dir(folder(MODEL)).unwrap();
    let mut files = folder.flatten().map(|entry| entry.path());
    files.find(|path| path.extension().is_some_and(|extension| extension == "gguf")).unwrap()
}

static STATES: LazyLock<Arc<PassageStates>> = LazyLock::new(|| {
    let options =
        GeneratorOptions { precision: Precision::Quantised, kv_precision: KvPrecision::F16, context_tokens: 1024 };
    Arc::new(PassageStates::new(Arc::new(Generator::load(&model_file(), options).unwrap()), 64 << 20, None))
});

fn index(pages: &[(&str, &str)], data: &FilePath) -> Index {
    let knowledge = tempfile::tempdir().unwrap();
    std::fs::create_dir(knowledge.path().join("pages")).unwrap();
    std::fs::write(knowledge.path().join("council.toml"), COUNCIL).unwrap();
    for (id, text) in pages {
        let lang = if id.starts_with("cy-") { "cy" } else { "en" };
        let page = format!("---\nid: {id}\ntitle: {id}\nservice: waste\nlang: {lang}\n---\n{text}");
        std::fs::write(knowledge.path().join("pages").join(format!("{id}.md")), page).unwrap();
    }
    let knowledge = Arc::new(Knowledge::load(knowledge.path()).unwrap());
    let encoder = Arc::new(Encoder::load(&folder(ENCODER)).unwrap());
    let weights = FusionWeights { lexical: 0.4, dense: 0.6 };
    Index::open(data, knowledge, encoder, "digest", weights, &mut |_| ()).unwrap()
}

/// A judge that shows candidates whose page covers the question's words.
fn judge() -> Judge {
    let weights = BTreeMap::from([("soft_coverage".to_owned(), 20.0)]);
    Judge { bias: -12.0, weights, curve: vec![CurvePoint { threshold: 0.5, answered: 1, wrong: 0, expected: 0.0 }] }
}

/// A Monday at ten, lines open.
const MONDAY: &str = "2026-11-23T10:00:00Z";

fn assistant(compose: Compose) -> Assistant {
    assistant_over(&PAGES, compose, MONDAY)
}

fn assistant_over(pages: &[(&str, &str)], compose: Compose, now: &str) -> Assistant {
    assistant_with(pages, compose, now, |_| ())
}

fn assistant_with(
    pages: &[(&str, &str)],
    compose: Compose,
    now: &str,
    change: impl FnOnce(&mut AssistantParts),
) -> Assistant {
    let data = tempfile::tempdir().unwrap();
    // Every question is in doubt, so that every one is read.
    let options = RerankOptions { candidates: 3, weight: 1.0, sure_margin: 1000.0 };
    let mut parts = AssistantParts {
        index: index(pages, data.path()),
        danger: None,
        reader: None,
        verifier: None,
        reranker: Some(Reranker::new(Arc::clone(&STATES), options)),
        generator: Some(Arc::clone(&STATES)),
        judges: Judges { verified: judge(), full: judge(), quote_only: judge(), risk: 0.05 },
        options: Options { compose, read_passages: 4, read_sentences: 4 },
        clock: Clock::Fixed(now.parse().unwrap()),
        models: BTreeMap::new(),
        config: String::new(),
        profile: String::new(),
    };
    change(&mut parts);
    Assistant::new(parts)
}

/// A verifier that knows nothing: its head is made of zeros, and gives even odds to every answer, behind two blocks of the
/// model and with so many tokens of context.
fn verifier(context_tokens: usize) -> PassageVerifier {
    verifier_of(&[0.0], 0.0, context_tokens)
}

/// A verifier whose head has such numbers, again and again.
fn verifier_of(head: &[f32], bias: f32, context_tokens: usize) -> PassageVerifier {
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
    let verifier = Verifier::load(&model_file(), &head, Precision::Quantised, context_tokens).unwrap();
    PassageVerifier::new(verifier, 64 << 20, None)
}

/// An assistant with a verifier, whose judge of what is verified is never sure enough, whatever the other one says.
fn verified(context_tokens: usize) -> Assistant {
    let never = Judge { curve: Vec::new(), ..judge() };
    assistant_with(&PAGES, Compose::Quote, MONDAY, |parts| {
        parts.verifier = Some(verifier(context_tokens));
        parts.judges.verified = never;
    })
}

fn enquiry(question: &str) -> Enquiry {
    Enquiry { question: question.to_owned(), history: Vec::new() }
}

fn ask(assistant: &Assistant, enquiry: &Enquiry, path: Path) -> (Reply, Vec<Event>) {
    let mut events = Vec::new();
    let reply = assistant.reply(enquiry, path, None, &mut |event| events.push(event), &|| true);
    (reply, events)
}

/// Every citation is a verbatim span of its page, and what was streamed is what was replied.
fn check_grounded(reply: &Reply, events: &[Event]) {
    for citation in reply.citations() {
        let (_, page) = PAGES.iter().find(|(id, _)| *id == citation.page_id).unwrap();
        assert!(page.contains(&citation.quote), "{:?} does not stand on {}", citation.quote, citation.page_id);
    }
    let streamed: Vec<&str> = events
        .iter()
        .filter_map(|event| match event {
            Event::Sentence { text, .. } => Some(text.as_str()),
            Event::Status(_) => None,
        })
        .collect();
    let said = if reply.outcome() == Outcome::Answer { reply.sentences() } else { &[] };
    assert_eq!(streamed, said.iter().map(assistant::ReplySentence::text).collect::<Vec<_>>());
}

#[test]
fn quotes_answer_with_their_page_and_twice_the_same() {
    let assistant = assistant(Compose::Quote);
    let question = enquiry("How much does a garden waste subscription cost?");
    let (first, events) = ask(&assistant, &question, Path::Full);
    assert_eq!(first.outcome(), Outcome::Answer, "{first:?}");
    assert!(first.text().contains("£52"), "{}", first.text());
    assert_eq!(first.citations()[0].page_id, "garden-waste");
    assert!(first.trace().path.contains("reranked"), "{}", first.trace().path);
    check_grounded(&first, &events);
    // The second time the passages' states are kept ones: warm equals cold.
    let (second, _) = ask(&assistant, &question, Path::Full);
    assert_eq!(second.text(), first.text());
    assert_eq!(second.trace().passages, first.trace().passages);
    assert!(STATES.bytes() > 0);
}

#[test]
fn what_the_pages_do_not_hold_is_handed_over_and_the_candidate_kept() {
    let assistant = assistant(Compose::Quote);
    let (reply, events) = ask(&assistant, &enquiry("Can my grandmother's hamster attend yoga?"), Path::Full);
    assert!(matches!(reply.outcome(), Outcome::Handoff | Outcome::Decline), "{reply:?}");
    assert!(reply.text().contains("01632 960100"));
    assert!(reply.confidence().unwrap() < 0.5 && reply.trace().candidate.is_some());
    assert!(!events.iter().any(|event| matches!(event, Event::Sentence { .. })), "a withheld answer was shown");
}

#[test]
fn a_question_in_welsh_is_looked_up_only_where_a_page_is_in_welsh() {
    let question = enquiry("Pryd mae'r biniau'n cael eu casglu?");
    // The council offers Welsh, but its pages are in English.
    let reply = assistant(Compose::Quote).reply_at_once(&question).unwrap();
    assert_eq!((reply.outcome(), reply.reason()), (Outcome::Handoff, Some(Reason::UnsupportedLanguage)));
    let pages = [("cy-biniau", "# Biniau\n\nMae'r biniau'n cael eu casglu bob dydd Llun.\n")];
    assert!(assistant_over(&pages, Compose::Quote, MONDAY).reply_at_once(&question).is_none());
}

#[test]
fn danger_that_no_rule_knows_is_met_at_once_by_what_the_message_means() {
    let message = "by the weir I can see a hand going up and down";
    let danger = near_to(message);
    let without = assistant(Compose::Quote);
    let with = assistant_with(&PAGES, Compose::Quote, MONDAY, |parts| parts.danger = Some(danger));

    assert!(without.reply_at_once(&enquiry(message)).is_none(), "a rule knows it, and the test shows nothing");
    let reply = with.reply_at_once(&enquiry(message)).unwrap();
    assert_eq!((reply.outcome(), reply.reason()), (Outcome::Signpost, Some(Reason::Safeguarding)));
    assert_eq!(reply.trace().path, "triage: LikelyDanger(LifeDanger)");
    let (whole, _) = ask(&with, &enquiry(message), Path::Full);
    assert_eq!((whole.text(), whole.outcome()), (reply.text(), Outcome::Signpost));
    for ordinary in ["How much does a garden waste subscription cost?", "is the ice rink open on sunday"] {
        assert!(with.reply_at_once(&enquiry(ordinary)).is_none(), "{ordinary}");
    }
    let asks_for_a_person = "can I speak to a person, by the weir I can see a hand going up and down";
    assert_eq!(without.reply_at_once(&enquiry(asks_for_a_person)).unwrap().reason(), Some(Reason::AskedForPerson));
    assert_eq!(with.reply_at_once(&enquiry(asks_for_a_person)).unwrap().outcome(), Outcome::Signpost);
    assert_eq!(with.reply_at_once(&enquiry("human please")).unwrap().reason(), Some(Reason::AskedForPerson));
}

/// A classifier whose weights are the vector of a message: what is near to it is danger.
fn near_to(message: &str) -> DangerClassifier {
    let encoder = Encoder::load(&folder(ENCODER)).unwrap();
    let weights: Vec<f32> = encoder.encode_one(message).unwrap().iter().map(|value| value * 40.0).collect();
    let file = serde_json::json!({
        "encoder": "digest", "classes": ["life_danger", "none"],
        "weights": [weights, vec![0.0; weights.len()]], "biases": [-25.0, 0.0],
    });
    DangerClassifier::parse(&file.to_string()).unwrap()
}

#[test]
fn a_rule_is_overruled_where_neither_the_message_nor_a_sentence_of_it_is_near_danger() {
    let danger = "the house next door is on fire";
    let harmless = "So you are going to axe the 14 from our street, where do I object";
    let rules = assistant(Compose::Quote);
    let with = assistant_with(&PAGES, Compose::Quote, MONDAY, |parts| parts.danger = Some(near_to(danger)));
    let is_signpost = |assistant: &Assistant, message: &str| {
        assistant.reply_at_once(&enquiry(message)).is_some_and(|reply| reply.outcome() == Outcome::Signpost)
    };
    let beside = format!(
        "{}. {danger}.",
        "When is the garden waste collected in the weeks around Christmas and Easter".repeat(3)
    );
    let own_life = "i want to kill myself";
    for message in [danger, harmless, &beside, own_life] {
        assert!(is_signpost(&rules, message), "no rule sees danger in: {message}");
    }
    assert!(is_signpost(&with, danger));
    assert!(!is_signpost(&with, harmless));
    assert!(is_signpost(&with, &beside), "one sentence of it is danger");
    assert!(is_signpost(&with, own_life), "never left to the classifier");
}

#[test]
fn drafts_say_only_what_passed_the_check() {
    let assistant = assistant(Compose::Generate);
    for question in ["How much does a garden waste subscription cost?", "What does each extra brown bin cost a year?"] {
        let (reply, events) = ask(&assistant, &enquiry(question), Path::Full);
        assert_eq!(reply.outcome(), Outcome::Answer, "{reply:?}");
        assert!(reply.trace().path.contains("draft"), "{}", reply.trace().path);
        check_grounded(&reply, &events);
        for fact in assistant::facts(reply.text()) {
            let held = reply.citations().iter().any(|citation| assistant::facts(&citation.quote).contains(&fact));
            assert!(held, "{fact:?} of {:?} stands in no quote", reply.text());
        }
    }
}

#[test]
fn a_page_of_questions_is_quoted_by_its_answers() {
    let assistant = assistant(Compose::Quote);
    let (reply, events) =
        ask(&assistant, &enquiry("do i need planning permission for a shed in my garden"), Path::Full);
    assert!(reply.text().starts_with("Usually no, if it is lower"), "{}", reply.text());
    assert!(!reply.text().contains('?'), "{}", reply.text());
    check_grounded(&reply, &events);
}

#[test]
fn without_the_model_a_quote_stands_in() {
    let assistant = assistant(Compose::Generate);
    let question = enquiry("How much does a garden waste subscription cost?");
    let (reply, _) = ask(&assistant, &question, Path::QuoteOnly(QuoteOnlyReason::Overload));
    assert_eq!(reply.outcome(), Outcome::Answer);
    assert!(reply.sentences().iter().all(|sentence| sentence.kind() == SentenceKind::Quoted), "{reply:?}");
    assert!(reply.trace().path.contains("Overload"), "{}", reply.trace().path);
}

#[test]
fn a_follow_up_finds_the_page_of_what_was_said() {
    let assistant = assistant(Compose::Quote);
    let turn = |role, text: &str| Turn { role, text: text.to_owned() };
    let history = vec![
        turn(Role::User, "How much is a garden waste subscription?"),
        turn(Role::Assistant, "A garden waste subscription costs £52 a year for one brown bin."),
    ];
    let question = Enquiry { question: "and how much is an extra one?".to_owned(), history };
    let (reply, _) = ask(&assistant, &question, Path::Full);
    assert_eq!(reply.trace().ranked_pages[0], "garden-waste");
    assert!(reply.trace().candidate.as_ref().unwrap().text.contains("£40"), "{:?}", reply.trace().candidate);
}

#[test]
fn a_cancelled_enquiry_stops_and_says_so() {
    let assistant = assistant(Compose::Generate);
    let question = enquiry("How much does a garden waste subscription cost?");
    let reply = assistant.reply(&question, Path::Full, None, &mut |_| (), &|| false);
    assert!(reply.was_cancelled());
}

#[test]
fn only_what_changed_is_encoded_and_indexed_again() {
    let data = tempfile::tempdir().unwrap();
    drop(index(&PAGES, data.path()));
    let mut changed = PAGES;
    changed[3].1 = "# Libraries\n\nRiverside Library opens at 10am. Joining the library is free.\n";
    let again = index(&changed, data.path());
    assert_eq!(again.changed_pages(), 1);
    let same = index(&changed, data.path());
    assert_eq!((same.changed_pages(), same.digest()), (0, again.digest()));
}

/// A reply's record after a way through a file, and the reply made again from it.
fn recorded_and_replayed(assistant: &Assistant, enquiry: &Enquiry, reply: &Reply) -> (Record, Replay) {
    let record = Record::parse(&Record::new(enquiry, reply).unwrap().to_json().unwrap()).unwrap();
    let again = assistant.replay(&record).unwrap();
    (record, again)
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
fn replies_are_verified_together_as_each_alone() {
    let (assistant, verifier) = (assistant(Compose::Quote), any_odds());
    let earlier = ["Resident: I have a garden.".to_owned()];
    let replies =
        ["Yes.", "A subscription costs £52 a year.", "A subscription costs £52 a year. You need a bin.", "No."];
    let what = |reply| ToVerify { earlier: &earlier, question: "And what does it cost?", reply };
    let all: Vec<(usize, ToVerify<'_>)> = [0, 1, 0, 1].into_iter().zip(replies.map(what)).collect();
    let verify = |replies: &[(usize, ToVerify<'_>)]| {
        let odds = verifier.verify(assistant.index(), replies, &|| true).unwrap().unwrap();
        odds.into_iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    let alone: Vec<u32> = all.iter().flat_map(|one| verify(std::slice::from_ref(one))).collect();
    assert_eq!(verify(&all), alone);
    assert_eq!(BTreeSet::from_iter(alone).len(), replies.len(), "the odds say nothing");
    let twice = [all[0], all[0]];
    assert_eq!(verify(&twice), [verify(&all[..1]), verify(&all[..1])].concat(), "what is asked twice");
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
            1.0.. => Some("Yes."),
            ahead if ahead <= -1.0 => Some("No."),
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

#[test]
fn states_of_the_verifier_are_filled_as_well() {
    let with_verifier = verified(1024);
    let before = with_verifier.passage_states().of;
    assert_eq!(before, assistant(Compose::Quote).passage_states().of + with_verifier.index().len());
    while with_verifier.fill_next_state(&|| true) == Filled::Step {}
    assert_eq!(with_verifier.passage_states().kept, before);
}

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
