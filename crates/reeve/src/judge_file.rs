//! The judge's file: what `reeve calibrate` fitted, on what, readable by people.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use assistant::{Judge, Judges, SIGNALS_VERSION};
use serde::{Deserialize, Serialize};

use crate::config::Config;

const BUILT_IN: &str = include_str!("../../../models/judge.toml");

/// The form of the file; another form is refused.
const VERSION: u32 = 1;

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JudgeFile {
    version: u32,
    fitted_on: FittedOn,
    full: Judge,
    quote_only: Judge,
}

/// What the judges were fitted on: where any of it differs, their confidence may be wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FittedOn {
    /// Digest of the cases.
    pub(crate) cases: String,
    /// The version of the code that makes signals.
    pub(crate) signals: u32,
    /// How many passages are read.
    pub(crate) read_passages: usize,
    /// Digests of the models by role.
    pub(crate) models: BTreeMap<String, String>,
}

impl FittedOn {
    pub(crate) fn new(cases: String, models: &BTreeMap<String, String>, config: &Config) -> Self {
        let read_passages = config.answers.read_passages;
        Self { cases, signals: SIGNALS_VERSION, read_passages, models: models.clone() }
    }
}

impl JudgeFile {
    pub(crate) fn new(fitted_on: FittedOn, full: Judge, quote_only: Judge) -> Self {
        Self { version: VERSION, fitted_on, full, quote_only }
    }

    /// Reads a file, or what was built in.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self> {
        let (text, name) = match file {
            Some(file) => {
                let text = std::fs::read_to_string(file);
                (
                    text.with_context(|| format!("cannot read the judge's file {}", file.display()))?,
                    file.display().to_string(),
                )
            }
            None => (BUILT_IN.to_owned(), "models/judge.toml".to_owned()),
        };
        let read: Self = toml::from_str(&text).with_context(|| format!("{name} is not a judge's file"))?;
        if read.version != VERSION {
            bail!(
                "{name} is of version {}, and this Reeve reads version {VERSION}; run `reeve calibrate`",
                read.version
            );
        }
        Ok(read)
    }

    /// The file's text.
    pub(crate) fn to_toml(&self) -> Result<String> {
        let head = "# The judges: from signals to the probability that a candidate is right. Written by `reeve calibrate`.\n\n";
        Ok(format!("{head}{}", toml::to_string(self)?))
    }

    pub(crate) fn judges(self, risk: f64) -> Judges {
        Judges { full: self.full, quote_only: self.quote_only, risk }
    }

    /// How what is running differs from what the judges were fitted on.
    pub(crate) fn differences(&self, models: &BTreeMap<String, String>, config: &Config) -> Vec<String> {
        let fitted = &self.fitted_on;
        let mut differences = Vec::new();
        if fitted.signals != SIGNALS_VERSION {
            differences.push(format!("it was fitted on signals of version {}, now {SIGNALS_VERSION}", fitted.signals));
        }
        if fitted.read_passages != config.answers.read_passages {
            let now = config.answers.read_passages;
            differences.push(format!("it was fitted with {} passages read, now {now}", fitted.read_passages));
        }
        let roles = fitted.models.keys().chain(models.keys()).collect::<std::collections::BTreeSet<_>>();
        let differs = |role: &&&String| fitted.models.get(**role) != models.get(**role);
        differences.extend(roles.iter().filter(differs).map(|role| format!("it was fitted with another {role}")));
        differences
    }
}
