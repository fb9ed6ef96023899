//! Faults of cases that only show against the pages: patterns that no page meets, pages that do not exist.

use conversation::Outcome;
use corpus::{Knowledge, Page};

use crate::case::Case;
use crate::pattern::Pattern;
use crate::verdict::forbidden;

/// Checks cases against the pages that they are about, and gives a message for each fault. For every case its pages
/// exist. For a case that expects an answer, each list of `must` has a pattern that is found on one of the pages, and
/// among the sentences where it is found at least one is free of everything in `must_not`; otherwise no quote could
/// ever be right. (That `expect` is a known outcome and that patterns are valid is seen to when cases are loaded.)
pub fn lint(cases: &[Case], knowledge: &Knowledge) -> Vec<String> {
    let mut faults = Vec::new();
    for case in cases {
        let mut fault = |message: String| faults.push(format!("case {:?}: {message}", case.id));
        let (known, unknown): (Vec<&String>, Vec<&String>) =
            case.page_ids.iter().partition(|id| knowledge.page(id).is_some());
        for id in unknown {
            fault(format!("there is no page {id:?}"));
        }
        if case.expect != Some(Outcome::Answer) {
            continue;
        }
        if case.page_ids.is_empty() {
            fault("expects an answer, but page_ids names no page where it stands".to_owned());
        }
        if case.must.is_empty() {
            fault("expects an answer, but without must any answer would be right".to_owned());
        }
        let pages: Vec<&Page> = known.into_iter().filter_map(|id| knowledge.page(id)).collect();
        if !pages.is_empty() {
            case.must.iter().filter_map(|list| fault_of(case, list, &pages)).for_each(fault);
        }
    }
    faults
}

/// What is wrong with one list of a case's `must`.
fn fault_of(case: &Case, list: &[Pattern], pages: &[&Page]) -> Option<String> {
    let is_met_by = |text: &str| list.iter().any(|pattern| pattern.is_found_in(text));
    let sentences: Vec<String> = sentences_of(pages).filter(|sentence| is_met_by(sentence)).collect();
    let mut passages = pages.iter().flat_map(|page| &page.passages);
    let texts: Vec<&str> = list.iter().map(Pattern::as_str).collect();
    if sentences.is_empty() && !passages.any(|passage| is_met_by(&passage.text)) {
        return Some(format!("none of must {texts:?} is found on {}", names(pages)));
    }
    let is_forbidden = |sentence: &String| forbidden(case, sentence).next().is_some();
    if !sentences.is_empty() && sentences.iter().all(is_forbidden) {
        return Some(format!("must_not is found in every sentence where must {texts:?} is: {:?}", sentences[0]));
    }
    None
}

/// The sentences of the pages. An item comes with the sentence that introduces its list, as it is read.
fn sentences_of<'a>(pages: &'a [&Page]) -> impl Iterator<Item = String> + 'a {
    pages.iter().flat_map(|page| &page.passages).flat_map(|passage| &passage.sentences).map(|sentence| {
        sentence
            .lead_in
            .as_ref()
            .map_or_else(|| sentence.text.clone(), |lead_in| format!("{lead_in} {}", sentence.text))
    })
}

fn names(pages: &[&Page]) -> String {
    pages.iter().map(|page| page.id.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
