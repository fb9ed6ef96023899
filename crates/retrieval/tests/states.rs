//! Passage states of a real model over a few pages, kept on disk and filled at idle: what is kept is what would be computed,
//! and whatever happens to the files, replies need them not. The models are found where `reeve` keeps them; tests never fetch
//! anything.
#![allow(clippy::unwrap_used)]

mod models;
mod pages;

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use inference::{Encoder, Generator, GeneratorOptions, KvPrecision, KvState, LogitsAt, Precision};
use retrieval::{Filled, FusionWeights, Index, KeptStates, PassageStates, Prompt, StatesDisk};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

const PLENTY: usize = 1 << 30;
const IDENTITY: [u8; 32] = [1; 32];

static MODEL: LazyLock<Arc<Generator>> = LazyLock::new(|| {
    let mut files = fs::read_dir(models::folder("smollm2-135m-instruct")).unwrap().flatten().map(|entry| entry.path());
    let file = files.find(|path| path.extension().is_some_and(|extension| extension == "gguf")).unwrap();
    let options =
        GeneratorOptions { precision: Precision::Quantised, kv_precision: KvPrecision::F16, context_tokens: 1024 };
    Arc::new(Generator::load(&file, options).unwrap())
});

/// Two pages in three passages, the first page's two before the second's.
static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let long = "You cannot put soil, stones or food into the brown bin. ".repeat(7);
    let garden_waste = format!("# Garden waste\n\n{long}\n\n## How to join\n\nCall 01632 960110. {long}\n");
    let libraries = "# Libraries\n\nRiverside Library opens at 9am.\n";
    let knowledge = pages::knowledge(&[("a-garden-waste", &garden_waste), ("b-libraries", libraries)]);
    let data = tempfile::tempdir().unwrap();
    let encoder = Arc::new(Encoder::load(&models::folder("all-minilm-l6-v2")).unwrap());
    let weights = FusionWeights { lexical: 0.4, dense: 0.6 };
    let index = Index::open(data.path(), knowledge, encoder, "digest", weights, &mut |_| ()).unwrap();
    assert_eq!(index.len(), 3);
    assert_eq!(index.passage(0).0.id, index.passage(1).0.id);
    index
});

fn prefix(passage: usize) -> Vec<u32> {
    let (page, passage) = INDEX.passage(passage);
    Prompt::new(MODEL.chat(), MODEL.tokenizer(), page, passage, "What does it cost?").unwrap().prefix
}

/// States as a process of its own has them over the folder.
fn states_within(folder: &Path, memory_bytes: usize, disk_bytes: u64, identity: [u8; 32]) -> PassageStates {
    let disk = StatesDisk::open(folder, disk_bytes).folder("council", "model", identity);
    PassageStates::new(Arc::clone(&MODEL), memory_bytes, Some(disk))
}

/// With plenty of room on disk, and none in memory.
fn states(folder: &Path) -> PassageStates {
    states_within(folder, 0, PLENTY as u64, IDENTITY)
}

/// Where the state of a passage lies.
fn file(folder: &Path, passage: usize) -> PathBuf {
    let tokens: Vec<u8> = prefix(passage).iter().flat_map(|token| token.to_le_bytes()).collect();
    let name = Sha256::digest(tokens).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    folder.join("council/model").join(format!("{name}.kv"))
}

/// Replaces a file by one that may be written to.
fn replace(file: &Path, content: &[u8]) {
    let _ = fs::remove_file(file);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, content).unwrap();
}

fn fill(states: &PassageStates) {
    for _ in 0..20 {
        match states.fill_next(&INDEX, &|| true).unwrap() {
            Filled::Step => (),
            Filled::Done => return,
            Filled::Interrupted => panic!("nobody interrupted it"),
        }
    }
    panic!("it does not end");
}

fn kept(states: &PassageStates) -> usize {
    let KeptStates { kept, of } = states.kept(&INDEX);
    assert_eq!(of, 3);
    kept
}

/// What the model says after a state.
fn logits(state: &KvState) -> Vec<f32> {
    let next = MODEL.tokenizer().encode(" Question: what does it cost?").unwrap();
    MODEL.forward(&mut state.clone(), &next, LogitsAt::Last).unwrap().swap_remove(0)
}

/// The state of a passage, kept or computed.
fn after(states: &PassageStates, passage: usize) -> KvState {
    states.after(&prefix(passage), &|| true).unwrap().unwrap()
}

