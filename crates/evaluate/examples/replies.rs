//! Replies that Reeve could have made to the cases of a question set, and which of them are right, for training the verifier:
//! `replies KNOWLEDGE CASES EVALUATED.json OUT.jsonl`.
//!
//! `EVALUATED.json` is what `reeve evaluate CASES --knowledge KNOWLEDGE --json EVALUATED.json` wrote. Of each case there are the
//! replies that the verifier was asked about, or the candidate where it was asked nothing, and the sentences that the reader put
//! first. `OUT.jsonl` gets a line for each passage, as the example `prompts` of `retrieval` reads it, and `right`, one for each of
//! `asked`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use conversation::{Outcome, Role};
use corpus::{Knowledge, Page, Passage, SentenceKind};
use evaluate::{Case, ReplyView, judge_reply, load_cases};
use serde_json::{Value, json};

/// How many of the sentences that the reader put first make a reply each.
const SENTENCES: usize = 4;
/// How much of the history the verifier reads: turns, and characters of each.
const TURNS: usize = 2;
const TURN_CHARACTERS: usize = 400;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [knowledge, cases, evaluated, out] = arguments.as_slice() else {
        return Err("replies KNOWLEDGE CASES EVALUATED.json OUT.jsonl".into());
    };
    let knowledge = Knowledge::load(Path::new(knowledge))?;
    let cases = load_cases(Path::new(cases))?;
    let evaluated: Value = serde_json::from_reader(File::open(evaluated)?)?;
    let mut asked: BTreeMap<&str, Vec<(Value, bool)>> = BTreeMap::new();
    for result in evaluated["cases"].as_array().into_iter().flatten() {
        let Some(case) = cases.iter().find(|case| result["id"] == case.id.as_str()) else { continue };
        let trace = &result["reply"]["trace"];
        let verified = trace["verified"].as_array().map_or(&[][..], Vec::as_slice);
        // What has several parts is right or wrong as a whole, which no single reply is.
        if trace["signals"]["several"] == 1.0 {
            continue;
        }
        let read = trace["read"].as_array().map_or(&[][..], Vec::as_slice);
        let candidate = read
            .first()
            .filter(|_| verified.is_empty())
            .and_then(|first| Some((first["id"].as_str()?.rsplit_once('~')?.0, trace["candidate"]["text"].as_str()?)));
        let whole = verified.iter().filter_map(|reply| Some((reply["passage"].as_str()?, reply["text"].as_str()?)));
        let single = read.iter().take(SENTENCES).filter_map(|read| sentence(&knowledge, read["id"].as_str()?));
        let mut seen = Vec::new();
        for (id, text) in whole.chain(candidate).map(|(id, text)| (id, text.to_owned())).chain(single) {
            let first = verified.first().and_then(|first| first["text"].as_str());
            let opens = |word: &str| text.strip_prefix(word).is_some_and(|rest| first == Some(rest));
            let Some((_, passage)) = passage(&knowledge, id) else { continue };
            if seen.contains(&text) || opens("Yes. ") || opens("No. ") {
                continue;
            }
            let reply = json!({ "earlier": earlier(case), "question": case.question, "reply": text });
            asked.entry(passage.id.as_str()).or_default().push((reply, is_right(case, &text)));
            seen.push(text);
        }
    }
    let mut out = BufWriter::new(File::create(out)?);
    for (id, replies) in asked {
        let Some((page, passage)) = passage(&knowledge, id) else { continue };
        let (asked, right): (Vec<Value>, Vec<bool>) = replies.into_iter().unzip();
        let line = json!({ "title": page.title, "text": passage.text, "asked": asked, "right": right });
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(())
}

fn passage<'a>(knowledge: &'a Knowledge, id: &str) -> Option<(&'a Page, &'a Passage)> {
    let passages = knowledge.pages.iter().flat_map(|page| page.passages.iter().map(move |passage| (page, passage)));
    passages.into_iter().find(|(_, passage)| passage.id == id)
}

/// A sentence as it is quoted, with the id of its passage.
fn sentence<'a>(knowledge: &'a Knowledge, id: &'a str) -> Option<(&'a str, String)> {
    let (of_passage, _) = id.rsplit_once('~')?;
    let (_, passage) = passage(knowledge, of_passage)?;
    let sentence = passage.sentences.iter().find(|sentence| sentence.id == id)?;
    let quoted = match sentence.kind {
        SentenceKind::ListItem => sentence.with_lead_in(),
        SentenceKind::Prose | SentenceKind::Step | SentenceKind::TableRow => sentence.text.clone(),
    };
    Some((of_passage, quoted))
}

fn earlier(case: &Case) -> Vec<String> {
    let turns = &case.history[case.history.len().saturating_sub(TURNS)..];
    let line = |role: Role, text: &str| {
        let who = if role == Role::User { "Resident" } else { "Council" };
        format!("{who}: {}", text.chars().take(TURN_CHARACTERS).collect::<String>())
    };
    turns.iter().map(|turn| line(turn.role, &turn.text)).collect()
}

/// Whether a case is met by a reply of this text, its length aside.
fn is_right(case: &Case, text: &str) -> bool {
    let items = [text.to_owned()];
    let view = ReplyView { outcome: Outcome::Answer, text, offers: &[], items: &items };
    judge_reply(case, &view).right
}
