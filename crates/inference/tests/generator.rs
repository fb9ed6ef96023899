//! The language model against candle-transformers' models on the same weights: quantised, and as 32-bit floats.
//!
//! Both are fed in the same way, the prompt at once and then token by token, and always with our choice of token, so that
//! the logits stay comparable where the choices differ.

mod models;

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::LazyLock;
use std::time::Instant;

use candle_core::quantized::gguf_file::{self, Content};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device, Tensor};
use candle_nn::{Activation, VarBuilder};
use candle_transformers::models::{quantized_llama, quantized_qwen2, qwen2};
use inference::{Generator, KvPrecision, KvState, LogitsAt, Precision};
use models::{QWEN, SMOLLM, argmax, generator, max_difference};

/// Tokens generated after each prompt.
const STEPS: usize = 64;

const PROMPTS: [&str; 20] = [
    "When is my bin collected?",
    "How do I pay my council tax?",
    "What is the capital of France?",
    "Write a short poem about rain.",
    "Where do I report a pothole on Mill Lane?",
    "Explain what a library is to a child.",
    "What does it cost to bury someone in the cemetery?",
    "List five fruits.",
    "I've just moved house, how do I change my address?",
    "Do I need planning permission for a conservatory?",
    "My neighbours are playing loud music at 3 in the morning.",
    "Translate \"good morning\" into Welsh.",
    "Who is my councillor?",
    "What if I can't pay my rent this month?",
    "Write a function that adds two numbers in Python.",
    "The street light outside number 14 has been out for 2 weeks.",
    "What are the opening hours of Riverside Library on Saturdays?",
    "Council tax: £1,210.33 a year, or £121.03 a month. How much is it a year?",
    "Page: Garden waste is collected every two weeks from 1 March to 30 November. A subscription costs £52 a year for \
     one bin and £35 for each further bin. You can pay online, by phone or at the customer service centre in the town \
     hall. Bins must be at the kerb by 7am on the day of collection. We do not take plastic bags, soil, rubble, food, \
     or branches thicker than 10cm. If we miss your bin, tell us within two working days and we will come back. The \
     subscription runs from the day you pay until 28 February and is not refunded if you move house, but you can take \
     it with you to an address in the district. Residents who receive council tax reduction pay half.\n\
     Question: What does a second garden waste bin cost?",
    "Hello",
];

/// An independent implementation.
enum Reference {
    Llama(quantized_llama::ModelWeights),
    QuantisedQwen(quantized_qwen2::ModelWeights),
    Qwen(qwen2::ModelForCausalLM),
}

impl Reference {
    /// The logits of the last of `tokens`, which follow `start` tokens.
    fn logits(&mut self, tokens: &[u32], start: usize) -> Vec<f32> {
        let tokens = Tensor::new(tokens, &Device::Cpu).and_then(|tokens| tokens.unsqueeze(0)).expect("tokens");
        let logits = match self {
            Self::Llama(model) => model.forward(&tokens, start),
            Self::QuantisedQwen(model) => model.forward(&tokens, start),
            Self::Qwen(model) => {
                if start == 0 {
                    model.clear_kv_cache();
                }
                model.forward(&tokens, start)
            }
        };
        logits.and_then(|logits| logits.flatten_all()?.to_vec1()).expect("the reference computes")
    }
}

/// What came of feeding both.
struct Comparison {
    /// The tokens of each prompt, and the tokens that we chose after it.
    sequences: Vec<(Vec<u32>, Vec<u32>)>,
    max_difference: f32,
    /// Where the choices differ: prompt, step, and how far apart our first and the reference's choice were for us.
    differing: Vec<(usize, usize, f32)>,
}

fn prompt(model: &Generator, text: &str) -> Vec<u32> {
    let text = format!("<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n");
    model.tokenizer().encode_with_control(&text).expect("tokens")
}

fn last(model: &Generator, state: &mut KvState, tokens: &[u32]) -> Vec<f32> {
    model.forward(state, tokens, LogitsAt::Last).expect("the model computes").swap_remove(0)
}

fn compare(what: &str, model: &Generator, reference: &mut Reference, prompts: &[&str], steps: usize) -> Comparison {
    let start = Instant::now();
    let mut comparison = Comparison { sequences: Vec::new(), max_difference: 0.0, differing: Vec::new() };
    for (index, text) in prompts.iter().enumerate() {
        let tokens = prompt(model, text);
        let mut state = model.new_state();
        let mut ours = last(model, &mut state, &tokens);
        let mut theirs = reference.logits(&tokens, 0);
        let mut chosen = Vec::with_capacity(steps);
        loop {
            comparison.max_difference = comparison.max_difference.max(max_difference(&ours, &theirs));
            let (next, other) = (argmax(&ours), argmax(&theirs));
            if next != other {
                comparison.differing.push((index, chosen.len(), ours[next] - ours[other]));
            }
            chosen.push(next as u32);
            if chosen.len() == steps {
                break;
            }
            theirs = reference.logits(&[next as u32], state.len());
            ours = last(model, &mut state, &[next as u32]);
        }
        comparison.sequences.push((tokens, chosen));
    }
    eprintln!(
        "{what}: {} prompts × {steps} tokens, largest difference between logits {:e}, {} choices differ {:?}, {:.1?}",
        prompts.len(),
        comparison.max_difference,
        comparison.differing.len(),
        comparison.differing,
        start.elapsed()
    );
    comparison
}

