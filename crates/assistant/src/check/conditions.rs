//! Whether a claim keeps the conditions of the sentences that it takes what it says from.

use super::evidence::Evidence;
use super::lexicon::Marks;
use super::reading::{Reading, Unit};
use super::support::Window;

/// Share of a condition's words that a claim must say to have kept it.
const LEAST_OF_CONDITION: f64 = 0.5;

/// Share of a statement's words that a claim must say to be about it.
const ABOUT: f64 = 0.5;

/// The first condition that the claim leaves out or adds.
pub(super) fn dropped(claim: &Reading, window: &Window, evidence: &[Evidence]) -> Option<&'static str> {
    for sentence in window.used() {
        let held = &evidence[sentence];
        if held.is_row {
            continue;
        }
        if let Some(name) = dropped_of(claim, &held.reading) {
            return Some(name);
        }
    }
    let used: Vec<&Reading> = window.used().into_iter().map(|sentence| &evidence[sentence].reading).collect();
    for (mark, allows, name) in
        [(Marks::ONLY, Marks::ONLY.with(Marks::UP_TO), "only"), (Marks::UNLESS, Marks::UNLESS, "unless")]
    {
        if claim.has(mark) && !used.iter().any(|held| held.has(allows)) {
            return Some(name);
        }
    }
    let says_free = says_free(claim);
    let held_free: Vec<bool> = used.iter().map(|held| self::says_free(held)).collect();
    if says_free && !held_free.contains(&true) || !says_free && held_free.contains(&true) && speaks_of_cost(claim) {
        return Some("free");
    }
    None
}

/// Whether something costs nothing: "free", or a "no" before what it costs.
fn says_free(reading: &Reading) -> bool {
    reading.units.iter().enumerate().any(|(place, unit)| {
        unit.marks.any(Marks::FREE)
            || unit.marks.any(Marks::NOT.with(Marks::OPTIONAL).with(Marks::FLEXIBLE))
                && reading.units[place + 1..].iter().take(3).find(|unit| unit.is_content).is_some_and(is_cost)
    })
}

pub(super) fn is_cost(unit: &Unit) -> bool {
    matches!(unit.stem.as_str(), "charg" | "pay" | "paid" | "cost" | "fee")
}

fn speaks_of_cost(claim: &Reading) -> bool {
    claim.units.iter().any(is_cost)
        && !claim.units.iter().any(|unit| unit.fact.as_ref().is_some_and(|fact| fact.kind() == "money"))
}

fn dropped_of(claim: &Reading, held: &Reading) -> Option<&'static str> {
    let share = |units: &[&Unit]| {
        units.iter().filter(|unit| unit.stands_in(claim.units.iter())).count() as f64 / units.len().max(1) as f64
    };
    let is_about = |clause: usize| {
        let units: Vec<&Unit> = held.of_clause(clause).filter(|unit| unit.is_content || unit.fact.is_some()).collect();
        let soft: Vec<&Unit> = held.of_clause(clause).filter(|unit| unit.is_soft).collect();
        let has_fact = units.iter().any(|unit| unit.fact.is_some() && unit.stands_in(claim.units.iter()));
        has_fact
            || !units.is_empty() && share(&units) >= ABOUT
            || units.is_empty() && !soft.is_empty() && share(&soft) >= ABOUT
    };
    let about: Vec<usize> = (0..held.clauses.len())
        .filter(|clause| held.clauses[*clause].condition == Marks::default() && is_about(*clause))
        .collect();
    if about.is_empty() {
        return None;
    }
    for condition in Condition::all(held) {
        let concerns =
            |clause: &usize| condition.segments.contains(&held.clauses[*clause].segment) || condition.is_first;
        if !about.iter().any(concerns) {
            continue;
        }
        let all: Vec<&Unit> = condition.ways.iter().flatten().copied().collect();
        let is_met = |way: &Vec<&Unit>| !way.is_empty() && share(way) >= LEAST_OF_CONDITION;
        let kept = if all.is_empty() {
            claim.has(Marks::IF.with(Marks::UNLESS))
        } else {
            share(&all) >= LEAST_OF_CONDITION || condition.ways.iter().any(is_met)
        };
        if condition.mark.any(Marks::UNLESS) && !(kept && claim.has(Marks::UNLESS)) {
            return Some("unless");
        }
        if !kept {
            return Some("if");
        }
    }
    if lacks_only(claim, held, &about) {
        return Some("only");
    }
    let hedged = about.iter().any(|clause| held.of_clause(*clause).any(|unit| unit.marks.any(Marks::HEDGE)));
    (hedged && !claim.has(Marks::HEDGE)).then_some("usually")
}

