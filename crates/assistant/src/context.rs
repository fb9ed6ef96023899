//! Follow-ups made whole: which earlier turns a question leans on.

use conversation::{Role, Turn};
use retrieval::Analyzer;

use crate::limits::{MAX_HISTORY_TURNS, MAX_TURN_CHARACTERS};
use crate::quote::Wanted;

/// A question with what it needs to be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contextualised {
    /// The question itself.
    pub(crate) question: String,
    /// Earlier turns to search with, oldest first.
    pub(crate) history: Vec<String>,
    /// The question as it would be asked alone: for a follow-up, the resident's earlier question goes before it.
    pub(crate) standalone: String,
    /// Whether the question leans on what was said before.
    pub(crate) follow_up: bool,
    /// Whether it goes on from another question of the same message, which says what it is about and not what it asks for.
    pub(crate) further: bool,
}

/// Words that point back.
const POINTERS: &[&str] = &[
    "it", "its", "it's", "that", "thats", "that's", "this", "they", "them", "those", "these", "there", "one", "ones",
    "he", "she", "then", "same", "instead", "else", "either", "too", "also", "both",
];

/// Openings that go on from what was said.
const OPENINGS: &[&str] =
    &["and ", "ok ", "okay ", "but ", "what about", "how about", "so ", "what if", "or ", "also ", "then "];

/// Content stems that a question standing alone has at least.
const LEAST_STEMS: usize = 3;

/// A message of at most so many words may only name a topic, where none of them is one that asks for something.
const TOPIC_WORDS: usize = 3;
const ASKING_WORDS: &[&str] = &[
    "how", "what", "whats", "when", "whens", "where", "wheres", "who", "whos", "which", "why", "can", "cant", "could",
    "do", "does", "did", "is", "isnt", "are", "am", "was", "will", "would", "should", "must", "may", "have", "has",
    "need", "i", "im", "ive", "my", "me", "we", "our", "us", "you", "your", "not", "no", "yes", "want", "please",
    "price", "prices", "cost", "costs", "fee", "fees", "charge", "charges", "number", "phone", "email", "address",
    "contact", "deadline", "date", "dates", "time", "times", "hours",
];

/// Whether a message names a topic and asks nothing, as in "bulky waste collection".
pub(crate) fn names_topic(message: &str) -> bool {
    let plain = message.replace(['\'', '’'], "").to_lowercase();
    let mut words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    (1..=TOPIC_WORDS).contains(&words.clone().count())
        && !message.contains('?')
        && !words.any(|word| ASKING_WORDS.contains(&word) || POINTERS.contains(&word))
        && Wanted::of(message) == Wanted::Open
}

/// Decides how much of the history a question needs.
pub(crate) fn contextualise(question: &str, history: &[Turn], analyzer: &Analyzer) -> Contextualised {
    let lower = question.to_lowercase();
    let lower = lower.trim_start();
    let stems = analyzer.stems(question).len();
    let points_back = lower.split(|c: char| !c.is_alphanumeric() && c != '\'').any(|word| POINTERS.contains(&word));
    let goes_on = OPENINGS.iter().any(|opening| lower.starts_with(opening));
    let follow_up =
        history.iter().any(|turn| turn.role == Role::User) && (goes_on || points_back || stems < LEAST_STEMS);
    let recent = &history[history.len().saturating_sub(MAX_HISTORY_TURNS)..];
    let cut = |text: &str| text.chars().take(MAX_TURN_CHARACTERS).collect::<String>();
    let earlier = history.iter().rev().find(|turn| follow_up && turn.role == Role::User).map(|turn| cut(&turn.text));
    Contextualised {
        question: question.to_owned(),
        history: recent.iter().map(|turn| cut(&turn.text)).collect(),
        standalone: after(&earlier.unwrap_or_default(), question),
        follow_up,
        further: false,
    }
}

/// A question behind what it leans on.
pub(crate) fn after(earlier: &str, question: &str) -> String {
    format!("{earlier} {question}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, follow_up: bool) {
        let history = [
            Turn { role: Role::User, text: "How much is the brown bin?".into() },
            Turn { role: Role::Assistant, text: "It costs £52 a year.".into() },
        ];
        let context = contextualise(question, &history, &Analyzer::new());
        assert_eq!(context.follow_up, follow_up, "{question}");
        assert_eq!(context.history.len(), 2);
        assert_eq!(context.standalone == question, !follow_up);
        assert!(context.standalone.ends_with(question));
    }

    #[test]
    fn a_topic_is_told_from_a_question() {
        let check = |message: &str, expected: bool| assert_eq!(names_topic(message), expected, "{message}");
        check("bus pass", true);
        check("Register to vote", true);
        check("council tax - students", true);
        check("bulky waste collection day", false);
        check("bus pass?", false);
        check("what's a HMO", false);
        check("I’m homeless", false);
        check("library fees", false);
        check("need a skip", false);
        check("a second one", false);
        check("…", false);
    }

    #[test]
    fn tells_follow_ups_from_new_questions() {
        check("and if i want a second one?", true);
        check("how long does that take", true);
        check("when?", true);
        check("How do I apply for a resident parking permit in Saltby?", false);
    }
}
