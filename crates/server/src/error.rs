//! Why the service could not start or go on.

/// A fault that ends the service.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The thread on which the model runs could not be started.
    #[error("the model's thread could not be started")]
    Worker(#[source] std::io::Error),
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
