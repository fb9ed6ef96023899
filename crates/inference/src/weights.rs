//! Weights read from a GGUF file: the header checked, each tensor by name, in the layouts that are kept.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use candle_core::quantized::ggml_file::qtensor_from_ggml;
use candle_core::quantized::gguf_file::{Content, TensorInfo, Value};
use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{Device, Tensor};
use rayon::prelude::*;

use crate::InferenceError;
use crate::adapter::Adapter;
use crate::generator::Precision;
use crate::linear::{Linear, Weights};
use crate::packed::Packed;

/// The embeddings' name in a GGUF file.
const TABLE: &str = "token_embd.weight";

/// How much memory the weights of a file would take, read from its header.
pub(crate) fn bytes_of_file(path: &Path) -> Result<usize, InferenceError> {
    let (content, _) = read_header(path)?;
    let of_tensor = |info: &TensorInfo| {
        let elements = info.shape.elem_count();
        Packed::bytes_of(info.ggml_dtype, elements).unwrap_or(elements * size_of::<f32>())
    };
    Ok(content.tensor_infos.values().map(of_tensor).sum())
}

/// How much memory the weights would take of those blocks of a file that the adapter uses, with its changes. The file's
/// embeddings are not kept where there is an adapter.
pub(crate) fn bytes_of_blocks(path: &Path, adapter: &Adapter) -> Result<usize, InferenceError> {
    let (content, _) = read_header(path)?;
    let layers = adapter.layers()?;
    let layer = |name: &str| name.strip_prefix("blk.")?.split('.').next()?.parse::<usize>().ok();
    let mut bytes = 0;
    for (name, info) in &content.tensor_infos {
        let (Some(matrix), [out, width]) = (name.strip_suffix(".weight"), info.shape.dims()) else { continue };
        if layer(name).is_none_or(|layer| layer >= layers) {
            continue;
        }
        let elements = info.shape.elem_count();
        let own = if adapter.change(matrix, *out, *width)?.is_some() { None } else { Some(info.ggml_dtype) };
        let packed = own.and_then(|own| Packed::bytes_of(own, elements));
        bytes += packed.or_else(|| Packed::bytes_of(GgmlDType::Q8_0, elements)).unwrap_or_default();
    }
    Ok(bytes)
}

/// Reads tensors by name and adds up the bytes of the layouts kept.
pub(crate) struct Loader<'a> {
    content: Content,
    reader: BufReader<File>,
    adapter: Option<&'a Adapter>,
    precision: Precision,
    /// Bytes of the weights kept so far.
    pub(crate) bytes: usize,
}

impl<'a> Loader<'a> {
    /// Opens a file, whose weights are changed by the adapter where there is one.
    pub(crate) fn open(
        path: &Path,
        precision: Precision,
        adapter: Option<&'a Adapter>,
    ) -> Result<Self, InferenceError> {
        let (content, reader) = read_header(path)?;
        if content.tensor_infos.contains_key("rope_freqs.weight") {
            return Err(InferenceError::Unsupported("rotary embedding with factors of its own".into()));
        }
        Ok(Self { content, reader, adapter, precision, bytes: 0 })
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
        let weights = self.weights(name, &weight)?;
        Ok(Linear { weights, bias })
    }

    /// The matrix that gives logits: `output`, or `table` where the two are one.
    pub(crate) fn head(&mut self, table: &Table, width: usize) -> Result<Linear, InferenceError> {
        if self.has("output.weight") {
            let vocabulary = self.shape("output.weight").first().copied().unwrap_or_default();
            return self.linear("output", vocabulary, width);
        }
        let weights = match table {
            Table::Packed(packed) => Weights::Packed(Arc::clone(packed)),
            Table::Quantised(quantised) => self.weights("output", quantised)?,
            Table::InFile { .. } => {
                return Err(candle_core::Error::Msg("the file has no matrix for logits".into()).into());
            }
        };
        Ok(Linear { weights, bias: None })
    }

    /// The embedding of each token, of `hidden` numbers.
    pub(crate) fn table(&mut self, hidden: usize) -> Result<Table, InferenceError> {
        let vocabulary = self.shape(TABLE).first().copied().unwrap_or_default();
        let quantised = self.tensor(TABLE, &[vocabulary, hidden])?;
        let packed = match self.precision {
            Precision::Full => None,
            Precision::Quantised => Packed::from_quantised(&quantised)?,
        };
        if let Some(packed) = packed {
            self.bytes += packed.bytes();
            return Ok(Table::Packed(Arc::new(packed)));
        }
        self.bytes += quantised.storage_size_in_bytes();
        Ok(Table::Quantised(quantised))
    }

