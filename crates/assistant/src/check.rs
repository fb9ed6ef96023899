//! The check: a sentence reaches a resident only when a page says it.
//!
//! Three questions are asked of a sentence that a model wrote, against the passage that it was written from. Do all of
//! its hard facts stand there, attached to the same thing? Does it say yes where the page says yes, and keep the page's
//! conditions? Are its other words the page's words? A sentence taken from a page as it stands passes by construction.

use std::collections::{BTreeSet, HashSet};

use conversation::{Citation, SentenceKind};
use corpus::{Page, Passage, Sentence};
use retrieval::Analyzer;

use crate::facts::{Fact, covered, facts};

/// Share of a sentence's content stems that must stand in its evidence.
const LEAST_OVERLAP: f64 = 0.75;

/// Most neighbouring sentences that may support one sentence together.
const WIDEST_WINDOW: usize = 3;

/// A sentence that stands on a published page, or was checked against one. Only this module makes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedSentence {
    text: String,
    kind: SentenceKind,
    evidence: Vec<Citation>,
}

impl CheckedSentence {
    /// What it says.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Quoted or generated.
    pub fn kind(&self) -> SentenceKind {
        self.kind
    }

    /// Where it stands, numbered 0 until it is part of a reply.
    pub fn evidence(&self) -> &[Citation] {
        &self.evidence
    }

    /// A sentence of a page as it stands. With `lead_in`, what introduces a list item is put before it.
    pub(crate) fn quoted(page: &Page, passage: &Passage, number: usize, lead_in: bool) -> Self {
        let sentence = &passage.sentences[number];
        let first = if lead_in { lead_in_number(passage, number).unwrap_or(number) } else { number };
        // The mark of an answer in a list of frequent questions is no part of what it says.
        let said = sentence.text.strip_prefix("A:").unwrap_or(&sentence.text).trim_start();
        let text = match (&sentence.lead_in, lead_in) {
            (Some(lead_in), true) => format!("{lead_in} {said}"),
            (Some(_) | None, _) => said.to_owned(),
        };
        Self { text, kind: SentenceKind::Quoted, evidence: vec![citation(page, passage, first, number)] }
    }

    /// A list item or a step of a page as a line of its own: "- item" or "2. item".
    pub(crate) fn quoted_item(page: &Page, passage: &Passage, number: usize, mark: &str) -> Self {
        let text = format!("{mark} {}", passage.sentences[number].text);
        Self { text, kind: SentenceKind::Quoted, evidence: vec![citation(page, passage, number, number)] }
    }
}

/// The place of the sentence that introduces a list item, where it stands in the same passage.
pub(crate) fn lead_in_number(passage: &Passage, number: usize) -> Option<usize> {
    let lead_in = passage.sentences[number].lead_in.as_ref()?;
    (0..number).rev().find(|before| passage.sentences[*before].text.ends_with(lead_in.as_str()))
}

/// The verbatim span of the page from one sentence to another.
fn citation(page: &Page, passage: &Passage, first: usize, last: usize) -> Citation {
    let from = &passage.sentences[first];
    let quote = page.source.get(from.span.start..passage.sentences[last].span.end).unwrap_or_default();
    Citation {
        n: 0,
        page_id: page.id.clone(),
        title: page.title.clone(),
        heading: passage.sentences[last].heading.clone().unwrap_or_else(|| page.title.clone()),
        url: page.url(),
        quote: quote.to_owned(),
        page_digest: page.digest.to_string(),
    }
}

/// Why a sentence was refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// It holds no word.
    Empty,
    /// This fact does not stand in the passage.
    UnknownFact(Fact),
    /// This fact stands in the passage, but about something else.
    MisplacedFact(Fact),
    /// It says no where the page says yes, or the reverse.
    Polarity,
    /// It leaves out a condition of the page, or adds an obligation that the page does not have.
    Condition(&'static str),
    /// Too few of its words stand together in the passage; the best share.
    Unsupported(f64),
}

