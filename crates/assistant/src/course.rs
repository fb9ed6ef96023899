//! The course of a reply: which path it took and where time ran out on it, in the words of the trace and read back from
//! them, so that a replay stops where the reply stopped.

use std::collections::VecDeque;

use crate::assistant::{Path, QuoteOnlyReason};

/// The path of a reply for which there was no room.
pub(crate) const OVERLOAD: &str = "overload";
/// The path of a reply while the council has switched the assistant off.
pub(crate) const SWITCHED_OFF: &str = "switched off";
/// The path of a reply that stands in for one that failed outside the assistant.
pub(crate) const FAULT: &str = "fault";
/// The path of a question that is longer than what is read.
pub(crate) const TOO_LONG: &str = "too long";
/// Noted where the model was not asked for a draft because time had run out.
pub(crate) const DRAFT_LEFT_OUT: &str = "draft left out: out of time";

const FULL: &str = "full";
const HURRIED: &str = "full, hurried";
const UNVERIFIED: &str = "full, unverified";
const TRIAGE: &str = "triage: ";
const RERANKED: &str = "reranked";
const RERANK_CUT: &str = "rerank cut short";
const READ: &str = "read";
const READING_CUT: &str = "reading cut short";
const VERIFIED: &str = "verified";
const VERIFICATION_CUT: &str = "verification cut short";
const DRAFT_CUT: (&str, &str) = ("draft cut short after ", " tokens");

/// How the trace names a path.
pub(crate) fn name(path: Path) -> String {
    match path {
        Path::Full => FULL.to_owned(),
        Path::Hurried => HURRIED.to_owned(),
        Path::Unverified => UNVERIFIED.to_owned(),
        Path::QuoteOnly(reason) => format!("quote only: {reason:?}"),
    }
}

/// How the trace notes a rerank.
pub(crate) fn rerank_note(done: bool) -> &'static str {
    if done { RERANKED } else { RERANK_CUT }
}

/// How the trace notes a reading.
pub(crate) fn reading_note(done: bool) -> &'static str {
    if done { READ } else { READING_CUT }
}

/// How the trace notes a verification.
pub(crate) fn verification_note(done: bool) -> &'static str {
    if done { VERIFIED } else { VERIFICATION_CUT }
}

/// How the trace notes a draft that was cut short when the model had written so many tokens.
pub(crate) fn draft_cut_note(tokens: usize) -> String {
    format!("{}{tokens}{}", DRAFT_CUT.0, DRAFT_CUT.1)
}

/// Where time ran out. The default is a reply whose time never ran out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Course {
    /// For each rerank in turn, whether it was in time.
    reranks: VecDeque<bool>,
    /// For each reading in turn, whether it was in time.
    readings: VecDeque<bool>,
    /// For each verification in turn, whether it was in time.
    verifications: VecDeque<bool>,
    draft_left_out: bool,
    /// The tokens at which the draft was cut short.
    draft_cut_after: Option<usize>,
}

impl Course {
    fn is_whole(&self) -> bool {
        let cut = self.draft_left_out || self.draft_cut_after.is_some();
        !cut && self.reranks.iter().chain(&self.readings).chain(&self.verifications).all(|in_time| *in_time)
    }

    /// Whether the next rerank was in time.
    pub(crate) fn next_rerank_is_in_time(&mut self) -> bool {
        self.reranks.pop_front().unwrap_or(true)
    }

    /// Whether the next reading was in time.
    pub(crate) fn next_reading_is_in_time(&mut self) -> bool {
        self.readings.pop_front().unwrap_or(true)
    }

    /// Whether the next verification was in time.
    pub(crate) fn next_verification_is_in_time(&mut self) -> bool {
        self.verifications.pop_front().unwrap_or(true)
    }

    /// Whether time had run out before the draft.
    pub(crate) fn draft_is_left_out(&self) -> bool {
        self.draft_left_out
    }

    /// Whether the draft may go on after so many tokens.
    pub(crate) fn draft_goes_on(&self, tokens: usize) -> bool {
        self.draft_cut_after.is_none_or(|last| tokens < last)
    }
}

/// Whether a trace's path is the whole way, gone to its end: nothing failed, and time ran out nowhere.
pub(crate) fn is_whole(path: &str) -> bool {
    let went_well = !path.split("; ").any(|note| note == FAULT);
    matches!(Recorded::read(path), Some(Recorded::Way(Path::Full, course)) if went_well && course.is_whole())
}

/// What to do to follow a recorded path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// Go the way of an enquiry.
    Way(Path, Course),
    /// Hand over, as there was no room.
    Overload,
    /// Hand over, as something had failed.
    Fault,
    /// Hand over, as the assistant was switched off.
    SwitchedOff,
}