    /// As [`Self::table`], left in the file: for a model that has no logits, and so reads a few rows at a time.
    pub(crate) fn table_in_file(&self, hidden: usize) -> Result<Table, InferenceError> {
        let found = self
            .content
            .tensor_infos
            .get(TABLE)
            .filter(|info| matches!(*info.shape.dims(), [_, width] if width == hidden));
        let Some(info) = found else {
            let message =
                format!("tensor `{TABLE}` has the shape {:?}, not that of rows of {hidden}", self.shape(TABLE));
            return Err(candle_core::Error::Msg(message).into());
        };
        let rows = info.shape.dims()[0];
        let row_bytes = hidden / info.ggml_dtype.block_size() * info.ggml_dtype.type_size();
        let start = self.content.tensor_data_offset + info.offset;
        let file = self.reader.get_ref().try_clone().map_err(candle_core::Error::from)?;
        let row = TensorInfo { ggml_dtype: info.ggml_dtype, shape: (1, hidden).into(), offset: 0 };
        Ok(Table::InFile { file: Mutex::new(file), row, rows, row_bytes: row_bytes as u64, start })
    }

    /// Packs a matrix in its own bits; rounds to 8 what an adapter changes and what is in a format without a kernel; whole
    /// floats where the precision asks for them.
    fn weights(&mut self, name: &str, weight: &QTensor) -> Result<Weights, InferenceError> {
        let (out, width) = weight.shape().dims2()?;
        let change = self.adapter.map_or(Ok(None), |adapter| adapter.change(name, out, width))?;
        let quantised = self.precision == Precision::Quantised;
        if quantised
            && change.is_none()
            && let Some(packed) = Packed::from_quantised(weight)?
        {
            return Ok(self.keep(packed));
        }
        let mut floats = floats(weight)?;
        if let Some(change) = change {
            floats.par_chunks_mut(width).enumerate().for_each(|(row, values)| change.add_to(row, values));
        }
        if quantised && let Some(packed) = Packed::from_floats(&floats, width) {
            return Ok(self.keep(packed));
        }
        let floats = Tensor::from_vec(floats, (out, width), &Device::Cpu)?;
        self.bytes += floats.elem_count() * size_of::<f32>();
        Ok(Weights::Floats(floats))
    }

    fn keep(&mut self, packed: Packed) -> Weights {
        self.bytes += packed.bytes();
        Weights::Packed(Arc::new(packed))
    }
}

/// A matrix as 32-bit floats, row-major, some rows on each thread at a time.
fn floats(weight: &QTensor) -> Result<Vec<f32>, InferenceError> {
    const ROWS: usize = 64;
    let (out, width) = weight.shape().dims2()?;
    let (dtype, data) = (weight.dtype(), weight.data()?);
    let mut floats = vec![0.0; out * width];
    let rows = floats.par_chunks_mut(ROWS * width).zip(data.par_chunks(ROWS * (data.len() / out)));
    rows.try_for_each(|(floats, data)| {
        let rows = qtensor_from_ggml(dtype, data, vec![floats.len() / width, width], &Device::Cpu)?;
        floats.copy_from_slice(&rows.dequantize(&Device::Cpu)?.flatten_all()?.to_vec1::<f32>()?);
        Ok::<_, candle_core::Error>(())
    })?;
    Ok(floats)
}

/// The embeddings of tokens, one a row.
pub(crate) enum Table {
    /// Packed, and shared with the matrix that gives logits where the two are one.
    Packed(Arc<Packed>),
    /// As the file has them.
    Quantised(Arc<QTensor>),
    /// In the file, at `start`.
    InFile { file: Mutex<File>, row: TensorInfo, rows: usize, row_bytes: u64, start: u64 },
}

