//! A recorded reply made again: the same enquiry, time and path, and what comes out differently.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use crate::assistant::Assistant;
use crate::course::Recorded;
use crate::record::{Record, RecordError, raw};
use crate::reply::Reply;
use crate::run::Run;

/// The members of a trace that a reply is a function of, as people are told of them.
const CAUSES: [(&str, &str); 4] =
    [("index", "index"), ("config", "configuration"), ("profile", "profile"), ("path", "path")];

/// A recorded reply made again.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// The reply of now.
    pub reply: Reply,
    /// What differs in it, timings aside; nothing when it is the same to the byte.
    pub differences: Vec<Difference>,
}

/// A member of a reply that is not the same again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs: `model generator`, `index`, `configuration`, `profile`, `path`, or a member of the reply.
    pub name: String,
    /// Whether it is one of the things that a reply is a function of, and not only what came of them.
    pub is_cause: bool,
    /// Its value in the record; none where the record has none.
    pub recorded: Option<String>,
    /// Its value now; none where there is none.
    pub replayed: Option<String>,
}

impl Assistant {
    /// Makes a recorded reply again, by the recorded path and at the recorded time. Blocks.
    ///
    /// A path that was cut short is cut short at the same place. A fault is not brought about again: a reply that it had
    /// ended differs by its path, and the fixed text that stood in for a reply is repeated.
    ///
    /// # Errors
    /// `UnknownPath`, and `Damaged` when the recorded reply is not an object as [`Reply`] makes it.
    pub fn replay(&self, record: &Record) -> Result<Replay, RecordError> {
        let path = &record.told().trace.path;
        let recorded = Recorded::read(path).ok_or_else(|| RecordError::UnknownPath { path: path.clone() })?;
        let reply = match recorded {
            Recorded::Overload => self.handoff_overload_at(record.clock()),
            Recorded::Fault => self.handoff_fault_at(record.clock()),
            Recorded::SwitchedOff => self.handoff_switched_off_at(record.clock()),
            Recorded::Way(path, course) => {
                Run::new(self, path, None, &mut |_| (), &|| true).again(record.clock(), course).reply(&record.enquiry())
            }
        };
        let damaged = |source| RecordError::Damaged { source };
        let replayed = raw(&reply).map_err(damaged)?;
        let differences = compare(record.reply(), &replayed).map_err(damaged)?;
        Ok(Replay { reply, differences })
    }
}

/// What differs between two replies, causes first.
fn compare(recorded: &RawValue, replayed: &RawValue) -> Result<Vec<Difference>, serde_json::Error> {
    let (recorded, replayed) = (members(recorded)?, members(replayed)?);
    let names: BTreeSet<_> = recorded.keys().chain(replayed.keys()).collect();
    let differing = names.into_iter().filter(|name| recorded.get(*name) != replayed.get(*name));
    Ok(differing
        .map(|name| Difference {
            name: name.1.clone(),
            is_cause: name.0 == Kind::Cause,
            recorded: recorded.get(name).map(|value| shown(value)),
            replayed: replayed.get(name).map(|value| shown(value)),
        })
        .collect())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Cause,
    Effect,
}

/// The members of a reply and of its trace with their JSON, but for the timings.
fn members(reply: &RawValue) -> Result<BTreeMap<(Kind, String), String>, serde_json::Error> {
    type Object<'a> = BTreeMap<String, &'a RawValue>;
    let mut members = BTreeMap::new();
    for (name, value) in serde_json::from_str::<Object<'_>>(reply.get())? {
        if name != "trace" {
            members.insert((Kind::Effect, name), compact(value.get()));
            continue;
        }
        for (name, value) in serde_json::from_str::<Object<'_>>(value.get())? {
            let cause = CAUSES.iter().find(|(member, _)| *member == name);
            if let Some((_, name)) = cause {
                members.insert((Kind::Cause, (*name).to_owned()), compact(value.get()));
            } else if name == "models" {
                let models = serde_json::from_str::<Object<'_>>(value.get())?;
                let named = |(role, digest): (String, &RawValue)| {
                    ((Kind::Cause, format!("model {role}")), compact(digest.get()))
                };
                members.extend(models.into_iter().map(named));
            } else if name != "timings_ms" {
                members.insert((Kind::Effect, format!("trace.{name}")), compact(value.get()));
            }
        }
    }
    Ok(members)
}

/// JSON without the white space between its values.
fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    json.chars()
        .filter(|character| {
            let kept = in_string || !character.is_ascii_whitespace();
            if *character == '"' && !escaped {
                in_string = !in_string;
            }
            escaped = *character == '\\' && !escaped;
            kept
        })
        .collect()
}

/// A value for people: a string as its text, anything else as its JSON.
fn shown(json: &str) -> String {
    serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const RECORDED: &str = r#"{ "text": "a  \"b\" ", "confidence": 0.5,
        "trace": { "models": {"encoder": "e1"}, "index": "i1", "config": "c", "profile": "p", "path": "full",
                   "signals": {"lead": 0.30000000000000004}, "timings_ms": {"total": 3.0} } }"#;

    fn check(change: (&str, &str), expected: &[&str]) {
        let raw = |text: String| RawValue::from_string(text).unwrap();
        let replayed = raw(compact(RECORDED).replace(change.0, change.1));
        let differences = compare(&raw(RECORDED.to_owned()), &replayed).unwrap();
        let told = |difference: &Difference| {
            let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".into());
            format!("{}: {} → {}", difference.name, value(&difference.recorded), value(&difference.replayed))
        };
        assert_eq!(differences.iter().map(told).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_differs_is_named_with_both_values() {
        check(("", ""), &[]);
        check(("\"total\":3.0", "\"total\":99.0"), &[]);
        check(("i1", "i2"), &["index: i1 → i2"]);
        check(("\"e1\"", "\"e2\",\"generator\":\"g\""), &["model encoder: e1 → e2", "model generator: nothing → g"]);
        check(("a  ", "a "), &["text: a  \"b\"  → a \"b\" "]);
        check(("0.30000000000000004", "0.3"), &["trace.signals: {\"lead\":0.30000000000000004} → {\"lead\":0.3}"]);
        check(("\"config\":\"c\"", "\"config\":\"d\""), &["configuration: c → d"]);
    }
}
