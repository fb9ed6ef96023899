//! A BERT of the MiniLM kind: from word pieces to one vector for each of them. What is made of the vectors is its users'.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use serde::Deserialize;

use crate::InferenceError;
use crate::kernels::{self, Heads, attention};

/// What `config.json` says of the model.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Config {
    pub(crate) hidden_size: usize,
    pub(crate) num_hidden_layers: usize,
    pub(crate) num_attention_heads: usize,
    pub(crate) layer_norm_eps: f32,
    hidden_act: String,
}

/// The six weight matrices of a layer, by the names of the file.
pub(crate) const MATRICES: [&str; 6] = [
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
];

/// The name of a matrix of a layer in the file, without `.weight`.
pub(crate) fn matrix_name(layer: usize, matrix: &str) -> String {
    format!("encoder.layer.{layer}.{matrix}")
}

/// A model's files, read.
pub(crate) struct BertFiles {
    pub(crate) config: Config,
    pub(crate) tokenizer: tokenizers::Tokenizer,
    pub(crate) tensors: HashMap<String, Tensor>,
}

impl BertFiles {
    /// Reads `model.safetensors`, `tokenizer.json` and `config.json` from a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, InferenceError> {
        let malformed = |name: &str, reason: String| InferenceError::Malformed { path: folder.join(name), reason };
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|source| InferenceError::Read { path, source })
        };
        let config: Config = serde_json::from_slice(&read("config.json")?)
            .map_err(|error| malformed("config.json", error.to_string()))?;
        if config.hidden_act != "gelu" {
            return Err(InferenceError::Unsupported(format!("an encoder with activation `{}`", config.hidden_act)));
        }
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(read("tokenizer.json")?)
            .map_err(|error| malformed("tokenizer.json", error.to_string()))?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|error| InferenceError::Tokenizer(error.to_string()))?;
        let tensors = candle_core::safetensors::load_buffer(&read("model.safetensors")?, &Device::Cpu)
            .map_err(|error| malformed("model.safetensors", error.to_string()))?;
        Ok(Self { config, tokenizer, tensors })
    }

    /// A tensor of the file by its name.
    ///
    /// # Errors
    /// `Malformed` when there is none.
    pub(crate) fn get(&self, folder: &Path, name: &str) -> Result<Tensor, InferenceError> {
        self.tensors.get(name).cloned().ok_or_else(|| InferenceError::Malformed {
            path: folder.join("model.safetensors"),
            reason: format!("no tensor `{name}`"),
        })
    }
}

struct Affine {
    /// (out, in)
    weight: Tensor,
    bias: Vec<f32>,
}

struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

struct Layer {
    query: Affine,
    key: Affine,
    value: Affine,
    attention_output: Affine,
    attention_norm: Norm,
    intermediate: Affine,
    output: Affine,
    output_norm: Norm,
}

/// Word pieces with, for each, which of two texts it belongs to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sequence {
    pub(crate) tokens: Vec<u32>,
    pub(crate) types: Vec<u8>,
}

/// The model.
pub(crate) struct Bert {
    config: Config,
    words: Tensor,
    positions: Tensor,
    token_types: [Vec<f32>; 2],
    norm: Norm,
    layers: Vec<Layer>,
}

impl Bert {
    /// Takes the weights out of the files that were read.
    pub(crate) fn new(folder: &Path, files: &BertFiles) -> Result<Self, InferenceError> {
        let get = |name: &str| files.get(folder, name);
        let vector = |name: &str| -> Result<Vec<f32>, InferenceError> { Ok(get(name)?.to_vec1::<f32>()?) };
        let affine = |name: &str| -> Result<Affine, InferenceError> {
            Ok(Affine { weight: get(&format!("{name}.weight"))?, bias: vector(&format!("{name}.bias"))? })
        };
        let norm = |name: &str| -> Result<Norm, InferenceError> {
            Ok(Norm { weight: vector(&format!("{name}.weight"))?, bias: vector(&format!("{name}.bias"))? })
        };
        let config = files.config.clone();
        let mut layers = Vec::with_capacity(config.num_hidden_layers);
        for layer in 0..config.num_hidden_layers {
            let name = |part: &str| matrix_name(layer, part);
            layers.push(Layer {
                query: affine(&name("attention.self.query"))?,
                key: affine(&name("attention.self.key"))?,
                value: affine(&name("attention.self.value"))?,
                attention_output: affine(&name("attention.output.dense"))?,
                attention_norm: norm(&name("attention.output.LayerNorm"))?,
                intermediate: affine(&name("intermediate.dense"))?,
                output: affine(&name("output.dense"))?,
                output_norm: norm(&name("output.LayerNorm"))?,
            });
        }
        let types = get("embeddings.token_type_embeddings.weight")?;
        Ok(Self {
            words: get("embeddings.word_embeddings.weight")?,
            positions: get("embeddings.position_embeddings.weight")?,
            token_types: [types.get(0)?.to_vec1()?, types.get(1)?.to_vec1()?],
            norm: norm("embeddings.LayerNorm")?,
            config,
            layers,
        })
    }

