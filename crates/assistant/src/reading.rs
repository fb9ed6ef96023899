//! What the reader found in the first passages.

use std::collections::HashMap;

use inference::InferenceError;
use inference::reader::{Reader, ReaderPassage, Reading};
use retrieval::{Hit, Index};

/// What a point of the reader's verdict on a passage counts for beside the fused score of the search.
const PASSAGE_WEIGHT: f32 = 0.3;

/// Verdicts beyond this say no more.
const MOST: f32 = 6.0;

/// The readings of passages, by their number in the index.
#[derive(Debug, Default)]
pub(crate) struct Readings(HashMap<usize, Reading>);

impl Readings {
    /// Reads the first `count` hits for the answer to a question.
    pub(crate) fn of(
        reader: &Reader,
        index: &Index,
        question: &str,
        hits: &[Hit],
        count: usize,
    ) -> Result<Self, InferenceError> {
        let first = &hits[..count.min(hits.len())];
        let texts: Vec<(String, Vec<&str>)> = first
            .iter()
            .map(|hit| {
                let (page, passage) = index.passage(hit.passage);
                let sentences = passage.sentences.iter().map(|sentence| sentence.text.as_str()).collect();
                (format!("{}. {}.", page.title, passage.heading_path.join(". ")), sentences)
            })
            .collect();
        let passages: Vec<ReaderPassage<'_>> =
            texts.iter().map(|(context, sentences)| ReaderPassage { context, sentences }).collect();
        let readings = reader.read(question, &passages)?;
        Ok(Self(first.iter().map(|hit| hit.passage).zip(readings).collect()))
    }

    /// The best verdict on any sentence.
    pub(crate) fn best_sentence(&self) -> Option<f32> {
        let all = self.0.values().flat_map(|reading| reading.sentences.iter().copied());
        all.max_by(f32::total_cmp).map(|best| best.clamp(-MOST, MOST))
    }

    /// The verdict on a passage, as a logit: whether it answers.
    pub(crate) fn answers(&self, passage: usize) -> Option<f32> {
        self.0.get(&passage).map(|reading| reading.answers.clamp(-MOST, MOST))
    }

    /// The verdict on a sentence: whether it belongs to the answer.
    pub(crate) fn sentence(&self, passage: usize, number: usize) -> Option<f32> {
        Some(self.0.get(&passage)?.sentences.get(number)?.clamp(-MOST, MOST))
    }

    /// Puts what was read into the order of search and reading together; what was not read stays behind.
    pub(crate) fn reorder(&self, hits: &mut [Hit]) {
        let read = hits.iter().take_while(|hit| self.0.contains_key(&hit.passage)).count();
        let (read, unread) = hits.split_at_mut(read);
        for hit in read.iter_mut() {
            hit.score = hit.fused + PASSAGE_WEIGHT * self.answers(hit.passage).unwrap_or(-MOST);
        }
        let lowest = read.iter().map(|hit| hit.score).fold(f32::INFINITY, f32::min);
        for (place, hit) in unread.iter_mut().enumerate() {
            hit.score = lowest - 1.0 - place as f32;
        }
        read.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.passage.cmp(&b.passage)));
    }
}
