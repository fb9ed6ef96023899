//! The figures as rows of tables.

use serde::Serialize;

use crate::figures::{Figures, Spread};
use crate::statistics::Share;

/// A figure, its interval and what it was counted over, as they are read.
#[derive(Serialize)]
pub(super) struct Row {
    label: String,
    value: String,
    interval: String,
    of: String,
}

/// A kind of case.
#[derive(Serialize)]
pub(super) struct KindRow {
    kind: String,
    right: String,
    right_interval: String,
    right_of: String,
    outcome: String,
    outcome_interval: String,
    wrong_answers: usize,
}

/// A time by the clock.
#[derive(Serialize)]
pub(super) struct TimeRow {
    label: String,
    is_stage: bool,
    p50: String,
    p95: String,
    n: usize,
}

const DASH: &str = "–";

pub(super) fn shares(figures: &Figures) -> Vec<Row> {
    let mut rows: Vec<Row> = figures.shares().into_iter().map(|(label, share)| share_row(label, share)).collect();
    rows.push(Row {
        label: "Mean reciprocal rank of the right page".to_owned(),
        value: number(figures.mrr),
        interval: range(figures.mrr_interval),
        of: format!("{} cases", figures.hit_at_1.n),
    });
    rows
}

pub(super) fn scores(figures: &Figures) -> Vec<Row> {
    let of = &figures.confidence;
    let row = |label: &str, value, interval| Row {
        label: label.to_owned(),
        value: number(value),
        interval: range(interval),
        of: format!("{} candidates", of.n),
    };
    vec![
        row("AUROC: how often a right candidate gets the higher confidence", of.auroc, of.auroc_interval),
        row("Calibration error over 10 bins of equal mass", of.ece, None),
        row("Calibration error of a perfect judge at this number", of.perfect_ece, of.perfect_ece_interval),
        row("Brier score", of.brier, of.brier_interval),
    ]
}

pub(super) fn kinds(figures: &Figures) -> Vec<KindRow> {
    let row = |(kind, of): (&String, &crate::figures::KindFigures)| KindRow {
        kind: kind.clone(),
        right: percent(of.right),
        right_interval: share_range(of.right),
        right_of: counted(of.right),
        outcome: percent(of.outcome_accuracy),
        outcome_interval: share_range(of.outcome_accuracy),
        wrong_answers: of.wrong_answers,
    };
    figures.by_kind.iter().map(row).collect()
}

pub(super) fn times(figures: &Figures) -> Vec<TimeRow> {
    let row = |label: &str, is_stage: bool, of: Spread| {
        let time = |value: Option<f64>| value.map_or_else(|| DASH.to_owned(), |value| format!("{value:.1}"));
        TimeRow { label: label.to_owned(), is_stage, p50: time(of.p50), p95: time(of.p95), n: of.n }
    };
    let mut rows = vec![row("A reply", false, figures.reply_ms)];
    rows.extend(figures.stages_ms.iter().map(|(stage, of)| row(stage, true, *of)));
    rows.push(row("A search alone", false, figures.search_ms));
    rows.retain(|row| row.n > 0);
    rows
}

fn share_row(label: &str, share: Share) -> Row {
    Row { label: label.to_owned(), value: percent(share), interval: share_range(share), of: counted(share) }
}

pub(super) fn percent(share: Share) -> String {
    share.value().map_or_else(|| DASH.to_owned(), |value| format!("{:.1}%", value * 100.0))
}

pub(super) fn share_range(share: Share) -> String {
    let words = |(low, high): (f64, f64)| format!("{:.1}% to {:.1}%", low * 100.0, high * 100.0);
    share.interval().map_or_else(|| DASH.to_owned(), words)
}

fn counted(share: Share) -> String {
    format!("{} of {}", share.count, share.n)
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| DASH.to_owned(), |value| format!("{value:.3}"))
}

fn range(interval: Option<(f64, f64)>) -> String {
    interval.map_or_else(|| DASH.to_owned(), |(low, high)| format!("{low:.3} to {high:.3}"))
}
