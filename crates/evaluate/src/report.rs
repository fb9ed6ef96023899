//! An evaluation as one HTML page that needs nothing else: no script, no other file, no network.
//!
//! The page is put together from plain data here and a template; every text is escaped by the template.

mod cases;
mod curve;
mod figures;

use minijinja::{Environment, Value, context};

use crate::case::{Case, TEST};
use crate::error::EvaluateError;
use crate::evaluation::Evaluation;

const PAGE: &str = include_str!("report/page.html");
const STYLE: &str = include_str!("report/page.css");

/// What a report says of its run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Names and values, such as "Models" and what they are, in the order in which they are shown.
    pub facts: Vec<(String, String)>,
    /// Whether cases of the test split that went wrong are shown too.
    pub reveal: bool,
}

/// The report on an evaluation of `cases`: figures with their intervals, kinds, curves, times, and each case that went
/// wrong. Of the test split, cases are only shown with `reveal`.
///
/// # Errors
/// `Report` when the template cannot be filled in.
pub fn report(evaluation: &Evaluation, cases: &[Case], about: &About) -> Result<String, EvaluateError> {
    render(evaluation, cases, about).map_err(|error| EvaluateError::Report(Box::new(error)))
}

fn render(evaluation: &Evaluation, cases: &[Case], about: &About) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    // The name ends in `.html`, which turns escaping on.
    environment.add_template("page.html", PAGE)?;
    let figures = evaluation.figures();
    let shown = |case: &Case| about.reveal || case.split.as_deref() != Some(TEST);
    let wrong = cases::wrong(evaluation, cases, &shown);
    environment.get_template("page.html")?.render(context! {
        style => Value::from_safe_string(STYLE.to_owned()),
        about => about.facts,
        cases => figures.cases,
        retrieval_only => figures.retrieval_only,
        unproven => figures.unproven_facts.count,
        figures => figures::shares(&figures),
        scores => figures::scores(&figures),
        kinds => figures::kinds(&figures),
        times => figures::times(&figures),
        confidence_n => figures.confidence.n,
        risk => curve::risk(&figures.confidence),
        reliability => curve::reliability(&figures.confidence),
        wrong_kinds => wrong.by_kind,
        wrong_shown => wrong.shown,
        wrong_withheld => wrong.withheld,
    })
}

#[cfg(test)]
mod tests;
