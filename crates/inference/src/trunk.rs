//! The blocks of a language model: from tokens to hidden rows, over batches of sequences with their key/value states.
//!
//! What a model says with its hidden rows, logits or a reader's verdict, is for others.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::generator::{GeneratorOptions, LogitsAt, Step};
use crate::kernels::{self, Heads, Rope, attention};
use crate::linear::{Linear, Rows};
use crate::weights::{Loader, Table};
use crate::{InferenceError, KvState, ModelConfig};

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

/// The blocks with the embedding before and the norm after them.
pub(crate) struct Trunk {
    id: u64,
    pub(crate) config: ModelConfig,
    pub(crate) options: GeneratorOptions,
    pub(crate) table: Table,
    blocks: Vec<Block>,
    norm: Vec<f32>,
    rope: Rope,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

impl Trunk {
    /// Loads the blocks of `config`, the first of the file's, behind their table of embeddings, with the context limit
    /// resolved.
    pub(crate) fn load(
        loader: &mut Loader<'_>,
        table: Table,
        config: ModelConfig,
        options: GeneratorOptions,
    ) -> Result<Self, InferenceError> {
        let hidden = config.hidden;
        let (queries, keys) = (config.heads * config.head_dim, config.kv_width());
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
        let context_tokens = options.context_tokens.min(config.context_tokens);
        Ok(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            rope: Rope::new(config.architecture, config.head_dim, config.rope_base, context_tokens),
            options: GeneratorOptions { context_tokens, ..options },
            table,
            config,
            blocks,
            norm,
        })
    }

    /// An empty key/value state.
    pub(crate) fn new_state(&self) -> KvState {
        KvState::new(self.id, self.config.layers, self.config.kv_width(), self.options.kv_precision)
    }

    /// The state after tokens from the beginning; none when `keep_going`, asked before each block, says no.
    pub(crate) fn read(
        &self,
        tokens: &[u32],
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<KvState>, InferenceError> {
        let mut state = self.new_state();
        let step = Step { state: &mut state, tokens, logits: LogitsAt::None };
        let done = self.forward_while(&mut [step], keep_going)?.is_some();
        state.freeze();
        Ok(done.then_some(state))
    }

    /// Appends tokens to several states in one pass over the weights: the hidden rows after the last block, one after
    /// another, step by step. No state is changed when any step is refused.
    pub(crate) fn forward(&self, steps: &mut [Step<'_>]) -> Result<Vec<f32>, InferenceError> {
        Ok(self.forward_while(steps, &|| true)?.unwrap_or_default())
    }

    /// As `forward`; none, and no state changed, when `keep_going`, asked before each block, says no.
    fn forward_while(
        &self,
        steps: &mut [Step<'_>],
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<f32>>, InferenceError> {
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
        let result = self.forward_rows(steps, keep_going);
        if !matches!(result, Ok(Some(_))) {
            for step in steps {
                step.state.discard_unfinished();
            }
        }
        result
    }

    /// The last norm of hidden rows.
    pub(crate) fn normed(&self, rows: &[f32]) -> Vec<f32> {
        kernels::rms_norm(rows, &self.norm, self.config.norm_epsilon)
    }

    fn forward_rows(
        &self,
        steps: &mut [Step<'_>],
        keep_going: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<f32>>, InferenceError> {
        let tokens: Vec<u32> = steps.iter().flat_map(|step| step.tokens.iter().copied()).collect();
        if tokens.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let mut stream = self.table.embeddings(&tokens)?;
        for (layer, block) in self.blocks.iter().enumerate() {
            if !keep_going() {
                return Ok(None);
            }
            // All of a block on a thread that shares out the work, which costs less than to wake one for each product.
            rayon::scope(|_| self.apply(layer, block, &mut stream, steps))?;
        }
        for step in steps.iter_mut() {
            step.state.push_tokens(step.tokens);
        }
        Ok(Some(stream))
    }

    /// Adds to the rows what a block makes of them.
    fn apply(
        &self,
        layer: usize,
        block: &Block,
        stream: &mut [f32],
        steps: &mut [Step<'_>],
    ) -> Result<(), InferenceError> {
        let normed = |stream: &[f32], weight: &[f32]| {
            Rows::new(kernels::rms_norm(stream, weight, self.config.norm_epsilon), self.config.hidden)
        };
        let mixed = self.attend(layer, block, &normed(stream, &block.attention_norm), steps)?;
        let mixed = Rows::new(mixed, self.config.heads * self.config.head_dim);
        kernels::add(stream, &block.output.forward(&mixed)?);
        let rows_in = normed(stream, &block.feed_forward_norm);
        let mut gate = block.gate.forward(&rows_in)?;
        let up = block.up.forward(&rows_in)?;
        kernels::silu_times(&mut gate, &up);
        let width = gate.len() / (stream.len() / self.config.hidden);
        kernels::add(stream, &block.down.forward(&Rows::new(gate, width))?);
        Ok(())
    }

    /// Keys and values of the new rows go to their states; each sequence attends to its own.
    fn attend(
        &self,
        layer: usize,
        block: &Block,
        normed: &Rows,
        steps: &mut [Step<'_>],
    ) -> Result<Vec<f32>, InferenceError> {
        let heads = Heads { query: self.config.heads, kv: self.config.kv_heads, dim: self.config.head_dim };
        let (query_width, kv_width) = (heads.query * heads.dim, self.config.kv_width());
        let mut queries = block.query.forward(normed)?;
        let mut keys = block.key.forward(normed)?;
        let values = block.value.forward(normed)?;
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
            let queries = &queries[first * query_width..(first + count) * query_width];
            mixed.extend(attention(queries, &step.state.runs(layer), heads, true));
            first += count;
        }
        Ok(mixed)
    }
}
