//! How many bytes this program has on its heap: asked for, and not given back.

use std::alloc::System;

use cap::Cap;

/// The system's, counted. It sets no limit.
#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

pub(super) fn bytes() -> usize {
    HEAP.allocated()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_counted() {
        const MUCH: usize = 64 << 20;
        let before = bytes();
        let held = vec![1_u8; MUCH];
        // Other tests come and go beside this one.
        assert!(bytes() > before + MUCH / 2);
        drop(held);
        assert!(bytes() < before + MUCH / 2);
    }
}
