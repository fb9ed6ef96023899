//! What is wrong or doubtful in `council.toml`.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;

use jiff::civil::Date;

use crate::council::{Contact, Council, SignpostKind};
use crate::error::CorpusError;
use crate::knowledge::COUNCIL_FILE;
use crate::page::Page;
use crate::problem::Problem;

const KNOWN_KEYS: &[&str] =
    &["name", "website", "languages", "contact", "opening_hours", "timezone", "bank_holidays", "signposts", "services"];
const KNOWN_CONTACT_KEYS: &[&str] = &["phone", "email", "address", "page"];

pub(super) fn check(root: &Path, today: Date, pages: &[Page], problems: &mut Vec<Problem>) -> Result<(), CorpusError> {
    let file = root.join(COUNCIL_FILE);
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            problems.push(Problem::error(
                COUNCIL_FILE,
                None,
                "the file is missing: it names the council and how to reach it",
            ));
            return Ok(());
        }
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            problems.push(Problem::error(COUNCIL_FILE, None, "the file is not UTF-8 text: save it as UTF-8"));
            return Ok(());
        }
        Err(error) => return Err(CorpusError::file("read", &file)(error)),
    };
    match Council::from_toml(&text) {
        Err(error) => problems.push(Problem::error(COUNCIL_FILE, error.line(&text), error.to_string())),
        Ok(council) => {
            let doubts = unknown_keys(&text).into_iter().chain(doubts(&council, today, pages));
            problems
                .extend(doubts.map(|(key, message)| Problem::warning(COUNCIL_FILE, line_with(&text, &key), message)));
        }
    }
    Ok(())
}

/// The line on which a word first stands outside a comment.
fn line_with(text: &str, word: &str) -> Option<usize> {
    text.lines().position(|line| !line.trim_start().starts_with('#') && line.contains(word)).map(|index| index + 1)
}

/// Each doubt with the key that it is about.
fn doubts(council: &Council, today: Date, pages: &[Page]) -> Vec<(String, String)> {
    let mut doubts = Vec::new();
    let mut doubt = |key: &str, message: String| doubts.push((key.to_owned(), message));
    for message in council.doubtful_hours(today) {
        doubt("opening_hours", message);
    }
    if !council.bank_holidays.is_empty() && council.bank_holidays.iter().all(|day| *day < today) {
        doubt("bank_holidays", "all bank_holidays are in the past: add next year's".to_owned());
    }
    let mut seen = HashSet::new();
    for day in council.bank_holidays.iter().filter(|day| !seen.insert(**day)) {
        doubt(&day.to_string(), format!("bank_holidays lists {day} twice"));
    }
    if council.contact.phone.is_none() && council.contact.email.is_none() {
        doubt(
            "contact",
            "contact has neither a phone number nor an e-mail address: residents need a way to reach a person"
                .to_owned(),
        );
    }
    let mut written: HashMap<SignpostKind, usize> = HashMap::new();
    for signpost in &council.signposts {
        *written.entry(signpost.kind).or_default() += 1;
        if signpost.text.trim().is_empty() {
            doubt(
                signpost.kind.name(),
                format!("the signpost {} has no text: the national one stands in", signpost.kind.name()),
            );
        }
    }
    for kind in SignpostKind::ALL {
        match written.get(&kind) {
            None => doubt("signposts", format!("there is no signpost {}: the national one stands in", kind.name())),
            Some(1) => {}
            Some(_) => doubt(
                kind.name(),
                format!("the signpost {} is given more than once: the first one counts", kind.name()),
            ),
        }
    }
    let contacts =
        council.services.iter().map(|(name, contact)| (name.as_str(), contact)).chain([("contact", &council.contact)]);
    for (name, Contact { page, .. }) in contacts {
        if let Some(page) = page.as_ref().filter(|id| !pages.iter().any(|page| page.id == **id)) {
            doubt(page, format!("{name} names the page {page:?}, which is not there"));
        }
    }
    doubts
}

/// Keys that mean nothing here, most likely misspelt. The text is valid TOML.
fn unknown_keys(text: &str) -> Vec<(String, String)> {
    let table: toml::Table = text.parse().unwrap_or_default();
    let sub_tables = |key: &str| table.get(key).and_then(toml::Value::as_table).into_iter();
    let services = sub_tables("services").flat_map(|services| services.values()).filter_map(toml::Value::as_table);
    let contact_keys = sub_tables("contact").chain(services).flat_map(toml::Table::keys);
    let unknown = table.keys().filter(|key| !KNOWN_KEYS.contains(&key.as_str()));
    let unknown = unknown.chain(contact_keys.filter(|key| !KNOWN_CONTACT_KEYS.contains(&key.as_str())));
    unknown.map(|key| (key.clone(), format!("the key {key:?} is not known and is ignored"))).collect()
}
