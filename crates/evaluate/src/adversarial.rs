//! False sentences made out of true ones, to see how many the check lets through.
//!
//! The true ones are the pages' own sentences and the hand-written paraphrases. Each false one differs from its origin
//! in one way, its kind, and is checked against the passage of its origin. A made sentence that may be true after all
//! is left out. Nothing here is random: which sentences are taken follows from a digest of their text.

mod additions;
mod entities;
mod figures;
mod held_out;
mod load;
mod report;
mod truth;
mod words;

use std::collections::HashSet;

use corpus::{Knowledge, Page, Passage, SentenceKind};

pub use load::{Generated, Paraphrase, Statements, load_statements};
pub use report::{KindShare, LetThrough, SentenceReport, check_statements};

/// The way in which a made sentence is false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A figure exchanged for another of its kind on the page.
    FigureSwapped,
    /// A figure changed to one that may stand nowhere.
    FigureChanged,
    /// The unit of a figure changed.
    UnitChanged,
    /// A "not" put in.
    NegationAdded,
    /// A "not" or "no" left out.
    NegationRemoved,
    /// "Must" for "may" and the like.
    Modality,
    /// "Only", "unless …", "if …" left out.
    ConditionDropped,
    /// What the sentence is about exchanged for what another passage is about.
    EntityExchanged,
    /// Something plausible added.
    Addition,
    /// "Up to" for "at least", "before" for "after", "all" for "some". Written last; nothing was tuned on it.
    Quantifier,
    /// "We" for "you" and the like. Written last; nothing was tuned on it.
    Actor,
}

impl Kind {
    /// All kinds, the two that nothing was tuned on last.
    pub const ALL: [Self; 11] = [
        Self::FigureSwapped,
        Self::FigureChanged,
        Self::UnitChanged,
        Self::NegationAdded,
        Self::NegationRemoved,
        Self::Modality,
        Self::ConditionDropped,
        Self::EntityExchanged,
        Self::Addition,
        Self::Quantifier,
        Self::Actor,
    ];

    /// As it is shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::FigureSwapped => "figure swapped",
            Self::FigureChanged => "figure changed",
            Self::UnitChanged => "unit changed",
            Self::NegationAdded => "negation added",
            Self::NegationRemoved => "negation removed",
            Self::Modality => "modality changed",
            Self::ConditionDropped => "condition dropped",
            Self::EntityExchanged => "entity exchanged",
            Self::Addition => "addition",
            Self::Quantifier => "quantifier (held out)",
            Self::Actor => "actor (held out)",
        }
    }

    /// Whether it was written after the check and never looked at while the check was made.
    pub fn is_held_out(self) -> bool {
        matches!(self, Self::Quantifier | Self::Actor)
    }
}

/// A true sentence with the passage that says it.
#[derive(Debug, Clone)]
pub struct Origin<'a> {
    /// The page.
    pub page: &'a Page,
    /// The passage on it.
    pub passage: &'a Passage,
    /// The sentence.
    pub text: String,
    /// Whether it may be looked at while the check is made.
    pub is_develop: bool,
    /// Whether it is a paraphrase, and not a sentence of the page.
    pub is_paraphrase: bool,
}

/// A sentence that is false by construction.
#[derive(Debug, Clone)]
pub struct FalseSentence<'a> {
    /// What was done to it.
    pub kind: Kind,
    /// What it was made of.
    pub origin: Origin<'a>,
    /// What it says.
    pub text: String,
}

/// Most sentences of a kind that are made of the pages' own.
const MOST_OF_PAGES: usize = 160;

/// Most sentences of a kind that are made of paraphrases.
const MOST_OF_PARAPHRASES: usize = 120;

