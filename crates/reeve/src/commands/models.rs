//! `reeve models`: which models there are, fetching them, and reading every byte of them.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use inference::store::{Status, Store};

use crate::config::Config;
use crate::output::{complain, say};
use crate::progress::{Meter, show_store};
use crate::wiring;

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
    let store = wiring::store(config)?;
    match &arguments.action {
        Action::List => {
            list(&store);
            Ok(ExitCode::SUCCESS)
        }
        Action::Pull { names, from } => {
            let models = &config.models;
            let mut wanted = names.clone();
            if wanted.is_empty() {
                wanted = [&models.encoder, &models.reader, &models.verifier, &models.reranker, &models.generator]
                    .map(Clone::clone)
                    .to_vec();
                wanted.retain(|name| store.manifest().get(name).is_some());
                wanted.dedup();
            }
            Ok(each(&wanted, |name, meter| {
                store.pull(name, from.as_deref(), &mut |progress| show_store(meter, name, progress)).map(drop)
            }))
        }
        Action::Verify { names } => {
            let mut wanted = names.clone();
            if wanted.is_empty() {
                let all = store.manifest().models.iter().map(|model| model.name.clone());
                wanted = all.filter(|name| store.status(name) != Status::Missing).collect();
            }
            Ok(each(&wanted, |name, meter| store.verify(name, &mut |progress| show_store(meter, name, progress))))
        }
    }
}

/// Does something with each model; one that fails does not keep the others from their turn.
fn each(
    names: &[String],
    mut work: impl FnMut(&str, &mut Meter) -> Result<(), inference::store::StoreError>,
) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for name in names {
        let mut meter = Meter::of_bytes();
        let result = work(name, &mut meter);
        drop(meter);
        match result {
            Ok(()) => say(&format!("{name}: every byte is right")),
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
        let roles: Vec<String> = model.roles.iter().map(|role| format!("{role:?}").to_lowercase()).collect();
        say(&format!(
            "{:28} {:22} {:>6} MB  {:11} {status}",
            model.name,
            roles.join(", "),
            model.bytes() / 1_000_000,
            model.licence
        ));
    }
}
