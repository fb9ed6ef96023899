//! Something plausible added that the passage does not say.

use super::{Origin, mix, truth};

/// What a model that is not sure likes to add. Put before the sentence's last stop.
const ENDINGS: &[&str] = &[
    ", and there is no extra charge",
    " free of charge",
    " for all residents",
    " within 24 hours",
    ", including at weekends",
    " at any time",
    " online",
    " automatically",
    ", and you get a discount if you pay early",
    " or at any library",
    ", whatever your age",
    ", and the council pays the difference",
    " without an appointment",
    ", and you can claim it back later",
    ", even if you rent privately",
    " in person at the town hall",
    " through your housing association",
    " by the end of the month",
    " with proof of identity",
    ", and it renews by itself",
    ", and nobody will ask for a receipt",
    " on our mobile app",
    ", which includes delivery",
    " and a family member",
    " or by text message",
    " using your account number",
    " as soon as possible",
    " at your nearest post office",
    ", plus VAT",
    " to help the environment",
];

/// The sentence with two of the endings, chosen by its text. An ending whose words all stand in the passage is left
/// out: it may be true.
pub(super) fn added(origin: &Origin<'_>) -> Vec<String> {
    let held = truth::content(&origin.passage.text);
    let start = mix(&origin.text) as usize;
    let choices = [start, start / 97 + 11].map(|choice| ENDINGS[choice % ENDINGS.len()]);
    let said = origin.text.trim_end_matches(['.', '!', ':']);
    let novel = choices.into_iter().filter(|ending| !truth::content(ending).is_subset(&held));
    novel.map(|ending| format!("{said}{ending}.")).collect()
}
