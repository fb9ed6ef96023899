//! Whether what a sentence says stands in the evidence: each of its clauses in one sentence of the page.

use std::cmp::Ordering;

use crate::facts::Fact;

use super::Refusal;
use super::evidence::Evidence;
use super::lexicon::Marks;
use super::reading::{Reading, Unit};

/// Most neighbouring sentences that may support one sentence together.
const WIDEST_WINDOW: usize = 3;

/// Most windows that say equally much and are tried one after another.
const MOST_WINDOWS: usize = 4;

/// What a word that only the heading or the title says is worth beside one that the sentence says.
const AROUND: f64 = 0.5;

/// The sentences of a passage that support a claim best.
#[derive(Debug, Clone)]
pub(super) struct Window {
    /// The first and the last sentence.
    pub(super) first: usize,
    pub(super) last: usize,
    /// For each clause of the claim, the sentence that says it; none for a clause that says nothing.
    pub(super) of_clause: Vec<Option<usize>>,
    /// Facts that no sentence of the window holds in the clause where the claim says them.
    pub(super) missing_facts: Vec<Fact>,
    /// Places in the claim of words that the window does not say.
    pub(super) missing: Vec<usize>,
    /// Places in the claim of words that only a heading, the title or a question says.
    named: Vec<usize>,
    /// How many words that say little it does not say.
    missing_soft: usize,
    /// Worth of the words that it says.
    said: f64,
}

/// Which units of a claim each sentence says.
struct Table {
    /// For each unit, for each sentence.
    said: Vec<Vec<Said>>,
    inherits: Vec<bool>,
}

/// Where a sentence says a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Nowhere,
    Around,
    Itself,
}

impl Table {
    fn new(claim: &Reading, evidence: &[Evidence]) -> Self {
        let said_by = |unit: &Unit, held: &Evidence| {
            if !unit.is_content && !unit.is_soft && unit.fact.is_none() {
                Said::Nowhere
            } else if unit.stands_in(held.reading.units.iter()) {
                Said::Itself
            } else if unit.fact.is_none() && unit.stands_in(held.around.units.iter()) {
                Said::Around
            } else {
                Said::Nowhere
            }
        };
        Self {
            said: claim.units.iter().map(|unit| evidence.iter().map(|held| said_by(unit, held)).collect()).collect(),
            inherits: evidence.iter().map(|held| held.inherits).collect(),
        }
    }

    /// What a unit is worth that a sentence says: in its own words, or by its heading. A sentence that begins with
    /// "it" or "they" says as well what the one before it names, where that stands in the window.
    fn worth(&self, unit: usize, sentence: usize, first: usize, is_fact: bool) -> Option<f64> {
        let before = || self.said[unit][sentence - 1] == Said::Itself;
        match self.said[unit][sentence] {
            Said::Itself => Some(1.0),
            Said::Around | Said::Nowhere if !is_fact && self.inherits[sentence] && sentence > first && before() => {
                Some(1.0)
            }
            Said::Around => Some(AROUND),
            Said::Nowhere => None,
        }
    }
}

impl Window {
    /// The windows with the fewest facts and words missing; of these the shortest first, then those that say most
    /// themselves.
    pub(super) fn best(claim: &Reading, evidence: &[Evidence]) -> Vec<Self> {
        let table = Table::new(claim, evidence);
        let mut best: Vec<Self> = Vec::new();
        for width in 1..=WIDEST_WINDOW.min(evidence.len()) {
            for first in 0..=evidence.len() - width {
                let window = Self::over(claim, &table, first, first + width - 1);
                let lacks = |window: &Self| (window.missing_facts.len(), window.missing.len(), window.missing_soft);
                match best.first().map(|held| lacks(&window).cmp(&lacks(held))) {
                    None | Some(Ordering::Less) => best = vec![window],
                    Some(Ordering::Equal) => best.push(window),
                    Some(Ordering::Greater) => {}
                }
            }
        }
        best.sort_by(|left, right| left.width().cmp(&right.width()).then_with(|| right.said.total_cmp(&left.said)));
        let (width, said) = best.first().map_or((0, 0.0), |best| (best.width(), best.said));
        best.retain(|window| window.width() <= width + 1 && window.said >= said - AROUND - 1e-9);
        best.truncate(MOST_WINDOWS);
        best
    }

    fn width(&self) -> usize {
        self.last - self.first
    }