impl Refusal {
    /// The kind, without anything of the text.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::UnknownFact(_) => "unknown fact",
            Self::MisplacedFact(_) => "misplaced fact",
            Self::Polarity => "polarity",
            Self::Condition(_) => "condition",
            Self::Unsupported(_) => "unsupported",
        }
    }
}

/// Checks sentences against passages.
#[derive(Debug, Clone, Default)]
pub struct Checker {
    analyzer: Analyzer,
}

/// A sentence of the passage, prepared for comparison.
struct Evidence {
    facts: BTreeSet<Fact>,
    /// Stems of the sentence, its lead-in, its heading and the title.
    stems: HashSet<String>,
    flags: Flags,
}

impl Checker {
    /// A checker that reads words as the index does.
    pub fn new() -> Self {
        Self { analyzer: Analyzer::new() }
    }

    /// Checks one sentence against a passage. The citation that it then carries is the shortest run of the page's
    /// sentences that holds all of its facts.
    ///
    /// # Errors
    /// Why the sentence was refused.
    pub fn check(&self, text: &str, page: &Page, passage: &Passage) -> Result<CheckedSentence, Refusal> {
        let text = text.trim();
        let claim = strip_answer_word(text);
        let stems: Vec<String> = self.content_stems(claim);
        if stems.is_empty() {
            return Err(Refusal::Empty);
        }
        let evidence: Vec<Evidence> = passage.sentences.iter().map(|sentence| self.evidence(page, sentence)).collect();
        let claimed = facts(text);
        for fact in &claimed {
            let holders = || evidence.iter().filter(|e| covered(fact, &e.facts));
            if holders().next().is_none() {
                return Err(Refusal::UnknownFact(fact.clone()));
            }
            let nearest = |among: &mut dyn Iterator<Item = &Evidence>| {
                among.map(|e| overlap(&stems, &e.stems)).fold(0.0, f64::max)
            };
            let with = nearest(&mut holders());
            let rivals = evidence
                .iter()
                .filter(|e| !covered(fact, &e.facts) && e.facts.iter().any(|other| other.kind() == fact.kind()));
            if nearest(&mut rivals.into_iter()) > with {
                return Err(Refusal::MisplacedFact(fact.clone()));
            }
        }
        let (first, last) = window(&stems, &claimed, &evidence)?;
        check_polarity(text, claim, &stems, &evidence[first..=last])?;
        Ok(CheckedSentence {
            text: text.to_owned(),
            kind: SentenceKind::Generated,
            evidence: vec![citation(page, passage, first, last)],
        })
    }

    fn content_stems(&self, text: &str) -> Vec<String> {
        let mut stems = self.analyzer.stems(text);
        stems.retain(|stem| !stem.chars().all(|c| c.is_ascii_digit()));
        stems
    }

    fn evidence(&self, page: &Page, sentence: &Sentence) -> Evidence {
        let lead_in = sentence.lead_in.as_deref().unwrap_or_default();
        let said = format!("{lead_in} {}", sentence.text);
        let around = format!("{} {} {said}", page.title, sentence.heading.as_deref().unwrap_or_default());
        Evidence {
            facts: facts(&said),
            stems: self.content_stems(&around).into_iter().collect(),
            flags: Flags::of(&said),
        }
    }
}

/// The shortest run of sentences that holds all facts and enough of the words.
fn window(stems: &[String], claimed: &BTreeSet<Fact>, all: &[Evidence]) -> Result<(usize, usize), Refusal> {
    let mut best_share = 0.0_f64;
    for width in 1..=WIDEST_WINDOW.min(all.len()) {
        let mut best: Option<(f64, usize)> = None;
        for first in 0..=all.len() - width {
            let window = &all[first..first + width];
            let held: HashSet<String> = window.iter().flat_map(|e| e.stems.iter().cloned()).collect();
            let share = overlap(stems, &held);
            best_share = best_share.max(share);
            let holds_all = claimed.iter().all(|fact| window.iter().any(|e| covered(fact, &e.facts)));
            if holds_all && share >= LEAST_OVERLAP && best.is_none_or(|(held, _)| share > held) {
                best = Some((share, first));
            }
        }
        if let Some((_, first)) = best {
            return Ok((first, first + width - 1));
        }
    }
    Err(Refusal::Unsupported(best_share))
}

