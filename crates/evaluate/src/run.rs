//! Putting cases to an assistant, one after another and always in the same way, so that two runs give the same replies.

use std::time::Instant;

use assistant::{Assistant, Enquiry, Path, Reply, ReplySentence};
use conversation::{Citation, Outcome, SentenceKind as ReplyKind};
use corpus::{Knowledge, Page, SentenceKind};
use serde_json::Value;

use crate::calibration::Sample;
use crate::case::Case;
use crate::confidence::Forecast;
use crate::error::EvaluateError;
use crate::evaluation::{CaseResult, Evaluation, Judged, PageRank};
use crate::unproven::count_facts;
use crate::verdict::{ReplyView, counts_for, forbidden, judge_reply};

/// Puts every case to the assistant. A case that expects an outcome gets a reply, without deadline and by the full
/// path; one that does not is a search, reranked as for a resident. `progress` hears how many of how many cases are
/// done.
///
/// # Errors
/// `Search` when the index or a model fails on a case that is only searched for.
pub fn run(
    assistant: &Assistant,
    cases: &[Case],
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Evaluation, EvaluateError> {
    let mut results = Vec::with_capacity(cases.len());
    for case in cases {
        let enquiry = Enquiry { question: case.question.clone(), history: case.history.clone() };
        results.push(match case.expect {
            Some(expect) => replied(assistant, case, &enquiry, expect),
            None => searched(assistant, case, &enquiry)?,
        });
        progress(results.len(), cases.len());
    }
    Ok(Evaluation::new(results))
}

fn replied(assistant: &Assistant, case: &Case, enquiry: &Enquiry, expect: Outcome) -> CaseResult {
    let start = Instant::now();
    let reply = assistant.reply(enquiry, Path::Full, None, &mut |_| {}, &|| true);
    let wall_ms = start.elapsed().as_secs_f64() * 1000.0;
    let items = items_of(reply.sentences(), reply.citations(), assistant.knowledge());
    let view = ReplyView { outcome: reply.outcome(), text: reply.text(), offers: reply.offers(), items: &items };
    let judged = Judged {
        expect,
        outcome: view.outcome,
        outcome_right: counts_for(expect, &view),
        verdict: judge_reply(case, &view),
        forecast: forecast(case, &reply, assistant.knowledge()),
        is_unsafe: view.outcome == Outcome::Answer && forbidden(case, view.text).next().is_some(),
        points_to_page: reply.pages().iter().any(|link| case.page_ids.contains(&link.page_id)),
        facts: count_facts(reply.sentences(), reply.citations()),
        timings_ms: reply.trace().timings_ms.clone(),
        // A reply is plain data; if it ever could not be written, the result says so in its place.
        reply: serde_json::to_value(&reply).unwrap_or_else(|error| Value::String(error.to_string())),
    };
    let page_rank = PageRank::of(&case.page_ids, &reply.trace().ranked_pages);
    CaseResult { id: case.id.clone(), kind: case.kind.clone(), page_rank, wall_ms, judged: Some(judged) }
}

fn searched(assistant: &Assistant, case: &Case, enquiry: &Enquiry) -> Result<CaseResult, EvaluateError> {
    let start = Instant::now();
    let ranked_pages = assistant
        .search_pages(enquiry)
        .map_err(|source| EvaluateError::Search { id: case.id.clone(), source: Box::new(source) })?;
    let wall_ms = start.elapsed().as_secs_f64() * 1000.0;
    let page_rank = PageRank::of(&case.page_ids, &ranked_pages);
    Ok(CaseResult { id: case.id.clone(), kind: case.kind.clone(), page_rank, wall_ms, judged: None })
}

/// The confidence of a reply beside whether its candidate is right, shown or withheld. Where a case expects no answer, any
/// candidate is wrong. None for a reply without a candidate, as triage's are.
fn forecast(case: &Case, reply: &Reply, knowledge: &Knowledge) -> Option<Forecast> {
    let candidate = reply.trace().candidate.as_ref()?;
    let items = items_of(&candidate.sentences, &candidate.citations, knowledge);
    let view = ReplyView { outcome: Outcome::Answer, text: &candidate.text, offers: &[], items: &items };
    let right = case.expect == Some(Outcome::Answer) && judge_reply(case, &view).right;
    Some(Forecast { confidence: reply.confidence()?, right })
}

/// What a judge is fitted on: the signals of the case's candidate on a path, and whether it is right. None for a case
/// without an expected outcome or without a candidate.
pub fn sample(assistant: &Assistant, case: &Case, path: Path) -> Option<Sample> {
    case.expect?;
    let enquiry = Enquiry { question: case.question.clone(), history: case.history.clone() };
    let reply = assistant.reply(&enquiry, path, None, &mut |_| {}, &|| true);
    let right = forecast(case, &reply, assistant.knowledge())?.right;
    let topic = case.page_ids.first().unwrap_or(&case.id).clone();
    Some(Sample { topic, signals: reply.trace().signals.clone(), right })
}

/// The quoted sentences that are list items, steps or table rows on the page that they are quoted from.
fn items_of(sentences: &[ReplySentence], citations: &[Citation], knowledge: &Knowledge) -> Vec<String> {
    let is_item = |text: &str, numbers: &[u32]| {
        let cited = citations.iter().filter(|citation| numbers.contains(&citation.n));
        cited.filter_map(|citation| knowledge.page(&citation.page_id)).any(|page| has_item(page, text))
    };
    let quoted = sentences.iter().filter(|sentence| sentence.kind() == ReplyKind::Quoted);
    quoted
        .filter(|sentence| is_item(sentence.text(), sentence.citations()))
        .map(|sentence| sentence.text().to_owned())
        .collect()
}

/// Whether the text is a list item, a step or a table row of the page.
pub fn has_item(page: &Page, text: &str) -> bool {
    let mut sentences = page.passages.iter().flat_map(|passage| &passage.sentences);
    sentences.any(|sentence| match sentence.kind {
        SentenceKind::Prose => false,
        SentenceKind::ListItem | SentenceKind::Step | SentenceKind::TableRow => sentence.text == text.trim(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn items_are_told_from_running_text() {
        let source = "# Bulky waste\n\nWe collect sofas.\n\n- beds\n- fridges\n\n1. Book a slot\n2. Pay\n\n\
            | Item | Fee |\n|---|---|\n| Sofa | £31 |\n";
        let (page, _) = Page::parse(std::path::Path::new("pages/bulky.md"), source).unwrap();
        let check = |text: &str, wanted: bool| assert_eq!(has_item(&page, text), wanted, "{text:?}");
        check("beds", true);
        check(" Book a slot ", true);
        let mut sentences = page.passages.iter().flat_map(|passage| &passage.sentences);
        let row = sentences.find(|sentence| sentence.kind == SentenceKind::TableRow).unwrap();
        check(&row.text, true);
        check("We collect sofas.", false);
        check("bed", false);
        check("", false);
    }
}
