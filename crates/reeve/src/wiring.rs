//! Puts an assistant together from the configuration: models, index, reranker, generator.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use assistant::{Assistant, AssistantParts, Clock, DangerClassifier, Options};
use corpus::{Knowledge, Severity};
use inference::store::{Role, Store};
use inference::{Encoder, Generator, GeneratorOptions, KvPrecision, Precision, Reader, TextClassifier, Verifier};
use retrieval::{
    FusionWeights, Index, PassageEntailment, PassageReader, PassageStates, PassageVerifier, RerankOptions, Reranker,
};
use sha2::{Digest as _, Sha256};

use crate::config::{Answers, Compose, Config};
use crate::judge_file::{self, JudgeFile};
use crate::located::{Located, NONE, locate, role_name, store};
use crate::output::complain;
use crate::progress::{Meter, show_build};
use crate::states::KeptOnDisk;

/// Memory that is left for the encoder, activations and the index, of the whole budget.
const RESERVE_BYTES: usize = 512 << 20;

/// The reader's adapter that Reeve is built with.
const READER_ADAPTER: &[u8] = include_bytes!("../../../models/reader.safetensors");

/// What the verifier's model becomes, by an adapter: the verifier itself.
const VERIFIER: (&str, &[u8]) = ("verifier", include_bytes!("../../../models/verifier.safetensors"));

/// And what says whether a passage says a sentence.
const ENTAILMENT: (&str, &[u8]) = ("entailment", include_bytes!("../../../models/entailment.safetensors"));

/// The adapter that makes an encoder of questions of the encoder.
const QUESTION_ENCODER: &[u8] = include_bytes!("../../../models/question_encoder.safetensors");

/// The adapter that makes the classifier of danger of the encoder.
const DANGER: &[u8] = include_bytes!("../../../models/danger.safetensors");

