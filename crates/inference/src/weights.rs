//! Weights read from a GGUF file: the header checked, each tensor by name, in the layouts that are kept.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _};
use std::path::Path;
use std::sync::Arc;

use candle_core::quantized::gguf_file::{Content, Value};
use candle_core::quantized::{QMatMul, QTensor};
use candle_core::{Device, Tensor};

use crate::InferenceError;
use crate::adapter::Adapter;
use crate::generator::Precision;
use crate::linear::Linear;

/// Bytes of a model's weights in each layout, read from the file's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightSizes {
    /// As the file has them.
    pub quantised: usize,
    /// The matrices that prefill uses, as 32-bit floats.
    pub full: usize,
}

impl WeightSizes {
    /// How much memory the weights of a file would take, without loading it.
    ///
    /// # Errors
    /// `Read` or `Malformed` naming the file.
    pub fn of_file(path: &Path) -> Result<Self, InferenceError> {
        let (content, _) = read_header(path)?;
        let mut sizes = Self { quantised: 0, full: 0 };
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

/// Reads tensors by name and adds up the bytes of the layouts kept.
pub(crate) struct Loader<'a> {
    content: Content,
    reader: BufReader<File>,
    adapter: Option<&'a Adapter>,
    keep_quantised: bool,
    keep_full: bool,
    /// Bytes of the layouts kept so far.
    pub(crate) bytes: usize,
}

impl<'a> Loader<'a> {
    /// Opens a file for the layouts of `precision`. With an adapter, whose changes are added to the weights, only
    /// `Precision::Full` gives what was trained.
    pub(crate) fn open(
        path: &Path,
        precision: Precision,
        adapter: Option<&'a Adapter>,
    ) -> Result<Self, InferenceError> {
        let (content, reader) = read_header(path)?;
        if content.tensor_infos.contains_key("rope_freqs.weight") {
            return Err(InferenceError::Unsupported("rotary embedding with factors of its own".into()));
        }
        let (keep_quantised, keep_full) = match precision {
            Precision::Full => (false, true),
            Precision::Quantised => (true, false),
            Precision::Mixed { .. } => (true, true),
        };
        Ok(Self { content, reader, adapter, keep_quantised, keep_full, bytes: 0 })
    }

    pub(crate) fn metadata(&self) -> &HashMap<String, Value> {
        &self.content.metadata
    }

    pub(crate) fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Arc<QTensor>, InferenceError> {
        if self.has(name) && self.shape(name) != shape {
            let found = self.shape(name);
            return Err(
                candle_core::Error::Msg(format!("tensor `{name}` has the shape {found:?}, not {shape:?}")).into()
            );
        }
        Ok(Arc::new(self.content.tensor(&mut self.reader, name, &Device::Cpu)?))
    }

    pub(crate) fn vector(&mut self, name: &str, width: usize) -> Result<Vec<f32>, InferenceError> {
        Ok(self.tensor(name, &[width])?.dequantize(&Device::Cpu)?.to_vec1()?)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.content.tensor_infos.contains_key(name)
    }

    /// The shape that the file gives, or none for a tensor that it lacks.
    pub(crate) fn shape(&self, name: &str) -> &[usize] {
        self.content.tensor_infos.get(name).map_or(&[], |info| info.shape.dims())
    }

    pub(crate) fn linear(&mut self, name: &str, out: usize, width: usize) -> Result<Linear, InferenceError> {
        let weight = self.tensor(&format!("{name}.weight"), &[out, width])?;
        let bias = format!("{name}.bias");
        let bias = if self.has(&bias) { Some(self.vector(&bias, out)?) } else { None };
        self.bytes += usize::from(self.keep_quantised) * weight.storage_size_in_bytes()
            + usize::from(self.keep_full) * weight.shape().elem_count() * 4;
        self.layouts(name, &weight, bias)
    }

    /// The matrix that gives logits: `output`, or `table` where the two are one. It is used for few rows at a time, so
    /// that of two layouts only the quantised one is kept.
    pub(crate) fn head(&mut self, table: &Arc<QTensor>, width: usize) -> Result<Linear, InferenceError> {
        self.keep_full &= !self.keep_quantised;
        if self.has("output.weight") {
            let vocabulary = table.shape().dims().first().copied().unwrap_or_default();
            return self.linear("output", vocabulary, width);
        }
        self.layouts("output", table, None)
    }

    fn layouts(&self, name: &str, weight: &Arc<QTensor>, bias: Option<Vec<f32>>) -> Result<Linear, InferenceError> {
        let quantised = self.keep_quantised.then(|| QMatMul::from_arc(Arc::clone(weight))).transpose()?;
        let full = self.keep_full.then(|| self.full(name, weight)).transpose()?;
        Ok(Linear { quantised, full, bias })
    }

    fn full(&self, name: &str, weight: &QTensor) -> Result<Tensor, InferenceError> {
        let weight = weight.dequantize(&Device::Cpu)?;
        match self.adapter {
            Some(adapter) => adapter.applied(name, weight),
            None => Ok(weight),
        }
    }
}

/// Names the file in what went wrong with its tensors.
pub(crate) fn in_file(path: &Path, error: InferenceError) -> InferenceError {
    match error {
        InferenceError::Tensor(error) => malformed(path, error.to_string()),
        other => other,
    }
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

/// Reads a string from GGUF metadata.
pub(crate) fn metadata_string(metadata: &HashMap<String, Value>, key: &str) -> Option<String> {
    metadata.get(key).and_then(|value| value.to_string().ok().cloned())
}
