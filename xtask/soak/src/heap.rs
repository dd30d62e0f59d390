//! Counts the bytes on this program's heap: allocated and not freed.

use std::alloc::System;

use cap::Cap;

/// The system's allocator with a counter. It sets no limit.
#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

pub(super) fn bytes() -> usize {
    HEAP.allocated()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allocations_are_counted() {
        const MUCH: usize = 64 << 20;
        let before = bytes();
        let block = vec![1_u8; MUCH];
        // Other tests allocate and free at the same time.
        assert!(bytes() > before + MUCH / 2);
        drop(block);
        assert!(bytes() < before + MUCH / 2);
    }
}
