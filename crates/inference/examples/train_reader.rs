//! Trains the reader's adapter: `cargo run --release -p inference --example train_reader -- OUT FOLDER... [name=value]`.
//!
//! Each folder holds JSON Lines of passages with questions that they answer, near-misses that they do not, and
//! statements that are true or false of them (training/README.md). A tenth of the passages is held out and measured
//! after each epoch. The adapter is written after each hundred steps, so that nothing is lost when the run is stopped.
#![allow(clippy::print_stdout, reason = "an example's output is for its user")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use candle_core::backprop::GradStore;
use candle_nn::{AdamW, Optimizer, ParamsAdamW};
use inference::reader::ReaderPassage;
use inference::reader::training::{Prepared, Random, Target, Trainee};
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
struct Passage {
    id: String,
    title: String,
    heading: String,
    sentences: Vec<String>,
    #[serde(default)]
    answered: Vec<Answered>,
    #[serde(default)]
    unanswered: Vec<String>,
    #[serde(default, rename = "true")]
    supported: Vec<String>,
    #[serde(default, rename = "false")]
    unsupported: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Answered {
    question: String,
    #[serde(default)]
    earlier: String,
    answer: Vec<usize>,
}

impl Answered {
    fn whole(&self) -> String {
        format!("{} {}", self.earlier, self.question).trim().to_owned()
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What an example is, for the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Answered,
    NearMiss,
    Elsewhere,
    True,
    False,
}

struct Example {
    kind: Kind,
    prepared: Prepared,
}

struct Settings {
    epochs: usize,
    rank: usize,
    rate: f64,
    batch: usize,
    encoder: PathBuf,
    minutes: f64,
    seed: u64,
}

fn main() -> Result<(), Failure> {
    let (named, places): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|text| text.contains('='));
    let value = |name: &str, default: &str| {
        let found = named.iter().find_map(|text| text.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or(default).to_owned()
    };
    let [out, folders @ ..] = places.as_slice() else {
        return Err("name the file to write and folders to read".into());
    };
    let home = std::env::var("HOME").unwrap_or_default();
    let settings = Settings {
        epochs: value("epochs", "3").parse()?,
        rank: value("rank", "16").parse()?,
        rate: value("rate", "1e-3").parse()?,
        batch: value("batch", "16").parse()?,
        encoder: value("encoder", &format!("{home}/.cache/reeve/models/all-minilm-l6-v2")).into(),
        minutes: value("minutes", "1000").parse()?,
        seed: value("seed", "1").parse()?,
    };
    train(Path::new(out), folders, &settings)
}

fn train(out: &Path, folders: &[String], settings: &Settings) -> Result<(), Failure> {
    let passages = load(folders)?;
    let trainee = Trainee::new(&settings.encoder, settings.rank)?;
    let (held, seen): (Vec<usize>, Vec<usize>) = (0..passages.len()).partition(|index| index % 10 == 9);
    let mut random = Random(settings.seed);
    let mut examples = Vec::new();
    for index in &seen {
        examples.extend(examples_of(&trainee, &passages, *index, &mut random, true)?);
    }
    let mut validation = Vec::new();
    for index in &held {
        validation.extend(examples_of(&trainee, &passages, *index, &mut random, false)?);
    }
    println!("{} passages, {} examples, {} held out", passages.len(), examples.len(), validation.len());
    let vars = trainee.trained().iter().map(|(_, var)| var.clone()).collect();
    let steps = examples.len() * settings.epochs / settings.batch;
    let mut optimiser = AdamW::new(vars, ParamsAdamW { weight_decay: 0.01, ..ParamsAdamW::default() })?;
    let start = Instant::now();
    let (mut step, mut loss_sum, mut loss_count) = (0, 0.0, 0);
    for epoch in 0..settings.epochs {
        for batch in batches(&examples, settings.batch, &mut random) {
            // Up over the first twentieth, then down to nothing; by the clock when the time is limited.
            let elapsed = start.elapsed().as_secs_f64() / 60.0 / settings.minutes;
            let done = (step as f64 / steps as f64).max(elapsed).min(1.0);
            optimiser.set_learning_rate(settings.rate * (done / 0.05).min(1.0) * (1.0 - done).max(0.02));
            let (loss, gradients) = gradients(&trainee, &examples, &batch)?;
            optimiser.step(&gradients)?;
            step += 1;
            loss_sum += loss;
            loss_count += 1;
            if step % 10 == 0 {
                let per_step = start.elapsed().as_secs_f64() / step as f64;
                println!("step {step} of {steps}: loss {:.4}, {per_step:.2} s a step", loss_sum / loss_count as f32);
                (loss_sum, loss_count) = (0.0, 0);
            }
            if step % 100 == 0 {
                trainee.save(out)?;
            }
            if elapsed >= 1.0 {
                break;
            }
        }
        trainee.save(out)?;
        println!("after epoch {}:", epoch + 1);
        report(&trainee, &validation)?;
        if start.elapsed().as_secs_f64() / 60.0 >= settings.minutes {
            break;
        }
    }
    Ok(())
}

fn load(folders: &[String]) -> Result<Vec<Passage>, Failure> {
    let mut files = Vec::new();
    for folder in folders {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut passages: Vec<Passage> = Vec::new();
    for file in files {
        for (number, line) in std::fs::read_to_string(&file)?.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            let passage: Passage =
                serde_json::from_str(line).map_err(|error| format!("{}:{}: {error}", file.display(), number + 1))?;
            let fits = |answered: &Answered| answered.answer.iter().all(|index| *index < passage.sentences.len());
            if !passage.answered.iter().all(fits) {
                return Err(format!("{}: an answer of {} names no sentence", file.display(), passage.id).into());
            }
            passages.push(passage);
        }
    }
    Ok(passages)
}

/// What a passage teaches. `all` adds passages with the answer taken out and passages from elsewhere.
fn examples_of(
    trainee: &Trainee,
    passages: &[Passage],
    index: usize,
    random: &mut Random,
    all: bool,
) -> Result<Vec<Example>, Failure> {
    let passage = &passages[index];
    let whole: Vec<&str> = passage.sentences.iter().map(String::as_str).collect();
    let mut examples = Vec::new();
    let mut add = |kind, text: &str, of: &Passage, sentences: &[&str], target| -> Result<(), Failure> {
        let context = format!("{}. {}.", of.title, of.heading);
        let prepared = trainee.prepare(text, ReaderPassage { context: &context, sentences }, target)?;
        examples.push(Example { kind, prepared });
        Ok(())
    };
    let none = |count: usize| Target::Question(vec![false; count]);
    for (number, answered) in passage.answered.iter().enumerate() {
        let marked = (0..whole.len()).map(|sentence| answered.answer.contains(&sentence)).collect();
        add(Kind::Answered, &answered.whole(), passage, &whole, Target::Question(marked))?;
        if !all {
            continue;
        }
        if number % 2 == 0 {
            let without: Vec<&str> =
                (0..whole.len()).filter(|sentence| !answered.answer.contains(sentence)).map(|s| whole[s]).collect();
            if without.len() > 1 {
                add(Kind::NearMiss, &answered.whole(), passage, &without, none(without.len()))?;
            }
        } else {
            let other = &passages[elsewhere(passages, index, &answered.question, random)];
            let sentences: Vec<&str> = other.sentences.iter().map(String::as_str).collect();
            add(Kind::Elsewhere, &answered.whole(), other, &sentences, none(sentences.len()))?;
        }
    }
    for question in &passage.unanswered {
        add(Kind::NearMiss, question, passage, &whole, none(whole.len()))?;
    }
    for statement in &passage.supported {
        add(Kind::True, statement, passage, &whole, Target::Statement(true))?;
    }
    for statement in &passage.unsupported {
        add(Kind::False, statement, passage, &whole, Target::Statement(false))?;
    }
    Ok(examples)
}

/// Of some passages drawn at random, the one that shares most words with the question.
fn elsewhere(passages: &[Passage], index: usize, question: &str, random: &mut Random) -> usize {
    let words: Vec<String> = question
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| w.len() > 3)
        .map(str::to_owned)
        .collect();
    let drawn = (0..40).map(|_| random.below(passages.len())).filter(|other| *other != index);
    let shared = |other: &usize| {
        let text = passages[*other].sentences.join(" ").to_lowercase();
        words.iter().filter(|word| text.contains(word.as_str())).count()
    };
    drawn.max_by_key(shared).unwrap_or((index + 1) % passages.len())
}

/// Indexes in batches of like length, in random order.
fn batches(examples: &[Example], size: usize, random: &mut Random) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..examples.len()).collect();
    random.shuffle(&mut order);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for portion in order.chunks(size * 20) {
        let mut portion = portion.to_vec();
        portion.sort_by_key(|index| examples[*index].prepared.tokens());
        batches.extend(portion.chunks(size).map(<[usize]>::to_vec));
    }
    random.shuffle(&mut batches);
    batches
}

