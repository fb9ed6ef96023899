//! True and false statements about the passages of a folder, for training what checks them: `statements KNOWLEDGE OUT.jsonl`.
//!
//! `OUT.jsonl` gets a line for each passage: `page_id`, `title` and `text`, its `own` sentences, and `false` ones, made of them
//! as `reeve sentences` makes them. The kinds that are held out there are left out.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use corpus::Knowledge;
use evaluate::adversarial;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [knowledge, out] = arguments.as_slice() else {
        return Err("statements KNOWLEDGE OUT.jsonl".into());
    };
    let knowledge = Knowledge::load(Path::new(knowledge))?;
    let mut own: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for origin in adversarial::own_sentences(&knowledge) {
        own.entry(&origin.passage.id).or_default().push(origin.text);
    }
    let mut made_false: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for made in adversarial::make(&knowledge, &[]).into_iter().filter(|made| !made.kind.is_held_out()) {
        made_false.entry(&made.origin.passage.id).or_default().push(made.text);
    }
    let mut out = BufWriter::new(File::create(out)?);
    for page in &knowledge.pages {
        for passage in &page.passages {
            let line = serde_json::json!({
                "page_id": page.id, "title": page.title, "text": passage.text,
                "own": own.remove(passage.id.as_str()).unwrap_or_default(),
                "false": made_false.remove(passage.id.as_str()).unwrap_or_default(),
            });
            writeln!(out, "{line}")?;
        }
    }
    out.flush()?;
    Ok(())
}