/// Makes all false sentences, kind after kind.
pub fn make<'a>(knowledge: &'a Knowledge, paraphrases: &[Paraphrase]) -> Vec<FalseSentence<'a>> {
    let own = own_sentences(knowledge);
    let other = paraphrase_origins(knowledge, paraphrases);
    let known: HashSet<String> = own.iter().chain(&other).map(|origin| truth::normal(&origin.text)).collect();
    let mut made = Vec::new();
    for kind in Kind::ALL {
        for (origins, most) in [(&own, MOST_OF_PAGES), (&other, MOST_OF_PARAPHRASES)] {
            let mut of_kind: Vec<FalseSentence<'a>> = Vec::new();
            for origin in origins {
                let texts = variants(kind, origin, knowledge);
                let held = texts.into_iter().filter(|text| {
                    truth::normal(text) != truth::normal(&origin.text)
                        && !known.contains(&truth::normal(text))
                        && !truth::may_be_true(text, origin)
                });
                of_kind.extend(held.map(|text| FalseSentence { kind, origin: origin.clone(), text }));
            }
            of_kind.sort_by_cached_key(|sentence| (mix(&sentence.text), sentence.text.clone()));
            of_kind.dedup_by(|left, right| left.text == right.text);
            of_kind.truncate(most);
            made.extend(of_kind);
        }
    }
    made
}

/// What can be made of a sentence in one way.
fn variants(kind: Kind, origin: &Origin<'_>, knowledge: &Knowledge) -> Vec<String> {
    match kind {
        Kind::FigureSwapped => figures::swapped(origin),
        Kind::FigureChanged => figures::changed(origin),
        Kind::UnitChanged => figures::with_other_units(origin),
        Kind::NegationAdded => words::negation_added(&origin.text),
        Kind::NegationRemoved => words::negation_removed(&origin.text),
        Kind::Modality => words::modality(&origin.text),
        Kind::ConditionDropped => words::condition_dropped(&origin.text),
        Kind::EntityExchanged => entities::exchanged(origin, knowledge),
        Kind::Addition => additions::added(origin),
        Kind::Quantifier => held_out::quantifier(&origin.text),
        Kind::Actor => held_out::actor(&origin.text),
    }
}

/// The pages' own sentences that can stand alone; a list item comes with what introduces it. Half of the pages are for
/// looking at.
pub fn own_sentences(knowledge: &Knowledge) -> Vec<Origin<'_>> {
    let mut origins = Vec::new();
    for page in &knowledge.pages {
        let is_develop = mix(&page.id).is_multiple_of(2);
        for passage in &page.passages {
            for sentence in &passage.sentences {
                let text = match (&sentence.lead_in, sentence.kind) {
                    (Some(lead_in), SentenceKind::ListItem) => {
                        format!("{lead_in} {}.", sentence.text.trim_end_matches('.'))
                    }
                    (_, SentenceKind::TableRow | SentenceKind::Step) => continue,
                    (Some(_) | None, _) => sentence.text.clone(),
                };
                let length = text.split_whitespace().count();
                if (5..=40).contains(&length) && !text.contains('?') && !text.starts_with("Q:") {
                    origins.push(Origin { page, passage, text, is_develop, is_paraphrase: false });
                }
            }
        }
    }
    origins
}

/// The paraphrases, each with the passage that holds most of the words of its evidence. One whose page is not in the
/// folder is left out.
pub fn paraphrase_origins<'a>(knowledge: &'a Knowledge, paraphrases: &[Paraphrase]) -> Vec<Origin<'a>> {
    let origin = |paraphrase: &Paraphrase| {
        let page = knowledge.page(&paraphrase.page_id)?;
        let evidence = truth::content(&paraphrase.evidence);
        let held = |passage: &Passage| {
            let words = truth::content(&passage.text);
            evidence.iter().filter(|word| words.contains(*word)).count()
        };
        // The first of equals, so that the choice does not depend on the order of a search.
        let most = page.passages.iter().map(held).max()?;
        let passage = page.passages.iter().find(|passage| held(passage) == most)?;
        let is_develop = paraphrase.split == crate::DEVELOP;
        Some(Origin { page, passage, text: paraphrase.sentence.clone(), is_develop, is_paraphrase: true })
    };
    paraphrases.iter().filter_map(origin).collect()
}

/// Spreads texts evenly and the same everywhere (FNV-1a, 64 bits).
fn mix(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