/// The loss of a batch and its gradients. Each core takes a share of the examples.
fn gradients(trainee: &Trainee, examples: &[Example], batch: &[usize]) -> Result<(f32, GradStore), Failure> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(batch.len());
    // Dealt out in turn, so that each share is about as long.
    let share = |thread: usize| batch.iter().skip(thread).step_by(threads).map(|index| &examples[*index].prepared);
    let work = |thread: usize| -> Result<(f32, GradStore), Failure> {
        let mine: Vec<&Prepared> = share(thread).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
        pool.install(|| {
            let loss = (trainee.loss(&mine)? * (mine.len() as f64 / batch.len() as f64))?;
            Ok((loss.to_scalar()?, loss.backward()?))
        })
    };
    let results: Vec<Result<(f32, GradStore), Failure>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|thread| scope.spawn(move || work(thread))).collect();
        handles.into_iter().map(|handle| handle.join().unwrap_or_else(|_| Err("a thread panicked".into()))).collect()
    });
    let mut results = results.into_iter().collect::<Result<Vec<_>, _>>()?;
    let (mut loss, mut sum) = results.swap_remove(0);
    for (other_loss, other) in results {
        loss += other_loss;
        for (_, var) in trainee.trained() {
            let gradient = match (sum.get(var), other.get(var)) {
                (Some(a), Some(b)) => (a + b)?,
                (Some(one), None) | (None, Some(one)) => one.clone(),
                (None, None) => continue,
            };
            sum.insert(var, gradient);
        }
    }
    Ok((loss, sum))
}

