//! What rules find, and with how much work.

use proptest::prelude::*;

use super::super::words::words;
use super::*;

const TEXT: &str = "[words]\nhurt: hit*\n    beat\nchild: boy|\n    little_one*  # young\n\n[a]\n@child being @hurt\nred + door\n\
    one .. two\n[b]\nfire & @child -drill\n";

const VOCABULARY: &[&str] =
    &["boy", "little", "one", "being", "hit", "red", "door", "two", "fire", "drill", "dog", "dog", "dog", "."];

fn check(message: &str, expected: Option<&str>) {
    let rules = Rules::parse(TEXT);
    let words = words(message);
    let read = rules.read(&words);
    let found = rules.sections().find(|section| rules.holds(&read, section));
    assert_eq!(found, expected, "{message}");
}

#[test]
fn items_stand_near_each_other_in_order() {
    check("the boy who lives next door to us is being hit", None);
    check("the boy is being hit", Some("a"));
    check("little ones there being beat", Some("a"));
    check("being hit by the boy", None);
    check("the boy. Being hit", None);
    check("red door", Some("a"));
    check("red old door", None);
    check("one, and then after a long while there came two", Some("a"));
}

#[test]
fn a_rule_holds_by_its_items_and_not_by_what_is_between() {
    let (rules, words) = (Rules::parse(TEXT), words("one dog ran after two cats"));
    assert_eq!(rules.find_all(&rules.read(&words), "a"), [[(0, 0), (4, 4)]]);
}

#[test]
fn an_apostrophe_may_be_missing() {
    let check = |message: &str, expected: bool| {
        let (strict, words) = (Rules::parse(TEXT), words(message));
        assert!(!strict.holds(&strict.read(&words), "a") && !strict.holds(&strict.read(&words), "b"), "{message}");
        let rules = Rules::parse(TEXT).where_apostrophes_may_miss();
        let read = rules.read(&words);
        assert_eq!(rules.holds(&read, "a") || rules.holds(&read, "b"), expected, "{message}");
    };
    check("the reds door", true);
    check("the boys fires", true);
    check("the boys fire drills", false);
    check("the readers door", false);
}

#[test]
fn either_order_and_exceptions() {
    check("a fire, and the boy is in there", Some("b"));
    check("the boy started a fire", Some("b"));
    check("the boy had a fire drill", None);
}

/// Where a rule holds, by looking at the whole message for each of its items.
fn plainly(read: &Read, rule: &Rule) -> Vec<Vec<Span>> {
    fn rest(read: &Read, group: &[(usize, usize)], before: Span) -> Option<Vec<Span>> {
        let Some(((item, most), others)) = group.split_first() else { return Some(Vec::new()) };
        let place = |word: usize| read.words[word].place;
        let follows = |span: &&Span| span.0 > before.1 && place(span.0) - place(before.1) <= most + 1;
        let mut after = read.spans[*item].iter().filter(follows);
        after.find_map(|span| Some([vec![*span], rest(read, others, *span)?].concat()))
    }
    let sequences = |group: &[(usize, usize)]| -> Vec<Vec<Span>> {
        let first = read.spans[group[0].0].iter();
        first.filter_map(|span| Some([vec![*span], rest(read, &group[1..], *span)?].concat())).collect()
    };
    let near = |span: Span, other: Span, most: usize| read.apart(span, other) <= most;
    let stands = |items: &Vec<Span>| {
        let mut exceptions = rule.unless.iter().flat_map(|item| &read.spans[*item]);
        !exceptions.any(|exception| near(hull(items), *exception, EXCEPTION_WORDS))
    };
    let whole = |mut items: Vec<Span>| {
        let span = hull(&items);
        for group in &rule.groups[1..] {
            let mut others = sequences(group).into_iter();
            items.extend(others.find(|other| near(span, hull(other), ELSEWHERE_WORDS))?);
        }
        Some(items)
    };
    let most = if rule.groups.len() == 1 { usize::MAX } else { 1 };
    sequences(&rule.groups[0]).into_iter().filter(stands).filter_map(whole).take(most).collect()
}

proptest! {
    /// Looking around is as good as looking everywhere.
    #[test]
    fn nothing_is_missed(numbers in proptest::collection::vec(0..VOCABULARY.len(), 0..120)) {
        let message = numbers.into_iter().map(|number| VOCABULARY[number]).collect::<Vec<_>>().join(" ");
        let more = "[c]\nboy .. hit & one being & red .. two -drill|little_one*\none @child .. fire -red\n";
        let (rules, words) = (Rules::parse(&format!("{TEXT}{more}")), words(&message));
        let read = rules.read(&words);
        for rule in rules.sections.iter().flat_map(|(_, rules)| rules) {
            prop_assert!(read.holds_at(rule) == plainly(&read, rule), "{message}");
        }
    }
}

#[test]
fn a_message_twice_as_long_is_twice_the_work() {
    let looked_at = |message: &str| {
        let (rules, words) = (Rules::parse(TEXT), words(message));
        let read = rules.read(&words);
        for section in rules.sections() {
            let _ = rules.find_all(&read, section);
        }
        read.looked_at.get()
    };
    for part in ["boy being ", "fire drill boy ", "one dog ", "one two ", "fire. ", "little one being "] {
        let (once, twice) = (looked_at(&part.repeat(1000)), looked_at(&part.repeat(2000)));
        assert!(twice <= 2 * once + 1000, "{part}: {once}, then {twice}");
    }
}

#[test]
fn what_a_text_lacks_is_named() {
    assert_eq!(faults("[a]\n@nobody x* -@none\nyears_ago the|day"), ["@nobody", "x*", "@none", "years_ago", "the"]);
    assert!(faults(TEXT).is_empty());
}
