//! Key/value states, generation and log-probabilities on a real model: keeping, forking and cutting a state gives what
//! computing anew gives, and every limit stops where it says.
//!
//! A row's result does not depend on the rows computed with it, so everything is compared bit by bit.

mod models;

use std::sync::LazyLock;

use inference::{
    Generated, Generator, GeneratorOptions, InferenceError, KvPrecision, KvState, Limits, LogitsAt, Precision, Step,
    StopReason,
};
use models::{SMOLLM, argmax};
use proptest::prelude::*;

static MODEL: LazyLock<Generator> = LazyLock::new(|| models::generator(SMOLLM, Precision::Quantised, KvPrecision::F16));

/// The same file with a context of 24 tokens, and so another model.
static SMALL: LazyLock<Generator> = LazyLock::new(|| {
    let options =
        GeneratorOptions { precision: Precision::Quantised, kv_precision: KvPrecision::F16, context_tokens: 24 };
    Generator::load(&models::gguf(SMOLLM), options).expect("the model loads")
});

fn append(state: &mut KvState, tokens: &[u32]) -> Vec<f32> {
    MODEL.forward(state, tokens, LogitsAt::Last).expect("the model computes").swap_remove(0)
}

/// A state computed anew from pieces.
fn computed(pieces: &[Vec<u32>]) -> KvState {
    let mut state = MODEL.new_state();
    for piece in pieces {
        append(&mut state, piece);
    }
    state
}

/// The same state by way of a file.
fn from_file(state: &KvState) -> KvState {
    let mut file = tempfile::tempfile().expect("a file");
    state.write(&[1; 32], &mut file).expect("it is written");
    MODEL.new_state().from_file(&file, &[1; 32], &state.tokens()).expect("it is whole")
}

fn encode(text: &str) -> Vec<u32> {
    MODEL.tokenizer().encode(text).expect("tokens")
}

fn question(text: &str) -> Vec<u32> {
    let text = format!("<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n");
    MODEL.tokenizer().encode_with_control(&text).expect("tokens")
}

fn limits(max_tokens: usize) -> Limits {
    Limits { max_tokens, lookup: true }
}

/// The natural log-probability of each entry, in 64 bits.
fn log_softmax(logits: &[f32]) -> Vec<f64> {
    let max = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let sum: f64 = logits.iter().map(|logit| (f64::from(*logit) - max).exp()).sum();
    logits.iter().map(|logit| f64::from(*logit) - max - sum.ln()).collect()
}

fn tokens(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(0u32..49_152, count)
}

