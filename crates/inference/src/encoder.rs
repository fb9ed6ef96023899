//! The sentence encoder: a BERT of the all-MiniLM-L6-v2 kind, mean-pooled and normalised (Reimers and Gurevych 2019).

use std::path::Path;

use candle_core::{Device, Tensor};
use serde::Deserialize;
use tokenizers::{TruncationDirection, TruncationParams, TruncationStrategy};

use crate::InferenceError;
use crate::adapter::Adapter;
use crate::kernels::{self, Heads, attention};
use crate::stored::{Run, Stored};

/// Longest text in word pieces that the published model was trained on; what follows is not read.
const MAX_TOKENS: usize = 256;

/// Most word pieces computed at once: bounds the memory of a batch.
const BATCH_TOKENS: usize = 2048;

#[derive(Debug, Clone, Deserialize)]
struct Config {
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    layer_norm_eps: f32,
    hidden_act: String,
}

#[derive(Clone)]
struct Affine {
    /// (out, in)
    weight: Tensor,
    bias: Vec<f32>,
}

#[derive(Clone)]
struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

#[derive(Clone)]
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

/// Turns texts into unit vectors whose dot product says how close their meanings are.
#[derive(Clone)]
pub struct Encoder {
    config: Config,
    words: Tensor,
    positions: Tensor,
    token_type: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    tokenizer: tokenizers::Tokenizer,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Encoder {
    /// Loads `model.safetensors`, `tokenizer.json` and `config.json` from a folder.
    ///
    /// # Errors
    /// `Read` or `Malformed` naming the file.
    pub fn load(folder: &Path) -> Result<Self, InferenceError> {
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
        let heads = config.num_attention_heads;
        if heads == 0 || !config.hidden_size.is_multiple_of(heads * kernels::LANES) {
            let width = config.hidden_size;
            return Err(InferenceError::Unsupported(format!("an encoder with {heads} heads over a width of {width}")));
        }
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(read("tokenizer.json")?)
            .map_err(|error| malformed("tokenizer.json", error.to_string()))?;
        tokenizer.with_padding(None);
        tokenizer
            .with_truncation(Some(TruncationParams {
                direction: TruncationDirection::Right,
                max_length: MAX_TOKENS,
                strategy: TruncationStrategy::LongestFirst,
                stride: 0,
            }))
            .map_err(|error| InferenceError::Tokenizer(error.to_string()))?;
        let tensors = candle_core::safetensors::load_buffer(&read("model.safetensors")?, &Device::Cpu)
            .map_err(|error| malformed("model.safetensors", error.to_string()))?;
        let get = |name: &str| {
            tensors.get(name).cloned().ok_or_else(|| malformed("model.safetensors", format!("no tensor `{name}`")))
        };
        let vector = |name: &str| -> Result<Vec<f32>, InferenceError> { Ok(get(name)?.to_vec1::<f32>()?) };
        let affine = |name: &str| -> Result<Affine, InferenceError> {
            Ok(Affine { weight: get(&format!("{name}.weight"))?, bias: vector(&format!("{name}.bias"))? })
        };
        let norm = |name: &str| -> Result<Norm, InferenceError> {
            Ok(Norm { weight: vector(&format!("{name}.weight"))?, bias: vector(&format!("{name}.bias"))? })
        };
        let mut layers = Vec::with_capacity(config.num_hidden_layers);
        for layer in 0..config.num_hidden_layers {
            let name = |part: &str| format!("encoder.layer.{layer}.{part}");
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
        Ok(Self {
            words: get("embeddings.word_embeddings.weight")?,
            positions: get("embeddings.position_embeddings.weight")?,
            token_type: get("embeddings.token_type_embeddings.weight")?.get(0)?.to_vec1()?,
            norm: norm("embeddings.LayerNorm")?,
            config,
            layers,
            tokenizer,
        })
    }

    /// The same encoder with its matrices changed by an adapter: a safetensors file with `NAME.down` (rank × in) and
    /// `NAME.up` (out × rank) for each matrix `NAME` that it changes, called as in the encoder's own file (Hu et al. 2021).
    /// Matrices that stay as they are, and the words' vectors, are shared with this one.
    ///
    /// # Errors
    /// `Tensor` where the file is cut off, `Unsupported` where it is not for an encoder of these shapes or changes nothing.
    pub fn adapted(&self, adapter: &[u8]) -> Result<Self, InferenceError> {
        let adapter = Adapter::read(adapter)?;
        let mut encoder = self.clone();
        let mut changed = 0;
        for (number, layer) in encoder.layers.iter_mut().enumerate() {
            let matrices = [
                ("attention.self.query", &mut layer.query),
                ("attention.self.key", &mut layer.key),
                ("attention.self.value", &mut layer.value),
                ("attention.output.dense", &mut layer.attention_output),
                ("intermediate.dense", &mut layer.intermediate),
                ("output.dense", &mut layer.output),
            ];
            for (name, matrix) in matrices {
                let (out, width) = matrix.weight.dims2()?;
                let name = format!("encoder.layer.{number}.{name}");
                let Some(change) = adapter.change(&name, out, width)? else { continue };
                let mut values = matrix.weight.flatten_all()?.to_vec1::<f32>()?;
                values.chunks_exact_mut(width).enumerate().for_each(|(row, values)| change.add_to(row, values));
                matrix.weight = Tensor::from_vec(values, (out, width), &Device::Cpu)?;
                changed += 1;
            }
        }
        if changed == 0 {
            return Err(InferenceError::Unsupported("an adapter that changes nothing of the encoder".to_owned()));
        }
        Ok(encoder)
    }

    /// Width of the vectors.
    pub fn dimensions(&self) -> usize {
        self.config.hidden_size
    }

    /// The whole words of the encoder's vocabulary: a list of common words of the language.
    pub fn known_words(&self) -> impl Iterator<Item = String> {
        let vocabulary = self.tokenizer.get_vocab(false);
        vocabulary.into_keys().filter(|word| word.len() > 2 && word.chars().all(char::is_alphabetic))
    }

    /// A unit vector for each text, in the order given. Texts longer than 256 word pieces are read up to there.
    ///
    /// `progress` is called after each batch with the number of texts done.
    ///
    /// # Errors
    /// Tokeniser and tensor errors.
    pub fn encode(&self, texts: &[&str], progress: &mut dyn FnMut(usize)) -> Result<Vec<Vec<f32>>, InferenceError> {
        let mut tokens = Vec::with_capacity(texts.len());
        for text in texts {
            let encoding = self
                .tokenizer
                .encode_fast(*text, true)
                .map_err(|error| InferenceError::Tokenizer(error.to_string()))?;
            tokens.push(encoding.get_ids().to_vec());
        }
        // Batches of like lengths keep the matrix products large; nothing is padded.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(tokens[*index].len()));
        let mut vectors = vec![Vec::new(); texts.len()];
        let mut start = 0;
        while start < order.len() {
            let mut end = start;
            let mut held = 0;
            while end < order.len() && (end == start || held + tokens[order[end]].len() <= BATCH_TOKENS) {
                held += tokens[order[end]].len();
                end += 1;
            }
            let batch: Vec<&[u32]> = order[start..end].iter().map(|index| tokens[*index].as_slice()).collect();
            for (index, vector) in order[start..end].iter().zip(self.encode_batch(&batch)?) {
                vectors[*index] = vector;
            }
            start = end;
            progress(end);
        }
        Ok(vectors)
    }

    /// A unit vector for one text.
    ///
    /// # Errors
    /// Tokeniser and tensor errors.
    pub fn encode_one(&self, text: &str) -> Result<Vec<f32>, InferenceError> {
        Ok(self.encode(&[text], &mut |_| ())?.swap_remove(0))
    }

    fn encode_batch(&self, batch: &[&[u32]]) -> Result<Vec<Vec<f32>>, InferenceError> {
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
        let mut vectors = Vec::with_capacity(batch.len());
        let mut first = 0;
        for tokens in batch {
            let mut sum = vec![0.0; width];
            for row in stream[first * width..(first + tokens.len()) * width].chunks_exact(width) {
                kernels::add(&mut sum, row);
            }
            let length = sum.iter().map(|v| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
            vectors.push(sum.into_iter().map(|v| v / length).collect());
            first += tokens.len();
        }
        Ok(vectors)
    }

    fn embed(&self, batch: &[&[u32]]) -> Result<Vec<f32>, InferenceError> {
        let device = &Device::Cpu;
        let ids: Vec<u32> = batch.concat();
        let positions: Vec<u32> = batch.iter().flat_map(|tokens| 0..tokens.len() as u32).collect();
        let count = ids.len();
        let words = self.words.index_select(&Tensor::from_vec(ids, count, device)?, 0)?;
        let positions = self.positions.index_select(&Tensor::from_vec(positions, count, device)?, 0)?;
        let mut stream = (words + positions)?.flatten_all()?.to_vec1::<f32>()?;
        for row in stream.chunks_exact_mut(self.config.hidden_size) {
            kernels::add(row, &self.token_type);
        }
        Ok(stream)
    }

    fn attend(&self, layer: &Layer, rows: &Tensor, batch: &[&[u32]]) -> Result<Vec<f32>, InferenceError> {
        let width = self.config.hidden_size;
        let count = self.config.num_attention_heads;
        let heads = Heads { query: count, kv: count, dim: width / count };
        let queries = affine(&layer.query, rows)?;
        let keys = affine(&layer.key, rows)?;
        let values = affine(&layer.value, rows)?;
        let mut mixed = Vec::with_capacity(queries.len());
        let mut first = 0;
        for tokens in batch {
            let span = first * width..(first + tokens.len()) * width;
            let run = Run { keys: Stored::Floats(&keys[span.clone()]), values: Stored::Floats(&values[span.clone()]) };
            mixed.extend(attention(&queries[span], &[run], heads, false));
            first += tokens.len();
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