/// Where and with what an assistant works.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Place {
    /// The folder of the pages, with council.toml and pages/.
    #[arg(long, default_value = "knowledge", value_name = "DIR")]
    pub(crate) knowledge: PathBuf,
    /// The folder for the index and everything else that Reeve keeps.
    #[arg(long, default_value = "data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// The generator: a name from `reeve models list`, the path of a GGUF file, or "none".
    #[arg(long, value_name = "NAME|PATH")]
    pub(crate) model: Option<String>,
    /// The reader: the name of the model that its adapter was trained on, or "none".
    #[arg(long, value_name = "NAME")]
    pub(crate) reader: Option<String>,
    /// The verifier: the name of the model that its adapter was trained on, or "none".
    #[arg(long, value_name = "NAME")]
    pub(crate) verifier: Option<String>,
    /// The reranker: a name, a path, or "none".
    #[arg(long, value_name = "NAME|PATH")]
    pub(crate) reranker: Option<String>,
    /// How answers are worded, instead of as configured.
    #[arg(long, value_enum, value_name = "WAY")]
    pub(crate) compose: Option<ComposeArgument>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum ComposeArgument {
    /// The pages' own sentences.
    Quote,
    /// The model's sentences, each checked.
    Generate,
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Reads the pages; what is wrong with any is said, and the rest is used.
fn read_knowledge(folder: &Path) -> Result<Knowledge> {
    let knowledge = Knowledge::load(folder).with_context(|| {
        format!("cannot read the pages in {}; name their folder with --knowledge DIR", folder.display())
    })?;
    for problem in knowledge.problems.iter().filter(|problem| problem.severity == Severity::Error) {
        complain(&format!("left out: {problem}"));
    }
    Ok(knowledge)
}

/// Loads everything and puts it together.
pub(crate) fn assistant(place: &Place, config: &Config, clock: Clock) -> Result<Assistant> {
    let store = store(config)?;
    let knowledge = Arc::new(read_knowledge(&place.knowledge)?);
    let encoder_file = locate(&store, &config.models.encoder, Role::Encoder)?;
    let folder = encoder_file.path.parent().unwrap_or(Path::new(".")).to_path_buf();
    let encoder = Arc::new(Encoder::load(&folder)?);
    let mut models = BTreeMap::from([("encoder".to_owned(), encoder_file.digest.clone())]);
    let question_encoder = question_encoder(&mut models)?.map(|adapter| encoder.adapted(adapter)).transpose()?;
    let danger = danger(&mut models)?.map(|adapter| TextClassifier::new(&encoder, adapter)).transpose()?;
    let danger = danger.map(DangerClassifier::new).transpose()?;

    let mut meter = Meter::new();
    let knowledge_name = folder_name(&place.knowledge);
    let index_folder = place.data.join("indexes").join(&knowledge_name);
    let dense = config.answers.dense_share;
    let weights = FusionWeights { lexical: 1.0 - dense, dense };
    let mut index = Index::open(&index_folder, knowledge, encoder, &encoder_file.digest, weights, &mut |p| {
        show_build(&mut meter, p);
    })?;
    if let Some(encoder) = question_encoder {
        index = index.with_question_encoder(encoder);
    }
    drop(meter);

    let compose = match place.compose {
        Some(ComposeArgument::Quote) => Compose::Quote,
        Some(ComposeArgument::Generate) => Compose::Generate,
        None => config.answers.compose,
    };
    let mut loader = Loader::new(&store, config);
    let reader = loader.reader(place.reader.as_deref().unwrap_or(&config.models.reader), &mut models)?;
    let verifier_name = place.verifier.as_deref().unwrap_or(&config.models.verifier);
    let verifier = loader.verifier(verifier_name, VERIFIER, &mut models)?;
    let judge = JudgeFile::read(config.answers.judge.as_deref())?;
    for difference in judge.differences(&models, config) {
        complain(&format!("the judge may be wrong about its confidence: {difference}; run `reeve calibrate`"));
    }
    let judge_digest = short_digest(&judge.to_toml()?);
    let judges = judge.judges(config.answers.risk);
    let generator_name = place.model.as_deref().unwrap_or(&config.models.generator);
    let reranker_name = place.reranker.as_deref().unwrap_or(&config.models.reranker);
    // A generator that would not be asked is not loaded, nor what is asked about what it writes.
    let (entailment, generator) = match compose {
        Compose::Generate => (
            loader.verifier(verifier_name, ENTAILMENT, &mut models)?,
            loader.load(Role::Generator, generator_name, &mut models)?,
        ),
        Compose::Quote => (None, None),
    };
    let reranker = loader.load(Role::Reranker, reranker_name, &mut models)?;
    let profile = profile(&loader.loaded);
    let on_disk = KeptOnDisk::open(&place.data, knowledge_name, config.models.states_disk_mib);
    let others = [reader.is_some(), verifier.is_some(), entailment.is_some()];
    let shares = loader.share(others.into_iter().filter(|is_loaded| *is_loaded).count());
    let folder = |roles: [&str; 2], options: &GeneratorOptions| {
        let files: Vec<&str> = roles.iter().filter_map(|role| models.get(*role)).map(String::as_str).collect();
        on_disk.as_ref().map(|on_disk| on_disk.folder(&files, options))
    };
    let reader = reader.map(|reader| {
        let folder = folder(["reader", "reader_adapter"], reader.options());
        PassageReader::new(reader, shares, folder)
    });
    let verifier = verifier.map(|verifier| {
        let folder = folder(["verifier", "verifier_adapter"], verifier.options());
        PassageVerifier::new(verifier, shares, folder)
    });
    let entailment = entailment.map(|model| PassageEntailment::new(model, shares));
    let (generator, reranker) = loader.with_states(on_disk.as_ref(), shares, generator, reranker);
    let options = RerankOptions {
        candidates: config.answers.rerank_candidates,
        weight: config.answers.rerank_weight,
        sure_margin: config.answers.rerank_sure_margin,
    };
    let effective = Options {
        compose: match compose {
            Compose::Quote => assistant::Compose::Quote,
            Compose::Generate => assistant::Compose::Generate,
        },
        read_passages: config.answers.read_passages,
        read_sentences: config.answers.read_sentences,
    };
    Ok(Assistant::new(AssistantParts {
        index,
        danger,
        judges,
        reader,
        verifier,
        entailment,
        reranker: reranker.map(|states| Reranker::new(states, options)),
        generator,
        options: effective,
        clock,
        models,
        config: format!(
            "settings {}; judges {judge_digest}",
            settings_digest(&config.answers, compose, config.models.context_tokens)
        ),
        profile,
    }))
}

/// What says whether a passage says a sentence, by the verifier's model of this name; none without a verifier.
pub(crate) fn entailment(config: &Config, verifier: Option<&str>) -> Result<Option<PassageEntailment>> {
    let store = store(config)?;
    let mut loader = Loader::new(&store, config);
    let name = verifier.unwrap_or(&config.models.verifier);
    let model = loader.verifier(name, ENTAILMENT, &mut BTreeMap::new())?;
    Ok(model.map(|model| PassageEntailment::new(model, loader.left_bytes)))
}

/// The adapter of the encoder of questions.
fn question_encoder(models: &mut BTreeMap<String, String>) -> Result<Option<&'static [u8]>> {
    of_encoder(QUESTION_ENCODER, "question_encoder", "questions are searched for by the encoder itself", models)
}

