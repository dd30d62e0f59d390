#![doc = include_str!("../README.md")]

mod absent;
mod credentials;
#[cfg(feature = "encrypted")]
mod encrypted;
mod errors;
mod file;
mod files;
mod first;
mod fixed;
mod folder;
mod given;
#[cfg(feature = "keyring")]
mod keyring;
mod leases;
mod lock;
mod memory;
mod names;
mod note;
mod platform;
mod private;

pub use credentials::{CredentialSource, Credentials, Discovery};
#[cfg(feature = "encrypted")]
pub use encrypted::{Encrypted, EncryptionKey, KdfCost};
pub use file::File;
pub use first::First;
pub use fixed::{Environment, Fixed};
#[cfg(feature = "keyring")]
pub use keyring::Keyring;
pub use memory::Memory;
