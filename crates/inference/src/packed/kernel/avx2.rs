//! The kernel for processors with AVX2.

use std::arch::x86_64::{
    __m256, __m256i, _mm_loadu_si128, _mm256_abs_epi8, _mm256_add_epi16, _mm256_add_epi32, _mm256_and_si256,
    _mm256_cvtepi32_ps, _mm256_cvtph_ps, _mm256_fmadd_ps, _mm256_load_ps, _mm256_load_si256, _mm256_madd_epi16,
    _mm256_maddubs_epi16, _mm256_mul_ps, _mm256_or_si256, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32,
    _mm256_set1_ps, _mm256_setzero_ps, _mm256_setzero_si256, _mm256_sign_epi8, _mm256_slli_epi16, _mm256_srli_epi16,
    _mm256_storeu_ps, _mm256_xor_si256,
};

use super::Unpacked;
use crate::packed::activations::Block;
use crate::packed::form::upper;
use crate::packed::strip::Lanes;
use crate::packed::{LANES, Line};

/// Multiplies a strip with a few rows.
#[target_feature(enable = "avx2,fma")]
pub(super) fn multiply<const ROWS: usize>(strip: &Unpacked<'_>, rows: &[&[Block]; ROWS]) -> [[f32; LANES]; ROWS] {
    // Sixteen registers hold the sums of four rows; more rows go one after another.
    let mut results = [[0.0; LANES]; ROWS];
    let mut first = 0;
    while first < ROWS {
        let (results, rows) = (&mut results[first..], &rows[first..]);
        first += match ROWS - first {
            4.. => halves::<4>(strip, rows, results),
            2..4 => halves::<2>(strip, rows, results),
            _ => halves::<1>(strip, rows, results),
        };
    }
    results
}

/// Turns 16-bit floats into floats of 32 bits.
#[target_feature(enable = "avx2,f16c")]
pub(super) fn widen(floats: &[Line], to: &mut [Lanes]) {
    let eights = floats.iter().flat_map(|line| line.0.as_chunks::<16>().0);
    let places = to.iter_mut().flat_map(|lanes| lanes.0.as_chunks_mut::<8>().0);
    for (halves, to) in eights.zip(places) {
        #[expect(unsafe_code, reason = "loads of eight 16-bit floats and stores of eight floats")]
        // SAFETY: there are sixteen bytes, and there is room for eight floats.
        unsafe {
            _mm256_storeu_ps(to.as_mut_ptr(), _mm256_cvtph_ps(_mm_loadu_si128(halves.as_ptr().cast())));
        }
    }
}

/// Both halves of a strip; how many rows.
#[target_feature(enable = "avx2,fma")]
fn halves<const ROWS: usize>(strip: &Unpacked<'_>, rows: &[&[Block]], results: &mut [[f32; LANES]]) -> usize {
    let rows: [&[Block]; ROWS] = std::array::from_fn(|row| rows[row]);
    let results = &mut results[..ROWS];
    for half in 0..2 {
        match (strip.form.bits, strip.form.leasts(), strip.bytes) {
            (4, true, false) => blocks::<ROWS, 4, 4, 2, true>(strip, &rows, half, results),
            (4, true, true) => blocks::<ROWS, 4, 8, 2, true>(strip, &rows, half, results),
            (4, false, false) => blocks::<ROWS, 4, 4, 1, false>(strip, &rows, half, results),
            (4, false, true) => blocks::<ROWS, 4, 8, 1, false>(strip, &rows, half, results),
            (5, true, false) => blocks::<ROWS, 5, 5, 2, true>(strip, &rows, half, results),
            (5, true, true) => blocks::<ROWS, 5, 8, 2, true>(strip, &rows, half, results),
            (5, false, false) => blocks::<ROWS, 5, 5, 1, false>(strip, &rows, half, results),
            (5, false, true) => blocks::<ROWS, 5, 8, 1, false>(strip, &rows, half, results),
            (6, _, false) => blocks::<ROWS, 6, 6, 2, false>(strip, &rows, half, results),
            (6, _, true) => blocks::<ROWS, 6, 8, 2, false>(strip, &rows, half, results),
            (_, _, _) => blocks::<ROWS, 8, 8, 1, false>(strip, &rows, half, results),
        }
    }
    ROWS
}

/// `LINES` is 8 where the integers are bytes, and otherwise as many as they have bits; `SCALES` is how many numbers a block
/// has: the scales of its groups and the least value.
#[target_feature(enable = "avx2,fma")]
fn blocks<const ROWS: usize, const BITS: usize, const LINES: usize, const SCALES: usize, const LEASTS: bool>(
    strip: &Unpacked<'_>,
    rows: &[&[Block]; ROWS],
    half: usize,
    results: &mut [[f32; LANES]],
) {
    let (lines, scales) = (strip.lines.as_chunks::<LINES>().0, strip.scales.as_chunks::<SCALES>().0);
    let rows: [&[Block]; ROWS] = std::array::from_fn(|row| &rows[row][..lines.len()]);
    let mut totals = [_mm256_setzero_ps(); ROWS];
    for (index, (lines, scales)) in lines.iter().zip(scales).enumerate() {
        let of_rows: [&Block; ROWS] = std::array::from_fn(|row| &rows[row][index]);
        let groups = if LEASTS { 1 } else { SCALES };
        for part in 0..groups {
            let fours = part * 8 / groups..(part + 1) * 8 / groups;
            let dots = dots::<ROWS, BITS, LINES>(lines, fours, half, of_rows);
            let scale = floats(&scales[part], half);
            for ((total, dots), row) in totals.iter_mut().zip(dots).zip(of_rows) {
                // The signs of bytes were taken into the rows' integers, so that no zero is left to take away.
                let zero = if BITS == 8 || LEASTS { 0 } else { 1 << (BITS - 1) };
                let sum = if groups == 1 { row.sums[0] + row.sums[1] } else { row.sums[part] };
                let dots = _mm256_add_epi32(dots, _mm256_set1_epi32(-zero * sum));
                let both = _mm256_mul_ps(scale, _mm256_set1_ps(row.scale));
                *total = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dots), both, *total);
                if LEASTS {
                    let least = floats(&scales[1], half);
                    *total = _mm256_fmadd_ps(least, _mm256_set1_ps(row.scaled_sum), *total);
                }
            }
        }
    }
    for (to, from) in results.iter_mut().zip(totals) {
        let to = &mut to[half * 8..half * 8 + 8];
        #[expect(unsafe_code, reason = "a store of eight floats")]
        // SAFETY: there is room for eight floats.
        unsafe {
            _mm256_storeu_ps(to.as_mut_ptr(), from);
        }
    }
}

