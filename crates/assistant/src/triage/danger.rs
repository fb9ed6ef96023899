//! Danger to life, and people who may be harmed: recognised by what is said to be happening, not by single words.
//!
//! What to look for stands in the folder `danger`. Figures of speech are taken out of a message first, then sentences
//! about old times, courses and policies; so a danger that is mentioned beside an ordinary question is still seen.

use std::collections::HashSet;
use std::sync::LazyLock;

use corpus::SignpostKind;

use super::rules::Rules;
use super::words::{Word, words};

/// Groups of words, what is harmless, then the kinds in the order of urgency: the first of which a rule holds is meant.
const TEXT: &str = concat!(
    include_str!("danger/words.txt"),
    include_str!("danger/harmless.txt"),
    include_str!("danger/mental_health.txt"),
    include_str!("danger/gas.txt"),
    include_str!("danger/life_danger.txt"),
    include_str!("danger/child_safety.txt"),
    include_str!("danger/domestic_abuse.txt"),
    include_str!("danger/adult_safety.txt"),
    include_str!("danger/homelessness.txt"),
    include_str!("danger/power_cut.txt"),
    include_str!("danger/council_emergency.txt"),
);

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::parse(TEXT).where_apostrophes_may_miss());

/// The kind of danger that a message speaks of, if any.
pub(super) fn danger(message: &str) -> Option<SignpostKind> {
    let said = words(message);
    if RULES.holds(&RULES.read(&said), "plainly") {
        return Some(SignpostKind::MentalHealth);
    }
    let serious = serious(&said);
    let read = RULES.read(&serious);
    let mut kinds = RULES.sections().filter_map(kind);
    kinds.find(|kind| RULES.holds(&read, kind.name()))
}

fn kind(section: &str) -> Option<SignpostKind> {
    SignpostKind::ALL.into_iter().find(|kind| kind.name() == section)
}

/// The words without those of figures of speech and without sentences about what is long over or a policy.
fn serious(said: &[Word]) -> Vec<Word> {
    let read = RULES.read(said);
    let mut out = vec![false; said.len()];
    for (from, to) in RULES.find_all(&read, "harmless").into_iter().flatten() {
        out[from..=to].fill(true);
    }
    let sentences_of = |section: &str| -> HashSet<usize> {
        RULES
            .find_all(&read, section)
            .into_iter()
            .flatten()
            .flat_map(|(from, to)| [said[from].sentence, said[to].sentence])
            .collect()
    };
    let (past, now) = (sentences_of("past"), sentences_of("now"));
    let serious = |(number, word): &(usize, &Word)| {
        !out[*number] && (!past.contains(&word.sentence) || now.contains(&word.sentence))
    };
    said.iter().enumerate().filter(serious).map(|(_, word)| word.clone()).collect()
}

#[cfg(test)]
mod tests;
