//! The directory of a store: finds the user's data directory, creates private directories.

use std::{
    ffi::OsString,
    fs,
    path::{Component, Path, PathBuf},
};

use auth_core::{Error, ErrorKind};

use super::{
    errors::{self, Doing},
    platform,
};

/// Creates the directory and its missing parents, each with mode 0700. Rejects a directory in which
/// other users can write, or that another user owns. Returns an absolute path, so that it stays
/// valid if the program changes its working directory.
pub(crate) fn prepare(path: &Path) -> Result<PathBuf, Error> {
    let path = std::path::absolute(path).map_err(|source| {
        Error::new(
            ErrorKind::Configuration,
            "the path of the store's directory is empty",
        )
        .with_help("pass the path of a directory")
        .with_source(source)
    })?;
    let failed = |source| errors::failed(Doing::Opening, &path, source);
    let missing: Vec<&Path> = path.ancestors().take_while(|at| !at.exists()).collect();
    let mut builder = fs::DirBuilder::new();
    platform::make_folder_private(&mut builder);
    builder.recursive(true).create(&path).map_err(failed)?;
    for parent in missing.iter().filter_map(|made| made.parent()) {
        platform::sync_folder(parent)
            .map_err(|source| errors::failed(Doing::Syncing, parent, source))?;
    }
    let metadata = fs::metadata(&path).map_err(failed)?;
    if let Some(owner) = platform::other_owner(&metadata).map_err(failed)? {
        return Err(errors::foreign_owner(&path, owner));
    }
    match platform::mode(&metadata).filter(|mode| mode & 0o022 != 0) {
        None => Ok(path),
        Some(mode) => Err(errors::rejected(
            &path,
            &format!("is a directory in which other users can create files (mode {mode:04o})"),
            format!(
                "run: chmod go-w {}, or open the store in a private directory inside it",
                errors::quoted(&path)
            ),
        )),
    }
}

/// Returns the directory of the program `app_name` in the user's data directory.
pub(crate) fn in_data_dir(app_name: &str) -> Result<PathBuf, Error> {
    let app_name = one_component(app_name)?;
    let system = if cfg!(windows) {
        System::Windows
    } else if cfg!(target_os = "macos") {
        System::Mac
    } else {
        System::Unix
    };
    // Rust 1.85 and 1.86 warn of `home_dir` for what it did on Windows before 1.85.
    let root = data_dir(system, |name| std::env::var_os(name), std::env::home_dir())?;
    Ok(root.join(app_name))
}

/// The convention that determines the data directory.
#[derive(Clone, Copy, Debug)]
enum System {
    /// XDG Base Directory Specification 0.8.
    Unix,
    Mac,
    Windows,
}

fn data_dir(
    system: System,
    variable: impl Fn(&str) -> Option<OsString>,
    home: Option<PathBuf>,
) -> Result<PathBuf, Error> {
    // XDG 0.8: a relative path is invalid and must be ignored. An empty one is relative.
    let absolute = |path: &PathBuf| path.is_absolute();
    let from = |name: &str| variable(name).map(PathBuf::from).filter(absolute);
    let (chosen, inside, setting) = match system {
        System::Unix => (from("XDG_DATA_HOME"), ".local/share", "XDG_DATA_HOME, HOME"),
        System::Mac => (None, "Library/Application Support", "HOME"),
        // Not APPDATA, which Windows copies to the other machines of a domain's user: two machines
        // with one refresh token end its login.
        System::Windows => (
            from("LOCALAPPDATA"),
            "AppData/Local",
            "LOCALAPPDATA, USERPROFILE",
        ),
    };
    if let Some(chosen) = chosen {
        return Ok(chosen);
    }
    let problem = match home.filter(absolute) {
        // Creating a home directory is not this program's task.
        Some(home) if !home.is_dir() => {
            format!("the home directory {} does not exist", home.display())
        }
        Some(home) => return Ok(home.join(inside)),
        None => "this user has no home directory".into(),
    };
    Err(Error::new(
        ErrorKind::Configuration,
        format!("cannot find the user's data directory: {problem}"),
    )
    .with_setting(setting)
    .with_help("set it, or pass the store a directory with File::open"))
}

/// Returns `app_name` if it is the name of one directory.
pub(crate) fn one_component(app_name: &str) -> Result<&str, Error> {
    let mut components = Path::new(app_name).components();
    match (components.next(), components.next()) {
        (Some(Component::Normal(only)), None) if only == app_name && !app_name.contains('\0') => {
            Ok(app_name)
        }
        _ => Err(Error::new(
            ErrorKind::Configuration,
            format!("{app_name:?} is not the name of a directory"),
        )
        .with_setting("app_name")
        .with_help("use the program's name, such as nightly-upload")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_directory_follows_the_system() {
        let home = tempfile::tempdir().unwrap();
        let at = |inside: &str| Some(home.path().join(inside));
        let check = |system, variable: Option<&str>, home: Option<&Path>, expect| {
            let found = data_dir(
                system,
                |_| variable.map(Into::into),
                home.map(Path::to_owned),
            );
            assert_eq!(found.ok(), expect, "{system:?} {variable:?} {home:?}");
        };
        let given = Some(home.path());
        check(System::Unix, None, given, at(".local/share"));
        check(System::Unix, Some(""), given, at(".local/share"));
        check(System::Unix, Some("data"), given, at(".local/share"));
        let elsewhere = if cfg!(windows) {
            r"C:\elsewhere"
        } else {
            "/elsewhere"
        };
        let set = Some(elsewhere);
        check(System::Unix, set, None, Some(elsewhere.into()));
        check(System::Mac, set, given, at("Library/Application Support"));
        check(System::Windows, set, None, Some(elsewhere.into()));
        check(System::Windows, None, given, at("AppData/Local"));
        check(System::Unix, None, None, None);
        check(System::Unix, None, Some(Path::new("")), None);
        check(System::Mac, None, Some(Path::new("relative")), None);
        check(System::Unix, None, Some(&home.path().join("gone")), None);
    }

    #[test]
    fn a_missing_home_is_a_clear_error() {
        let check = |home: Option<&str>, words: &str| {
            let error = data_dir(System::Unix, |_| None, home.map(Into::into)).unwrap_err();
            assert!(error.is_configuration());
            let text = error.to_string();
            assert!(text.contains(words), "{text}");
            assert!(
                text.contains("HOME") && text.contains("File::open"),
                "{text}"
            );
        };
        check(None, "has no home directory");
        let gone = std::env::temp_dir().join("nonexistent-home-of-keystore");
        let gone = gone.to_str().unwrap();
        check(Some(gone), &format!("{gone} does not exist"));
    }

    #[test]
    fn a_program_name_is_one_directory() {
        let check = |name: &str, expect: bool| {
            assert_eq!(one_component(name).is_ok(), expect, "{name:?}");
        };
        check("nightly-upload", true);
        check("Nightly Upload", true);
        check("", false);
        check(".", false);
        check("..", false);
        check("a/b", false);
        check("a/", false);
        check("/a", false);
        check("a\0", false);
    }
}
