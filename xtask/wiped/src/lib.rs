//! An allocator that looks for marked secrets in memory that is freed.
//!
//! A test program makes it its global allocator, marks its secrets with [`MARK`] and asks
//! [`found`] afterwards. What the program itself copies, or a library whose copies are not ours, runs
//! in [`unwatched`].

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::cell::Cell;
use std::sync::{Mutex, PoisonError};

/// What each secret contains. It is the same in a form, in a URL and in JSON.
pub const MARK: &str = "Mk9ZqW7xT";

/// The mark in base64, at each of the three places where it can begin.
const IN_BASE64: [&str; 3] = ["TWs5WnFXN3hU", "1rOVpxVzd4V", "NazlacVc3eF"];

/// How much of a block is shown around a mark.
const SHOWN: usize = 60;

static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());

thread_local! {
    /// How many reasons there are not to look at what this thread frees.
    static UNWATCHED: Cell<usize> = const { Cell::new(0) };
}

/// The allocator.
#[derive(Debug)]
pub struct Watching;

#[expect(unsafe_code, reason = "an allocator cannot be written without")]
// SAFETY: all memory is the system allocator's, with the layout that it was asked for. `realloc` is
// the trait's own: it allocates, copies and frees, so that a block that is moved is looked at, too.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that nothing is found that an earlier owner left there.
        // SAFETY: the caller keeps the promises of `alloc`, which are those of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if is_watched() {
            // SAFETY: the block is still allocated, and initialized: `alloc` zeroed it.
            let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
            look_at(bytes);
        }
        // SAFETY: the block is from `alloc` with this layout, so from the system allocator.
        unsafe { System.dealloc(block, layout) }
    }
}

fn is_watched() -> bool {
    UNWATCHED.try_with(Cell::get) == Ok(0)
}

fn look_at(bytes: &[u8]) {
    let at = |mark: &str| {
        let mark = mark.as_bytes();
        let mut from = 0;
        while let Some(at) = bytes[from..].iter().position(|byte| *byte == mark[0]) {
            if bytes[from + at..].starts_with(mark) {
                return Some(from + at);
            }
            from += at + 1;
        }
        None
    };
    let marks = IN_BASE64.into_iter().chain([MARK]);
    if let Some(at) = marks.into_iter().find_map(at) {
        unwatched(|| report(bytes, at));
    }
}

#[cold]
fn report(bytes: &[u8], at: usize) {
    let around = &bytes[at.saturating_sub(SHOWN / 3)..bytes.len().min(at + SHOWN)];
    let shown = String::from_utf8_lossy(around).replace('\0', "·");
    let mut what = format!("{} bytes, at {at}: {shown:?}", bytes.len());
    if std::env::var_os("WIPED_TRACE").is_some() {
        let trace = Backtrace::force_capture().to_string();
        what = format!("{what}\n{trace}");
    }
    lock().push(what);
}

fn lock() -> std::sync::MutexGuard<'static, Vec<String>> {
    FOUND.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs code whose copies are not looked at: the test's own, or those of an HTTP client.
pub fn unwatched<T>(run: impl FnOnce() -> T) -> T {
    /// Counts down also if the code panics.
    struct Pause;
    impl Drop for Pause {
        fn drop(&mut self) {
            UNWATCHED.with(|count| count.set(count.get() - 1));
        }
    }
    UNWATCHED.with(|count| count.set(count.get() + 1));
    let _pause = Pause;
    run()
}

/// Returns the blocks that were freed with a marked secret in them since the last call.
pub fn found() -> Vec<String> {
    unwatched(|| std::mem::take(&mut *lock()))
}
