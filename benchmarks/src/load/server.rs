//! A `reeve serve` of the benchmark's own.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// The server's process. Dropped, it ends.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts one on a free port and waits until it can be asked. It works in a folder of its own, so that no `reeve.toml`
    /// of whoever measures is read.
    pub(crate) fn start(
        binary: &Path,
        folder: &Path,
        (data, pages): (&Path, &Path),
        arguments: &[String],
    ) -> Result<Self> {
        let log = folder.join("log");
        let mut command = Command::new(binary);
        command.args(["serve", "--port", "0", "--data"]).arg(data).arg("--knowledge").arg(pages);
        command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped());
        // Ctrl-C is for the benchmark alone, which ends the server after its step.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command.stderr(File::create(&log)?).spawn().context("cannot start reeve serve")?;
        let lines =
            process.stdout.take().map(|output| BufReader::new(output).lines()).context("the server's output")?;
        let mut server = Self { process, address: String::new() };
        for line in lines.map_while(Result::ok) {
            if let Some(address) = line.strip_prefix("Reeve is at ") {
                address.clone_into(&mut server.address);
                return Ok(server);
            }
        }
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        bail!("reeve serve did not start:\n{said}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
