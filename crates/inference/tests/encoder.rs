//! The sentence encoder against candle-transformers' BERT on the same weights, mean-pooled and normalised.

mod models;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use candle_core::{DType, Device, Tensor, safetensors};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use inference::{CachedEncoder, Encoder, InferenceError, TextClassifier};
use models::{ENCODER, max_difference};
use proptest::prelude::*;

/// Two implementations add the same numbers in another order. What was measured is below 3e-7.
const TOLERANCE: f32 = 1e-5;

static OURS: LazyLock<Encoder> = LazyLock::new(|| Encoder::load(&models::folder(ENCODER)).expect("the encoder loads"));

const TEXTS: [&str; 6] = [
    "This is an example sentence",
    "When is my bin collected?",
    "Your grey bin is emptied every two weeks, on the same day. Put it out by 7am.",
    "Council tax for a Band D home is £2,034.56 a year. You can pay by Direct Debit on the 1st, 15th or 25th.",
    "Sut ydw i'n talu fy nhreth gyngor?",
    "",
];

/// The encoder of questions that Reeve ships.
const ADAPTER: &[u8] = include_bytes!("../../../models/question_encoder.safetensors");

type Reference = (BertModel, tokenizers::Tokenizer);

/// candle-transformers' model of the encoder's files, with its tensors changed.
fn reference_of(change: impl FnOnce(&mut HashMap<String, Tensor>)) -> Reference {
    let folder = models::folder(ENCODER);
    let config = std::fs::read(folder.join("config.json")).expect("config.json");
    let config: Config = serde_json::from_slice(&config).expect("a configuration");
    let mut weights = safetensors::load(folder.join("model.safetensors"), &Device::Cpu).expect("model.safetensors");
    change(&mut weights);
    let weights = VarBuilder::from_tensors(weights, DType::F32, &Device::Cpu);
    let mut tokenizer = tokenizers::Tokenizer::from_file(folder.join("tokenizer.json")).expect("a tokeniser");
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).expect("no truncation");
    (BertModel::load(weights, &config).expect("the reference loads"), tokenizer)
}

/// What candle-transformers makes of a text.
fn reference(text: &str) -> Vec<f32> {
    static REFERENCE: LazyLock<Reference> = LazyLock::new(|| reference_of(|_| ()));
    vector_by(&REFERENCE, text)
}

fn vector_by((model, tokenizer): &Reference, text: &str) -> Vec<f32> {
    let ids = tokenizer.encode(text, true).expect("tokens").get_ids().to_vec();
    let compute = || -> candle_core::Result<Vec<f32>> {
        let ids = Tensor::new(ids, &Device::Cpu)?.unsqueeze(0)?;
        let mean = model.forward(&ids, &ids.zeros_like()?, None)?.mean(1)?.squeeze(0)?;
        let length = mean.sqr()?.sum_all()?.sqrt()?;
        mean.broadcast_div(&length)?.to_vec1()
    };
    compute().expect("the reference computes")
}

fn encode(text: &str) -> Vec<f32> {
    OURS.encode_one(text).expect("a vector")
}

fn similarity(a: &str, b: &str) -> f32 {
    encode(a).iter().zip(encode(b)).map(|(a, b)| a * b).sum()
}

#[test]
fn vectors_are_those_of_the_reference() {
    let mut largest: f32 = 0.0;
    for text in TEXTS {
        largest = largest.max(max_difference(&encode(text), &reference(text)));
    }
    eprintln!("encoder: largest difference from the reference {largest:e}");
    assert!(largest < TOLERANCE, "{largest:e}");
}

/// The publisher's own example, with the values that sentence-transformers gives.
#[test]
fn the_published_example_has_its_published_values() {
    let published = [0.067_657, 0.063_496, 0.048_713];
    assert!(max_difference(&encode("This is an example sentence")[..3], &published) < TOLERANCE);
}

#[test]
fn a_batch_gives_what_single_texts_give() {
    // More word pieces than one batch holds, and of very different lengths.
    let long: Vec<String> = (1..40).map(|count| "The bins are emptied on Monday. ".repeat(count)).collect();
    let texts: Vec<&str> = TEXTS.into_iter().chain(long.iter().map(String::as_str)).collect();
    let mut heard = Vec::new();
    let batched = OURS.encode(&texts, &mut |done| heard.push(done)).expect("vectors");
    assert_eq!(batched.len(), texts.len());
    assert!(heard.len() > 1 && heard.is_sorted() && heard.last() == Some(&texts.len()), "{heard:?}");
    let mut largest: f32 = 0.0;
    for (text, vector) in texts.iter().zip(&batched) {
        largest = largest.max(max_difference(vector, &encode(text)));
    }
    eprintln!("encoder: largest difference between batched and single {largest:e}");
    assert!(largest < TOLERANCE, "{largest:e}");
}

#[test]
fn no_texts_give_no_vectors() {
    assert!(OURS.encode(&[], &mut |_| ()).expect("nothing to do").is_empty());
}

