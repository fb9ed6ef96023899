//! Which kernel multiplies a strip of a matrix with rows, and where the products go.
//!
//! All kernels compute the same bits: for each group of values in turn, the exact integer sum of products, times the
//! product of both scales, is added to the result with one rounding; then, where the groups have least values, the least
//! value times the sum of the row's values in that group, likewise. Scales are unfolded once for a strip, and with many rows
//! its integers too: that gives the same numbers.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

use std::marker::PhantomData;
use std::sync::OnceLock;

use super::activations::Block;
use super::form::Form;
use super::strip::{Lanes, Strip, Unfolded};
use super::{Activations, LANES, Line};

/// Rows from which on integers are unfolded to bytes first: that takes about as long as multiplying them with a few rows.
const UNFOLD_FROM_ROWS: usize = 16;

/// Sixteen rows of a matrix, ready to be multiplied.
struct Unpacked<'a> {
    form: Form,
    /// Whether the lines hold bytes, eight lines a block, or what the form says.
    bytes: bool,
    lines: &'a [Line],
    scales: &'a [Lanes],
}

/// The instructions that a product is computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kernel {
    /// What the compiler makes of plain loops.
    Portable,
    /// 256 bits.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 512 bits, with dot products of bytes.
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
}

/// What products are computed with, from the first on.
static CHOSEN: OnceLock<Kernel> = OnceLock::new();

/// Computes products as on a processor without AVX-512, to measure what it would do there; the results are the same bits.
/// Whether that is so from now on: not where the processor has no AVX2, or where a product was computed already.
pub fn without_avx512() -> bool {
    #[cfg(target_arch = "x86_64")]
    return Kernel::allowed().contains(&Kernel::Avx2) && CHOSEN.set(Kernel::Avx2).is_ok();
    #[cfg(not(target_arch = "x86_64"))]
    false
}

impl Kernel {
    /// The fastest that the processor allows.
    pub(super) fn best() -> Self {
        *CHOSEN.get_or_init(|| Kernel::allowed()[0])
    }

    /// Those that the processor allows, the fastest first.
    pub(super) fn allowed() -> Vec<Self> {
        let mut allowed = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            if crate::simd::has_avx2() && has!("f16c") {
                allowed.insert(0, Self::Avx2);
                if has!("avx512f") && has!("avx512bw") && has!("avx512vnni") {
                    allowed.insert(0, Self::Avx512Vnni);
                }
            }
        }
        allowed
    }

    /// Turns 16-bit floats, sixteen after sixteen, into floats of 32 bits.
    pub(super) fn widen(self, floats: &[Line], to: &mut [Lanes]) {
        match self {
            Self::Portable => portable::widen(floats, to),
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "a function for processor features")]
            // SAFETY: `allowed` lists these kernels only where the processor has AVX2 and F16C, and a kernel comes from nowhere
            // else.
            Self::Avx2 | Self::Avx512Vnni => unsafe { avx2::widen(floats, to) },
        }
    }

    /// Multiplies a strip, the matrix's `number`th, with all rows.
    pub(super) fn multiply(
        self,
        strip: &Strip<'_>,
        rows: &Activations,
        unfolded: &mut Unfolded,
        output: &Output<'_>,
        number: usize,
    ) {
        strip.unfold_scales(self, unfolded);
        let bytes = self == Self::Portable || rows.count() >= UNFOLD_FROM_ROWS;
        if bytes {
            strip.unfold_values(unfolded);
        }
        let strip = &Unpacked {
            form: strip.form,
            bytes,
            lines: if bytes { &unfolded.bytes } else { strip.values },
            scales: &unfolded.scales,
        };
        let mut first = 0;
        while first < rows.count() {
            let left = rows.count() - first;
            first += match left {
                8.. => self.tile::<8>(strip, rows, output, number, first),
                4..8 => self.tile::<4>(strip, rows, output, number, first),
                2..4 => self.tile::<2>(strip, rows, output, number, first),
                _ => self.tile::<1>(strip, rows, output, number, first),
            };
        }
    }

    /// Multiplies a strip with a few rows; how many.
    fn tile<const ROWS: usize>(
        self,
        strip: &Unpacked<'_>,
        rows: &Activations,
        output: &Output<'_>,
        number: usize,
        first: usize,
    ) -> usize {
        let tile: [&[Block]; ROWS] = std::array::from_fn(|row| rows.row(first + row));
        let products = match self {
            Self::Portable => portable::multiply(strip, &tile),
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "a function for processor features")]
            // SAFETY: `allowed` lists this kernel only where the processor has AVX2, fused multiply-add and F16C, and a
            // kernel comes from nowhere else.
            Self::Avx2 => unsafe { avx2::multiply(strip, &tile) },
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "a function for processor features")]
            // SAFETY: `allowed` lists this kernel only where the processor has AVX-512 F, BW and VNNI, and a kernel comes
            // from nowhere else.
            Self::Avx512Vnni => unsafe { avx512::multiply(strip, &tile) },
        };
        for (row, products) in products.iter().enumerate() {
            output.write(first + row, number, products);
        }
        ROWS
    }
}

/// A product of rows × out floats, to which tasks write different columns at the same time.
pub(super) struct Output<'a> {
    start: *mut f32,
    rows: usize,
    out: usize,
    of: PhantomData<&'a mut [f32]>,
}

#[expect(unsafe_code, reason = "tasks write different columns of one product")]
// SAFETY: it is only written through, by `write`, whose callers never write one strip of one row from two tasks: each strip
// is one task of `Packed::forward_by`.
unsafe impl Sync for Output<'_> {}

impl<'a> Output<'a> {
    pub(super) fn new(product: &'a mut [f32], out: usize) -> Self {
        Self { start: product.as_mut_ptr(), rows: product.len() / out.max(1), out, of: PhantomData }
    }

    /// Writes what a strip gives for a row; of the last strip only what the matrix has.
    fn write(&self, row: usize, strip: usize, products: &[f32; LANES]) {
        let first = strip * LANES;
        assert!(row < self.rows && first < self.out, "within the product");
        let count = LANES.min(self.out - first);
        #[expect(unsafe_code, reason = "tasks write different columns of one product")]
        // SAFETY: row and columns are within the product, as asserted, which is borrowed for as long as this lives; nobody
        // else writes to or reads from these columns meanwhile.
        unsafe {
            let to = self.start.add(row * self.out + first);
            to.copy_from_nonoverlapping(products.as_ptr(), count);
        }
    }
}
