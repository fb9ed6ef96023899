//! Single steps by themselves: a pass over a language model's weights, which its kernels are nearly all of, the encoder, the
//! fused search, and the check of a sentence.

#[allow(dead_code, reason = "the benchmark's program needs more of it")]
#[path = "../src/models.rs"]
mod models;

use std::sync::{Arc, LazyLock};

use assistant::Checker;
use corpus::Knowledge;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use inference::{Encoder, LogitsAt};
use retrieval::{FusionWeights, Index, Query};

const QUESTION: &str = "How much does it cost to have an old sofa and two chairs taken away?";

static ENCODER: LazyLock<Arc<Encoder>> = LazyLock::new(|| Arc::new(models::encoder().expect("the encoder")));

/// The example council's pages.
static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let knowledge = Arc::new(Knowledge::load("knowledge".as_ref()).expect("the pages"));
    let weights = FusionWeights { lexical: 0.4, dense: 0.6 };
    Index::open(folder.path(), knowledge, Arc::clone(&ENCODER), "bench", weights, &mut |_| ()).expect("the index")
});

fn main() {
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).expect("the folder of the project");
    divan::main();
}

/// So many tokens read at once by a model: one is a step of decoding, more are prefill.
struct Pass {
    model: &'static str,
    tokens: usize,
}

impl std::fmt::Display for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, {}", self.model, self.tokens)
    }
}

fn passes() -> impl Iterator<Item = Pass> {
    models::GENERATORS.into_iter().flat_map(|model| [1, 16, 64, 256].map(|tokens| Pass { model, tokens }))
}

#[divan::bench(args = passes(), sample_count = 20, sample_size = 1)]
fn forward(bencher: Bencher<'_, '_>, pass: &Pass) {
    let model = models::generator(&models::gguf(pass.model).expect("the model's file")).expect("the model");
    let read = model.tokenizer().encode(&QUESTION.repeat(pass.tokens)).expect("tokens")[..pass.tokens].to_vec();
    bencher
        .counter(ItemsCount::new(pass.tokens))
        .with_inputs(|| model.new_state())
        .bench_refs(|state| model.forward(state, black_box(&read), LogitsAt::Last).expect("logits"));
}

#[divan::bench]
fn encode_a_question() -> Vec<f32> {
    ENCODER.encode_one(black_box(QUESTION)).expect("a vector")
}

/// With the question's vector at hand, as it is after triage.
#[divan::bench]
fn fused_search(bencher: Bencher<'_, '_>) {
    let index = &*INDEX;
    bencher.bench(|| index.search(Query { question: black_box(QUESTION), history: &[] }).expect("hits"));
}

#[divan::bench]
fn check_a_sentence(bencher: Bencher<'_, '_>) {
    let hits = INDEX.search(Query { question: QUESTION, history: &[] }).expect("hits");
    let (page, passage) = INDEX.passage(hits[0].passage);
    let sentence = &passage.sentences[0].text;
    bencher.bench(|| Checker::default().check(black_box(sentence), page, passage).expect("its own sentence passes"));
}
