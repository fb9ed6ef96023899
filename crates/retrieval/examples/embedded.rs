//! What the encoder reads of a knowledge folder, for training an encoder of questions: `embedded KNOWLEDGE OUT.jsonl`.
//!
//! `OUT.jsonl` gets a line for each passage: the id of its `page`, the `text` that is encoded, and of its sentences
//! the `sentences` that are encoded, the `words` of each with what introduces it, and the `headings` that they stand under.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use corpus::Knowledge;
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [knowledge, out] = arguments.as_slice() else {
        return Err("embedded KNOWLEDGE OUT.jsonl".into());
    };
    let knowledge = Knowledge::load(Path::new(knowledge))?;
    let mut out = BufWriter::new(File::create(out)?);
    for of in retrieval::embedded_texts(&knowledge) {
        let page = &knowledge.pages[of.page];
        let passage = &page.passages[of.passage];
        let words: Vec<String> = passage.sentences.iter().map(corpus::Sentence::with_lead_in).collect();
        let headings: Vec<Option<&str>> = passage.sentences.iter().map(|of| of.heading.as_deref()).collect();
        let line = json!({
            "page": page.id, "text": of.text, "sentences": of.sentences, "words": words, "headings": headings,
        });
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(())
}
