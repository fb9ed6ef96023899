//! The kernel for processors with AVX-512 and its dot products of bytes (VNNI).

use std::arch::x86_64::{
    __m512i, _mm256_load_si256, _mm512_and_si512, _mm512_cvtepi32_ps, _mm512_cvtph_ps, _mm512_dpbusd_epi32,
    _mm512_fmadd_ps, _mm512_load_si512, _mm512_mul_ps, _mm512_set1_epi8, _mm512_set1_epi32, _mm512_set1_ps,
    _mm512_setzero_ps, _mm512_srli_epi16, _mm512_storeu_ps,
};

use crate::packed::activations::Row;
use crate::packed::{BLOCK, LANES, Lanes, Line, Strip};

/// Multiplies a strip with a few rows.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) fn multiply<const ROWS: usize>(strip: &Strip<'_>, rows: &[Row<'_>; ROWS]) -> [[f32; LANES]; ROWS] {
    match (strip.form.bits, strip.form.leasts, strip.form.group) {
        (4, true, _) => groups::<ROWS, true, true, BLOCK, 4>(strip, rows),
        (4, false, _) => groups::<ROWS, true, false, BLOCK, 4>(strip, rows),
        (_, true, _) => groups::<ROWS, false, true, BLOCK, 8>(strip, rows),
        (_, false, BLOCK) => groups::<ROWS, false, false, BLOCK, 8>(strip, rows),
        (_, false, _) => groups::<ROWS, false, false, 16, 4>(strip, rows),
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn groups<const ROWS: usize, const HALVES: bool, const LEASTS: bool, const GROUP: usize, const LINES: usize>(
    strip: &Strip<'_>,
    rows: &[Row<'_>; ROWS],
) -> [[f32; LANES]; ROWS] {
    let mut results = [_mm512_setzero_ps(); ROWS];
    let groups = strip.lines.as_chunks::<LINES>().0.iter().zip(strip.scales);
    for (group, (lines, scales)) in groups.enumerate() {
        let sums: [i32; ROWS] = std::array::from_fn(|row| {
            if GROUP == 16 { rows[row].sums[group] } else { rows[row].sums[2 * group] + rows[row].sums[2 * group + 1] }
        });
        let integers: [&[i8; GROUP]; ROWS] =
            std::array::from_fn(|row| &rows[row].integers.as_chunks::<GROUP>().0[group]);
        let mut dots: [__m512i; ROWS] = std::array::from_fn(|row| _mm512_set1_epi32(-strip.form.zero * sums[row]));
        for (index, line) in lines.iter().enumerate() {
            let bytes = load(line);
            if HALVES {
                let mask = _mm512_set1_epi8(0x0f);
                let low = _mm512_and_si512(bytes, mask);
                let high = _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), mask);
                for row in 0..ROWS {
                    dots[row] = _mm512_dpbusd_epi32(dots[row], low, four(integers[row], index * 4));
                    dots[row] = _mm512_dpbusd_epi32(dots[row], high, four(integers[row], GROUP / 2 + index * 4));
                }
            } else {
                for row in 0..ROWS {
                    dots[row] = _mm512_dpbusd_epi32(dots[row], bytes, four(integers[row], index * 4));
                }
            }
        }
        let scales = floats(scales);
        for row in 0..ROWS {
            let scale = rows[row].scales[group * GROUP / BLOCK];
            let both = _mm512_mul_ps(scales, _mm512_set1_ps(scale));
            results[row] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots[row]), both, results[row]);
            if LEASTS {
                let sum = _mm512_set1_ps(scale * sums[row] as f32);
                results[row] = _mm512_fmadd_ps(floats(&strip.leasts[group]), sum, results[row]);
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

#[target_feature(enable = "avx512f")]
fn load(line: &Line) -> __m512i {
    #[expect(unsafe_code, reason = "a load of 64 bytes")]
    // SAFETY: a line has 64 bytes and is aligned to them.
    unsafe {
        _mm512_load_si512(line.0.as_ptr().cast())
    }
}

#[target_feature(enable = "avx512f")]
fn floats(lanes: &Lanes) -> std::arch::x86_64::__m512 {
    #[expect(unsafe_code, reason = "a load of sixteen 16-bit floats")]
    // SAFETY: there are sixteen, aligned to 32 bytes.
    _mm512_cvtph_ps(unsafe { _mm256_load_si256(lanes.0.as_ptr().cast()) })
}

/// Four of a row's integers, for each lane again.
#[target_feature(enable = "avx512f")]
fn four<const GROUP: usize>(integers: &[i8; GROUP], at: usize) -> __m512i {
    let four = [integers[at], integers[at + 1], integers[at + 2], integers[at + 3]];
    _mm512_set1_epi32(i32::from_le_bytes(four.map(|integer| integer as u8)))
}