#[test]
fn nearer_meanings_are_nearer() {
    let question = "When is my bin collected?";
    let [same, related, far] = [
        similarity(question, "Which day do you empty the rubbish bins?"),
        similarity(question, "Garden waste costs £52 a year."),
        similarity(question, "How to register a marriage"),
    ];
    assert!(same > related + 0.1 && related > far + 0.1, "{same} {related} {far}");
}

#[test]
fn what_follows_256_word_pieces_is_not_read() {
    // "bin" is one word piece; with the two marks around the text, 254 words are read.
    let words = |count: usize| vec!["bin"; count].join(" ");
    let full = encode(&words(254));
    assert!(max_difference(&full, &reference(&words(254))) < TOLERANCE);
    assert_eq!(full, encode(&format!("{} library marriage", words(254))));
    assert_ne!(full, encode(&format!("{} library", words(253))));
}

#[test]
fn an_adapter_changes_the_vectors_as_the_products_of_its_factors_change_the_weights() {
    let adapted = OURS.adapted(ADAPTER).expect("the adapter fits");
    let changed = reference_of(|weights| {
        let factors = safetensors::load_buffer(ADAPTER, &Device::Cpu).expect("an adapter");
        for (name, up) in &factors {
            let Some(name) = name.strip_suffix(".up") else { continue };
            let of = |factor: &Tensor| factor.to_dtype(DType::F32).expect("32 bits");
            let product = of(up).matmul(&of(&factors[&format!("{name}.down")])).expect("a product");
            let weight = weights.get_mut(&format!("{name}.weight")).expect("a matrix of the encoder");
            *weight = (&*weight + product).expect("a sum");
        }
    });
    for text in TEXTS {
        let vector = adapted.encode_one(text).expect("a vector");
        assert!(max_difference(&vector, &vector_by(&changed, text)) < TOLERANCE, "{text}");
        assert!(max_difference(&vector, &encode(text)) > 0.01, "{text}");
        // The encoder that it was made of stays as it was.
        assert!(max_difference(&encode(text), &reference(text)) < TOLERANCE, "{text}");
    }
}

#[test]
fn what_is_kept_of_a_text_is_its_vector() {
    let cached = CachedEncoder::new(Arc::new(Encoder::load(&models::folder(ENCODER)).expect("the encoder loads")));
    for text in TEXTS.into_iter().chain(TEXTS) {
        assert_eq!(cached.encode(text).expect("a vector"), encode(text), "{text}");
    }
}

#[test]
fn a_classifier_is_a_softmax_over_the_changed_vector() {
    let file = include_bytes!("../../../models/danger.safetensors");
    let classifier = TextClassifier::new(&OURS, file).expect("the classifier fits");
    let adapted = OURS.adapted(file).expect("the adapter fits");
    let tensors = safetensors::load_buffer(file, &Device::Cpu).expect("an adapter");
    let of = |name: &str| tensors[name].to_dtype(DType::F32).expect("32 bits");
    for text in TEXTS {
        let vector = adapted.encode_one(text).expect("a vector");
        let vector = Tensor::from_slice(&vector, (vector.len(), 1), &Device::Cpu).expect("a column");
        let scores = of("heads.weight").matmul(&vector).and_then(|scores| scores.flatten_all()?.add(&of("heads.bias")));
        let expected = candle_nn::ops::softmax(&scores.expect("scores"), 0).and_then(|shares| shares.to_vec1::<f32>());
        let said = classifier.probabilities(text).expect("probabilities");
        assert_eq!(said.len(), classifier.classes().len());
        assert!(max_difference(&said, &expected.expect("a softmax")) < TOLERANCE, "{text}");
    }
    for adapter in [ADAPTER, &file[..file.len() / 2], &file[..20], b""] {
        assert!(TextClassifier::new(&OURS, adapter).is_err());
    }
    let nameless = TextClassifier::new(&OURS, ADAPTER).expect_err("it has no classes");
    assert!(nameless.to_string().contains("no classes"), "{nameless}");
}

#[test]
fn an_adapter_that_is_not_the_encoders_is_refused() {
    let of_another = include_bytes!("../../../models/verifier.safetensors");
    for adapter in [&of_another[..], &ADAPTER[..ADAPTER.len() / 2], &ADAPTER[..20], b""] {
        assert!(OURS.adapted(adapter).is_err());
    }
    assert!(matches!(OURS.adapted(of_another), Err(InferenceError::Unsupported(_))));
    let trained_on = inference::trained_on(ADAPTER).expect("a header").expect("what it was trained on");
    assert!(trained_on.len() == 64 && trained_on.chars().all(|digit| digit.is_ascii_hexdigit()));
    assert_eq!(inference::trained_on(of_another).expect("a header"), None);
    assert!(inference::trained_on(&ADAPTER[..20]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any text, empty or in any script, gives a unit vector of the right width, and always the same.
    #[test]
    fn vectors_have_unit_length(text in "\\PC{0,60}") {
        let vector = encode(&text);
        prop_assert_eq!(vector.len(), OURS.dimensions());
        let length = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
        prop_assert!((length - 1.0).abs() < TOLERANCE, "{length}");
        prop_assert_eq!(encode(&text), vector);
    }
}
