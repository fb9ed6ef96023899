//! The file of a run: the machine, the versions of both sides, and every sample that was taken.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::Arguments;
use crate::idle::Idle;
use crate::llama::Theirs;
use crate::machine::{Machine, commit};

/// Raised when a field changes its meaning.
const FORMAT: u32 = 1;

/// A run. All times are in milliseconds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) format: u32,
    /// When the run began, as RFC 3339.
    pub(crate) taken_at: String,
    /// Fewer repeats than for figures to be published.
    pub(crate) quick: bool,
    /// Neither side used AVX-512, whatever the machine has.
    #[serde(default)]
    pub(crate) avx2: bool,
    pub(crate) machine: Machine,
    /// Of either side.
    pub(crate) threads: usize,
    pub(crate) ours: Ours,
    /// None where no part needed the other side.
    pub(crate) theirs: Option<Theirs>,
    pub(crate) raw: Vec<RawModel>,
    pub(crate) answers: Vec<AnswersModel>,
    pub(crate) load: Option<Load>,
    pub(crate) retrieval: Vec<Corpus>,
    #[serde(default)]
    pub(crate) limits: Option<Limits>,
}

/// What the machine can do at most, all threads together, and what models take of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// Multiply-adds of bytes a second.
    pub(crate) multiply_adds: Vec<f64>,
    /// Bytes read from memory a second.
    pub(crate) memory_bytes: Vec<f64>,
    pub(crate) models: Vec<ModelLimits>,
}

/// A language model, reading and writing so many tokens.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ModelLimits {
    pub(crate) model: String,
    pub(crate) read: usize,
    pub(crate) written: usize,
    /// Of a token's way through the blocks, attention aside.
    pub(crate) multiply_adds: u64,
    /// Of the file, that a token moves when it is written.
    pub(crate) weight_bytes: u64,
    pub(crate) read_ms: Vec<f64>,
    pub(crate) write_ms: Vec<f64>,
}

/// Our side.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ours {
    pub(crate) version: String,
    pub(crate) commit: Option<String>,
    pub(crate) profile: String,
}

/// Reading and writing with one language model.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RawModel {
    pub(crate) model: String,
    /// How our side loaded it.
    pub(crate) loaded_as: String,
    pub(crate) idle: Idle,
    pub(crate) runs: Vec<RawRuns>,
}

/// Runs of one kind, one after the other in turn: ours, theirs, ours, theirs.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RawRuns {
    pub(crate) kind: RawKind,
    /// Tokens read or written.
    pub(crate) tokens: usize,
    pub(crate) ours_ms: Vec<f64>,
    pub(crate) theirs_ms: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawKind {
    /// From nothing to the first token.
    Prefill,
    /// The tokens after the first.
    Decode,
}

/// Whole answers of one language model.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AnswersModel {
    pub(crate) model: String,
    pub(crate) loaded_as: String,
    pub(crate) idle: Idle,
    pub(crate) samples: Vec<AnswerSample>,
}

/// One question, answered by each side from the same start.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AnswerSample {
    /// The case of the question set.
    pub(crate) case: String,
    pub(crate) passage: String,
    pub(crate) prefix_tokens: usize,
    pub(crate) suffix_tokens: usize,
    pub(crate) start: Start,
    pub(crate) ours: Answer,
    /// llama.cpp with one sequence's reuse of what prompts have in common.
    pub(crate) reuse: Answer,
    /// llama.cpp with saved states of passages and its own lookup.
    pub(crate) states: Answer,
}

/// What is known when a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Start {
    /// Nothing.
    Cold,
    /// The passage was read before.
    Warm,
    /// The same question was answered just before.
    Repeated,
}

/// An answer and what it took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) ms: f64,
    pub(crate) first_ms: f64,
    pub(crate) tokens: usize,
    /// Whether the model ended its turn, rather than being cut off.
    pub(crate) ended: bool,
    pub(crate) text: String,
    /// What saving the passage's state to a file took; not part of `ms`.
    pub(crate) saved_ms: Option<f64>,
}

impl Answer {
    /// Whether two answers are the same to the end.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.text == other.text && self.ended == other.ended
    }
}

/// `reeve serve` with many residents.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Load {
    /// Arguments of `reeve serve` besides folders and port.
    pub(crate) serve: String,
    pub(crate) levels: Vec<Level>,
    pub(crate) repeated: Option<Repeated>,
}

/// So many residents at once, each asking the next question as soon as the last is answered.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Level {
    pub(crate) residents: usize,
    pub(crate) replies: Vec<Told>,
}

/// One question again and again, alone, each time in a conversation of its own.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Repeated {
    pub(crate) case: String,
    pub(crate) first: Told,
    pub(crate) again: Vec<Told>,
}

/// What a resident was told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) case: String,
    pub(crate) first_sentence_ms: Option<f64>,
    pub(crate) last_ms: f64,
    pub(crate) said: Said,
    /// By the case's own rule.
    pub(crate) right: bool,
    /// The path of the reply's trace.
    pub(crate) path: String,
}

/// What kind of reply it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Said {
    /// Sentences that the model wrote.
    Model,
    /// The page's own sentences.
    Quote,
    /// The way to a person, since too many asked at once.
    Shed,
    /// Anything else: not sure, asked back, declined.
    Other,
    /// No reply.
    Failed,
}

/// The search over one corpus.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Corpus {
    pub(crate) name: String,
    pub(crate) pages: usize,
    pub(crate) passages: usize,
    pub(crate) sentences: usize,
    /// Texts that were encoded: passages, sentences and words, each once.
    pub(crate) encoded_texts: usize,
    /// From the pages to an index that can be searched, in an empty folder.
    pub(crate) index_ms: f64,
    /// Where most of the encoding was left out, what it would have taken, by a part that was not left out.
    pub(crate) index_ms_estimated: Option<f64>,
    /// Opening the finished index again.
    pub(crate) open_ms: f64,
    pub(crate) disk_bytes: u64,
    /// Each query with the encoding of the question.
    pub(crate) query_ms: Vec<f64>,
}

impl Report {
    pub(crate) fn new(arguments: &Arguments, threads: usize) -> Self {
        Self {
            format: FORMAT,
            taken_at: jiff::Timestamp::now().to_string(),
            quick: arguments.quick,
            avx2: arguments.avx2,
            machine: Machine::this(),
            threads,
            ours: Ours {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                commit: commit(),
                profile: inference::numeric_profile(),
            },
            theirs: None,
            raw: Vec::new(),
            answers: Vec::new(),
            load: None,
            retrieval: Vec::new(),
            limits: None,
        }
    }

    pub(crate) fn read(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let report: Self =
            serde_json::from_str(&text).with_context(|| format!("{} is no file of a benchmark", file.display()))?;
        if report.format != FORMAT {
            bail!("{} is in format {}, and this program reads {FORMAT}", file.display(), report.format);
        }
        Ok(report)
    }
}
