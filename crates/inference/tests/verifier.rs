//! The verifier over a small model, with heads made for the test.
#![allow(clippy::expect_used)]

mod models;

use std::collections::HashMap;

use candle_core::{Device, Tensor};
use inference::{InferenceError, KvState, Precision, Verifier};

/// Numbers of a hidden row of the model.
const WIDTH: usize = 576;
const PASSAGE: &str = "A brown bin costs £52 a year.";
const REPLIES: [&str; 3] = ["It costs £52 a year. Yes or no?", "Call us.", "The library opens at nine. Yes or no?"];

/// A head that adds up the row's numbers, behind so many blocks.
fn head(blocks: f32, width: usize) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let tensor = |values: Vec<f32>, shape: &[usize]| Tensor::from_vec(values, shape, &Device::Cpu).expect("a tensor");
    let tensors = HashMap::from([
        ("heads.weight", tensor(vec![1.0; width], &[1, width])),
        ("heads.bias", tensor(vec![0.5], &[1])),
        ("blocks", tensor(vec![blocks], &[1])),
    ]);
    candle_core::safetensors::save(&tensors, file.path()).expect("it is written");
    std::fs::read(file.path()).expect("the file")
}

fn load(blocks: f32) -> Verifier {
    Verifier::load(&models::gguf(models::SMOLLM), &head(blocks, WIDTH), Precision::Quantised, 256).expect("it loads")
}

fn asked(verifier: &Verifier, replies: &[&str]) -> Vec<(KvState, Vec<u32>)> {
    let encode = |text: &str| verifier.tokenizer().encode(text).expect("tokens");
    let mut state = verifier.read(&encode(PASSAGE), &|| true).expect("a state").expect("it was not stopped");
    replies.iter().map(|reply| (state.fork(), encode(reply))).collect()
}

#[test]
fn the_head_reads_the_last_row() {
    let verifier = load(4.0);
    let rows = verifier.rows(&mut asked(&verifier, &REPLIES)).expect("rows");
    for (reply, row) in REPLIES.iter().zip(&rows) {
        assert_eq!(row.len(), WIDTH);
        // Alone as together, to the bit.
        let mut alone = asked(&verifier, &[reply]);
        let (state, tokens) = &mut alone[0];
        let odds = verifier.odds(state, tokens).expect("odds");
        let expected = row.iter().sum::<f32>() + 0.5;
        assert!(odds.is_finite() && odds.to_bits() == expected.to_bits(), "{odds}, not {expected}");
    }
    assert_ne!(rows[0], rows[2], "what stands before the last token is read as well");
}

#[test]
fn as_many_blocks_are_used_as_the_head_is_behind() {
    let (few, more) = (load(2.0), load(5.0));
    assert!(few.weight_bytes() < more.weight_bytes());
    let row = |verifier: &Verifier| verifier.rows(&mut asked(verifier, &REPLIES[..1])).expect("rows");
    assert_ne!(row(&few), row(&more));
}

#[test]
fn what_does_not_fit_is_refused() {
    let model = models::gguf(models::SMOLLM);
    let error = Verifier::load(&model, &head(4.0, 100), Precision::Quantised, 256).expect_err("of another width");
    assert!(matches!(error, InferenceError::Unsupported(_)), "{error}");
    let error = Verifier::load(&model, &head(4.0, WIDTH)[..50], Precision::Quantised, 256).expect_err("cut off");
    assert!(matches!(error, InferenceError::Tensor(_)), "{error}");
    let verifier = load(2.0);
    let long = "word ".repeat(400);
    let mut asked = asked(&verifier, &[&long]);
    let (state, tokens) = &mut asked[0];
    let before = state.len();
    assert!(matches!(verifier.odds(state, tokens), Err(InferenceError::ContextFull { .. })));
    assert_eq!(state.len(), before, "the state is unchanged");
}
