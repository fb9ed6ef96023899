//! `generate`: the language model writes one to three sentences from a passage, and each is checked as it is finished.

use corpus::{Page, Passage};
use inference::{InferenceError, Limits, StopReason};
use retrieval::{PassageStates, Prompt};

use crate::check::{CheckedSentence, Checker, Refusal};
use crate::reply::WrittenSentence;

/// Longest draft in tokens: about the contract's 80 words.
pub const MOST_TOKENS: usize = 110;
/// Most sentences of an answer.
const MOST_SENTENCES: usize = 3;

/// What the model says when the passage does not answer.
const NO_ANSWER: &str = "NO ANSWER";

/// How a draft ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Draft {
    /// The sentences that passed the check, in order.
    pub(crate) sentences: Vec<CheckedSentence>,
    /// All that was written, in order, also what did not pass.
    pub(crate) written: Vec<WrittenSentence>,
    /// Whether the model said that the passage does not answer.
    pub(crate) declined: bool,
    /// Mean natural log-probability of the tokens written.
    pub(crate) mean_log_probability: f64,
    /// Tokens written when the caller cut it short; none when it was not.
    pub(crate) cut_after: Option<usize>,
}

impl Draft {
    /// What a fault leaves of a draft, where the model had written so many tokens: what has passed the check may have been shown
    /// already, so it stays. Without that, the fault is all there is.
    fn after(self, fault: InferenceError, tokens: usize) -> Result<Self, InferenceError> {
        if self.sentences.is_empty() {
            return Err(fault);
        }
        tracing::error!(error = %fault, "a draft broke off");
        Ok(Self { cut_after: Some(tokens), ..self })
    }
}

/// What the model is told around a passage and a question: none of it is for residents.
pub fn prompts() -> Vec<String> {
    vec![retrieval::SYSTEM.to_owned(), request("")]
}

/// What the model is told after the passage.
pub fn request(question: &str) -> String {
    format!(
        "Question from a resident: {question}\n\nAnswer in one or two short sentences, using only the text. Give the exact \
         figure, date or rule. If the text does not answer the question, write {NO_ANSWER}."
    )
}

/// Drafts an answer. `on_checked` sees each sentence that passed, as soon as it is finished; `keep_going` is
/// asked with the number of tokens so far and ends the draft.
pub(crate) fn draft(
    states: &PassageStates,
    checker: Checker<'_>,
    page: &Page,
    passage: &Passage,
    question: &str,
    keep_going: &dyn Fn(usize) -> bool,
    on_checked: &mut dyn FnMut(&CheckedSentence),
) -> Result<Draft, InferenceError> {
    let generator = states.generator();
    let prompt = Prompt::new(generator.chat(), generator.tokenizer(), page, passage, &request(question))?;
    let mut draft = Draft {
        sentences: Vec::new(),
        written: Vec::new(),
        declined: false,
        mean_log_probability: 0.0,
        cut_after: None,
    };
    let Some(mut state) = states.after(&prompt.prefix, &|| keep_going(0))? else {
        return Ok(Draft { cut_after: Some(0), ..draft });
    };
    let mut read = 0;
    let mut take = |draft: &mut Draft, text: &str| -> bool {
        let text = text.trim().trim_start_matches("Answer:").trim();
        if text.to_uppercase().contains(NO_ANSWER) {
            draft.declined = true;
            return false;
        }
        let verdict = checker.check(text, page, passage);
        let refused = verdict.as_ref().err().map(Refusal::kind);
        draft.written.push(WrittenSentence { text: text.to_owned(), passage: passage.id.clone(), refused });
        match verdict {
            Ok(sentence) => {
                on_checked(&sentence);
                draft.sentences.push(sentence);
                draft.sentences.len() < MOST_SENTENCES
            }
            Err(refusal) => {
                // The refusal may hold words of the question, so only its kind is logged.
                tracing::debug!(kind = refusal.kind(), "a drafted sentence was refused");
                true
            }
        }
    };
    let limits = Limits { max_tokens: MOST_TOKENS, lookup: true };
    let mut failed = None;
    let mut enough = false;
    let mut written = 0;
    let generated = generator.generate(&mut state, &prompt.suffix, limits, &mut |tokens| {
        if !keep_going(tokens.len()) {
            return false;
        }
        let text = match generator.tokenizer().decode(tokens) {
            Ok(text) => text,
            Err(error) => {
                failed = Some(error);
                return false;
            }
        };
        written = tokens.len();
        // All but the last sentence are finished.
        let bounds = corpus::sentences::split(&text);
        while read + 1 < bounds.len() {
            let finished = bounds[read].clone();
            read += 1;
            if !take(&mut draft, &text[finished]) {
                enough = true;
                return false;
            }
        }
        true
    });
    let generated = match (generated, failed) {
        (Ok(generated), None) => generated,
        // Cut at the next token, a replay has read the same ones.
        (Err(error), _) | (Ok(_), Some(error)) => return draft.after(error, written + 1),
    };
    draft.cut_after = (generated.stop == StopReason::Cancelled && !enough).then_some(generated.tokens.len());
    if !generated.log_probabilities.is_empty() {
        let sum: f32 = generated.log_probabilities.iter().sum();
        draft.mean_log_probability = f64::from(sum) / generated.log_probabilities.len() as f64;
    }
    // A sentence that the token limit cut off is not one.
    if generated.stop == StopReason::EndOfTurn {
        let text = match generator.tokenizer().decode(&generated.tokens) {
            Ok(text) => text,
            Err(error) => return draft.after(error, written + 1),
        };
        for bounds in corpus::sentences::split(&text).into_iter().skip(read) {
            if !take(&mut draft, &text[bounds]) {
                break;
            }
        }
    }
    Ok(draft)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_fault_takes_nothing_back_that_has_passed_the_check() {
        let text = "---\nid: p\ntitle: P\n---\n# P\n\nA permit costs £31 a year.\n";
        let page = Page::parse(std::path::Path::new("p.md"), text).unwrap().0;
        let checked = CheckedSentence::quoted(&page, &page.passages[0], 0, false);
        let draft = |sentences| Draft {
            sentences,
            written: Vec::new(),
            declined: false,
            mean_log_probability: 0.0,
            cut_after: None,
        };
        assert!(draft(Vec::new()).after(InferenceError::NoTokens, 7).is_err());
        let kept = draft(vec![checked.clone()]).after(InferenceError::NoTokens, 7).unwrap();
        assert_eq!((kept.sentences, kept.cut_after), (vec![checked], Some(7)));
    }
}