/// A condition of a sentence of the page.
struct Condition<'a> {
    mark: Marks,
    segments: Vec<usize>,
    /// Whether the sentence begins with it: then it holds for all that follows.
    is_first: bool,
    /// The ways to meet it, each as what only the condition says.
    ways: Vec<Vec<&'a Unit>>,
}

impl<'a> Condition<'a> {
    fn all(held: &'a Reading) -> Vec<Self> {
        let statement = |unit: &Unit| held.clauses[unit.clause].condition == Marks::default();
        let stated: Vec<&Unit> = held.units.iter().filter(|unit| statement(unit)).collect();
        let mut all: Vec<Self> = Vec::new();
        let mut last = None;
        for (clause, kind) in held.clauses.iter().enumerate() {
            if kind.condition == Marks::default() {
                continue;
            }
            let begins =
                held.of_clause(clause).next().is_some_and(|unit| unit.marks.any(Marks::IF.with(Marks::UNLESS)));
            let after_or = clause > 0 && held.of_clause(clause - 1).last().is_some_and(|unit| unit.word == "or")
                || held.of_clause(clause).next().is_some_and(|unit| unit.word == "or");
            let ways = ways(held, clause)
                .into_iter()
                .map(|way| way.into_iter().filter(|unit| !unit.stands_in(stated.iter().copied())).collect::<Vec<_>>());
            // What follows a comma belongs to the condition before it; after "or" it is another way to meet it.
            let continues = last.is_some_and(|last| last + 1 == clause) && (!begins || after_or);
            match all.last_mut() {
                Some(condition) if continues => condition.ways.extend(ways),
                Some(_) | None => all.push(Self {
                    mark: kind.condition,
                    segments: vec![kind.segment],
                    is_first: clause == 0,
                    ways: ways.collect(),
                }),
            }
            last = Some(clause);
        }
        all
    }
}

/// Whether the page says "only" of what the claim says without it.
fn lacks_only(claim: &Reading, held: &Reading, about: &[usize]) -> bool {
    let mut kept = claim.units.iter().filter(|unit| {
        unit.marks.any(Marks::ONLY) || unit.word.starts_with("provid") || unit.word.ends_with("long as")
    });
    held.units.iter().enumerate().filter(|(_, unit)| unit.marks.any(Marks::ONLY)).any(|(place, only)| {
        let after = || held.units[place + 1..].iter();
        // "Only be up to 1 metre high" says it twice.
        if after().take(3).any(|unit| unit.marks.any(Marks::UP_TO)) && claim.has(Marks::UP_TO) {
            return false;
        }
        let near = after().filter(|unit| unit.is_content || unit.fact.is_some()).take(2);
        let speaks_of_it = about.contains(&only.clause) || near.clone().any(|unit| unit.stands_in(claim.units.iter()));
        speaks_of_it && kept.next().is_none()
    })
}

/// The ways to meet a condition: what stands between "or" and "or".
fn ways(held: &Reading, clause: usize) -> Vec<Vec<&Unit>> {
    let mut ways = vec![Vec::new()];
    for unit in held.of_clause(clause) {
        if unit.word == "or" {
            ways.push(Vec::new());
        } else if (unit.is_content || unit.fact.is_some())
            && let Some(way) = ways.last_mut()
        {
            way.push(unit);
        }
    }
    ways
}
