//! Reading cases from JSON Lines, so that a fault is told with its file, its line and its case.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use conversation::{Outcome, Turn};
use serde::Deserialize;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

use super::Case;
use crate::error::{EvaluateError, Place};
use crate::pattern::Pattern;

/// Reads the cases of a file, or of all `*.jsonl` files of a folder and its folders in the order of their paths. Blank lines are
/// skipped; ids are unique over all the files together.
pub fn load_cases(path: &Path) -> Result<Vec<Case>, EvaluateError> {
    let mut cases = Vec::new();
    let mut places: HashMap<String, Place> = HashMap::new();
    for file in files_of(path)? {
        for (place, record) in read_lines::<Record>(&file)? {
            let case = record.into_case(&place)?;
            if let Some(first) = places.insert(case.id.clone(), place.clone()) {
                return Err(EvaluateError::DuplicateId { place, first, id: case.id });
            }
            cases.push(case);
        }
    }
    Ok(cases)
}

/// The records of a JSON Lines file, each with its place.
pub(crate) fn read_lines<Record: DeserializeOwned>(file: &Path) -> Result<Vec<(Place, Record)>, EvaluateError> {
    let text = fs::read_to_string(file).map_err(EvaluateError::read(file))?;
    // Editors on Windows put a byte-order mark before the first line.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let place = Place::new(file, index + 1);
            match serde_json::from_str(line) {
                Ok(record) => Ok((place, record)),
                Err(error) => Err(EvaluateError::not_a_case(place, &error)),
            }
        })
        .collect()
}

fn files_of(path: &Path) -> Result<Vec<PathBuf>, EvaluateError> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut files = Vec::new();
    collect(path, &mut files)?;
    if files.is_empty() {
        return Err(EvaluateError::NoFiles { path: path.to_path_buf() });
    }
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), EvaluateError> {
    for entry in fs::read_dir(folder).map_err(EvaluateError::read(folder))? {
        let path = entry.map_err(EvaluateError::read(folder))?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "jsonl") {
            files.push(path);
        }
    }
    Ok(())
}

/// A case as it is written: any field but two may be missing or null.
#[derive(Deserialize)]
struct Record {
    id: String,
    kind: Option<String>,
    question: String,
    history: Option<Vec<Turn>>,
    page_ids: Option<Vec<String>>,
    must: Option<Vec<Vec<String>>>,
    must_not: Option<Vec<String>>,
    expect: Option<String>,
    split: Option<String>,
}

impl Record {
    fn into_case(self, place: &Place) -> Result<Case, EvaluateError> {
        let id = self.id;
        let must = self.must.unwrap_or_default();
        let must = must.iter().map(|list| patterns(list, place, &id)).collect::<Result<_, _>>()?;
        let must_not = patterns(&self.must_not.unwrap_or_default(), place, &id)?;
        let expect = self.expect.map(|expect| outcome(&expect, place, &id)).transpose()?;
        Ok(Case {
            id,
            kind: self.kind,
            question: self.question,
            history: self.history.unwrap_or_default(),
            page_ids: self.page_ids.unwrap_or_default(),
            must,
            must_not,
            expect,
            split: self.split,
        })
    }
}

fn patterns(texts: &[String], place: &Place, id: &str) -> Result<Vec<Pattern>, EvaluateError> {
    let compile = |text: &String| {
        Pattern::new(text).map_err(|source| EvaluateError::InvalidPattern {
            place: place.clone(),
            id: id.to_owned(),
            pattern: text.clone(),
            source: Box::new(source),
        })
    };
    texts.iter().map(compile).collect()
}

fn outcome(expect: &str, place: &Place, id: &str) -> Result<Outcome, EvaluateError> {
    let deserializer: StrDeserializer<'_, ValueError> = expect.into_deserializer();
    Outcome::deserialize(deserializer).map_err(|_| EvaluateError::UnknownExpect {
        place: place.clone(),
        id: id.to_owned(),
        expect: expect.to_owned(),
    })
}

#[cfg(test)]
mod tests;
