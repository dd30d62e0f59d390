//! The workspace as the checks see it: its text files, and its packages as cargo describes them.

use std::fs;

use serde_json::Value;

use crate::{Stop, metadata, output, root};

/// The workspace, read once. The checks do no I/O of their own.
#[derive(Debug, Default)]
pub(super) struct Tree {
    files: Vec<File>,
    packages: Vec<Package>,
}

/// A text file that is tracked, or new and not ignored.
#[derive(Debug)]
pub(super) struct File {
    /// Its path from the workspace's root, with `/` as the separator.
    pub(super) path: String,
    pub(super) text: String,
}

/// A package of the workspace.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    /// The path of its manifest from the workspace's root.
    pub(super) manifest: String,
    pub(super) dependencies: Vec<Dependency>,
}

/// A dependency that a manifest declares.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// Whether it is a dev-dependency.
    pub(super) dev: bool,
}

impl Tree {
    pub(super) fn read() -> Result<Self, Stop> {
        Ok(Self {
            files: files()?,
            packages: packages(&metadata()?),
        })
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = &File> {
        self.files().filter(|file| file.path.ends_with(".rs"))
    }

    /// The sources of the crates, each with the name of its crate.
    pub(super) fn of_crates(&self) -> impl Iterator<Item = (String, &File)> {
        self.sources().filter_map(|file| {
            let (folder, _) = file.path.split_once("/src/")?;
            let is_own = |manifest: &str| manifest.strip_suffix("/Cargo.toml") == Some(folder);
            let own = self.packages.iter().find(|own| is_own(&own.manifest))?;
            Some((own.name.replace('-', "_"), file))
        })
    }

    pub(super) fn file(&self, path: &str) -> Option<&File> {
        self.files().find(|file| file.path == path)
    }

    pub(super) fn packages(&self) -> &[Package] {
        &self.packages
    }
}

impl File {
    /// Its lines, numbered from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .zip(1..)
            .map(|(line, number)| (number, line))
    }

    /// The lines outside comments and test modules.
    pub(super) fn compiled(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut until: Option<String> = None;
        let mut attribute = false;
        self.lines().filter(move |(_, line)| {
            let code = line.trim_start();
            if let Some(end) = &until {
                if line == end {
                    until = None;
                }
                return false;
            }
            if code.starts_with("#[cfg(test)]") || code.starts_with("#[cfg(all(test") {
                attribute = true;
                return false;
            }
            if attribute && !code.starts_with("#[") {
                attribute = false;
                if code.ends_with('{') {
                    let indent = &line[..line.len() - code.len()];
                    until = Some(format!("{indent}}}"));
                }
                return false;
            }
            !code.starts_with("//")
        })
    }
}

fn files() -> Result<Vec<File>, Stop> {
    let root = root();
    let listed = output(std::process::Command::new("git").current_dir(&root).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    let mut paths: Vec<_> = listed.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    // Skip files that are deleted but still in the index, and files that are not text.
    let read = |path: &str| {
        Some(File {
            path: path.to_owned(),
            text: fs::read_to_string(root.join(path)).ok()?,
        })
    };
    Ok(paths.into_iter().filter_map(read).collect())
}

fn packages(metadata: &Value) -> Vec<Package> {
    let text = |value: &Value| value.as_str().unwrap_or_default().replace('\\', "/");
    let workspace = text(&metadata["workspace_root"]) + "/";
    let dependency = |value: &Value| Dependency {
        name: text(&value["name"]),
        dev: value["kind"] == "dev",
    };
    let package = |value: &Value| {
        let dependencies = value["dependencies"].as_array().into_iter().flatten();
        Package {
            name: text(&value["name"]),
            manifest: text(&value["manifest_path"]).replacen(&workspace, "", 1),
            dependencies: dependencies.map(dependency).collect(),
        }
    };
    let listed = metadata["packages"].as_array().into_iter().flatten();
    listed.map(package).collect()
}

/// Trees for the tests of the checks.
#[cfg(test)]
impl Tree {
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        Self {
            files: files.iter().map(file).collect(),
            ..Self::default()
        }
    }

    /// Adds the output of `cargo metadata`.
    pub(super) fn with_metadata(mut self, metadata: &Value) -> Self {
        self.packages = packages(metadata);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_workspace_can_be_read() {
        let tree = Tree::read().expect("a workspace");
        assert!(tree.file("xtask/src/tidy/tree.rs").is_some());
        assert!(tree.file("target/CACHEDIR.TAG").is_none(), "it is ignored");
        let own = tree.packages().iter().find(|p| p.name == "xtask");
        assert_eq!(own.expect("this one").manifest, "xtask/Cargo.toml");
    }
}
