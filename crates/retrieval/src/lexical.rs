//! The tantivy index over passages: stemmed BM25 with boosts for title and headings.

use std::collections::BTreeMap;
use std::path::Path;

use corpus::{Page, Passage};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};

use crate::RetrievalError;
use crate::text::Analyzer;

/// Changes when the schema or the analysis changes: an index of another version is built anew.
const VERSION: &str = "2";
const ANALYZER: &str = "reeve";
const WRITER_BYTES: usize = 32 * 1024 * 1024;

#[derive(Clone, Copy)]
struct Fields {
    passage: Field,
    title: Field,
    heading: Field,
    body: Field,
}

/// How much more a match in the title or a heading counts than one in the body.
const TITLE_BOOST: f32 = 1.5;
const HEADING_BOOST: f32 = 1.2;

pub(crate) struct LexicalIndex {
    reader: IndexReader,
    fields: Fields,
    analyzer: Analyzer,
}

fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexing = TextFieldIndexing::default().set_tokenizer(ANALYZER).set_index_option(IndexRecordOption::WithFreqs);
    let text = TextOptions::default().set_indexing_options(indexing);
    let fields = Fields {
        passage: builder.add_text_field("passage", STRING | STORED),
        title: builder.add_text_field("title", text.clone()),
        heading: builder.add_text_field("heading", text.clone()),
        body: builder.add_text_field("body", text),
    };
    (builder.build(), fields)
}

impl LexicalIndex {
    /// Opens the index in `folder`, and indexes `pages` where any is new, changed or gone. Also gives how many are new or
    /// changed. The digests of the indexed pages travel in the commit itself, so that a crash leaves the index as it was.
    pub(crate) fn open(folder: &Path, pages: &[Page]) -> Result<(Self, usize), RetrievalError> {
        let file_error = |source| RetrievalError::File { path: folder.to_path_buf(), source };
        std::fs::create_dir_all(folder).map_err(file_error)?;
        let wanted: BTreeMap<String, String> = pages
            .iter()
            .map(|page| (page.id.clone(), page.digest.to_string()))
            .chain([(String::new(), VERSION.to_owned())])
            .collect();
        let (schema, fields) = schema();
        let analyzer = Analyzer::new();
        let open = || -> Result<tantivy::Index, RetrievalError> {
            let directory = tantivy::directory::MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
            Ok(tantivy::Index::open_or_create(directory, schema.clone())?)
        };
        // A damaged index, or one of another version, is rebuilt: it holds nothing that the pages do not.
        let usable = open().and_then(|index| {
            let held = indexed_pages(&index)?;
            reader(&index)?;
            Ok((index, held))
        });
        let (index, held) = match usable {
            Ok((index, held)) if held.is_empty() || held.get("").map(String::as_str) == Some(VERSION) => (index, held),
            Ok(_) | Err(_) => {
                std::fs::remove_dir_all(folder).map_err(file_error)?;
                std::fs::create_dir_all(folder).map_err(file_error)?;
                (open()?, BTreeMap::new())
            }
        };
        index.tokenizers().register(ANALYZER, analyzer.tantivy());
        let mut changed = 0;
        if held != wanted {
            let mut writer: IndexWriter = index.writer_with_num_threads(1, WRITER_BYTES)?;
            // All anew, which takes milliseconds: BM25 counts deleted passages until their segment is merged, so that after
            // a change in place the scores would tell how the index came about, and not only what the pages say.
            writer.delete_all_documents()?;
            for page in pages {
                changed += usize::from(held.get(&page.id) != wanted.get(&page.id));
                for passage in &page.passages {
                    writer.add_document(document(fields, page, passage))?;
                }
            }
            let mut commit = writer.prepare_commit()?;
            commit.set_payload(&serde_json::to_string(&wanted).unwrap_or_default());
            commit.commit()?;
            writer.wait_merging_threads()?;
        }
        Ok((Self { reader: reader(&index)?, fields, analyzer }, changed))
    }

    /// BM25 scores of the best `limit` passages, by passage id. `terms` are texts with their weights.
    pub(crate) fn search(&self, terms: &[(&str, f32)], limit: usize) -> Result<Vec<(String, f32)>, RetrievalError> {
        let mut weights: BTreeMap<String, f32> = BTreeMap::new();
        for (text, weight) in terms {
            for stem in self.analyzer.stems(text) {
                let held = weights.entry(stem).or_insert(0.0);
                *held = held.max(*weight);
            }
        }
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for (stem, weight) in &weights {
            for (field, boost) in
                [(self.fields.title, TITLE_BOOST), (self.fields.heading, HEADING_BOOST), (self.fields.body, 1.0)]
            {
                let term = TermQuery::new(Term::from_field_text(field, stem), IndexRecordOption::WithFreqs);
                clauses.push((Occur::Should, Box::new(BoostQuery::new(Box::new(term), boost * weight))));
            }
        }
        let searcher = self.reader.searcher();
        let found =
            searcher.search(&BooleanQuery::new(clauses), &TopDocs::with_limit(limit.max(1)).order_by_score())?;
        let mut scores = Vec::with_capacity(found.len());
        for (score, address) in found {
            let document: TantivyDocument = searcher.doc(address)?;
            if let Some(id) = document.get_first(self.fields.passage).and_then(|value| value.as_str()) {
                scores.push((id.to_owned(), score));
            }
        }
        Ok(scores)
    }
}

/// Opens all that a search reads.
fn reader(index: &tantivy::Index) -> Result<IndexReader, RetrievalError> {
    Ok(index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?)
}

/// Digests of the pages that the last commit indexed; empty for a new index.
fn indexed_pages(index: &tantivy::Index) -> Result<BTreeMap<String, String>, RetrievalError> {
    let payload = index.load_metas()?.payload.unwrap_or_default();
    Ok(serde_json::from_str(&payload).unwrap_or_default())
}

fn document(fields: Fields, page: &Page, passage: &Passage) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_text(fields.passage, &passage.id);
    document.add_text(fields.title, &page.title);
    document.add_text(fields.heading, passage.heading_path.join(" "));
    document.add_text(fields.body, &passage.text);
    document
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use corpus::Knowledge;

    use super::*;

    #[test]
    fn a_damaged_index_is_built_anew() {
        let knowledge = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../knowledge");
        let pages = Knowledge::load(&knowledge).unwrap().pages;
        let folder = tempfile::tempdir().unwrap();
        let found = || LexicalIndex::open(folder.path(), &pages).unwrap().0.search(&[("bins", 1.0)], 5).unwrap();
        let before = found();
        assert!(!before.is_empty());
        // Each is one file of the index; what was built anew has files of other names.
        for extension in ["store", "idx", "pos", "term", "fast", "fieldnorm"] {
            let files = std::fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.path());
            for file in files.filter(|file| file.extension().is_some_and(|has| has == extension)) {
                let whole = std::fs::read(&file).unwrap();
                std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
                assert_eq!(found(), before, "{}", file.display());
            }
        }
    }
}
