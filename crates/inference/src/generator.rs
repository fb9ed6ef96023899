//! The language model: our own forward pass over batches of sequences, each with its own key/value state.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::{QMatMul, QTensor};
use candle_core::{Device, Tensor};

use crate::kernels::{self, Heads, Rope, attention};
use crate::linear::{Layout, Linear};
use crate::{ChatTemplate, InferenceError, KvPrecision, KvState, ModelConfig, Tokenizer};

/// Which weight layouts are kept and used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 32-bit floats only.
    Full,
    /// The file's quantisation only.
    Quantised,
    /// Both: 32-bit floats through GEMM from this many rows on, the quantised kernels below.
    Mixed {
        /// Fewest rows (tokens computed at once, over all sequences) that go through GEMM.
        full_from_rows: usize,
    },
}

/// How a generator is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeneratorOptions {
    /// Weight layouts.
    pub precision: Precision,
    /// How keys and values are stored.
    pub kv_precision: KvPrecision,
    /// Longest sequence in tokens; the model's own limit holds when it is shorter.
    pub context_tokens: usize,
}

/// Of which new tokens a step gives the logits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogitsAt {
    /// None: the step only extends the state.
    None,
    /// The last.
    Last,
    /// This one (counted among the step's tokens) and all after it.
    From(usize),
}

/// One sequence's part of a batch: a state, the tokens to append to it, and which logits are wanted.
pub struct Step<'a> {
    /// Extended by the tokens.
    pub state: &'a mut KvState,
    /// The tokens to append; at least one.
    pub tokens: &'a [u32],
    /// Which logits are wanted.
    pub logits: LogitsAt,
}

struct Block {
    attention_norm: Vec<f32>,
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    feed_forward_norm: Vec<f32>,
    gate: Linear,
    up: Linear,
    down: Linear,
}

/// A language model of the `llama` or `qwen2` architecture with its tokeniser and chat template.
pub struct Generator {
    id: u64,
    config: ModelConfig,
    options: GeneratorOptions,
    embeddings: QMatMul,
    blocks: Vec<Block>,
    norm: Vec<f32>,
    head: Linear,
    rope: Rope,
    tokenizer: Tokenizer,
    chat: ChatTemplate,
    weight_bytes: usize,
}

impl std::fmt::Debug for Generator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generator")
            .field("config", &self.config)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// Reads tensors by name and adds up the bytes of the layouts kept.
struct Loader {
    content: Content,
    reader: BufReader<File>,
    keep_quantised: bool,
    keep_full: bool,
    bytes: usize,
}

impl Loader {
    fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Arc<QTensor>, InferenceError> {
        if self.has(name) && self.shape(name) != shape {
            let found = self.shape(name);
            return Err(
                candle_core::Error::Msg(format!("tensor `{name}` has the shape {found:?}, not {shape:?}")).into()
            );
        }
        Ok(Arc::new(self.content.tensor(&mut self.reader, name, &Device::Cpu)?))
    }

    fn vector(&mut self, name: &str, width: usize) -> Result<Vec<f32>, InferenceError> {
        Ok(self.tensor(name, &[width])?.dequantize(&Device::Cpu)?.to_vec1()?)
    }

    fn has(&self, name: &str) -> bool {
        self.content.tensor_infos.contains_key(name)
    }

    /// The shape that the file gives, or none for a tensor that it lacks.
    fn shape(&self, name: &str) -> &[usize] {
        self.content.tensor_infos.get(name).map_or(&[], |info| info.shape.dims())
    }

    fn linear(&mut self, name: &str, out: usize, width: usize) -> Result<Linear, InferenceError> {
        let weight = self.tensor(&format!("{name}.weight"), &[out, width])?;
        let bias = format!("{name}.bias");
        let bias = if self.has(&bias) { Some(self.vector(&bias, out)?) } else { None };
        self.bytes += usize::from(self.keep_quantised) * weight.storage_size_in_bytes()
            + usize::from(self.keep_full) * weight.shape().elem_count() * 4;
        Linear::new(&weight, bias, self.keep_quantised, self.keep_full)
    }
}

