//! The blocking jobs of an async client: a bounded number at once, on the runtime's blocking pool.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use auth_core::Runtime;

/// How many jobs run at once. A store that hangs takes no more threads of the pool, which the
/// program shares (tokio has 512). Fewer than renewals at once: each of those waits for the network
/// in between, and more threads make no disk or database faster. The pool may have twice as many
/// threads, and more on a busy machine. The thread of a worker that has just ended is not idle yet
/// when the next one starts.
const AT_ONCE: usize = 24;

type Job = Box<dyn FnOnce() + Send>;

/// The jobs that wait, in the order in which they came.
#[derive(Default)]
pub(super) struct Jobs(Mutex<State>);

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    workers: usize,
}

impl Jobs {
    /// Runs a job as soon as fewer than the most are running. It needs no caller to wait for it.
    pub(super) fn run(self: &Arc<Self>, runtime: &dyn Runtime, job: Job) {
        let worker = {
            let mut state = self.lock();
            state.waiting.push_back(job);
            if state.workers == AT_ONCE {
                return;
            }
            state.workers += 1;
            Worker {
                jobs: Arc::clone(self),
                has_ended: false,
            }
        };
        runtime.offload(Box::new(move || worker.work()));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No job runs under it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job. Without one a worker ends, in the same step, so that no job is left without.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        let job = state.waiting.pop_front();
        state.workers -= usize::from(job.is_none());
        job
    }
}

/// A worker: runs jobs on a thread of the pool until none waits.
struct Worker {
    jobs: Arc<Jobs>,
    has_ended: bool,
}

impl Worker {
    fn work(mut self) {
        while let Some(job) = self.jobs.next() {
            // The caller of a job that panics learns it, the other jobs have to run all the same.
            let _panicked = catch_unwind(AssertUnwindSafe(job));
        }
        self.has_ended = true;
    }
}

impl Drop for Worker {
    /// A runtime that has shut down drops a worker before it works. The last one drops the jobs,
    /// too, whose callers then learn it.
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        let never_run = {
            let mut state = self.jobs.lock();
            state.workers -= 1;
            match state.workers {
                0 => std::mem::take(&mut state.waiting),
                _ => VecDeque::new(),
            }
        };
        drop(never_run);
    }
}