/// The adapter of the classifier of danger.
fn danger(models: &mut BTreeMap<String, String>) -> Result<Option<&'static [u8]>> {
    of_encoder(DANGER, judge_file::DANGER, "danger is seen by the rules alone", models)
}

/// An adapter in this role, where it was trained on the encoder in use; else it is said what is done without it.
fn of_encoder(
    adapter: &'static [u8],
    role: &str,
    without: &str,
    models: &mut BTreeMap<String, String>,
) -> Result<Option<&'static [u8]>> {
    let name = format!("models/{role}.safetensors");
    if inference::trained_on(adapter).with_context(|| name.clone())? != models.get("encoder").cloned() {
        complain(&format!("{without}: {name} is for another encoder"));
        return Ok(None);
    }
    models.insert(role.to_owned(), hex(&Sha256::digest(adapter)));
    Ok(Some(adapter))
}

/// A language model, and the file that it is of.
struct Loaded {
    file: Located,
    generator: Arc<Generator>,
}

/// Loads language models, each file once, within the memory budget.
struct Loader<'a> {
    store: &'a Store,
    config: &'a Config,
    loaded: Vec<Loaded>,
    left_bytes: usize,
}

impl<'a> Loader<'a> {
    fn new(store: &'a Store, config: &'a Config) -> Self {
        let left_bytes = (config.models.memory_mib << 20).saturating_sub(RESERVE_BYTES);
        Self { store, config, loaded: Vec::new(), left_bytes }
    }

    fn load(
        &mut self,
        role: Role,
        name: &str,
        models: &mut BTreeMap<String, String>,
    ) -> Result<Option<Arc<Generator>>> {
        if name == NONE {
            return Ok(None);
        }
        let file = locate(self.store, name, role)?;
        let role = role_name(role);
        models.insert(role.clone(), file.digest.clone());
        if let Some(held) = self.loaded.iter().find(|held| held.file.path == file.path) {
            return Ok(Some(Arc::clone(&held.generator)));
        }
        let needed = Generator::weight_bytes_of_file(&file.path)?;
        if needed > self.left_bytes {
            anyhow::bail!(
                "the {role} {name} needs {} MiB and {} MiB of models.memory_mib are left; raise it in reeve.toml or choose a smaller model",
                needed >> 20,
                self.left_bytes >> 20
            );
        }
        let options = GeneratorOptions {
            precision: Precision::Quantised,
            kv_precision: KvPrecision::F16,
            context_tokens: self.config.models.context_tokens,
        };
        let generator = Arc::new(Generator::load(&file.path, options)?);
        self.left_bytes = self.left_bytes.saturating_sub(generator.weight_bytes());
        self.loaded.push(Loaded { file, generator: Arc::clone(&generator) });
        Ok(Some(generator))
    }

