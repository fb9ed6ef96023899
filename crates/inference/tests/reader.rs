//! The reader: its training reaches every weight with the right gradient, and what it learned is what is read.

mod models;

use candle_core::{Tensor, Var};
use inference::reader::training::{Prepared, Random, Target, Trainee};
use inference::reader::{Reader, ReaderPassage};
use models::ENCODER;

const SENTENCES: [&str; 3] = [
    "A garden waste subscription costs £52 a year.",
    "Each extra bin costs £40 a year.",
    "We empty brown bins every two weeks from March to November.",
];
const PASSAGE: ReaderPassage<'static> =
    ReaderPassage { context: "Garden waste. What it costs.", sentences: &SENTENCES };

/// A model whose weights are all at random places, so that each has an effect.
fn trainee() -> (Trainee, Vec<Prepared>) {
    let trainee = Trainee::new(&models::folder(ENCODER), 4).expect("the encoder");
    let mut random = Random(7);
    for (name, var) in trainee.trained() {
        let scale = if name.starts_with("head") { 0.2 } else { 0.02 };
        set(var, &(0..var.elem_count()).map(|_| random.normal() * scale).collect::<Vec<_>>());
    }
    let examples = vec![
        trainee.prepare("how much is a second brown bin", PASSAGE, Target::Question(vec![false, true, false])),
        trainee.prepare("can I put soil in it", PASSAGE, Target::Question(vec![false; 3])),
        trainee.prepare("A second bin is free.", PASSAGE, Target::Statement(false)),
    ];
    (trainee, examples.into_iter().map(|example| example.expect("tokens")).collect())
}

fn set(var: &Var, values: &[f32]) {
    let tensor = Tensor::from_slice(values, var.shape(), var.device()).expect("a tensor");
    var.set(&tensor).expect("the same shape");
}

fn values(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().expect("a row").to_vec1().expect("floats")
}

#[test]
fn every_trained_weight_gets_the_gradient_that_differences_show() {
    let (trainee, examples) = trainee();
    let batch: Vec<&Prepared> = examples.iter().collect();
    let loss = || f64::from(trainee.loss(&batch).expect("a loss").to_scalar::<f32>().expect("a number"));
    let gradients = trainee.loss(&batch).expect("a loss").backward().expect("gradients");
    for (name, var) in trainee.trained() {
        let gradient = values(gradients.get(var).unwrap_or_else(|| panic!("{name} has no gradient")));
        assert!(gradient.iter().any(|value| *value != 0.0), "the gradient of {name} is zero");
        // Along the gradient itself the loss changes most: the sharpest test that 32-bit floats allow.
        let length = gradient.iter().map(|g| g * g).sum::<f32>().sqrt();
        let before = values(var);
        let step = 0.01;
        let moved = |sign: f32| -> Vec<f32> {
            before.iter().zip(&gradient).map(|(value, g)| value + sign * step * g / length).collect()
        };
        set(var, &moved(1.0));
        let up = loss();
        set(var, &moved(-1.0));
        let down = loss();
        set(var, &before);
        let slope = (up - down) / (2.0 * f64::from(step));
        let ratio = slope / f64::from(length);
        assert!((0.9..1.1).contains(&ratio), "{name}: the slope is {slope:.6}, the gradient says {length:.6}");
    }
}

#[test]
fn what_was_learned_is_what_is_read() {
    let (trainee, examples) = trainee();
    let file = tempfile::NamedTempFile::new().expect("a file");
    trainee.save(file.path()).expect("saved");
    let adapter = std::fs::read(file.path()).expect("bytes");
    let reader = Reader::load(&models::folder(ENCODER), &adapter).expect("the reader");
    let readings = reader.read("how much is a second brown bin", &[PASSAGE, PASSAGE]).expect("readings");
    let verdicts = trainee.verdicts(&examples.iter().collect::<Vec<_>>()).expect("verdicts");
    // The file holds 16-bit floats.
    let check = |read: f32, wanted: f32| assert!((read - wanted).abs() < 0.02, "{read} for {wanted}");
    check(readings[0].answers, verdicts[0]);
    check(readings[1].answers, verdicts[0]);
    check(reader.read("can I put soil in it", &[PASSAGE]).expect("a reading")[0].answers, verdicts[1]);
    check(reader.support("A second bin is free.", &[PASSAGE]).expect("a verdict")[0], verdicts[2]);
    assert_eq!(readings[0].sentences.len(), 3);
}

#[test]
fn a_broken_adapter_is_refused() {
    let error = Reader::load(&models::folder(ENCODER), b"not a file").expect_err("it is broken");
    assert!(error.to_string().contains("reader"), "{error}");
}