    /// Width of the vectors.
    pub(crate) fn width(&self) -> usize {
        self.config.hidden_size
    }

    /// Longest sequence in word pieces.
    pub(crate) fn positions(&self) -> usize {
        self.positions.dims()[0]
    }

    /// The vectors of all word pieces of all sequences, one after another: (pieces, width).
    pub(crate) fn forward(&self, batch: &[&Sequence]) -> Result<Vec<f32>, InferenceError> {
        let width = self.config.hidden_size;
        let epsilon = self.config.layer_norm_eps;
        let mut stream = self.embed(batch)?;
        kernels::layer_norm(&mut stream, &self.norm.weight, &self.norm.bias, epsilon);
        for layer in &self.layers {
            let rows = rows(&stream, width)?;
            let mixed = self.attend(layer, &rows, batch)?;
            let output = affine(&layer.attention_output, &self::rows(&mixed, width)?)?;
            kernels::add(&mut stream, &output);
            kernels::layer_norm(&mut stream, &layer.attention_norm.weight, &layer.attention_norm.bias, epsilon);
            let inner = affine(&layer.intermediate, &self::rows(&stream, width)?)?;
            let inner_width = layer.intermediate.bias.len();
            let activated = self::rows(&inner, inner_width)?.gelu_erf()?;
            kernels::add(&mut stream, &affine(&layer.output, &activated)?);
            kernels::layer_norm(&mut stream, &layer.output_norm.weight, &layer.output_norm.bias, epsilon);
        }
        Ok(stream)
    }

    fn embed(&self, batch: &[&Sequence]) -> Result<Vec<f32>, InferenceError> {
        let device = &Device::Cpu;
        let ids: Vec<u32> = batch.iter().flat_map(|sequence| sequence.tokens.iter().copied()).collect();
        let positions: Vec<u32> = batch.iter().flat_map(|sequence| 0..sequence.tokens.len() as u32).collect();
        let types = batch.iter().flat_map(|sequence| sequence.types.iter());
        let count = ids.len();
        let words = self.words.index_select(&Tensor::from_vec(ids, count, device)?, 0)?;
        let positions = self.positions.index_select(&Tensor::from_vec(positions, count, device)?, 0)?;
        let mut stream = (words + positions)?.flatten_all()?.to_vec1::<f32>()?;
        for (row, kind) in stream.chunks_exact_mut(self.config.hidden_size).zip(types) {
            kernels::add(row, &self.token_types[usize::from(*kind)]);
        }
        Ok(stream)
    }

    fn attend(&self, layer: &Layer, rows: &Tensor, batch: &[&Sequence]) -> Result<Vec<f32>, InferenceError> {
        let width = self.config.hidden_size;
        let count = self.config.num_attention_heads;
        let heads = Heads { query: count, kv: count, dim: width / count };
        let queries = affine(&layer.query, rows)?;
        let keys = affine(&layer.key, rows)?;
        let values = affine(&layer.value, rows)?;
        let mut mixed = Vec::with_capacity(queries.len());
        let mut first = 0;
        for sequence in batch {
            let span = first * width..(first + sequence.tokens.len()) * width;
            let (keys, values) = (keys[span.clone()].to_vec(), values[span.clone()].to_vec());
            mixed.extend(attention(&queries[span], keys, values, heads, false)?);
            first += sequence.tokens.len();
        }
        Ok(mixed)
    }
}

fn affine(affine: &Affine, rows: &Tensor) -> Result<Vec<f32>, InferenceError> {
    let mut product = rows.matmul(&affine.weight.t()?)?.flatten_all()?.to_vec1::<f32>()?;
    for row in product.chunks_exact_mut(affine.bias.len()) {
        kernels::add(row, &affine.bias);
    }
    Ok(product)
}

fn rows(values: &[f32], width: usize) -> Result<Tensor, InferenceError> {
    Ok(Tensor::from_slice(values, (values.len() / width, width), &Device::Cpu)?)
}
