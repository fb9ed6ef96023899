//! Whether a claim says yes and no, must and may, where its evidence does.

use super::evidence::Evidence;
use super::lexicon::Marks;
use super::reading::{Reading, Unit};
use super::support::Window;

/// How many units after a "not" or a "must" it bears on.
const REACH: usize = 6;

/// What was found to differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Difference {
    /// No where the page says yes, or the reverse.
    Denial,
    /// An obligation, a permission or the lack of one.
    Binding(&'static str),
    /// Somebody else does it.
    Actor,
}

/// A word that binds or turns round, with what it bears on.
struct Bearing<'a> {
    marks: Marks,
    on: Vec<&'a Unit>,
    clause: usize,
}

impl Bearing<'_> {
    /// How many of the things that it bears on the other bears on too.
    fn common(&self, other: &Bearing<'_>) -> usize {
        self.on.iter().filter(|unit| other.on.iter().any(|held| unit.agrees(held) || held.agrees(unit))).count()
    }

    fn meets(&self, other: &Bearing<'_>) -> bool {
        self.common(other) > 0
    }
}

/// The bearings of the units with one of these marks.
fn bearings(reading: &Reading, marks: Marks) -> Vec<Bearing<'_>> {
    let mut found = Vec::new();
    for (place, unit) in reading.units.iter().enumerate() {
        if !unit.marks.any(marks) {
            continue;
        }
        let carries = |unit: &&Unit| unit.is_content || unit.fact.is_some();
        let mut on: Vec<&Unit> = reading.units[place + 1..]
            .iter()
            .take_while(|other| other.clause == unit.clause)
            .filter(carries)
            .take(REACH)
            .collect();
        on.extend(unit.parts.iter().filter(|part| part.is_content));
        if on.is_empty() {
            on.extend(reading.units[place + 1..].iter().filter(carries).take(3));
        }
        let before = |most: usize| {
            let back = reading.units[..place].iter().rev();
            back.take_while(|other| other.clause == unit.clause).filter(carries).take(most)
        };
        if unit.marks.any(Marks::NOT) && !unit.parts.is_empty() || unit.stem == "lack" {
            on.extend(before(REACH));
        }
        if on.is_empty() || unit.marks.any(Marks::MUST.with(Marks::CAN)) && unit.parts.is_empty() && unit.word != "must"
        {
            on.extend(before(3));
        }
        if unit.is_content {
            on.push(unit);
        }
        found.push(Bearing { marks: unit.marks, on, clause: unit.clause });
    }
    found
}

/// The first way in which the claim differs from the sentences that it is taken from.
pub(super) fn difference(text: &str, claim: &Reading, window: &Window, evidence: &[Evidence]) -> Option<Difference> {
    let used: Vec<&Reading> = window.used().into_iter().map(|sentence| &evidence[sentence].reading).collect();
    answer_word(text, claim)
        .or_else(|| denial(claim, &used, evidence))
        .or_else(|| binding(claim, &used))
        .or_else(|| actor(claim, &used))
}

/// "Yes, you cannot" and "No, you can" contradict themselves.
fn answer_word(text: &str, claim: &Reading) -> Option<Difference> {
    let lower = text.to_lowercase();
    let first: &str = lower.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let denies = Marks::NOT.with(Marks::OPTIONAL).with(Marks::ONLY);
    match first {
        "yes" => {
            // The first verb that can be denied speaks for the sentence.
            let modal = claim.units.iter().position(|unit| {
                unit.marks.any(Marks::NOT.with(Marks::OPTIONAL).with(Marks::MUST).with(Marks::CAN).with(Marks::MAY))
                    || matches!(unit.word.as_str(), "is" | "are" | "will" | "do" | "does" | "have" | "has")
            })?;
            let near = claim.units[modal..].iter().take(2);
            near.clone().any(|unit| unit.marks.any(Marks::NOT)).then_some(Difference::Denial)
        }
        "no" if lower.starts_with("no,") || lower.starts_with("no.") => {
            let early = claim.units.iter().filter(|unit| !(unit.word == "no" && unit.clause == 0));
            (!early.clone().any(|unit| unit.marks.any(denies))).then_some(Difference::Denial)
        }
        _ => None,
    }
}

