//! The language in which a resident reads what the pages themselves say: English, or Welsh at a council that offers it.
//!
//! Whatever is said stands in English where it is said, and in Welsh in one table (`language/welsh.rs`). What others wrote
//! (answers, pages, notices of staff, opening hours) stays as it is and is marked as English.

mod welsh;

use std::collections::HashMap;
use std::sync::LazyLock;

use corpus::Council;
use minijinja::value::Kwargs;
use minijinja::{Error, State, Value};

/// A language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    English,
    Welsh,
}

static WELSH: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| welsh::WELSH.iter().copied().collect());

impl Language {
    /// What a resident reads at this council: what they chose, or else what their browser asks for. A council offers Welsh
    /// by naming `cy` among its languages; nobody sees a word of it at any other.
    pub(crate) fn choose(council: &Council, chosen: &str, accept_language: Option<&str>) -> Self {
        if !Self::offers_welsh(council) {
            return Self::English;
        }
        match chosen {
            "cy" => Self::Welsh,
            "en" => Self::English,
            _ if prefers_welsh(accept_language.unwrap_or_default()) => Self::Welsh,
            _ => Self::English,
        }
    }

    /// Whether there is a choice.
    pub(crate) fn offers_welsh(council: &Council) -> bool {
        council.languages.iter().any(|language| language == "cy")
    }

    /// As `lang` attributes have it.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Welsh => "cy",
        }
    }

    pub(crate) fn of_code(code: &str) -> Self {
        if code == "cy" { Self::Welsh } else { Self::English }
    }

    pub(crate) fn other(self) -> Self {
        match self {
            Self::English => Self::Welsh,
            Self::Welsh => Self::English,
        }
    }

    /// The attribute for a passage in English on a page in this language.
    pub(crate) fn marks_english(self) -> &'static str {
        match self {
            Self::English => "",
            Self::Welsh => " lang=\"en\"",
        }
    }

    /// Says one of the texts of the table, with what is put in the place of the names in braces.
    pub(crate) fn say(self, english: &str, put: &[(&str, &str)]) -> String {
        debug_assert!(WELSH.contains_key(english), "this has no Welsh: {english}");
        match self {
            Self::English => fill(english, put),
            Self::Welsh => fill(WELSH.get(english).unwrap_or(&english), put),
        }
    }

    /// Says a text that may be none of the table, as what is told of an error may be; gives also whether it stayed English
    /// on a page that is not.
    pub(crate) fn tell(self, english: &str, put: &[(&str, &str)]) -> (String, bool) {
        match self {
            _ if !WELSH.contains_key(english) => (english.to_owned(), self != Self::English),
            Self::English | Self::Welsh => (self.say(english, put), false),
        }
    }

    /// A time of day like `2:05pm`.
    pub(crate) fn time(self, english: &str) -> String {
        match self {
            Self::English => english.to_owned(),
            Self::Welsh => english.replace("am", "yb").replace("pm", "yh"),
        }
    }

    /// A date like `Monday 3 March 2026`.
    pub(crate) fn date(self, english: &str) -> String {
        let named = |word: &str| {
            welsh::NAMES
                .iter()
                .find(|(english, _)| *english == word)
                .map_or(word.to_owned(), |(_, welsh)| (*welsh).to_owned())
        };
        match self {
            Self::English => english.to_owned(),
            Self::Welsh => english.split(' ').map(named).collect::<Vec<String>>().join(" "),
        }
    }
}

/// The filter `say` of the templates. The page's language is in `words`; where it is not, the page is in English.
#[expect(clippy::needless_pass_by_value, reason = "the template engine calls it so")]
pub(crate) fn filter(state: &State<'_, '_>, english: &str, put: Kwargs) -> Result<String, Error> {
    let language = state.lookup("words").as_ref().and_then(Value::as_str).map_or(Language::English, Language::of_code);
    let mut values: Vec<(&str, String)> = Vec::new();
    for name in put.args() {
        values.push((name, put.get::<Value>(name)?.to_string()));
    }
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(language.say(english, &values))
}

/// Puts values in the place of their names. What a value holds in braces stays as it is.
fn fill(text: &str, put: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        filled.push_str(before);
        filled.push_str(put.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Whether a browser asks for Welsh before English (RFC 9110, 12.5.4).
fn prefers_welsh(accept_language: &str) -> bool {
    let weight = |language: &str| {
        let weights = accept_language.split(',').filter_map(|range| {
            let (name, weight) = range.split_once(';').unwrap_or((range, ""));
            let name = name.trim().to_ascii_lowercase();
            let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.trim().parse::<f32>().ok());
            (name.split('-').next() == Some(language)).then_some(weight).flatten()
        });
        weights.fold(0.0, f32::max)
    };
    weight("cy") > weight("en")
        // Of two that weigh the same, the first.
        || (weight("cy") > 0.0 && weight("cy") >= weight("en") && accept_language.trim().to_ascii_lowercase().starts_with("cy"))
}

/// What the pages say in English: none of it is to stand on a page in Welsh.
#[cfg(test)]
pub(crate) fn texts() -> impl Iterator<Item = &'static str> {
    welsh::WELSH.iter().map(|(english, _)| *english)
}

#[cfg(test)]
mod tests;