/// What is done to a state.
#[derive(Debug, Clone)]
enum Move {
    Append(Vec<u32>),
    /// Fork, append to the fork, and go on with the original.
    Disturb(Vec<u32>),
    /// Fork, append to the original, and go on with the fork.
    Switch(Vec<u32>),
    /// Drop all but this share of the pieces.
    Truncate(f64),
    /// Write it to a file and go on with what the file holds.
    Store,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        3 => tokens(1..10).prop_map(Move::Append),
        1 => tokens(1..6).prop_map(Move::Disturb),
        1 => tokens(1..6).prop_map(Move::Switch),
        1 => (0.0..1.0f64).prop_map(Move::Truncate),
        1 => Just(Move::Store),
    ];
    proptest::collection::vec(one, 2..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever was appended, forked and cut before: the next logits are, bit by bit, those of a state computed anew.
    #[test]
    fn a_kept_state_is_a_fresh_one(moves in moves(), next in tokens(1..8)) {
        let mut state = MODEL.new_state();
        let mut pieces: Vec<Vec<u32>> = Vec::new();
        for one in moves {
            match one {
                Move::Append(tokens) => {
                    append(&mut state, &tokens);
                    pieces.push(tokens);
                }
                Move::Disturb(tokens) => {
                    append(&mut state.fork(), &tokens);
                }
                Move::Switch(tokens) => {
                    let fork = state.fork();
                    append(&mut state, &tokens);
                    state = fork;
                }
                Move::Truncate(share) => {
                    pieces.truncate((share * pieces.len() as f64) as usize);
                    state.truncate(pieces.iter().map(Vec::len).sum());
                }
                Move::Store => state = from_file(&state),
            }
            prop_assert_eq!(state.tokens(), pieces.concat());
        }
        let kept = append(&mut state, &next);
        let fresh = append(&mut computed(&pieces), &next);
        prop_assert_eq!(kept, fresh);
    }

    /// In which pieces tokens are appended, and where a state is cut, changes nothing.
    #[test]
    fn pieces_change_nothing(tokens in tokens(4..40), cuts in proptest::collection::vec(0.0..1.0f64, 2)) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| 1 + (cut * (tokens.len() - 2) as f64) as usize).collect();
        cuts.sort_unstable();
        let (first, last) = (cuts[0], cuts[1]);

        let all = MODEL.forward(&mut MODEL.new_state(), &tokens, LogitsAt::From(0)).expect("logits");
        prop_assert_eq!(all.len(), tokens.len());
        let mut state = MODEL.new_state();
        let of_first = append(&mut state, &tokens[..first]);
        prop_assert_eq!(&of_first, &all[first - 1]);
        let mut kept = state.fork();
        let of_rest = append(&mut state, &tokens[first..]);
        prop_assert_eq!(&of_rest, &all[tokens.len() - 1]);

        // Cut within a piece, then appended again.
        state.truncate(last);
        let again = append(&mut state, &tokens[last..]);
        prop_assert_eq!(&again, &all[tokens.len() - 1]);
        // The fork knows nothing of that.
        prop_assert_eq!(kept.tokens(), &tokens[..first]);
        prop_assert_eq!(append(&mut kept, &tokens[first..]), of_rest);
    }

    /// Sequences computed together give what each gives alone.
    #[test]
    fn a_batch_gives_what_single_steps_give(
        sequences in proptest::collection::vec((tokens(0..12), tokens(1..12)), 1..5),
    ) {
        let of_states = |tokens: &Vec<u32>| match tokens.as_slice() {
            [] => MODEL.new_state(),
            _ => computed(std::slice::from_ref(tokens)),
        };
        let mut states: Vec<KvState> = sequences.iter().map(|(held, _)| of_states(held)).collect();
        let wanted = [LogitsAt::From(0), LogitsAt::Last, LogitsAt::None, LogitsAt::From(1)];
        let mut steps: Vec<Step<'_>> = states
            .iter_mut()
            .zip(&sequences)
            .zip(wanted)
            .map(|((state, (_, tokens)), logits)| Step { state, tokens, logits })
            .collect();
        let batched = MODEL.forward_batch(&mut steps).expect("logits");
        for (((held, tokens), logits), batched) in sequences.iter().zip(wanted).zip(&batched) {
            let single = MODEL.forward(&mut of_states(held), tokens, logits).expect("logits");
            prop_assert_eq!(&single, batched);
        }
        for (state, (held, tokens)) in states.iter().zip(&sequences) {
            prop_assert_eq!(state.tokens(), [held.as_slice(), tokens].concat());
        }
    }

    /// Log-probabilities are those of the logits, alone and in a batch, and the states stay as they were.
    #[test]
    fn log_probabilities_are_those_of_the_logits(
        sequences in proptest::collection::vec((tokens(1..8), tokens(1..8), tokens(0..8)), 1..4),
    ) {
        let expected: Vec<Vec<f64>> = sequences
            .iter()
            .map(|(held, context, continuation)| {
                let mut state = computed(std::slice::from_ref(held));
                let all = [context.as_slice(), continuation].concat();
                let logits = MODEL.forward(&mut state, &all, LogitsAt::From(context.len() - 1)).expect("logits");
                continuation.iter().zip(&logits).map(|(token, logits)| log_softmax(logits)[*token as usize]).collect()
            })
            .collect();
        let mut given: Vec<(KvState, &[u32], &[u32])> = sequences
            .iter()
            .map(|(held, context, continuation)| {
                (computed(std::slice::from_ref(held)), context.as_slice(), continuation.as_slice())
            })
            .collect();
        let found = MODEL.log_probabilities(&mut given).expect("log-probabilities");
        for (expected, found) in expected.iter().zip(&found) {
            prop_assert_eq!(expected.len(), found.len());
            for (expected, found) in expected.iter().zip(found) {
                prop_assert!((expected - f64::from(*found)).abs() < 1e-4, "{expected} {found}");
            }
        }
        for ((state, _, _), (held, _, _)) in given.iter().zip(&sequences) {
            prop_assert_eq!(&state.tokens(), held);
        }
    }
}