impl Generator {
    /// Loads a GGUF file.
    ///
    /// # Errors
    /// `Read` or `Malformed` naming the file, `Unsupported` for another architecture or tokeniser.
    pub fn load(path: &Path, options: GeneratorOptions) -> Result<Self, InferenceError> {
        let (content, reader) = read_header(path)?;
        let config = ModelConfig::from_metadata(&content.metadata)?;
        if content.tensor_infos.contains_key("rope_freqs.weight") {
            return Err(InferenceError::Unsupported("rotary embedding with factors of its own".into()));
        }
        let tokenizer = Tokenizer::from_gguf(&content.metadata)?;
        let chat = ChatTemplate::from_gguf(&content.metadata, &tokenizer)?;
        let (keep_quantised, keep_full) = match options.precision {
            Precision::Full => (false, true),
            Precision::Quantised => (true, false),
            Precision::Mixed { .. } => (true, true),
        };
        let mut loader = Loader { content, reader, keep_quantised, keep_full, bytes: 0 };
        let (embeddings, blocks, norm, head) = load_weights(&mut loader, &config).map_err(|error| match error {
            InferenceError::Tensor(error) => malformed(path, error.to_string()),
            other => other,
        })?;
        let context_tokens = options.context_tokens.min(config.context_tokens);
        Ok(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            rope: Rope::new(config.architecture, config.head_dim, config.rope_base, context_tokens),
            options: GeneratorOptions { context_tokens, ..options },
            config,
            embeddings,
            blocks,
            norm,
            head,
            tokenizer,
            chat,
            weight_bytes: loader.bytes,
        })
    }

    /// The model's shape.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// How it was loaded, the context limit resolved.
    pub fn options(&self) -> &GeneratorOptions {
        &self.options
    }

    /// The file's tokeniser.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// The file's chat template.
    pub fn chat(&self) -> &ChatTemplate {
        &self.chat
    }

    /// Bytes held by the weights in all layouts kept.
    pub fn weight_bytes(&self) -> usize {
        self.weight_bytes
    }

    /// An empty key/value state for this model.
    pub fn new_state(&self) -> KvState {
        KvState::new(self.id, self.config.layers, self.config.kv_width(), self.options.kv_precision)
    }

    /// Appends tokens to one state and gives the logits wanted: one vector of vocabulary size a position.
    ///
    /// # Errors
    /// `NoTokens`, `ContextFull` and `ForeignState`; the state is then unchanged.
    pub fn forward(
        &self,
        state: &mut KvState,
        tokens: &[u32],
        logits: LogitsAt,
    ) -> Result<Vec<Vec<f32>>, InferenceError> {
        let mut of_all = self.forward_batch(&mut [Step { state, tokens, logits }])?;
        Ok(of_all.swap_remove(0))
    }

    /// Appends tokens to several states in one pass over the weights. The logits come step by step.
    ///
    /// # Errors
    /// As `forward`; no state is changed when any step is refused.
    pub fn forward_batch(&self, steps: &mut [Step<'_>]) -> Result<Vec<Vec<Vec<f32>>>, InferenceError> {
        for step in steps.iter() {
            if step.state.model() != self.id {
                return Err(InferenceError::ForeignState);
            }
            if step.tokens.is_empty() {
                return Err(InferenceError::NoTokens);
            }
            let needed = step.state.len() + step.tokens.len();
            if needed > self.options.context_tokens {
                return Err(InferenceError::ContextFull { needed, context: self.options.context_tokens });
            }
        }
        let result = self.forward_rows(steps);
        if result.is_err() {
            for step in steps {
                step.state.discard_unfinished();
            }
        }
        result
    }

    fn forward_rows(&self, steps: &mut [Step<'_>]) -> Result<Vec<Vec<Vec<f32>>>, InferenceError> {
        let tokens: Vec<u32> = steps.iter().flat_map(|step| step.tokens.iter().copied()).collect();
        let rows = tokens.len();
        if rows == 0 {
            return Ok(steps.iter().map(|_| Vec::new()).collect());
        }
        let layout = self.layout(rows);
        let hidden = self.config.hidden;
        let ids = Tensor::from_vec(tokens, rows, &Device::Cpu)?;
        let mut stream = self.embeddings.embedding(&ids)?.flatten_all()?.to_vec1::<f32>()?;
        for (layer, block) in self.blocks.iter().enumerate() {
            let normed = tensor(kernels::rms_norm(&stream, &block.attention_norm, self.config.norm_epsilon), hidden)?;
            let mixed = self.attend(layer, block, &normed, layout, steps)?;
            let width = self.config.heads * self.config.head_dim;
            kernels::add(&mut stream, &block.output.forward(&tensor(mixed, width)?, layout)?);
            let normed =
                tensor(kernels::rms_norm(&stream, &block.feed_forward_norm, self.config.norm_epsilon), hidden)?;
            let mut gate = block.gate.forward(&normed, layout)?;
            let up = block.up.forward(&normed, layout)?;
            kernels::silu_times(&mut gate, &up);
            let width = gate.len() / rows;
            kernels::add(&mut stream, &block.down.forward(&tensor(gate, width)?, layout)?);
        }
        for step in steps.iter_mut() {
            step.state.push_tokens(step.tokens);
        }
        self.logits(&stream, steps)
    }

    /// Keys and values of the new rows go to their states; each sequence attends to its own.
    fn attend(
        &self,
        layer: usize,
        block: &Block,
        normed: &Tensor,
        layout: Layout,
        steps: &mut [Step<'_>],
    ) -> Result<Vec<f32>, InferenceError> {
        let heads = Heads { query: self.config.heads, kv: self.config.kv_heads, dim: self.config.head_dim };
        let (query_width, kv_width) = (heads.query * heads.dim, self.config.kv_width());
        let mut queries = block.query.forward(normed, layout)?;
        let mut keys = block.key.forward(normed, layout)?;
        let values = block.value.forward(normed, layout)?;
        let mut mixed = Vec::with_capacity(queries.len());
        let mut first = 0;
        for step in steps {
            let count = step.tokens.len();
            let start = step.state.len();
            for row in 0..count {
                let at = first + row;
                self.rope.rotate(&mut queries[at * query_width..(at + 1) * query_width], start + row);
                self.rope.rotate(&mut keys[at * kv_width..(at + 1) * kv_width], start + row);
            }
            let of_step = first * kv_width..(first + count) * kv_width;
            step.state.push(layer, &keys[of_step.clone()], &values[of_step]);
            let (all_keys, all_values) = step.state.read(layer, count);
            let queries = &queries[first * query_width..(first + count) * query_width];
            mixed.extend(attention(queries, all_keys, all_values, heads, true)?);
            first += count;
        }
        Ok(mixed)
    }

    fn logits(&self, stream: &[f32], steps: &[Step<'_>]) -> Result<Vec<Vec<Vec<f32>>>, InferenceError> {
        let hidden = self.config.hidden;
        let mut wanted = Vec::new();
        let mut counts = Vec::with_capacity(steps.len());
        let mut first = 0;
        for step in steps {
            let count = step.tokens.len();
            let from = match step.logits {
                LogitsAt::None => count,
                LogitsAt::Last => count.saturating_sub(1),
                LogitsAt::From(index) => index.min(count),
            };
            wanted.extend_from_slice(&stream[(first + from) * hidden..(first + count) * hidden]);
            counts.push(count - from);
            first += count;
        }
        if wanted.is_empty() {
            return Ok(counts.into_iter().map(|_| Vec::new()).collect());
        }
        let rows = wanted.len() / hidden;
        let normed = tensor(kernels::rms_norm(&wanted, &self.norm, self.config.norm_epsilon), hidden)?;
        let flat = self.head.forward(&normed, self.layout(rows))?;
        let mut each = flat.chunks_exact(flat.len() / rows).map(<[f32]>::to_vec);
        Ok(counts.into_iter().map(|count| each.by_ref().take(count).collect()).collect())
    }

    fn layout(&self, rows: usize) -> Layout {
        match self.options.precision {
            Precision::Full => Layout::Full,
            Precision::Mixed { full_from_rows } if rows >= full_from_rows => Layout::Full,
            Precision::Quantised | Precision::Mixed { .. } => Layout::Quantised,
        }
    }
}

fn tensor(rows: Vec<f32>, width: usize) -> Result<Tensor, InferenceError> {
    let count = rows.len() / width;
    Ok(Tensor::from_vec(rows, (count, width), &Device::Cpu)?)
}

fn malformed(path: &Path, reason: String) -> InferenceError {
    InferenceError::Malformed { path: path.to_path_buf(), reason }
}

/// Opens a GGUF file and reads its header.
fn read_header(path: &Path) -> Result<(Content, BufReader<File>), InferenceError> {
    const MAGIC: &[u8] = b"GGUF";
    let read = |source| InferenceError::Read { path: path.to_path_buf(), source };
    let file = File::open(path).map_err(read)?;
    let file_bytes = file.metadata().map_err(read)?.len();
    let mut reader = BufReader::new(file);
    let mut start = Vec::new();
    reader.by_ref().take(MAGIC.len() as u64).read_to_end(&mut start).map_err(read)?;
    reader.rewind().map_err(read)?;
    if start.is_empty() {
        return Err(malformed(path, "it is empty".into()));
    }
    if !MAGIC.starts_with(&start) {
        return Err(malformed(path, "it is not a GGUF file".into()));
    }
    let content = Content::read(&mut reader)
        .map_err(|error| malformed(path, format!("it is cut off within its header, or damaged: {error}")))?;
    check_whole(&content, file_bytes).map_err(|reason| malformed(path, reason))?;
    Ok((content, reader))
}

/// Says what is missing when a tensor reaches past the end of the file, as it does in a truncated download.
fn check_whole(content: &Content, file_bytes: u64) -> Result<(), String> {
    for (name, info) in &content.tensor_infos {
        let dtype = info.ggml_dtype;
        // A damaged header can hold any number.
        let end = || -> Option<u64> {
            let elements = info.shape.dims().iter().try_fold(1usize, |count, size| count.checked_mul(*size))?;
            let bytes = (elements / dtype.block_size()).checked_mul(dtype.type_size())?;
            content.tensor_data_offset.checked_add(info.offset)?.checked_add(bytes as u64)
        };
        match end() {
            Some(end) if end <= file_bytes => {}
            Some(end) => return Err(format!("it is truncated: tensor `{name}` ends at byte {end} of {file_bytes}")),
            None => return Err(format!("it is damaged: tensor `{name}` has an impossible size")),
        }
    }
    Ok(())
}

type Weights = (QMatMul, Vec<Block>, Vec<f32>, Linear);

fn load_weights(loader: &mut Loader, config: &ModelConfig) -> Result<Weights, InferenceError> {
    let hidden = config.hidden;
    let (queries, keys) = (config.heads * config.head_dim, config.kv_width());
    let vocabulary = loader.shape("token_embd.weight").first().copied().unwrap_or_default();
    let table = loader.tensor("token_embd.weight", &[vocabulary, hidden])?;
    loader.bytes += table.storage_size_in_bytes();
    let mut blocks = Vec::new();
    for layer in 0..config.layers {
        let name = |part: &str| format!("blk.{layer}.{part}");
        let inner = loader.shape(&name("ffn_gate.weight")).first().copied().unwrap_or_default();
        blocks.push(Block {
            attention_norm: loader.vector(&name("attn_norm.weight"), hidden)?,
            query: loader.linear(&name("attn_q"), queries, hidden)?,
            key: loader.linear(&name("attn_k"), keys, hidden)?,
            value: loader.linear(&name("attn_v"), keys, hidden)?,
            output: loader.linear(&name("attn_output"), hidden, queries)?,
            feed_forward_norm: loader.vector(&name("ffn_norm.weight"), hidden)?,
            gate: loader.linear(&name("ffn_gate"), inner, hidden)?,
            up: loader.linear(&name("ffn_up"), inner, hidden)?,
            down: loader.linear(&name("ffn_down"), hidden, inner)?,
        });
    }
    let norm = loader.vector("output_norm.weight", hidden)?;
    // The head is used for few rows at a time, so that of two layouts only the quantised one is kept.
    loader.keep_full &= !loader.keep_quantised;
    let head = if loader.has("output.weight") {
        loader.linear("output", vocabulary, hidden)?
    } else {
        Linear::new(&table, None, loader.keep_quantised, loader.keep_full)?
    };
    Ok((QMatMul::from_arc(table)?, blocks, norm, head))
}

/// Bytes of a model's weights in each layout, read from the file's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightSizes {
    /// As the file has them.
    pub quantised: usize,
    /// The matrices that prefill uses, as 32-bit floats.
    pub full: usize,
}

impl Generator {
    /// How much memory the weights of a file would take, without loading it.
    ///
    /// # Errors
    /// `Read` or `Malformed` naming the file.
    pub fn weight_sizes(path: &Path) -> Result<WeightSizes, InferenceError> {
        let (content, _) = read_header(path)?;
        let mut sizes = WeightSizes { quantised: 0, full: 0 };
        for (name, info) in &content.tensor_infos {
            let dtype = info.ggml_dtype;
            sizes.quantised += info.shape.elem_count() / dtype.block_size() * dtype.type_size();
            if name.starts_with("blk.") {
                sizes.full += info.shape.elem_count() * 4;
            }
        }
        Ok(sizes)
    }
}

/// Reads a string from GGUF metadata.
pub(crate) fn metadata_string(metadata: &HashMap<String, Value>, key: &str) -> Option<String> {
    metadata.get(key).and_then(|value| value.to_string().ok().cloned())
}
