//! Training the reader: the same model as tensors that remember how they came about.
//!
//! The encoder's matrices stay as they are; what is learned are the low-rank changes, the token types and the heads.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor, Var};

use super::operations::{Adapted, Gelu, LayerNorm, Softmax};
use super::{Layout, MAX_TOKENS, ReaderPassage};
use crate::InferenceError;
use crate::bert::{BertFiles, MATRICES, matrix_name};

/// What an example teaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A question: for each sentence, whether it belongs to the answer; none does when the passage does not answer.
    Question(Vec<bool>),
    /// A statement: whether the passage supports it.
    Statement(bool),
}

/// An example as the model reads it.
#[derive(Debug, Clone)]
pub struct Prepared {
    layout: Layout,
    target: Target,
}

impl Prepared {
    /// Its length in word pieces.
    pub fn tokens(&self) -> usize {
        self.layout.sequence.tokens.len()
    }
}

struct Affine {
    product: Adapted,
    down: Var,
    up: Var,
}

impl Affine {
    fn apply(&self, rows: &Tensor) -> Result<Tensor, InferenceError> {
        Ok(rows.contiguous()?.apply_op3(&self.down, &self.up, self.product.clone())?)
    }
}

struct Layer {
    /// In the order of `MATRICES`.
    affine: Vec<Affine>,
    attention_norm: LayerNorm,
    output_norm: LayerNorm,
}

/// The model while it learns.
pub struct Trainee {
    tokenizer: tokenizers::Tokenizer,
    words: Tensor,
    positions: Tensor,
    token_types: Tensor,
    norm: LayerNorm,
    layers: Vec<Layer>,
    heads: usize,
    trained: Vec<(String, Var)>,
}

impl std::fmt::Debug for Trainee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trainee").field("trained", &self.trained.len()).finish_non_exhaustive()
    }
}

impl Trainee {
    /// The encoder of a folder with changes of rank `rank` that do nothing yet.
    ///
    /// # Errors
    /// `Read` or `Malformed` naming the file.
    pub fn new(encoder: &Path, rank: usize) -> Result<Self, InferenceError> {
        let files = BertFiles::read(encoder)?;
        let get = |name: &str| files.get(encoder, name);
        let vector = |name: &str| -> Result<Vec<f32>, InferenceError> { Ok(get(name)?.to_vec1()?) };
        let norm = |name: &str| -> Result<LayerNorm, InferenceError> {
            Ok(LayerNorm {
                weight: vector(&format!("{name}.weight"))?,
                bias: vector(&format!("{name}.bias"))?,
                epsilon: files.config.layer_norm_eps,
            })
        };
        let mut random = Random(1);
        let mut trained = Vec::new();
        let mut layers = Vec::new();
        for layer in 0..files.config.num_hidden_layers {
            let mut affine = Vec::new();
            for matrix in MATRICES {
                let name = matrix_name(layer, matrix);
                let weight = get(&format!("{name}.weight"))?;
                let (output, input) = weight.dims2()?;
                let spread = 1.0 / (input as f32).sqrt();
                let down: Vec<f32> = (0..rank * input).map(|_| random.normal() * spread).collect();
                let down = Var::from_tensor(&Tensor::from_vec(down, (rank, input), &Device::Cpu)?)?;
                let up = Var::zeros((output, rank), DType::F32, &Device::Cpu)?;
                trained.push((format!("{name}.a"), down.clone()));
                trained.push((format!("{name}.b"), up.clone()));
                affine.push(Affine { product: Adapted { weight, bias: vector(&format!("{name}.bias"))? }, down, up });
            }
            layers.push(Layer {
                affine,
                attention_norm: norm(&matrix_name(layer, "attention.output.LayerNorm"))?,
                output_norm: norm(&matrix_name(layer, "output.LayerNorm"))?,
            });
        }
        let width = files.config.hidden_size;
        let types = Var::zeros((2, width), DType::F32, &Device::Cpu)?;
        trained.push(("types".to_owned(), types));
        for head in ["head.sentence", "head.passage", "head.support"] {
            trained.push((head.to_owned(), Var::zeros((width + 1, 1), DType::F32, &Device::Cpu)?));
        }
        Ok(Self {
            words: get("embeddings.word_embeddings.weight")?,
            positions: get("embeddings.position_embeddings.weight")?,
            token_types: get("embeddings.token_type_embeddings.weight")?,
            norm: norm("embeddings.LayerNorm")?,
            layers,
            heads: files.config.num_attention_heads,
            trained,
            tokenizer: files.tokenizer,
        })
    }

    /// What is learned, by name.
    pub fn trained(&self) -> &[(String, Var)] {
        &self.trained
    }

