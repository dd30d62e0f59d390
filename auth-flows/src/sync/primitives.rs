//! The lock and the threads that this folder uses. The model (`tests/model`) replaces them.

pub(crate) use std::{
    sync::{Mutex, MutexGuard},
    thread,
};
