//! The judge's file: what `reeve calibrate` fitted, on what, readable by people.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use assistant::{Judge, Judges, SIGNALS_VERSION};
use serde::{Deserialize, Serialize};

use crate::config::Config;

const BUILT_IN: &str = include_str!("../../../models/judge.toml");

/// How the roles of a verifier's files begin.
const VERIFIER: &str = "verifier";

/// The role of the classifier of danger, which decides before there is a candidate to judge.
pub(crate) const DANGER: &str = "danger";

/// The form of the file; another form is refused.
const VERSION: u32 = 1;

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JudgeFile {
    version: u32,
    fitted_on: FittedOn,
    /// None where it was fitted without a verifier.
    verified: Option<Judge>,
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
    pub(crate) fn new(fitted_on: FittedOn, verified: Option<Judge>, full: Judge, quote_only: Judge) -> Self {
        Self { version: VERSION, fitted_on, verified, full, quote_only }
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

    /// Without a judge of verified candidates, a verifier makes no difference.
    pub(crate) fn judges(self, risk: f64) -> Judges {
        let verified = self.verified.unwrap_or_else(|| self.full.clone());
        Judges { verified, full: self.full, quote_only: self.quote_only, risk }
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
        // Candidates that no verifier was asked about have a judge of their own.
        let differs = |role: &&&String| {
            let left_out = role.starts_with(VERIFIER) && !models.contains_key(**role);
            !left_out && **role != DANGER && fitted.models.get(**role) != models.get(**role)
        };
        differences.extend(roles.iter().filter(differs).map(|role| format!("it was fitted with another {role}")));
        differences
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn roles(of: &[(&str, &str)]) -> BTreeMap<String, String> {
        of.iter().map(|(role, digest)| ((*role).to_owned(), (*digest).to_owned())).collect()
    }

    fn check(fitted_with: &[(&str, &str)], running: &[(&str, &str)], expected: &[&str]) {
        let config = crate::config::load(None).unwrap();
        let judge = Judge { bias: 0.0, weights: BTreeMap::new(), curve: Vec::new() };
        let fitted_on = FittedOn::new(String::new(), &roles(fitted_with), &config);
        let file = JudgeFile::new(fitted_on, None, judge.clone(), judge);
        let read: JudgeFile = toml::from_str(&file.to_toml().unwrap()).unwrap();
        assert_eq!(read.differences(&roles(running), &config), expected);
    }

    #[test]
    fn another_model_is_told_and_a_verifier_left_out_is_not() {
        let all = [("encoder", "e"), ("reader", "r"), ("verifier", "v"), ("verifier_adapter", "h")];
        check(&all, &all, &[]);
        check(&all, &all[..2], &[]);
        check(&all, &all[..1], &["it was fitted with another reader"]);
        check(&all[..2], &all, &["it was fitted with another verifier", "it was fitted with another verifier_adapter"]);
        let another = [("encoder", "e"), ("reader", "r"), ("verifier", "v"), ("verifier_adapter", "i")];
        check(&all, &another, &["it was fitted with another verifier_adapter"]);
        check(&all, &[&all[..], &[(DANGER, "d")]].concat(), &[]);
    }
}