/// What it says after the passage when nothing is kept.
fn fresh(passage: usize) -> Vec<f32> {
    let mut state = MODEL.new_state();
    MODEL.forward(&mut state, &prefix(passage), LogitsAt::None).unwrap();
    logits(&state)
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn filled_states_outlast_the_process_and_say_the_same_to_the_bit() {
    let folder = folder();
    let first = states(folder.path());
    assert_eq!(kept(&first), 0);
    fill(&first);
    assert_eq!(kept(&first), 3);
    assert!(first.bytes() > 0);
    let said: Vec<Vec<f32>> = (0..3).map(|passage| logits(&after(&first, passage))).collect();
    drop(first);

    let second = states(folder.path());
    // Nothing may be computed: all that is allowed is to name the passages.
    let named = Cell::new(0);
    let only_naming = || named.replace(named.get() + 1) < 3;
    for _ in 0..4 {
        assert_eq!(second.fill_next(&INDEX, &only_naming).unwrap(), Filled::Step);
    }
    assert_eq!((second.fill_next(&INDEX, &only_naming).unwrap(), kept(&second)), (Filled::Done, 3));
    for (passage, said) in said.iter().enumerate() {
        let state = after(&second, passage);
        assert_eq!(state.memory_bytes(), 0, "it lies on disk");
        assert_eq!(&logits(&state), said);
        assert_eq!(said, &fresh(passage), "as when nothing is kept");
    }
}

#[test]
fn the_first_passage_of_each_page_comes_first() {
    let folder = folder();
    let states = states(folder.path());
    let mut there = Vec::new();
    while states.fill_next(&INDEX, &|| true).unwrap() != Filled::Done {
        there.push((0..3).map(|passage| file(folder.path(), passage).is_file()).collect::<Vec<_>>());
    }
    let [none, first, second, all] = there.try_into().unwrap();
    assert_eq!([none, first, second, all], [[false; 3], [true, false, false], [true, false, true], [true; 3]]);
}

#[test]
fn an_interrupted_step_keeps_nothing_and_begins_again() {
    let folder = folder();
    let states = states(folder.path());
    let asked = Cell::new(0);
    let until = |most: usize| {
        asked.set(0);
        states.fill_next(&INDEX, &|| asked.replace(asked.get() + 1) < most).unwrap()
    };
    // While the passages are named, and then while one is read.
    assert_eq!(until(2), Filled::Interrupted);
    assert_eq!(until(1), Filled::Step);
    for most in [0, 3] {
        assert_eq!((until(most), asked.get()), (Filled::Interrupted, most + 1), "it stops when it is told");
        assert_eq!((kept(&states), states.bytes()), (0, 0));
        assert!(!file(folder.path(), 0).exists());
    }
    fill(&states);
    assert_eq!(kept(&states), 3);
}

#[test]
fn a_question_that_is_given_up_keeps_nothing_of_a_passage_and_what_is_kept_needs_no_time() {
    let folder = folder();
    let states = states(folder.path());
    assert!(states.after(&prefix(0), &|| false).unwrap().is_none());
    assert!(!file(folder.path(), 0).exists());
    after(&states, 0);
    assert!(states.after(&prefix(0), &|| false).unwrap().is_some());
}

#[test]
fn a_damaged_file_is_computed_again_wherever_it_is_damaged() {
    let folder = folder();
    fill(&states(folder.path()));
    let file = file(folder.path(), 2);
    let whole = fs::read(&file).unwrap();
    let expected = fresh(2);
    let flipped = |place: usize| {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        bytes
    };
    let middle = whole.len() / 2;
    let damaged = [flipped(0), flipped(20), flipped(70), flipped(middle), flipped(whole.len() - 1)];
    let cut = [0, 7, 40, middle, whole.len() - 1].map(|length| whole[..length].to_vec());
    for damaged in damaged.into_iter().chain(cut).chain([[whole.as_slice(), b"more"].concat()]) {
        replace(&file, &damaged);
        assert_eq!(logits(&after(&states(folder.path()), 2)), expected);
        assert!(fs::read(&file).unwrap() == whole, "it is whole again");
    }
}

#[test]
fn states_of_another_model_or_machine_are_computed_again() {
    let folder = folder();
    fill(&states(folder.path()));
    let whole = fs::read(file(folder.path(), 0)).unwrap();
    // A state of other tokens under this one's name.
    replace(&file(folder.path(), 2), &whole);
    assert_eq!(logits(&after(&states(folder.path()), 2)), fresh(2));

    let other = states_within(folder.path(), 0, PLENTY as u64, [2; 32]);
    assert_eq!(other.fill_next(&INDEX, &|| true).unwrap(), Filled::Step);
    assert_eq!(kept(&other), 0);
    assert_eq!(other.fill_next(&INDEX, &|| false).unwrap(), Filled::Interrupted, "it has to be computed");
    assert!(!file(folder.path(), 0).exists(), "the stale file is gone");
    fill(&other);
    assert_eq!(kept(&other), 3);
    assert!(fs::read(file(folder.path(), 0)).unwrap() != whole, "another identity stands in it");
}

#[test]
fn the_sweep_removes_what_is_reeves_own_and_not_wanted() {
    let folder = folder();
    let own = folder.path().join("council/model");
    let age = |path: &Path, by: Duration| {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - by).unwrap();
    };
    let (gone, abandoned, new) =
        (own.join(format!("{}.kv", "0a".repeat(32))), own.join(".old.kv.partial"), own.join(".new.kv.partial"));
    let others = [
        own.join("notes.kv"),
        own.join("notes.txt"),
        own.join(format!("{}.kv", "0A".repeat(32))),
        own.join("x.kv.partial"),
    ];
    for path in [&gone, &abandoned, &new].into_iter().chain(&others) {
        replace(path, b"something");
        age(path, Duration::from_secs(2 * 60 * 60));
    }
    age(&new, Duration::from_secs(60));
    let elsewhere = folder.path().join("council/other").join(gone.file_name().unwrap());
    replace(&elsewhere, b"something");

    fill(&states(folder.path()));
    assert!(!gone.exists() && !abandoned.exists());
    assert!(new.exists(), "another process may be writing it");
    assert!(others.iter().chain([&elsewhere]).all(|path| path.exists()), "nothing else is touched");
    assert!((0..3).all(|passage| file(folder.path(), passage).exists()));
}

