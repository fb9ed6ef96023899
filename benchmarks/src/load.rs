//! `load`: a real `reeve serve`, and residents who ask it answerable questions at the same time.

mod resident;
mod server;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use corpus::Knowledge;
use evaluate::Case;

use crate::output::{Steps, complain};
use crate::report::{Level, Load, Repeated, Report, Said, Told};
use crate::{Arguments, search, stop};
use resident::Resident;
use server::Server;

/// Residents at once, and how many questions each asks one after the other: enough for a 95th percentile that is not the
/// worst of a handful.
const LEVELS: [(usize, usize); 4] = [(1, 32), (4, 10), (16, 4), (64, 2)];
const QUICK_LEVELS: [(usize, usize); 4] = [(1, 4), (4, 1), (16, 1), (64, 1)];

const REPEATS: usize = 50;
const QUICK_REPEATS: usize = 5;

/// So long after the last one, no further passage state is waited for.
const NO_FURTHER_STATES: Duration = Duration::from_secs(60);

/// How far apart questions are taken that are asked after one another, so that those at the same time are about different
/// subjects. A prime that the number of questions is no multiple of.
const STRIDE: usize = 97;

pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let place = Place::new(arguments, report.threads)?;
    let questions = Questions::of_evals()?;
    let load = Load { serve: arguments.serve.clone(), levels: Vec::new(), repeated: None };
    let load = report.load.insert(load);
    place.start("the index is made").map(drop)?;
    for (residents, each) in if arguments.quick { QUICK_LEVELS } else { LEVELS } {
        stop::check()?;
        // A new server for each level: what an earlier one left in memory does not count.
        let server = place.start(&format!("{residents} residents at once"))?;
        let replies = all_at_once(&server, &place.knowledge, &questions, residents, each);
        load.levels.push(Level { residents, replies });
    }
    arguments.keep(report)?;
    let server = place.start("one question again and again")?;
    let repeats = if arguments.quick { QUICK_REPEATS } else { REPEATS };
    let repeated = again_and_again(&server, &place.knowledge, &questions, repeats)?;
    if let Some(load) = &mut report.load {
        load.repeated = Some(repeated);
    }
    Ok(())
}

/// Where the server works.
struct Place {
    binary: PathBuf,
    folder: tempfile::TempDir,
    data: PathBuf,
    pages: PathBuf,
    knowledge: Knowledge,
    arguments: Vec<String>,
    threads: usize,
}

impl Place {
    fn new(arguments: &Arguments, threads: usize) -> Result<Self> {
        let binary = PathBuf::from("target/release/reeve").canonicalize();
        let folder = tempfile::Builder::new().prefix("reeve-bench-data-").tempdir()?;
        let data = match &arguments.data {
            Some(data) => std::path::absolute(data)?,
            None => folder.path().join("data"),
        };
        Ok(Self {
            binary: binary.context("target/release/reeve is not built; start with `cargo xtask bench`")?,
            folder,
            data,
            pages: PathBuf::from("knowledge").canonicalize()?,
            knowledge: Knowledge::load("knowledge".as_ref())?,
            arguments: arguments.serve.split_whitespace().map(str::to_owned).collect(),
            threads,
        })
    }

    fn start(&self, why: &str) -> Result<Server> {
        let server = Server::start(&self.binary, self.folder.path(), (&self.data, &self.pages), &self.arguments)?;
        complain(&format!("load: reeve serve with {} threads at {}: {why}", self.threads, server.address));
        fill(&server)?;
        Ok(server)
    }
}

/// Waits until the server has passage states, as it has some time after the pages were published, or gets no further ones
/// because there is no room.
fn fill(server: &Server) -> Result<()> {
    let (mut kept, mut since) = (None, Instant::now());
    loop {
        stop::check()?;
        let ready = ureq::get(format!("{}/readyz", server.address)).call()?.body_mut().read_to_string()?;
        let states = &serde_json::from_str::<serde_json::Value>(&ready)?["passage_states"];
        if states["kept"] == states["of"] || since.elapsed() > NO_FURTHER_STATES {
            return Ok(());
        }
        if kept.as_ref() != Some(&states["kept"]) {
            complain(&format!("load: {} of {} passage states are filled", states["kept"], states["of"]));
            (kept, since) = (Some(states["kept"].clone()), Instant::now());
        }
        std::thread::sleep(Duration::from_secs(5));
    }
}

/// Answerable questions, each given out once.
struct Questions {
    cases: Vec<Case>,
    given: AtomicUsize,
}

impl Questions {
    /// Of all splits but the one that is only looked at to report.
    fn of_evals() -> Result<Self> {
        let mut cases = search::answerable(evaluate::load_cases("evals".as_ref())?);
        cases.retain(|case| case.split.as_deref() != Some(evaluate::TEST));
        if cases.is_empty() {
            anyhow::bail!("there are no answerable questions in evals/");
        }
        Ok(Self { cases, given: AtomicUsize::new(0) })
    }

    fn next(&self) -> &Case {
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        &self.cases[number * STRIDE % self.cases.len()]
    }
}

/// Each resident asks the next question as soon as the last is answered: without pauses for reading, `residents` at once
/// are as many as ten times that number who read what they are told.
fn all_at_once(
    server: &Server,
    knowledge: &Knowledge,
    questions: &Questions,
    residents: usize,
    each: usize,
) -> Vec<Told> {
    let told = Mutex::new((Vec::new(), Steps::new(format!("load, {residents} at once"), residents * each)));
    std::thread::scope(|scope| {
        for _ in 0..residents {
            scope.spawn(|| {
                let resident = Resident::new(&server.address, knowledge);
                for _ in 0..each {
                    if stop::check().is_err() {
                        return;
                    }
                    let reply = resident.ask(questions.next());
                    if let Ok(mut told) = told.lock() {
                        told.0.push(reply);
                        told.1.step();
                    }
                }
            });
        }
    });
    told.into_inner().map(|(told, _)| told).unwrap_or_default()
}

/// The first question that is answered, asked again and again by residents of whom each comes anew.
fn again_and_again(server: &Server, knowledge: &Knowledge, questions: &Questions, repeats: usize) -> Result<Repeated> {
    let resident = Resident::new(&server.address, knowledge);
    for case in &questions.cases {
        stop::check()?;
        let first = resident.ask(case);
        let answered = match first.said {
            Said::Model | Said::Quote => true,
            Said::Shed | Said::Other | Said::Failed => false,
        };
        if !answered {
            continue;
        }
        let mut again = Vec::with_capacity(repeats);
        let mut steps = Steps::new("load, the same question", repeats);
        for _ in 0..repeats {
            stop::check()?;
            again.push(resident.ask(case));
            steps.step();
        }
        return Ok(Repeated { case: case.id.clone(), first, again });
    }
    anyhow::bail!("the server answered none of the questions")
}
