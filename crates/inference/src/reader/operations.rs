//! The operations of a transformer layer, each with its backward pass in one step: candle's own fused ones have none, and
//! written out in plain operations they spend most of their time on moving numbers.

use candle_core::{CpuStorage, CustomOp1, CustomOp3, Device, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::ADAPTER_SCALE;

/// The contiguous 32-bit floats of an argument.
fn floats<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (layout.contiguous_offsets(), storage) {
        (Some((start, end)), CpuStorage::F32(values)) => Ok(&values[start..end]),
        _ => bail!("this operation wants contiguous 32-bit floats"),
    }
}

fn tensor_floats(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.flatten_all()?.to_vec1()
}

/// rows · (W + scale · up · down)ᵀ + bias, where W and the bias do not learn.
#[derive(Debug, Clone)]
pub(super) struct Adapted {
    /// (out, in)
    pub(super) weight: Tensor,
    /// (out)
    pub(super) bias: Vec<f32>,
}

impl Adapted {
    fn changed(&self, down: &Tensor, up: &Tensor) -> Result<Tensor> {
        &self.weight + (up.matmul(down)? * ADAPTER_SCALE)?
    }
}

impl CustomOp3 for Adapted {
    fn name(&self) -> &'static str {
        "adapted"
    }

    fn cpu_fwd(
        &self,
        rows: &CpuStorage,
        rows_layout: &Layout,
        down: &CpuStorage,
        down_layout: &Layout,
        up: &CpuStorage,
        up_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let tensor =
            |storage, layout: &Layout| Tensor::from_slice(floats(storage, layout)?, layout.shape(), &Device::Cpu);
        let weight = self.changed(&tensor(down, down_layout)?, &tensor(up, up_layout)?)?;
        let product = tensor(rows, rows_layout)?.matmul(&weight.t()?)?;
        let shape = product.shape().clone();
        let mut values = tensor_floats(&product)?;
        for row in values.chunks_exact_mut(self.bias.len()) {
            row.iter_mut().zip(&self.bias).for_each(|(value, bias)| *value += bias);
        }
        Ok((CpuStorage::F32(values), shape))
    }

    fn bwd(
        &self,
        rows: &Tensor,
        down: &Tensor,
        up: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (rows, down, up, gradient) = (rows.detach(), down.detach(), up.detach(), gradient.contiguous()?);
        let of_rows = gradient.matmul(&self.changed(&down, &up)?)?;
        let through_up = (gradient.matmul(&up)? * ADAPTER_SCALE)?;
        let of_down = through_up.t()?.matmul(&rows)?;
        let of_up = (gradient.t()?.matmul(&rows.matmul(&down.t()?)?)? * ADAPTER_SCALE)?;
        Ok((Some(of_rows), Some(of_down), Some(of_up)))
    }
}

/// A function of each row of the last dimension.
fn by_row(
    values: &[f32],
    layout: &Layout,
    width: usize,
    function: impl Fn(&[f32], &mut [f32]) + Sync,
) -> (CpuStorage, Shape) {
    let mut out = vec![0.0; values.len()];
    out.par_chunks_exact_mut(width).zip(values.par_chunks_exact(width)).for_each(|(out, row)| function(row, out));
    (CpuStorage::F32(out), layout.shape().clone())
}

/// The same of rows beside those of a gradient.
fn backward_by_row(
    rows: &Tensor,
    gradient: &Tensor,
    width: usize,
    function: impl Fn(&[f32], &[f32], &mut [f32]) + Sync,
) -> Result<Option<Tensor>> {
    let (values, gradients) = (tensor_floats(rows)?, tensor_floats(gradient)?);
    let mut out = vec![0.0; values.len()];
    out.par_chunks_exact_mut(width)
        .zip(values.par_chunks_exact(width).zip(gradients.par_chunks_exact(width)))
        .for_each(|(out, (row, gradient))| function(row, gradient, out));
    Ok(Some(Tensor::from_vec(out, rows.shape(), &Device::Cpu)?))
}