/// The sums of products over some fours of a block.
#[inline]
#[target_feature(enable = "avx2")]
fn dots<const ROWS: usize, const BITS: usize, const LINES: usize>(
    lines: &[Line; LINES],
    fours: std::ops::Range<usize>,
    half: usize,
    rows: [&Block; ROWS],
) -> [__m256i; ROWS] {
    let mut dots = [_mm256_setzero_si256(); ROWS];
    let mut shorts = [_mm256_setzero_si256(); ROWS];
    for four in fours {
        let bytes = bytes::<BITS, LINES>(lines, four, half);
        if BITS == 8 {
            let signed = _mm256_xor_si256(bytes, _mm256_set1_epi8(-128));
            // −128 has no absolute value among the signed bytes, but has one among the unsigned, as which they are read.
            let absolute = _mm256_abs_epi8(signed);
            for (dots, row) in dots.iter_mut().zip(rows) {
                let spread = _mm256_sign_epi8(spread(row, four), signed);
                *dots = _mm256_add_epi32(*dots, pairs(_mm256_maddubs_epi16(absolute, spread)));
            }
            continue;
        }
        for (shorts, row) in shorts.iter_mut().zip(rows) {
            *shorts = _mm256_add_epi16(*shorts, _mm256_maddubs_epi16(bytes, spread(row, four)));
        }
        // As many products as 16 bits hold: of four bits eight times two, of five four times two, of six twice two.
        let most = match BITS {
            4 => 8,
            5 => 4,
            _ => 2,
        };
        if four % most == most - 1 {
            for (dots, shorts) in dots.iter_mut().zip(&mut shorts) {
                *dots = _mm256_add_epi32(*dots, pairs(*shorts));
                *shorts = _mm256_setzero_si256();
            }
        }
    }
    dots
}

/// Four integers of each of eight rows of the matrix.
#[inline]
#[target_feature(enable = "avx2")]
fn bytes<const BITS: usize, const LINES: usize>(lines: &[Line; LINES], four: usize, half: usize) -> __m256i {
    if LINES == 8 {
        return load(&lines[four], half);
    }
    let line = load(&lines[four % 4], half);
    let lower = if four < 4 { line } else { _mm256_srli_epi16::<4>(line) };
    let lower = _mm256_and_si256(lower, _mm256_set1_epi8(0x0f));
    if BITS == 4 {
        return lower;
    }
    let (line, shift) = upper(BITS, four);
    let line = load(&lines[line], half);
    // The shifts reach into the neighbouring byte, but not as far as the bits that are kept.
    let moved = match shift {
        0 => _mm256_slli_epi16::<4>(line),
        1 => _mm256_slli_epi16::<3>(line),
        2 => _mm256_slli_epi16::<2>(line),
        3 => _mm256_slli_epi16::<1>(line),
        4 => line,
        5 => _mm256_srli_epi16::<1>(line),
        6 => _mm256_srli_epi16::<2>(line),
        _ => _mm256_srli_epi16::<3>(line),
    };
    _mm256_or_si256(lower, _mm256_and_si256(moved, _mm256_set1_epi8(if BITS == 5 { 0x10 } else { 0x30 })))
}

/// Sums of neighbours, as 32 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn pairs(shorts: __m256i) -> __m256i {
    _mm256_madd_epi16(shorts, _mm256_set1_epi16(1))
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(line: &Line, half: usize) -> __m256i {
    let bytes = &line.0[half * 32..half * 32 + 32];
    #[expect(unsafe_code, reason = "a load of 32 bytes")]
    // SAFETY: there are 32 bytes, aligned to 32, since the line is aligned to 64.
    unsafe {
        _mm256_load_si256(bytes.as_ptr().cast())
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn floats(lanes: &Lanes, half: usize) -> __m256 {
    let eight = &lanes.0[half * 8..half * 8 + 8];
    #[expect(unsafe_code, reason = "a load of eight floats")]
    // SAFETY: there are eight, aligned to 32 bytes, since all sixteen are aligned to 64.
    unsafe {
        _mm256_load_ps(eight.as_ptr())
    }
}

/// Four of a row's integers, for each lane again.
#[inline]
#[target_feature(enable = "avx2")]
fn spread(row: &Block, four: usize) -> __m256i {
    _mm256_set1_epi32(i32::from_le_bytes(row.integers.as_chunks::<4>().0[four].map(|integer| integer as u8)))
}
