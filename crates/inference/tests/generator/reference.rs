//! candle-transformers' language models, loaded from the same files: quantised as they come, and as 32-bit floats.

use std::collections::HashMap;
use std::io::Cursor;

use candle_core::quantized::gguf_file::{self, Content};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device, Tensor};
use candle_nn::{Activation, VarBuilder};
use candle_transformers::models::{quantized_llama, quantized_qwen2, qwen2};
use inference::{Architecture, ModelConfig};

use crate::models;

/// The prompt and what we chose after it.
pub struct Sequence {
    /// What was given.
    pub prompt: Vec<u32>,
    /// What was generated.
    pub chosen: Vec<u32>,
}

/// An independent implementation.
pub enum Reference {
    Llama(quantized_llama::ModelWeights),
    QuantisedQwen(quantized_qwen2::ModelWeights),
    Qwen(qwen2::ModelForCausalLM),
}

impl Reference {
    /// The model as the file has it.
    pub fn load(name: &str) -> Self {
        let (content, mut reader) = models::content(name);
        let device = &Device::Cpu;
        match architecture(&content) {
            Architecture::Llama => {
                let model = quantized_llama::ModelWeights::from_gguf(content, &mut reader, device);
                Self::Llama(model.expect("the reference loads"))
            }
            Architecture::Qwen2 => {
                let model = quantized_qwen2::ModelWeights::from_gguf(content, &mut reader, device);
                Self::QuantisedQwen(model.expect("the reference loads"))
            }
        }
    }

    /// The model with its weights as 32-bit floats, so that nothing is quantised.
    pub fn in_floats(name: &str) -> Self {
        match architecture(&models::content(name).0) {
            Architecture::Llama => {
                let mut file = as_floats(name);
                let content = Content::read(&mut file).expect("a header");
                let model = quantized_llama::ModelWeights::from_gguf(content, &mut file, &Device::Cpu);
                Self::Llama(model.expect("the reference loads"))
            }
            Architecture::Qwen2 => Self::Qwen(qwen_in_floats(name)),
        }
    }

    /// The logits at the end of the prompt and after each choice but the last.
    pub fn follow(&mut self, Sequence { prompt, chosen }: &Sequence) -> Vec<Vec<f32>> {
        let mut logits = vec![self.logits(prompt, 0)];
        for (index, token) in chosen[..chosen.len() - 1].iter().enumerate() {
            logits.push(self.logits(&[*token], prompt.len() + index));
        }
        logits
    }

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

fn architecture(content: &Content) -> Architecture {
    ModelConfig::from_metadata(&content.metadata).expect("a known architecture").architecture
}

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
fn qwen_in_floats(name: &str) -> qwen2::ModelForCausalLM {
    let (content, mut reader) = models::content(name);
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
