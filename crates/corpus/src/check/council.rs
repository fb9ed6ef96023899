//! What is wrong or doubtful in `council.toml`.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;

use jiff::civil::Date;

use crate::council::{Council, SignpostKind};
use crate::error::CorpusError;
use crate::knowledge::COUNCIL_FILE;
use crate::page::Page;
use crate::problem::Problem;

const KNOWN_KEYS: &[&str] =
    &["name", "website", "languages", "contact", "opening_hours", "timezone", "bank_holidays", "signposts", "services"];
const KNOWN_CONTACT_KEYS: &[&str] = &["phone", "email", "address", "page"];
const KNOWN_SERVICE_KEYS: &[&str] = &["name", "team", "opening_hours", "phone", "email", "address", "page"];

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
            let unknown = unknown_keys(&text).into_iter();
            let doubts = unknown.chain(doubts(&council, today, pages));
            let doubts = doubts.map(|(key, message)| (line_with(&text, &key), message));
            let of_services = service_doubts(&council, today, pages);
            let of_services =
                of_services.into_iter().map(|(id, key, message)| (line_in_service(&text, &id, &key), message));
            problems
                .extend(doubts.chain(of_services).map(|(line, message)| Problem::warning(COUNCIL_FILE, line, message)));
        }
    }
    Ok(())
}

/// The line on which a word first stands outside a comment.
fn line_with(text: &str, word: &str) -> Option<usize> {
    text.lines().position(|line| !line.trim_start().starts_with('#') && line.contains(word)).map(|index| index + 1)
}

/// The line on which a word first stands in what is said of a service, or else where that begins.
fn line_in_service(text: &str, id: &str, word: &str) -> Option<usize> {
    let begins = |line: &str| line.trim_start().starts_with("[services.") && line.contains(id);
    let first = text.lines().position(begins)?;
    let says = |line: &str| !line.trim_start().starts_with('#') && line.contains(word);
    Some(first + text.lines().skip(first).position(says).unwrap_or_default() + 1)
}

/// Each doubt about a service with its id and the word that it is about.
fn service_doubts(council: &Council, today: Date, pages: &[Page]) -> Vec<(String, String, String)> {
    let mut doubts = Vec::new();
    for (service, message) in council.doubtful_hours(today) {
        if let Some(id) = service {
            doubts.push((id.to_owned(), "opening_hours".to_owned(), format!("the service {id}: {message}")));
        }
    }
    for (id, service) in &council.services {
        if !pages.iter().any(|page| page.service.as_ref() == Some(id)) {
            doubts.push((id.clone(), id.clone(), format!("no page has the service {id:?}")));
        }
        if let Some(page) = service.contact.page.as_ref().filter(|wanted| !pages.iter().any(|page| page.id == **wanted))
        {
            doubts.push((id.clone(), page.clone(), format!("{id} names the page {page:?}, which is not there")));
        }
    }
    doubts
}

/// Each doubt with the key that it is about.
fn doubts(council: &Council, today: Date, pages: &[Page]) -> Vec<(String, String)> {
    let mut doubts = Vec::new();
    let mut doubt = |key: &str, message: String| doubts.push((key.to_owned(), message));
    for (service, message) in council.doubtful_hours(today) {
        if service.is_none() {
            doubt("opening_hours", message);
        }
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
    if let Some(page) = council.contact.page.as_ref().filter(|id| !pages.iter().any(|page| page.id == **id)) {
        doubt(page, format!("contact names the page {page:?}, which is not there"));
    }
    doubts
}

/// Keys that mean nothing here, most likely misspelt. The text is valid TOML.
fn unknown_keys(text: &str) -> Vec<(String, String)> {
    let table: toml::Table = text.parse().unwrap_or_default();
    let of_contact = table.get("contact").and_then(toml::Value::as_table);
    let services = table.get("services").and_then(toml::Value::as_table);
    let services = services.into_iter().flat_map(toml::Table::values).filter_map(toml::Value::as_table);
    let unknown = |keys: &'static [&str]| move |key: &&String| !keys.contains(&key.as_str());
    let of_council = table.keys().filter(unknown(KNOWN_KEYS));
    let of_contact = of_contact.into_iter().flat_map(toml::Table::keys).filter(unknown(KNOWN_CONTACT_KEYS));
    let of_services = services.flat_map(toml::Table::keys).filter(unknown(KNOWN_SERVICE_KEYS));
    let unknown = of_council.chain(of_contact).chain(of_services);
    unknown.map(|key| (key.clone(), format!("the key {key:?} is not known and is ignored"))).collect()
}
