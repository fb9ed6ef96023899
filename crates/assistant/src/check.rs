//! The check: a sentence reaches a resident only when a page says it.
//!
//! Three questions are asked of a sentence that a model wrote, against the passage that it was written from. Do all of
//! its hard facts stand there, attached to the same thing? Does it say yes where the page says yes, and keep the page's
//! conditions? Are its other words the page's words? A sentence taken from a page as it stands passes by construction. Of any
//! other a trained reader, where one is loaded, is asked as well whether the passage says it.

mod conditions;
mod evidence;
mod figures;
mod lexicon;
mod polarity;
mod reading;
mod support;

use conversation::{Citation, SentenceKind};
use corpus::{Page, Passage};
use retrieval::PassageEntailment;

use crate::facts::{Fact, covered, facts, plain};
use crate::proof::unproven_facts;
use evidence::Evidence;
pub(crate) use evidence::is_question;
use polarity::Difference;
use reading::Reading;
use support::Window;

/// From which log-odds on the trained reader finds that a passage says a sentence: that it does is nearly three times as likely as
/// that it does not.
const LEAST_ODDS: f32 = 1.0;

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

/// The place of the sentence that introduces a list item, where it stands in the same passage; of an item of a list within a
/// list, that of the outer one.
pub(crate) fn lead_in_number(passage: &Passage, number: usize) -> Option<usize> {
    let lead_in = passage.sentences[number].lead_in.as_ref()?;
    let introduces = |text: &str| text.ends_with(lead_in.as_str()) || text.ends_with(':') && lead_in.starts_with(text);
    (0..number).rev().find(|before| introduces(&passage.sentences[*before].text))
}

/// Where the table begins that the row at `row` belongs to: the first of the lines above it that hold cells.
fn table_start(source: &str, row: usize) -> usize {
    let mut start = source[..row].rfind('\n').map_or(0, |end| end + 1);
    while let Some(above) = source[..start].strip_suffix('\n') {
        let line = above.rfind('\n').map_or(0, |end| end + 1);
        if !source[line..start].contains('|') {
            break;
        }
        start = line;
    }
    start
}

/// The verbatim span of the page from one sentence to another.
fn citation(page: &Page, passage: &Passage, first: usize, last: usize) -> Citation {
    let end = passage.sentences[last].span.end;
    let mut start = passage.sentences[first].span.start;
    let quoted = |start: usize| page.source.get(start..end).unwrap_or_default();
    // A fact of a table row may stand in the heading of its column.
    if passage.sentences[first..=last].iter().any(|row| {
        row.kind == corpus::SentenceKind::TableRow && !unproven_facts(&row.text, &[quoted(start)]).is_empty()
    }) {
        start = table_start(&page.source, start);
    }
    let quote = quoted(start);
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
    /// It states nothing: it holds no word, asks, or is only a heading.
    Empty,
    /// This fact does not stand in the passage.
    UnknownFact(Fact),
    /// This fact stands in the passage, but about something else.
    MisplacedFact(Fact),
    /// It says no where the page says yes, or the reverse.
    Polarity,
    /// It leaves out a condition of the page, or adds an obligation that the page does not have.
    Condition(&'static str),
    /// Somebody else does it.
    Actor,
    /// Too few of its words stand together in the passage; the best share.
    Unsupported(f64),
    /// The trained reader does not find that the passage says it; its log-odds, none where it could not be asked.
    NotSaid(Option<f32>),
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
            Self::Actor => "actor",
            Self::Unsupported(_) => "unsupported",
            Self::NotSaid(_) => "not said",
        }
    }
}

/// Checks sentences against passages.
#[derive(Debug, Clone, Copy, Default)]
pub struct Checker<'a> {
    entailment: Option<&'a PassageEntailment>,
}

impl<'a> Checker<'a> {
    /// A checker by the rules, and by a trained reader where there is one.
    pub fn new(entailment: Option<&'a PassageEntailment>) -> Self {
        Self { entailment }
    }

    /// Reads a passage, so that several sentences can be checked against it.
    pub fn read(&self, page: &'a Page, passage: &'a Passage) -> ReadPassage<'a> {
        ReadPassage { page, passage, evidence: Evidence::of_passage(page, passage), entailment: self.entailment }
    }

    /// Checks one sentence against a passage; see [`ReadPassage::check`].
    ///
    /// # Errors
    /// Why the sentence was refused.
    pub fn check(&self, text: &str, page: &'a Page, passage: &'a Passage) -> Result<CheckedSentence, Refusal> {
        self.read(page, passage).check(text)
    }
}

/// A passage, read for comparison.
#[derive(Debug, Clone)]
pub struct ReadPassage<'a> {
    page: &'a Page,
    passage: &'a Passage,
    evidence: Vec<Evidence>,
    entailment: Option<&'a PassageEntailment>,
}

