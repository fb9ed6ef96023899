//! `raw`: reading 64 to 1,024 tokens and writing 64, the two sides in turn on the same tokens.

use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use corpus::Knowledge;
use inference::{Generator, KvState, LogitsAt};

use crate::idle::Idle;
use crate::llama::Llama;
use crate::output::Steps;
use crate::report::{RawKind, RawModel, RawRuns, Report};
use crate::{Arguments, models, stop};

const PREFILLS: [usize; 4] = [64, 256, 512, 1024];
/// Tokens before and during decoding.
const DECODE_AFTER: usize = 64;
const DECODED: usize = 64;

/// Runs of each side and kind; one more of each warms up and does not count.
const REPEATS: usize = 7;
const QUICK_REPEATS: usize = 2;

pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let usual = if arguments.quick { &models::GENERATORS[..2] } else { &models::GENERATORS[..] };
    let wanted: Vec<String> = match arguments.models.as_slice() {
        [] => usual.iter().map(|name| (*name).to_owned()).collect(),
        named => named.to_vec(),
    };
    let text = pages_text()?;
    let mut llama = Llama::start(arguments.avx2)?;
    for name in wanted {
        let path = models::gguf(&name)?;
        let generator = models::generator(&path)?;
        report.theirs = Some(llama.load(&path, report.threads)?);
        let tokens = generator.tokenizer().encode(&text)?;
        if tokens.len() < PREFILLS[PREFILLS.len() - 1] {
            bail!("the pages in knowledge/ are too short to read {} tokens", PREFILLS[PREFILLS.len() - 1]);
        }
        let mut sides = Sides { generator: &generator, llama: &mut llama, idle: Idle::default() };
        let loaded_as = format!("{:?}", generator.options());
        report.raw.push(RawModel { model: name.clone(), loaded_as, idle: Idle::default(), runs: Vec::new() });
        let measured = report.raw.last_mut().context("the entry just made")?;
        let result = sides.all(arguments, &name, &tokens, &mut measured.runs);
        measured.idle = sides.idle;
        arguments.keep(report)?;
        result?;
    }
    Ok(())
}

/// Running text of the example council's pages.
pub(crate) fn pages_text() -> Result<String> {
    let knowledge = Knowledge::load("knowledge".as_ref())?;
    let passages = knowledge.pages.iter().flat_map(|page| &page.passages);
    Ok(passages.take(100).map(|passage| passage.text.as_str()).collect::<Vec<_>>().join("\n\n"))
}

struct Sides<'a> {
    generator: &'a Generator,
    llama: &'a mut Llama,
    idle: Idle,
}

impl Sides<'_> {
    fn all(&mut self, arguments: &Arguments, name: &str, tokens: &[u32], runs: &mut Vec<RawRuns>) -> Result<()> {
        let repeats = if arguments.quick { QUICK_REPEATS } else { REPEATS };
        let kinds = PREFILLS.map(|count| (RawKind::Prefill, count)).into_iter().chain([(RawKind::Decode, DECODED)]);
        let mut steps = Steps::new(format!("raw, {name}"), (PREFILLS.len() + 1) * (repeats + 1));
        for (kind, count) in kinds {
            runs.push(RawRuns { kind, tokens: count, ours_ms: Vec::new(), theirs_ms: Vec::new() });
            for repeat in 0..=repeats {
                stop::check()?;
                let (ours, theirs) = self.pair(kind, count, tokens)?;
                if let (Some(runs), true) = (runs.last_mut(), repeat > 0) {
                    runs.ours_ms.push(ours);
                    runs.theirs_ms.push(theirs);
                }
                steps.step();
            }
        }
        Ok(())
    }

    /// One run of our side, then one of theirs.
    fn pair(&mut self, kind: RawKind, count: usize, tokens: &[u32]) -> Result<(f64, f64)> {
        let (generator, other) = (self.generator, self.llama.process());
        match kind {
            RawKind::Prefill => {
                let tokens = &tokens[..count];
                let ours = self.idle.ours(other, || prefill(generator, tokens))?;
                let theirs = self.idle.theirs(|| self.llama.prefill(tokens))?;
                Ok((ours, theirs.ms))
            }
            RawKind::Decode => {
                let tokens = &tokens[..DECODE_AFTER];
                let ours = self.idle.ours(other, || decode(generator, tokens, count))?;
                let theirs = self.idle.theirs(|| self.llama.decode(tokens, count))?;
                Ok((ours, theirs.ms))
            }
        }
    }
}

pub(crate) fn prefill(generator: &Generator, tokens: &[u32]) -> Result<f64> {
    let mut state = generator.new_state();
    let begun = Instant::now();
    next(generator, &mut state, tokens)?;
    Ok(milliseconds(begun))
}

/// Token by token, also past the end of a turn and without any prediction: the plain work of writing.
pub(crate) fn decode(generator: &Generator, tokens: &[u32], count: usize) -> Result<f64> {
    let mut state = generator.new_state();
    let mut token = next(generator, &mut state, tokens)?;
    let begun = Instant::now();
    for _ in 0..count {
        token = next(generator, &mut state, &[token])?;
    }
    Ok(milliseconds(begun))
}

/// The most likely token after these.
fn next(generator: &Generator, state: &mut KvState, tokens: &[u32]) -> Result<u32> {
    let logits = generator.forward(state, tokens, LogitsAt::Last)?.pop().context("the logits of the last token")?;
    let best = (0..logits.len()).fold(0, |best, index| if logits[index] > logits[best] { index } else { best });
    Ok(best as u32)
}

pub(crate) fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
