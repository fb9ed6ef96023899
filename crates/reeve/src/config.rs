//! The configuration: the embedded `reeve.toml` is the default and the manual; a file of the council's overrides it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use server::Origins;
use toml::Table;

/// The default configuration, commented.
const DEFAULT: &str = include_str!("../reeve.toml");

/// The file that is read when it is there.
const USUAL_FILE: &str = "reeve.toml";

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) models: Models,
    pub(crate) answers: Answers,
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) handoff: Handoff,
    pub(crate) retention: Retention,
    pub(crate) mail: Mail,
    pub(crate) webhook: Webhook,
    pub(crate) records: Records,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Models {
    pub(crate) folder: Option<PathBuf>,
    pub(crate) encoder: String,
    pub(crate) reader: String,
    pub(crate) reader_adapter: Option<PathBuf>,
    pub(crate) verifier: String,
    pub(crate) reranker: String,
    pub(crate) generator: String,
    pub(crate) memory_mib: usize,
    /// 0: none are kept on disk.
    pub(crate) states_disk_mib: u64,
    pub(crate) context_tokens: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Compose {
    Quote,
    Generate,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answers {
    pub(crate) compose: Compose,
    pub(crate) risk: f64,
    pub(crate) judge: Option<PathBuf>,
    pub(crate) dense_share: f32,
    pub(crate) read_passages: usize,
    pub(crate) read_sentences: usize,
    pub(crate) rerank_candidates: usize,
    pub(crate) rerank_weight: f32,
    pub(crate) rerank_sure_margin: f32,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) queue_length: usize,
    pub(crate) longest_wait_ms: u64,
    pub(crate) kept_replies: usize,
    pub(crate) draft_deadline_ms: u64,
    pub(crate) request_limit_bytes: usize,
    pub(crate) origins: Origins,
    pub(crate) conversations_kept: usize,
    pub(crate) conversation_idle_minutes: u64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    /// Empty: a file in the data folder.
    pub(crate) url: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Handoff {
    pub(crate) alert_after_minutes: u64,
    pub(crate) nobody_came_after_minutes: u64,
    pub(crate) call_back_due_hours: u64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retention {
    pub(crate) conversations_days: u64,
    pub(crate) call_backs_days: u64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mail {
    /// Empty: no mail is sent.
    pub(crate) smtp: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Webhook {
    /// Empty: none is called.
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) allow_private: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Records {
    /// Empty: none are kept.
    pub(crate) folder: PathBuf,
}

/// Reads the default and what overrides it.
pub(crate) fn load(file: Option<&Path>) -> Result<Config> {
    let mut table: Table = DEFAULT.parse().context("the embedded reeve.toml")?;
    let usual = Path::new(USUAL_FILE);
    let file = file.or_else(|| usual.is_file().then_some(usual));
    if let Some(file) = file {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let overrides: Table = text.parse().with_context(|| format!("{} is not TOML", file.display()))?;
        merge(&mut table, overrides);
    }
    let named = file.map_or_else(|| "the embedded reeve.toml".to_owned(), |file| file.display().to_string());
    let config: Config = table.try_into().with_context(|| format!("the configuration in {named} is wrong"))?;
    if !(0.0..=1.0).contains(&config.answers.risk) {
        bail!("answers.risk in {named} is {}; it is a share of the answers given, 0 to 1", config.answers.risk);
    }
    if !(0.0..=1.0).contains(&config.answers.dense_share) {
        bail!("answers.dense_share in {named} is {}; it is a share, 0 to 1", config.answers.dense_share);
    }
    Ok(config)
}

fn merge(table: &mut Table, overrides: Table) {
    for (key, value) in overrides {
        match (table.get_mut(&key), value) {
            (Some(toml::Value::Table(held)), toml::Value::Table(value)) => merge(held, value),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

impl Database {
    /// Where conversations and staff are kept: as the command line says, or the configuration, or a file in the data folder.
    pub(crate) fn url(&self, argument: Option<&str>, data: &Path) -> String {
        match argument.or(Some(self.url.as_str()).filter(|url| !url.is_empty())) {
            Some(url) => url.to_owned(),
            None => format!("sqlite:{}", data.join("reeve.db").display()),
        }
    }
}

impl Models {
    /// Where model files are kept: as configured, else in the user's cache folder.
    pub(crate) fn folder(&self) -> Result<PathBuf> {
        if let Some(folder) = std::env::var_os("REEVE_MODELS").map(PathBuf::from).or_else(|| self.folder.clone()) {
            return Ok(folder);
        }
        let cache = std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
            .context(
                "neither HOME nor XDG_CACHE_HOME is set; say where models are kept with `models.folder` in reeve.toml",
            )?;
        Ok(cache.join("reeve").join("models"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(overrides: &str) -> Result<Config> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("own.toml");
        std::fs::write(&file, overrides).unwrap();
        load(Some(&file))
    }

    #[test]
    fn a_file_overrides_only_what_it_names() {
        let config = check("[server]\nqueue_length = 3\n").unwrap();
        assert_eq!(config.server.queue_length, 3);
        assert_eq!(config.answers, load(None).unwrap().answers);
    }

    #[test]
    fn mistakes_are_named() {
        assert!(format!("{:#}", check("[server]\nport = 3\n").unwrap_err()).contains("port"));
        assert!(format!("{:#}", check("[answers]\nrisk = 3.0\n").unwrap_err()).contains("0 to 1"));
        assert!(format!("{:#}", check("[answers]\ndense_share = -0.1\n").unwrap_err()).contains("0 to 1"));
        assert!(format!("{:#}", check("[answers\n").unwrap_err()).contains("not TOML"));
        let origins = format!("{:#}", check("[server]\norigins = [\"council.example\"]\n").unwrap_err());
        assert!(
            origins.contains("server.origins") && origins.contains("\"council.example\" is not the origin"),
            "{origins}"
        );
        assert!(load(Some(Path::new("/nowhere/reeve.toml"))).is_err());
    }
}
