#![doc = include_str!("../README.md")]

mod errors;
mod file;
mod files;
mod folder;
mod lock;
mod memory;
mod names;
mod platform;
mod private;

pub use file::File;
pub use memory::Memory;
