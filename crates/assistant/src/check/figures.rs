//! Whether a fact of a claim is the page's fact about the same thing, bounded in the same way.

use crate::facts::Fact;

use super::evidence::Evidence;
use super::lexicon::Marks;
use super::reading::{Reading, Unit};
use super::support::Window;

/// How a figure is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Exactly,
    UpTo,
    AtLeast,
    Over,
    Under,
    By,
    Before,
    After,
    Until,
    From,
}

/// How far from a figure words still bear on it, in units.
const REACH: usize = 8;

/// The first fact of the claim that is not the page's fact about the same thing.
pub(super) fn misplaced(claim: &Reading, window: &Window, evidence: &[Evidence]) -> Option<Fact> {
    let facts = claim.units.iter().enumerate().filter_map(|(place, unit)| Some((place, unit.fact.as_ref()?)));
    for (place, fact) in facts {
        let sentence = window.of_clause[claim.units[place].clause]?;
        let held = &evidence[sentence].reading;
        let bounded: Vec<usize> = places(held, fact)
            .into_iter()
            .filter(|other| same_bound(bound(held, *other), bound(claim, place), fact))
            .filter(|other| same_event(event(held, *other), event(claim, place)))
            .collect();
        if bounded.is_empty()
            || is_nearer_to_another(claim, place, fact, held, &bounded)
            || label_is_missing(claim, &evidence[sentence], &bounded, fact)
            || another_says_it_better(claim, place, fact, sentence, evidence)
        {
            return Some(fact.clone());
        }
    }
    None
}

/// Where a reading holds a fact.
fn places(reading: &Reading, fact: &Fact) -> Vec<usize> {
    let held = reading.units.iter().enumerate();
    held.filter(|(_, unit)| unit.fact.as_ref().is_some_and(|held| fact.is_covered_by(held)))
        .map(|(place, _)| place)
        .collect()
}

/// The bound that the words around a figure give it.
fn bound(reading: &Reading, place: usize) -> Bound {
    let units = &reading.units;
    let is_length = units[place].fact.as_ref().is_some_and(|fact| fact.kind() == "duration");
    // After it: "or more", "at the latest". A word for what is counted may stand between.
    for unit in
        units[place + 1..].iter().take(3).take_while(|unit| unit.fact.is_none() && unit.clause == units[place].clause)
    {
        if unit.marks.any(Marks::OR_MORE) {
            return Bound::AtLeast;
        }
        if unit.marks.any(Marks::OR_LESS) {
            return Bound::UpTo;
        }
        if unit.word == "at the latest" {
            return if is_length { Bound::AtLeast } else { Bound::By };
        }
        if unit.marks.any(Marks::NOT.with(Marks::BEFORE).with(Marks::AFTER)) {
            break;
        }
    }
    let same_clause = |unit: &&Unit| unit.clause == units[place].clause;
    if is_length && units[place + 1..].iter().take(7).take_while(same_clause).any(|unit| unit.word == "at the latest") {
        return Bound::AtLeast;
    }
    // Before it; an article may stand between.
    for back in (place.saturating_sub(4)..place).rev() {
        let unit = &units[back];
        if unit.fact.is_some() {
            // "From 2pm to 3:30pm", "10 to 15": the far end.
            let joins = units[back + 1..place].iter().any(|unit| matches!(unit.word.as_str(), "to" | "and"));
            return if joins && matches!(bound(reading, back), Bound::From) { Bound::Until } else { Bound::Exactly };
        }
        for (mark, bound) in [
            (Marks::UP_TO, Bound::UpTo),
            (Marks::AT_LEAST, Bound::AtLeast),
            (Marks::OVER, Bound::Over),
            (Marks::UNDER, Bound::Under),
            (Marks::WITHIN, Bound::UpTo),
            (Marks::BEFORE, Bound::Before),
            (Marks::AFTER, Bound::After),
            (Marks::UNTIL, Bound::Until),
            (Marks::FROM, Bound::From),
            (Marks::BY, Bound::By),
        ] {
            if unit.marks.any(mark) {
                return bound;
            }
        }
        if unit.word == "to" && back > 0 && units[back - 1].fact.is_some() {
            return Bound::Until;
        }
        // "You have 21 days to tell us": within 21 days.
        let gives = matches!(unit.stem.as_str(), "have" | "has" | "give" | "get")
            || unit.stem == "you" && back > 0 && matches!(units[back - 1].stem.as_str(), "give" | "get");
        let then = units.get(place + 1).is_some_and(|unit| matches!(unit.word.as_str(), "to" | "from"));
        if is_length && gives && then {
            return Bound::UpTo;
        }
        if unit.is_content
            || !matches!(
                unit.word.as_str(),
                "a" | "an" | "the" | "of" | "age" | "is" | "are" | "be" | "you" | "only" | "and" | "to"
            )
        {
            break;
        }
    }
    let names_the_last =
        |unit: &Unit| matches!(unit.word.as_str(), "last moment" | "deadline" | "latest" | "last day" | "closing date");
    let is_last = !is_length && units[..place].iter().rev().take_while(same_clause).any(names_the_last);
    if is_last { Bound::By } else { Bound::Exactly }
}

fn same_bound(held: Bound, claimed: Bound, fact: &Fact) -> bool {
    let on_the_clock = matches!(fact.kind(), "time" | "date" | "day");
    held == claimed
        || on_the_clock
            && matches!((held, claimed), (Bound::From | Bound::Until, Bound::Exactly) | (Bound::Exactly, Bound::From))
}

