//! The whole index of a knowledge folder: lexical, dense, and the vocabulary for typing mistakes.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use corpus::{Knowledge, Page, Passage};
use inference::{CachedEncoder, Encoder};
use sha2::{Digest as _, Sha256};

use crate::dense::{Dense, PassageVectors};
use crate::embedded::embedded_texts;
use crate::fuse::{FusionWeights, Hit, fuse};
use crate::lexical::LexicalIndex;
use crate::text::is_stop_word;
use crate::vectors::{self, VectorFile, dot};
use crate::{RetrievalError, Vocabulary};

/// How many passages of each list the fusion looks at.
const POOL: usize = 50;

/// What the words of the last turn count for beside the question's; chosen with the next two on `Doc2Dial`'s training
/// half, where they lift the right page to the first place from 68% to 84% of all turns.
const HISTORY_WEIGHT: f32 = 0.8;

/// How much less a turn's words count than those of the turn after it.
const HISTORY_DECAY: f32 = 0.9;

/// The share of the question alone in the vector; the rest is the question with its history.
const OWN_WEIGHT: f32 = 0.3;

/// What a build is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildProgress {
    /// Texts encoded so far, of how many that are new.
    Encoding {
        /// Done.
        done: usize,
        /// In all.
        total: usize,
    },
    /// Writing the lexical index.
    Indexing,
}

/// A question with what was said before it.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// The question, typing mistakes corrected.
    pub question: &'a str,
    /// Earlier turns, oldest first; empty when the question stands alone.
    pub history: &'a [&'a str],
}

/// Where a passage stands.
struct Place {
    page: usize,
    passage: usize,
}

/// The index of one knowledge folder, held open.
pub struct Index {
    knowledge: Arc<Knowledge>,
    encoder: CachedEncoder,
    /// What a question is searched for by, where it is not the encoder.
    question_encoder: Option<CachedEncoder>,
    lexical: LexicalIndex,
    places: Vec<Place>,
    dense: Dense,
    by_id: HashMap<String, usize>,
    vocabulary: Vocabulary,
    /// Vectors of the pages' content words, and which of them each page has.
    word_vectors: Vec<Vec<f32>>,
    page_words: Vec<Vec<u32>>,
    digest: String,
    changed_pages: usize,
    weights: FusionWeights,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("digest", &self.digest).finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the index in `folder`, bringing it up to date with the knowledge. Waits while another process does.
    ///
    /// # Errors
    /// `File` when the folder cannot be written, and errors of tantivy and the encoder.
    pub fn open(
        folder: &Path,
        knowledge: Arc<Knowledge>,
        encoder: Arc<Encoder>,
        encoder_digest: &str,
        weights: FusionWeights,
        progress: &mut dyn FnMut(BuildProgress),
    ) -> Result<Self, RetrievalError> {
        let file_error = |source| RetrievalError::File { path: folder.to_path_buf(), source };
        std::fs::create_dir_all(folder).map_err(file_error)?;
        let lock = std::fs::File::create(folder.join("lock")).map_err(file_error)?;
        lock.lock().map_err(file_error)?;

        let texts = embedded_texts(&knowledge);
        let words = PageWords::of(&knowledge);
        let mut file = VectorFile::open(&folder.join("vectors"), encoder_digest, encoder.dimensions())?;
        let of_passages = texts.iter().flat_map(|of| std::iter::once(&of.text).chain(&of.sentences));
        let all = of_passages.chain(&words.words).map(|text| (vectors::key(text), text.as_str()));
        let all: Vec<(vectors::Key, &str)> = all.collect();
        file.ensure(&all, &encoder, &mut |done, total| progress(BuildProgress::Encoding { done, total }))?;
        progress(BuildProgress::Indexing);
        let (lexical, changed_pages) = LexicalIndex::open(&folder.join("lexical"), &knowledge.pages)?;
        drop(lock);

        let vector = |text: &String| file.get(&vectors::key(text)).map(<[f32]>::to_vec).unwrap_or_default();
        let mut places = Vec::with_capacity(texts.len());
        let mut dense = Vec::with_capacity(texts.len());
        let mut by_id = HashMap::with_capacity(texts.len());
        for of in &texts {
            by_id.insert(knowledge.pages[of.page].passages[of.passage].id.clone(), places.len());
            places.push(Place { page: of.page, passage: of.passage });
            dense.push(PassageVectors {
                passage: vector(&of.text),
                sentences: of.sentences.iter().map(vector).collect(),
            });
        }
        let page_texts = knowledge.pages.iter().flat_map(|page| {
            let passages = page.passages.iter().map(|passage| passage.text.as_str());
            std::iter::once(page.title.as_str()).chain(passages)
        });
        let vocabulary = Vocabulary::new(page_texts, encoder.known_words());
        let pages = Sha256::digest(format!("{} {encoder_digest}", knowledge.digest()).as_bytes());
        let digest = format!("{}-{}", hex(&pages[..8]), hex(&file.digest()[..4]));
        let word_vectors = words.words.iter().map(vector).collect();
        Ok(Self {
            lexical,
            places,
            dense: Dense::new(dense),
            by_id,
            vocabulary,
            word_vectors,
            page_words: words.of_page,
            digest,
            changed_pages,
            weights,
            knowledge,
            encoder: CachedEncoder::new(encoder),
            question_encoder: None,
        })
    }

