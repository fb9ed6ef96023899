//! The figures as a table for a terminal.

use std::fmt::Write as _;

use crate::figures::{Figures, Spread};
use crate::statistics::Share;

/// The table. What there is nothing to say about is left out.
pub(crate) fn table(figures: &Figures) -> String {
    let mut text = String::new();
    line(&mut text, &format!("{} cases, {} of them for retrieval alone", figures.cases, figures.retrieval_only));
    let shares = figures.shares();
    if shares.iter().any(|(_, share)| share.n > 0) {
        line(&mut text, &format!("\n{:<36}{:>6}  {:<16}{}", "", "share", "95% interval", "count"));
    }
    for (label, share) in shares {
        share_line(&mut text, label, share);
    }
    if let Some(mrr) = figures.mrr {
        line(&mut text, &format!("{:<36}{mrr:>6.3}  {:<16}of {}", "Mean reciprocal rank", "", figures.hit_at_1.n));
    }
    confidence(&mut text, figures);
    kinds(&mut text, figures);
    times(&mut text, figures);
    text
}

fn confidence(text: &mut String, figures: &Figures) {
    let of = &figures.confidence;
    let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    if of.n > 0 {
        line(text, &format!("\nConfidence in {} candidates, shown or withheld", of.n));
        line(text, &format!("{:<36}{:>6}", "AUROC", figure(of.auroc)));
        let perfect = figure(of.perfect_ece);
        line(text, &format!("{:<36}{:>6}  a perfect judge: {perfect}", "Calibration error (10 bins)", figure(of.ece)));
        line(text, &format!("{:<36}{:>6}", "Brier score", figure(of.brier)));
    }
}

fn kinds(text: &mut String, figures: &Figures) {
    if figures.by_kind.is_empty() {
        return;
    }
    let heading = format!("\n{:<22}{:<34}{:<20}{}", "Kind", "right", "expected outcome", "wrong answers");
    line(text, &heading);
    for (kind, of_kind) in &figures.by_kind {
        let right = format!("{}  {}", percent(of_kind.right), interval(of_kind.right));
        let right = format!("{right:<24}{}", counted(of_kind.right));
        let outcome = format!("{}  {}", percent(of_kind.outcome_accuracy), counted(of_kind.outcome_accuracy));
        line(text, &format!("{kind:<22}{right:<34}{outcome:<20}{:>13}", of_kind.wrong_answers));
    }
}

fn times(text: &mut String, figures: &Figures) {
    if figures.reply_ms.n + figures.search_ms.n == 0 {
        return;
    }
    line(text, &format!("\n{:<36}{:>10}{:>10}{:>8}", "Milliseconds", "p50", "p95", "count"));
    time_line(text, "A reply", figures.reply_ms);
    for (stage, spread) in &figures.stages_ms {
        time_line(text, &format!("  {stage}"), *spread);
    }
    time_line(text, "A search alone", figures.search_ms);
}

fn share_line(text: &mut String, label: &str, share: Share) {
    if share.n > 0 {
        line(text, &format!("{label:<36}{}  {:<16}{}", percent(share), interval(share), counted(share)));
    }
}

fn time_line(text: &mut String, label: &str, spread: Spread) {
    if let (Some(p50), Some(p95)) = (spread.p50, spread.p95) {
        line(text, &format!("{label:<36}{p50:>10.1}{p95:>10.1}{:>8}", spread.n));
    }
}

fn percent(share: Share) -> String {
    share.value().map_or_else(|| format!("{:>6}", "–"), |value| format!("{:>5.1}%", value * 100.0))
}

fn interval(share: Share) -> String {
    share.interval().map_or_else(String::new, |(low, high)| format!("{:.1} to {:.1}", low * 100.0, high * 100.0))
}

fn counted(share: Share) -> String {
    format!("{} of {}", share.count, share.n)
}

fn line(text: &mut String, content: &str) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "{}", content.trim_end());
}

#[cfg(test)]
mod tests {
    use crate::evaluation::Evaluation;
    use crate::evaluation::tests::example;

    #[test]
    fn the_table_reads_as_it_should() {
        let wanted = include_str!("summary/example.txt");
        assert_eq!(example().summary(), wanted, "\n{}", example().summary());
    }

    #[test]
    fn an_empty_evaluation_has_no_empty_tables() {
        assert_eq!(Evaluation::new(Vec::new()).summary(), "0 cases, 0 of them for retrieval alone\n");
    }
}
