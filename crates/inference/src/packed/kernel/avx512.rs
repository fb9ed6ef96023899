//! The kernel for processors with AVX-512 and its dot products of bytes (VNNI).

use std::arch::x86_64::{
    __m512, __m512i, _mm512_add_epi32, _mm512_and_si512, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps,
    _mm512_load_ps, _mm512_load_si512, _mm512_mul_ps, _mm512_or_si512, _mm512_set1_epi8, _mm512_set1_epi32,
    _mm512_set1_ps, _mm512_setzero_ps, _mm512_setzero_si512, _mm512_slli_epi16, _mm512_slli_epi32, _mm512_srli_epi16,
    _mm512_storeu_ps, _mm512_sub_epi32,
};

use super::Unpacked;
use crate::packed::activations::Block;
use crate::packed::form::upper;
use crate::packed::strip::Lanes;
use crate::packed::{LANES, Line};

/// Multiplies a strip with a few rows.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) fn multiply<const ROWS: usize>(strip: &Unpacked<'_>, rows: &[&[Block]; ROWS]) -> [[f32; LANES]; ROWS] {
    match (strip.form.bits, strip.form.leasts(), strip.bytes) {
        (4, true, false) => blocks::<ROWS, 4, 4, 2, true>(strip, rows),
        (4, true, true) => blocks::<ROWS, 4, 8, 2, true>(strip, rows),
        (4, false, false) => blocks::<ROWS, 4, 4, 1, false>(strip, rows),
        (4, false, true) => blocks::<ROWS, 4, 8, 1, false>(strip, rows),
        (5, true, false) => blocks::<ROWS, 5, 5, 2, true>(strip, rows),
        (5, true, true) => blocks::<ROWS, 5, 8, 2, true>(strip, rows),
        (5, false, false) => blocks::<ROWS, 5, 5, 1, false>(strip, rows),
        (5, false, true) => blocks::<ROWS, 5, 8, 1, false>(strip, rows),
        (6, _, false) => blocks::<ROWS, 6, 6, 2, false>(strip, rows),
        (6, _, true) => blocks::<ROWS, 6, 8, 2, false>(strip, rows),
        (_, _, _) => blocks::<ROWS, 8, 8, 1, false>(strip, rows),
    }
}

/// `LINES` is 8 where the integers are bytes, and otherwise as many as they have bits; `SCALES` is how many numbers a block
/// has: the scales of its groups and the least value.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn blocks<const ROWS: usize, const BITS: usize, const LINES: usize, const SCALES: usize, const LEASTS: bool>(
    strip: &Unpacked<'_>,
    rows: &[&[Block]; ROWS],
) -> [[f32; LANES]; ROWS] {
    let (lines, scales) = (strip.lines.as_chunks::<LINES>().0, strip.scales.as_chunks::<SCALES>().0);
    let rows: [&[Block]; ROWS] = std::array::from_fn(|row| &rows[row][..lines.len()]);
    let mut results = [_mm512_setzero_ps(); ROWS];
    for (index, (lines, scales)) in lines.iter().zip(scales).enumerate() {
        let of_rows: [&Block; ROWS] = std::array::from_fn(|row| &rows[row][index]);
        let groups = if LEASTS { 1 } else { SCALES };
        for part in 0..groups {
            let mut dots = [_mm512_setzero_si512(); ROWS];
            for four in part * 8 / groups..(part + 1) * 8 / groups {
                let bytes = bytes::<BITS, LINES>(lines, four);
                for (dots, row) in dots.iter_mut().zip(of_rows) {
                    *dots = _mm512_dpbusd_epi32(*dots, bytes, spread(row, four));
                }
            }
            let scale = floats(&scales[part]);
            for ((result, dots), row) in results.iter_mut().zip(dots).zip(of_rows) {
                let dots = if LEASTS { dots } else { _mm512_sub_epi32(dots, of_zero::<BITS, SCALES>(row, part)) };
                let both = _mm512_mul_ps(scale, _mm512_set1_ps(row.scale));
                *result = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots), both, *result);
                if LEASTS {
                    *result = _mm512_fmadd_ps(floats(&scales[1]), _mm512_set1_ps(row.scaled_sum), *result);
                }
            }
        }
    }
    let mut stored = [[0.0; LANES]; ROWS];
    for (to, from) in stored.iter_mut().zip(results) {
        #[expect(unsafe_code, reason = "a store of sixteen floats")]
        // SAFETY: there is room for sixteen floats.
        unsafe {
            _mm512_storeu_ps(to.as_mut_ptr(), from);
        }
    }
    stored
}

/// Four integers of each of the sixteen rows of the matrix.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn bytes<const BITS: usize, const LINES: usize>(lines: &[Line; LINES], four: usize) -> __m512i {
    if LINES == 8 {
        return load(&lines[four]);
    }
    let line = load(&lines[four % 4]);
    let lower = if four < 4 { line } else { _mm512_srli_epi16::<4>(line) };
    let lower = _mm512_and_si512(lower, _mm512_set1_epi8(0x0f));
    if BITS == 4 {
        return lower;
    }
    let (line, shift) = upper(BITS, four);
    let line = load(&lines[line]);
    // The shifts reach into the neighbouring byte, but not as far as the bits that are kept.
    let moved = match shift {
        0 => _mm512_slli_epi16::<4>(line),
        1 => _mm512_slli_epi16::<3>(line),
        2 => _mm512_slli_epi16::<2>(line),
        3 => _mm512_slli_epi16::<1>(line),
        4 => line,
        5 => _mm512_srli_epi16::<1>(line),
        6 => _mm512_srli_epi16::<2>(line),
        _ => _mm512_srli_epi16::<3>(line),
    };
    _mm512_or_si512(lower, _mm512_and_si512(moved, _mm512_set1_epi8(if BITS == 5 { 0x10 } else { 0x30 })))
}

/// What the sum of a group would be if all integers of the matrix were the one that stands for nothing.
#[inline]
#[target_feature(enable = "avx512f")]
fn of_zero<const BITS: usize, const GROUPS: usize>(row: &Block, part: usize) -> __m512i {
    let sum = if GROUPS == 1 {
        _mm512_add_epi32(_mm512_set1_epi32(row.sums[0]), _mm512_set1_epi32(row.sums[1]))
    } else {
        _mm512_set1_epi32(row.sums[part])
    };
    match BITS {
        4 => _mm512_slli_epi32::<3>(sum),
        5 => _mm512_slli_epi32::<4>(sum),
        6 => _mm512_slli_epi32::<5>(sum),
        _ => _mm512_slli_epi32::<7>(sum),
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(line: &Line) -> __m512i {
    #[expect(unsafe_code, reason = "a load of 64 bytes")]
    // SAFETY: a line has 64 bytes and is aligned to them.
    unsafe {
        _mm512_load_si512(line.0.as_ptr().cast())
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn floats(lanes: &Lanes) -> __m512 {
    #[expect(unsafe_code, reason = "a load of sixteen floats")]
    // SAFETY: there are sixteen, aligned to 64 bytes.
    unsafe {
        _mm512_load_ps(lanes.0.as_ptr())
    }
}

/// Four of a row's integers, for each lane again.
#[inline]
#[target_feature(enable = "avx512f")]
fn spread(row: &Block, four: usize) -> __m512i {
    _mm512_set1_epi32(i32::from_le_bytes(row.integers.as_chunks::<4>().0[four].map(|integer| integer as u8)))
}
