//! The two curves of the confidences: where their points lie in the drawing, and the same as rows of a table.

use serde::Serialize;

use super::figures::{percent, share_range};
use crate::confidence::ConfidenceFigures;
use crate::statistics::Share;

/// The drawing field of both curves, in units of the picture: its left and lower edges and its size. The template draws
/// the axes at these places.
const LEFT: f64 = 60.0;
const BOTTOM: f64 = 220.0;
const WIDTH: f64 = 280.0;
const HEIGHT: f64 = 200.0;

/// A line at a round value, with its name.
#[derive(Serialize)]
struct Tick {
    at: String,
    name: String,
}

/// How many wrong answers there are when the surest so many candidates are answered.
#[derive(Serialize)]
pub(super) struct RiskCurve {
    line: String,
    across: Vec<Tick>,
    up: Vec<Tick>,
    summary: String,
    rows: Vec<RiskRow>,
}

#[derive(Serialize)]
struct RiskRow {
    answered: usize,
    coverage: String,
    wrong: usize,
    risk: String,
    interval: String,
}

/// Which share of the candidates is right, bin by bin of their confidence.
#[derive(Serialize)]
pub(super) struct ReliabilityCurve {
    line: String,
    points: Vec<BinPoint>,
    across: Vec<Tick>,
    up: Vec<Tick>,
    summary: String,
    rows: Vec<BinRow>,
}

#[derive(Serialize)]
struct BinPoint {
    x: String,
    y: String,
    low: String,
    high: String,
}

#[derive(Serialize)]
struct BinRow {
    n: usize,
    confidence: String,
    right: String,
    interval: String,
}

/// None without candidates.
pub(super) fn risk(figures: &ConfidenceFigures) -> Option<RiskCurve> {
    let share = |(answered, wrong): (usize, usize)| Share { count: wrong, n: answered };
    let risk = |point| share(point).value().unwrap_or(0.0);
    let highest = figures.risk_coverage.iter().map(|point| risk(*point)).fold(0.0, f64::max);
    // Up to the next tenth, so that a low curve can be read as well as a high one.
    let top = (highest * 10.0).ceil().clamp(1.0, 10.0) / 10.0;
    let coverage = |answered: usize| answered as f64 / figures.n as f64;
    let point = |of: &(usize, usize)| format!("{},{}", across(coverage(of.0)), up(risk(*of) / top));
    let row = |of: &(usize, usize)| RiskRow {
        answered: of.0,
        coverage: whole_percent(coverage(of.0)),
        wrong: of.1,
        risk: percent(share(*of)),
        interval: share_range(share(*of)),
    };
    let all = *figures.risk_coverage.last()?;
    let half = figures.risk_coverage.iter().find(|(answered, _)| answered * 2 >= figures.n).unwrap_or(&all);
    Some(RiskCurve {
        line: figures.risk_coverage.iter().map(point).collect::<Vec<_>>().join(" "),
        across: ticks(1.0, across),
        up: ticks(top, up),
        summary: format!(
            "Of the surest {} of {} candidates {} are wrong; of all of them {}.",
            half.0,
            figures.n,
            percent(share(*half)),
            percent(share(all))
        ),
        rows: figures.risk_coverage.iter().map(row).collect(),
    })
}

/// None without candidates.
pub(super) fn reliability(figures: &ConfidenceFigures) -> Option<ReliabilityCurve> {
    // Bins come with the surest first; a curve is read from left to right.
    let bins: Vec<(f64, Share)> = figures
        .bins
        .iter()
        .rev()
        .map(|(confidence, right, n)| (*confidence, Share { count: (right * *n as f64).round() as usize, n: *n }))
        .collect();
    let (first, last) = (bins.first()?, bins.last()?);
    let place = |(confidence, right): &(f64, Share)| {
        let (low, high) = right.interval().unwrap_or((0.0, 1.0));
        let right = right.value().unwrap_or(0.0);
        BinPoint { x: across(*confidence), y: up(right), low: up(low), high: up(high) }
    };
    let points: Vec<BinPoint> = bins.iter().map(place).collect();
    let row = |(confidence, right): &(f64, Share)| BinRow {
        n: right.n,
        confidence: format!("{confidence:.3}"),
        right: percent(*right),
        interval: share_range(*right),
    };
    let words = |(confidence, right): &(f64, Share)| {
        format!("{} are right where the confidence is {confidence:.2} on average", percent(*right))
    };
    Some(ReliabilityCurve {
        line: points.iter().map(|point| format!("{},{}", point.x, point.y)).collect::<Vec<_>>().join(" "),
        points,
        across: ticks(1.0, across),
        up: ticks(1.0, up),
        summary: format!("In the least sure bin {}; in the surest {}.", words(first), words(last)),
        rows: bins.iter().map(row).collect(),
    })
}

/// Five lines from nothing to `top`, named in percent.
fn ticks(top: f64, place: fn(f64) -> String) -> Vec<Tick> {
    (0..=4)
        .map(|quarter| f64::from(quarter) / 4.0)
        .map(|share| Tick { at: place(share), name: tick_name(share * top) })
        .collect()
}

/// Halves of percents are only shown where there are some.
fn tick_name(share: f64) -> String {
    let percent = (share * 1000.0).round() / 10.0;
    format!("{percent}%")
}

fn whole_percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

fn across(share: f64) -> String {
    format!("{:.1}", LEFT + share.clamp(0.0, 1.0) * WIDTH)
}

fn up(share: f64) -> String {
    format!("{:.1}", BOTTOM - share.clamp(0.0, 1.0) * HEIGHT)
}
