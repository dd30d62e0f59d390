//! The cost of deriving a key from a passphrase.

use auth_core::{Error, ErrorKind};

/// The cost of each guess at a passphrase, with Argon2id (RFC 9106).
///
/// [`Default`] is the second recommended option of RFC 9106 section 4: 64 MiB, 3 passes, 4 lanes.
/// It takes about a second on a small machine, once for each salt. Each encrypted file contains its
/// own cost, so a program can raise it at any time. Existing files still open, and the next save
/// uses the new cost.
///
/// A file opens at up to four times this cost, or four times the default if that is more. A planted
/// file that demands more is rejected unread, so that it cannot use up time and memory at each
/// start. To lower a cost by more, open the records once more at the old one and log in anew.
///
/// ```
/// use keystore::{EncryptionKey, KdfCost};
///
/// let cost = KdfCost::new(256 << 10, 3, 4)?; // 256 MiB
/// let key = EncryptionKey::from_passphrase("correct horse battery staple")?.with_cost(cost);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "argon2")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KdfCost {
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

/// The highest cost that a program may choose: 1 GiB and some seconds.
const MOST: KdfCost = KdfCost {
    memory_kib: 1 << 20,
    passes: 64,
    lanes: 64,
};

/// How many times the cost of a store a file may cost. A program may have lowered its cost.
const OPENED: u32 = 4;

impl KdfCost {
    /// Creates a cost of `memory_kib` KiB (8 for each lane to 1,048,576), `passes` over that memory
    /// (1 to 64), and `lanes` (1 to 64). The lanes are computed one after the other.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] if a number is out of these bounds.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, Error> {
        let cost = Self {
            memory_kib,
            passes,
            lanes,
        };
        if cost.is_sound() {
            return Ok(cost);
        }
        Err(Error::new(
            ErrorKind::Configuration,
            format!(
                "KdfCost of {memory_kib} KiB, {passes} passes and {lanes} lanes is out of bounds"
            ),
        )
        .with_setting("KdfCost")
        .with_help("use 8 KiB for each lane to 1 GiB, 1 to 64 passes, and 1 to 64 lanes"))
    }

    /// Returns whether a store of this cost opens a file of that one. The file costs at most
    /// [`OPENED`] times as much as what the store itself would write, or as the default.
    pub(super) fn opens(&self, file: &Self) -> bool {
        let default = Self::default();
        let memory = self.memory_kib.max(default.memory_kib);
        file.memory_kib <= memory.saturating_mul(OPENED)
            && file.work() <= self.work().max(default.work()) * u64::from(OPENED)
    }

    fn work(&self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.passes)
    }

    pub(super) fn is_sound(&self) -> bool {
        (1..=MOST.lanes).contains(&self.lanes)
            && (1..=MOST.passes).contains(&self.passes)
            && (8 * self.lanes..=MOST.memory_kib).contains(&self.memory_kib)
    }
}

impl Default for KdfCost {
    fn default() -> Self {
        Self {
            memory_kib: 1 << 16,
            passes: 3,
            lanes: 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        let check = |memory, passes, lanes, expect| {
            let cost = KdfCost::new(memory, passes, lanes);
            assert_eq!(cost.is_ok(), expect, "{memory} {passes} {lanes}");
        };
        check(8, 1, 1, true);
        check(1 << 20, 64, 64, true);
        check(7, 1, 1, false);
        check(15, 1, 2, false);
        check((1 << 20) + 1, 1, 1, false);
        check(64, 0, 1, false);
        check(64, 65, 1, false);
        check(64, 1, 0, false);
        check(1 << 20, 1, 65, false);
        check(0, 0, u32::MAX, false);
        assert!(KdfCost::default().is_sound());
    }

    #[test]
    fn a_file_costs_at_most_four_times_as_much() {
        let cost = |memory, passes| KdfCost::new(memory, passes, 4).unwrap();
        let check = |own: KdfCost, file: KdfCost, expect| {
            assert_eq!(own.opens(&file), expect, "{own:?} {file:?}");
        };
        for own in [KdfCost::default(), cost(32, 1)] {
            check(own, cost(32, 1), true);
            check(own, KdfCost::default(), true);
            check(own, cost(256 << 10, 3), true);
            check(own, cost((256 << 10) + 1, 1), false);
            check(own, cost(256 << 10, 4), false);
            check(own, cost(32 << 10, 24), true);
            check(own, cost(32 << 10, 25), false);
            check(own, MOST, false);
        }
        check(cost(512 << 10, 16), MOST, false);
        check(cost(512 << 10, 32), MOST, true);
        check(MOST, MOST, true);
    }
}