impl ReadPassage<'_> {
    /// Checks one sentence. The citation that it then carries is the shortest run of the page's sentences that says
    /// all of it and holds all of its facts.
    ///
    /// # Errors
    /// Why the sentence was refused.
    pub fn check(&self, text: &str) -> Result<CheckedSentence, Refusal> {
        let (text, evidence) = (text.trim(), self.evidence.as_slice());
        let claim = Reading::of(text);
        if claim.said().next().is_none() || is_question(text) {
            return Err(Refusal::Empty);
        }
        let claimed = claim.units.iter().filter_map(|unit| unit.fact.as_ref());
        let held = |fact: &Fact| evidence.iter().any(|held| held.reading.holds(fact));
        if let Some(fact) = claimed.clone().find(|fact| !held(fact)) {
            return Err(Refusal::UnknownFact(fact.clone()));
        }
        let words = claim.words();
        if let Some(number) = evidence.iter().position(|held| held.words.contains(&words)) {
            let with_lead_in = evidence[number].words[1] != words;
            let first = lead_in_number(self.passage, number).filter(|_| with_lead_in).unwrap_or(number);
            return Ok(self.checked(text, first, number));
        }
        let headings = evidence.iter().filter_map(|held| held.heading.as_ref());
        if headings.chain([&Reading::of(&self.page.title).words()]).any(|heading| *heading == words) {
            return Err(Refusal::Empty);
        }
        // The council speaks; a sentence in the resident's person is no statement of the page.
        if speaks_as_resident(text) {
            return Err(Refusal::Actor);
        }
        let mut refusal = Refusal::Unsupported(0.0);
        for (index, window) in Window::best(&claim, evidence).iter().enumerate() {
            match agree(text, &claim, window, evidence) {
                Ok(()) => {
                    self.says(text)?;
                    let first = first_with_lead_ins(&claim, window, self.passage);
                    return Ok(self.checked(text, first, window.last));
                }
                // What the best window refuses says most.
                Err(reason) if index == 0 => refusal = reason,
                Err(_) => {}
            }
        }
        Err(refusal)
    }

    /// Whether the trained reader, where there is one, finds that the passage says a sentence. Where it fails, it does not.
    fn says(&self, text: &str) -> Result<(), Refusal> {
        let Some(entailment) = self.entailment else { return Ok(()) };
        let odds = entailment.odds(self.page, self.passage, text).unwrap_or_else(|error| {
            tracing::error!(%error, "a written sentence could not be checked");
            None
        });
        if odds.is_some_and(|odds| odds >= LEAST_ODDS) { Ok(()) } else { Err(Refusal::NotSaid(odds)) }
    }

    fn checked(&self, text: &str, first: usize, last: usize) -> CheckedSentence {
        let evidence = vec![citation(self.page, self.passage, first, last)];
        CheckedSentence { text: text.to_owned(), kind: SentenceKind::Generated, evidence }
    }
}

/// Whether a claim agrees with the sentences of a window in all that is looked at.
fn agree(text: &str, claim: &Reading, window: &Window, evidence: &[Evidence]) -> Result<(), Refusal> {
    if let Some(fact) = window.missing_facts.first() {
        return Err(Refusal::MisplacedFact(fact.clone()));
    }
    support::enough(claim, window, evidence)?;
    if let Some(fact) = figures::misplaced(claim, window, evidence) {
        return Err(Refusal::MisplacedFact(fact));
    }
    match polarity::difference(text, claim, window, evidence) {
        Some(Difference::Denial) => return Err(Refusal::Polarity),
        Some(Difference::Binding(word)) => return Err(Refusal::Condition(word)),
        Some(Difference::Actor) => return Err(Refusal::Actor),
        None => {}
    }
    conditions::dropped(claim, window, evidence).map_or(Ok(()), |word| Err(Refusal::Condition(word)))
}

/// Whether a sentence says "I" or "my".
fn speaks_as_resident(text: &str) -> bool {
    let words = plain(text).to_lowercase();
    words
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .any(|word| matches!(word.split('\'').next(), Some("i" | "my" | "me" | "mine" | "myself")))
}

