//! The tables of a run, as Markdown: medians with the middle half of the samples, or percentiles.

use std::fmt::Write as _;

use crate::idle::Idle;
use crate::report::{
    Answer, AnswerSample, AnswersModel, Corpus, Limits, Load, RawKind, RawModel, Report, Said, Start, Told,
};
use crate::statistics::{median, percentile};

/// What stands where there are no samples.
const NONE: &str = "–";

/// All tables of a run.
pub(crate) fn tables(report: &Report) -> String {
    let mut text = about(report);
    let mut add = |part: String| {
        if !part.is_empty() {
            text.push('\n');
            text.push_str(&part);
        }
    };
    add(raw(&report.raw));
    add(answers(&report.answers));
    add(report.load.as_ref().map(load).unwrap_or_default());
    add(retrieval(&report.retrieval));
    add(report.limits.as_ref().map(limits).unwrap_or_default());
    text
}

fn about(report: &Report) -> String {
    let machine = &report.machine;
    let processor = machine.processor.as_deref().unwrap_or("an unnamed processor");
    let commit = report.ours.commit.as_deref().unwrap_or("unknown");
    let mut text = format!(
        "{} processors ({processor}; {}), {} threads; {}; Reeve {} at {commit}; {}.\n",
        machine.processors,
        machine.features.join(" "),
        report.threads,
        machine.system,
        report.ours.version,
        report.taken_at
    );
    if let Some(theirs) = &report.theirs {
        let library = theirs.library.as_deref().unwrap_or("an unnamed library");
        let told = format!(
            "llama.cpp {} by {}, {library}, {} threads; it says: {}\n",
            theirs.llama_cpp,
            theirs.package,
            theirs.threads,
            theirs.system_info.trim().trim_end_matches('|').trim()
        );
        text.push_str(&told);
    }
    if report.avx2 {
        text += "Neither side used AVX-512.\n";
    }
    if report.quick {
        text += "A quick run: fewer repeats than for figures to be published.\n";
    }
    if let Some(busy) = machine.busy_before.filter(|busy| *busy > 0.5) {
        let told = format!("Other programs kept {busy:.1} processors busy in the minute before the run.\n");
        text.push_str(&told);
    }
    text
}

