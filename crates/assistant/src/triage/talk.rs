//! Small talk: greetings, thanks, goodbyes, and questions about the assistant. A message is small talk when nothing else
//! is in it.

use std::sync::LazyLock;

use super::Triage;
use super::rules::{Rules, hull};
use super::words::words;

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::parse(include_str!("talk/rules.txt")));

/// A question about the assistant may hold so many words that no rule knows.
const MOST_OTHER_WORDS: usize = 2;
/// And so many words in all.
const MOST_WORDS: usize = 16;

/// The kind of small talk that a message is, if it is nothing else.
pub(super) fn talk(message: &str) -> Option<Triage> {
    let said = words(message);
    if said.is_empty() {
        return None;
    }
    let read = RULES.read(&said);
    let mut known = vec![false; said.len()];
    let mut cover = |section: &str| {
        let found = RULES.find_all(&read, section);
        for (from, to) in found.iter().map(|items| hull(items)) {
            known[from..=to].fill(true);
        }
        !found.is_empty()
    };
    let (greets, thanks, parts) = (cover("greeting"), cover("thanks"), cover("goodbye"));
    let _ = cover("filler");
    let (about, offers) = (cover("about") && said.len() <= MOST_WORDS, cover("offers"));
    let others = known.iter().filter(|known| !**known).count();
    match (others, parts, thanks, greets) {
        (0..=MOST_OTHER_WORDS, ..) if about => Some(Triage::AboutAssistant),
        (0, ..) if offers => Some(Triage::AboutAssistant),
        (0, true, ..) => Some(Triage::Goodbye),
        (0, _, true, _) => Some(Triage::Thanks),
        (0, _, _, true) => Some(Triage::Greeting),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::faults;
    use super::*;

    /// What it is, a tab, the message; `none` where it is no small talk.
    const MESSAGES: &str = include_str!("talk/messages.txt");

    fn expected(name: &str) -> Option<Triage> {
        match name {
            "greeting" => Some(Triage::Greeting),
            "thanks" => Some(Triage::Thanks),
            "goodbye" => Some(Triage::Goodbye),
            "about" => Some(Triage::AboutAssistant),
            _ => None,
        }
    }

    #[test]
    fn small_talk_is_told_from_questions() {
        let lines: Vec<(&str, &str)> = MESSAGES.lines().filter_map(|line| line.split_once('\t')).collect();
        let wrong: Vec<_> = lines.iter().filter(|(name, message)| talk(message) != expected(name)).collect();
        assert!(wrong.len() * 20 <= lines.len(), "{wrong:#?}");
    }

    #[test]
    fn a_question_beside_small_talk_is_a_question() {
        assert_eq!(talk("Hello, when are bins collected?"), None);
        assert_eq!(talk("thanks, and how much is a second one"), None);
        assert_eq!(talk(""), None);
    }

    #[test]
    fn the_rules_name_only_what_there_is() {
        assert_eq!(faults(include_str!("talk/rules.txt")), Vec::<String>::new());
    }
}
