#![doc = include_str!("../README.md")]
#![doc = include_str!("items.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod credentials;
#[cfg(any(feature = "postgres", feature = "redis"))]
mod db;
#[cfg(feature = "encrypted")]
mod encrypted;
mod fallback;
mod fs;
#[cfg(feature = "keyring")]
mod keyring;
mod memory;
mod process_leases;
mod static_token;
mod text_input;
mod unavailable;

pub use credentials::{CredentialSource, Credentials, Discovery, LoginMethod};
#[cfg(feature = "postgres")]
pub use db::postgres::{Postgres, PostgresBuilder};
#[cfg(feature = "redis")]
pub use db::redis::{Redis, RedisBuilder};
#[cfg(feature = "encrypted")]
pub use encrypted::{Encrypted, EncryptionKey, KdfCost, Resealed, Sealed};
pub use fallback::Fallback;
pub use fs::File;
#[cfg(feature = "keyring")]
pub use keyring::Keyring;
pub use memory::Memory;
pub use static_token::{Environment, StaticToken};
