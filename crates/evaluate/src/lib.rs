//! Question sets in, scores out: how often the assistant is right, silent when it should be, and fast.
//!
//! This crate knows the format of a case, the rule of what counts as a right reply, and the figures made of many
//! verdicts. It knows nothing of HTTP, of SQL, or of how a reply is made.

pub mod adversarial;
mod calibration;
mod case;
mod compare;
mod confidence;
pub mod convert;
mod error;
mod evaluation;
mod figures;
mod lint;
mod pattern;
mod report;
mod resampling;
mod run;
pub mod safety;
mod statistics;
mod summary;
mod unproven;
mod verdict;

pub use calibration::{Fitted, Sample, fit};
pub use case::{Case, DEVELOP, TEST, in_split, load_cases};
pub use compare::{Baseline, Change, ChangeKind, Comparison, Said};
pub use confidence::{ConfidenceFigures, Forecast};
pub use error::{EvaluateError, Place};
pub use evaluation::{CaseResult, Evaluation, Judged, PageRank};
pub use figures::{Figures, KindFigures, Spread};
pub use lint::lint;
pub use pattern::Pattern;
pub use report::{About, report};
pub use run::{has_item, run, sample};
pub use statistics::{Share, wilson_interval};
pub use unproven::FactCount;
pub use verdict::{MOST_SENTENCES, MOST_WORDS, ReplyView, Verdict, judge_reply};
