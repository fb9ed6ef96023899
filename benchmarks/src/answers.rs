//! `answers`: the whole answer to real questions, from the prompts that `compose = "generate"` makes.
//!
//! llama.cpp gets the same tokens in two ways: as a chat program uses it, where one sequence keeps what two prompts
//! after one another have in common; and as a service like Reeve could, with a saved state for each passage and the
//! package's own lookup of tokens in the prompt.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use evaluate::Case;
use inference::{Generator, Limits, StopReason};
use retrieval::{Index, PassageStates, Prompt, Query};
use serde::Deserialize;
use serde_json::json;

use crate::idle::Idle;
use crate::llama::Llama;
use crate::output::Steps;
use crate::raw::milliseconds;
use crate::report::{Answer, AnswerSample, AnswersModel, Report, Start};
use crate::{Arguments, models, search, stop};

const QUESTIONS: usize = 100;
const QUICK_QUESTIONS: usize = 6;

/// A question with the passage that an answer would be written from.
struct Asked {
    case: Case,
    passage: usize,
}

pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let wanted: Vec<String> = match arguments.models.as_slice() {
        [] => models::GENERATORS[..2].iter().map(|name| (*name).to_owned()).collect(),
        named => named.to_vec(),
    };
    let count = arguments.questions.unwrap_or(if arguments.quick { QUICK_QUESTIONS } else { QUESTIONS });
    let index = search::kept_index("knowledge".as_ref(), Arc::new(models::encoder()?))?;
    let asked = questions(&index, count)?;
    let mut llama = Llama::start(arguments.avx2)?;
    for name in wanted {
        let path = models::gguf(&name)?;
        let generator = Arc::new(models::generator(&path)?);
        report.theirs = Some(llama.load(&path, report.threads)?);
        let loaded_as = format!("{:?}", generator.options());
        report.answers.push(AnswersModel {
            model: name.clone(),
            loaded_as,
            idle: Idle::default(),
            samples: Vec::new(),
        });
        let mut steps = Steps::new(format!("answers, {name}"), asked.len());
        for (number, asked) in asked.iter().enumerate() {
            let measured = report.answers.last_mut().context("the entry just made")?;
            let mut sides = Sides { generator: &generator, llama: &mut llama, idle: &mut measured.idle };
            sides.ask(number, asked, &index, &mut measured.samples)?;
            arguments.keep(report)?;
            steps.step();
        }
    }
    Ok(())
}

/// Answerable questions of the develop split that stand alone, taken evenly from all subjects, each with the passage that
/// the search finds first.
fn questions(index: &Index, count: usize) -> Result<Vec<Asked>> {
    let cases = evaluate::in_split(evaluate::load_cases("evals".as_ref())?, Some(evaluate::DEVELOP));
    let answerable = search::answerable(cases);
    let count = count.min(answerable.len());
    let mut asked = Vec::with_capacity(count);
    for number in 0..count {
        let case = answerable[number * answerable.len() / count].clone();
        let hits = index.search(Query { question: &case.question, history: &[] })?;
        let passage = hits.first().context("the search finds something for any question")?.passage;
        asked.push(Asked { case, passage });
    }
    Ok(asked)
}

/// What the other side tells of an answer.
#[derive(Deserialize)]
struct Told {
    ms: f64,
    first_ms: f64,
    tokens: Vec<u32>,
    ended: bool,
    saved_ms: Option<f64>,
}

struct Sides<'a> {
    generator: &'a Arc<Generator>,
    llama: &'a mut Llama,
    idle: &'a mut Idle,
}

impl Sides<'_> {
    /// One question from each start. Who begins changes from question to question.
    fn ask(&mut self, number: usize, asked: &Asked, index: &Index, samples: &mut Vec<AnswerSample>) -> Result<()> {
        let (page, passage) = index.passage(asked.passage);
        let request = assistant::draft_request(&asked.case.question);
        let prompt = Prompt::new(self.generator.chat(), self.generator.tokenizer(), page, passage, &request)?;
        // Without a state at the cold start, and with the passage's from then on.
        let states = PassageStates::new(Arc::clone(self.generator), usize::MAX, None);
        for start in [Start::Cold, Start::Warm, Start::Repeated] {
            let (mut ours, mut reuse, mut saved) = (None, None, None);
            for turn in 0..3 {
                stop::check()?;
                match (number + turn) % 3 {
                    0 => {
                        let other = self.llama.process();
                        ours = Some(self.idle.ours(other, || answer(self.generator, &states, &prompt))?);
                    }
                    1 => reuse = Some(self.theirs("reuse", start, &prompt)?),
                    _ => saved = Some(self.theirs("states", start, &prompt)?),
                }
            }
            let (Some(ours), Some(reuse), Some(states)) = (ours, reuse, saved) else { continue };
            samples.push(AnswerSample {
                case: asked.case.id.clone(),
                passage: passage.id.clone(),
                prefix_tokens: prompt.prefix.len(),
                suffix_tokens: prompt.suffix.len(),
                start,
                ours,
                reuse,
                states,
            });
        }
        Ok(())
    }

    fn theirs(&mut self, way: &str, start: Start, prompt: &Prompt) -> Result<Answer> {
        let request = json!({
            "op": "answer", "way": way, "start": start, "prefix": prompt.prefix, "suffix": prompt.suffix,
            "most_tokens": assistant::MOST_DRAFT_TOKENS,
        });
        let told: Told = self.idle.theirs(|| self.llama.ask(&request))?;
        Ok(Answer {
            ms: told.ms,
            first_ms: told.first_ms,
            tokens: told.tokens.len(),
            ended: told.ended,
            text: self.generator.tokenizer().decode(&told.tokens)?,
            saved_ms: told.saved_ms,
        })
    }
}

/// Our side: the passage's state, kept or made, then the question, then the answer.
fn answer(generator: &Generator, states: &PassageStates, prompt: &Prompt) -> Result<Answer> {
    let begun = Instant::now();
    let mut first_ms = None;
    let mut state = states.after(&prompt.prefix, &|| true)?.context("nobody stops it")?;
    let limits = Limits { max_tokens: assistant::MOST_DRAFT_TOKENS, lookup: true };
    let generated = generator.generate(&mut state, &prompt.suffix, limits, &mut |tokens| {
        if !tokens.is_empty() {
            first_ms.get_or_insert_with(|| milliseconds(begun));
        }
        true
    })?;
    let ms = milliseconds(begun);
    Ok(Answer {
        ms,
        first_ms: first_ms.unwrap_or(ms),
        tokens: generated.tokens.len(),
        ended: generated.stop == StopReason::EndOfTurn,
        text: generator.tokenizer().decode(&generated.tokens)?,
        saved_ms: None,
    })
}
