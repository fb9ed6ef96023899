//! Low-rank changes of a language model's weights (Hu et al. 2021), and the heads that read its last hidden row.

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};

use crate::InferenceError;

/// A trained adapter: what makes a reader out of a language model. In the file, a safetensors file of 16-bit floats,
/// `NAME.down` (rank × in) and `NAME.up` (out × rank) change the matrix `NAME` of the GGUF file by their product,
/// `heads.weight` (heads × hidden) and `heads.bias` are the heads, and `blocks`, one number, says how many blocks the heads
/// are behind where that is not the last one that is changed.
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

    /// `weight` (out × in) with its change added, where it has one.
    pub(crate) fn applied(&self, name: &str, weight: Tensor) -> Result<Tensor, InferenceError> {
        match (self.tensors.get(&format!("{name}.up")), self.tensors.get(&format!("{name}.down"))) {
            (Some(up), Some(down)) => Ok((weight + up.matmul(down)?)?),
            (Some(_) | None, _) => Ok(weight),
        }
    }

    /// The heads' weights (heads × hidden) and biases.
    pub(crate) fn heads(&self, count: usize, hidden: usize) -> Result<(Vec<Vec<f32>>, Vec<f32>), InferenceError> {
        let tensor = |name: &str, shape: &[usize]| -> Result<&Tensor, InferenceError> {
            let found = self.tensors.get(name).filter(|tensor| tensor.dims() == shape);
            found.ok_or_else(|| InferenceError::Unsupported(format!("an adapter without `{name}` of shape {shape:?}")))
        };
        Ok((tensor("heads.weight", &[count, hidden])?.to_vec2()?, tensor("heads.bias", &[count])?.to_vec1()?))
    }
}
