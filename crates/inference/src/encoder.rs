//! The sentence encoder: a BERT of the all-MiniLM-L6-v2 kind, mean-pooled and normalised (Reimers and Gurevych 2019).

use std::path::Path;

use tokenizers::{TruncationDirection, TruncationParams, TruncationStrategy};

use crate::InferenceError;
use crate::bert::{Bert, BertFiles, Sequence};
use crate::kernels;

/// Longest text in word pieces that the published model was trained on; what follows is not read.
const MAX_TOKENS: usize = 256;

/// Most word pieces computed at once: bounds the memory of a batch.
const BATCH_TOKENS: usize = 2048;

/// Turns texts into unit vectors whose dot product says how close their meanings are.
pub struct Encoder {
    bert: Bert,
    tokenizer: tokenizers::Tokenizer,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").field("dimensions", &self.dimensions()).finish_non_exhaustive()
    }
}

impl Encoder {
    /// Loads `model.safetensors`, `tokenizer.json` and `config.json` from a folder.
    ///
    /// # Errors
    /// `Read` or `Malformed` naming the file.
    pub fn load(folder: &Path) -> Result<Self, InferenceError> {
        let mut files = BertFiles::read(folder)?;
        files
            .tokenizer
            .with_truncation(Some(TruncationParams {
                direction: TruncationDirection::Right,
                max_length: MAX_TOKENS,
                strategy: TruncationStrategy::LongestFirst,
                stride: 0,
            }))
            .map_err(|error| InferenceError::Tokenizer(error.to_string()))?;
        Ok(Self { bert: Bert::new(folder, &files)?, tokenizer: files.tokenizer })
    }

    /// Width of the vectors.
    pub fn dimensions(&self) -> usize {
        self.bert.width()
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
        let mut sequences = Vec::with_capacity(texts.len());
        for text in texts {
            let encoding = self
                .tokenizer
                .encode_fast(*text, true)
                .map_err(|error| InferenceError::Tokenizer(error.to_string()))?;
            let tokens = encoding.get_ids().to_vec();
            sequences.push(Sequence { types: vec![0; tokens.len()], tokens });
        }
        // Batches of like lengths keep the matrix products large; nothing is padded.
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(sequences[*index].tokens.len()));
        let mut vectors = vec![Vec::new(); texts.len()];
        let mut start = 0;
        while start < order.len() {
            let mut end = start;
            let mut held = 0;
            while end < order.len() && (end == start || held + sequences[order[end]].tokens.len() <= BATCH_TOKENS) {
                held += sequences[order[end]].tokens.len();
                end += 1;
            }
            let batch: Vec<&Sequence> = order[start..end].iter().map(|index| &sequences[*index]).collect();
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

    fn encode_batch(&self, batch: &[&Sequence]) -> Result<Vec<Vec<f32>>, InferenceError> {
        let width = self.bert.width();
        let stream = self.bert.forward(batch)?;
        let mut vectors = Vec::with_capacity(batch.len());
        let mut first = 0;
        for sequence in batch {
            let mut sum = vec![0.0; width];
            for row in stream[first * width..(first + sequence.tokens.len()) * width].chunks_exact(width) {
                kernels::add(&mut sum, row);
            }
            let length = sum.iter().map(|v| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
            vectors.push(sum.into_iter().map(|v| v / length).collect());
            first += sequence.tokens.len();
        }
        Ok(vectors)
    }
}
