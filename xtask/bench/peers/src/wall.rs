//! Wall time of ours and of oauth2 for the same values, in one process: pairs alternate, the median
//! of their ratios counts.

use std::time::Instant;

use bench::{memory::median, ours};

/// How often a work is done in each half of a pair.
const TIMES: u32 = 2_000;

/// Prints for each work: its name, nanoseconds of ours and of oauth2, and the median ratio.
pub fn ratios(pairs: usize) {
    for ((name, ours), (_, theirs)) in ours::WORKS.iter().zip(crate::WORKS) {
        let mut measured = Vec::new();
        for round in 0..=pairs {
            // Which one is first alternates; the first pair is a warm-up and does not count.
            let pair = match round % 2 {
                0 => (timed(*ours), timed(*theirs)),
                _ => {
                    let theirs = timed(*theirs);
                    (timed(*ours), theirs)
                }
            };
            if round > 0 {
                measured.push(pair);
            }
        }
        let of = |pick: fn(&(f64, f64)) -> f64| median(measured.iter().map(pick).collect());
        let name = name.trim_start_matches("ours-");
        println!(
            "{name} {:.1} {:.1} {:.4}",
            of(|p| p.0),
            of(|p| p.1),
            of(|p| p.0 / p.1)
        );
    }
}

/// Nanoseconds for one repetition.
fn timed(work: fn(u32)) -> f64 {
    let began = Instant::now();
    work(TIMES);
    began.elapsed().as_nanos() as f64 / f64::from(TIMES)
}
