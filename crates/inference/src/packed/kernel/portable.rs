//! The kernel in plain loops, for processors without one of their own; what the others compute is defined by it.

use crate::packed::activations::Row;
use crate::packed::{BLOCK, LANES, Strip, place};

/// Multiplies a strip with a few rows.
pub(super) fn multiply<const ROWS: usize>(strip: &Strip<'_>, rows: &[Row<'_>; ROWS]) -> [[f32; LANES]; ROWS] {
    let form = strip.form;
    let mut results = [[0.0; LANES]; ROWS];
    for (group, scales) in strip.scales.iter().enumerate() {
        let first = group * form.group;
        for (row, results) in rows.iter().zip(&mut results) {
            let sum: i32 = row.sums[first / 16..(first + form.group) / 16].iter().sum();
            let scale = row.scales[first / BLOCK];
            let mut dots = [-form.zero * sum; LANES];
            for index in first..first + form.group {
                let (line, byte, shift) = place(form, index);
                let line = &strip.lines[line].0;
                let mask = if form.bits == 4 { 0x0f } else { 0xff };
                let activation = i32::from(row.integers[index]);
                for (lane, dot) in dots.iter_mut().enumerate() {
                    *dot += i32::from((line[lane * 4 + byte] >> shift) & mask) * activation;
                }
            }
            for (lane, result) in results.iter_mut().enumerate() {
                *result = (dots[lane] as f32).mul_add(scales.0[lane].to_f32() * scale, *result);
            }
            if let Some(leasts) = strip.leasts.get(group) {
                for (lane, result) in results.iter_mut().enumerate() {
                    *result = leasts.0[lane].to_f32().mul_add(scale * sum as f32, *result);
                }
            }
        }
    }
    results
}