    /// The reader, where one is wanted: a model with the adapter that was trained on it.
    fn reader(&mut self, name: &str, models: &mut BTreeMap<String, String>) -> Result<Option<Reader>> {
        if name == NONE {
            return Ok(None);
        }
        let file = locate(self.store, name, Role::Reader)?;
        let own = self.config.models.reader_adapter.as_deref();
        let adapter = match own {
            Some(file) => std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?,
            None => READER_ADAPTER.to_vec(),
        };
        let named = || {
            let adapter = own.map_or_else(|| "models/reader.safetensors".into(), |file| file.display().to_string());
            format!(
                "the reader {name} with the adapter {adapter}; the adapter belongs to the model that it was trained on"
            )
        };
        let needed = Generator::weight_bytes_of_blocks(&file.path, &adapter).with_context(named)?;
        self.check_left("reader", name, needed)?;
        let reader = Reader::load(&file.path, &adapter, Precision::Quantised, self.config.models.context_tokens)
            .with_context(named)?;
        self.take("reader", name, reader.weight_bytes())?;
        models.insert("reader".to_owned(), file.digest);
        models.insert("reader_adapter".to_owned(), hex(&Sha256::digest(&adapter)));
        Ok(Some(reader))
    }

    /// A model of the verifier's kind in a role, where one is wanted: the named model with the adapter that was trained on it.
    fn verifier(
        &mut self,
        name: &str,
        (role, adapter): (&str, &[u8]),
        models: &mut BTreeMap<String, String>,
    ) -> Result<Option<Verifier>> {
        if name == NONE {
            return Ok(None);
        }
        let file = locate(self.store, name, Role::Verifier)?;
        let named = || {
            format!(
                "the verifier {name} with the adapter models/{role}.safetensors; the adapter belongs to the model that it was trained on"
            )
        };
        let needed = Generator::weight_bytes_of_blocks(&file.path, adapter).with_context(named)?;
        self.check_left("verifier", name, needed)?;
        let verifier = Verifier::load(&file.path, adapter, Precision::Quantised, self.config.models.context_tokens)
            .with_context(named)?;
        self.take("verifier", name, verifier.weight_bytes())?;
        models.insert("verifier".to_owned(), file.digest);
        models.insert(format!("{role}_adapter"), hex(&Sha256::digest(adapter)));
        Ok(Some(verifier))
    }

    /// Refuses a model that can be left out and needs more memory for its weights than is left.
    fn check_left(&self, role: &str, name: &str, needed: usize) -> Result<()> {
        if needed > self.left_bytes {
            anyhow::bail!(
                "the {role} {name} needs {} MiB and {} MiB of models.memory_mib are left; raise it in reeve.toml or set models.{role} = \"none\"",
                needed >> 20,
                self.left_bytes >> 20
            );
        }
        Ok(())
    }

    /// Takes memory for the weights of such a model.
    fn take(&mut self, role: &str, name: &str, needed: usize) -> Result<()> {
        self.check_left(role, name, needed)?;
        self.left_bytes -= needed;
        Ok(())
    }

    /// Bytes of each model's share in the memory that is left, for passage states, when there are `others` beside the
    /// language models loaded here.
    fn share(&self, others: usize) -> usize {
        self.left_bytes / (self.loaded.len() + others).max(1)
    }