#[test]
fn forking_shares_and_counts() {
    let mut state = computed(&[encode("The bins are emptied on Monday.")]);
    let config = MODEL.config();
    let bytes = |tokens: usize| tokens * config.layers * config.kv_width() * 2 * 2;
    assert_eq!(state.bytes(), bytes(state.len()));
    let fork = state.fork();
    assert_eq!((fork.bytes(), fork.tokens()), (state.bytes(), state.tokens()));
    state.truncate(0);
    assert!(state.is_empty() && state.bytes() == 0 && !fork.is_empty());
}

#[test]
fn a_prefix_is_read_as_any_tokens_are_and_stops_before_a_block() {
    let tokens = encode("The bins are emptied on Monday.");
    let asked = std::cell::Cell::new(0);
    let read = |most: usize| {
        asked.set(0);
        let keep_going = || {
            asked.set(asked.get() + 1);
            asked.get() <= most
        };
        MODEL.read_prefix(&tokens, &keep_going).expect("it is read")
    };
    let layers = MODEL.config().layers;
    for most in [0, 1, layers - 1] {
        assert!(read(most).is_none() && asked.get() == most + 1, "stopped after {most} blocks");
    }
    let mut whole = read(layers).expect("it was not stopped");
    assert_eq!((asked.get(), whole.tokens()), (layers, tokens.clone()));
    let mut fresh = MODEL.new_state();
    MODEL.forward(&mut fresh, &tokens, LogitsAt::None).expect("it fits");
    let next = encode(" And the boxes?");
    let mut stored = from_file(&whole);
    let expected = append(&mut fresh, &next);
    assert_eq!(append(&mut whole, &next), expected);
    assert_eq!(append(&mut stored, &next), expected);
    assert!(matches!(MODEL.read_prefix(&[], &|| true), Err(InferenceError::NoTokens)));
}

#[test]
fn a_state_of_another_model_is_refused() {
    let prompt = encode("Hello");
    let mut own = MODEL.new_state();
    let mut foreign = SMALL.new_state();
    assert!(matches!(MODEL.forward(&mut foreign, &prompt, LogitsAt::Last), Err(InferenceError::ForeignState)));
    // One wrong state spoils the batch, and no state is changed.
    let mut steps = [
        Step { state: &mut own, tokens: &prompt, logits: LogitsAt::Last },
        Step { state: &mut foreign, tokens: &prompt, logits: LogitsAt::Last },
    ];
    assert!(matches!(MODEL.forward_batch(&mut steps), Err(InferenceError::ForeignState)));
    assert!(own.is_empty() && foreign.is_empty());
    let mut sequences = [(foreign, prompt.as_slice(), prompt.as_slice())];
    assert!(matches!(MODEL.log_probabilities(&mut sequences), Err(InferenceError::ForeignState)));
}