/// Whether a length of time lies before or after something.
fn event(reading: &Reading, place: usize) -> Marks {
    let units = &reading.units;
    if units[place].fact.as_ref().is_none_or(|fact| fact.kind() != "duration") {
        return Marks::default();
    }
    for unit in units[place + 1..].iter().take(3).take_while(|unit| unit.fact.is_none() && !unit.is_content) {
        for mark in [Marks::BEFORE, Marks::AFTER] {
            if unit.marks.any(mark) {
                return mark;
            }
        }
    }
    Marks::default()
}

fn same_event(held: Marks, claimed: Marks) -> bool {
    held == claimed
        || held == Marks::default() && claimed == Marks::AFTER
        || claimed == Marks::default() && held == Marks::AFTER
}

/// How strongly the words around a place bear on it: nearer ones more, those of other clauses less.
fn context(reading: &Reading, place: usize) -> Vec<(&Unit, f64)> {
    let own = &reading.units[place];
    let said = reading.units.iter().enumerate().filter(|(other, unit)| {
        *other != place
            && (unit.is_content
                || unit.fact.as_ref().is_some_and(|fact| Some(fact.kind()) != own.fact.as_ref().map(Fact::kind)))
    });
    said.filter_map(|(other, unit)| {
        let (low, high) = (place.min(other), place.max(other));
        // Only what carries something counts as distance, and each figure of the same kind between is a wall.
        let between = &reading.units[low + 1..high];
        let steps = between.iter().filter(|unit| unit.is_content || unit.fact.is_some()).count();
        let walls = between
            .iter()
            .filter(|unit| {
                unit.fact.as_ref().map(Fact::kind) == own.fact.as_ref().map(Fact::kind) && unit.fact.is_some()
            })
            .count();
        let clauses = unit.clause.abs_diff(own.clause);
        let distance = steps + 2 * walls + 2 * clauses;
        (distance <= REACH).then(|| (unit, 1.0 / (1.0 + distance as f64)))
    })
    .collect()
}

/// Whether the words around the figure in the claim stand nearer to another figure of its kind in the same sentence.
fn is_nearer_to_another(claim: &Reading, place: usize, fact: &Fact, held: &Reading, own: &[usize]) -> bool {
    let rivals: Vec<usize> = held
        .units
        .iter()
        .enumerate()
        .filter(|(other, unit)| {
            !own.contains(other)
                && unit.fact.as_ref().is_some_and(|other| other.kind() == fact.kind() && !fact.is_covered_by(other))
        })
        .map(|(other, _)| other)
        .collect();
    if rivals.is_empty() {
        return false;
    }
    let around = context(claim, place);
    let likeness = |other: usize| -> f64 {
        let held_around = context(held, other);
        around
            .iter()
            .map(|(unit, weight)| {
                let near =
                    held_around.iter().filter(|(held, _)| unit.agrees(held)).map(|(_, near)| *near).fold(0.0, f64::max);
                weight * near
            })
            .sum()
    };
    // The same figures in the same order are about the same things; only what the claim exchanges changes the order.
    let series = |reading: &Reading| -> Vec<Fact> {
        let facts = reading.units.iter().filter_map(|unit| unit.fact.clone());
        facts.filter(|held| held.kind() == fact.kind()).collect()
    };
    let (claimed, kept) = (series(claim), series(held));
    if claimed.len() > 1 && claimed == kept {
        return false;
    }
    let says_all = kept.iter().all(|held| claimed.contains(held));
    let own = own.iter().map(|other| likeness(*other)).fold(0.0, f64::max);
    let rival = rivals.iter().map(|other| likeness(*other)).fold(0.0, f64::max);
    if says_all { rival > own } else { rival >= own }
}

/// Headings of columns that say nothing but that a figure stands below them.
const PLAIN_LABELS: &[&str] =
    &["standard", "normal", "full", "usual", "price", "cost", "fee", "charge", "amount", "rate", "pay"];

/// Whether a row has several figures of this kind and the claim does not say the heading of the column that it takes
/// its figure from.
fn label_is_missing(claim: &Reading, row: &Evidence, own: &[usize], fact: &Fact) -> bool {
    let units = &row.reading.units;
    let same_kind = |unit: &&Unit| unit.fact.as_ref().is_some_and(|held| held.kind() == fact.kind());
    if !row.is_row || units.iter().filter(same_kind).count() < 2 {
        return false;
    }
    own.iter().all(|place| {
        let label: Vec<&Unit> = units[..*place]
            .iter()
            .rev()
            .take_while(|unit| unit.fact.as_ref().is_none_or(|held| held.kind() != fact.kind()))
            .take(6)
            .filter(|unit| unit.is_content && !PLAIN_LABELS.contains(&unit.word.as_str()))
            .collect();
        let said = label.iter().filter(|unit| unit.stands_in(claim.said())).count();
        said * 2 < label.len()
    })
}

/// Whether another sentence says more of the clause than the one that holds the figure, with another figure.
fn another_says_it_better(claim: &Reading, place: usize, fact: &Fact, sentence: usize, evidence: &[Evidence]) -> bool {
    let clause = claim.units[place].clause;
    let words = |held: &Evidence| {
        let said = claim.units.iter().filter(|unit| unit.is_content && unit.stands_in(held.reading.units.iter()));
        said.clone().filter(|unit| unit.clause == clause).count().min(1_000) * 1_000 + said.count()
    };
    let split = |worth: usize| (worth / 1_000, worth % 1_000);
    let own = split(words(&evidence[sentence]));
    evidence.iter().any(|other| {
        let facts = || other.reading.units.iter().filter_map(|unit| unit.fact.as_ref());
        facts().any(|held| held.kind() == fact.kind()) && !facts().any(|held| fact.is_covered_by(held)) && {
            let (of_clause, of_all) = split(words(other));
            of_clause > own.0 && of_all > own.1
        }
    })
}