    /// Lays an example out.
    ///
    /// # Errors
    /// Errors of the tokeniser.
    pub fn prepare(&self, text: &str, passage: ReaderPassage<'_>, target: Target) -> Result<Prepared, InferenceError> {
        Ok(Prepared { layout: Layout::new(&self.tokenizer, text, passage, MAX_TOKENS)?, target })
    }

    /// The mean loss over a batch (a scalar): binary cross-entropy of the heads that an example has a target for.
    ///
    /// # Errors
    /// Tensor errors.
    pub fn loss(&self, batch: &[&Prepared]) -> Result<Tensor, InferenceError> {
        let mut losses = Vec::new();
        for (example, rows) in batch.iter().zip(self.rows(batch)?) {
            let first = rows.narrow(0, 0, 1)?;
            match &example.target {
                Target::Statement(supported) => {
                    losses.push(cross_entropy(&self.score("head.support", &first)?, &[*supported])?);
                }
                Target::Question(answers) => {
                    losses.push(cross_entropy(
                        &self.score("head.passage", &first)?,
                        &[answers.iter().any(|answer| *answer)],
                    )?);
                    let read: Vec<(Tensor, bool)> = example
                        .layout
                        .sentences
                        .iter()
                        .zip(answers)
                        .filter_map(|(span, answer)| span.as_ref().map(|span| (span, *answer)))
                        .map(|(span, answer)| Ok((rows.narrow(0, span.start, span.len())?.mean_keepdim(0)?, answer)))
                        .collect::<Result<_, InferenceError>>()?;
                    if !read.is_empty() {
                        let (means, answers): (Vec<Tensor>, Vec<bool>) = read.into_iter().unzip();
                        let scores = self.score("head.sentence", &Tensor::cat(&means, 0)?)?;
                        losses.push((cross_entropy(&scores, &answers)? * SENTENCE_WEIGHT)?);
                    }
                }
            }
        }
        Ok((Tensor::stack(&losses, 0)?.sum_all()? / batch.len() as f64)?)
    }

    /// The logit of the passage head, or of the support head for statements.
    ///
    /// # Errors
    /// Tensor errors.
    pub fn verdicts(&self, batch: &[&Prepared]) -> Result<Vec<f32>, InferenceError> {
        batch
            .iter()
            .zip(self.rows(batch)?)
            .map(|(example, rows)| {
                let head = match example.target {
                    Target::Statement(_) => "head.support",
                    Target::Question(_) => "head.passage",
                };
                Ok(self.score(head, &rows.narrow(0, 0, 1)?)?.flatten_all()?.to_vec1::<f32>()?[0])
            })
            .collect()
    }

    /// Of the questions with an answer, for each whether the sentence that scores best belongs to it.
    ///
    /// # Errors
    /// Tensor errors.
    pub fn finds_sentence(&self, batch: &[&Prepared]) -> Result<Vec<bool>, InferenceError> {
        let mut found = Vec::new();
        for (example, rows) in batch.iter().zip(self.rows(batch)?) {
            let Target::Question(answers) = &example.target else { continue };
            if !answers.iter().any(|answer| *answer) {
                continue;
            }
            let mut best: Option<(f32, bool)> = None;
            for (span, answer) in example.layout.sentences.iter().zip(answers) {
                let Some(span) = span else { continue };
                let mean = rows.narrow(0, span.start, span.len())?.mean_keepdim(0)?;
                let score = self.score("head.sentence", &mean)?.to_vec1::<f32>()?[0];
                if best.is_none_or(|(held, _)| score > held) {
                    best = Some((score, *answer));
                }
            }
            found.extend(best.map(|(_, answer)| answer));
        }
        Ok(found)
    }

    /// Writes what was learned as a safetensors file that [`super::Reader::load`] reads: the low-rank matrices as 16-bit
    /// floats, the rest as 32-bit ones.
    ///
    /// # Errors
    /// Tensor and file errors.
    pub fn save(&self, path: &Path) -> Result<(), InferenceError> {
        let mut tensors = HashMap::new();
        for (name, var) in &self.trained {
            let half = name.ends_with(".a") || name.ends_with(".b");
            let dtype = if half { DType::F16 } else { DType::F32 };
            tensors.insert(name.clone(), var.as_tensor().to_dtype(dtype)?);
        }
        Ok(candle_core::safetensors::save(&tensors, path)?)
    }

    fn var(&self, name: &str) -> Result<&Tensor, InferenceError> {
        let found = self.trained.iter().find(|(held, _)| held == name);
        found.map(|(_, var)| var.as_tensor()).ok_or_else(|| InferenceError::Unsupported(format!("no weight {name}")))
    }

