//! `reeve serve`: everything, on a local address.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use assistant::Clock;
use server::{AlertsConfig, HandoffConfig, MailConfig, RetentionConfig, ServerConfig, WebhookConfig};
use store::Store;
use tokio::net::TcpListener;

use crate::config::Config;
use crate::output::{complain, say};
use crate::records::RecordKeeper;
use crate::wiring::{self, Place};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The database, instead of the configured one: `sqlite:PATH` or `postgres://…`.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The port, instead of the configured one; 0 takes any that is free.
    #[arg(long)]
    port: Option<u16>,
}

pub(crate) fn run(arguments: &Arguments, config: &Config) -> Result<ExitCode> {
    let lock = lock_data(&arguments.place.data)?;
    let mut address: SocketAddr = config.server.address;
    if let Some(port) = arguments.port {
        address.set_port(port);
    }
    // The address is taken before the slow work, so that a taken one is known at once.
    let listener = std::net::TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; is another program using the port? Choose one with --port")
    })?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    server::log_panics_without_text();
    let assistant = Arc::new(wiring::assistant(&arguments.place, config, Clock::System)?);
    let index = assistant.index();
    complain(&format!(
        "{} pages in {} passages; {} pages were new or changed",
        assistant.knowledge().pages.len(),
        index.len(),
        index.changed_pages()
    ));
    let records = config.records.folder.as_path();
    let keeper = if records.as_os_str().is_empty() { None } else { Some(RecordKeeper::start(records)?) };
    if keeper.is_some() {
        complain(&format!("Every question and its reply are kept in {}, see records.folder", records.display()));
    }
    let recorder = keeper.as_ref().map(|keeper| keeper.recorder(records));
    let server_config = server_config(address, config);
    let database = config.database.url(arguments.database.as_deref(), &arguments.place.data);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener)?;
        let store = Store::open(&database).await.context("the database cannot be opened")?;
        say(&format!("Reeve is at http://{address}"));
        server::serve(listener, assistant, store.clone(), server_config, recorder, stop_signal()).await?;
        store.close().await;
        anyhow::Ok(())
    })?;
    runtime.shutdown_timeout(Duration::from_secs(2));
    if let Some(keeper) = keeper {
        keeper.finish();
    }
    complain("Reeve has stopped.");
    drop(lock);
    Ok(ExitCode::SUCCESS)
}

fn server_config(address: SocketAddr, config: &Config) -> ServerConfig {
    let Config { server, handoff, retention, mail, webhook, .. } = config;
    let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
    ServerConfig {
        address,
        queue_length: server.queue_length,
        longest_wait: Duration::from_millis(server.longest_wait_ms),
        kept_replies: server.kept_replies,
        draft_deadline: Duration::from_millis(server.draft_deadline_ms),
        request_limit_bytes: server.request_limit_bytes,
        origins: server.origins.clone(),
        conversations_kept: server.conversations_kept,
        conversation_idle: Duration::from_secs(server.conversation_idle_minutes * 60),
        handoff: HandoffConfig {
            alert_after: Duration::from_secs(handoff.alert_after_minutes * 60),
            nobody_came_after: Duration::from_secs(handoff.nobody_came_after_minutes * 60),
            call_back_due: Duration::from_secs(handoff.call_back_due_hours * 60 * 60),
        },
        alerts: AlertsConfig {
            mail: (!mail.smtp.is_empty())
                .then(|| (MailConfig { smtp: mail.smtp.clone(), from: mail.from.clone() }, mail.to.clone())),
            webhook: (!webhook.url.is_empty()).then(|| WebhookConfig {
                url: webhook.url.clone(),
                secret: webhook.secret.clone(),
                allow_private: webhook.allow_private,
            }),
        },
        retention: RetentionConfig {
            conversations: days(retention.conversations_days),
            call_backs: days(retention.call_backs_days),
        },
    }
}

/// Ctrl-C, or the signal with which service managers stop a program.
async fn stop_signal() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminate = async {
        if let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            signal.recv().await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => (),
        () = terminate => (),
    }
}

/// Only one server works on a data folder; the lock ends with the process, however it ends.
fn lock_data(data: &Path) -> Result<File> {
    std::fs::create_dir_all(data).with_context(|| format!("cannot make the data folder {}", data.display()))?;
    let path = data.join("serve.lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => bail!(
            "another `reeve serve` is using the data folder {}; stop it, or give this one its own with --data DIR",
            data.display()
        ),
        Err(std::fs::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}
