//! A resident of the benchmark: asks as the page's script does, and notes when what came.

use std::io::{BufRead as _, BufReader};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use conversation::{Offer, Outcome};
use corpus::Knowledge;
use evaluate::{Case, ReplyView};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::output::complain;
use crate::raw::milliseconds;
use crate::report::{Said, Told};

/// Longer than the whole queue at the model's deadline.
const PATIENCE: Duration = Duration::from_secs(600);

pub(crate) struct Resident<'a> {
    agent: ureq::Agent,
    address: &'a str,
    knowledge: &'a Knowledge,
}

/// The parts of a reply on the wire that are read here.
#[derive(Deserialize)]
struct Reply {
    outcome: Outcome,
    text: String,
    reason: Option<String>,
    offers: Vec<Offer>,
    sentences: Vec<Sentence>,
    citations: Vec<Citation>,
    trace: Trace,
}

#[derive(Deserialize)]
struct Sentence {
    text: String,
    kind: conversation::SentenceKind,
    citations: Vec<u32>,
}

#[derive(Deserialize)]
struct Citation {
    n: u32,
    page_id: String,
}

#[derive(Deserialize)]
struct Trace {
    path: String,
}

/// What came of a question, and when.
struct Heard {
    first_sentence_ms: Option<f64>,
    last_ms: f64,
    reply: Reply,
}

impl<'a> Resident<'a> {
    pub(crate) fn new(address: &'a str, knowledge: &'a Knowledge) -> Self {
        let agent = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).build();
        Self { agent: agent.into(), address, knowledge }
    }

    /// Asks in a conversation of its own. What fails is said, and counts as a question without a reply.
    pub(crate) fn ask(&self, case: &Case) -> Told {
        let begun = Instant::now();
        match self.hear(&case.question) {
            Ok(heard) => Told {
                case: case.id.clone(),
                first_sentence_ms: heard.first_sentence_ms,
                last_ms: heard.last_ms,
                said: said(&heard.reply),
                right: self.is_right(case, &heard.reply),
                path: heard.reply.trace.path,
            },
            Err(error) => {
                complain(&format!("{}: {error:#}", case.id));
                Told {
                    case: case.id.clone(),
                    first_sentence_ms: None,
                    last_ms: milliseconds(begun),
                    said: Said::Failed,
                    right: false,
                    path: String::new(),
                }
            }
        }
    }

    fn hear(&self, question: &str) -> Result<Heard> {
        let address = format!("{}/api/v1/conversations", self.address);
        let mut opened = self.agent.post(&address).send_empty()?;
        let opened: Value = serde_json::from_str(&opened.body_mut().read_to_string()?)?;
        let text = |key: &str| opened[key].as_str().with_context(|| format!("a new conversation has no {key}"));
        let (id, token) = (text("id")?, text("token")?);
        let request = self.agent.post(format!("{address}/{id}/turns"));
        let request = request.header("Authorization", format!("Bearer {token}"));
        let body = json!({"client_turn_id": "1", "text": question}).to_string();
        // The clock runs from the question on, and not from the opening of the conversation.
        let begun = Instant::now();
        let mut response = request.header("Content-Type", "application/json").send(body)?;
        if response.status() != 200 {
            bail!("the question was refused with {}: {}", response.status(), response.body_mut().read_to_string()?);
        }
        let (mut event, mut reply, mut first_sentence_ms) = (String::new(), None, None);
        let mut last_ms = 0.0;
        for line in BufReader::new(response.body_mut().as_reader()).lines() {
            let line = line?;
            if let Some(name) = line.strip_prefix("event:") {
                name.trim().clone_into(&mut event);
                last_ms = milliseconds(begun);
                if event == "sentence" {
                    first_sentence_ms.get_or_insert(last_ms);
                }
            } else if let Some(data) = line.strip_prefix("data:") {
                match event.as_str() {
                    "reply" => reply = Some(serde_json::from_str(data.trim()).context("the reply")?),
                    "error" => bail!("the turn ended without a reply: {data}"),
                    // Stages and sentences are told by their time alone.
                    _ => {}
                }
            }
        }
        let reply = reply.context("the stream ended without a reply")?;
        Ok(Heard { first_sentence_ms, last_ms, reply })
    }

    fn is_right(&self, case: &Case, reply: &Reply) -> bool {
        let items = self.items(reply);
        let view = ReplyView { outcome: reply.outcome, text: &reply.text, offers: &reply.offers, items: &items };
        evaluate::judge_reply(case, &view).right
    }

    /// The quoted sentences that are list items, steps or table rows on the page that they are quoted from.
    fn items(&self, reply: &Reply) -> Vec<String> {
        let is_item = |sentence: &Sentence| {
            let cited = reply.citations.iter().filter(|citation| sentence.citations.contains(&citation.n));
            let mut pages = cited.filter_map(|citation| self.knowledge.page(&citation.page_id));
            pages.any(|page| evaluate::has_item(page, &sentence.text))
        };
        let quoted = reply.sentences.iter().filter(|sentence| sentence.kind == conversation::SentenceKind::Quoted);
        quoted.filter(|sentence| is_item(sentence)).map(|sentence| sentence.text.clone()).collect()
    }
}

fn said(reply: &Reply) -> Said {
    let has = |kind: conversation::SentenceKind| reply.sentences.iter().any(|sentence| sentence.kind == kind);
    match reply.outcome {
        Outcome::Answer if has(conversation::SentenceKind::Generated) => Said::Model,
        Outcome::Answer => Said::Quote,
        Outcome::Handoff if reply.reason.as_deref() == Some("overload") => Said::Shed,
        Outcome::Handoff | Outcome::Clarify | Outcome::Signpost | Outcome::Decline | Outcome::Greeting => Said::Other,
    }
}
