//! Repeatable random numbers: a generator with a seed. The draws repeat; the timing of threads does
//! not.

use std::time::Duration;

/// SplitMix64, by Guy Steele, Doug Lea and Christine Flood (2014).
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// For one seed, each `salt` gives its own sequence.
    pub(super) fn new(seed: u64, salt: u64) -> Self {
        let mut chance = Self(seed ^ salt.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        chance.draw();
        chance
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Draws a number below `end`, which must not be 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.draw() % end
    }

    /// Draws from `from` to `to` milliseconds.
    pub(super) fn millis(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.below(to - from + 1))
    }

    /// Draws one of these, each with its odds in a thousand; `None` for the rest.
    pub(super) fn weighed<T: Copy>(&mut self, of: &[(T, u64)]) -> Option<T> {
        let mut left = self.below(1000);
        for (what, weight) in of {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return Some(*what),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_draws() {
        let draws = |seed, salt| {
            let mut chance = Chance::new(seed, salt);
            [(); 8].map(|()| chance.below(1000))
        };
        assert_eq!(draws(1, 2), draws(1, 2));
        assert_ne!(draws(1, 2), draws(2, 2));
        assert_ne!(draws(1, 2), draws(1, 3));
    }

    #[test]
    fn weights_are_of_a_thousand() {
        let mut chance = Chance::new(7, 0);
        let draws: Vec<_> = (0..10_000)
            .map(|_| chance.weighed(&[('a', 100), ('b', 300)]))
            .collect();
        let count = |what| draws.iter().filter(|draw| **draw == what).count();
        assert!((800..1200).contains(&count(Some('a'))));
        assert!((2700..3300).contains(&count(Some('b'))));
        assert!((5600..6400).contains(&count(None)));
    }
}
