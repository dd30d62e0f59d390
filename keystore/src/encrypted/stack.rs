//! Overwrites what a cipher leaves on the stack.

use std::hint::black_box;

/// How much of the stack is overwritten, in bytes: more than a cipher uses.
const USED: usize = 16 << 10;

/// Runs a cipher, which copies the text in blocks of 256 bytes to the stack, and overwrites them. A
/// value that is later moved from there to the heap could take them along in its padding.
pub(super) fn cleared<R>(run: impl FnOnce() -> R) -> R {
    let result = apart(run);
    clear();
    result
}

/// Runs this in a frame of its own, which begins where that of [`clear`] does.
#[inline(never)]
fn apart<R>(run: impl FnOnce() -> R) -> R {
    run()
}

#[inline(never)]
fn clear() {
    black_box(&mut [0_u8; USED]);
}
