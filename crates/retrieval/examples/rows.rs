//! What the verifier's head reads, for training it: `rows MODEL.gguf HEAD.safetensors ASKED.jsonl OUT`.
//!
//! Each line of `ASKED.jsonl` has a passage (`title`, `text`) and what is `asked` about it (`earlier`, `question`, `reply`).
//! `OUT` gets the hidden rows one after another in that order, as 32-bit floats. Of the head's file, only the number of
//! blocks counts.
#![allow(clippy::print_stderr)]

use std::error::Error;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use inference::{KvState, Precision, Verifier};
use retrieval::{Prompt, ToVerify};
use serde::Deserialize;

/// Longest prompt in tokens.
const CONTEXT_TOKENS: usize = 2048;

#[derive(Deserialize)]
struct Passage {
    title: String,
    text: String,
    asked: Vec<Asked>,
}

#[derive(Deserialize)]
struct Asked {
    earlier: Vec<String>,
    question: String,
    reply: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, head, asked, out] = arguments.as_slice() else {
        return Err("rows MODEL.gguf HEAD.safetensors ASKED.jsonl OUT".into());
    };
    let verifier = Verifier::load(Path::new(model), &std::fs::read(head)?, Precision::Quantised, CONTEXT_TOKENS)?;
    let mut out = BufWriter::new(File::create(out)?);
    for (number, line) in BufReader::new(File::open(asked)?).lines().enumerate() {
        let passage: Passage = serde_json::from_str(&line?)?;
        let prompt = |asked: &Asked| {
            let what = ToVerify { earlier: &asked.earlier, question: &asked.question, reply: &asked.reply };
            let (chat, tokenizer) = (verifier.chat(), verifier.tokenizer());
            Prompt::of_text(chat, tokenizer, &passage.title, &passage.text, &what.request())
        };
        let prompts = passage.asked.iter().map(prompt).collect::<Result<Vec<_>, _>>()?;
        let Some(first) = prompts.first() else { continue };
        let Some(mut state) = verifier.read(&first.prefix, &|| true)? else { continue };
        let mut asked: Vec<(KvState, Vec<u32>)> =
            prompts.into_iter().map(|prompt| (state.fork(), prompt.suffix)).collect();
        for row in verifier.rows(&mut asked)? {
            out.write_all(&row.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())?;
        }
        out.flush()?;
        eprint!("\r{} passages", number + 1);
    }
    eprintln!();
    Ok(())
}
