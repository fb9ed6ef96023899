//! Very many passages, made up of real words in an order that sounds like the council's pages, the same in every run.
//!
//! To encode all of them would take longer than all the rest of the benchmark. What a query costs does not depend on what
//! the vectors say, only on how many there are, so they are made by the encoder without its layers: the mean of the word
//! vectors, of the same length and as many. A small part is encoded in full, in a folder of its own, which says what the
//! whole would take. Questions are always encoded in full.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use corpus::Knowledge;
use inference::Encoder;

use super::{Took, build, searched};
use crate::models;
use crate::report::Corpus;

/// About what the example council's pages have.
const PASSAGES_A_PAGE: usize = 5;
const SENTENCES_A_PASSAGE: usize = 6;
const SHORTEST_SENTENCE: usize = 9;
const LONGEST_SENTENCE: usize = 20;

/// One word in so many is any word of the encoder's list, since the pages of one small council hold few words.
const FOREIGN_WORD_IN: usize = 8;

/// Passages that are encoded in full.
const FULLY_ENCODED: usize = 500;

pub(super) fn measure(passages: usize, encoder: &Arc<Encoder>, questions: &[String]) -> Result<Corpus> {
    let name = "synthetic";
    let folder = tempfile::Builder::new().prefix("reeve-bench-pages-").tempdir()?;
    let (all, part) = (folder.path().join("all"), folder.path().join("part"));
    let words = Words::of(&Knowledge::load("knowledge".as_ref())?, encoder)?;
    words.write_pages(&all, passages)?;
    words.write_pages(&part, FULLY_ENCODED.min(passages))?;

    let part = Arc::new(Knowledge::load(&part)?);
    let full = build(&folder.path().join("part-index"), part, Arc::clone(encoder), "synthetic, a part in full")?;
    // A little too much: a word that stands in many passages is encoded once.
    let passage_ms = full.ms / full.index.len() as f64;
    drop(full);

    let knowledge = Arc::new(Knowledge::load(&all)?);
    let shallow = Arc::new(without_layers(&folder.path().join("encoder"))?);
    let index = folder.path().join("index");
    let built = build(&index, Arc::clone(&knowledge), shallow, name)?;
    let estimated = built.ms + passage_ms * built.index.len() as f64;
    drop(built.index);
    // All vectors are there by now, so the whole encoder has only the questions to encode.
    let opened = build(&index, knowledge, Arc::clone(encoder), name)?;
    let took = Took { index_ms: built.ms, index_ms_estimated: Some(estimated), encoded_texts: built.encoded_texts };
    searched(name, &index, &opened, &took, questions)
}

/// The encoder with all its words and none of its layers.
fn without_layers(folder: &Path) -> Result<Encoder> {
    let from = models::encoder_folder()?;
    std::fs::create_dir_all(folder)?;
    for file in ["model.safetensors", "tokenizer.json"] {
        std::fs::copy(from.join(file), folder.join(file)).with_context(|| format!("cannot copy {file}"))?;
    }
    let config = std::fs::read_to_string(from.join("config.json"))?;
    let mut config: serde_json::Value = serde_json::from_str(&config)?;
    config["num_hidden_layers"] = 0.into();
    std::fs::write(folder.join("config.json"), config.to_string())?;
    Ok(Encoder::load(folder)?)
}

/// Real words, and which of them follow which.
struct Words {
    pages: Vec<String>,
    followers: HashMap<String, Vec<usize>>,
    foreign: Vec<String>,
}

impl Words {
    fn of(knowledge: &Knowledge, encoder: &Encoder) -> Result<Self> {
        let passages = knowledge.pages.iter().flat_map(|page| &page.passages);
        let words = passages.flat_map(|passage| passage.text.split_whitespace());
        let plain = |word: &str| word.trim_matches(|character: char| !character.is_alphanumeric()).to_owned();
        let pages: Vec<String> = words.map(plain).filter(|word| !word.is_empty()).collect();
        anyhow::ensure!(pages.len() > 1000, "the pages in knowledge/ hold too few words");
        let mut followers: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, pair) in pages.windows(2).enumerate() {
            followers.entry(pair[0].clone()).or_default().push(place + 1);
        }
        let mut foreign: Vec<String> = encoder.known_words().collect();
        foreign.sort_unstable();
        Ok(Self { pages, followers, foreign })
    }

    /// A folder of so many passages.
    fn write_pages(&self, folder: &Path, passages: usize) -> Result<()> {
        let pages = folder.join("pages");
        std::fs::create_dir_all(&pages)?;
        std::fs::write(
            folder.join("council.toml"),
            "name = \"Made-up Council\"\n[contact]\nphone = \"01632 960100\"\n",
        )?;
        let mut chance = Chance(20_261_125);
        let mut left = passages;
        let mut number = 0;
        while left > 0 {
            let here = left.min(PASSAGES_A_PAGE);
            left -= here;
            let title = self.words(&mut chance, 4);
            let mut page = format!("---\nid: page-{number}\ntitle: \"{title} {number}\"\nservice: made-up\n---\n");
            for _ in 0..here {
                let heading = self.words(&mut chance, 3);
                // Writing to a text does not fail.
                let _ = writeln!(page, "## {heading}\n\n{}\n", self.paragraph(&mut chance));
            }
            std::fs::write(pages.join(format!("{number}.md")), page)?;
            number += 1;
        }
        Ok(())
    }

    fn paragraph(&self, chance: &mut Chance) -> String {
        let sentence = |_| {
            let length = SHORTEST_SENTENCE + chance.below(LONGEST_SENTENCE - SHORTEST_SENTENCE);
            let words = self.words(chance, length);
            let mut letters = words.chars();
            letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
        };
        (0..SENTENCES_A_PASSAGE).map(sentence).collect::<Vec<_>>().join(" ")
    }

    /// So many words, of which most follow the one before them somewhere on the pages.
    fn words(&self, chance: &mut Chance, count: usize) -> String {
        let mut place = chance.below(self.pages.len());
        let mut words = Vec::with_capacity(count);
        for _ in 0..count {
            let word = &self.pages[place];
            if chance.below(FOREIGN_WORD_IN) == 0 && !self.foreign.is_empty() {
                words.push(self.foreign[chance.below(self.foreign.len())].as_str());
            } else {
                words.push(word.as_str());
            }
            let followers = self.followers.get(word).map_or(&[][..], Vec::as_slice);
            place = match followers.len() {
                0 => chance.below(self.pages.len()),
                count => followers[chance.below(count)],
            };
        }
        words.join(" ")
    }
}

/// Numbers that look random and are the same in every run (Knuth's linear congruence).
struct Chance(u64);

impl Chance {
    /// A number below `limit`, which is not 0.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_the_same_in_every_run_and_within_its_limit() {
        let run = || {
            let mut chance = Chance(1);
            (0..1000).map(move |_| chance.below(7)).collect::<Vec<_>>()
        };
        assert_eq!(run(), run());
        assert!((0..7).all(|number| run().contains(&number)));
        assert!(run().iter().all(|number| *number < 7));
    }
}
