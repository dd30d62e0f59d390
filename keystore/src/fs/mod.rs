//! Token records in files: the plain-text store, and what all file stores share.

pub(crate) mod account_files;
pub(crate) mod account_names;
pub(crate) mod busy;
pub(crate) mod dir;
pub(crate) mod errors;
mod file;
pub(crate) mod file_names;
pub(crate) mod lock;
mod platform;
pub(crate) mod private_file;
pub(crate) mod shared_note;

pub use self::file::File;
