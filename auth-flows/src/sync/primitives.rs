//! The lock and the threads that the rest of this folder is made of. Its model (`tests/model`) puts others in their place.

pub(crate) use std::{
    sync::{Mutex, MutexGuard},
    thread,
};