/// Share of `stems` that stand in `held`.
fn overlap(stems: &[String], held: &HashSet<String>) -> f64 {
    if stems.is_empty() {
        return 0.0;
    }
    stems.iter().filter(|stem| held.contains(*stem)).count() as f64 / stems.len() as f64
}

/// The sentence without a leading "Yes," or "No,".
fn strip_answer_word(text: &str) -> &str {
    for word in ["Yes", "No", "yes", "no"] {
        if let Some(rest) = text.strip_prefix(word)
            && rest.starts_with([',', '.', ';', ':', '!', ' '])
            && (rest.starts_with([',', ';', ':', '.', '!']) || word.eq_ignore_ascii_case("yes"))
        {
            return rest.trim_start_matches([',', '.', ';', ':', '!', ' ']);
        }
    }
    text
}

/// Words that turn a statement round or bind it.
#[expect(clippy::struct_excessive_bools, reason = "each is a word class that is there or not")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Flags {
    negative: bool,
    only: bool,
    unless: bool,
    must: bool,
    free: bool,
    always: bool,
}

impl Flags {
    fn of(text: &str) -> Self {
        let lower = text.to_lowercase().replace('’', "'");
        let words: Vec<&str> =
            lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
        let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
        Self {
            negative: has(&[
                "no", "not", "cannot", "never", "none", "nobody", "neither", "nor", "without", "refuse", "unable",
            ]) || words.iter().any(|word| word.ends_with("n't")),
            only: has(&["only"]),
            unless: has(&["unless", "except", "excluding"]),
            must: has(&["must", "required", "compulsory", "obliged"])
                || lower.contains("have to")
                || lower.contains("need to"),
            free: has(&["free"])
                || lower.contains("no charge")
                || lower.contains("not charge")
                || lower.contains("not have to pay"),
            always: has(&["always", "everyone", "anyone", "every", "all", "any", "guaranteed", "automatically"]),
        }
    }
}

