//! The rows that a packed matrix is applied to, rounded to 8 bits.

use rayon::prelude::*;

use super::BLOCK;
use crate::simd::vectorised;

/// Values of which the sum is kept: the smallest group of a format.
pub(super) const HALF: usize = BLOCK / 2;

/// Rows from which on several threads round them.
const PARALLEL_ROWS: usize = 16;

/// 32 values of a row with all that a kernel needs to know of them, one after another in memory.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(super) struct Block {
    /// Rounded to the nearest, −127 to 127.
    pub(super) integers: [i8; BLOCK],
    /// What an integer of one stands for.
    pub(super) scale: f32,
    /// The sum of the integers times the scale.
    pub(super) scaled_sum: f32,
    /// The sums of the first sixteen integers and of the others.
    pub(super) sums: [i32; 2],
}

/// Rows of integers with one scale for every 32 of them.
pub(crate) struct Activations {
    width: usize,
    blocks: Vec<Block>,
}

impl Activations {
    /// Rounds rows of `width` values, which is a multiple of 32.
    pub(crate) fn new(rows: &[f32], width: usize) -> Self {
        let nothing = Block { integers: [0; BLOCK], scale: 0.0, scaled_sum: 0.0, sums: [0; 2] };
        let mut blocks = vec![nothing; rows.len() / BLOCK];
        let each = blocks.par_chunks_mut(width / BLOCK).zip(rows.par_chunks(width)).with_min_len(PARALLEL_ROWS);
        each.for_each(|(blocks, row)| round(row, blocks));
        Self { width, blocks }
    }

    /// A row as it was rounded.
    pub(crate) fn floats(&self, row: usize) -> Vec<f32> {
        let of_block = |block: &Block| block.integers.map(|integer| f32::from(integer) * block.scale);
        self.row(row).iter().flat_map(of_block).collect()
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn count(&self) -> usize {
        self.blocks.len() * BLOCK / self.width.max(1)
    }

    pub(super) fn row(&self, row: usize) -> &[Block] {
        let blocks = self.width / BLOCK;
        &self.blocks[row * blocks..(row + 1) * blocks]
    }
}

vectorised! {
    /// Rounds one row.
    fn round(row: &[f32], blocks: &mut [Block]) {
        // Adding and taking away this number leaves a float without its fraction, rounded to the nearest, ties to even.
        const ROUNDER: f32 = 12_582_912.0;
        for (row, block) in row.as_chunks::<BLOCK>().0.iter().zip(blocks) {
            let mut largest = [0.0_f32; 8];
            for eight in row.chunks_exact(8) {
                for (largest, value) in largest.iter_mut().zip(eight) {
                    *largest = if value.abs() > *largest { value.abs() } else { *largest };
                }
            }
            let largest = largest.iter().fold(0.0_f32, |largest, value| largest.max(*value));
            let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
            for (integer, value) in block.integers.iter_mut().zip(row) {
                *integer = ((value * inverse + ROUNDER) - ROUNDER) as i32 as i8;
            }
            for (sum, half) in block.sums.iter_mut().zip(block.integers.as_chunks::<HALF>().0) {
                *sum = half.iter().map(|integer| i32::from(*integer)).sum();
            }
            block.scale = largest / 127.0;
            block.scaled_sum = block.scale * (block.sums[0] + block.sums[1]) as f32;
        }
    }
}
