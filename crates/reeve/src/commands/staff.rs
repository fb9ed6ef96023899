//! `reeve staff`: who may use the staff console.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use store::{AuditRow, NewStaff, Role, StaffRow, Store};

use crate::config::Config;
use crate::output::{complain, say};

/// The name in the audit of whoever sits at the command line.
const AT_COMMAND_LINE: &str = "command line";
/// The longest name.
const LONGEST_NAME_CHARACTERS: usize = 100;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of everything that Reeve keeps.
    #[arg(long, default_value = "data", value_name = "DIR", global = true)]
    data: PathBuf,
    /// The database, instead of the configured one: `sqlite:PATH` or `postgres://…`.
    #[arg(long, value_name = "URL", global = true)]
    database: Option<String>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Let somebody sign in at /staff. The password is asked for.
    Add {
        /// The name to sign in with.
        name: String,
        /// What they may do.
        #[arg(long, value_enum)]
        role: RoleArgument,
        /// The name that residents see; by default the name to sign in with.
        #[arg(long, value_name = "NAME")]
        display_name: Option<String>,
        /// Read the password from the first line of standard input instead of asking.
        #[arg(long)]
        password_stdin: bool,
    },
    /// List who may sign in.
    List,
    /// Set a password. It lifts a lock and ends open sessions.
    Password {
        /// The name to sign in with.
        name: String,
        /// Read the password from the first line of standard input instead of asking.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Let somebody sign in no more. What they did stays in the audit.
    Remove {
        /// The name to sign in with.
        name: String,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum RoleArgument {
    /// Talks with residents.
    Agent,
    /// Looks after the pages: reads conversations and marks replies.
    Curator,
    /// Looks after the quality of answers: the same, and the figures.
    Evaluator,
    /// All of it, and switches, staff and audit.
    Administrator,
}

impl From<RoleArgument> for Role {
    fn from(role: RoleArgument) -> Self {
        match role {
            RoleArgument::Agent => Self::Agent,
            RoleArgument::Curator => Self::Curator,
            RoleArgument::Evaluator => Self::Evaluator,
            RoleArgument::Administrator => Self::Administrator,
        }
    }
}

pub(crate) fn run(arguments: &Arguments, config: &Config) -> Result<ExitCode> {
    let url = config.database.url(arguments.database.as_deref(), &arguments.data);
    std::fs::create_dir_all(&arguments.data)
        .with_context(|| format!("cannot make the data folder {}", arguments.data.display()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Store::open(&url).await.context("the database cannot be opened")?;
        let done = carry_out(&store, &arguments.what).await;
        store.close().await;
        done
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn carry_out(store: &Store, what: &What) -> Result<()> {
    match what {
        What::Add { name, role, display_name, password_stdin } => {
            let display_name = display_name.as_deref().unwrap_or(name);
            add(store, name, display_name, Role::from(*role), *password_stdin).await
        }
        What::List => list(store).await,
        What::Password { name, password_stdin } => {
            let staff = find(store, name).await?;
            let did = did("set_password", &staff.id, &staff.name);
            store.set_password(&staff.id, &password(*password_stdin)?, Some(&did)).await?;
            complain(&format!("{} has a new password. Their open sessions have ended.", staff.name));
            Ok(())
        }
        What::Remove { name } => {
            let staff = find(store, name).await?;
            store.set_active(&staff.id, false, Some(&did("deactivated", &staff.id, &staff.name))).await?;
            complain(&format!("{} cannot sign in any more.", staff.name));
            Ok(())
        }
    }
}

/// Adds somebody; who was removed before gets the new role and password.
async fn add(store: &Store, name: &str, display_name: &str, role: Role, from_stdin: bool) -> Result<()> {
    for given in [name, display_name] {
        let length = given.trim().chars().count();
        if length == 0 || length > LONGEST_NAME_CHARACTERS || given.chars().any(char::is_control) {
            bail!("a name has 1 to {LONGEST_NAME_CHARACTERS} characters");
        }
    }
    let known = store.staff_by_name(name).await?;
    if known.as_ref().is_some_and(|staff| staff.active) {
        bail!("{name} is there already; set a password with `reeve staff password {name}`");
    }
    let password_hash = password(from_stdin)?;
    let detail = format!("{name}, {role:?}");
    if let Some(staff) = known {
        store.set_role(&staff.id, role, None).await?;
        store.set_password(&staff.id, &password_hash, None).await?;
        store.set_active(&staff.id, true, Some(&did("add_staff", &staff.id, &detail))).await?;
        complain(&format!("{name} was removed before; residents see the name {:?} as then.", staff.display_name));
    } else {
        let display_name = display_name.trim().to_owned();
        let id = store.add_staff(&NewStaff { name: name.to_owned(), display_name, role, password_hash }).await?;
        store.note(&did("add_staff", &id, &detail)).await?;
    }
    complain(&format!("{name} can sign in at /staff."));
    Ok(())
}

async fn list(store: &Store) -> Result<()> {
    for staff in store.list_staff().await? {
        let state = if staff.active { "" } else { " (removed)" };
        say(&format!("{}\t{:?}\t{}{state}", staff.name, staff.role, staff.display_name));
    }
    Ok(())
}

async fn find(store: &Store, name: &str) -> Result<StaffRow> {
    let staff = store.staff_by_name(name).await?;
    staff.with_context(|| format!("nobody is called {name}; `reeve staff list` names all"))
}

fn did(action: &str, subject: &str, detail: &str) -> AuditRow {
    AuditRow {
        at_ms: Timestamp::now().as_millisecond(),
        staff_id: None,
        staff_name: AT_COMMAND_LINE.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_owned(),
    }
}

/// Reads a new password and gives its hash.
fn password(from_stdin: bool) -> Result<String> {
    let password = if from_stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("cannot read the password")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    } else {
        let asked = rpassword::prompt_password("New password: ")
            .context("cannot ask for the password; there is --password-stdin")?;
        if rpassword::prompt_password("The same again: ")? != asked {
            bail!("the two are not the same; nothing was changed");
        }
        asked
    };
    server::hash_password(&password).map_err(anyhow::Error::from)
}
