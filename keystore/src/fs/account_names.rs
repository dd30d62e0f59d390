//! Lists the accounts that have a file in a directory, by the names of their files.

use std::{fs, io, path::Path};

use auth_core::{AccountKey, Error};

use super::{
    errors::{self, Doing},
    file_names, private_file,
    private_file::Temporary,
};

/// Keeps the name of an account whose file name is cut, beside its file, which ends so. The caller
/// holds the lease, and has no use of the temporary file any more.
///
/// A failure costs the account its place in a list, which must not fail a save; the next save tries
/// again.
pub(crate) fn write(folder: &Path, key: &AccountKey, ending: &str) {
    let stem = file_names::stem(key);
    let path = folder.join(file_names::name(&stem, ending));
    if file_names::is_cut(&stem) && fs::symlink_metadata(&path).is_err() {
        let temporary = folder.join(file_names::temporary(&stem));
        let written = Temporary::write(temporary, file_names::whole(key).as_bytes());
        let _: Result<(), Error> = written.and_then(|file| file.place(&path));
    }
}

/// Removes that name. The file is not there any more.
pub(crate) fn remove(folder: &Path, key: &AccountKey, ending: &str) {
    let stem = file_names::stem(key);
    if file_names::is_cut(&stem) {
        let _: io::Result<()> = fs::remove_file(folder.join(file_names::name(&stem, ending)));
    }
}

/// Returns the accounts that have a file with this ending.
pub(crate) fn list(folder: &Path, ending: &str) -> Result<Vec<AccountKey>, Error> {
    let failed = |source| errors::failed(Doing::Opening, folder, source);
    let mut accounts = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let stem = name.to_str().and_then(|name| name.strip_suffix(ending));
        accounts.extend(stem.and_then(|stem| account(folder, stem, ending)));
    }
    accounts.sort_unstable();
    Ok(accounts)
}

/// Returns the account with this stem. `None` if it is of another file, or if the stem is cut and
/// its name was not kept.
fn account(folder: &Path, stem: &str, ending: &str) -> Option<AccountKey> {
    if !file_names::is_cut(stem) {
        return file_names::account(stem);
    }
    let path = folder.join(file_names::name(stem, ending));
    let text = private_file::read(&path).ok()??;
    let key = file_names::account(std::str::from_utf8(text.as_ref()).ok()?)?;
    (file_names::stem(&key) == stem).then_some(key)
}
