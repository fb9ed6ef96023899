//! Questions that are searched for by an encoder of their own.
#![allow(clippy::unwrap_used)]

mod models;
mod pages;

use std::path::Path;
use std::sync::Arc;

use inference::Encoder;
use retrieval::{FusionWeights, Index, Query};

const ADAPTER: &[u8] = include_bytes!("../../../models/question_encoder.safetensors");

/// None of its words stands on the page that answers it.
const QUESTION: &str = "my old settee is too big for the car, would somebody fetch it";

fn encoder() -> Encoder {
    Encoder::load(&models::folder("all-minilm-l6-v2")).unwrap()
}

fn index(data: &Path) -> Index {
    let knowledge = pages::knowledge(&[
        ("bulky-waste", "We collect large items of furniture from homes. Book a collection online."),
        ("parking-permits", "You need a permit to park on some streets. Apply for one online."),
    ]);
    let weights = FusionWeights { lexical: 0.3, dense: 0.7 };
    Index::open(data, knowledge, Arc::new(encoder()), "digest", weights, &mut |_| ()).unwrap()
}

#[test]
fn only_the_search_reads_a_question_by_its_own_encoder() {
    let folder = tempfile::tempdir().unwrap();
    let plain = index(folder.path());
    let own = index(folder.path()).with_question_encoder(encoder().adapted(ADAPTER).unwrap());
    let nearness = |index: &Index| {
        let hits = index.search(Query { question: QUESTION, history: &[] }).unwrap();
        let of = |page: &str| hits.iter().find(|hit| index.passage(hit.passage).0.id == page).unwrap().dense;
        (of("bulky-waste"), of("parking-permits"))
    };
    let ((right, wrong), (own_right, own_wrong)) = (nearness(&plain), nearness(&own));
    assert!(own_right - own_wrong > right - wrong + 0.05, "{right} {wrong} {own_right} {own_wrong}");
    // Signals were fitted to the encoder's own vectors, searched for before or not.
    assert_eq!(own.encode(QUESTION).unwrap(), plain.encode(QUESTION).unwrap());
    assert_eq!(own.digest(), plain.digest());
}
