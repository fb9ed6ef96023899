//! Danger that no rule knows: a softmax over the encoder's vector of a message. `training/danger.py` makes its file.

use corpus::SignpostKind;
use serde::Deserialize;

/// The probability from which a message is met with a signpost: few questions that only sound like danger have as much, and
/// hardly any of the others (`training/README.md`).
const LEAST: f32 = 0.65;

/// The probability from which one or two sentences are, within a message that as a whole is not: without what stands around
/// them, more sentences sound like danger.
const LEAST_OF_PART: f32 = 0.95;

/// The probability below which a message, and each sentence of it, speaks of no danger though a rule says so.
const HARDLY: f32 = 0.02;

/// The share of that probability from which the kind is certain; else the signpost is the one for danger to life.
const LEAST_OF_KIND: f32 = 0.5;

/// The class of messages without danger.
const NONE: &str = "none";

/// What is wrong with a classifier's file.
#[derive(Debug, thiserror::Error)]
pub enum DangerClassifierError {
    /// It is not JSON of the expected form.
    #[error("the classifier of danger cannot be read: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A class that is no kind of signpost.
    #[error("the classifier of danger has a class `{0}`, which is no kind of signpost")]
    UnknownClass(String),
    /// Numbers of classes, weights and biases that differ, or none.
    #[error("the classifier of danger has weights of different shapes")]
    Shape,
}

/// Says from the vector of a message whether somebody may be in danger, and which kind of danger it is.
#[derive(Debug)]
pub struct DangerClassifier {
    encoder: String,
    /// No kind is the class of messages without danger.
    classes: Vec<Class>,
}

#[derive(Debug)]
struct Class {
    kind: Option<SignpostKind>,
    weights: Vec<f32>,
    bias: f32,
}

/// The file: `weights` are classes × width of the encoder's vectors.
#[derive(Deserialize)]
struct File {
    encoder: String,
    classes: Vec<String>,
    weights: Vec<Vec<f32>>,
    biases: Vec<f32>,
}

impl DangerClassifier {
    /// Reads a classifier's file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, DangerClassifierError> {
        let File { encoder, classes, weights, biases } = serde_json::from_str(text)?;
        let width = weights.first().map_or(0, Vec::len);
        let fits = width > 0 && weights.iter().all(|row| row.len() == width);
        if !fits || classes.len() != weights.len() || classes.len() != biases.len() {
            return Err(DangerClassifierError::Shape);
        }
        let kind = |name: &String| SignpostKind::ALL.into_iter().find(|kind| kind.name() == name);
        let class = |(name, (weights, bias)): (String, (Vec<f32>, f32))| match kind(&name) {
            None if name != NONE => Err(DangerClassifierError::UnknownClass(name)),
            kind => Ok(Class { kind, weights, bias }),
        };
        let classes = classes.into_iter().zip(weights.into_iter().zip(biases)).map(class).collect::<Result<_, _>>()?;
        Ok(Self { encoder, classes })
    }

    /// The digest of the encoder whose vectors it was trained on.
    pub fn encoder(&self) -> &str {
        &self.encoder
    }

    /// Whether a text with this vector hardly speaks of danger.
    pub(crate) fn is_hardly_danger(&self, vector: &[f32]) -> bool {
        self.of_kinds(vector).iter().map(|(_, share)| share).sum::<f32>() < HARDLY
    }

    /// The kind of danger that a message with this vector speaks of, if any.
    pub(crate) fn danger(&self, vector: &[f32]) -> Option<SignpostKind> {
        self.danger_from(LEAST, vector)
    }

    /// The kind of danger that a part of a message with this vector speaks of, if any.
    pub(crate) fn danger_of_part(&self, vector: &[f32]) -> Option<SignpostKind> {
        self.danger_from(LEAST_OF_PART, vector)
    }

    fn danger_from(&self, least: f32, vector: &[f32]) -> Option<SignpostKind> {
        let of_kinds = self.of_kinds(vector);
        let danger: f32 = of_kinds.iter().map(|(_, share)| share).sum();
        if danger < least {
            return None;
        }
        let (kind, share) = of_kinds.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(if share < LEAST_OF_KIND * danger { SignpostKind::LifeDanger } else { kind })
    }

    /// The probability of each kind of danger.
    fn of_kinds(&self, vector: &[f32]) -> Vec<(SignpostKind, f32)> {
        let score = |class: &Class| class.weights.iter().zip(vector).map(|(a, b)| a * b).sum::<f32>() + class.bias;
        let scores: Vec<f32> = self.classes.iter().map(score).collect();
        let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let shares: Vec<f32> = scores.iter().map(|score| (score - most).exp()).collect();
        let all: f32 = shares.iter().sum();
        self.classes.iter().zip(&shares).filter_map(|(class, share)| Some((class.kind?, share / all))).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str = r#"{"encoder": "e", "classes": ["gas", "power_cut", "child_safety", "none"],
        "weights": [[4, 0], [0, 4], [2, 2], [0, 0]], "biases": [0, 0, 0, 3]}"#;

    fn check(vector: &[f32], expected: Option<SignpostKind>) {
        assert_eq!(DangerClassifier::parse(TEXT).unwrap().danger(vector), expected, "{vector:?}");
    }

    #[test]
    fn the_likeliest_kind_is_meant_and_life_where_none_is_clear() {
        check(&[1.0, 0.0], Some(SignpostKind::Gas));
        check(&[0.0, 1.0], Some(SignpostKind::PowerCut));
        check(&[1.0, 1.0], Some(SignpostKind::LifeDanger));
        check(&[0.0, 0.0], None);
        check(&[-1.0, -1.0], None);
    }

    #[test]
    fn a_part_of_a_message_has_to_be_surer() {
        let classifier = DangerClassifier::parse(TEXT).unwrap();
        for (vector, of_part) in [([1.0, 0.0], None), ([2.0, 0.0], Some(SignpostKind::Gas))] {
            assert_eq!(classifier.danger(&vector), Some(SignpostKind::Gas));
            assert_eq!(classifier.danger_of_part(&vector), of_part);
        }
    }

    #[test]
    fn what_is_hardly_danger_is_far_from_likely() {
        let check = |vector: &[f32], expected: bool| {
            let classifier = DangerClassifier::parse(TEXT).unwrap();
            assert_eq!(classifier.is_hardly_danger(vector), expected, "{vector:?}");
        };
        check(&[-1.0, -1.0], true);
        check(&[0.0, 0.0], false);
        check(&[1.0, 0.0], false);
    }

    #[test]
    fn a_file_that_does_not_fit_is_refused_in_words() {
        let check = |text: &str, expected: &str| {
            let error = DangerClassifier::parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check("{", "cannot be read");
        check(r#"{"encoder": "e", "classes": ["floods"], "weights": [[1]], "biases": [0]}"#, "`floods`");
        check(r#"{"encoder": "e", "classes": ["gas", "none"], "weights": [[1], [1, 2]], "biases": [0, 0]}"#, "shapes");
        check(r#"{"encoder": "e", "classes": ["gas", "none"], "weights": [[1]], "biases": [0, 0]}"#, "shapes");
    }
}
