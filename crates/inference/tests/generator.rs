//! The language model against candle-transformers' models on the same weights: quantised, and as 32-bit floats.
//!
//! Both are fed in the same way, the prompt at once and then token by token, and always with our choice of token, so that
//! the logits stay comparable where the choices differ. Ours extends all sequences together, which saves time and
//! verifies batches as well.

mod models;
#[path = "generator/reference.rs"]
mod reference;

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use inference::{Generator, KvPrecision, KvState, LogitsAt, Precision, Step};
use models::{QWEN, SMOLLM, argmax, generator, max_difference};
use reference::{Reference, Sequence};

/// Tokens generated after each prompt where the two agree exactly.
const STEPS: usize = 64;

/// Tokens generated after each prompt where they cannot; more of them say no more.
const QUANTISED_STEPS: usize = 16;

const PROMPTS: [&str; 20] = [
    "When is my bin collected?",
    "How do I pay my council tax?",
    "What is the capital of France?",
    "Write a short poem about rain.",
    "Where do I report a pothole on Mill Lane?",
    "Explain what a library is to a child.",
    "What does it cost to bury someone in the cemetery?",
    "List five fruits.",
    "I've just moved house, how do I change my address?",
    "Do I need planning permission for a conservatory?",
    "My neighbours are playing loud music at 3 in the morning.",
    "Translate \"good morning\" into Welsh.",
    "Who is my councillor?",
    "What if I can't pay my rent this month?",
    "Write a function that adds two numbers in Python.",
    "The street light outside number 14 has been out for 2 weeks.",
    "What are the opening hours of Riverside Library on Saturdays?",
    "Council tax: £1,210.33 a year, or £121.03 a month. How much is it a year?",
    "Page: Garden waste is collected every two weeks from 1 March to 30 November. A subscription costs £52 a year for \
     one bin and £35 for each further bin. You can pay online, by phone or at the customer service centre in the town \
     hall. Bins must be at the kerb by 7am on the day of collection. We do not take plastic bags, soil, rubble, food, \
     or branches thicker than 10cm. If we miss your bin, tell us within two working days and we will come back. The \
     subscription runs from the day you pay until 28 February and is not refunded if you move house, but you can take \
     it with you to an address in the district. Residents who receive council tax reduction pay half.\n\
     Question: What does a second garden waste bin cost?",
    "Hello",
];

/// How far apart the logits of two computations are.
#[derive(Debug, Default)]
struct Difference {
    largest: f32,
    squares: f64,
    logits: usize,
    /// How many choices were compared.
    choices: usize,
    /// By how much the first preferred its choice to the other's, where they differ.
    differing: Vec<f32>,
}

impl Difference {
    fn add(&mut self, ours: &[f32], theirs: &[f32]) {
        self.largest = self.largest.max(max_difference(ours, theirs));
        self.squares += ours.iter().zip(theirs).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
        self.logits += ours.len();
        self.choices += 1;
        let (our, their) = (argmax(ours), argmax(theirs));
        if our != their {
            self.differing.push(ours[our] - ours[their]);
        }
    }

    fn add_all(&mut self, ours: &[Vec<f32>], theirs: &[Vec<f32>]) {
        assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(theirs) {
            self.add(ours, theirs);
        }
    }

    fn equal_choices(&self) -> f64 {
        1.0 - self.differing.len() as f64 / self.choices as f64
    }

    fn root_mean_square(&self) -> f64 {
        (self.squares / self.logits as f64).sqrt()
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { largest, choices, differing, .. } = self;
        let mean = self.root_mean_square();
        write!(f, "logits differ by {mean:.1e} (root mean square), {largest:.1e} at most; ")?;
        write!(f, "{} of {choices} choices differ, made by {differing:.3?}", differing.len())
    }
}

fn prompt(model: &Generator, text: &str) -> Vec<u32> {
    let text = format!("<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n");
    model.tokenizer().encode_with_control(&text).expect("tokens")
}

