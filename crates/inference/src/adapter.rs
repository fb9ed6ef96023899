//! Low-rank changes of a model's weights (Hu et al. 2021), and the heads that read its last hidden row.

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};
use safetensors::SafeTensors;

use crate::InferenceError;

/// The digest of the model that an adapter was trained on, where its file says so (`trained_on` of its metadata).
///
/// # Errors
/// `Unsupported` when it is not a safetensors file.
pub fn trained_on(adapter: &[u8]) -> Result<Option<String>, InferenceError> {
    said(adapter, "trained_on")
}

/// What the metadata of an adapter's file says of this.
pub(crate) fn said(adapter: &[u8], of: &str) -> Result<Option<String>, InferenceError> {
    let (_, header) = SafeTensors::read_metadata(adapter)
        .map_err(|error| InferenceError::Unsupported(format!("an adapter without a safetensors header ({error})")))?;
    Ok(header.metadata().as_ref().and_then(|said| said.get(of).cloned()))
}

/// A trained adapter: what makes a reader out of a language model, or an encoder of questions out of an encoder. In the file,
/// a safetensors file of 16-bit floats, `NAME.down` (rank × in) and `NAME.up` (out × rank) change the matrix `NAME` of the
/// model by their product. For a language model `heads.weight` (heads × hidden) and `heads.bias` are the heads, and `blocks`,
/// one number, says how many blocks the heads are behind where that is not the last one that is changed.
pub(crate) struct Adapter {
    tensors: HashMap<String, Tensor>,
}

impl Adapter {
    /// Reads an adapter from the bytes of a safetensors file.
    ///
    /// # Errors
    /// `Tensor` when it is cut off or not a safetensors file.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, InferenceError> {
        let mut tensors = candle_core::safetensors::load_buffer(bytes, &Device::Cpu)?;
        for tensor in tensors.values_mut() {
            *tensor = tensor.to_dtype(DType::F32)?;
        }
        Ok(Self { tensors })
    }

    /// How many blocks of the model are used.
    pub(crate) fn layers(&self) -> Result<usize, InferenceError> {
        if let Some(blocks) = self.tensors.get("blocks") {
            return Ok(blocks.flatten_all()?.to_vec1::<f32>()?.first().map_or(0, |blocks| *blocks as usize));
        }
        let number = |name: &String| name.strip_prefix("blk.")?.split('.').next()?.parse::<usize>().ok();
        Ok(self.tensors.keys().filter_map(number).max().map_or(0, |last| last + 1))
    }

    /// The change of a matrix (out × width); none where the adapter leaves it as it is.
    ///
    /// # Errors
    /// `Unsupported` for a change of another shape.
    pub(crate) fn change(&self, name: &str, out: usize, width: usize) -> Result<Option<Change>, InferenceError> {
        let Some(up) = self.tensors.get(&format!("{name}.up")) else { return Ok(None) };
        let rank = up.dims().last().copied().unwrap_or_default();
        let half = |half: &str, shape: [usize; 2]| -> Result<Vec<f32>, InferenceError> {
            Ok(self.tensor(&format!("{name}.{half}"), &shape)?.flatten_all()?.to_vec1()?)
        };
        Ok(Some(Change { down: half("down", [rank, width])?, up: half("up", [out, rank])?, rank }))
    }

    /// The heads' weights (heads × hidden) and biases.
    pub(crate) fn heads(&self, count: usize, hidden: usize) -> Result<(Vec<Vec<f32>>, Vec<f32>), InferenceError> {
        let (weights, biases) = (self.tensor("heads.weight", &[count, hidden])?, self.tensor("heads.bias", &[count])?);
        Ok((weights.to_vec2()?, biases.to_vec1()?))
    }

    fn tensor(&self, name: &str, shape: &[usize]) -> Result<&Tensor, InferenceError> {
        let found = self.tensors.get(name).filter(|tensor| tensor.dims() == shape);
        found.ok_or_else(|| InferenceError::Unsupported(format!("an adapter without `{name}` of shape {shape:?}")))
    }
}

/// What is added to a matrix (out × width): the product of `up` (out × rank) and `down` (rank × width), both row-major.
pub(crate) struct Change {
    down: Vec<f32>,
    up: Vec<f32>,
    rank: usize,
}

impl Change {
    /// Adds to a row of the matrix what changes it.
    pub(crate) fn add_to(&self, row: usize, values: &mut [f32]) {
        let factors = &self.up[row * self.rank..(row + 1) * self.rank];
        for (factor, down) in factors.iter().zip(self.down.chunks_exact(values.len())) {
            for (value, down) in values.iter_mut().zip(down) {
                *value += factor * down;
            }
        }
    }
}