/// The first sentence of the citation: a figure that only the introduction of a list holds brings it in.
fn first_with_lead_ins(claim: &Reading, window: &Window, passage: &Passage) -> usize {
    let mut first = window.first;
    let said = facts(
        &passage.sentences[window.first..=window.last]
            .iter()
            .map(|sentence| sentence.text.as_str())
            .collect::<Vec<_>>()
            .join(" "),
    );
    let lacks = claim.units.iter().filter_map(|unit| unit.fact.as_ref()).any(|fact| !covered(fact, &said));
    if lacks {
        for number in window.first..=window.last {
            first = lead_in_number(passage, number).map_or(first, |lead_in| first.min(lead_in));
        }
    }
    first
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
        Checker::default().check(sentence, &page, &page.passages[0])
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
        let swapped = check("Each extra brown bin costs £52 a year.");
        assert!(swapped.is_err(), "{swapped:?}");
        assert!(matches!(check("You can put soil or stones in the brown bin."), Err(Refusal::Polarity)));
        assert!(matches!(check("Yes, you cannot put soil in the brown bin."), Err(Refusal::Polarity)));
        assert!(check("We give refunds if we have emptied your bin.").is_err());
        assert!(matches!(check("A garden waste subscription is free for one bin."), Err(Refusal::Condition("free"))));
        assert!(matches!(check("Pensioners receive a discount on swimming."), Err(Refusal::Unsupported(_))));
        assert!(matches!(check("  …"), Err(Refusal::Empty)));
        assert!(matches!(check("garden waste"), Err(Refusal::Empty)));
        assert!(matches!(check("I'm not allowed to put soil in the brown bin."), Err(Refusal::Actor)));
    }

    #[test]
    fn a_not_about_one_thing_is_none_about_another() {
        let text = "---\nid: rent\ntitle: Pay your council rent\n---\n# Pay your council rent\n\nYou can pay your council \
            rent by Direct Debit, online or by phone. We do not take credit cards for rent.\n";
        let (page, _) = Page::parse(std::path::Path::new("rent.md"), text).unwrap();
        let check = |sentence: &str| Checker::default().check(sentence, &page, &page.passages[0]);
        assert!(check("The council does not accept Direct Debit.").is_err());
        assert!(check("The council does not take credit cards for rent.").is_ok());
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
    fn a_row_cites_the_heading_of_its_column_where_that_holds_a_fact() {
        let table = "| Bin | From 1 October |\n|---|---|\n| First | £26 |\n| Extra | £20 |";
        let text = format!("---\nid: p\ntitle: P\n---\n# P\n\nWhat it costs:\n\n{table}\n");
        let page = Page::parse(std::path::Path::new("p.md"), &text).unwrap().0;
        let row = page.passages[0].sentences.iter().position(|s| s.text.contains("Extra")).unwrap();
        let quoted = CheckedSentence::quoted(&page, &page.passages[0], row, false);
        assert_eq!(quoted.evidence()[0].quote, table);
        assert!(unproven_facts(quoted.text(), &[&quoted.evidence()[0].quote]).is_empty());
    }

    #[test]
    fn the_mark_of_an_answer_is_left_out() {
        let text = "---\nid: p\ntitle: P\n---\n# P\n\nQ: Is it free?\n\nA: Yes, it is free.\n";
        let page = Page::parse(std::path::Path::new("p.md"), text).unwrap().0;
        let answer = page.passages[0].sentences.iter().position(|s| s.text.starts_with("A:")).unwrap();
        let quoted = CheckedSentence::quoted(&page, &page.passages[0], answer, false);
        assert_eq!((quoted.text(), quoted.evidence()[0].quote.as_str()), ("Yes, it is free.", "A: Yes, it is free."));
    }

    /// Checks a sentence against a page that begins with its title.
    fn check_on(page: &str, sentence: &str) -> Result<CheckedSentence, Refusal> {
        let text = format!("---\nid: p\ntitle: {page}");
        let page = Page::parse(std::path::Path::new("p.md"), &text).unwrap().0;
        Checker::default().check(sentence, &page, &page.passages[0])
    }

    #[test]
    fn a_question_states_nothing() {
        let bonfires = "Bonfires\n---\n# Bonfires\n\nQ: Can I burn garden waste at home?\n\nA: Ask the warden first.\n";
        assert_eq!(check_on(bonfires, "Can I burn garden waste at home?"), Err(Refusal::Empty));
        let stated = check_on(bonfires, "You can burn garden waste at home.");
        assert!(matches!(stated, Err(Refusal::Unsupported(_))), "{stated:?}");
        let refunds = "Refunds\n---\n# Refunds\n\nCan I get my money back after 14 days? Ask us by email.\n";
        let stated = check_on(refunds, "You can get your money back after 14 days.");
        assert!(matches!(stated, Err(Refusal::UnknownFact(_))), "{stated:?}");
        // What it asks about, its answer is about.
        let skips = "Skips\n---\n# Skips\n\nHow much is a skip permit? It is £31 a week.\n";
        let answer = check_on(skips, "A skip permit is £31 a week.").unwrap();
        assert_eq!(answer.evidence()[0].quote, "It is £31 a week.");
    }

    #[test]
    fn a_heading_states_nothing() {
        let permits = "Parking permits\n---\n# Parking permits\n\n## Apply online\n\nA permit costs £31 a year.\n";
        let stated = check_on(permits, "You can apply online for a permit.");
        assert!(matches!(stated, Err(Refusal::Unsupported(_))), "{stated:?}");
        assert!(check_on(permits, "A parking permit costs £31 a year.").is_ok());
        assert!(check_on("Blue Badges\n---\n# Blue Badges\n\nIt is free.\n", "A Blue Badge is free.").is_ok());
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
