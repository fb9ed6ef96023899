//! Dates in TOML, written as TOML dates or as text.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de::Error};

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Date(toml::value::Datetime),
    Text(String),
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Date>, D::Error> {
    let written = Vec::<Written>::deserialize(deserializer)?;
    let parse = |written: Written| {
        let text = match written {
            Written::Date(date) => date.to_string(),
            Written::Text(text) => text,
        };
        text.parse()
            .map_err(|_| D::Error::custom(format!("{text:?} is not a date; one such as 2026-12-25 is expected")))
    };
    written.into_iter().map(parse).collect()
}
