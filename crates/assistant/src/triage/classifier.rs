//! Danger that no rule knows: a classifier of texts that was trained on messages of danger. `training/danger.py` makes its file.

use corpus::SignpostKind;
use inference::TextClassifier;

/// The probability from which a message is met with a signpost: few questions that only sound like danger have as much, and
/// hardly any of the others (`training/README.md`).
const LEAST: f32 = 0.55;

/// The probability from which one or two sentences are, within a message that as a whole is not: without what stands around
/// them, more sentences sound like danger.
const LEAST_OF_PART: f32 = 0.97;

/// The probability below which a message, and each sentence of it, speaks of no danger though a rule says so.
const HARDLY: f32 = 0.05;

/// The share of that probability from which the kind is certain; else the signpost is the one for danger to life.
const LEAST_OF_KIND: f32 = 0.5;

/// The class of messages without danger.
const NONE: &str = "none";

/// A class of a classifier of danger that is no kind of signpost.
#[derive(Debug, thiserror::Error)]
#[error("the classifier of danger has a class `{0}`, which is no kind of signpost")]
pub struct UnknownClass(String);

/// Says of a message whether somebody may be in danger, and which kind of danger it is.
#[derive(Debug)]
pub struct DangerClassifier {
    classifier: TextClassifier,
    /// Of each class; none is the class of messages without danger.
    kinds: Vec<Option<SignpostKind>>,
}

impl DangerClassifier {
    /// Makes one of a classifier whose classes are kinds of signposts, and `none`.
    ///
    /// # Errors
    /// A class that is neither.
    pub fn new(classifier: TextClassifier) -> Result<Self, UnknownClass> {
        let kind = |name: &String| match SignpostKind::ALL.into_iter().find(|kind| kind.name() == name) {
            None if name != NONE => Err(UnknownClass(name.clone())),
            kind => Ok(kind),
        };
        let kinds = classifier.classes().iter().map(kind).collect::<Result<_, _>>()?;
        Ok(Self { classifier, kinds })
    }

    /// Whether a text hardly speaks of danger.
    pub(crate) fn is_hardly_danger(&self, text: &str) -> bool {
        self.of_kinds(text).is_some_and(|of_kinds| danger(&of_kinds) < HARDLY)
    }

    /// The kind of danger that a message speaks of, if any.
    pub(crate) fn danger(&self, message: &str) -> Option<SignpostKind> {
        likely(&self.of_kinds(message)?, LEAST)
    }

    /// The kind of danger that a part of a message speaks of, if any.
    pub(crate) fn danger_of_part(&self, part: &str) -> Option<SignpostKind> {
        likely(&self.of_kinds(part)?, LEAST_OF_PART)
    }

    /// The probability of each kind of danger; none where the model fails, and then the rules are alone.
    fn of_kinds(&self, text: &str) -> Option<Vec<(SignpostKind, f32)>> {
        let said = self.classifier.probabilities(text);
        let said = said.inspect_err(|error| tracing::error!(%error, "a message is triaged by the rules alone")).ok()?;
        Some(self.kinds.iter().zip(said).filter_map(|(kind, share)| Some(((*kind)?, share))).collect())
    }
}

/// The probability that a text with these probabilities of kinds speaks of danger.
fn danger(of_kinds: &[(SignpostKind, f32)]) -> f32 {
    of_kinds.iter().map(|(_, share)| share).sum()
}

/// The kind of danger where it is as likely as this: that for danger to life where none is clear.
fn likely(of_kinds: &[(SignpostKind, f32)], least: f32) -> Option<SignpostKind> {
    let danger = danger(of_kinds);
    if danger < least {
        return None;
    }
    let (kind, share) = of_kinds.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(if *share < LEAST_OF_KIND * danger { SignpostKind::LifeDanger } else { *kind })
}

#[cfg(test)]
mod tests {
    use SignpostKind::{ChildSafety, Gas, LifeDanger, PowerCut};

    use super::*;

    #[test]
    fn the_likeliest_kind_is_meant_and_life_where_none_is_clear() {
        let check = |gas: f32, power_cut: f32, child: f32, expected: Option<SignpostKind>| {
            let of_kinds = [(Gas, gas), (PowerCut, power_cut), (ChildSafety, child)];
            assert_eq!(likely(&of_kinds, LEAST), expected, "{of_kinds:?}");
        };
        check(0.6, 0.1, 0.0, Some(Gas));
        check(0.1, 0.0, 0.8, Some(ChildSafety));
        check(0.3, 0.3, 0.2, Some(LifeDanger));
        check(0.2, 0.2, 0.1, None);
        check(0.0, 0.0, 0.0, None);
    }

    #[test]
    fn a_part_of_a_message_has_to_be_surer() {
        assert_eq!(likely(&[(Gas, 0.9)], LEAST), Some(Gas));
        assert_eq!(likely(&[(Gas, 0.9)], LEAST_OF_PART), None);
        assert_eq!(likely(&[(Gas, 1.0)], LEAST_OF_PART), Some(Gas));
    }
}
