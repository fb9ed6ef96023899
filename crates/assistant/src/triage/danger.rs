//! Danger to life, and people who may be harmed: recognised by what is said to be happening, not by single words.

use std::sync::LazyLock;

use corpus::SignpostKind;
use regex::RegexSet;

use super::set;

/// What is happening, by kind, most urgent first.
static RULES: LazyLock<Vec<(SignpostKind, RegexSet)>> = LazyLock::new(|| {
    vec![
        (
            SignpostKind::MentalHealth,
            set(&[
                r"\b(kill|hang|drown|shoot|harm|hurt|cut|cutting|hurting|harming) my ?self\b",
                r"\b(suicid(e|al)|end(ing)? (it all|my (own )?life|things)|take my (own )?life|taking my (own )?life)\b",
                r"\b(want|wanna|going|ready|rather|wish i (was|were)|better off) (to )?(be )?(die|dead)\b",
                r"\b(don'?t|do not|dont|can'?t see any reason to|no reason to|no point in|no longer) (want to )?(be here|live|go on living|living|be alive|wake up)( any ?more)?\b",
                r"\bnothing (left )?to live for\b|\bno reason to live\b|\bgoodbye (forever|everyone)\b",
                r"\b(can'?t|cannot|cant) (go on|cope with life|do this|take (it|this)) (any ?more|any longer)\b",
                r"\b(load|lot|packet|bottle|box) of (tablets|pills|paracetamol)\b|\b(taken|swallowed|took) (an overdose|too many (tablets|pills)|all my (tablets|pills))\b|\boverdosed?\b",
            ]),
        ),
        (
            SignpostKind::Gas,
            set(&[
                r"\b(smell|smells|smelling|smelt|stinks?|whiff|reek\w*) (really |very |strongly )?(of )?gas\b|\bgas (leak|leaking|smell|escape)\b|\bleaking gas\b",
                r"\bcarbon monoxide\b.{0,40}\b(alarm|going off|beeping|detector|poison\w*|sounding)\b|\bco alarm\b.{0,30}\b(going|gone|beep|sound)",
            ]),
        ),
        (
            SignpostKind::LifeDanger,
            set(&[
                r"\b(not|isn'?t|stopped|can'?t|cannot|cant|hardly|struggling to|trouble) (breath(e|ing)|breathing properly|responding|waking up)\b",
                r"\bunconscious\b|\bcollapsed (and|on|in|at|outside)\b|\bhas (just )?collapsed\b.{0,30}\b(he|she|breath|floor|mum|dad|nan)|\bheart attack\b|\bhaving a (stroke|seizure|fit)\b|\bbleeding (badly|heavily|out|a lot|everywhere)\b|\bchoking\b",
                r"\b(house|flat|kitchen|shed|fence|car|building|block|garage|home|room|cooker|oven|bin|roof) (is|are|'?s|has|caught|on) (caught |on |gone up in )?(fire|flames|burning|alight)\b|\bon fire\b|\b(fire|bonfire|flames?) (has|have|is|are)? ?(spread|spreading|out of control|coming (towards|up|through)|caught)\b",
                r"\b(someone|somebody|man|men|burglar|intruder|he|she|they|people)('?s| is| are|s)? (breaking in|break(ing)? into|trying to (get|break) in|in my house|got a (knife|gun)|attacking|stabbing|threatening (me|us|to kill))\b",
                r"\b(being|been|getting) (attacked|stabbed|shot|beaten up|strangled)\b|\b(stabbed|gunshots?|shooting)\b.{0,30}\b(outside|street|now|someone|man|lad)\b",
                r"\b(gone|fallen|fell) (through the ice|in(to)? the (river|canal|sea|lake|water|harbour))\b|\bdrowning\b",
                r"\belectric shock\b|\belectrocuted\b|\blive wires? (are )?(hanging|exposed|showing)\b",
                r"\b(won'?t|will not|not|isn'?t|wont) (wake up|moving)\b|\bhe'?s not moving\b",
                r"\b(trapped|crushed|stuck) (under|inside|in)\b.{0,40}\b(car|rubble|building|water|fire|smoke)\b",
            ]),
        ),
        (
            SignpostKind::DomesticAbuse,
            set(&[
                r"\b(my|her|his) (husband|wife|partner|boyfriend|girlfriend|ex|bf|gf|fella|dad|father|son|brother|mum|mother|stepdad|uncle)\b.{0,50}\b(hits?|hitting|hit me|beats?|beating|punch(es|ed)?|slap(s|ped)?|strangl\w+|chok(es|ed)|kick(s|ed)? me|threaten(s|ed|ing)?|hurts?|hurting|rap(es|ed)|abus(es|ed|ive|ing)|violent|controls?|controlling|stalk\w*|locks? me|won'?t let me|wont let me|doesn'?t let me|checks my phone|takes (all )?my money)\b",
                r"\b(scared|frightened|afraid|terrified) of (my|him|her|what (he|she|my))\b|\bscared what (he|she) (would|will|might|could) do\b|\bnot safe (at home|with (him|her|my))\b|\bflee(ing)? (from )?(my|domestic|violence|him)\b|\bdomestic (abuse|violence)\b.{0,40}\b(i am|i'?m|happening|suffering|victim|help me)\b",
                r"\bforced? (to marry|marriage)\b|\bforcing me to marry\b",
            ]),
        ),
        (
            SignpostKind::ChildSafety,
            set(&[
                r"\b(child|children|kid|kids|baby|toddler|boy|girl|little (one|lad|lass)|pupil|student|son|daughter|niece|nephew)\b.{0,70}\b(being (hit|hurt|beaten|abused|neglected|touched|groomed)|bruis\w+|left (alone|home alone|on (their|his|her) own)|(is|are|been) (abused|neglected|starv\w+|groomed)|hurts? (him|her|them)|not (been )?fed|scream\w+ (all|every) night|touch(es|ed|ing) (him|her|them)|at risk of harm|in danger)\b",
                r"\b(hits?|hitting|hurts?|hurting|beats?|beating|abus(es|ing)|neglect(s|ing)|grooming|shakes?|shaking) (his|her|their|a|the|that|my|our) (\w+ )?(child|children|kid|kids|baby|toddler|son|daughter|little (boy|girl)|niece|nephew)\b",
                r"\b(kids|children|baby|toddler)\b.{0,30}\b(on their own|home alone|by themselves|alone) (all|every|at night|for (hours|days))\b",
            ]),
        ),
        (
            SignpostKind::AdultSafety,
            set(&[
                r"\b(carer|care (home|worker)|neighbour|son|daughter|nephew|grandson|niece|family|staff|someone|nurse)\b.{0,60}\b(hits?|hitting|hurts?|hurting|steal(s|ing)?|stole|taking (all )?(her|his|their) (money|pension)|neglect\w*|bull(ies|ying)|shout(s|ing) at|abus(es|ing)|lock(s|ing)) .{0,30}\b(her|him|them|mum|mother|dad|father|nan|gran|grandad|grandma|elderly|old|resident|pension|uncle|aunt)\b",
                r"\b(elderly|old|disabled|vulnerable|confused|frail)\b.{0,40}\b(being (abused|neglected|hit|hurt|robbed|exploited|starved)|bruises|not (been )?fed)\b|\b(mum|dad|nan|gran|grandad)\b.{0,40}\b(covered in bruises|being (hit|hurt|abused|neglected))\b",
                r"\bcuckoo(ed|ing)\b|\bmodern slavery\b.{0,30}\b(next door|happening|think)\b",
            ]),
        ),
        (
            SignpostKind::Homelessness,
            set(&[
                r"\b(nowhere|no ?where|no place|not got anywhere|haven'?t got anywhere|havent got anywhere) (to|else to|for us to)? ?(sleep|stay|go|live)\b.{0,30}\b(tonight|now|today)\b|\b(tonight|today)\b.{0,50}\b(nowhere|no ?where|no place) (to )?(sleep|stay|go)\b",
                r"\b(sleeping|sleep) (rough|in (my|the|our) (car|van|park|street|tent|doorway)|outside|on the streets?)\b.{0,40}\b(tonight|now|i am|i'?m|with (my )?(kids|children|baby))\b|\bi('m| am)? (sleeping|homeless) (rough|tonight|now)\b|\b(kicked|thrown|chucked) (me |us )?out\b.{0,40}\b(tonight|now|today|nowhere)\b|\bhomeless tonight\b",
            ]),
        ),
        (
            SignpostKind::CouncilEmergency,
            set(&[
                r"\b(tree|wall|lamp ?post|street ?light|pole|scaffolding|roof|building|bridge) (has |have |is |just )?(come down|fallen|fell|collapsed|falling|collapsing|about to (fall|come down))\b.{0,60}\b(road|street|pavement|path|car|now|people|house)\b",
                r"\bsink ?hole\b|\b(road|street|bridge) (has )?(collapsed|caved in|given way)\b|\bmanhole (cover )?(is )?(missing|gone|open)\b|\bwires? (are )?hanging (out|down)\b|\bceiling (has |is |'?s )?(just )?(collapsed|come down|fallen in|coming down|caving)\b|\b(flat|house|kitchen|home) is flooding\b|\bwater (is )?(pouring|gushing|coming) (through|out of|down)\b",
            ]),
        ),
        (
            SignpostKind::PowerCut,
            set(&[
                r"\b(power|electric(ity)?) (line|cable)s? (is |are |has |have )?(come )?(down|fallen)\b|\bpower ?cut\b.{0,40}\b(now|street|house|whole|all)\b|\bno (power|electric(ity)?) (in|on) (the|my|our) (whole |entire )?(house|street|road|area|flat)\b",
            ]),
        ),
    ]
});

