//! Messages that ask for several things, cut into their questions.

use std::sync::LazyLock;

use regex::Regex;

use crate::context::{Contextualised, after};

/// Most parts of a message that are answered.
const MOST_PARTS: usize = 3;

static JOINT: LazyLock<Regex> = LazyLock::new(|| {
    #[allow(clippy::expect_used)]
    Regex::new(
        r"(?i)(\?\s+|,?\s+(and|&|also|plus)\s+)((also )?(how|what|when|where|who|which|why|can|could|do|does|did|is|are|will|would|should|am|must)\b)",
    )
    .expect("a pattern of this module")
});

/// What is in every question, and in few statements.
static ASKING: LazyLock<Regex> = LazyLock::new(|| {
    #[allow(clippy::expect_used)]
    Regex::new(
        r"(?i)\?|\b(how|what|where|who|which|why)\b|(^|[.,;:!]\s+)((please|pls|hi|hello)\W+)?(when|can|could|do|does|did|is|are|will|would|should|am|must)\b",
    )
    .expect("a pattern of this module")
});

/// The questions of a message: the first, with the history of the whole, and the others, each behind the first.
pub(crate) fn parts(whole: &Contextualised) -> (Contextualised, Vec<Contextualised>) {
    let mut questions = split_parts(&whole.question).into_iter();
    let first = questions.next().unwrap_or_default();
    let earlier = whole.standalone.strip_suffix(whole.question.as_str()).unwrap_or_default().trim_end();
    let other = |question: String| Contextualised {
        standalone: after(&first, &question),
        question,
        history: vec![first.clone()],
        follow_up: true,
        further: true,
    };
    let others = questions.map(other).collect();
    (Contextualised { standalone: after(earlier, &first), question: first, ..whole.clone() }, others)
}

/// Cuts a message that asks for several things into its questions. What asks nothing belongs to what follows.
fn split_parts(question: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut at = 0;
    for joint in JOINT.captures_iter(question) {
        let (Some(between), Some(next)) = (joint.get(1), joint.get(3)) else { continue };
        // The question mark is the question's own.
        let end = between.start() + usize::from(between.as_str().starts_with('?'));
        let (part, rest) = (&question[at..end], &question[next.start()..]);
        // What is too short to be searched for alone stays with what it follows, and what is too much with the last part.
        if ASKING.is_match(part) && is_long_enough(part) && is_long_enough(rest) && parts.len() + 1 < MOST_PARTS {
            parts.push(part.trim().to_owned());
            at = next.start();
        }
    }
    parts.push(question[at..].trim().to_owned());
    parts
}

fn is_long_enough(part: &str) -> bool {
    part.split_whitespace().count() >= 3
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
        check("My bin is full and can I put bags beside it?", &["My bin is full and can I put bags beside it?"]);
        check(
            "We just moved in and do we need a permit? Also what does it cost?",
            &["We just moved in and do we need a permit?", "Also what does it cost?"],
        );
        check("How much is a garden bin and how long?", &["How much is a garden bin and how long?"]);
        check(
            "What does it cost and who can get it and how long is the wait and what do I need to bring?",
            &["What does it cost", "who can get it", "how long is the wait and what do I need to bring?"],
        );
        check("When are bins and recycling collected?", &["When are bins and recycling collected?"]);
        check("I moved. What do I do? And how long have I got?", &["I moved. What do I do?", "how long have I got?"]);
    }
}
