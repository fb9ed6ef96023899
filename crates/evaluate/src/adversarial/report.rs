//! The check run over false and true sentences.

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use assistant::{CheckedSentence, Checker, ReadPassage, Refusal};
use corpus::{Knowledge, Page, Passage};

use super::{Kind, Origin, Statements, make, own_sentences, paraphrase_origins};
use crate::statistics::Share;

/// How many of a kind the check let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindShare {
    /// The kind.
    pub kind: Kind,
    /// Let through, of those made.
    pub through: Share,
}

/// A false sentence that passed, or a true one that did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetThrough {
    /// The kind of a false one, or what a true one is.
    pub kind: &'static str,
    /// Whether it may be looked at while the check is made.
    pub is_develop: bool,
    /// The page.
    pub page_id: String,
    /// What it was made of.
    pub origin: String,
    /// What it says.
    pub text: String,
    /// Why a true one was refused; empty for a false one.
    pub refusal: String,
}

/// What the check made of all sentences.
#[derive(Debug, Clone)]
pub struct SentenceReport {
    /// False sentences, by kind.
    pub kinds: Vec<KindShare>,
    /// The same, made of what may be looked at.
    pub develop: Vec<KindShare>,
    /// Paraphrases that passed: of develop, of test.
    pub paraphrases: [Share; 2],
    /// The pages' own sentences that passed.
    pub own: Share,
    /// Sentences that models wrote: true ones that passed, false ones let through. None where the folder holds none.
    pub generated: Option<[Share; 2]>,
    /// Judged sentences whose page or passage is not in the folder.
    pub unknown: usize,
    /// Everything that went wrong.
    pub wrong: Vec<LetThrough>,
}

impl SentenceReport {
    /// All false sentences together.
    pub fn through(&self) -> Share {
        self.kinds.iter().fold(Share::default(), |sum, kind| add(sum, kind.through))
    }

    /// The kinds that may be looked at while the check is made, together.
    pub fn through_tuned(&self) -> Share {
        let tuned = self.kinds.iter().filter(|kind| !kind.kind.is_held_out());
        tuned.fold(Share::default(), |sum, kind| add(sum, kind.through))
    }

    /// All paraphrases together.
    pub fn passed(&self) -> Share {
        add(self.paraphrases[0], self.paraphrases[1])
    }
}

fn add(left: Share, right: Share) -> Share {
    Share { count: left.count + right.count, n: left.n + right.n }
}

/// Reads each passage once.
struct Reader<'a> {
    checker: Checker<'a>,
    passages: HashMap<&'a str, ReadPassage<'a>>,
}

impl<'a> Reader<'a> {
    fn check(&mut self, text: &str, page: &'a Page, passage: &'a Passage) -> Result<CheckedSentence, Refusal> {
        self.passages.entry(&passage.id).or_insert_with(|| self.checker.read(page, passage)).check(text)
    }
}

/// Makes the false sentences and checks them and the true ones. `on_progress` is told how many of the false ones are checked, and of
/// how many.
pub fn check_statements<'a>(
    knowledge: &'a Knowledge,
    statements: &Statements,
    checker: Checker<'a>,
    on_progress: &mut dyn FnMut(usize, usize),
) -> SentenceReport {
    let mut reader = Reader { checker, passages: HashMap::new() };
    let mut wrong = Vec::new();
    let mut kinds: Vec<KindShare> = Kind::ALL.map(|kind| KindShare { kind, through: Share::default() }).to_vec();
    let mut develop = kinds.clone();
    let made = make(knowledge, &statements.paraphrases);
    for (number, sentence) in made.iter().enumerate() {
        on_progress(number, made.len());
        let origin = &sentence.origin;
        let passed = reader.check(&sentence.text, origin.page, origin.passage).is_ok();
        for (list, counts) in [(&mut kinds, true), (&mut develop, origin.is_develop)] {
            if counts && let Some(share) = list.iter_mut().find(|share| share.kind == sentence.kind) {
                share.through = add(share.through, Share { count: usize::from(passed), n: 1 });
            }
        }
        if passed {
            wrong.push(failure(sentence.kind.name(), origin, &sentence.text, String::new()));
        }
    }
    let mut pass =
        |origin: &Origin<'a>, what: &'static str| match reader.check(&origin.text, origin.page, origin.passage) {
            Ok(_) => true,
            Err(refusal) => {
                wrong.push(failure(what, origin, &origin.text, format!("{refusal:?}")));
                false
            }
        };
    let paraphrases = paraphrase_origins(knowledge, &statements.paraphrases);
    let of_split = |is_develop: bool| paraphrases.iter().filter(move |origin| origin.is_develop == is_develop);
    let paraphrases =
        [true, false].map(|is_develop| Share::of(of_split(is_develop).map(|origin| pass(origin, "paraphrase"))));
    let own = Share::of(own_sentences(knowledge).iter().map(|origin| pass(origin, "own sentence")));
    let (generated, unknown) = check_generated(knowledge, statements, &mut reader, &mut wrong);
    SentenceReport { kinds, develop, paraphrases, own, generated, unknown, wrong }
}