/// Messages about these are questions, whatever words they share with danger.
static HARMLESS: LazyLock<RegexSet> = LazyLock::new(|| {
    set(&[
        r"\b(weeds?|knotweed|rats?|mice|ants?|wasps?|slugs?|moss|grass|algae)\b.{0,30}\bkill\b|\bkill(ing|s)?\b.{0,20}\b(weeds?|knotweed|rats?|mice|ants?|wasps?|slugs?|moss|grass|time)\b",
        r"\b(how|where|who|what)\b.{0,40}\b(do|can|should|would|to) (i|we|you)? ?(report|get help|find out|apply|volunteer|become|train|learn)\b.{0,60}\b(abuse|neglect|domestic abuse|safeguarding|homeless(ness)?)\b",
        r"\b(fire|smoke) (door|alarm|safety|certificate|regulations?|risk assessment)s?\b|\bfireworks?\b|\bfire (pit|wood)\b",
    ])
});

/// The kind of danger that a message speaks of, if any.
pub(super) fn danger(text: &str) -> Option<SignpostKind> {
    let found = RULES.iter().find(|(_, rules)| rules.is_match(text)).map(|(kind, _)| *kind)?;
    match found {
        // A wrong signpost here costs a line of text; a missed one may cost a life.
        SignpostKind::MentalHealth | SignpostKind::LifeDanger | SignpostKind::Gas => {
            (!HARMLESS.is_match(text) || found == SignpostKind::MentalHealth).then_some(found)
        }
        SignpostKind::DomesticAbuse
        | SignpostKind::ChildSafety
        | SignpostKind::AdultSafety
        | SignpostKind::Homelessness
        | SignpostKind::CouncilEmergency
        | SignpostKind::PowerCut => (!HARMLESS.is_match(text)).then_some(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<SignpostKind>) {
        assert_eq!(danger(text), expected, "{text}");
    }

    #[test]
    fn danger_is_seen() {
        check("i want to kill myself", Some(SignpostKind::MentalHealth));
        check("I just dont want to be here anymore", Some(SignpostKind::MentalHealth));
        check("i can smell gas in the hall", Some(SignpostKind::Gas));
        check("my carbon monoxide alarm is going off", Some(SignpostKind::Gas));
        check("the house next door is on fire", Some(SignpostKind::LifeDanger));
        check("dad has collapsed and he's not breathing", Some(SignpostKind::LifeDanger));
        check("my boyfriend hits me when he is drunk", Some(SignpostKind::DomesticAbuse));
        check("the kids next door are left alone every night", Some(SignpostKind::ChildSafety));
        check("I think the carer is stealing from my mum", Some(SignpostKind::AdultSafety));
        check("we have nowhere to sleep tonight", Some(SignpostKind::Homelessness));
        check("a tree has fallen across the road", Some(SignpostKind::CouncilEmergency));
    }

    #[test]
    fn look_alikes_are_not() {
        for text in [
            "what can I use to kill weeds on my path",
            "my boiler is dead, who do I ring",
            "How do I report abuse of a vulnerable adult?",
            "the fire alarm in the library is loud",
            "when does the children's centre open",
            "Is there a charge for a replacement smoke alarm?",
            "my dog died, what do I do",
            "I'm dying to know when the pool opens",
            "can I get a gas boiler grant",
            "the street light outside is broken",
            "can I have a bonfire in my garden",
        ] {
            check(text, None);
        }
    }
}
