//! The star: every library crate depends on auth-core and on no sibling. The packages of xtask may
//! depend on all, and no library depends on them; its tests may use `worlds`.

use super::{Finding, tree::Tree};

const CENTRE: &str = "auth-core";

/// The folder of the packages that may depend on all others.
const ROOF: &str = "xtask/";

/// The package of it that tests use.
const FOR_TESTS: &str = "worlds";

/// Finds dependencies between packages of the workspace that the star forbids. Dev-dependencies on
/// siblings are exempt.
pub(super) fn siblings(tree: &Tree) -> Vec<Finding> {
    let packages = tree.packages();
    let find = |name: &str| packages.iter().find(|package| package.name == name);
    let is_roof = |manifest: &str| manifest.starts_with(ROOF);
    let mut findings = Vec::new();
    for package in packages.iter().filter(|own| !is_roof(&own.manifest)) {
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let of_roof = find(name).is_some_and(|other| is_roof(&other.manifest));
            let allowed = match name {
                CENTRE if package.name != CENTRE => true,
                FOR_TESTS if of_roof => dependency.dev,
                _ if of_roof => false,
                _ => dependency.dev || find(name).is_none(),
            };
            if !allowed {
                let what = match of_roof && name != FOR_TESTS {
                    true => "no crate may depend on a package of xtask".to_owned(),
                    false => format!(
                        "{} depends on {name}; only a dev-dependency may",
                        package.name
                    ),
                };
                findings.push(Finding::new(&package.manifest, what));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::tidy::found;

    #[test]
    fn crossing_dependencies_are_found() {
        let check = |from: &str, to: &str, kind: Value, expect: &[&str]| {
            let package = |name: &str| {
                let dependencies = match name == from {
                    true => json!([{ "name": to, "kind": kind }]),
                    false => json!([]),
                };
                let folder = match name {
                    "worlds" => "xtask/worlds",
                    name => name,
                };
                let manifest = format!("/ws/{folder}/Cargo.toml");
                json!({ "name": name, "manifest_path": manifest, "dependencies": dependencies })
            };
            let names = ["auth-core", "auth-flows", "keystore", "xtask", "worlds"];
            let metadata = json!({ "workspace_root": "/ws", "packages": names.map(package) });
            let tree = Tree::default().with_metadata(&metadata);
            assert_eq!(found(siblings, &tree), expect, "{from} -> {to}");
        };
        check("keystore", "auth-core", Value::Null, &[]);
        check("keystore", "sha2", Value::Null, &[]);
        check("keystore", "auth-flows", json!("dev"), &[]);
        check("auth-core", "keystore", json!("dev"), &[]);
        check("xtask", "keystore", Value::Null, &[]);
        check("worlds", "keystore", Value::Null, &[]);
        check("keystore", "worlds", json!("dev"), &[]);
        let crossing =
            ["keystore/Cargo.toml: keystore depends on auth-flows; only a dev-dependency may"];
        check("keystore", "auth-flows", Value::Null, &crossing);
        check("keystore", "auth-flows", json!("build"), &crossing);
        check(
            "auth-core",
            "keystore",
            Value::Null,
            &["auth-core/Cargo.toml: auth-core depends on keystore; only a dev-dependency may"],
        );
        check(
            "keystore",
            "xtask",
            json!("dev"),
            &["keystore/Cargo.toml: no crate may depend on a package of xtask"],
        );
        check(
            "keystore",
            "worlds",
            Value::Null,
            &["keystore/Cargo.toml: keystore depends on worlds; only a dev-dependency may"],
        );
    }
}