static QUANTISED: LazyLock<Comparison> = LazyLock::new(|| {
    let (content, mut reader) = models::content(SMOLLM);
    let reference = quantized_llama::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu);
    let mut reference = Reference::Llama(reference.expect("the reference loads"));
    let model = generator(SMOLLM, Precision::Quantised, KvPrecision::F32);
    compare("smollm2 quantised", &model, &mut reference, &PROMPTS, STEPS)
});

static FULL: LazyLock<Comparison> = LazyLock::new(|| {
    let mut file = as_floats(SMOLLM);
    let content = Content::read(&mut file).expect("a header");
    let reference = quantized_llama::ModelWeights::from_gguf(content, &mut file, &Device::Cpu);
    drop(file);
    let mut reference = Reference::Llama(reference.expect("the reference loads"));
    let model = generator(SMOLLM, Precision::Full, KvPrecision::F32);
    compare("smollm2 as 32-bit floats", &model, &mut reference, &PROMPTS, STEPS)
});

/// The model as a GGUF file of 32-bit floats, which candle computes without quantising anything.
fn as_floats(name: &str) -> Cursor<Vec<u8>> {
    let (content, mut reader) = models::content(name);
    let mut tensors = Vec::new();
    for name in content.tensor_infos.keys() {
        let tensor = content.tensor(&mut reader, name, &Device::Cpu).expect("a tensor");
        let tensor = tensor.dequantize(&Device::Cpu).expect("dequantised");
        tensors.push((name.as_str(), QTensor::quantize(&tensor, GgmlDType::F32).expect("32-bit floats")));
    }
    let tensors: Vec<_> = tensors.iter().map(|(name, tensor)| (*name, tensor)).collect();
    // The tokeniser's lists are large and not read.
    let metadata = content.metadata.iter().filter(|(key, _)| !key.starts_with("tokenizer."));
    let metadata: Vec<_> = metadata.map(|(key, value)| (key.as_str(), value)).collect();
    let mut file = Cursor::new(Vec::new());
    gguf_file::write(&mut file, &metadata, &tensors).expect("written");
    file.set_position(0);
    file
}

/// candle's unquantised qwen2 on the dequantised weights.
fn qwen_in_floats() -> qwen2::ModelForCausalLM {
    let (content, mut reader) = models::content(QWEN);
    let count = |key: &str| content.metadata[key].to_u32().expect("a number") as usize;
    let number = |key: &str| f64::from(content.metadata[key].to_f32().expect("a number"));
    let tied = !content.tensor_infos.contains_key("output.weight");
    let config = qwen2::Config {
        vocab_size: content.tensor_infos["token_embd.weight"].shape.dims()[0],
        hidden_size: count("qwen2.embedding_length"),
        intermediate_size: count("qwen2.feed_forward_length"),
        num_hidden_layers: count("qwen2.block_count"),
        num_attention_heads: count("qwen2.attention.head_count"),
        num_key_value_heads: count("qwen2.attention.head_count_kv"),
        max_position_embeddings: 512,
        sliding_window: 512,
        max_window_layers: 0,
        tie_word_embeddings: tied,
        rope_theta: number("qwen2.rope.freq_base"),
        rms_norm_eps: number("qwen2.attention.layer_norm_rms_epsilon"),
        use_sliding_window: false,
        hidden_act: Activation::Silu,
    };
    let mut tensors = HashMap::new();
    for name in content.tensor_infos.keys() {
        let tensor = content.tensor(&mut reader, name, &Device::Cpu).expect("a tensor");
        tensors.insert(published_name(name), tensor.dequantize(&Device::Cpu).expect("dequantised"));
    }
    let weights = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    qwen2::ModelForCausalLM::new(&config, weights).expect("the reference loads")
}

/// The name of a tensor in the published model, from its name in a GGUF file.
fn published_name(name: &str) -> String {
    let name = name.replace("blk.", "model.layers.").replace("attn_output.", "self_attn.o_proj.");
    [
        ("token_embd.", "model.embed_tokens."),
        ("output_norm.", "model.norm."),
        ("output.", "lm_head."),
        ("attn_norm.", "input_layernorm."),
        ("ffn_norm.", "post_attention_layernorm."),
        ("attn_q.", "self_attn.q_proj."),
        ("attn_k.", "self_attn.k_proj."),
        ("attn_v.", "self_attn.v_proj."),
        ("ffn_gate.", "mlp.gate_proj."),
        ("ffn_up.", "mlp.up_proj."),
        ("ffn_down.", "mlp.down_proj."),
    ]
    .iter()
    .fold(name, |name, (ours, published)| name.replace(ours, published))
}

#[test]
fn quantised_llama() {
    let comparison = &*QUANTISED;
    assert!(comparison.max_difference < 1.0);
}

#[test]
fn full_llama() {
    let comparison = &*FULL;
    assert!(comparison.max_difference < 1.0);
}

#[test]
fn quantised_qwen() {
    let (content, mut reader) = models::content(QWEN);
    let reference = quantized_qwen2::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu);
    let mut reference = Reference::QuantisedQwen(reference.expect("the reference loads"));
    let model = generator(QWEN, Precision::Quantised, KvPrecision::F32);
    let comparison = compare("qwen2.5 quantised", &model, &mut reference, &PROMPTS[..3], 16);
    assert!(comparison.max_difference < 1.0);
}

#[test]
fn full_qwen() {
    let mut reference = Reference::Qwen(qwen_in_floats());
    let model = generator(QWEN, Precision::Full, KvPrecision::F32);
    let comparison = compare("qwen2.5 as 32-bit floats", &model, &mut reference, &PROMPTS[..3], 16);
    assert!(comparison.max_difference < 1.0);
}