impl Recorded {
    /// Reads a trace's path; none when it begins in no known way.
    pub(crate) fn read(path: &str) -> Option<Self> {
        let mut notes = path.split("; ");
        let way = match notes.next()? {
            OVERLOAD => return Some(Self::Overload),
            FAULT => return Some(Self::Fault),
            SWITCHED_OFF => return Some(Self::SwitchedOff),
            // What the rules met needed no path; they come first on each.
            first if first == TOO_LONG || first.starts_with(TRIAGE) => Path::Full,
            first => {
                let reasons = [QuoteOnlyReason::Overload, QuoteOnlyReason::ModelOff];
                let with_models = [Path::Full, Path::Hurried, Path::Unverified].into_iter();
                with_models.chain(reasons.map(Path::QuoteOnly)).find(|path| name(*path) == first)?
            }
        };
        let mut course = Course::default();
        for note in notes {
            match note {
                RERANKED => course.reranks.push_back(true),
                RERANK_CUT => course.reranks.push_back(false),
                READ => course.readings.push_back(true),
                READING_CUT => course.readings.push_back(false),
                VERIFIED => course.verifications.push_back(true),
                VERIFICATION_CUT => course.verifications.push_back(false),
                DRAFT_LEFT_OUT => course.draft_left_out = true,
                // The other notes say what came out, not where time ran out.
                other => {
                    let tokens = other.strip_prefix(DRAFT_CUT.0).and_then(|rest| rest.strip_suffix(DRAFT_CUT.1));
                    course.draft_cut_after = tokens.and_then(|tokens| tokens.parse().ok()).or(course.draft_cut_after);
                }
            }
        }
        Some(Self::Way(way, course))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn course(path: &str) -> (Path, Course) {
        match Recorded::read(path).unwrap() {
            Recorded::Way(path, course) => (path, course),
            other => panic!("{path} is {other:?}"),
        }
    }

    #[test]
    fn every_path_is_read_back() {
        let without_models = [QuoteOnlyReason::Overload, QuoteOnlyReason::ModelOff].map(Path::QuoteOnly);
        for path in [Path::Full, Path::Hurried, Path::Unverified].into_iter().chain(without_models) {
            assert_eq!(course(&name(path)), (path, Course::default()));
        }
        assert_eq!(course("triage: Danger(Fire)"), (Path::Full, Course::default()));
        assert_eq!(course(TOO_LONG), (Path::Full, Course::default()));
        assert_eq!(Recorded::read(OVERLOAD), Some(Recorded::Overload));
        assert_eq!(Recorded::read(FAULT), Some(Recorded::Fault));
        assert_eq!(Recorded::read(SWITCHED_OFF), Some(Recorded::SwitchedOff));
        assert_eq!(Recorded::read("by pigeon"), None);
        assert_eq!(Recorded::read(""), None);
    }

    #[test]
    fn a_replay_stops_where_time_ran_out() {
        let ranked =
            [&name(Path::Full), rerank_note(true), reading_note(false), rerank_note(false), reading_note(true)];
        let cut = draft_cut_note(7);
        let verified = [verification_note(true), verification_note(false)];
        let notes = [&ranked[..], &verified, &[&cut, "draft 1 checked"]].concat();
        let (_, mut course) = course(&notes.join("; "));
        assert!(course.next_rerank_is_in_time());
        assert!(!course.next_rerank_is_in_time());
        assert!(course.next_rerank_is_in_time(), "what is not noted was in time");
        assert!(!course.next_reading_is_in_time());
        assert!(course.next_reading_is_in_time());
        assert!(course.draft_goes_on(6) && !course.draft_goes_on(7));
        assert!(!course.draft_is_left_out());
        assert!(course.next_verification_is_in_time());
        assert!(!course.next_verification_is_in_time());
        assert!(course.next_verification_is_in_time());
        assert!(self::course(&format!("full; {DRAFT_LEFT_OUT}")).1.draft_is_left_out());
        assert!(Course::default().draft_goes_on(usize::MAX));
    }

    #[test]
    fn the_whole_way_is_told_from_one_cut_short() {
        for whole in ["full", "full; read; verified", "full; reranked; read; draft 1 checked, 0 refused"] {
            assert!(is_whole(whole), "{whole}");
        }
        let cut = [
            format!("full; {RERANK_CUT}; {READ}"),
            format!("full; {READING_CUT}"),
            format!("full; {READ}; {VERIFICATION_CUT}"),
            format!("full; {DRAFT_LEFT_OUT}"),
            format!("full; {}", draft_cut_note(7)),
            format!("full; {FAULT}"),
            name(Path::Hurried),
            name(Path::Unverified),
            name(Path::QuoteOnly(QuoteOnlyReason::ModelOff)),
            name(Path::QuoteOnly(QuoteOnlyReason::Overload)),
            OVERLOAD.to_owned(),
            FAULT.to_owned(),
            SWITCHED_OFF.to_owned(),
            String::new(),
        ];
        for path in cut {
            assert!(!is_whole(&path), "{path}");
        }
    }
}
