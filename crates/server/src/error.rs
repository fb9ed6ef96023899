//! Why the service could not start or go on.

use crate::delivery::DeliveryError;

/// A fault that ends the service.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The thread on which the model runs could not be started.
    #[error("the model's thread could not be started")]
    Worker(#[source] std::io::Error),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] store::StoreError),
    /// Alerts cannot be sent as they are configured.
    #[error("alerts cannot be sent")]
    Alerts(#[from] DeliveryError),
    /// A page template does not parse.
    #[error("a page template is broken")]
    Template(#[from] minijinja::Error),
    /// The listener failed.
    #[error("the listener on {address} failed")]
    Listen {
        /// The address of the configuration.
        address: std::net::SocketAddr,
        /// What the operating system says.
        #[source]
        source: std::io::Error,
    },
}