    /// (n, width) to (n): a linear head whose last weight is its bias.
    fn score(&self, head: &str, rows: &Tensor) -> Result<Tensor, InferenceError> {
        let head = self.var(head)?;
        let width = rows.dims2()?.1;
        let product = rows.matmul(&head.narrow(0, 0, width)?)?;
        Ok(product.broadcast_add(&head.narrow(0, width, 1)?)?.squeeze(1)?)
    }

    /// The vectors of each example's word pieces: (pieces, width) each.
    fn rows(&self, batch: &[&Prepared]) -> Result<Vec<Tensor>, InferenceError> {
        let device = &Device::Cpu;
        let lengths: Vec<usize> = batch.iter().map(|example| example.tokens()).collect();
        let count: usize = lengths.iter().sum();
        let sequences = || batch.iter().map(|example| &example.layout.sequence);
        let ids: Vec<u32> = sequences().flat_map(|sequence| sequence.tokens.iter().copied()).collect();
        let positions: Vec<u32> = lengths.iter().flat_map(|length| 0..*length as u32).collect();
        let types: Vec<u32> =
            sequences().flat_map(|sequence| sequence.types.iter().map(|kind| u32::from(*kind))).collect();
        let words = self.words.index_select(&Tensor::from_vec(ids, count, device)?, 0)?;
        let positions = self.positions.index_select(&Tensor::from_vec(positions, count, device)?, 0)?;
        let table = (&self.token_types + self.var("types")?)?;
        let types = table.index_select(&Tensor::from_vec(types, count, device)?, 0)?;
        let mut stream = ((words + positions)? + types)?.apply_op1(self.norm.clone())?;
        for layer in &self.layers {
            let [query, key, value, output, inner, outer] = layer.affine.as_slice() else {
                return Err(InferenceError::Unsupported("a layer without its six matrices".to_owned()));
            };
            let (queries, keys, values) = (query.apply(&stream)?, key.apply(&stream)?, value.apply(&stream)?);
            let mut mixed = Vec::with_capacity(batch.len());
            let mut first = 0;
            for length in &lengths {
                let part = |rows: &Tensor| rows.narrow(0, first, *length);
                mixed.push(self.attend(&part(&queries)?, &part(&keys)?, &part(&values)?)?);
                first += length;
            }
            let mixed = output.apply(&Tensor::cat(&mixed, 0)?)?;
            stream = (stream + mixed)?.apply_op1(layer.attention_norm.clone())?;
            let activated = inner.apply(&stream)?.apply_op1(Gelu)?;
            stream = (&stream + outer.apply(&activated)?)?.apply_op1(layer.output_norm.clone())?;
        }
        let mut first = 0;
        lengths
            .iter()
            .map(|length| {
                first += length;
                Ok(stream.narrow(0, first - length, *length)?)
            })
            .collect()
    }

    /// Attention over one sequence: (pieces, width) each.
    fn attend(&self, queries: &Tensor, keys: &Tensor, values: &Tensor) -> Result<Tensor, InferenceError> {
        let (length, width) = queries.dims2()?;
        let dim = width / self.heads;
        let split = |rows: &Tensor| rows.reshape((length, self.heads, dim))?.transpose(0, 1)?.contiguous();
        let scores = split(queries)?.matmul(&split(keys)?.transpose(1, 2)?.contiguous()?)?;
        let weights = scores.apply_op1(Softmax { scale: 1.0 / (dim as f32).sqrt() })?;
        Ok(weights.matmul(&split(values)?)?.transpose(0, 1)?.reshape((length, width))?)
    }
}

/// What the loss over the sentences counts for beside that of the passage.
const SENTENCE_WEIGHT: f64 = 2.0;

/// Mean binary cross-entropy of logits: max(x, 0) − x·y + ln(1 + e^(−|x|)).
fn cross_entropy(logits: &Tensor, targets: &[bool]) -> Result<Tensor, InferenceError> {
    let targets: Vec<f32> = targets.iter().map(|target| f32::from(u8::from(*target))).collect();
    let count = targets.len();
    let targets = Tensor::from_vec(targets, count, &Device::Cpu)?;
    let softened = (logits.abs()?.neg()?.exp()? + 1.0)?.log()?;
    Ok(((logits.relu()? - (logits * targets)?)? + softened)?.mean_all()?)
}

/// A small generator of random numbers (Steele et al. 2014, `SplitMix64`), so that a training run can be repeated.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    /// A number from about the normal distribution.
    pub fn normal(&mut self) -> f32 {
        let uniform = |bits: u64| (bits >> 40) as f32 / (1_u64 << 24) as f32;
        (0..12).map(|_| uniform(self.next())).sum::<f32>() - 6.0
    }

    /// Puts items into another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}
