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
    let said = |clause: usize| -> Vec<&Unit> {
        held.of_clause(clause).filter(|unit| unit.is_content || unit.fact.is_some()).collect()
    };
    let share = |units: &[&Unit]| {
        units.iter().filter(|unit| unit.stands_in(claim.units.iter())).count() as f64 / units.len().max(1) as f64
    };
    let is_about = |clause: usize| {
        let units = said(clause);
        !units.is_empty()
            && (share(&units) >= ABOUT
                || units.iter().any(|unit| unit.fact.is_some() && unit.stands_in(claim.units.iter())))
    };
    let statements: Vec<usize> =
        (0..held.clauses.len()).filter(|clause| held.clauses[*clause].condition == Marks::default()).collect();
    let about: Vec<usize> = statements.iter().copied().filter(|clause| is_about(*clause)).collect();
    if about.is_empty() {
        return None;
    }
    let mut conditions: Vec<(Marks, Vec<Vec<&Unit>>)> = Vec::new();
    let mut last_clause = None;
    for (clause, kind) in held.clauses.iter().enumerate() {
        if kind.condition == Marks::default() {
            continue;
        }
        // What follows a comma belongs to the condition before it, and is another way to meet it.
        let continues = last_clause.is_some_and(|last| last + 1 == clause)
            && !held.of_clause(clause).next().is_some_and(|unit| unit.marks.any(Marks::IF.with(Marks::UNLESS)));
        let begins_with_or = held.of_clause(clause).next().is_some_and(|unit| unit.word == "or")
            || clause > 0 && held.of_clause(clause - 1).last().is_some_and(|unit| unit.word == "or");
        let ways = ways(held, clause);
        match conditions.last_mut() {
            Some((_, all)) if continues || begins_with_or => all.extend(ways),
            Some(_) | None => conditions.push((kind.condition, ways)),
        }
        last_clause = Some(clause);
    }
    for (kind, ways) in conditions {
        let met = ways.iter().any(|way| !way.is_empty() && share(way) >= LEAST_OF_CONDITION);
        if !met && ways.iter().any(|way| !way.is_empty()) {
            return Some(if kind.any(Marks::UNLESS) { "unless" } else { "if" });
        }
        if kind.any(Marks::UNLESS) && !claim.has(Marks::UNLESS) {
            return Some("unless");
        }
    }
    let limits = Marks::ONLY.with(Marks::UP_TO).with(Marks::UNLESS);
    let keeps_only = claim.has(limits)
        || claim.units.iter().any(|unit| unit.word.starts_with("provid") || unit.word.ends_with("long as"));
    let only = held.units.iter().enumerate().filter(|(_, unit)| unit.marks.any(Marks::ONLY));
    for (place, only) in only {
        let near: Vec<&Unit> =
            held.units[place..].iter().filter(|unit| unit.is_content || unit.fact.is_some()).take(2).collect();
        let speaks_of_it = about.contains(&only.clause) || share(&near) > 0.0;
        if speaks_of_it && !keeps_only {
            return Some("only");
        }
    }
    let hedged = about.iter().any(|clause| held.of_clause(*clause).any(|unit| unit.marks.any(Marks::HEDGE)));
    if hedged && !claim.has(Marks::HEDGE) {
        return Some("usually");
    }
    None
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
