//! `reeve models`: which models there are, fetching them, and reading every byte of them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use inference::store::{Status, Store};

use crate::config::Config;
use crate::located;
use crate::output::{complain, say};
use crate::progress::{Meter, show_store};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Show every model and whether it is here.
    List,
    /// Fetch models; without a name, those that the configuration uses.
    Pull {
        /// Names from `reeve models list`.
        names: Vec<String>,
        /// Take the files from a folder instead of fetching them.
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
    },
    /// Read every byte of models and compare checksums; without a name, of all that are here.
    Verify {
        /// Names from `reeve models list`.
        names: Vec<String>,
    },
}

pub(crate) fn run(arguments: &Arguments, config: &Config) -> Result<ExitCode> {
    let store = located::store(config)?;
    match &arguments.action {
        Action::List => {
            list(&store);
            Ok(ExitCode::SUCCESS)
        }
        Action::Pull { names, from } => {
            let mut wanted = names.clone();
            if wanted.is_empty() {
                wanted = used(&store, config);
            }
            Ok(each(&wanted, "it is here", |name, meter| {
                store.pull(name, from.as_deref(), &mut |progress| show_store(meter, name, progress)).map(drop)
            }))
        }
        Action::Verify { names } => {
            let mut wanted = names.clone();
            if wanted.is_empty() {
                let all = store.manifest().models.iter().map(|model| model.name.clone());
                wanted = all.filter(|name| store.status(name) != Status::Missing).collect();
            }
            Ok(each(&wanted, "every byte is right", |name, meter| {
                store.verify(name, &mut |progress| show_store(meter, name, progress))
            }))
        }
    }
}

/// The models of the list that the configuration uses, and what it names by mistake.
fn used(store: &Store, config: &Config) -> Vec<String> {
    let models = &config.models;
    let named = [&models.encoder, &models.reader, &models.verifier, &models.reranker, &models.generator];
    named.into_iter().filter(|name| located::is_of_list(store, name)).cloned().collect()
}

/// Does something with each model once, and says what is then so; one that fails does not keep the others from their turn.
fn each(
    names: &[String],
    done: &str,
    mut work: impl FnMut(&str, &mut Meter) -> Result<(), inference::store::StoreError>,
) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    let mut seen = BTreeSet::new();
    for name in names.iter().filter(|name| seen.insert(*name)) {
        let mut meter = Meter::of_bytes();
        let result = work(name, &mut meter);
        drop(meter);
        match result {
            Ok(()) => say(&format!("{name}: {done}")),
            Err(error) => {
                complain(&format!("{name}: {}", error.chain()));
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

fn list(store: &Store) {
    for model in &store.manifest().models {
        let status = match store.status(&model.name) {
            Status::Missing => "not fetched".to_owned(),
            Status::Partial { bytes } => format!("{} MB of it fetched", bytes / 1_000_000),
            Status::Present => "here".to_owned(),
            Status::Wrong { file, reason } => format!("wrong: {file}: {reason}"),
        };
        let roles: Vec<String> = model.roles.iter().map(|role| located::role_name(*role)).collect();
        say(&format!(
            "{:28} {:22} {:>6} MB  {:11} {status}",
            model.name,
            roles.join(", "),
            model.bytes() / 1_000_000,
            model.licence
        ));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_model_by_a_wrong_name_is_not_passed_over() {
        let mut config = crate::config::load(None).unwrap();
        config.models.verifier = "qwen2.5-koder".to_owned();
        config.models.generator = "models/own.gguf".to_owned();
        let used = used(&located::store(&config).unwrap(), &config);
        assert_eq!(used, ["all-minilm-l6-v2", "smollm2-135m-instruct", "qwen2.5-koder"]);
    }

    #[test]
    fn each_model_is_met_once() {
        let (mut met, names) = (Vec::new(), ["a", "b", "a"].map(str::to_owned));
        each(&names, "it is here", |name, _| {
            met.push(name.to_owned());
            Ok(())
        });
        assert_eq!(met, ["a", "b"]);
    }
}
