//! A PostgreSQL server that only the tests use: started for them in a temporary folder, without a port, ended and
//! removed after them.

use std::fs::File;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::{as_root, install};

/// Debian keeps the programs of each version in a folder below this one.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The server refuses to run as root; Debian's package makes this user for it.
const USER: &str = "postgres";

/// A new server is there within a second on an idle machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server with an empty database. Dropped, it ends and its folder is removed.
pub(crate) struct Server {
    folder: PathBuf,
    programs: PathBuf,
    process: Child,
}

impl Server {
    /// Starts one; installs Debian's package where there is none.
    pub(crate) fn start() -> Result<Self> {
        if find().is_none() {
            install(&["postgresql"]).context(
                "cannot install Debian's postgresql, which the tests need; install it by hand and try again",
            )?;
        }
        let programs = find().context("postgresql is installed, and its program initdb is not to be found")?;
        // Short: the path of a socket has at most 107 characters.
        let folder = std::env::temp_dir().join(format!("reeve-postgres-{}", std::process::id()));
        // Whoever reaches the socket is let in, so nobody else does.
        let made = std::fs::DirBuilder::new().mode(0o700).create(&folder);
        made.with_context(|| format!("cannot make {}", folder.display()))?;
        let started = Self::start_in(&folder, &programs);
        if started.is_err() {
            let _ = std::fs::remove_dir_all(&folder);
        }
        started
    }

    fn start_in(folder: &Path, programs: &Path) -> Result<Self> {
        if as_root() {
            let given = Command::new("chown").arg(USER).arg(folder).status().context("cannot start chown")?;
            if !given.success() {
                bail!("cannot give {} to the user {USER}", folder.display());
            }
        }
        let data = folder.join("data");
        eprintln!("xtask: a PostgreSQL server for the tests in {}", folder.display());
        let log = File::create(folder.join("log")).context("cannot make the server's log")?;
        let mut initdb = unprivileged(&programs.join("initdb"), folder);
        initdb.arg("--pgdata").arg(&data).args(["--auth=trust", "--username=reeve", "--no-sync"]);
        // The same order and case of letters everywhere.
        initdb.args(["--encoding=UTF8", "--locale=C.UTF-8"]).stdin(Stdio::null()).stdout(log.try_clone()?);
        if !initdb.status().context("cannot start initdb")?.success() {
            bail!("initdb failed:\n{}", read_log(folder));
        }
        let mut postgres = unprivileged(&programs.join("postgres"), folder);
        postgres.arg("-D").arg(&data).arg("-k").arg(folder).args(["-c", "listen_addresses="]);
        // What is thrown away need not survive a loss of power.
        postgres.args(["-c", "fsync=off"]).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let process = postgres.spawn().context("cannot start postgres")?;
        let mut server = Self { folder: folder.to_owned(), programs: programs.to_owned(), process };
        server.wait()?;
        Ok(server)
    }

    /// Its address, for `REEVE_TEST_POSTGRES`.
    pub(crate) fn address(&self) -> String {
        format!("postgres://reeve@localhost/postgres?host={}", self.folder.display())
    }

    fn wait(&mut self) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let ready =
                Command::new(self.programs.join("pg_isready")).arg("--quiet").arg("-h").arg(&self.folder).status();
            if ready.context("cannot start pg_isready")?.success() {
                return Ok(());
            }
            if self.process.try_wait()?.is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("PostgreSQL does not start:\n{}", read_log(&self.folder))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stopped = unprivileged(&self.programs.join("pg_ctl"), &self.folder)
            .args(["stop", "--silent", "--mode=immediate", "--pgdata"])
            .arg(self.folder.join("data"))
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The folder with the server's programs: Debian's newest version, else what the path leads to.
fn find() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten().map(|entry| entry.path());
    let number = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.filter(|folder| folder.join("bin/initdb").exists()).max_by_key(|folder| number(folder));
    let paths = std::env::var_os("PATH").unwrap_or_default();
    newest.map(|folder| folder.join("bin")).or_else(|| {
        let mut programs = std::env::split_paths(&paths).map(|folder| folder.join("initdb"));
        let initdb = programs.find(|program| program.exists())?.canonicalize().ok()?;
        initdb.parent().map(Path::to_owned)
    })
}

/// A program that does not run as root.
fn unprivileged(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new("setpriv");
    // Whatever becomes of this process, the server ends with it.
    command.args(["--pdeathsig", "INT"]);
    if as_root() {
        command.arg(format!("--reuid={USER}")).arg(format!("--regid={USER}")).arg("--init-groups");
    }
    command.arg("--").arg(program).current_dir(folder);
    command
}

fn read_log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}
