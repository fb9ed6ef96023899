//! Messages that ask for several things, cut into their questions.

use std::sync::LazyLock;

use regex::Regex;

static JOINT: LazyLock<Regex> = LazyLock::new(|| {
    #[allow(clippy::expect_used)]
    Regex::new(
        r"(?i)(\?\s+|,?\s+(and|&|also|plus)\s+)((also )?(how|what|when|where|who|which|why|can|could|do|does|did|is|are|will|would|should|am|must)\b)",
    )
    .expect("a pattern of this module")
});

/// Cuts a message that asks for several things into its questions.
pub(crate) fn split_parts(question: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut at = 0;
    for joint in JOINT.captures_iter(question) {
        let (Some(between), Some(next)) = (joint.get(1), joint.get(3)) else { continue };
        parts.push(question[at..between.start()].trim().to_owned());
        at = next.start();
    }
    parts.push(question[at..].trim().to_owned());
    parts.retain(|part| part.split_whitespace().count() >= 3);
    if parts.is_empty() { vec![question.to_owned()] } else { parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, expected: &[&str]) {
        assert_eq!(split_parts(question), expected);
    }

    #[test]
    fn questions_with_several_parts_are_cut() {
        check(
            "How much is a Blue Badge and how many years do you get it for?",
            &["How much is a Blue Badge", "how many years do you get it for?"],
        );
        check("When are bins and recycling collected?", &["When are bins and recycling collected?"]);
        check("I moved. What do I do? And how long have I got?", &["I moved. What do I do?", "how long have I got?"]);
    }
}