/// One table: its heading, the names of its columns, and its rows. Nothing without rows.
fn table(heading: &str, columns: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut text = format!("### {heading}\n\n| {} |\n|{}\n", columns.join(" | "), "---|".repeat(columns.len()));
    for row in rows {
        // Writing to a text does not fail.
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

/// A median with the quarters below and above it.
fn spread(samples: &[f64], digits: usize) -> String {
    match (median(samples), percentile(samples, 0.25), percentile(samples, 0.75)) {
        (Some(middle), Some(low), Some(high)) => format!("{middle:.digits$} ({low:.digits$}–{high:.digits$})"),
        _ => NONE.to_owned(),
    }
}

fn at(samples: &[f64], share: f64) -> String {
    percentile(samples, share).map_or_else(|| NONE.to_owned(), |value| format!("{value:.0}"))
}

/// How many times as fast the first is: the median of theirs by that of ours.
fn times(ours_ms: &[f64], theirs_ms: &[f64]) -> String {
    let ratio = median(theirs_ms).zip(median(ours_ms)).map(|(theirs, ours)| theirs / ours);
    ratio.map_or_else(|| NONE.to_owned(), |ratio| format!("{ratio:.2}×"))
}

fn idle(model: &str, idle: &Idle) -> String {
    let share = |busy: f64, ran: f64| if ran > 0.0 { 100.0 * busy / ran } else { 0.0 };
    format!(
        "{model}: while Reeve ran, llama.cpp took {:.1}% of one processor; while llama.cpp ran, Reeve took {:.1}%.\n",
        share(idle.theirs_busy_ms, idle.ours_ran_ms),
        share(idle.ours_busy_ms, idle.theirs_ran_ms)
    )
}

fn limits(limits: &Limits) -> String {
    let in_giga = |samples: &[f64]| samples.iter().map(|sample| sample / 1e9).collect::<Vec<_>>();
    let heading = format!(
        "The machine's limits: {} thousand million multiply-adds of bytes a second, {} GB/s of memory",
        spread(&in_giga(&limits.multiply_adds), 0),
        spread(&in_giga(&limits.memory_bytes), 1)
    );
    let share = |taken: f64, most: &[f64]| {
        median(most).map_or_else(|| NONE.to_owned(), |most| format!("{:.0}%", 100.0 * taken / most))
    };
    let rows = limits.models.iter().flat_map(|model| {
        let a_second = |tokens: usize, ms: &[f64]| 1000.0 * tokens as f64 / median(ms).unwrap_or(f64::NAN);
        let (read, written) = (a_second(model.read, &model.read_ms), a_second(model.written, &model.write_ms));
        let adds = model.multiply_adds as f64;
        let bytes = model.weight_bytes as f64;
        [
            vec![
                model.model.clone(),
                format!("reading {}", model.read),
                format!("{read:.0}"),
                format!("{:.0} million multiply-adds", adds / 1e6),
                share(read * adds, &limits.multiply_adds),
            ],
            vec![
                model.model.clone(),
                format!("writing {}", model.written),
                format!("{written:.0}"),
                format!("{:.0} MB", bytes / 1e6),
                share(written * bytes, &limits.memory_bytes),
            ],
        ]
    });
    let columns = ["Model", "Tokens", "Tokens/s", "A token takes", "Of the limit"];
    table(&heading, &columns, &rows.collect::<Vec<_>>())
}

fn raw(models: &[RawModel]) -> String {
    let mut rows = Vec::new();
    for model in models {
        for runs in &model.runs {
            let what = match runs.kind {
                RawKind::Prefill => format!("reading {}", runs.tokens),
                RawKind::Decode => format!("writing {}", runs.tokens),
            };
            let speeds = |ms: &[f64]| ms.iter().map(|ms| runs.tokens as f64 * 1000.0 / ms).collect::<Vec<_>>();
            rows.push(vec![
                model.model.clone(),
                what,
                spread(&speeds(&runs.ours_ms), 0),
                spread(&speeds(&runs.theirs_ms), 0),
                times(&runs.ours_ms, &runs.theirs_ms),
            ]);
        }
    }
    let columns = ["Model", "Tokens", "Reeve, tokens/s", "llama.cpp, tokens/s", "Reeve is faster by"];
    let mut text = table("Reading and writing", &columns, &rows);
    if !text.is_empty() {
        text.push('\n');
    }
    text.extend(models.iter().map(|model| idle(&model.model, &model.idle)));
    text
}

fn answers(models: &[AnswersModel]) -> String {
    let mut rows = Vec::new();
    for model in models {
        for (start, name) in [(Start::Cold, "cold"), (Start::Warm, "warm"), (Start::Repeated, "repeated")] {
            let samples: Vec<&AnswerSample> = model.samples.iter().filter(|sample| sample.start == start).collect();
            let reuse: Vec<_> = samples.iter().map(|sample| (&sample.ours, &sample.reuse)).collect();
            let states: Vec<_> = samples.iter().map(|sample| (&sample.ours, &sample.states)).collect();
            rows.extend(against(&model.model, name, "reuse", &reuse));
            rows.extend(against(&model.model, name, "states, lookup", &states));
        }
    }
    let columns = ["Model", "Start", "llama.cpp with", "Same text", "Reeve, ms", "llama.cpp, ms", "Reeve is faster by"];
    let mut text = table("Whole answers", &columns, &rows);
    if !text.is_empty() {
        text.push('\n');
    }
    text.extend(models.iter().map(|model| idle(&model.model, &model.idle)));
    text
}

/// The row of one comparison; only pairs with the same text to the end count.
fn against(model: &str, start: &str, way: &str, pairs: &[(&Answer, &Answer)]) -> Option<Vec<String>> {
    if pairs.is_empty() {
        return None;
    }
    let same: Vec<_> = pairs.iter().filter(|(ours, theirs)| ours.same(theirs)).collect();
    let ours: Vec<f64> = same.iter().map(|(ours, _)| ours.ms).collect();
    let theirs: Vec<f64> = same.iter().map(|(_, theirs)| theirs.ms).collect();
    let count = format!("{} of {}", same.len(), pairs.len());
    let (ours_ms, theirs_ms) = (spread(&ours, 0), spread(&theirs, 0));
    Some(vec![model.into(), start.into(), way.into(), count, ours_ms, theirs_ms, times(&ours, &theirs)])
}

fn load(load: &Load) -> String {
    let mut rows: Vec<Vec<String>> =
        load.levels.iter().map(|level| told(&level.residents.to_string(), &level.replies)).collect();
    if let Some(repeated) = &load.repeated {
        rows.push(told("1, the same question", &repeated.again));
    }
    let columns = [
        "Residents at once",
        "Questions",
        "First sentence p50, ms",
        "p95",
        "Last event p50, ms",
        "p95",
        "Model's words",
        "Quote",
        "Shed",
        "Other",
        "Failed",
        "Right",
    ];
    table(&format!("Under load: `reeve serve {}`", load.serve), &columns, &rows)
}

fn told(name: &str, replies: &[Told]) -> Vec<String> {
    let share = |count: usize| match replies.len() {
        0 => NONE.to_owned(),
        all => format!("{:.0}%", 100.0 * count as f64 / all as f64),
    };
    let said = |said: Said| share(replies.iter().filter(|reply| reply.said == said).count());
    let first: Vec<f64> = replies.iter().filter_map(|reply| reply.first_sentence_ms).collect();
    let came = replies.iter().filter(|reply| reply.said != Said::Failed);
    let last: Vec<f64> = came.map(|reply| reply.last_ms).collect();
    let mut row = vec![name.to_owned(), replies.len().to_string()];
    row.extend([at(&first, 0.5), at(&first, 0.95), at(&last, 0.5), at(&last, 0.95)]);
    row.extend([Said::Model, Said::Quote, Said::Shed, Said::Other, Said::Failed].map(said));
    row.push(share(replies.iter().filter(|reply| reply.right).count()));
    row
}

fn retrieval(corpora: &[Corpus]) -> String {
    let rows: Vec<Vec<String>> = corpora.iter().map(corpus).collect();
    let columns =
        ["Pages from", "Passages", "Sentences", "Index made, s", "Opened, s", "On disk, MB", "Query p50, ms", "p95"];
    let mut text = table("Search", &columns, &rows);
    if !text.is_empty() {
        text += "\nThe search looks at every vector: it finds what an exact search finds.\n";
    }
    text
}

fn corpus(corpus: &Corpus) -> Vec<String> {
    let made = match corpus.index_ms_estimated {
        Some(estimated) => {
            format!("{:.0}; about {:.0} with the whole encoder", corpus.index_ms / 1000.0, estimated / 1000.0)
        }
        None => format!("{:.1}", corpus.index_ms / 1000.0),
    };
    let number = |value: f64| format!("{value:.1}");
    let query = |share: f64| percentile(&corpus.query_ms, share).map_or_else(|| NONE.to_owned(), number);
    vec![
        corpus.name.clone(),
        corpus.passages.to_string(),
        corpus.sentences.to_string(),
        made,
        number(corpus.open_ms / 1000.0),
        number(corpus.disk_bytes as f64 / 1e6),
        query(0.5),
        query(0.95),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(ms: f64, text: &str, ended: bool) -> Answer {
        Answer { ms, first_ms: ms, tokens: 1, ended, text: text.to_owned(), saved_ms: None }
    }

    #[test]
    fn only_answers_that_are_the_same_to_the_end_are_compared() {
        let ours = [answer(10.0, "Yes.", true), answer(1.0, "Yes.", true), answer(1.0, "Yes.", true)];
        let theirs = [answer(25.0, "Yes.", true), answer(99.0, "No.", true), answer(99.0, "Yes.", false)];
        let pairs: Vec<_> = ours.iter().zip(&theirs).collect();
        let row = against("model", "cold", "reuse", &pairs).unwrap_or_default();
        assert_eq!(row, ["model", "cold", "reuse", "1 of 3", "10 (10–10)", "25 (25–25)", "2.50×"]);
    }

    #[test]
    fn questions_without_a_reply_have_no_time_and_are_not_right() {
        let reply = |said: Said, last_ms: f64, right: bool| Told {
            case: "a".into(),
            first_sentence_ms: None,
            last_ms,
            said,
            right,
            path: String::new(),
        };
        let row = told("2", &[reply(Said::Quote, 100.0, true), reply(Said::Failed, 9000.0, false)]);
        assert_eq!(row, ["2", "2", "–", "–", "100", "100", "0%", "50%", "0%", "0%", "50%", "50%"]);
    }
}
