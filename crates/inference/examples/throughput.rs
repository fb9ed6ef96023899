//! Prefill and decode in tokens a second for each weight layout: `cargo run --release -p inference --example
//! throughput -- MODEL.gguf`. Figures in models/README.md come from here.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::PathBuf;
use std::time::Instant;

use inference::{Generator, GeneratorOptions, KvPrecision, LogitsAt, Precision};

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let path = PathBuf::from(std::env::args().nth(1).expect("the path of a GGUF file"));
    println!("layout     load_s  weights_MB   rows: tokens/s (median of 3)");
    for (name, precision) in [("quantised", Precision::Quantised), ("full", Precision::Full)] {
        let options = GeneratorOptions { precision, kv_precision: KvPrecision::F16, context_tokens: 2048 };
        let start = Instant::now();
        let generator = Generator::load(&path, options).unwrap();
        print!("{name:<9} {:>7.2} {:>11}  ", start.elapsed().as_secs_f64(), generator.weight_bytes() / 1_000_000);
        for rows in [1usize, 4, 8, 16, 32, 64, 128, 256, 512] {
            let tokens: Vec<u32> = (0..rows).map(|i| 1000 + (i as u32 * 37) % 5000).collect();
            let repeats = if rows == 1 { 16 } else { 1 };
            let speeds = (0..4).map(|_| {
                let mut state = generator.new_state();
                let start = Instant::now();
                for _ in 0..repeats {
                    generator.forward(&mut state, &tokens, LogitsAt::Last).unwrap();
                }
                (rows * repeats) as f64 / start.elapsed().as_secs_f64()
            });
            // The first run warms caches and packs weights.
            print!(" {rows}:{:.0}", median(speeds.skip(1).collect()));
        }
        println!();
    }
}