/// Layer norm whose weight and bias do not learn.
#[derive(Debug, Clone)]
pub(super) struct LayerNorm {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
    pub(super) epsilon: f32,
}

impl LayerNorm {
    /// Mean and reciprocal standard deviation.
    fn moments(&self, row: &[f32]) -> (f32, f32) {
        let mean = row.iter().sum::<f32>() / row.len() as f32;
        let variance = row.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / row.len() as f32;
        (mean, 1.0 / (variance + self.epsilon).sqrt())
    }
}

impl CustomOp1 for LayerNorm {
    fn name(&self) -> &'static str {
        "layer-norm"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        Ok(by_row(floats(storage, layout)?, layout, self.weight.len(), |row, out| {
            let (mean, scale) = self.moments(row);
            for (((out, value), weight), bias) in out.iter_mut().zip(row).zip(&self.weight).zip(&self.bias) {
                *out = (value - mean) * scale * weight + bias;
            }
        }))
    }

    fn bwd(&self, rows: &Tensor, _result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        backward_by_row(rows, gradient, self.weight.len(), |row, gradient, out| {
            let (mean, scale) = self.moments(row);
            let count = row.len() as f32;
            let (mut sum, mut product) = (0.0, 0.0);
            for ((value, gradient), weight) in row.iter().zip(gradient).zip(&self.weight) {
                sum += gradient * weight;
                product += gradient * weight * (value - mean) * scale;
            }
            for (((out, value), gradient), weight) in out.iter_mut().zip(row).zip(gradient).zip(&self.weight) {
                let normal = (value - mean) * scale;
                *out = scale * (gradient * weight - sum / count - normal * product / count);
            }
        })
    }
}

/// Softmax of scaled scores over the last dimension.
#[derive(Debug, Clone)]
pub(super) struct Softmax {
    pub(super) scale: f32,
}

impl CustomOp1 for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let width = layout.dims().last().copied().unwrap_or(1);
        Ok(by_row(floats(storage, layout)?, layout, width, |row, out| {
            let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let mut sum = 0.0;
            for (out, value) in out.iter_mut().zip(row) {
                *out = ((value - max) * self.scale).exp();
                sum += *out;
            }
            out.iter_mut().for_each(|value| *value /= sum);
        }))
    }

    fn bwd(&self, _rows: &Tensor, result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let width = result.dims().last().copied().unwrap_or(1);
        backward_by_row(result, gradient, width, |row, gradient, out| {
            let product: f32 = row.iter().zip(gradient).map(|(weight, gradient)| weight * gradient).sum();
            for ((out, weight), gradient) in out.iter_mut().zip(row).zip(gradient) {
                *out = self.scale * weight * (gradient - product);
            }
        })
    }
}

/// x · Φ(x).
#[derive(Debug, Clone)]
pub(super) struct Gelu;

/// The error function to 1.5e-7 and e^(−x²) (Abramowitz and Stegun 1964, 7.1.26).
fn error_function(x: f32) -> (f32, f32) {
    let size = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * size);
    let polynomial =
        t * (0.254_829_592 + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    let decay = (-size * size).exp();
    ((1.0 - polynomial * decay).copysign(x), decay)
}

impl CustomOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let width = layout.dims().last().copied().unwrap_or(1);
        Ok(by_row(floats(storage, layout)?, layout, width, |row, out| {
            for (out, value) in out.iter_mut().zip(row) {
                *out = 0.5 * value * (1.0 + error_function(value * std::f32::consts::FRAC_1_SQRT_2).0);
            }
        }))
    }

    fn bwd(&self, rows: &Tensor, _result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let width = rows.dims().last().copied().unwrap_or(1);
        backward_by_row(rows, gradient, width, |row, gradient, out| {
            for ((out, value), gradient) in out.iter_mut().zip(row).zip(gradient) {
                let (error, decay) = error_function(value * std::f32::consts::FRAC_1_SQRT_2);
                // The density of the normal distribution at the value is decay / √(2π).
                *out = gradient * (0.5 * (1.0 + error) + value * decay * 0.398_942_3);
            }
        })
    }
}
