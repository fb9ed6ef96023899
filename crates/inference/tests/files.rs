//! Files that are broken, cut off or of another kind: each is refused by an error that names what is wrong, never by a
//! panic.

mod models;

use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{Device, Tensor};
use inference::{Encoder, Generator, GeneratorOptions, InferenceError, KvPrecision, LogitsAt, Precision};
use models::{ENCODER, SMOLLM};
use proptest::prelude::*;

const OPTIONS: GeneratorOptions =
    GeneratorOptions { precision: Precision::Full, kv_precision: KvPrecision::F32, context_tokens: 16 };

fn load(file: &[u8]) -> Result<Generator, InferenceError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.gguf");
    fs::write(&path, file).expect("written");
    Generator::load(&path, OPTIONS)
}

/// The file is refused, with all of `words` in the message.
#[track_caller]
fn check(what: &str, file: &[u8], words: &[&str]) {
    let error = load(file).expect_err(what).to_string();
    for word in words {
        assert!(error.contains(word), "{what}: no {word:?} in {error:?}");
    }
}

/// The first bytes of the model file.
fn beginning(bytes: usize) -> Vec<u8> {
    let mut file = Vec::with_capacity(bytes);
    let whole = fs::File::open(models::gguf(SMOLLM)).expect("the model file");
    whole.take(bytes as u64).read_to_end(&mut file).expect("read");
    file
}

/// A whole model file of one block, small enough to be made anew for each case.
struct Tiny {
    metadata: Vec<(String, Value)>,
    tensors: Vec<(String, QTensor)>,
}

const HIDDEN: usize = 32;
const FEED_FORWARD: usize = 12;
const VOCABULARY: usize = 96;

impl Tiny {
    fn new() -> Self {
        let text = |text: &str| Value::String(text.to_owned());
        // The printable characters of ASCII stand for themselves in byte-level BPE.
        let tokens: Vec<String> =
            (0..VOCABULARY as u8).map(|index| char::from(b'!' + index % 94).to_string()).collect();
        let tokens: Vec<Value> = tokens
            .iter()
            .enumerate()
            .map(|(index, token)| match index {
                94 => text("<|im_start|>"),
                95 => text("<|im_end|>"),
                _ => text(token),
            })
            .collect();
        let kinds = (0..VOCABULARY).map(|index| Value::I32(if index < 94 { 1 } else { 3 })).collect();
        let metadata = [
            ("general.architecture", text("llama")),
            ("llama.block_count", Value::U32(1)),
            ("llama.context_length", Value::U32(32)),
            ("llama.embedding_length", Value::U32(HIDDEN as u32)),
            ("llama.attention.head_count", Value::U32(2)),
            ("llama.attention.head_count_kv", Value::U32(1)),
            ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
            ("tokenizer.ggml.model", text("gpt2")),
            ("tokenizer.ggml.pre", text("smollm")),
            ("tokenizer.ggml.tokens", Value::Array(tokens)),
            ("tokenizer.ggml.token_type", Value::Array(kinds)),
            ("tokenizer.ggml.merges", Value::Array(Vec::new())),
            ("tokenizer.ggml.eos_token_id", Value::U32(95)),
        ];
        let shapes: [(&str, &[usize]); 11] = [
            ("token_embd.weight", &[VOCABULARY, HIDDEN]),
            ("output_norm.weight", &[HIDDEN]),
            ("blk.0.attn_norm.weight", &[HIDDEN]),
            ("blk.0.attn_q.weight", &[HIDDEN, HIDDEN]),
            ("blk.0.attn_k.weight", &[HIDDEN / 2, HIDDEN]),
            ("blk.0.attn_v.weight", &[HIDDEN / 2, HIDDEN]),
            ("blk.0.attn_output.weight", &[HIDDEN, HIDDEN]),
            ("blk.0.ffn_norm.weight", &[HIDDEN]),
            ("blk.0.ffn_gate.weight", &[FEED_FORWARD, HIDDEN]),
            ("blk.0.ffn_up.weight", &[FEED_FORWARD, HIDDEN]),
            ("blk.0.ffn_down.weight", &[HIDDEN, FEED_FORWARD]),
        ];
        Self {
            metadata: metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
            tensors: shapes.into_iter().map(|(name, shape)| (name.to_owned(), floats(shape))).collect(),
        }
    }

    fn with(mut self, key: &str, value: Value) -> Self {
        self.metadata.retain(|(held, _)| held != key);
        self.metadata.push((key.to_owned(), value));
        self
    }

