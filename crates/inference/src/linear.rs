//! A weight matrix in the layouts that suit few rows (decode) and many rows (prefill).

use candle_core::quantized::QMatMul;
use candle_core::{Module, Tensor};

use crate::InferenceError;

/// Which arithmetic a product used. The two round differently: the quantised kernels also quantise the activations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Weights as 32-bit floats through GEMM.
    Full,
    /// candle's quantised kernels.
    Quantised,
}

/// A weight matrix of shape (out, in), kept quantised, as 32-bit floats, or both.
pub(crate) struct Linear {
    pub(crate) quantised: Option<QMatMul>,
    /// Stored (out, in); GEMM reads it transposed.
    pub(crate) full: Option<Tensor>,
    pub(crate) bias: Option<Vec<f32>>,
}

impl Linear {
    /// `rows` (rows × in) times the transposed weights, plus the bias: rows × out.
    pub(crate) fn forward(&self, rows: &Tensor, preferred: Layout) -> Result<Vec<f32>, InferenceError> {
        let product = match (preferred, &self.full, &self.quantised) {
            (Layout::Full, Some(full), _) | (Layout::Quantised, Some(full), None) => rows.matmul(&full.t()?)?,
            (_, _, Some(quantised)) => quantised.forward(rows)?,
            (_, None, None) => {
                return Err(InferenceError::Unsupported("a matrix without weights".into()));
            }
        };
        let mut product = product.flatten_all()?.to_vec1::<f32>()?;
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
