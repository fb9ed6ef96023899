//! A comparison as text for a terminal.

use std::fmt::Write as _;

use super::gates::FigureLine;
use super::{Change, ChangeKind, Comparison, Said};
use crate::verdict;

/// The groups of changes, the gravest first.
const GROUPS: &[(ChangeKind, &str)] = &[
    (ChangeKind::Broken, "Right before, wrong now"),
    (ChangeKind::Mended, "Wrong before, right now"),
    (ChangeKind::OtherOutcome, "Another outcome"),
    (ChangeKind::OtherText, "Other words"),
    (ChangeKind::OtherPlace, "Page found in another place"),
    (ChangeKind::OtherScoring, "Scored in another way"),
    (ChangeKind::Added, "Not in the baseline"),
    (ChangeKind::Missing, "In the baseline alone"),
];

pub(super) fn of(comparison: &Comparison, reveal: bool) -> String {
    let mut text = String::new();
    let changes = &comparison.changes;
    line(&mut text, &format!("Against the baseline, {} cases: {} changed", comparison.cases, changes.len()));
    for (kind, heading) in GROUPS {
        let group: Vec<&Change> = changes.iter().filter(|change| change.kind == *kind).collect();
        if group.is_empty() {
            continue;
        }
        line(&mut text, &format!("\n{heading}: {}", group.len()));
        if reveal {
            for change in group {
                change_lines(&mut text, change);
            }
        }
    }
    if reveal && !comparison.unproven.is_empty() {
        line(&mut text, "\nFacts that no citation proves");
        for fact in &comparison.unproven {
            line(&mut text, &format!("  {fact}"));
        }
    }
    figure_lines(&mut text, &comparison.figures);
    let faults = comparison.faults();
    if faults.is_empty() {
        line(&mut text, "\nNo figure that gates is worse than the baseline's interval, and every fact is proven.");
    } else {
        line(&mut text, &format!("\nWorse than the baseline allows: {}.", faults.join("; ")));
    }
    text
}

fn change_lines(text: &mut String, change: &Change) {
    match &change.question {
        Some((Some(kind), question)) => line(text, &format!("  {} ({kind}): {question}", change.id)),
        Some((None, question)) => line(text, &format!("  {}: {question}", change.id)),
        None => line(text, &format!("  {}", change.id)),
    }
    // A case that only one run knows is told by its id and question.
    if let (Some(before), Some(now)) = (&change.before, &change.now) {
        line(text, &format!("    before: {}", said(before)));
        line(text, &format!("    now:    {}", said(now)));
    }
}

fn said(said: &Said) -> String {
    match said.outcome {
        Some(outcome) => {
            let words = said.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let right = if said.right == Some(true) { String::new() } else { format!(" [{}]", said.why) };
            format!("{}: {words}{right}", verdict::name(outcome))
        }
        None => said.why.clone(),
    }
}

fn figure_lines(text: &mut String, figures: &[FigureLine]) {
    line(text, &format!("\n{:<36}{:>8}  {:<16}{:>8}", "", "before", "95% interval", "now"));
    for of in figures {
        let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| number(value, of.is_share));
        let ends = |(low, high): (f64, f64)| {
            let text = format!("{} to {}", number(low, of.is_share), number(high, of.is_share));
            text.replace('%', "")
        };
        let interval = of.interval.map_or_else(String::new, ends);
        let remark = match (of.is_fault(), of.is_worse(), of.is_better()) {
            (true, ..) if of.is_missing() => "  missing",
            (true, ..) => "  worse",
            (false, true, _) => "  worse, does not gate",
            (false, false, true) => "  better",
            (false, false, false) => "",
        };
        line(text, &format!("{:<36}{:>8}  {interval:<16}{:>8}{remark}", of.label, figure(of.before), figure(of.now)));
    }
}

fn number(value: f64, is_share: bool) -> String {
    if is_share { format!("{:.1}%", value * 100.0) } else { format!("{value:.3}") }
}

fn line(text: &mut String, content: &str) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "{}", content.trim_end());
}
