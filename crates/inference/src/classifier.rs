//! A classifier of texts: an encoder changed by an adapter, and a softmax over its vector.

use std::sync::Arc;

use crate::adapter::{Adapter, said};
use crate::{CachedEncoder, Encoder, InferenceError};

/// Says of a text how likely each of its classes is.
#[derive(Debug)]
pub struct TextClassifier {
    encoder: CachedEncoder,
    classes: Vec<String>,
    weights: Vec<Vec<f32>>,
    biases: Vec<f32>,
}

impl TextClassifier {
    /// Makes one of an encoder and an adapter: that which [`Encoder::adapted`] reads, with `heads.weight` (classes × width)
    /// and `heads.bias` (classes) besides, and in its metadata `classes`, their names with spaces between them.
    ///
    /// # Errors
    /// `Tensor` where the file is cut off, `Unsupported` where it is not for this encoder or names no classes.
    pub fn new(encoder: &Encoder, adapter: &[u8]) -> Result<Self, InferenceError> {
        let names = said(adapter, "classes")?.unwrap_or_default();
        let classes: Vec<String> = names.split_whitespace().map(str::to_owned).collect();
        if classes.is_empty() {
            return Err(InferenceError::Unsupported("an adapter that names no classes".to_owned()));
        }
        let (weights, biases) = Adapter::read(adapter)?.heads(classes.len(), encoder.dimensions())?;
        let encoder = CachedEncoder::new(Arc::new(encoder.adapted(adapter)?));
        Ok(Self { encoder, classes, weights, biases })
    }

    /// The names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The probability of each class, in their order.
    ///
    /// # Errors
    /// Tokeniser and tensor errors.
    pub fn probabilities(&self, text: &str) -> Result<Vec<f32>, InferenceError> {
        let vector = self.encoder.encode(text)?;
        let score = |weights: &Vec<f32>| weights.iter().zip(&vector).map(|(a, b)| a * b).sum::<f32>();
        let scores: Vec<f32> = self.weights.iter().zip(&self.biases).map(|(row, bias)| score(row) + bias).collect();
        let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let shares: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
        let all: f32 = shares.iter().sum();
        Ok(shares.into_iter().map(|share| share / all).collect())
    }
}