/// For each prompt, the logits at the end of the prompt and after each of our choices but the last.
///
/// The prompts are computed one by one, then all sequences are extended together.
fn decode(model: &Generator, prompts: &[Vec<u32>], steps: usize) -> Vec<Vec<Vec<f32>>> {
    let mut states: Vec<KvState> = prompts.iter().map(|_| model.new_state()).collect();
    let mut logits: Vec<Vec<Vec<f32>>> = states
        .iter_mut()
        .zip(prompts)
        .map(|(state, tokens)| model.forward(state, tokens, LogitsAt::Last).expect("the model computes"))
        .collect();
    for _ in 1..steps {
        let next: Vec<[u32; 1]> = logits.iter().map(|logits| [argmax(&logits[logits.len() - 1]) as u32]).collect();
        let mut batch: Vec<Step<'_>> = states
            .iter_mut()
            .zip(&next)
            .map(|(state, tokens)| Step { state, tokens, logits: LogitsAt::Last })
            .collect();
        let computed = model.forward_batch(&mut batch).expect("the model computes");
        for (logits, computed) in logits.iter_mut().zip(computed) {
            logits.extend(computed);
        }
    }
    logits
}

/// Ours and a reference's logits for the same sequences.
struct Comparison {
    sequences: Vec<Sequence>,
    ours: Vec<Vec<Vec<f32>>>,
    theirs: Vec<Vec<Vec<f32>>>,
}

impl Comparison {
    fn difference(&self) -> Difference {
        between(&self.ours, &self.theirs)
    }
}

/// How far apart the logits of the same sequences are.
fn between(ours: &[Vec<Vec<f32>>], theirs: &[Vec<Vec<f32>>]) -> Difference {
    let mut difference = Difference::default();
    for (ours, theirs) in ours.iter().zip(theirs) {
        difference.add_all(ours, theirs);
    }
    difference
}

/// Feeds each of `prompts` and our choices to the reference.
fn compare(what: &str, model: &Generator, reference: &mut Reference, prompts: &[&str], steps: usize) -> Comparison {
    let start = Instant::now();
    let prompts: Vec<Vec<u32>> = prompts.iter().map(|text| prompt(model, text)).collect();
    let ours = decode(model, &prompts, steps);
    let ours_took = start.elapsed();
    let chosen = ours.iter().map(|logits| logits.iter().map(|logits| argmax(logits) as u32).collect());
    let sequences: Vec<Sequence> =
        prompts.into_iter().zip(chosen).map(|(prompt, chosen)| Sequence { prompt, chosen }).collect();
    let theirs = sequences.iter().map(|sequence| reference.follow(sequence)).collect();
    let comparison = Comparison { sequences, ours, theirs };
    eprintln!(
        "{what}, {} prompts × {steps} tokens in {ours_took:.1?} (with the reference {:.1?}): {}",
        comparison.sequences.len(),
        start.elapsed(),
        comparison.difference()
    );
    comparison
}

/// One model at a time: together they would take much memory, and the processors from each other.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

static QUANTISED: LazyLock<Comparison> = LazyLock::new(|| {
    let model = generator(SMOLLM, Precision::Quantised, KvPrecision::F32);
    let prompts: Vec<&str> = PROMPTS.into_iter().step_by(2).collect();
    compare("smollm2, quantised", &model, &mut Reference::load(SMOLLM), &prompts, QUANTISED_STEPS)
});

static FULL: LazyLock<Comparison> = LazyLock::new(|| {
    let mut reference = Reference::in_floats(SMOLLM);
    let model = generator(SMOLLM, Precision::Full, KvPrecision::F32);
    compare("smollm2, 32-bit floats", &model, &mut reference, &PROMPTS, STEPS)
});

/// The two differ in the order of additions only: the same tokens, and logits that differ by less than a thousandth.
/// Measured: 8.6e-5 for smollm2, 1.7e-4 for qwen2.5.
fn check_full(comparison: &Comparison) {
    let difference = comparison.difference();
    assert!(difference.differing.is_empty(), "{difference}");
    assert!(difference.largest < 1e-3, "{difference}");
}

