//! The kernel for processors with AVX2.

use std::arch::x86_64::{
    __m256, __m256i, _mm_load_si128, _mm256_abs_epi8, _mm256_add_epi16, _mm256_add_epi32, _mm256_and_si256,
    _mm256_cvtepi32_ps, _mm256_cvtph_ps, _mm256_fmadd_ps, _mm256_load_si256, _mm256_madd_epi16, _mm256_maddubs_epi16,
    _mm256_mul_ps, _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps,
    _mm256_setzero_si256, _mm256_sign_epi8, _mm256_srli_epi16, _mm256_storeu_ps, _mm256_xor_si256,
};

use crate::packed::activations::Row;
use crate::packed::{BLOCK, LANES, Lanes, Line, Strip};

/// Multiplies a strip with a few rows.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn multiply<const ROWS: usize>(strip: &Strip<'_>, rows: &[Row<'_>; ROWS]) -> [[f32; LANES]; ROWS] {
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

/// Both halves of a strip; how many rows.
#[target_feature(enable = "avx2,fma,f16c")]
fn halves<const ROWS: usize>(strip: &Strip<'_>, rows: &[Row<'_>], results: &mut [[f32; LANES]]) -> usize {
    let rows: [Row<'_>; ROWS] = std::array::from_fn(|row| rows[row]);
    let results = &mut results[..ROWS];
    for half in 0..2 {
        match (strip.form.bits, strip.form.leasts, strip.form.group) {
            (4, true, _) => groups::<ROWS, 4, true, BLOCK, 4>(strip, &rows, half, results),
            (4, false, _) => groups::<ROWS, 4, false, BLOCK, 4>(strip, &rows, half, results),
            (5, true, _) => groups::<ROWS, 5, true, BLOCK, 8>(strip, &rows, half, results),
            (5, false, _) => groups::<ROWS, 5, false, BLOCK, 8>(strip, &rows, half, results),
            (6, _, _) => groups::<ROWS, 6, false, 16, 4>(strip, &rows, half, results),
            (_, _, _) => groups::<ROWS, 8, false, BLOCK, 8>(strip, &rows, half, results),
        }
    }
    ROWS
}

#[target_feature(enable = "avx2,fma,f16c")]
fn groups<const ROWS: usize, const BITS: u32, const LEASTS: bool, const GROUP: usize, const LINES: usize>(
    strip: &Strip<'_>,
    rows: &[Row<'_>; ROWS],
    half: usize,
    results: &mut [[f32; LANES]],
) {
    // The signs of bytes are taken into the rows' integers, so that no zero is left to take away.
    let zero = if BITS == 8 { 0 } else { strip.form.zero };
    let mut totals = [_mm256_setzero_ps(); ROWS];
    let groups = strip.lines.as_chunks::<LINES>().0.iter().zip(strip.scales);
    for (group, (lines, scales)) in groups.enumerate() {
        let sums: [i32; ROWS] = std::array::from_fn(|row| {
            if GROUP == 16 { rows[row].sums[group] } else { rows[row].sums[2 * group] + rows[row].sums[2 * group + 1] }
        });
        let integers: [&[i8; GROUP]; ROWS] =
            std::array::from_fn(|row| &rows[row].integers.as_chunks::<GROUP>().0[group]);
        let mut dots: [__m256i; ROWS] = std::array::from_fn(|row| _mm256_set1_epi32(-zero * sums[row]));
        let mut shorts = [_mm256_setzero_si256(); ROWS];
        for (index, line) in lines.iter().enumerate() {
            let bytes = load(line, half);
            if BITS == 4 {
                let mask = _mm256_set1_epi8(0x0f);
                let low = _mm256_and_si256(bytes, mask);
                let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), mask);
                for row in 0..ROWS {
                    let first = _mm256_maddubs_epi16(low, four(integers[row], index * 4));
                    let second = _mm256_maddubs_epi16(high, four(integers[row], GROUP / 2 + index * 4));
                    shorts[row] = _mm256_add_epi16(shorts[row], _mm256_add_epi16(first, second));
                }
            } else if BITS == 8 {
                let signed = _mm256_xor_si256(bytes, _mm256_set1_epi8(-128));
                // −128 has no absolute value among the signed bytes, but has one among the unsigned, as which they are read.
                let absolute = _mm256_abs_epi8(signed);
                for row in 0..ROWS {
                    let four = _mm256_sign_epi8(four(integers[row], index * 4), signed);
                    dots[row] = _mm256_add_epi32(dots[row], pairs(_mm256_maddubs_epi16(absolute, four)));
                }
            } else {
                for row in 0..ROWS {
                    let products = _mm256_maddubs_epi16(bytes, four(integers[row], index * 4));
                    shorts[row] = _mm256_add_epi16(shorts[row], products);
                }
            }
            // As many products as 16 bits hold: of four bits eight times two, of five four times two, of six twice two.
            let full = match BITS {
                4 => index + 1 == LINES,
                5 => index % 4 == 3,
                6 => index % 2 == 1,
                _ => false,
            };
            if full {
                for row in 0..ROWS {
                    dots[row] = _mm256_add_epi32(dots[row], pairs(shorts[row]));
                    shorts[row] = _mm256_setzero_si256();
                }
            }
        }
        let scales = floats(scales, half);
        for row in 0..ROWS {
            let scale = rows[row].scales[group * GROUP / BLOCK];
            let both = _mm256_mul_ps(scales, _mm256_set1_ps(scale));
            totals[row] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dots[row]), both, totals[row]);
            if LEASTS {
                let sum = _mm256_set1_ps(scale * sums[row] as f32);
                totals[row] = _mm256_fmadd_ps(floats(&strip.leasts[group], half), sum, totals[row]);
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

/// Sums of neighbours, as 32 bits.
#[target_feature(enable = "avx2")]
fn pairs(shorts: __m256i) -> __m256i {
    _mm256_madd_epi16(shorts, _mm256_set1_epi16(1))
}

#[target_feature(enable = "avx2")]
fn load(line: &Line, half: usize) -> __m256i {
    let bytes = &line.0[half * 32..half * 32 + 32];
    #[expect(unsafe_code, reason = "a load of 32 bytes")]
    // SAFETY: there are 32 bytes, aligned to 32, since the line is aligned to 64.
    unsafe {
        _mm256_load_si256(bytes.as_ptr().cast())
    }
}

#[target_feature(enable = "avx2,f16c")]
fn floats(lanes: &Lanes, half: usize) -> __m256 {
    let eight = &lanes.0[half * 8..half * 8 + 8];
    #[expect(unsafe_code, reason = "a load of eight 16-bit floats")]
    // SAFETY: there are eight, aligned to 16 bytes, since all sixteen are aligned to 32.
    _mm256_cvtph_ps(unsafe { _mm_load_si128(eight.as_ptr().cast()) })
}

/// Four of a row's integers, for each lane again.
#[target_feature(enable = "avx2")]
fn four<const GROUP: usize>(integers: &[i8; GROUP], at: usize) -> __m256i {
    let four = [integers[at], integers[at + 1], integers[at + 2], integers[at + 3]];
    _mm256_set1_epi32(i32::from_le_bytes(four.map(|integer| integer as u8)))
}
