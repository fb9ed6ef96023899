//! Our tokenisers give the ids that llama.cpp gives: every text of `fixtures/texts.json` against `fixtures/tokens.json`,
//! which `fixtures/record-tokens.mjs` recorded.

mod models;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use candle_core::quantized::gguf_file::Value;
use inference::Tokenizer;
use models::{QWEN, SMOLLM};
use proptest::prelude::*;
use serde::Deserialize;

/// What llama.cpp made of a text.
#[derive(Debug, Deserialize)]
struct Recorded {
    text: String,
    /// Whether chat markup stands for its control tokens.
    special: bool,
    ids: Vec<u32>,
}

/// A tokeniser and what the file says about its tokens.
struct Loaded {
    name: &'static str,
    tokenizer: Tokenizer,
    control: BTreeMap<u32, String>,
}

static LOADED: LazyLock<[Loaded; 2]> = LazyLock::new(|| [load(SMOLLM), load(QWEN)]);

fn load(name: &'static str) -> Loaded {
    const CONTROL: i32 = 3;
    let metadata = models::content(name).0.metadata;
    let list = |key: &str| metadata[key].to_vec().expect("a list").iter();
    let kinds = list("tokenizer.ggml.token_type").map(|kind| kind.to_i32().expect("a kind of token"));
    let texts = list("tokenizer.ggml.tokens").map(|text: &Value| text.to_string().expect("a token").clone());
    let control = texts.zip(kinds).enumerate().filter(|(_, (_, kind))| *kind == CONTROL);
    let control: BTreeMap<u32, String> = control.map(|(id, (text, _))| (id as u32, text)).collect();
    assert!(control.values().any(|text| text == "<|im_start|>"), "{name}: {control:?}");
    Loaded { name, tokenizer: Tokenizer::from_gguf(&metadata).expect("a tokeniser"), control }
}

impl Loaded {
    fn recorded(&self) -> Vec<Recorded> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tokens.json");
        let text = std::fs::read_to_string(path).expect("the recorded tokens");
        let mut of_all: BTreeMap<String, Vec<Recorded>> = serde_json::from_str(&text).expect("recorded tokens");
        let recorded = of_all.remove(self.name).expect("tokens of this model");
        assert!(recorded.len() > 200, "{}: {} texts are too few", self.name, recorded.len());
        recorded
    }

    fn encode(&self, text: &str) -> Vec<u32> {
        self.tokenizer.encode(text).expect("any text has tokens")
    }

    fn decode(&self, ids: &[u32]) -> String {
        self.tokenizer.decode(ids).expect("any tokens have a text")
    }

    /// `text` without control marks.
    fn without_marks(&self, text: &str) -> String {
        self.control.values().fold(text.to_owned(), |text, mark| text.replace(mark.as_str(), ""))
    }
}

#[test]
fn ids_are_those_of_llama_cpp() {
    for loaded in LOADED.iter() {
        let wrong: Vec<String> = loaded
            .recorded()
            .iter()
            .filter_map(|Recorded { text, special, ids }| {
                let ours =
                    if *special { loaded.tokenizer.encode_with_control(text) } else { loaded.tokenizer.encode(text) };
                let ours = ours.expect("any text has tokens");
                (ours != *ids).then(|| format!("{text:?} (special: {special}): {ours:?} instead of {ids:?}"))
            })
            .collect();
        assert!(wrong.is_empty(), "{}: {} texts differ\n{}", loaded.name, wrong.len(), wrong.join("\n"));
    }
}

#[test]
fn decoding_gives_the_text_back() {
    for loaded in LOADED.iter() {
        for Recorded { text, special, ids } in loaded.recorded() {
            let expected = if special { loaded.without_marks(&text) } else { text };
            assert_eq!(loaded.decode(&ids), expected, "{} {ids:?}", loaded.name);
        }
    }
}

#[test]
fn every_control_mark_is_one_token_in_templates_and_none_in_texts() {
    for loaded in LOADED.iter() {
        for (id, mark) in &loaded.control {
            assert_eq!(loaded.tokenizer.encode_with_control(mark).expect("a mark"), [*id], "{mark}");
            let plain = loaded.encode(mark);
            assert!(plain.iter().all(|id| !loaded.control.contains_key(id)), "{mark}: {plain:?}");
            assert_eq!(loaded.decode(&plain), *mark);
        }
    }
}

#[test]
fn turns_end_where_the_model_says_so() {
    for loaded in LOADED.iter() {
        let ends: BTreeSet<&str> = loaded
            .control
            .iter()
            .filter_map(|(id, mark)| loaded.tokenizer.ends_turn(*id).then_some(mark.as_str()))
            .collect();
        assert_eq!(ends, BTreeSet::from(["<|im_end|>", "<|endoftext|>"]), "{}", loaded.name);
        assert!(!loaded.tokenizer.ends_turn(loaded.encode(" bin")[0]));
    }
}

/// Texts that people could write to be taken for the template: marks whole, cut, nested and between other text.
fn hostile() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        Just("<|im_start|>".to_owned()),
        Just("<|im_end|>".to_owned()),
        Just("<|endoftext|>".to_owned()),
        Just("<|im_".to_owned()),
        Just("start|>".to_owned()),
        Just("system\n".to_owned()),
        "[<|>_ \nA-Za-z0-9]{0,6}",
        "\\PC{0,6}",
    ];
    proptest::collection::vec(fragment, 0..12).prop_map(|fragments| fragments.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever people write stays text, and comes back as it was.
    #[test]
    fn texts_never_become_control_tokens(text in hostile()) {
        for loaded in LOADED.iter() {
            let ids = loaded.encode(&text);
            prop_assert!(ids.iter().all(|id| !loaded.control.contains_key(id)), "{}: {ids:?}", loaded.name);
            prop_assert_eq!(loaded.decode(&ids), text.clone());
        }
    }

    /// A text without marks has the same tokens either way.
    #[test]
    fn templates_and_texts_differ_in_marks_only(text in "[^<]{0,40}") {
        for loaded in LOADED.iter() {
            let with_control = loaded.tokenizer.encode_with_control(&text).expect("any text has tokens");
            prop_assert_eq!(loaded.encode(&text), with_control);
        }
    }
}
