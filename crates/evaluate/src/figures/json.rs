//! The names of the figures in JSON.

use serde_json::{Map, Value, json};

use super::{Figures, KindFigures, Spread};
use crate::statistics::Share;

impl Figures {
    /// One object with keys in snake case. A share `x` (null of an empty set) comes with `x_count` of `x_n` and its 95%
    /// Wilson interval `x_low` to `x_high`; `mrr`, `auroc` and `brier` come with intervals by resampling, `perfect_ece`
    /// with the range of its middle 95 of 100 draws. `risk_coverage` has pairs of candidates answered, surest first, and
    /// wrong ones among them; `calibration_bins` has mean confidence, share of right ones and number. Times are
    /// `{"p50", "p95", "n"}` in milliseconds; `by_kind` and `stages_ms` are objects with a member for each kind and stage.
    pub fn to_json(&self) -> Value {
        let mut map = Map::new();
        map.insert("cases_n".to_owned(), json!(self.cases));
        map.insert("retrieval_only_n".to_owned(), json!(self.retrieval_only));
        for (name, share) in [
            ("right", self.right),
            ("outcome_accuracy", self.outcome_accuracy),
            ("answer_correctness", self.answer_correctness),
            ("answer_coverage", self.answer_coverage),
            ("answer_or_page", self.answer_or_page),
            ("unsafe", self.unsafe_answers),
            ("signposted", self.signposted),
            ("false_signposts", self.false_signposts),
            ("unproven_facts", self.unproven_facts),
            ("hit_at_1", self.hit_at_1),
            ("hit_at_5", self.hit_at_5),
            ("hit_at_10", self.hit_at_10),
        ] {
            insert_share(&mut map, name, share);
        }
        map.insert("mrr".to_owned(), json!(self.mrr));
        insert_interval(&mut map, "mrr", self.mrr_interval);
        map.insert("mrr_n".to_owned(), json!(self.hit_at_1.n));
        map.insert("wrong_answers_count".to_owned(), json!(self.wrong_answers()));
        map.insert("wrong_answers_by_kind".to_owned(), self.wrong_by_kind());
        let kinds = self.by_kind.iter().map(|(kind, figures)| (kind.clone(), kind_json(figures)));
        map.insert("by_kind".to_owned(), Value::Object(kinds.collect()));
        let confidence = &self.confidence;
        map.insert("confidence_n".to_owned(), json!(confidence.n));
        map.insert("confidence_right_count".to_owned(), json!(confidence.right));
        map.insert("auroc".to_owned(), json!(confidence.auroc));
        insert_interval(&mut map, "auroc", confidence.auroc_interval);
        map.insert("ece".to_owned(), json!(confidence.ece));
        map.insert("perfect_ece".to_owned(), json!(confidence.perfect_ece));
        insert_interval(&mut map, "perfect_ece", confidence.perfect_ece_interval);
        map.insert("brier".to_owned(), json!(confidence.brier));
        insert_interval(&mut map, "brier", confidence.brier_interval);
        map.insert("risk_coverage".to_owned(), json!(confidence.risk_coverage));
        map.insert("calibration_bins".to_owned(), json!(confidence.bins));
        map.insert("reply_ms".to_owned(), spread_json(self.reply_ms));
        map.insert("search_ms".to_owned(), spread_json(self.search_ms));
        let stages = self.stages_ms.iter().map(|(stage, spread)| (stage.clone(), spread_json(*spread)));
        map.insert("stages_ms".to_owned(), Value::Object(stages.collect()));
        Value::Object(map)
    }

    fn wrong_by_kind(&self) -> Value {
        let wrong = self.by_kind.iter().filter(|(_, figures)| figures.wrong_answers > 0);
        Value::Object(wrong.map(|(kind, figures)| (kind.clone(), json!(figures.wrong_answers))).collect())
    }
}

fn kind_json(figures: &KindFigures) -> Value {
    let mut map = Map::new();
    insert_share(&mut map, "right", figures.right);
    insert_share(&mut map, "outcome_accuracy", figures.outcome_accuracy);
    map.insert("wrong_answers_count".to_owned(), json!(figures.wrong_answers));
    Value::Object(map)
}

fn insert_share(map: &mut Map<String, Value>, name: &str, share: Share) {
    map.insert(name.to_owned(), json!(share.value()));
    map.insert(format!("{name}_count"), json!(share.count));
    map.insert(format!("{name}_n"), json!(share.n));
    insert_interval(map, name, share.interval());
}

fn insert_interval(map: &mut Map<String, Value>, name: &str, interval: Option<(f64, f64)>) {
    map.insert(format!("{name}_low"), json!(interval.map(|(low, _)| low)));
    map.insert(format!("{name}_high"), json!(interval.map(|(_, high)| high)));
}

fn spread_json(spread: Spread) -> Value {
    json!({"p50": spread.p50, "p95": spread.p95, "n": spread.n})
}
