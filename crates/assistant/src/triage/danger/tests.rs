//! What must be found, and what must not: the lists beside this file, one message a line.

use super::super::rules::faults;
use super::*;

/// `kind`, a tab, the message.
const EMERGENCIES: &str = include_str!("emergencies.txt");
const LOOK_ALIKES: &str = include_str!("look_alikes.txt");

/// Of the emergencies, so many in a hundred are found.
const FOUND_PERCENT: usize = 95;
/// Of the look-alikes, so many in a hundred at most are taken for emergencies.
const FALSE_PERCENT: usize = 1;

fn check(message: &str, expected: Option<SignpostKind>) {
    assert_eq!(danger(message), expected, "{message}");
}

#[test]
fn emergencies_are_found() {
    let lines: Vec<(&str, &str)> = EMERGENCIES.lines().filter_map(|line| line.split_once('\t')).collect();
    let missed: Vec<&str> =
        lines.iter().map(|(_, message)| *message).filter(|message| danger(message).is_none()).collect();
    assert!(missed.len() * 100 <= lines.len() * (100 - FOUND_PERCENT), "{missed:#?}");
}

#[test]
fn look_alikes_are_not() {
    let lines: Vec<&str> = LOOK_ALIKES.lines().collect();
    let found: Vec<&&str> = lines.iter().filter(|message| danger(message).is_some()).collect();
    assert!(found.len() * 100 <= lines.len() * FALSE_PERCENT, "{found:#?}");
}

#[test]
fn the_kind_is_that_of_the_most_urgent_help() {
    check("i want to kill myself", Some(SignpostKind::MentalHealth));
    check("I just dont want to be here anymore", Some(SignpostKind::MentalHealth));
    check("i can smell gas in the hall", Some(SignpostKind::Gas));
    check("we all get headaches when the boiler is on", Some(SignpostKind::Gas));
    check("the house next door is on fire", Some(SignpostKind::LifeDanger));
    check("kitchens on fire and i rent off you, what do i do", Some(SignpostKind::LifeDanger));
    check("my sons bedrooms on fire", Some(SignpostKind::LifeDanger));
    check("dad has collapsed and he's not breathing", Some(SignpostKind::LifeDanger));
    check("my boyfriend hits me when he is drunk", Some(SignpostKind::DomesticAbuse));
    check("the kids next door are left alone every night", Some(SignpostKind::ChildSafety));
    check("I think the carer is stealing from my mum", Some(SignpostKind::AdultSafety));
    check("we have nowhere to sleep tonight", Some(SignpostKind::Homelessness));
    check("a tree has fallen across the road", Some(SignpostKind::CouncilEmergency));
    check("the whole street has no power", Some(SignpostKind::PowerCut));
}

#[test]
fn a_danger_beside_an_ordinary_question_is_seen() {
    check("can I pay by card, also my mate is threatening to jump off a bridge", Some(SignpostKind::MentalHealth));
    check("what day is glass? the river is coming into our kitchen", Some(SignpostKind::CouncilEmergency));
    check("what kills weeds? and my husband hit me last night", Some(SignpostKind::DomesticAbuse));
    check("my gran died last year. now my partner says he'll kill me", Some(SignpostKind::DomesticAbuse));
}

#[test]
fn a_figure_of_speech_is_none_and_hides_none() {
    for (harmless, danger) in [
        (
            "i nearly had a heart attack when i saw my bill",
            "he nearly had a heart attack, his chest hurts and his arm is numb",
        ),
        (
            "my husband will kill me if i forget the garden waste",
            "my husband will kill me if i tell anyone what he does",
        ),
        ("the wardens are stalking our street, third ticket", "the officer at the station said my ex is stalking me"),
        (
            "baby next door cries at night, teething i think",
            "baby is grey and not breathing, we thought it was teething",
        ),
        (
            "I was attacked by a dog when I was a girl. Is there an on-lead area?",
            "a dog attacked a girl, she is bleeding badly",
        ),
        ("want to end my tenancy, how much notice", "i want to end my life"),
        ("parking on our road is a pain in the neck", "bad pain in my chest and my left arm is numb"),
        ("the new charge kicks in next week, who pays", "he punched mum in the stomach and she can not get up"),
        ("are there courses about domestic abuse", "of course he hits me, i need somewhere to go tonight"),
        ("my parcel is missing, the number is 4411", "my little boy is missing, his name is Sam and he is 4"),
        ("back in 2019 i got attacked by a dog", "my ex is back in the house with a knife"),
        ("planned power cut next Wednesday, will the bins be collected?", "the whole street has no power"),
    ] {
        check(harmless, None);
        assert!(super::danger(danger).is_some(), "{danger}");
    }
}

#[test]
fn violence_at_the_neighbours_is_seen() {
    for message in [
        "my neighbour is beating his wife right now",
        "The bloke upstairs keeps punching his girlfriend",
        "i can hear the man next door hitting his missus",
        "my mate's dad is strangling her mum",
    ] {
        check(message, Some(SignpostKind::DomesticAbuse));
    }
    check("my neighbour beats his wife at bowls every week, when does the green open", None);
    check("he hit his wife's car, do we tell you or the insurance", None);
}

#[test]
fn the_rules_name_only_what_there_is() {
    assert_eq!(faults(TEXT), Vec::<String>::new());
    let known = RULES.sections().filter(|section| kind(section).is_some()).count();
    assert_eq!(known, SignpostKind::ALL.len());
}
