//! The reader against what was recorded from its training's own forward pass (`training/record.py`), and against itself.
#![allow(clippy::expect_used)]

mod models;

use std::path::Path;
use std::sync::LazyLock;

use inference::{Asked, InferenceError, KvState, Precision, Reader};
use serde::Deserialize;

/// States are kept in 16-bit floats, the training's are not.
const TOLERANCE: f32 = 0.1;

/// The mean difference that rounding may make.
const TOLERANCE_ROUNDED: f32 = 0.15;

static ADAPTER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/reader.safetensors");
    std::fs::read(file).expect("models/reader.safetensors")
});
static READER: LazyLock<Reader> = LazyLock::new(|| load(Precision::Quantised));

fn load(precision: Precision) -> Reader {
    Reader::load(&models::gguf(models::SMOLLM), &ADAPTER, precision, 1024).expect("the reader loads")
}

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

fn tokens(reader: &Reader, of: &Recorded) -> Vec<u32> {
    reader.passage_tokens(&of.title, &of.heading, &of.sentences).expect("tokens")
}

fn passage(reader: &Reader, of: &Recorded) -> KvState {
    reader.read_passage(&tokens(reader, of), &|| true).expect("a state").expect("it was not stopped")
}

fn ask(reader: &Reader, asked: Asked, mut texts: Vec<(KvState, &str)>) -> (Vec<f32>, Vec<KvState>) {
    let odds = reader.ask(asked, &mut texts).expect("odds");
    (odds, texts.into_iter().map(|(state, _)| state).collect())
}

/// How far a reader's log-odds are from those recorded, one by one.
fn differences(reader: &Reader) -> Vec<f32> {
    let mut differences = Vec::new();
    for of in recorded() {
        let (odds, mut states) = ask(reader, Asked::Answerable, vec![(passage(reader, &of), &of.question)]);
        differences.push((odds[0] - of.answerable).abs());
        let forks = of.sentences.iter().map(|text| (states[0].fork(), text.as_str())).collect();
        let (odds, _) = ask(reader, Asked::Answer, forks);
        differences.extend(odds.iter().zip(&of.answers).map(|(ours, recorded)| (ours - recorded).abs()));
    }
    assert!(differences.iter().all(|difference| difference.is_finite()));
    differences
}

#[test]
fn says_what_it_was_trained_to_say() {
    let differences = differences(&load(Precision::Full));
    let largest = differences.iter().copied().fold(0.0, f32::max);
    assert!(largest < TOLERANCE, "log-odds differ by {largest}");
}

/// Rounded to 8 bits, weights and what they are multiplied with, it says the same but for a fraction that does not matter
/// beside log-odds of −10 to 10. What it does to the answers is measured by `reeve evaluate`.
#[test]
fn rounding_changes_little() {
    let differences = differences(&READER);
    let mean = differences.iter().sum::<f32>() / differences.len() as f32;
    let largest = differences.iter().copied().fold(0.0, f32::max);
    eprintln!("log-odds differ by {mean} in the mean of {}, by {largest} at most", differences.len());
    assert!(mean < TOLERANCE_ROUNDED && largest < 6.0 * TOLERANCE_ROUNDED, "by {mean} in the mean, {largest} at most");
}

#[test]
fn what_is_read_together_is_read_as_alone() {
    let all = recorded();
    let together = all.iter().take(3).map(|of| (passage(&READER, of), of.question.as_str())).collect();
    let (together, _) = ask(&READER, Asked::Answerable, together);
    for (of, together) in all.iter().zip(together) {
        let (alone, _) = ask(&READER, Asked::Answerable, vec![(passage(&READER, of), &of.question)]);
        assert!((alone[0] - together).abs() < 1e-3, "{} alone, {together} together", alone[0]);
    }
}

#[test]
fn a_passage_from_a_file_is_judged_to_the_bit_as_one_just_read() {
    let of = &recorded()[0];
    let mut read = passage(&READER, of);
    let mut file = tempfile::tempfile().expect("a file");
    read.write(&[1; 32], &mut file).expect("it is written");
    let mut kept = READER.new_state().from_file(&file, &[1; 32], &tokens(&READER, of)).expect("it is whole");
    let judge = |state: &mut KvState| {
        let (answerable, mut states) = ask(&READER, Asked::Answerable, vec![(state.fork(), &of.question)]);
        let forks = of.sentences.iter().map(|text| (states[0].fork(), text.as_str())).collect();
        (answerable, ask(&READER, Asked::Answer, forks).0)
    };
    assert_eq!(judge(&mut kept), judge(&mut read));
}

#[test]
fn a_long_passage_leaves_half_of_the_context_to_what_is_asked() {
    let long = vec!["The bins are emptied on Monday.".to_owned(); 400];
    let tokens = READER.passage_tokens("Bins", "When", &long).expect("tokens");
    assert_eq!(tokens.len(), READER.options().context_tokens / 2);
}

#[test]
fn a_line_break_does_not_end_a_text() {
    let of = &recorded()[0];
    let broken = of.question.replace(' ', "\n");
    let (odds, _) =
        ask(&READER, Asked::Answerable, vec![(passage(&READER, of), &of.question), (passage(&READER, of), &broken)]);
    assert!((odds[0] - odds[1]).abs() < 1e-3);
}

#[test]
fn what_does_not_fit_is_refused() {
    let error = Reader::load(&models::gguf(models::SMOLLM), &ADAPTER[..1000], Precision::Full, 1024)
        .expect_err("it is cut off");
    assert!(matches!(error, InferenceError::Tensor(_)), "{error}");
    let error =
        Reader::load(&models::gguf(models::QWEN), &ADAPTER, Precision::Full, 1024).expect_err("of another model");
    assert!(matches!(error, InferenceError::Unsupported(_) | InferenceError::Malformed { .. }), "{error}");
    let long = "word ".repeat(2000);
    let mut texts = vec![(passage(&READER, &recorded()[0]), long.as_str())];
    let before = texts[0].0.len();
    assert!(matches!(READER.ask(Asked::Answerable, &mut texts), Err(InferenceError::ContextFull { .. })));
    assert_eq!(texts[0].0.len(), before, "the state is unchanged");
}
