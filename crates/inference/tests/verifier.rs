//! The verifier against what was recorded from its training's own forward pass (`training/record.py`), and over a small model
//! with adapters made for the test.
#![allow(clippy::expect_used)]

mod models;

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use inference::{Generator, InferenceError, KvState, Precision, Verifier};
use serde::Deserialize;

/// Numbers of a hidden row of the model.
const WIDTH: usize = 576;
const PASSAGE: &str = "A brown bin costs £52 a year.";
const REPLIES: [&str; 3] = ["It costs £52 a year. Yes or no?", "Call us.", "The library opens at nine. Yes or no?"];

/// The mean difference that rounding may make, of log-odds from -8 to 11: the training's own products are of 16 bits.
const TOLERANCE: f32 = 0.8;

#[derive(Deserialize)]
struct Recorded {
    prefix: Vec<u32>,
    suffixes: Vec<Vec<u32>>,
    odds: Vec<f32>,
}

fn filled(value: f32, shape: &[usize]) -> Tensor {
    Tensor::full(value, shape, &Device::Cpu).expect("a tensor")
}

/// A head whose weights are all one number, behind so many blocks, and changes of matrices.
fn adapter<const N: usize>(blocks: f32, weight: Tensor, changes: [(&str, Tensor); N]) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let mut tensors =
        HashMap::from([("heads.weight", weight), ("heads.bias", filled(0.5, &[1])), ("blocks", filled(blocks, &[1]))]);
    tensors.extend(changes);
    candle_core::safetensors::save(&tensors, file.path()).expect("it is written");
    std::fs::read(file.path()).expect("the file")
}

/// With a head that adds up the row's numbers.
fn load(blocks: f32) -> Verifier {
    read(&adapter(blocks, filled(1.0, &[1, WIDTH]), [])).expect("it loads")
}

fn read(adapter: &[u8]) -> Result<Verifier, InferenceError> {
    Verifier::load(&models::gguf(models::SMOLLM), adapter, Precision::Quantised, 256)
}

fn odds(verifier: &Verifier, reply: &str) -> f32 {
    let (mut state, tokens) = asked(verifier, reply);
    verifier.odds(std::iter::once((&mut state, &tokens[..]))).expect("odds")[0]
}

/// The state after the passage, and the tokens of a reply.
fn asked(verifier: &Verifier, reply: &str) -> (KvState, Vec<u32>) {
    let encode = |text: &str| verifier.tokenizer().encode(text).expect("tokens");
    (verifier.read(&encode(PASSAGE), &|| true).expect("a state").expect("it was not stopped"), encode(reply))
}

#[test]
fn it_says_what_its_training_says() {
    let adapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/verifier.safetensors");
    let adapter = std::fs::read(adapter).expect("models/verifier.safetensors");
    let verifier = Verifier::load(&models::gguf(models::QWEN_LARGE), &adapter, Precision::Quantised, 1024);
    let verifier = verifier.expect("the verifier loads");
    let (mut differences, mut spread) = (Vec::new(), Vec::new());
    for line in include_str!("fixtures/verifier.jsonl").lines() {
        let of: Recorded = serde_json::from_str(line).expect("a record");
        let mut state = verifier.read(&of.prefix, &|| true).expect("a state").expect("it was not stopped");
        for (tokens, recorded) in of.suffixes.iter().zip(&of.odds) {
            let odds = verifier.odds(std::iter::once((&mut state.fork(), &tokens[..]))).expect("odds")[0];
            differences.push((odds - recorded).abs());
            spread.push(*recorded);
        }
    }
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    assert!(mean(&differences) < TOLERANCE, "{differences:?} from {spread:?}");
    assert!(spread.iter().any(|odds| *odds > 1.0) && spread.iter().any(|odds| *odds < -1.0), "both are recorded");
}

#[test]
fn the_head_reads_the_last_row() {
    let (ones, twos) = (load(4.0), read(&adapter(4.0, filled(2.0, &[1, WIDTH]), [])).expect("it loads"));
    let [same_end, end, other_start] = REPLIES.map(|reply| odds(&ones, reply));
    assert!((same_end - end).abs() > 0.1, "{same_end} and {end}: the last token counts");
    assert!((same_end - other_start).abs() > 0.1, "{same_end} and {other_start}: so does what stands before it");
    let doubled = odds(&twos, REPLIES[0]);
    assert!((doubled - 0.5 - 2.0 * (same_end - 0.5)).abs() < 1e-3 * doubled.abs(), "{doubled} and {same_end}");
}

#[test]
fn as_many_blocks_are_used_as_the_head_is_behind() {
    let (few, more) = (load(2.0), load(5.0));
    assert!(few.weight_bytes() < more.weight_bytes());
    assert_ne!(odds(&few, REPLIES[0]).to_bits(), odds(&more, REPLIES[0]).to_bits());
}

#[test]
fn a_change_is_added_and_costs_memory_for_its_matrix_alone() {
    let load = |change: f32, out: usize| {
        let (down, up) = (filled(change, &[2, WIDTH]), filled(1.0, &[out, 2]));
        let changes = [("blk.1.attn_output.down", down), ("blk.1.attn_output.up", up)];
        read(&adapter(3.0, filled(1.0, &[1, WIDTH]), changes))
    };
    let (plain, nothing) = (self::load(3.0), load(0.0, WIDTH).expect("it loads"));
    // 5 bits a weight with their scales, and 8.5.
    assert_eq!(nothing.weight_bytes() - plain.weight_bytes(), WIDTH * WIDTH * 7 / 16);
    let [plain, nothing, something] =
        [plain, nothing, load(0.2, WIDTH).expect("it loads")].map(|each| odds(&each, REPLIES[0]));
    assert!((nothing - plain).abs() < 0.1 * (something - plain).abs(), "{plain}; {nothing} by rounding; {something}");
    let error = load(0.2, WIDTH + 1).expect_err("a change of another shape");
    assert!(matches!(error, InferenceError::Unsupported(_)), "{error}");
}

#[test]
fn the_memory_is_known_before_anything_is_loaded() {
    let changes = [
        ("blk.1.attn_output.down", filled(0.0, &[2, WIDTH])),
        ("blk.1.attn_output.up", filled(0.0, &[WIDTH, 2])),
        ("blk.7.attn_output.down", filled(0.0, &[2, WIDTH])),
        ("blk.7.attn_output.up", filled(0.0, &[WIDTH, 2])),
    ];
    let adapter = adapter(3.0, filled(1.0, &[1, WIDTH]), changes);
    let known = Generator::weight_bytes_of_blocks(&models::gguf(models::SMOLLM), &adapter).expect("a sound file");
    assert_eq!(known, read(&adapter).expect("it loads").weight_bytes());
}

#[test]
fn what_does_not_fit_is_refused() {
    let error = read(&adapter(4.0, filled(1.0, &[1, 100]), [])).expect_err("of another width");
    assert!(matches!(error, InferenceError::Unsupported(_)), "{error}");
    let error = read(&adapter(4.0, filled(1.0, &[1, WIDTH]), [])[..50]).expect_err("cut off");
    assert!(matches!(error, InferenceError::Tensor(_)), "{error}");
    let verifier = load(2.0);
    let (mut state, tokens) = asked(&verifier, &"word ".repeat(400));
    let before = state.len();
    assert!(matches!(
        verifier.odds(std::iter::once((&mut state, &tokens[..]))),
        Err(InferenceError::ContextFull { .. })
    ));
    assert_eq!(state.len(), before, "the state is unchanged");
}