    /// Searches by what another encoder makes of a question: one that was trained to put it near to what the index's own
    /// encoder makes of the passages that answer it.
    #[must_use]
    pub fn with_question_encoder(self, encoder: Encoder) -> Self {
        Self { question_encoder: Some(CachedEncoder::new(Arc::new(encoder))), ..self }
    }

    /// The pages that the index is over.
    pub fn knowledge(&self) -> &Arc<Knowledge> {
        &self.knowledge
    }

    /// Identifies the index: the pages and the encoder by 16 hexadecimal digits, and after a hyphen by 8 the vectors, which
    /// can differ in their last digits when the pages were encoded in other portions or on another machine.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Pages that this opening had to index, new or changed.
    pub fn changed_pages(&self) -> usize {
        self.changed_pages
    }

    /// Number of passages.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no passage.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The words of the pages, for typing mistakes.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The page and the passage of a hit.
    pub fn passage(&self, number: usize) -> (&Page, &Passage) {
        let place = &self.places[number];
        let page = &self.knowledge.pages[place.page];
        (page, &page.passages[place.passage])
    }

    /// The unit vector of a text.
    ///
    /// # Errors
    /// Errors of the encoder.
    pub fn encode(&self, text: &str) -> Result<Vec<f32>, RetrievalError> {
        Ok(self.encoder.encode(text)?)
    }

    /// The unit vector by which passages are searched for.
    fn encode_question(&self, text: &str) -> Result<Vec<f32>, RetrievalError> {
        Ok(self.question_encoder.as_ref().unwrap_or(&self.encoder).encode(text)?)
    }

    /// Cosine of a vector with each sentence of a passage, each read with its title, heading and lead-in.
    pub fn sentence_scores(&self, number: usize, vector: &[f32]) -> Vec<f32> {
        self.dense.passages[number].sentences.iter().map(|sentence| dot(sentence, vector)).collect()
    }

    /// Cosine of a vector with a passage.
    pub fn passage_score(&self, number: usize, vector: &[f32]) -> f32 {
        dot(&self.dense.passages[number].passage, vector)
    }

    /// For each word, the cosine of the nearest content word on the page of a passage: "settee" is near a page that
    /// says "sofa".
    ///
    /// # Errors
    /// Errors of the encoder.
    pub fn nearest_words(&self, number: usize, words: &[&str]) -> Result<Vec<f32>, RetrievalError> {
        let of_page = &self.page_words[self.places[number].page];
        let vectors = self.encoder.encoder().encode(words, &mut |_| ())?;
        let nearest = |vector: &Vec<f32>| {
            of_page.iter().map(|word| dot(&self.word_vectors[*word as usize], vector)).fold(0.0, f32::max)
        };
        Ok(vectors.iter().map(nearest).collect())
    }

    /// Passages in falling order of the fused score, about 50 to 100 of them. Deterministic.
    ///
    /// # Errors
    /// Errors of tantivy and the encoder.
    pub fn search(&self, query: Query<'_>) -> Result<Vec<Hit>, RetrievalError> {
        let mut terms = vec![(query.question, 1.0)];
        let mut joined = query.question.to_owned();
        let mut weight = HISTORY_WEIGHT;
        for turn in query.history.iter().rev() {
            terms.push((turn, weight));
            weight *= HISTORY_DECAY;
            joined.push('\n');
            joined.push_str(turn);
        }
        let mut lexical = vec![0.0; self.places.len()];
        for (id, score) in self.lexical.search(&terms, POOL * 2)? {
            if let Some(number) = self.by_id.get(&id) {
                lexical[*number] = score;
            }
        }
        let mut vector = self.encode_question(&joined)?;
        if !query.history.is_empty() {
            let own = self.encode_question(query.question)?;
            vector = vector.iter().zip(own).map(|(all, own)| all + OWN_WEIGHT * (own - all)).collect();
        }
        let dense = self.dense.scores(&vector, |number| lexical[number] > 0.0, POOL);
        Ok(fuse(&lexical, &dense, self.weights, POOL))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// The content words of the pages.
struct PageWords {
    words: Vec<String>,
    of_page: Vec<Vec<u32>>,
}

impl PageWords {
    fn of(knowledge: &Knowledge) -> Self {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut words = Vec::new();
        let mut of_page = Vec::with_capacity(knowledge.pages.len());
        for page in &knowledge.pages {
            let texts = page.passages.iter().map(|passage| passage.text.as_str());
            let mut numbered: Vec<u32> = std::iter::once(page.title.as_str())
                .chain(texts)
                .flat_map(crate::text::words)
                .filter(|word| word.chars().count() > 2 && !is_stop_word(word) && !word.chars().any(char::is_numeric))
                .map(|word| {
                    *numbers.entry(word.clone()).or_insert_with(|| {
                        words.push(word);
                        words.len() as u32 - 1
                    })
                })
                .collect();
            numbered.sort_unstable();
            numbered.dedup();
            of_page.push(numbered);
        }
        Self { words, of_page }
    }
}
