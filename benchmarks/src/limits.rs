//! `limits`: what the machine can do at most, and how much of it reading and writing take: multiply-adds of bytes, which
//! reading is bound by, and bytes read from memory, which writing is bound by.

use std::fs::File;
use std::hint::black_box;
use std::io::BufReader;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use candle_core::quantized::gguf_file::{Content, TensorInfo};

use crate::output::Steps;
use crate::report::{Limits, ModelLimits, Report};
use crate::{Arguments, models, raw, stop};

const REPEATS: usize = 7;
const QUICK_REPEATS: usize = 2;

/// Tokens that are read and written.
const READ: usize = 512;
const WRITTEN: usize = 64;

/// How often a thread goes through its sums: about a tenth of a second.
const ROUNDS: u64 = 20_000_000;
/// Sums side by side, so that none waits for the one before.
const SUMS: usize = 16;

/// Bytes that are read, all threads together: far more than the caches hold.
const MEMORY_BYTES: usize = 1 << 30;

pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<()> {
    let repeats = if arguments.quick { QUICK_REPEATS } else { REPEATS };
    let wanted = if arguments.models.is_empty() {
        models::GENERATORS.map(str::to_owned).to_vec()
    } else {
        arguments.models.clone()
    };
    let mut steps = Steps::new("limits".to_owned(), repeats * (1 + 2 * wanted.len()));
    let held: Vec<u64> = (0..MEMORY_BYTES as u64 / 8).collect();
    let mut limits = Limits { multiply_adds: Vec::new(), memory_bytes: Vec::new(), models: Vec::new() };
    for _ in 0..repeats {
        stop::check()?;
        limits.multiply_adds.extend(multiply_adds(report.threads, arguments.avx2));
        limits.memory_bytes.push(memory_bytes(&held, report.threads));
        steps.step();
    }
    drop(held);
    for name in wanted {
        let path = models::gguf(&name)?;
        let generator = models::generator(&path)?;
        let tokens = generator.tokenizer().encode(&raw::pages_text()?)?;
        let tokens = tokens.get(..READ).context("the pages in knowledge/ are too short")?;
        let (multiply_adds, weight_bytes) = of_a_token(&path)?;
        let mut model = ModelLimits {
            model: name,
            read: READ,
            written: WRITTEN,
            multiply_adds,
            weight_bytes,
            read_ms: Vec::new(),
            write_ms: Vec::new(),
        };
        for _ in 0..repeats {
            stop::check()?;
            model.read_ms.push(raw::prefill(&generator, tokens)?);
            steps.step();
            model.write_ms.push(raw::decode(&generator, &tokens[..WRITTEN], WRITTEN)?);
            steps.step();
        }
        limits.models.push(model);
    }
    report.limits = Some(limits);
    Ok(())
}

/// The multiply-adds of a token's way through the blocks, one for each weight, attention aside; and the bytes of the file that a
/// token moves which is written: those of the blocks and of the vocabulary.
fn of_a_token(path: &Path) -> Result<(u64, u64)> {
    let content = Content::read(&mut BufReader::new(File::open(path)?))?;
    let bytes = |info: &TensorInfo| {
        (info.shape.elem_count() / info.ggml_dtype.block_size() * info.ggml_dtype.type_size()) as u64
    };
    let matrices =
        content.tensor_infos.iter().filter(|(name, info)| name.starts_with("blk.") && info.shape.dims().len() == 2);
    let (adds, of_blocks) =
        matrices.fold((0, 0), |(adds, all), (_, info)| (adds + info.shape.elem_count() as u64, all + bytes(info)));
    let vocabulary = ["output.weight", "token_embd.weight"].into_iter().find_map(|name| content.tensor_infos.get(name));
    Ok((adds, of_blocks + bytes(vocabulary.context("the matrix of the vocabulary")?)))
}

