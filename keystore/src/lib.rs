#![doc = include_str!("../README.md")]

mod absent;
#[cfg(feature = "encrypted")]
mod encrypted;
mod errors;
mod file;
mod files;
mod first;
mod fixed;
mod folder;
mod given;
mod leases;
mod lock;
mod memory;
mod names;
mod note;
mod platform;
mod private;

#[cfg(feature = "encrypted")]
pub use encrypted::{Encrypted, EncryptionKey, KdfCost};
pub use file::File;
pub use first::First;
pub use fixed::{Environment, Fixed};
pub use memory::Memory;