fn report(trainee: &Trainee, validation: &[Example]) -> Result<(), Failure> {
    let mut scores: Vec<(Kind, f32)> = Vec::new();
    let mut found = Vec::new();
    for chunk in validation.chunks(16) {
        let batch: Vec<&Prepared> = chunk.iter().map(|example| &example.prepared).collect();
        let verdicts = trainee.verdicts(&batch)?;
        found.extend(trainee.finds_sentence(&batch)?);
        scores.extend(chunk.iter().map(|example| example.kind).zip(verdicts));
    }
    let of = |kind| scores.iter().filter(move |(held, _)| *held == kind).map(|(_, score)| *score).collect::<Vec<f32>>();
    println!("  answered or near-miss: AUROC {:.3}", auroc(&of(Kind::Answered), &of(Kind::NearMiss)));
    let right = found.iter().filter(|found| **found).count();
    println!("  best sentence belongs to the answer: {right} of {}", found.len());
    println!("  true or false statement: AUROC {:.3}", auroc(&of(Kind::True), &of(Kind::False)));
    Ok(())
}

/// How often a positive scores above a negative.
fn auroc(positives: &[f32], negatives: &[f32]) -> f64 {
    let pairs = positives.iter().flat_map(|p| negatives.iter().map(move |n| (p, n)));
    let wins: f64 = pairs
        .map(|(p, n)| {
            if p > n {
                1.0
            } else if p < n {
                0.0
            } else {
                0.5
            }
        })
        .sum();
    wins / (positives.len() * negatives.len()).max(1) as f64
}