#[test]
fn a_full_context_is_refused_and_the_state_unchanged() {
    let context = SMALL.options().context_tokens;
    let prompt: Vec<u32> = (100..100 + context as u32).collect();
    let (first, rest) = prompt.split_at(context - 2);
    let mut state = SMALL.new_state();
    SMALL.forward(&mut state, first, LogitsAt::None).expect("it fits");
    let before = (state.tokens(), state.bytes());
    let refused = SMALL.forward(&mut state, &[1, 2, 3], LogitsAt::Last).expect_err("it does not fit");
    assert!(
        matches!(refused, InferenceError::ContextFull { needed, context: full } if needed == context + 1 && full == context),
        "{refused}"
    );
    assert_eq!((state.tokens(), state.bytes()), before);
    // The last place can be used, and gives what a state without the refusal gives.
    let after = SMALL.forward(&mut state, rest, LogitsAt::Last).expect("it fits");
    let mut fresh = SMALL.new_state();
    SMALL.forward(&mut fresh, first, LogitsAt::None).expect("it fits");
    assert_eq!(after, SMALL.forward(&mut fresh, rest, LogitsAt::Last).expect("it fits"));
}

#[test]
fn a_step_that_fails_half_way_leaves_the_state_unchanged() {
    let mut state = computed(&[encode("The bins are emptied")]);
    let before = (state.tokens(), state.bytes());
    let unknown = [5, 4_000_000];
    assert!(matches!(MODEL.forward(&mut state, &unknown, LogitsAt::Last), Err(InferenceError::Tensor(_))));
    assert_eq!((state.tokens(), state.bytes()), before);
}

#[test]
fn nothing_cannot_be_computed_from() {
    let mut state = computed(&[encode("Hello")]);
    let none: &[u32] = &[];
    assert!(matches!(MODEL.forward(&mut state, none, LogitsAt::Last), Err(InferenceError::NoTokens)));
    let limits = limits(4);
    assert!(matches!(MODEL.generate(&mut state, none, limits, &mut |_| true), Err(InferenceError::NoTokens)));
    let continuation = encode(" there");
    let mut sequences = [(state, none, continuation.as_slice())];
    assert!(matches!(MODEL.log_probabilities(&mut sequences), Err(InferenceError::NoTokens)));
    assert!(MODEL.forward_batch(&mut []).expect("nothing to do").is_empty());
}

#[test]
fn generation_takes_the_most_likely_token_each_time() {
    let prompt = question("Name three colours.");
    let mut state = MODEL.new_state();
    let Generated { tokens, log_probabilities, stop } =
        MODEL.generate(&mut state, &prompt, limits(8), &mut |_| true).expect("tokens");
    assert_eq!((tokens.len(), log_probabilities.len(), stop), (8, 8, StopReason::TokenLimit));
    assert_eq!(state.tokens(), [prompt.as_slice(), &tokens].concat());

    let mut state = MODEL.new_state();
    let mut logits = append(&mut state, &prompt);
    for (token, log_probability) in tokens.iter().zip(log_probabilities) {
        assert_eq!(argmax(&logits), *token as usize);
        assert!((log_softmax(&logits)[*token as usize] - f64::from(log_probability)).abs() < 1e-4);
        logits = append(&mut state, &[*token]);
    }
}

#[test]
fn generation_from_a_kept_prefix_is_that_of_a_fresh_one() {
    let [page, ask] = [encode("Garden waste costs £52 a year.\n"), encode("Question: What does it cost?\nAnswer:")];
    let limits = limits(12);
    let mut kept = computed(std::slice::from_ref(&page));
    let mut fork = kept.fork();
    let first = MODEL.generate(&mut fork, &ask, limits, &mut |_| true).expect("tokens");
    let second = MODEL.generate(&mut kept.fork(), &ask, limits, &mut |_| true).expect("tokens");
    let fresh = MODEL.generate(&mut computed(&[page]), &ask, limits, &mut |_| true).expect("tokens");
    assert_eq!(first, fresh);
    assert_eq!(second, fresh);
}

