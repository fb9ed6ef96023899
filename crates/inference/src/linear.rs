//! A weight matrix and the rows that it is applied to.

use std::cell::OnceCell;
use std::sync::Arc;

use candle_core::{Device, Tensor};

use crate::InferenceError;
use crate::packed::{Activations, Packed};

/// The weights of a matrix of shape (out, in). The two round differently: packed weights also round what they are applied to.
pub(crate) enum Weights {
    /// As the file has them, through our own kernels.
    Packed(Arc<Packed>),
    /// As 32-bit floats through GEMM, which reads them transposed.
    Floats(Tensor),
}

/// A weight matrix with its bias.
pub(crate) struct Linear {
    pub(crate) weights: Weights,
    pub(crate) bias: Option<Vec<f32>>,
}

/// Rows that one or more matrices are applied to, prepared once for all of them.
pub(crate) struct Rows {
    width: usize,
    values: Vec<f32>,
    rounded: OnceCell<Activations>,
}

impl Rows {
    /// Row-major: rows × `width`.
    pub(crate) fn new(values: Vec<f32>, width: usize) -> Self {
        Self { width, values, rounded: OnceCell::new() }
    }

    fn tensor(&self) -> Result<Tensor, InferenceError> {
        Ok(Tensor::from_slice(&self.values, (self.values.len() / self.width, self.width), &Device::Cpu)?)
    }
}

impl Linear {
    /// The rows (rows × in) times the transposed weights, plus the bias: rows × out.
    pub(crate) fn forward(&self, rows: &Rows) -> Result<Vec<f32>, InferenceError> {
        let mut product = match &self.weights {
            Weights::Packed(packed) => {
                packed.forward(rows.rounded.get_or_init(|| Activations::new(&rows.values, rows.width)))
            }
            Weights::Floats(floats) => rows.tensor()?.matmul(&floats.t()?)?.flatten_all()?.to_vec1::<f32>()?,
        };
        if let Some(bias) = &self.bias {
            for row in product.chunks_exact_mut(bias.len()) {
                for (value, bias) in row.iter_mut().zip(bias) {
                    *value += bias;
                }
            }
        }
        Ok(product)
    }
}