/// The clauses of evidence that the claim speaks of.
fn speaks_of(claim: &Reading, bearing: &Bearing<'_>) -> bool {
    let said = bearing.on.iter().filter(|unit| unit.stands_in(claim.units.iter())).count();
    said * 2 >= bearing.on.len().max(1) && said > 0
}

/// Each "not" of the claim has to be one of the page, about the same thing, and each "not" of the page about what the
/// claim says has to be in the claim.
fn denial(claim: &Reading, used: &[&Reading], evidence: &[Evidence]) -> Option<Difference> {
    let denies = Marks::NOT.with(Marks::OPTIONAL).with(Marks::FLEXIBLE);
    let without_answer = without_answer_word(claim);
    let of_cost = |bearing: &Bearing<'_>| bearing.on.first().is_some_and(|unit| super::conditions::is_cost(unit));
    let claimed: Vec<Bearing<'_>> =
        bearings(&without_answer, denies).into_iter().filter(|bearing| !of_cost(bearing)).collect();
    let of = |reading: usize| bearings(used[reading], denies).into_iter().map(move |bearing| (reading, bearing));
    let (of_reading, held): (Vec<usize>, Vec<Bearing<'_>>) =
        (0..used.len()).flat_map(of).filter(|(_, bearing)| !of_cost(bearing)).unzip();
    // The pairs with most in common first.
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for (left, bearing) in claimed.iter().enumerate() {
        for (right, other) in held.iter().enumerate() {
            let common = bearing.common(other);
            if common > 0 {
                let alike = usize::from(bearing.marks == other.marks);
                pairs.push((common * 2 + alike, left, right));
            }
        }
    }
    pairs.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| (left.1, left.2).cmp(&(right.1, right.2))));
    let (mut left_met, mut right_met) = (vec![false; claimed.len()], vec![false; held.len()]);
    for (_, left, right) in pairs {
        if !left_met[left] && !right_met[right] {
            left_met[left] = true;
            right_met[right] = true;
            if takes_from_what_holds(&claimed[left], used[of_reading[right]], &held[right], evidence, denies) {
                return Some(Difference::Denial);
            }
        }
    }
    let covers_all: Vec<Bearing<'_>> = used.iter().flat_map(|reading| bearings(reading, Marks::ALL)).collect();
    for (bearing, met) in claimed.iter().zip(left_met) {
        let of_any = bearing.marks.any(Marks::FLEXIBLE) && covers_all.iter().any(|all| all.common(bearing) > 0);
        if !met && !of_any {
            return Some(Difference::Denial);
        }
    }
    let excepted = bearings(claim, Marks::UNLESS);
    for (bearing, met) in held.iter().zip(right_met) {
        if !met && speaks_of(claim, bearing) && !excepted.iter().any(|other| other.common(bearing) > 0) {
            return Some(Difference::Denial);
        }
    }
    None
}

/// Whether a "not" of the claim bears on something that its page says elsewhere, and without a "not": "we do not take
/// credit cards" and "you can pay by Direct Debit" are no ground for "we do not accept Direct Debit".
fn takes_from_what_holds(
    claimed: &Bearing<'_>,
    reading: &Reading,
    held: &Bearing<'_>,
    evidence: &[Evidence],
    denies: Marks,
) -> bool {
    let same_clause = reading.units.iter().filter(|unit| unit.clause == held.clause);
    let is_positive = |reading: &Reading, clause: usize| {
        !reading.units.iter().any(|unit| unit.clause == clause && unit.marks.any(denies))
    };
    let foreign = claimed.on.iter().filter(|unit| !unit.stands_in(same_clause.clone()));
    let stated = foreign.filter(|unit| {
        evidence
            .iter()
            .map(|sentence| &sentence.reading)
            .any(|reading| reading.units.iter().any(|other| unit.agrees(other) && is_positive(reading, other.clause)))
    });
    // One word may stand anywhere; what is denied is named by more.
    stated.count() * 2 >= claimed.on.len()
}