    /// Gives each language model its passage states.
    fn with_states(
        self,
        on_disk: Option<&KeptOnDisk>,
        budget: usize,
        generator: Option<Arc<Generator>>,
        reranker: Option<Arc<Generator>>,
    ) -> (Option<Arc<PassageStates>>, Option<Arc<PassageStates>>) {
        let states_of = |Loaded { file, generator }: &Loaded| {
            let folder = on_disk.map(|on_disk| on_disk.folder(&[&file.digest], generator.options()));
            Arc::new(PassageStates::new(Arc::clone(generator), budget, folder))
        };
        let states: Vec<Arc<PassageStates>> = self.loaded.iter().map(states_of).collect();
        let of = |model: Option<Arc<Generator>>| {
            model.and_then(|model| states.iter().find(|states| Arc::ptr_eq(states.generator(), &model)).cloned())
        };
        (of(generator), of(reranker))
    }
}

/// A name for the index and the passage states of a knowledge folder: they belong to their folder.
fn folder_name(knowledge: &Path) -> String {
    let canonical = knowledge.canonicalize().unwrap_or_else(|_| knowledge.to_path_buf());
    let name = canonical.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let safe: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect();
    format!("{safe}-{}", &hex(&Sha256::digest(canonical.to_string_lossy().as_bytes()))[..12])
}

/// Digest of the settings that replies depend on: all of `[answers]` with the wording in effect, and the longest prompt.
/// The judges have a digest of their own, wherever their file lies; names of models stand for files that have theirs.
fn settings_digest(answers: &Answers, compose: Compose, context_tokens: usize) -> String {
    let effective = Answers { compose, judge: None, ..answers.clone() };
    short_digest(&format!("{effective:?} {context_tokens}"))
}

fn short_digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())[..8])
}

/// What replies depend on besides models, pages and settings: the program and the arithmetic.
fn profile(models: &[Loaded]) -> String {
    let loaded: Vec<String> = models.iter().map(|model| format!("; {:?}", model.generator.options())).collect();
    format!(
        "reeve {} of sources {}; {}{}",
        env!("CARGO_PKG_VERSION"),
        env!("REEVE_SOURCES"),
        inference::numeric_profile(),
        loaded.concat()
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::located::digest_of;

    #[test]
    fn what_was_trained_on_an_encoder_is_for_the_one_that_is_used_by_default() {
        let config = crate::config::load(None).unwrap();
        let store = store(&config).unwrap();
        let encoder = digest_of(&store.manifest().get(&config.models.encoder).unwrap().files);
        let mut models = BTreeMap::from([("encoder".to_owned(), encoder)]);
        assert!(danger(&mut models).unwrap().is_some() && question_encoder(&mut models).unwrap().is_some());
        assert!(models.contains_key(judge_file::DANGER) && models.contains_key("question_encoder"));
        let mut others = BTreeMap::from([("encoder".to_owned(), "another".to_owned())]);
        assert!(danger(&mut others).unwrap().is_none() && question_encoder(&mut others).unwrap().is_none());
        assert_eq!(others.len(), 1);
    }

    #[test]
    fn every_setting_that_changes_replies_changes_the_digest() {
        let config = crate::config::load(None).unwrap();
        let answers = config.answers;
        let digest = |answers: &Answers| settings_digest(answers, Compose::Quote, 2048);
        let usual = digest(&answers);
        let changed = [
            Answers { risk: 0.01, ..answers.clone() },
            Answers { dense_share: 0.5, ..answers.clone() },
            Answers { read_passages: 7, ..answers.clone() },
            Answers { read_sentences: 7, ..answers.clone() },
            Answers { rerank_candidates: 7, ..answers.clone() },
            Answers { rerank_weight: 0.5, ..answers.clone() },
            Answers { rerank_sure_margin: 0.1, ..answers.clone() },
        ];
        assert!(changed.iter().all(|changed| digest(changed) != usual));
        assert_ne!(settings_digest(&answers, Compose::Generate, 2048), usual);
        assert_ne!(settings_digest(&answers, Compose::Quote, 1024), usual);
        // Neither where the judges' file lies nor what the command line has overridden.
        assert_eq!(digest(&Answers { judge: Some("judge.toml".into()), ..answers.clone() }), usual);
        assert_eq!(digest(&Answers { compose: Compose::Generate, ..answers }), usual);
    }
}