/// The claim must agree with the sentences that support it, most of all with the nearest.
fn check_polarity(text: &str, claim: &str, stems: &[String], window: &[Evidence]) -> Result<(), Refusal> {
    let flags = Flags::of(claim);
    let Some(nearest) = window.iter().max_by(|a, b| overlap(stems, &a.stems).total_cmp(&overlap(stems, &b.stems)))
    else {
        return Err(Refusal::Unsupported(0.0));
    };
    if flags.negative != nearest.flags.negative {
        return Err(Refusal::Polarity);
    }
    // "Yes, you cannot" and "No, you can" answer a question of unknown form; the word must agree with the claim.
    let lower = text.to_lowercase();
    if claim.len() < text.len() && (lower.starts_with("no") != flags.negative) {
        return Err(Refusal::Polarity);
    }
    let any = |flag: fn(&Flags) -> bool| window.iter().any(|e| flag(&e.flags));
    if nearest.flags.only && !flags.only {
        return Err(Refusal::Condition("only"));
    }
    if nearest.flags.unless && !flags.unless {
        return Err(Refusal::Condition("unless"));
    }
    for (claimed, held, name) in [
        (flags.only, any(|f| f.only), "only"),
        (flags.must, any(|f| f.must), "must"),
        (flags.free, any(|f| f.free), "free"),
        (flags.always, any(|f| f.always), "always"),
        (flags.unless, any(|f| f.unless), "unless"),
    ] {
        if claimed && !held {
            return Err(Refusal::Condition(name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const PAGE: &str = "---\nid: garden\ntitle: Garden waste\n---\n# Garden waste\n\nA garden waste subscription costs £52 a \
        year for one bin. Each extra brown bin costs £40 a year. You cannot put soil or stones in the brown bin. We give \
        refunds only if we have not yet emptied your bin. Call 01632 960110 to subscribe.\n";

    fn page() -> Page {
        Page::parse(std::path::Path::new("garden.md"), PAGE).unwrap().0
    }

    fn check(sentence: &str) -> Result<CheckedSentence, Refusal> {
        let page = page();
        Checker::new().check(sentence, &page, &page.passages[0])
    }

    fn passes(sentence: &str) {
        let checked = check(sentence).unwrap_or_else(|refusal| panic!("{sentence}: {refusal:?}"));
        assert!(page().source.contains(&checked.evidence()[0].quote), "the quote is verbatim");
    }

    #[test]
    fn paraphrases_of_the_page_pass() {
        passes("A garden waste subscription costs 52 pounds a year.");
        passes("An extra brown bin is £40 a year.");
        passes("No, you cannot put soil in the brown bin.");
        passes("You can call 01632960110 to subscribe.");
    }

    #[test]
    fn inventions_do_not() {
        assert!(matches!(check("A garden waste subscription costs £62 a year."), Err(Refusal::UnknownFact(_))));
        assert!(matches!(check("Each extra brown bin costs £52 a year."), Err(Refusal::MisplacedFact(_))));
        assert!(matches!(check("You can put soil or stones in the brown bin."), Err(Refusal::Polarity)));
        assert!(matches!(check("Yes, you cannot put soil in the brown bin."), Err(Refusal::Polarity)));
        assert!(check("We give refunds if we have emptied your bin.").is_err());
        assert!(matches!(check("A garden waste subscription is free for one bin."), Err(Refusal::Condition("free"))));
        assert!(matches!(check("Pensioners receive a discount on swimming."), Err(Refusal::Unsupported(_))));
        assert!(matches!(check("  …"), Err(Refusal::Empty)));
    }

    #[test]
    fn a_quote_with_its_lead_in_cites_both() {
        let text = "---\nid: p\ntitle: P\n---\n# P\n\nYou cannot put in:\n\n- soil\n- 5 bricks\n";
        let page = Page::parse(std::path::Path::new("p.md"), text).unwrap().0;
        let item = page.passages[0].sentences.iter().position(|s| s.text.contains("bricks")).unwrap();
        let quoted = CheckedSentence::quoted(&page, &page.passages[0], item, true);
        assert_eq!(quoted.text(), "You cannot put in: 5 bricks");
        assert!(quoted.evidence()[0].quote.starts_with("You cannot put in:"));
        assert!(quoted.evidence()[0].quote.ends_with("5 bricks"));
    }

    #[test]
    fn the_mark_of_an_answer_is_left_out() {
        let text = "---\nid: p\ntitle: P\n---\n# P\n\nQ: Is it free?\n\nA: Yes, it is free.\n";
        let page = Page::parse(std::path::Path::new("p.md"), text).unwrap().0;
        let answer = page.passages[0].sentences.iter().position(|s| s.text.starts_with("A:")).unwrap();
        let quoted = CheckedSentence::quoted(&page, &page.passages[0], answer, false);
        assert_eq!((quoted.text(), quoted.evidence()[0].quote.as_str()), ("Yes, it is free.", "A: Yes, it is free."));
    }

    proptest! {
        /// No figure that the page does not have gets through, whatever its kind and the words around it.
        #[test]
        fn no_foreign_figure_passes(amount in 1u32..100_000, form in 0usize..5) {
            prop_assume!(![52, 40].contains(&amount));
            let sentence = match form {
                0 => format!("A garden waste subscription costs £{amount} a year for one bin."),
                1 => format!("A garden waste subscription costs {amount} pounds a year for one bin."),
                2 => format!("Each extra brown bin costs £40 for {amount} years."),
                3 => format!("Call {amount:05}960110 to subscribe.").replace("01632960110", "01632960111"),
                _ => format!("We give refunds only if we have not yet emptied {amount} of your bin."),
            };
            prop_assert!(check(&sentence).is_err(), "{sentence}");
        }
    }
}