#[test]
fn no_more_is_written_than_there_is_room_for() {
    let folder = folder();
    let bytes = |passage: usize| MODEL.new_state().file_bytes(prefix(passage).len());
    // Passages 0 and 2 come first.
    let limit = bytes(0) + bytes(2) + 10;
    let there = || -> u64 {
        let files = fs::read_dir(folder.path().join("council/model")).unwrap();
        files.map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
    };
    let without_memory = states_within(folder.path(), 0, limit, IDENTITY);
    fill(&without_memory);
    assert_eq!((kept(&without_memory), there()), (2, bytes(0) + bytes(2)));
    assert_eq!(logits(&after(&without_memory, 1)), fresh(1), "it works without");

    // A process that comes later counts what is there, and what goes makes room.
    let later = states_within(folder.path(), PLENTY, limit, IDENTITY);
    fill(&later);
    assert_eq!((kept(&later), there()), (3, bytes(0) + bytes(2)));
    fs::remove_file(file(folder.path(), 0)).unwrap();
    fill(&states_within(folder.path(), 0, limit, [2; 32]));
    assert!(there() <= limit);
    assert!(file(folder.path(), 0).exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_done_without() {
    let folder = folder();
    let in_the_way = folder.path().join("states");
    fs::write(&in_the_way, b"not a folder").unwrap();
    let states = states_within(&in_the_way, PLENTY, PLENTY as u64, IDENTITY);
    fill(&states);
    assert_eq!(kept(&states), 3);
    let state = after(&states, 2);
    assert_eq!((logits(&state), state.memory_bytes()), (fresh(2), state.bytes()));
    assert_eq!(fs::read(&in_the_way).unwrap(), b"not a folder");
}

#[test]
fn memory_is_bounded_and_the_least_used_goes_first() {
    let bytes = |passage: usize| MODEL.new_state().token_bytes() * prefix(passage).len();
    let budget = bytes(0) + bytes(2);
    assert!(bytes(1) + bytes(2) <= budget + bytes(0) - bytes(2));
    let states = PassageStates::new(Arc::clone(&MODEL), budget, None);
    fill(&states);
    assert_eq!((kept(&states), states.bytes()), (2, budget), "filling drives nothing out");
    // Passage 2 was used last, so 0 goes for 1, as far as it makes room.
    after(&states, 2);
    after(&states, 1);
    assert!(states.bytes() <= budget);
    let held = states.bytes();
    after(&states, 1);
    assert_eq!(states.bytes(), held, "it was kept");
    assert_eq!(logits(&after(&states, 0)), fresh(0));
}