#[test]
fn cancelling_stops_at_once() {
    let prompt = question("Write a long story about a bin.");
    let limits = limits(50);
    let mut state = MODEL.new_state();
    let generated = MODEL.generate(&mut state, &prompt, limits, &mut |_| false).expect("nothing to do");
    assert_eq!((generated.tokens.len(), generated.stop), (0, StopReason::Cancelled));
    assert!(state.is_empty(), "a cancelled generation computes nothing");

    let mut heard = Vec::new();
    let generated = MODEL
        .generate(&mut state, &prompt, limits, &mut |tokens| {
            heard.push(tokens.len());
            tokens.len() < 5
        })
        .expect("tokens");
    assert_eq!((generated.tokens.len(), generated.stop), (5, StopReason::Cancelled));
    assert_eq!(heard, [0, 1, 2, 3, 4, 5]);
    assert_eq!(state.tokens(), [prompt.as_slice(), &generated.tokens[..4]].concat());
}

#[test]
fn generation_stops_at_the_end_of_the_turn() {
    let prompt = question("What is the capital of France?");
    let mut state = MODEL.new_state();
    let generated = MODEL.generate(&mut state, &prompt, limits(100), &mut |_| true).expect("tokens");
    assert_eq!(generated.stop, StopReason::EndOfTurn, "{:?}", MODEL.tokenizer().decode(&generated.tokens));
    assert!(!generated.tokens.iter().any(|token| MODEL.tokenizer().ends_turn(*token)));
    assert_eq!(state.tokens(), [prompt.as_slice(), &generated.tokens].concat());
    let answer = MODEL.tokenizer().decode(&generated.tokens).expect("a text");
    assert!(answer.contains("Paris"), "{answer}");
}

#[test]
fn generation_stops_at_the_end_of_the_context() {
    let prompt = encode("Count: one, two, three, four,");
    let mut state = SMALL.new_state();
    let generated = SMALL.generate(&mut state, &prompt, limits(1000), &mut |_| true).expect("tokens");
    assert_eq!(generated.stop, StopReason::TokenLimit);
    assert_eq!(state.len(), SMALL.options().context_tokens);
    assert_eq!(state.tokens(), [prompt.as_slice(), &generated.tokens].concat());

    let limits = limits(0);
    let none = SMALL.generate(&mut SMALL.new_state(), &prompt, limits, &mut |_| true).expect("no tokens");
    assert_eq!((none.tokens.len(), none.stop), (0, StopReason::TokenLimit));
}

/// Drafting by lookup changes nothing but the time: neither tokens, nor log-probabilities, nor the state, nor who is asked
/// whether to go on.
#[test]
fn lookup_gives_what_plain_decoding_gives() {
    let page = "Garden waste is collected every two weeks from 1 March to 30 November. A subscription costs £52 a year for \
                one bin and £35 for each further bin. You can pay online, by phone or at the customer service centre.";
    let questions =
        ["What does a subscription cost?", "When is garden waste collected?", "Repeat the text word by word."];
    let mut quoted = 0;
    for asked in questions {
        let prompt = question(&format!("{page}\n{asked}"));
        for stop_after in [60, 7] {
            let run = |lookup| {
                let (mut state, mut heard) = (MODEL.new_state(), Vec::new());
                let limits = Limits { max_tokens: 40, lookup };
                let generated = MODEL.generate(&mut state, &prompt, limits, &mut |tokens| {
                    heard.push(tokens.len());
                    tokens.len() < stop_after
                });
                (generated.expect("tokens"), state.tokens(), heard, MODEL.forward(&mut state, &[5], LogitsAt::Last))
            };
            let (plain, by_lookup) = (run(false), run(true));
            assert_eq!(plain.0, by_lookup.0);
            assert_eq!((plain.1, plain.2), (by_lookup.1, by_lookup.2));
            assert_eq!(plain.3.expect("logits"), by_lookup.3.expect("logits"));
        }
        let mut state = MODEL.new_state();
        let copied = MODEL.generate(&mut state, &prompt, limits(40), &mut |_| true).expect("tokens");
        let text = MODEL.tokenizer().decode(&copied.tokens).expect("a text");
        quoted += usize::from(page.contains(text.split(". ").next().unwrap_or_default().trim()));
    }
    assert!(quoted > 0, "nothing was copied, so that nothing was drafted");
}
