//! Ctrl-C: the step in work is finished, and what was measured is kept. A second one ends the program at once.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;

use crate::output::complain;

static STOPPED: AtomicBool = AtomicBool::new(false);

/// The run was stopped by its user.
#[derive(Debug, thiserror::Error)]
#[error("stopped")]
pub(crate) struct Stopped;

/// Waits for Ctrl-C beside the measuring.
pub(crate) fn watch() {
    std::thread::spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            if tokio::signal::ctrl_c().await.is_ok() {
                STOPPED.store(true, Ordering::SeqCst);
                complain("stopping after this step; Ctrl-C once more ends at once");
                let _ = tokio::signal::ctrl_c().await;
                std::process::exit(130);
            }
        });
    });
}

/// To be asked between steps.
pub(crate) fn check() -> Result<()> {
    if STOPPED.load(Ordering::SeqCst) { Err(Stopped.into()) } else { Ok(()) }
}
