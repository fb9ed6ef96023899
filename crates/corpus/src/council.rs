//! `council.toml`: who the council is, how it is reached, when it is open, and what is said in an emergency.

mod dates;
mod hours;
mod services;
mod signposts;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use services::CouncilService;
pub use signposts::{Signpost, SignpostKind};

/// A council, as its `council.toml` describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Council {
    /// The name that residents know, such as "Aldermere Council".
    pub name: String,
    /// The address of the council's website.
    #[serde(default)]
    pub website: Option<String>,
    /// The languages that residents are offered, the main one first, as in `en` and `cy`.
    #[serde(default = "default_languages")]
    pub languages: Vec<String>,
    /// How to reach the council when nothing more special is known.
    #[serde(default)]
    pub contact: Contact,
    /// When people answer, in the `opening_hours` syntax of `OpenStreetMap`: `Mo-Fr 08:30-17:30; PH off`.
    #[serde(default)]
    pub opening_hours: Option<String>,
    /// The IANA time zone in which `opening_hours` are meant.
    #[serde(default = "default_timezone")]
    pub timezone: String,
    /// The days that `PH` means in `opening_hours`.
    #[serde(default, deserialize_with = "dates::deserialize")]
    pub bank_holidays: Vec<Date>,
    /// The council's own words for emergencies; national ones stand in where a kind is missing.
    #[serde(default)]
    pub signposts: Vec<Signpost>,
    /// What each service says of itself, by the id that its pages name as their `service`.
    #[serde(default)]
    pub services: BTreeMap<String, CouncilService>,
}

/// Ways to reach a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// A phone number as residents dial it.
    #[serde(default)]
    pub phone: Option<String>,
    /// An e-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// A postal or office address.
    #[serde(default)]
    pub address: Option<String>,
    /// The id of the page that says more.
    #[serde(default)]
    pub page: Option<String>,
}

/// What is wrong in a `council.toml`.
#[derive(Debug, thiserror::Error)]
pub enum CouncilError {
    /// It is not TOML, or a value has the wrong shape.
    #[error("{message}")]
    Toml {
        /// The line, counted from 1, where one is known.
        line: Option<usize>,
        /// What the TOML reader says.
        message: String,
    },
    /// The name is blank.
    #[error("the council has no name")]
    NoName,
    /// The opening hours cannot be read.
    #[error("{}opening_hours cannot be read: {text:?}. An example that can: \"Mo-Fr 08:30-17:30; PH off\"", of_service(service.as_deref()))]
    OpeningHours {
        /// The service whose they are; none where they are the council's.
        service: Option<String>,
        /// What stands there.
        text: String,
        /// What the reader of opening hours says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The time zone is not in the IANA list.
    #[error("timezone is {timezone:?}; a name such as Europe/London is expected")]
    Timezone {
        /// What stands there.
        timezone: String,
    },
}

impl Council {
    /// Reads and validates the text of a `council.toml`. Unknown keys are ignored.
    pub fn from_toml(text: &str) -> Result<Self, CouncilError> {
        let council: Self = toml::from_str(text).map_err(|error| CouncilError::Toml {
            line: error.span().map(|span| crate::markdown::line_of(text.as_bytes(), span.start)),
            message: error.message().to_owned(),
        })?;
        if council.name.trim().is_empty() {
            return Err(CouncilError::NoName);
        }
        council.validate_hours()?;
        Ok(council)
    }

    /// What a resident is told in this kind of emergency: the council's own words, or else the national ones.
    pub fn signpost(&self, kind: SignpostKind) -> &str {
        let own = self.signposts.iter().find(|signpost| signpost.kind == kind && !signpost.text.trim().is_empty());
        own.map_or(kind.national_text(), |signpost| signpost.text.trim())
    }
}

impl CouncilError {
    /// The line of the file at fault, counted from 1, where one is known. `text` is the file's text.
    pub(crate) fn line(&self, text: &str) -> Option<usize> {
        let line_of = |key: &str, value: &str| {
            let is_it = |line: &str| {
                let rest = line.trim_start().strip_prefix(key).map(str::trim_start);
                rest.is_some_and(|rest| rest.starts_with('=') && rest.contains(value))
            };
            text.lines().position(is_it).map(|index| index + 1)
        };
        match self {
            Self::Toml { line, .. } => *line,
            Self::NoName => line_of("name", ""),
            Self::OpeningHours { text: hours, .. } => {
                line_of("opening_hours", hours).or_else(|| line_of("opening_hours", ""))
            }
            Self::Timezone { .. } => line_of("timezone", ""),
        }
    }
}

fn of_service(service: Option<&str>) -> String {
    service.map_or_else(String::new, |service| format!("the service {service}: "))
}

fn default_languages() -> Vec<String> {
    vec!["en".to_owned()]
}

fn default_timezone() -> String {
    "Europe/London".to_owned()
}

#[cfg(test)]
mod tests;
