//! Saves in the background, on a thread that lives as long as something is unsaved.

use crate::{client::saver::Saving, clock, login::pending::spawn};

/// Starts the thread. If the system starts none, the next call tries again.
pub(super) fn start(mut saving: Saving) {
    let work = move || {
        loop {
            clock::sleep(saving.pause());
            if !saving.round() {
                return;
            }
        }
    };
    // Dropped with it: nothing runs then.
    let _ = spawn("auth-flows save", Box::new(work));
}
