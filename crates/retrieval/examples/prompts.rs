//! What the verifier and the check read, in tokens, for training them: `prompts MODEL.gguf ASKED.jsonl OUT.jsonl`.
//!
//! Each line of `ASKED.jsonl` has a passage (`title`, `text`) and what is `asked` about it (`earlier`, `question`, `reply`; or a
//! `statement`).
//! `OUT.jsonl` gets a line for each: `prefix`, the tokens up to the end of the passage, and `suffixes`, those of each question.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};

use candle_core::quantized::gguf_file::Content;
use inference::{ChatTemplate, Tokenizer};
use retrieval::{Prompt, ToVerify, statement_request};
use serde::Deserialize;

#[derive(Deserialize)]
struct Passage {
    title: String,
    text: String,
    asked: Vec<Asked>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Asked {
    Reply { earlier: Vec<String>, question: String, reply: String },
    Statement { statement: String },
}

impl Asked {
    fn request(&self) -> String {
        match self {
            Self::Reply { earlier, question, reply } => ToVerify { earlier, question, reply }.request(),
            Self::Statement { statement } => statement_request(statement),
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, asked, out] = arguments.as_slice() else {
        return Err("prompts MODEL.gguf ASKED.jsonl OUT.jsonl".into());
    };
    let file = Content::read(&mut BufReader::new(File::open(model)?))?;
    let tokenizer = Tokenizer::from_gguf(&file.metadata)?;
    let chat = ChatTemplate::from_gguf(&file.metadata, &tokenizer)?;
    let mut out = BufWriter::new(File::create(out)?);
    for line in BufReader::new(File::open(asked)?).lines() {
        let passage: Passage = serde_json::from_str(&line?)?;
        let mut prefix = Vec::new();
        let mut suffixes = Vec::new();
        for asked in &passage.asked {
            let prompt = Prompt::of_text(&chat, &tokenizer, &passage.title, &passage.text, &asked.request())?;
            prefix = prompt.prefix;
            suffixes.push(prompt.suffix);
        }
        writeln!(out, "{}", serde_json::json!({ "prefix": prefix, "suffixes": suffixes }))?;
    }
    out.flush()?;
    Ok(())
}
