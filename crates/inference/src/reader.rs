//! The reader: one model that looks at a question and a passage together and says whether the passage answers it, and
//! which sentences do; or looks at a statement and says whether the passage supports it.
//!
//! It is the sentence encoder's BERT with low-rank changes to its matrices (Hu et al. 2021, `LoRA`) and three linear heads,
//! trained by [`training`]. Two texts that are read together tell what no comparison of their vectors can: that a
//! passage is about the matter but lacks the detail asked for.

mod operations;
pub mod training;

use std::ops::Range;
use std::path::Path;

use candle_core::{Device, Tensor};

use crate::InferenceError;
use crate::bert::{Bert, BertFiles, MATRICES, Sequence, matrix_name};
use crate::kernels;

/// What the product of the two low-rank matrices is multiplied by.
const ADAPTER_SCALE: f64 = 2.0;

/// Most word pieces of a question or statement; the end is kept, where long messages ask.
const MAX_QUESTION_TOKENS: usize = 128;

/// Most word pieces in all.
const MAX_TOKENS: usize = 480;

/// Most word pieces computed at once: bounds the memory of a batch.
const BATCH_TOKENS: usize = 2048;

/// The score of a sentence that was cut off: never the answer.
const NOT_READ: f32 = -20.0;

/// What is read: sentences in order, with what they stand under.
#[derive(Debug, Clone, Copy)]
pub struct ReaderPassage<'a> {
    /// Title and heading.
    pub context: &'a str,
    /// The sentences.
    pub sentences: &'a [&'a str],
}

/// What was read in a passage. Scores are logits: 0 is even odds before calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Whether the passage answers.
    pub answers: f32,
    /// For each sentence, whether it belongs to the answer.
    pub sentences: Vec<f32>,
}

/// The model.
pub struct Reader {
    bert: Bert,
    tokenizer: tokenizers::Tokenizer,
    heads: Heads,
}