    fn over(claim: &Reading, table: &Table, first: usize, last: usize) -> Self {
        let mut window = Self {
            first,
            last,
            of_clause: Vec::new(),
            missing_facts: Vec::new(),
            missing: Vec::new(),
            named: Vec::new(),
            missing_soft: 0,
            said: 0.0,
        };
        for clause in 0..claim.clauses.len() {
            let places = claim.units.iter().enumerate();
            let places = places.filter(|(_, unit)| unit.clause == clause && (unit.is_content || unit.fact.is_some()));
            let places: Vec<usize> = places.map(|(place, _)| place).collect();
            let soft = claim.units.iter().enumerate().filter(|(_, unit)| unit.clause == clause && unit.is_soft);
            let soft: Vec<usize> = soft.map(|(place, _)| place).collect();
            let mut best: Option<Reached> = None;
            for sentence in first..=last {
                let reached = Reached::of(claim, table, (&places, &soft), sentence, first);
                if best.as_ref().is_none_or(|best| reached.is_better_than(best)) {
                    best = Some(reached);
                }
            }
            let Some(best) = best.filter(|_| !places.is_empty()) else {
                window.of_clause.push(None);
                continue;
            };
            window.of_clause.push(Some(best.sentence));
            window.said += best.worth;
            window.missing_soft += best.missing_soft;
            window.named.extend(best.named);
            for place in best.missing {
                match &claim.units[place].fact {
                    Some(fact) => window.missing_facts.push(fact.clone()),
                    None => window.missing.push(place),
                }
            }
        }
        window
    }

    /// The sentences that say at least one clause, in order.
    pub(super) fn used(&self) -> Vec<usize> {
        let mut used: Vec<usize> = self.of_clause.iter().flatten().copied().collect();
        used.sort_unstable();
        used.dedup();
        used
    }
}

/// How far one sentence says one clause.
struct Reached {
    sentence: usize,
    worth: f64,
    missing: Vec<usize>,
    named: Vec<usize>,
    missing_facts: usize,
    missing_soft: usize,
}

impl Reached {
    fn of(claim: &Reading, table: &Table, (places, soft): (&[usize], &[usize]), sentence: usize, first: usize) -> Self {
        let mut reached =
            Self { sentence, worth: 0.0, missing: Vec::new(), named: Vec::new(), missing_facts: 0, missing_soft: 0 };
        for place in places {
            let is_fact = claim.units[*place].fact.is_some();
            if let Some(worth) = table.worth(*place, sentence, first, is_fact) {
                reached.worth += worth;
                if worth <= AROUND {
                    reached.named.push(*place);
                }
            } else {
                reached.missing.push(*place);
                reached.missing_facts += usize::from(is_fact);
            }
        }
        reached.missing_soft =
            soft.iter().filter(|place| table.worth(**place, sentence, first, false).is_none()).count();
        reached
    }

    fn is_better_than(&self, other: &Self) -> bool {
        let lacks = |reached: &Self| (reached.missing_facts, reached.missing.len(), reached.missing_soft);
        lacks(self) < lacks(other) || lacks(self) == lacks(other) && self.worth > other.worth + 1e-9
    }
}

/// Whether the window says enough of what the claim says.
pub(super) fn enough(claim: &Reading, window: &Window, evidence: &[Evidence]) -> Result<(), Refusal> {
    let lacking = window.missing.len() + only_named(claim, window, evidence);
    if lacking == 0 {
        return Ok(());
    }
    let all = claim.units.iter().filter(|unit| unit.is_content).count();
    Err(Refusal::Unsupported((all - lacking) as f64 / all.max(1) as f64))
}

/// How many words stand in statements of the claim to which the sentences add nothing: a heading and a question name what a page
/// is about, and state nothing.
fn only_named(claim: &Reading, window: &Window, evidence: &[Evidence]) -> usize {
    let statement = |unit: &Unit| claim.clauses[unit.clause].segment;
    let is_added = |unit: &&Unit| {
        // That the sentences say these is held elsewhere.
        if unit.fact.is_some() || unit.marks.any(Marks::FREE) {
            return true;
        }
        let held = window.of_clause[unit.clause].map(|sentence| &evidence[sentence]);
        (unit.is_content || unit.is_soft)
            && held.is_some_and(|held| {
                unit.stands_in(held.reading.units.iter()) && !unit.stands_in(held.around.units.iter())
            })
    };
    let stated: Vec<usize> = claim.units.iter().filter(is_added).map(statement).collect();
    window.named.iter().filter(|place| !stated.contains(&statement(&claim.units[**place]))).count()
}