fn failure(kind: &'static str, origin: &Origin<'_>, text: &str, refusal: String) -> LetThrough {
    LetThrough {
        kind,
        is_develop: origin.is_develop,
        page_id: origin.page.id.clone(),
        origin: origin.text.clone(),
        text: text.to_owned(),
        refusal,
    }
}

fn check_generated<'a>(
    knowledge: &'a Knowledge,
    statements: &Statements,
    reader: &mut Reader<'a>,
    wrong: &mut Vec<LetThrough>,
) -> (Option<[Share; 2]>, usize) {
    let (mut passed, mut through, mut unknown) = (Share::default(), Share::default(), 0);
    for generated in &statements.generated {
        let page = knowledge.page(&generated.page_id);
        let named = |passage: &&Passage| {
            passage.id == generated.passage || passage.heading_path.last() == Some(&generated.passage)
        };
        let passage = page.and_then(|page| page.passages.iter().find(named).or_else(|| page.passages.first()));
        let (Some(page), Some(passage)) = (page, passage) else {
            unknown += 1;
            continue;
        };
        let result = reader.check(&generated.sentence, page, passage);
        let share = Share { count: usize::from(result.is_ok()), n: 1 };
        if generated.supported {
            passed = add(passed, share);
        } else {
            through = add(through, share);
        }
        if result.is_ok() != generated.supported {
            let text = generated.sentence.clone();
            let origin =
                Origin { page, passage, text: generated.question.clone(), is_develop: true, is_paraphrase: false };
            let refusal = result.err().map(|refusal| format!("{refusal:?}")).unwrap_or_default();
            wrong.push(failure("generated", &origin, &text, refusal));
        }
    }
    let figures = (!statements.generated.is_empty()).then_some([passed, through]);
    (figures, unknown)
}

/// The table that `reeve sentences` prints.
impl fmt::Display for SentenceReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{:24} {:>5}  {:>11}  share (95% interval)", "false sentences", "made", "let through")?;
        for KindShare { kind, through } in &self.kinds {
            writeln!(out, "{}", row(kind.name(), *through))?;
        }
        writeln!(out, "{}", row("all but the held out", self.through_tuned()))?;
        writeln!(out, "{}", row("all", self.through()))?;
        writeln!(out)?;
        writeln!(out, "{:24} {:>5}  {:>11}  share (95% interval)", "true sentences", "", "passed")?;
        writeln!(out, "{}", row("paraphrases, develop", self.paraphrases[0]))?;
        writeln!(out, "{}", row("paraphrases, test", self.paraphrases[1]))?;
        writeln!(out, "{}", row("paraphrases, all", self.passed()))?;
        write!(out, "{}", row("the pages' own", self.own))?;
        if let Some([passed, through]) = self.generated {
            write!(out, "\n\n{:24} {:>5}", "written by models", "")?;
            write!(out, "\n{}", row("true, passed", passed))?;
            write!(out, "\n{}", row("false, let through", through))?;
        }
        if self.unknown > 0 {
            write!(out, "\n{} sentences name a page that is not there", self.unknown)?;
        }
        Ok(())
    }
}

fn row(name: &str, share: Share) -> String {
    let mut row = format!("{name:24} {:>5}  {:>11}", share.n, share.count);
    if let (Some(value), Some((low, high))) = (share.value(), share.interval()) {
        let _ = write!(row, "  {:.1}% ({:.1} to {:.1})", value * 100.0, low * 100.0, high * 100.0);
    }
    row
}
