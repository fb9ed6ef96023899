//! Runs the service on a listener until it is told to end.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use assistant::Assistant;
use axum::serve::ListenerExt as _;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::config::ServerConfig;
use crate::error::ServerError;
use crate::recorder::Recorder;
use crate::service::Service;

/// How long connections may take to end after streams were told to. A client that does not read cannot keep the service.
const CLOSING_PATIENCE: Duration = Duration::from_secs(3);
/// How long the model may take to notice that its work is not wanted any more.
const MODEL_PATIENCE: Duration = Duration::from_secs(3);
/// How often the model's thread is looked at meanwhile.
const MODEL_POLL: Duration = Duration::from_millis(20);

/// Serves until `shutdown` is ready, then ends open streams with the error `shutting_down`, cuts the model's work short and
/// returns within a few seconds. `recorder` is told of every reply.
pub async fn serve(
    listener: TcpListener,
    assistant: Arc<Assistant>,
    store: Store,
    config: ServerConfig,
    recorder: Option<Recorder>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    let service = Service::start(assistant, store, &config, recorder).await?;
    run(listener, &service, &config, shutdown).await
}

/// [`serve`] with a service that is already running.
pub(crate) async fn run(
    listener: TcpListener,
    service: &Arc<Service>,
    config: &ServerConfig,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    let (closing, mut closed) = watch::channel(false);
    let ending = Arc::clone(service);
    let signal = async move {
        shutdown.await;
        tracing::info!("shutting down");
        ending.shut_down().await;
        closing.send_replace(true);
    };
    // Events are small and must leave at once; waiting to fill a packet would hold each back.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
    });
    tracing::info!(address = %config.address, "serving");
    let serving = axum::serve(listener, service.router()).with_graceful_shutdown(signal);
    let patience = async move {
        if closed.wait_for(|closing| *closing).await.is_err() {
            // The server ended by itself; its own result counts.
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(CLOSING_PATIENCE).await;
    };
    tokio::select! {
        result = serving => result.map_err(|source| ServerError::Listen { address: config.address, source })?,
        () = patience => tracing::warn!("some connections did not end in time and are cut"),
    }
    wait_for_the_model(service).await;
    Ok(())
}

async fn wait_for_the_model(service: &Service) {
    let ended = async {
        while !service.has_ended() {
            tokio::time::sleep(MODEL_POLL).await;
        }
    };
    if tokio::time::timeout(MODEL_PATIENCE, ended).await.is_err() {
        tracing::warn!("the model did not stop in time and is left behind");
    }
}