    fn without(mut self, key: &str) -> Self {
        self.metadata.retain(|(held, _)| held != key);
        self.tensors.retain(|(held, _)| held != key);
        self
    }

    fn with_tensor(mut self, name: &str, shape: &[usize]) -> Self {
        self.tensors.retain(|(held, _)| held != name);
        self.tensors.push((name.to_owned(), floats(shape)));
        self
    }

    fn file(&self) -> Vec<u8> {
        let metadata: Vec<_> = self.metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
        let tensors: Vec<_> = self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
        let mut file = Cursor::new(Vec::new());
        gguf_file::write(&mut file, &metadata, &tensors).expect("written");
        file.into_inner()
    }
}

/// A tensor of some small numbers.
fn floats(shape: &[usize]) -> QTensor {
    let count: usize = shape.iter().product();
    let values: Vec<f32> = (0..count).map(|index| (index % 7) as f32 / 10.0 - 0.3).collect();
    let tensor = Tensor::from_vec(values, shape, &Device::Cpu).expect("a tensor");
    QTensor::quantize(&tensor, GgmlDType::F32).expect("32-bit floats")
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

#[test]
fn a_whole_small_file_is_accepted() {
    let model = load(&Tiny::new().file()).expect("the file is sound");
    let tokens = model.tokenizer().encode("Hello!").expect("tokens");
    let logits = model.forward(&mut model.new_state(), &tokens, LogitsAt::Last).expect("logits");
    assert_eq!(logits[0].len(), VOCABULARY);
}

#[test]
fn a_file_that_is_not_there() {
    let error = Generator::load(Path::new("no/such/model.gguf"), OPTIONS).expect_err("nothing is there");
    assert!(matches!(error, InferenceError::Read { .. }), "{error:?}");
    assert!(error.to_string().contains("no/such/model.gguf"), "{error}");
}

#[test]
fn a_file_cut_off_anywhere() {
    let whole = fs::metadata(models::gguf(SMOLLM)).expect("the model file").len() as usize;
    check("empty", &[], &["model.gguf", "empty"]);
    for bytes in [1, 3, 4, 7, 8, 23, 24, 100, 10_000, 1_000_000] {
        check(&format!("{bytes} bytes"), &beginning(bytes), &["model.gguf", "not a usable model file", "cut off"]);
    }
    for bytes in [3_000_000, whole / 2, whole - 1] {
        check(&format!("{bytes} bytes"), &beginning(bytes), &["model.gguf", "truncated", "tensor `"]);
    }
}

#[test]
fn files_of_another_format() {
    let random: Vec<u8> = (0..100_000u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    check("random bytes", &random, &["model.gguf", "not a usable model file", "GGUF"]);
    check("a web page", b"<!DOCTYPE html><title>Sign in</title>", &["not a usable model file", "GGUF"]);
}

#[test]
fn models_of_another_kind_are_named() {
    let tiny = || Tiny::new();
    let mamba = tiny().with("general.architecture", text("mamba")).file();
    check("mamba", &mamba, &["not supported", "`mamba`", "`llama`", "`qwen2`"]);
    let pieces = tiny().with("tokenizer.ggml.model", text("llama")).file();
    check("SentencePiece", &pieces, &["not supported", "tokeniser `llama`", "gpt2"]);
    let words = tiny().with("tokenizer.ggml.pre", text("tekken")).file();
    check("another way of splitting words", &words, &["not supported", "`tekken`", "`smollm`"]);
    let scaled = tiny().with("llama.rope.scaling.type", text("yarn")).file();
    check("a rescaled rotary embedding", &scaled, &["not supported", "`yarn`"]);
    let factors = tiny().with_tensor("rope_freqs.weight", &[2]).file();
    check("factors of the rotary embedding", &factors, &["not supported", "rotary embedding"]);
}

#[test]
fn missing_parts_are_named() {
    for key in ["general.architecture", "llama.block_count", "llama.attention.layer_norm_rms_epsilon"] {
        check(key, &Tiny::new().without(key).file(), &[key]);
    }
    for key in ["tokenizer.ggml.tokens", "tokenizer.ggml.merges", "tokenizer.ggml.token_type"] {
        check(key, &Tiny::new().without(key).file(), &[key]);
    }
    for name in ["token_embd.weight", "blk.0.attn_q.weight", "blk.0.ffn_norm.weight", "output_norm.weight"] {
        check(name, &Tiny::new().without(name).file(), &["model.gguf", name]);
    }
    check("two blocks", &Tiny::new().with("llama.block_count", Value::U32(2)).file(), &["blk.1."]);
    check("u32::MAX blocks", &Tiny::new().with("llama.block_count", Value::U32(u32::MAX)).file(), &["blk.1."]);
}

#[test]
fn wrong_shapes_are_named() {
    let shapes: [(&str, &[usize]); 7] = [
        ("token_embd.weight", &[VOCABULARY, HIDDEN + 1]),
        ("output_norm.weight", &[HIDDEN - 1]),
        ("blk.0.attn_norm.weight", &[HIDDEN * 2]),
        ("blk.0.attn_q.weight", &[HIDDEN * 2, HIDDEN]),
        ("blk.0.attn_k.weight", &[HIDDEN, HIDDEN]),
        ("blk.0.ffn_up.weight", &[FEED_FORWARD + 1, HIDDEN]),
        ("blk.0.attn_q.bias", &[HIDDEN - 1]),
    ];
    for (name, shape) in shapes {
        check(name, &Tiny::new().with_tensor(name, shape).file(), &["model.gguf", name]);
    }
    let heads = |key: &str, count| Tiny::new().with(key, Value::U32(count)).file();
    check("no heads", &heads("llama.attention.head_count", 0), &["0 heads"]);
    check("too many heads", &heads("llama.attention.head_count", 33), &["33 heads"]);
    check("heads without width", &heads("llama.attention.key_length", 0), &["width"]);
    check("wide heads", &heads("llama.attention.key_length", u32::MAX - 15), &["blk.0.attn_q.weight"]);
    check("no context", &heads("llama.context_length", 0), &["context"]);
}

#[test]
fn what_would_be_divided_by_is_not_nothing() {
    for zero in [Value::U8(0), Value::I16(0), Value::U32(0)] {
        let file = Tiny::new().with("general.alignment", zero).file();
        check("no alignment", &file, &["model.gguf", "not a usable model file", "general.alignment is 0"]);
    }
    load(&Tiny::new().with("general.alignment", Value::U32(32)).file()).expect("the usual alignment");
    let matrices = ["token_embd.weight", "blk.0.attn_k.weight", "blk.0.ffn_gate.weight", "of.no.use"];
    for name in matrices {
        let file = Tiny::new().with_tensor(name, &[0, HIDDEN]).file();
        check(name, &file, &["model.gguf", "not a usable model file", name, "is empty"]);
    }
    let nothing = Tiny::new().with_tensor("blk.0.ffn_gate.weight", &[0, HIDDEN]);
    let nothing = nothing.with_tensor("blk.0.ffn_up.weight", &[0, HIDDEN]);
    check("no feed-forward", &nothing.with_tensor("blk.0.ffn_down.weight", &[HIDDEN, 0]).file(), &["is empty"]);
}

#[test]
fn broken_encoder_files_are_named() {
    let from = models::folder(ENCODER);
    let names = ["config.json", "tokenizer.json", "model.safetensors"];
    let copy = |left_out: &str| -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        for name in names.iter().filter(|name| **name != left_out) {
            fs::copy(from.join(name), folder.path().join(name)).expect("copied");
        }
        let path = folder.path().join(left_out);
        (folder, path)
    };
    for name in names {
        let (folder, path) = copy(name);
        let error = Encoder::load(folder.path()).expect_err("a file is missing");
        assert!(matches!(error, InferenceError::Read { .. }) && error.to_string().contains(name), "{error}");
        for broken in [&b""[..], b"{}", &[0xff; 100], b"{\"hidden_act\": \"gelu\"}"] {
            fs::write(&path, broken).expect("written");
            let error = Encoder::load(folder.path()).expect_err("a file is broken");
            assert!(error.to_string().contains(name), "{error}");
        }
        let whole = fs::read(from.join(name)).expect("the file");
        fs::write(&path, &whole[..whole.len() / 2]).expect("written");
        let error = Encoder::load(folder.path()).expect_err("a file is cut off");
        assert!(error.to_string().contains(name), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A file with some bytes changed, in the header above all, is refused or works; it does not panic.
    #[test]
    fn changed_bytes_never_panic(changes in proptest::collection::vec((0.0..1.0f64, any::<u8>()), 1..4)) {
        let mut file = Tiny::new().file();
        for (place, byte) in changes {
            // Squared, so that the header, where damage does most, is hit most.
            let at = (place * place * file.len() as f64) as usize;
            file[at] = byte;
        }
        if let Ok(model) = load(&file) {
            let tokens: Vec<u32> = (0..4).collect();
            let _ = model.forward(&mut model.new_state(), &tokens, LogitsAt::Last);
        }
    }
}
