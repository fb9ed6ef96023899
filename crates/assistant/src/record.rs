//! The record of a reply: all that the reply is a function of, and the reply itself, as one JSON object.
//!
//! It holds what the resident wrote, and nothing else about them. Where records are kept is not known here.

use std::collections::BTreeMap;

use conversation::{Citation, Outcome, Reason, Turn};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use thiserror::Error;

use crate::assistant::Enquiry;
use crate::reply::Reply;

/// The form of the records that are written and read here. Raise it with every change that older programs cannot read.
const FORM: u64 = 1;

/// Why something is no record, or cannot be made into one.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The text ends before the object does.
    #[error("it is cut off: only the beginning of a record was written or copied")]
    CutOff {
        /// Where.
        #[source]
        source: serde_json::Error,
    },
    /// The text is something else.
    #[error("it is not JSON, and a record is")]
    NotJson {
        /// Where.
        #[source]
        source: serde_json::Error,
    },
    /// JSON of another kind.
    #[error("it is JSON, but not the record of a reply: it is no object with the member `reeve_record`")]
    Foreign,
    /// A record of another version of Reeve.
    #[error("it is a record of form {found}, and this Reeve reads form {FORM}")]
    OtherForm {
        /// Its form.
        found: String,
    },
    /// It says that it is a record, and parts are missing or of another kind.
    #[error("it is the record of a reply, but something in it is missing or was changed")]
    Damaged {
        /// What.
        #[source]
        source: serde_json::Error,
    },
    /// The path is not one of this version.
    #[error("its reply took the path {path:?}, which this Reeve does not know")]
    UnknownPath {
        /// The path.
        path: String,
    },
}

/// What the file holds. The reply is kept as its very text: read as numbers and written again, it might not be the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    reeve_record: u64,
    question: String,
    history: Vec<Turn>,
    clock: Timestamp,
    reply: Box<RawValue>,
}

/// What a resident was told and how it came about, as far as it is read out of a record.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Told {
    /// How the enquiry ended.
    pub outcome: Outcome,
    /// All sentences.
    pub text: String,
    /// What they cite.
    pub citations: Vec<Citation>,
    /// The probability that the candidate answer is right, where there was one.
    pub confidence: Option<f64>,
    /// Why it is not an answer.
    pub reason: Option<Reason>,
    /// How it came about.
    pub trace: ToldTrace,
}

/// What a recorded reply depended on; the fields are those of [`Trace`](crate::Trace).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ToldTrace {
    /// Digest of each model used, by role.
    pub models: BTreeMap<String, String>,
    /// Digest of the index.
    pub index: String,
    /// Digests of the settings and of the judges.
    pub config: String,
    /// What the reply depends on besides.
    pub profile: String,
    /// The path taken.
    pub path: String,
}

/// The record of one reply.
#[derive(Debug, Clone)]
pub struct Record {
    wire: Wire,
    told: Told,
}

impl Record {
    /// Records the reply to an enquiry.
    ///
    /// # Errors
    /// `Damaged` when the reply cannot be written as JSON, which a plain value can.
    pub fn new(enquiry: &Enquiry, reply: &Reply) -> Result<Self, RecordError> {
        let damaged = |source| RecordError::Damaged { source };
        let told = Told {
            outcome: reply.outcome(),
            text: reply.text().to_owned(),
            citations: reply.citations().to_vec(),
            confidence: reply.confidence(),
            reason: reply.reason(),
            trace: ToldTrace {
                models: reply.trace().models.clone(),
                index: reply.trace().index.clone(),
                config: reply.trace().config.clone(),
                profile: reply.trace().profile.clone(),
                path: reply.trace().path.clone(),
            },
        };
        let wire = Wire {
            reeve_record: FORM,
            question: enquiry.question.clone(),
            history: enquiry.history.clone(),
            clock: reply.trace().clock,
            reply: raw(reply).map_err(damaged)?,
        };
        Ok(Self { wire, told })
    }