/// Bytes that all threads read a second, each its own part.
fn memory_bytes(held: &[u64], threads: usize) -> f64 {
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for part in held.chunks(held.len().div_ceil(threads)) {
            scope.spawn(|| black_box(part.iter().fold(0_u64, |sum, value| sum.wrapping_add(*value))));
        }
    });
    size_of_val(held) as f64 / begun.elapsed().as_secs_f64()
}

/// Multiply-adds of bytes that all threads do a second, by the instructions that the kernels have; none where they have none.
fn multiply_adds(threads: usize, without_avx512: bool) -> Option<f64> {
    let (dots, each) = instructions(without_avx512)?;
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| black_box(dots(ROUNDS)));
        }
    });
    Some((threads as u64 * ROUNDS * SUMS as u64 * each) as f64 / begun.elapsed().as_secs_f64())
}

/// So many rounds of the instructions, and how many multiply-adds each instruction does.
type Dots = (fn(u64) -> i32, u64);

/// The instructions that the kernels have on this processor.
#[cfg(target_arch = "x86_64")]
fn instructions(without_avx512: bool) -> Option<Dots> {
    let has_avx512 =
        std::arch::is_x86_feature_detected!("avx512f") && std::arch::is_x86_feature_detected!("avx512vnni");
    if has_avx512 && !without_avx512 {
        #[expect(unsafe_code, reason = "a function for some processors")]
        // SAFETY: this processor has what the function needs.
        Some((|rounds| unsafe { avx512(rounds) }, 64))
    } else if std::arch::is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "a function for some processors")]
        // SAFETY: this processor has what the function needs.
        Some((|rounds| unsafe { avx2(rounds) }, 32))
    } else {
        None
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn instructions(_without_avx512: bool) -> Option<Dots> {
    None
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vnni")]
fn avx512(rounds: u64) -> i32 {
    use std::arch::x86_64::{
        _mm512_add_epi32, _mm512_dpbusd_epi32, _mm512_reduce_add_epi32, _mm512_set1_epi8, _mm512_setzero_si512,
    };
    let (left, right) = (black_box(_mm512_set1_epi8(1)), black_box(_mm512_set1_epi8(2)));
    let mut sums = [_mm512_setzero_si512(); SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = _mm512_dpbusd_epi32(*sum, left, right);
        }
    }
    _mm512_reduce_add_epi32(sums.into_iter().fold(_mm512_setzero_si512(), |all, sum| _mm512_add_epi32(all, sum)))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(rounds: u64) -> i32 {
    use std::arch::x86_64::{
        _mm256_add_epi32, _mm256_extract_epi32, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_set1_epi8,
        _mm256_set1_epi16, _mm256_setzero_si256,
    };
    let ones = black_box(_mm256_set1_epi16(1));
    let (left, right) = (_mm256_set1_epi8(1), black_box([_mm256_set1_epi8(2); SUMS]));
    let mut sums = [_mm256_setzero_si256(); SUMS];
    for _ in 0..rounds {
        // Hidden from the compiler, which would take the products out of the loop.
        let left = black_box(left);
        for (sum, right) in sums.iter_mut().zip(right) {
            let products = _mm256_maddubs_epi16(left, right);
            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(products, ones));
        }
    }
    _mm256_extract_epi32::<0>(sums.into_iter().fold(_mm256_setzero_si256(), |all, sum| _mm256_add_epi32(all, sum)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_arch = "x86_64")]
    #[expect(clippy::unwrap_used, reason = "the processors of tests have AVX2")]
    fn the_loops_do_the_multiply_adds_that_are_counted() {
        // Each of an AVX-512 sum's 16 parts adds up 4 products of 2 a round; of an AVX2 one's only the first part is told.
        for (without_avx512, each) in [(false, 64), (true, 32)] {
            let (dots, said) = instructions(without_avx512).unwrap();
            let parts = if said == 64 { 16 } else { 1 };
            assert_eq!(dots(3), 3 * SUMS as i32 * parts * 4 * 2);
            assert!(said <= each);
        }
        assert!(multiply_adds(1, false).unwrap() > 0.0);
        assert!(memory_bytes(&[1; 1024], 2) > 0.0);
    }
}
