//! `retrieval`: how long an index takes to make, how large it is, and how long a query takes with the encoding of its
//! question, over few pages and over very many.
//!
//! The search looks at every vector, so it finds what an exact search finds: its recall against one is 1 by definition
//! and is not measured.

mod synthetic;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use conversation::Outcome;
use corpus::Knowledge;
use evaluate::Case;
use inference::Encoder;
use retrieval::{BuildProgress, FusionWeights, Index, Query};

use crate::output::{Steps, complain};
use crate::raw::milliseconds;
use crate::report::{Corpus, Report};
use crate::{Arguments, models, stop};

const QUERIES: usize = 200;
const QUICK_QUERIES: usize = 30;
const PASSAGES: usize = 100_000;
const QUICK_PASSAGES: usize = 5_000;

/// As `answers.dense_share` is by default.
const WEIGHTS: FusionWeights = FusionWeights { lexical: 0.3, dense: 0.7 };

/// Names the vectors of the one encoder in the index's files, which no other program uses.
const ENCODER_NAME: &str = "bench";

/// Where an index is kept from run to run.
const KEPT: &str = "target/bench-index";

pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let encoder = Arc::new(models::encoder()?);
    let questions = questions(if arguments.quick { QUICK_QUERIES } else { QUERIES })?;
    let example = of_folder("knowledge", "knowledge".as_ref(), &encoder, &questions)?;
    report.retrieval.push(example);
    arguments.keep(report)?;
    if let Some(file) = &arguments.pages {
        stop::check()?;
        let folder = tempfile::tempdir()?;
        corpus::import::jsonl(file, folder.path(), &mut |_, _| ())?;
        let of = file.parent().and_then(Path::file_name).or(file.file_stem());
        let name = of.map_or_else(|| "imported".into(), |name| name.to_string_lossy().into_owned());
        report.retrieval.push(of_folder(&name, folder.path(), &encoder, &questions)?);
        arguments.keep(report)?;
    }
    stop::check()?;
    let passages = arguments.passages.unwrap_or(if arguments.quick { QUICK_PASSAGES } else { PASSAGES });
    report.retrieval.push(synthetic::measure(passages, &encoder, &questions)?);
    Ok(())
}

/// The cases that expect an answer and stand alone.
pub(crate) fn answerable(cases: Vec<Case>) -> Vec<Case> {
    cases.into_iter().filter(|case| case.expect == Some(Outcome::Answer) && case.history.is_empty()).collect()
}

/// The index of a folder of pages, for parts that do not measure its making: kept from run to run and brought up to date.
pub(crate) fn kept_index(pages: &Path, encoder: Arc<Encoder>) -> Result<Index> {
    Ok(build(KEPT.as_ref(), Arc::new(Knowledge::load(pages)?), encoder, "the index")?.index)
}

/// Questions of the question set, evenly from all subjects, of all splits but the one that is only looked at to report.
fn questions(count: usize) -> Result<Vec<String>> {
    let mut cases = answerable(evaluate::load_cases("evals".as_ref())?);
    cases.retain(|case| case.split.as_deref() != Some(evaluate::TEST));
    let count = count.min(cases.len());
    Ok((0..count).map(|number| cases[number * cases.len() / count].question.clone()).collect())
}

/// An index, and what opening it took.
struct Built {
    index: Index,
    ms: f64,
    encoded_texts: usize,
}

fn build(into: &Path, knowledge: Arc<Knowledge>, encoder: Arc<Encoder>, what: &str) -> Result<Built> {
    let mut steps = Steps::new(format!("{what}: encoding"), 0);
    let mut encoded_texts = 0;
    let begun = Instant::now();
    let index = Index::open(into, knowledge, encoder, ENCODER_NAME, WEIGHTS, &mut |progress| match progress {
        BuildProgress::Encoding { done, total } => {
            encoded_texts = total;
            steps.at(done, total);
        }
        BuildProgress::Indexing => complain(&format!("{what}: indexing")),
    })?;
    Ok(Built { index, ms: milliseconds(begun), encoded_texts })
}

/// Everything about one folder of pages.
fn of_folder(name: &str, pages: &Path, encoder: &Arc<Encoder>, questions: &[String]) -> Result<Corpus> {
    let folder = tempfile::tempdir()?;
    let knowledge = Arc::new(Knowledge::load(pages)?);
    let built = build(folder.path(), Arc::clone(&knowledge), Arc::clone(encoder), name)?;
    drop(built.index);
    let reopened = build(folder.path(), knowledge, Arc::clone(encoder), name)?;
    let took = Took { index_ms: built.ms, index_ms_estimated: None, encoded_texts: built.encoded_texts };
    searched(name, folder.path(), &reopened, &took, questions)
}

/// What making an index took.
struct Took {
    index_ms: f64,
    index_ms_estimated: Option<f64>,
    encoded_texts: usize,
}

/// Asks an index that was opened again.
fn searched(name: &str, folder: &Path, opened: &Built, took: &Took, questions: &[String]) -> Result<Corpus> {
    let knowledge = opened.index.knowledge();
    let passages = || knowledge.pages.iter().flat_map(|page| &page.passages);
    // What is read from the disk for the first time is read by a query that does not count.
    let warm = questions.first().context("at least one question")?;
    opened.index.search(Query { question: warm, history: &[] })?;
    let mut query_ms = Vec::with_capacity(questions.len());
    let mut steps = Steps::new(format!("retrieval, {name}: queries"), questions.len());
    for question in questions {
        stop::check()?;
        let begun = Instant::now();
        opened.index.search(Query { question, history: &[] })?;
        query_ms.push(milliseconds(begun));
        steps.step();
    }
    Ok(Corpus {
        name: name.to_owned(),
        pages: knowledge.pages.len(),
        passages: passages().count(),
        sentences: passages().map(|passage| passage.sentences.len()).sum(),
        encoded_texts: took.encoded_texts,
        index_ms: took.index_ms,
        index_ms_estimated: took.index_ms_estimated,
        open_ms: opened.ms,
        disk_bytes: bytes_in(folder)?,
        query_ms,
    })
}

fn bytes_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { bytes_in(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
