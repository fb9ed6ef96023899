//! Packed matrices against the file, against their definition, and all kernels against each other.
#![allow(clippy::unwrap_used)]
use candle_core::{Device, Tensor};

use super::form::Scales;
use super::*;

const FORMATS: [GgmlDType; 8] = [
    GgmlDType::Q4_0,
    GgmlDType::Q4_1,
    GgmlDType::Q5_0,
    GgmlDType::Q5_1,
    GgmlDType::Q8_0,
    GgmlDType::Q4K,
    GgmlDType::Q5K,
    GgmlDType::Q6K,
];

/// Numbers that look random, −1 to 1, a few of them much larger as in real activations.
fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let number = |index: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let number = (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0;
        if index % 97 == 5 { number * 20.0 } else { number }
    };
    (0..count).map(number).collect()
}

/// A matrix of 37 rows, which is no whole number of strips.
fn quantised(dtype: GgmlDType, out: usize, width: usize) -> QTensor {
    let weights = Tensor::from_vec(numbers(out * width, 7), (out, width), &Device::Cpu).unwrap();
    QTensor::quantize(&weights, dtype).unwrap()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn a_packed_row_is_the_row_of_the_file() {
    for dtype in FORMATS {
        let quantised = quantised(dtype, 37, 512);
        let packed = Packed::from_quantised(&quantised).unwrap().unwrap();
        assert_eq!(
            Packed::bytes_of(dtype, 48 * 512),
            Some(packed.bytes()),
            "{dtype:?}: with the rows that fill a strip"
        );
        let rows = quantised.dequantize(&Device::Cpu).unwrap().to_vec2::<f32>().unwrap();
        for (number, row) in rows.iter().enumerate() {
            assert_eq!(&packed.row(number), row, "{dtype:?}, row {number}");
        }
    }
}

#[test]
fn floats_are_rounded_to_bytes() {
    let weights = numbers(20 * 64, 3);
    let packed = Packed::from_floats(&weights, 64).unwrap();
    for (number, row) in weights.chunks(64).enumerate() {
        for (block, values) in packed.row(number).chunks(BLOCK).zip(row.chunks(BLOCK)) {
            let largest = values.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
            for (packed, value) in block.iter().zip(values) {
                assert!((packed - value).abs() <= largest / 127.0 * 0.6, "{packed} for {value} of {largest}");
            }
        }
    }
    assert!(Packed::from_floats(&weights[..20 * 48], 48).is_none(), "rows that are no whole blocks");
}

#[test]
fn the_nearest_integer_is_that_of_round() {
    let hard =
        [0.0, -0.0, 0.5, -0.5, 0.499_999_97, -0.499_999_97, 1.5, 2.5, -2.5, 126.5, -126.5, 127.499_99, 8_388_607.5];
    for value in hard.into_iter().chain(numbers(1000, 17).into_iter().map(|value| value * 200.0)) {
        assert_eq!(formats::nearest(value), value.round() as i32, "{value}");
    }
}

/// The product is that of the packed rows with the rounded activations, up to the rounding of sums.
#[test]
fn the_product_is_the_product() {
    for dtype in FORMATS {
        let packed = Packed::from_quantised(&quantised(dtype, 37, 256)).unwrap().unwrap();
        let rows = numbers(5 * 256, 11);
        let activations = Activations::new(&rows, 256);
        let product = packed.forward(&activations);
        for number in 0..5 {
            let row = activations.row(number);
            let rounded = |index: usize| {
                let block = &row[index / BLOCK];
                f64::from(block.integers[index % BLOCK]) * f64::from(block.scale)
            };
            for out in 0..37 {
                let weights = packed.row(out);
                let terms = || weights.iter().enumerate().map(|(index, weight)| f64::from(*weight) * rounded(index));
                let (exact, size) = (terms().sum::<f64>(), terms().map(f64::abs).sum::<f64>());
                let found = f64::from(product[number * 37 + out]);
                assert!((found - exact).abs() <= 1e-5 * size, "{dtype:?}: {found} for {exact}");
            }
        }
    }
}

#[test]
fn activations_are_rounded_to_the_nearest() {
    let rows = numbers(3 * 64, 5);
    let activations = Activations::new(&rows, 64);
    for (number, values) in rows.chunks(64).enumerate() {
        for (block, values) in activations.row(number).iter().zip(values.chunks(BLOCK)) {
            for (integer, value) in block.integers.iter().zip(values) {
                assert!((f32::from(*integer) * block.scale - value).abs() <= block.scale * 0.501);
            }
            let sum = |integers: &[i8]| integers.iter().map(|integer| i32::from(*integer)).sum::<i32>();
            assert_eq!(block.sums, [sum(&block.integers[..16]), sum(&block.integers[16..])]);
            let exact = f64::from(block.scale) * f64::from(sum(&block.integers));
            assert_eq!(block.scaled_sum.to_bits(), (exact as f32).to_bits());
        }
    }
    let nothing = Activations::new(&[0.0; 32], 32);
    assert_eq!((nothing.row(0)[0].integers, nothing.row(0)[0].scale), ([0_i8; 32], 0.0_f32));
}

/// The extremes of integers, where sixteen bits are nearly too few.
#[test]
fn the_largest_integers_do_not_overflow() {
    for (bits, integer) in [(4, 15_u8), (5, 31), (6, 63), (8, 0), (8, 255)] {
        let form = Form { bits, scales: if bits == 6 { Scales::Signed } else { Scales::Floats } };
        let row = |_| UnpackedRow {
            integers: vec![integer; 256],
            floats: vec![f16::ONE; 256 / form.span()],
            multiples: vec![1; form.lines_of_multiples() * 4],
        };
        let packed = Packed::pack(16, 256, form, row);
        let expected = 256.0 * (i32::from(integer) - form.zero()) as f32;
        for kernel in Kernel::allowed() {
            for rows in [1, 16] {
                for value in packed.forward_by(kernel, &Activations::new(&vec![1.0; rows * 256], 256)) {
                    assert!((value - expected).abs() < 1e-3 * expected.abs(), "{kernel:?}, {bits} bits: {value}");
                }
            }
        }
    }
}

/// Each 16-bit float, 4,096 in each of sixteen rows.
#[test]
fn sixteen_bits_become_thirty_two() {
    let float = |row: usize, index: usize| f16::from_bits((row * 4096 + index) as u16);
    let packed = Packed::pack(16, 4096 * BLOCK, form::BYTES, |row| UnpackedRow {
        integers: vec![129; 4096 * BLOCK],
        floats: (0..4096).map(|index| float(row, index)).collect(),
        multiples: Vec::new(),
    });
    for kernel in Kernel::allowed() {
        let mut unfolded = Unfolded::default();
        packed.strip(0).unfold_scales(kernel, &mut unfolded);
        for (index, scales) in unfolded.scales.iter().enumerate() {
            for (row, scale) in scales.0.iter().enumerate() {
                let expected = float(row, index).to_f32();
                let same = scale.to_bits() == expected.to_bits() || scale.is_nan() && expected.is_nan();
                assert!(same, "{kernel:?}: {scale} for {expected}");
            }
        }
    }
}

#[test]
fn all_kernels_give_the_same_bits() {
    assert!(Kernel::allowed().contains(&Kernel::Portable));
    for dtype in FORMATS {
        let packed = Packed::from_quantised(&quantised(dtype, 37, 512)).unwrap().unwrap();
        // Few rows are multiplied from the bits as they are stored, many from unfolded bytes.
        for rows in [15, 31] {
            let activations = Activations::new(&numbers(rows * 512, 13), 512);
            let expected = bits(&packed.forward_by(Kernel::Portable, &activations));
            for kernel in Kernel::allowed() {
                assert_eq!(bits(&packed.forward_by(kernel, &activations)), expected, "{kernel:?} for {dtype:?}");
            }
        }
    }
}

#[test]
fn a_row_does_not_depend_on_the_rows_beside_it() {
    for dtype in FORMATS {
        let packed = Packed::from_quantised(&quantised(dtype, 37, 256)).unwrap().unwrap();
        let rows = numbers(23 * 256, 17);
        let together = packed.forward(&Activations::new(&rows, 256));
        for (number, row) in rows.chunks(256).enumerate() {
            let alone = packed.forward(&Activations::new(row, 256));
            assert_eq!(bits(&alone), bits(&together[number * 37..(number + 1) * 37]), "{dtype:?}, row {number}");
        }
    }
}