    /// Reads a record.
    ///
    /// # Errors
    /// Says what the text is, when it is no record that this version reads.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        let anything: serde_json::Value = serde_json::from_str(text).map_err(|source| {
            if source.is_eof() { RecordError::CutOff { source } } else { RecordError::NotJson { source } }
        })?;
        let form = anything.get("reeve_record").ok_or(RecordError::Foreign)?;
        if form.as_u64() != Some(FORM) {
            return Err(RecordError::OtherForm { found: form.to_string() });
        }
        let damaged = |source| RecordError::Damaged { source };
        let wire: Wire = serde_json::from_str(text).map_err(damaged)?;
        let told = serde_json::from_str(wire.reply.get()).map_err(damaged)?;
        Ok(Self { wire, told })
    }

    /// The record as JSON for people and programs, with a line break at its end.
    ///
    /// # Errors
    /// `Damaged` when it cannot be written as JSON, which a plain value can.
    pub fn to_json(&self) -> Result<String, RecordError> {
        let text = serde_json::to_string_pretty(&self.wire).map_err(|source| RecordError::Damaged { source })?;
        Ok(text + "\n")
    }

    /// What was asked, and what had been said before.
    pub fn enquiry(&self) -> Enquiry {
        Enquiry { question: self.wire.question.clone(), history: self.wire.history.clone() }
    }

    /// What the clock said.
    pub fn clock(&self) -> Timestamp {
        self.wire.clock
    }

    /// What the resident was told.
    pub fn told(&self) -> &Told {
        &self.told
    }

    /// The reply, as `ask --json` prints it.
    pub(crate) fn reply(&self) -> &RawValue {
        &self.wire.reply
    }
}

/// A reply's text as `ask --json` prints it, indented to stand in a record.
pub(crate) fn raw(reply: &Reply) -> Result<Box<RawValue>, serde_json::Error> {
    // Line breaks inside of JSON strings are escaped, so that these are between values.
    RawValue::from_string(serde_json::to_string_pretty(reply)?.replace('\n', "\n  "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use conversation::Role;

    use super::*;
    use crate::reply::{RankedPassage, ReplyBuilder, Trace};
    use crate::texts;

    fn record() -> Record {
        let mut reply = ReplyBuilder::default().fixed(&texts::thanks()).finish(Outcome::Greeting, None, Vec::new());
        let ranked = RankedPassage { id: "a#1".into(), dense: 0.5, fused: 0.1 + 0.2, likelihood: Some(-1.234_567_9) };
        reply.set_confidence(Some(0.1 + 0.2));
        reply.set_trace(Trace {
            path: "full".into(),
            signals: BTreeMap::from([("lead".to_owned(), 1.0 / 3.0)]),
            passages: vec![ranked],
            clock: "2026-03-03T10:00:00.123456789Z".parse().unwrap(),
            ..Trace::default()
        });
        let history = vec![Turn { role: Role::User, text: "a \"b\"\n{c}".into() }];
        Record::new(&Enquiry { question: "Thanks ü".into(), history }, &reply).unwrap()
    }

    #[test]
    fn a_record_round_trips_to_the_byte() {
        let record = record();
        let text = record.to_json().unwrap();
        let read = Record::parse(&text).unwrap();
        assert_eq!(read.to_json().unwrap(), text);
        assert_eq!(read.enquiry(), record.enquiry());
        assert_eq!(read.clock(), record.clock());
        assert_eq!(read.told().text, record.told().text);
        assert_eq!(read.told().trace, record.told().trace);
    }

    fn check(text: &str, expected: &str) {
        let error = Record::parse(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text:?} gives {error:?}");
    }

    #[test]
    fn what_is_no_record_is_named() {
        let text = record().to_json().unwrap();
        for end in [0, 1, 30, text.len() / 2, text.len() - 2] {
            check(&text[..(0..=end).rev().find(|end| text.is_char_boundary(*end)).unwrap()], "cut off");
        }
        check("# A page\n", "not JSON");
        check(&format!("{text}{text}"), "not JSON");
        check("[]", "not the record of a reply");
        check("{\"outcome\": \"answer\", \"text\": \"\"}", "not the record of a reply");
        check(&text.replace("\"reeve_record\": 1", "\"reeve_record\": 2"), "of form 2, and this Reeve reads form 1");
        check(&text.replace("\"question\"", "\"queston\""), "missing or was changed");
        check(&text.replace("\"outcome\"", "\"outcom\""), "missing or was changed");
    }
}
