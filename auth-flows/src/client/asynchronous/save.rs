//! Saves in the background, in a task that lives as long as something is unsaved.

use std::sync::{Arc, Weak};

use auth_core::Runtime;

use super::jobs::Jobs;
use crate::{client::saver::Saving, sync::oneshot::channel};

/// Saves with pauses in between. A runtime that shuts down drops it; the next call starts another
/// one.
pub(super) async fn save(mut saving: Saving, runtime: Weak<dyn Runtime>, jobs: Arc<Jobs>) {
    loop {
        let Some(sleep) = runtime
            .upgrade()
            .map(|runtime| runtime.sleep(saving.pause()))
        else {
            return;
        };
        sleep.await;
        let (sender, receiver) = channel();
        let job = move || {
            let goes_on = saving.round();
            sender.send(goes_on.then_some(saving));
        };
        match runtime.upgrade() {
            Some(runtime) => jobs.run(&*runtime, Box::new(job)),
            None => return,
        }
        match receiver.await.flatten() {
            Some(next) => saving = next,
            None => return,
        }
    }
}