impl Table {
    /// The embeddings of some tokens, one after another.
    pub(crate) fn embeddings(&self, tokens: &[u32]) -> Result<Vec<f32>, InferenceError> {
        match self {
            Self::Packed(packed) => {
                check_known(tokens, packed.out())?;
                Ok(tokens.iter().flat_map(|token| packed.row(*token as usize)).collect())
            }
            Self::Quantised(quantised) => {
                let ids = Tensor::from_slice(tokens, tokens.len(), &Device::Cpu)?;
                let table = QMatMul::from_arc(Arc::clone(quantised))?;
                Ok(table.embedding(&ids)?.flatten_all()?.to_vec1::<f32>()?)
            }
            Self::InFile { file, row, rows, row_bytes, start } => {
                check_known(tokens, *rows)?;
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                let mut embeddings = Vec::new();
                for token in tokens {
                    let read = row.read(&mut *file, start + u64::from(*token) * row_bytes, &Device::Cpu)?;
                    embeddings.extend(read.dequantize(&Device::Cpu)?.flatten_all()?.to_vec1::<f32>()?);
                }
                Ok(embeddings)
            }
        }
    }
}

fn check_known(tokens: &[u32], count: usize) -> Result<(), InferenceError> {
    match tokens.iter().find(|token| **token as usize >= count) {
        Some(unknown) => Err(candle_core::Error::Msg(format!("no token has the number {unknown}")).into()),
        None => Ok(()),
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
    // What keeps this from reading on keeps candle from it as well, which says what it is.
    if Metadata::is_aligned_to_nothing(&mut reader).unwrap_or(false) {
        return Err(malformed(path, "it is damaged: general.alignment is 0".into()));
    }
    reader.rewind().map_err(read)?;
    let content = Content::read(&mut reader)
        .map_err(|error| malformed(path, format!("it is cut off within its header, or damaged: {error}")))?;
    check_whole(&content, file_bytes).map_err(|reason| malformed(path, reason))?;
    Ok((content, reader))
}

/// Goes through the metadata of a GGUF file before candle does, which divides by what they say of the alignment.
struct Metadata<'a> {
    reader: &'a mut BufReader<File>,
    /// Bytes of a length: 4 in the first version of the format.
    length_bytes: usize,
}

impl<'a> Metadata<'a> {
    fn is_aligned_to_nothing(reader: &'a mut BufReader<File>) -> io::Result<bool> {
        let mut metadata = Metadata { reader, length_bytes: 8 };
        let (_magic, version) = (metadata.number(4)?, metadata.number(4)?);
        if version == 1 {
            metadata.length_bytes = 4;
        }
        let (_tensors, entries) = (metadata.length()?, metadata.length()?);
        for _ in 0..entries {
            let key = metadata.key()?;
            let kind = metadata.number(4)?;
            if metadata.value(kind, 0)? == Some(0) && key == b"general.alignment" {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A whole number of so many bytes, at most 8.
    fn number(&mut self, bytes: usize) -> io::Result<u64> {
        let mut number = [0; 8];
        self.reader.read_exact(&mut number[..bytes])?;
        Ok(u64::from_le_bytes(number))
    }

    fn length(&mut self) -> io::Result<u64> {
        self.number(self.length_bytes)
    }

    /// A key without the zeros that some files have behind it.
    fn key(&mut self) -> io::Result<Vec<u8>> {
        let mut key = Vec::new();
        let length = self.length()?;
        self.reader.by_ref().take(length).read_to_end(&mut key)?;
        key.truncate(key.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
        Ok(key)
    }

    /// Reads past a value of a type that stands so deep in arrays, and gives its bits where it is a number.
    fn value(&mut self, kind: u64, depth: usize) -> io::Result<Option<u64>> {
        /// As candle has it.
        const DEEPEST: usize = 64;
        match kind {
            0 | 1 | 7 => self.number(1).map(Some),
            2 | 3 => self.number(2).map(Some),
            4..=6 => self.number(4).map(Some),
            10..=12 => self.number(8).map(Some),
            8 => {
                let length = i64::try_from(self.length()?).map_err(io::Error::other)?;
                self.reader.seek_relative(length).map(|()| None)
            }
            9 if depth <= DEEPEST => {
                let (kind, count) = (self.number(4)?, self.length()?);
                for _ in 0..count {
                    self.value(kind, depth + 1)?;
                }
                Ok(None)
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

/// Says what is missing when a tensor reaches past the end of the file, as it does in a truncated download.
fn check_whole(content: &Content, file_bytes: u64) -> Result<(), String> {
    for (name, info) in &content.tensor_infos {
        let dtype = info.ggml_dtype;
        if info.shape.dims().contains(&0) {
            return Err(format!("it is damaged: tensor `{name}` is empty"));
        }
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
