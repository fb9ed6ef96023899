//! States in files: what is read is what was written, and what is damaged or of something else is refused.
#![allow(clippy::unwrap_used, clippy::float_cmp)]
use std::io::{Seek as _, Write as _};

use proptest::prelude::*;

use super::*;
use crate::state::tests::floats;

const IDENTITY: [u8; 32] = [7; 32];
const LAYERS: usize = 2;
const WIDTH: usize = 3;

fn empty(layers: usize, width: usize) -> KvState {
    KvState::new(1, layers, width, KvPrecision::F16)
}

/// A state of these tokens, frozen after each of `cuts`, whose keys and values all differ.
fn state(tokens: &[u32], cuts: &[usize]) -> KvState {
    let mut state = empty(LAYERS, WIDTH);
    for (place, token) in tokens.iter().enumerate() {
        for layer in 0..LAYERS {
            let row = |sign: f32| -> Vec<f32> {
                (0..WIDTH).map(|i| sign * (place * 10 + layer * WIDTH + i) as f32 / 3.0).collect()
            };
            state.push(layer, &row(1.0), &row(-1.0));
        }
        state.push_tokens(&[*token]);
        if cuts.contains(&place) {
            state.freeze();
        }
    }
    state
}

fn bytes(state: &KvState) -> Vec<u8> {
    let mut bytes = Vec::new();
    state.write(&IDENTITY, &mut bytes).unwrap();
    bytes
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

fn read(bytes: &[u8], tokens: &[u32]) -> Result<KvState, StateFileError> {
    empty(LAYERS, WIDTH).from_file(&file(bytes), &IDENTITY, tokens)
}

fn content(state: &KvState) -> Vec<(Vec<f32>, Vec<f32>)> {
    (0..LAYERS).map(|layer| floats(state, layer)).collect()
}

proptest! {
    /// What is read from a file is what was written, however it came about, and goes on like it.
    #[test]
    fn what_was_written_is_read(
        tokens in proptest::collection::vec(0u32..50_000, 1..700),
        cuts in proptest::collection::vec(0usize..700, 0..3),
        kept in 0usize..700,
    ) {
        let mut held = state(&tokens, &cuts);
        let written = bytes(&held);
        prop_assert_eq!(written.len() as u64, held.file_bytes(tokens.len()));
        let mut mapped = read(&written, &tokens).unwrap();
        prop_assert_eq!(content(&mapped), content(&held));
        prop_assert_eq!((mapped.tokens(), mapped.bytes(), mapped.memory_bytes()), (held.tokens(), held.bytes(), 0));
        // Written again, it is the same file.
        prop_assert_eq!(&bytes(&mapped), &written);
        for state in [&mut held, &mut mapped] {
            state.truncate(kept);
            state.push(0, &[1.0; WIDTH], &[2.0; WIDTH]);
            state.push(1, &[3.0; WIDTH], &[4.0; WIDTH]);
            state.push_tokens(&[9]);
        }
        prop_assert_eq!(content(&mapped), content(&held));
        prop_assert_eq!(mapped.fork().tokens(), held.tokens());
    }

    /// A file that was cut off, lengthened, or in which a bit has changed is refused, wherever it was.
    #[test]
    fn a_damaged_file_is_refused(
        tokens in proptest::collection::vec(0u32..50_000, 1..40),
        place in 0.0..1.0f64,
        bit in 0u8..8,
        longer in 1usize..9,
    ) {
        let written = bytes(&state(&tokens, &[]));
        let place = (place * written.len() as f64) as usize;
        prop_assert!(read(&written[..place], &tokens).is_err(), "cut off after {} bytes", place);
        let mut flipped = written.clone();
        flipped[place] ^= 1 << bit;
        prop_assert!(read(&flipped, &tokens).is_err(), "bit {} of byte {} changed", bit, place);
        let lengthened = [written.as_slice(), &vec![0; longer]].concat();
        prop_assert!(matches!(read(&lengthened, &tokens), Err(StateFileError::Damaged)));
    }
}

#[test]
fn every_byte_counts() {
    let tokens = [1, 2, 3];
    let written = bytes(&state(&tokens, &[]));
    for place in 0..written.len() {
        assert!(read(&written[..place], &tokens).is_err(), "cut off after {place} bytes");
        let mut changed = written.clone();
        changed[place] = changed[place].wrapping_add(1);
        assert!(read(&changed, &tokens).is_err(), "byte {place} changed");
    }
    assert!(read(&written, &tokens).is_ok());
}

#[test]
fn a_file_of_something_else_is_stale() {
    let tokens = [1, 2, 3];
    let written = file(&bytes(&state(&tokens, &[])));
    let check = |empty: KvState, identity: [u8; 32], tokens: &[u32]| {
        let refused = empty.from_file(&written, &identity, tokens);
        assert!(matches!(refused, Err(StateFileError::Stale)), "{refused:?}");
    };
    let own = || empty(LAYERS, WIDTH);
    check(own(), [8; 32], &tokens);
    check(own(), IDENTITY, &[1, 2, 4]);
    check(own(), IDENTITY, &[1, 2]);
    check(own(), IDENTITY, &[1, 2, 3, 4]);
    check(empty(LAYERS + 1, WIDTH), IDENTITY, &tokens);
    check(empty(LAYERS, WIDTH + 1), IDENTITY, &tokens);
    check(KvState::new(1, LAYERS, WIDTH, KvPrecision::F32), IDENTITY, &tokens);
    assert!(own().from_file(&written, &IDENTITY, &tokens).is_ok());
}

#[test]
fn full_floats_are_not_written() {
    let mut into = Vec::new();
    let refused = KvState::new(1, 1, 1, KvPrecision::F32).write(&IDENTITY, &mut into);
    assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::Unsupported);
    assert!(into.is_empty());
}
