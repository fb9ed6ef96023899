//! The reader against what was recorded from its training's own forward pass (`training/record.py`), and against itself.
#![allow(clippy::expect_used)]

mod models;

use std::path::Path;
use std::sync::LazyLock;

use inference::{Asked, InferenceError, KvState, Reader};
use serde::Deserialize;

/// States are kept in 16-bit floats, the training's are not.
const TOLERANCE: f32 = 0.1;

static ADAPTER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/reader.safetensors");
    std::fs::read(file).expect("models/reader.safetensors")
});
static READER: LazyLock<Reader> =
    LazyLock::new(|| Reader::load(&models::gguf(models::SMOLLM), &ADAPTER, 1024).expect("the reader loads"));

#[derive(Deserialize)]
struct Recorded {
    title: String,
    heading: String,
    sentences: Vec<String>,
    question: String,
    answerable: f32,
    answers: Vec<f32>,
}

fn recorded() -> Vec<Recorded> {
    let lines = include_str!("fixtures/reader.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).expect("a record")).collect()
}

fn passage(of: &Recorded) -> KvState {
    let tokens = READER.passage_tokens(&of.title, &of.heading, &of.sentences).expect("tokens");
    READER.read_passage(&tokens).expect("a state")
}

fn ask(asked: Asked, mut texts: Vec<(KvState, &str)>) -> (Vec<f32>, Vec<KvState>) {
    let odds = READER.ask(asked, &mut texts).expect("odds");
    (odds, texts.into_iter().map(|(state, _)| state).collect())
}

#[test]
fn says_what_it_was_trained_to_say() {
    let mut largest = 0.0_f32;
    for of in recorded() {
        let (odds, mut states) = ask(Asked::Answerable, vec![(passage(&of), &of.question)]);
        largest = largest.max((odds[0] - of.answerable).abs());
        let forks = of.sentences.iter().map(|text| (states[0].fork(), text.as_str())).collect();
        let (odds, _) = ask(Asked::Answer, forks);
        largest = largest.max(models::max_difference(&odds, &of.answers));
    }
    assert!(largest < TOLERANCE, "log-odds differ by {largest}");
}

#[test]
fn what_is_read_together_is_read_as_alone() {
    let all = recorded();
    let together = all.iter().take(3).map(|of| (passage(of), of.question.as_str())).collect();
    let (together, _) = ask(Asked::Answerable, together);
    for (of, together) in all.iter().zip(together) {
        let (alone, _) = ask(Asked::Answerable, vec![(passage(of), &of.question)]);
        assert!((alone[0] - together).abs() < 1e-3, "{} alone, {together} together", alone[0]);
    }
}

#[test]
fn a_line_break_does_not_end_a_text() {
    let of = &recorded()[0];
    let broken = of.question.replace(' ', "\n");
    let (odds, _) = ask(Asked::Answerable, vec![(passage(of), &of.question), (passage(of), &broken)]);
    assert!((odds[0] - odds[1]).abs() < 1e-3);
}

#[test]
fn what_does_not_fit_is_refused() {
    let error = Reader::load(&models::gguf(models::SMOLLM), &ADAPTER[..1000], 1024).expect_err("it is cut off");
    assert!(matches!(error, InferenceError::Tensor(_)), "{error}");
    let error = Reader::load(&models::gguf(models::QWEN), &ADAPTER, 1024).expect_err("of another model");
    assert!(matches!(error, InferenceError::Unsupported(_) | InferenceError::Malformed { .. }), "{error}");
    let long = "word ".repeat(2000);
    let mut texts = vec![(passage(&recorded()[0]), long.as_str())];
    let before = texts[0].0.len();
    assert!(matches!(READER.ask(Asked::Answerable, &mut texts), Err(InferenceError::ContextFull { .. })));
    assert_eq!(texts[0].0.len(), before, "the state is unchanged");
}
