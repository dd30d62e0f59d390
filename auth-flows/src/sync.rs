//! The lock and the threads that the gate is made of. Its model (`tests/model`) puts others in their place.

pub(crate) use std::{
    sync::{Mutex, MutexGuard},
    thread,
};