fn without_answer_word(claim: &Reading) -> Reading {
    let mut claim = claim.clone();
    if claim.units.first().is_some_and(|unit| unit.word == "no")
        && claim.units.get(1).is_some_and(|next| next.clause > 0)
    {
        claim.units[0].marks = Marks::default();
    }
    claim
}

/// What may stand in the evidence for a word that binds in the claim.
fn binding(claim: &Reading, used: &[&Reading]) -> Option<Difference> {
    let statement =
        |reading: &Reading, bearing: &Bearing<'_>| reading.clauses[bearing.clause].condition == Marks::default();
    let order = Marks::ORDER;
    let rules: [(Marks, Marks, &'static str); 4] = [
        (Marks::MUST, Marks::MUST.with(order).with(Marks::ONLY), "must"),
        (Marks::MAY, Marks::MAY.with(Marks::CAN), "may"),
        (Marks::OPTIONAL, Marks::OPTIONAL.with(Marks::FLEXIBLE).with(Marks::NOT), "need not"),
        (Marks::SHOULD, Marks::SHOULD.with(Marks::MUST).with(order), "should"),
    ];
    for (mark, allows, name) in rules {
        // A binding word of the claim has to be the page's.
        for bearing in bearings(claim, mark).iter().filter(|bearing| statement(claim, bearing)) {
            let found = used
                .iter()
                .any(|held| bearings(held, allows).iter().any(|other| other.meets(bearing) || bearing.on.is_empty()));
            if !found {
                return Some(Difference::Binding(name));
            }
        }
    }
    let keeps: [(Marks, Marks, &'static str); 3] = [
        (Marks::MUST, Marks::MUST.with(order).with(Marks::ONLY).with(Marks::BEFORE).with(Marks::UNLESS), "must"),
        (Marks::OPTIONAL, Marks::OPTIONAL.with(Marks::FLEXIBLE).with(Marks::ALL), "need not"),
        (Marks::MAY, Marks::MAY.with(Marks::CAN).with(Marks::HEDGE), "may"),
    ];
    for (mark, allows, name) in keeps {
        for held in used {
            for bearing in
                bearings(held, mark).iter().filter(|bearing| statement(held, bearing) && speaks_of(claim, bearing))
            {
                if !bearings(claim, allows).iter().any(|other| other.meets(bearing)) {
                    return Some(Difference::Binding(name));
                }
            }
        }
    }
    None
}

/// Who does something: the pronoun before a verb, and the verb.
fn doers(reading: &Reading) -> Vec<(&'static str, &Unit)> {
    let mut found = Vec::new();
    for (place, unit) in reading.units.iter().enumerate() {
        let who = match unit.word.as_str() {
            "we" => "we",
            "council" if place > 0 && matches!(reading.units[place - 1].word.as_str(), "the" | "your" | "our") => "we",
            "you" => "you",
            _ => continue,
        };
        let verb =
            reading.units[place + 1..].iter().take(4).take_while(|other| other.clause == unit.clause).find(|other| {
                let binds = Marks::MUST
                    .with(Marks::MAY)
                    .with(Marks::CAN)
                    .with(Marks::NOT)
                    .with(Marks::SHOULD)
                    .with(Marks::OPTIONAL);
                !other.marks.any(binds.with(Marks::HEDGE).with(Marks::ONLY))
                    && !matches!(
                        other.word.as_str(),
                        "will"
                            | "do"
                            | "does"
                            | "to"
                            | "also"
                            | "then"
                            | "still"
                            | "are"
                            | "have"
                            | "be"
                            | "been"
                            | "would"
                            | "now"
                    )
            });
        found.extend(verb.map(|verb| (who, verb)));
    }
    found
}

fn actor(claim: &Reading, used: &[&Reading]) -> Option<Difference> {
    for (who, verb) in doers(claim) {
        let same: Vec<&str> = used
            .iter()
            .flat_map(|held| doers(held))
            .filter(|(_, held)| !verb.stem.is_empty() && held.stem == verb.stem)
            .map(|(held, _)| held)
            .collect();
        if !same.is_empty() && !same.contains(&who) {
            return Some(Difference::Actor);
        }
    }
    None
}