struct Heads {
    sentence: Vec<f32>,
    passage: Vec<f32>,
    support: Vec<f32>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl Reader {
    /// Loads the encoder's files from `encoder` and changes them by the bytes of an adapter that [`training`] wrote.
    ///
    /// # Errors
    /// `Read` or `Malformed` naming the file; `Malformed` with the path `reader` for a broken adapter.
    pub fn load(encoder: &Path, adapter: &[u8]) -> Result<Self, InferenceError> {
        let malformed = |reason: String| InferenceError::Malformed { path: "reader".into(), reason };
        let mut files = BertFiles::read(encoder)?;
        let adapter = candle_core::safetensors::load_buffer(adapter, &Device::Cpu)
            .map_err(|error| malformed(error.to_string()))?;
        let get = |name: &str| adapter.get(name).ok_or_else(|| malformed(format!("no tensor `{name}`")));
        let layers = files.config.num_hidden_layers;
        let mut change = |name: String, delta: Tensor| -> Result<(), InferenceError> {
            let changed =
                (files.get(encoder, &name)? + delta).map_err(|error| malformed(format!("`{name}`: {error}")))?;
            files.tensors.insert(name, changed);
            Ok(())
        };
        for layer in 0..layers {
            for matrix in MATRICES {
                let name = matrix_name(layer, matrix);
                let down = get(&format!("{name}.a"))?.to_dtype(candle_core::DType::F32)?;
                let up = get(&format!("{name}.b"))?.to_dtype(candle_core::DType::F32)?;
                change(format!("{name}.weight"), (up.matmul(&down)? * ADAPTER_SCALE)?)?;
            }
        }
        change("embeddings.token_type_embeddings.weight".to_owned(), get("types")?.clone())?;
        let head = |name: &str| -> Result<Vec<f32>, InferenceError> { Ok(get(name)?.flatten_all()?.to_vec1()?) };
        let heads =
            Heads { sentence: head("head.sentence")?, passage: head("head.passage")?, support: head("head.support")? };
        let bert = Bert::new(encoder, &files)?;
        if [&heads.sentence, &heads.passage, &heads.support].iter().any(|head| head.len() != bert.width() + 1) {
            return Err(malformed("a head of another width".to_owned()));
        }
        Ok(Self { bert, tokenizer: files.tokenizer, heads })
    }

    /// Reads each passage for the answer to a question.
    ///
    /// # Errors
    /// Tokeniser and tensor errors.
    pub fn read(&self, question: &str, passages: &[ReaderPassage<'_>]) -> Result<Vec<Reading>, InferenceError> {
        self.forward(question, passages, |rows, layout| {
            let sentence = |span: &Option<Range<usize>>| {
                span.as_ref().map_or(NOT_READ, |span| score(&self.heads.sentence, &mean(rows, span, self.bert.width())))
            };
            Reading {
                answers: score(&self.heads.passage, &rows[..self.bert.width()]),
                sentences: layout.sentences.iter().map(sentence).collect(),
            }
        })
    }

    /// Whether each passage supports a statement, as logits.
    ///
    /// # Errors
    /// Tokeniser and tensor errors.
    pub fn support(&self, statement: &str, passages: &[ReaderPassage<'_>]) -> Result<Vec<f32>, InferenceError> {
        self.forward(statement, passages, |rows, _| score(&self.heads.support, &rows[..self.bert.width()]))
    }

    fn forward<T>(
        &self,
        text: &str,
        passages: &[ReaderPassage<'_>],
        of: impl Fn(&[f32], &Layout) -> T,
    ) -> Result<Vec<T>, InferenceError> {
        let longest = MAX_TOKENS.min(self.bert.positions());
        let layouts = passages
            .iter()
            .map(|passage| Layout::new(&self.tokenizer, text, *passage, longest))
            .collect::<Result<Vec<_>, _>>()?;
        let width = self.bert.width();
        let mut results = Vec::with_capacity(layouts.len());
        let mut start = 0;
        while start < layouts.len() {
            let mut end = start;
            let mut held = 0;
            while end < layouts.len() && (end == start || held + layouts[end].sequence.tokens.len() <= BATCH_TOKENS) {
                held += layouts[end].sequence.tokens.len();
                end += 1;
            }
            let batch: Vec<&Sequence> = layouts[start..end].iter().map(|layout| &layout.sequence).collect();
            let rows = self.bert.forward(&batch)?;
            let mut first = 0;
            for layout in &layouts[start..end] {
                let count = layout.sequence.tokens.len();
                results.push(of(&rows[first * width..(first + count) * width], layout));
                first += count;
            }
            start = end;
        }
        Ok(results)
    }
}

/// How a question and a passage are laid out for the model: `[CLS] question [SEP] context sentences [SEP]`.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) sequence: Sequence,
    /// Where each sentence stands; none for one that did not fit.
    pub(crate) sentences: Vec<Option<Range<usize>>>,
}

impl Layout {
    pub(crate) fn new(
        tokenizer: &tokenizers::Tokenizer,
        text: &str,
        passage: ReaderPassage<'_>,
        longest: usize,
    ) -> Result<Self, InferenceError> {
        let encode = |text: &str| -> Result<Vec<u32>, InferenceError> {
            let encoding = tokenizer.encode_fast(text, false);
            Ok(encoding.map_err(|error| InferenceError::Tokenizer(error.to_string()))?.get_ids().to_vec())
        };
        let control = |token: &str| {
            tokenizer.token_to_id(token).ok_or_else(|| InferenceError::Tokenizer(format!("no token {token}")))
        };
        let (start, separator) = (control("[CLS]")?, control("[SEP]")?);
        let question = encode(text)?;
        let question = &question[question.len().saturating_sub(MAX_QUESTION_TOKENS)..];
        let mut tokens = vec![start];
        tokens.extend_from_slice(question);
        tokens.push(separator);
        let mut types = vec![0; tokens.len()];
        tokens.extend(encode(passage.context)?);
        let mut sentences = Vec::with_capacity(passage.sentences.len());
        for sentence in passage.sentences {
            let sentence = encode(sentence)?;
            if sentence.is_empty() || tokens.len() + sentence.len() >= longest {
                sentences.push(None);
                continue;
            }
            sentences.push(Some(tokens.len()..tokens.len() + sentence.len()));
            tokens.extend(sentence);
        }
        tokens.truncate(longest - 1);
        tokens.push(separator);
        types.resize(tokens.len(), 1);
        Ok(Self { sequence: Sequence { tokens, types }, sentences })
    }
}

/// The mean of the rows of a span.
fn mean(rows: &[f32], span: &Range<usize>, width: usize) -> Vec<f32> {
    let mut sum = vec![0.0; width];
    for row in rows[span.start * width..span.end * width].chunks_exact(width) {
        kernels::add(&mut sum, row);
    }
    sum.iter_mut().for_each(|value| *value /= span.len() as f32);
    sum
}

/// A linear head whose last weight is its bias.
fn score(head: &[f32], vector: &[f32]) -> f32 {
    head.iter().zip(vector).map(|(a, b)| a * b).sum::<f32>() + head[vector.len()]
}