/// Both candle's quantised products and ours round the activations to 8 bits, but not alike: ours keep their scales as
/// 32-bit floats, candle's as 16-bit. By the last layer the logits differ as if the model had been quantised anew. So the
/// measure is the same model in floats, which `check_full` holds to be right: after the same tokens ours must be as near to
/// it as candle's, to a tenth, and choose its token as often, but for one choice in fifty.
fn check_quantised(name: &str, comparison: &Comparison, fewest_equal: f64) {
    let model = generator(name, Precision::Full, KvPrecision::F32);
    let exact: Vec<Vec<Vec<f32>>> = comparison.sequences.iter().map(|sequence| after(&model, sequence)).collect();
    let (ours, theirs) = (between(&exact, &comparison.ours), between(&exact, &comparison.theirs));
    eprintln!("{name}, in floats against ours: {ours}\n{name}, in floats against the reference: {theirs}");
    assert!(ours.root_mean_square() > 0.0, "nothing was rounded");
    assert!(ours.root_mean_square() < 1.1 * theirs.root_mean_square(), "ours {ours}, the reference {theirs}");
    let more = ours.differing.len().saturating_sub(theirs.differing.len());
    assert!(more <= ours.choices.div_ceil(50), "ours {ours}, the reference {theirs}");
    let difference = comparison.difference();
    assert!(difference.equal_choices() >= fewest_equal, "{difference}");
}

/// The logits at the end of a sequence's prompt and after each choice but the last.
fn after(model: &Generator, Sequence { prompt, chosen }: &Sequence) -> Vec<Vec<f32>> {
    let tokens = [prompt.as_slice(), &chosen[..chosen.len() - 1]].concat();
    model.forward(&mut model.new_state(), &tokens, LogitsAt::From(prompt.len() - 1)).expect("logits")
}

#[test]
fn quantised_llama() {
    let _turn = turn();
    check_quantised(SMOLLM, &QUANTISED, 0.95);
}

#[test]
fn full_llama() {
    let _turn = turn();
    check_full(&FULL);
}

#[test]
fn quantised_qwen() {
    let _turn = turn();
    let model = generator(QWEN, Precision::Quantised, KvPrecision::F32);
    let comparison = compare("qwen2.5, quantised", &model, &mut Reference::load(QWEN), &PROMPTS[..3], QUANTISED_STEPS);
    drop(model);
    check_quantised(QWEN, &comparison, 0.9);
}

#[test]
fn full_qwen() {
    let _turn = turn();
    let mut reference = Reference::in_floats(QWEN);
    let model = generator(QWEN, Precision::Full, KvPrecision::F32);
    check_full(&compare("qwen2.5, 32-bit floats", &model, &mut reference, &PROMPTS[..3], 16));
}

/// How often the two paths choose the same token. Not a matter of right and wrong, since one reads rounded activations;
/// but a fault in either would show as a share near that of chance.
#[test]
fn the_paths_mostly_agree() {
    let _turn = turn();
    let model = generator(SMOLLM, Precision::Full, KvPrecision::F32);
    let (mut given_the_same, mut on_their_own, mut all) = (0, 0, 0);
    for (quantised, full) in QUANTISED.sequences.iter().zip(FULL.sequences.iter().step_by(2)) {
        let Sequence { chosen, .. } = quantised;
        let logits = after(&model, quantised);
        given_the_same +=
            logits.iter().zip(chosen).filter(|(logits, token)| argmax(logits) == **token as usize).count();
        on_their_own += chosen.iter().zip(&full.chosen).filter(|(a, b)| a == b).count();
        all += chosen.len();
    }
    let share = |count: usize| count as f64 / all as f64;
    let (given_the_same, on_their_own) = (share(given_the_same), share(on_their_own));
    eprintln!(
        "smollm2, both paths: equal choices {given_the_same:.3} after the same tokens, {on_their_own:.3} after their own"
    );
    assert!(given_the_same > 0.9, "{given_the_same}");
}
