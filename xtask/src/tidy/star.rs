//! The star: every library crate depends on auth-core and on no sibling; no crate depends on xtask.

use super::{Finding, tree::Tree};

const CENTRE: &str = "auth-core";

/// The one package that may depend on all others.
const ROOF: &str = "xtask";

/// Finds dependencies between packages of the workspace that the star forbids. Dev-dependencies are
/// exempt.
pub(super) fn siblings(tree: &Tree) -> Vec<Finding> {
    let packages = tree.packages();
    let is_own = |name: &str| packages.iter().any(|package| package.name == name);
    let mut findings = Vec::new();
    for package in packages.iter().filter(|package| package.name != ROOF) {
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let what = match name {
                ROOF => "no crate may depend on xtask".to_owned(),
                CENTRE if package.name != CENTRE => continue,
                _ if dependency.dev || !is_own(name) => continue,
                _ => format!(
                    "{} depends on {name}; only a dev-dependency may",
                    package.name
                ),
            };
            findings.push(Finding::new(&package.manifest, what));
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
                let manifest = format!("/ws/{name}/Cargo.toml");
                json!({ "name": name, "manifest_path": manifest, "dependencies": dependencies })
            };
            let names = ["auth-core", "auth-flows", "keystore", "xtask"];
            let metadata = json!({ "workspace_root": "/ws", "packages": names.map(package) });
            let tree = Tree::default().with_metadata(&metadata);
            assert_eq!(found(siblings, &tree), expect, "{from} -> {to}");
        };
        check("keystore", "auth-core", Value::Null, &[]);
        check("keystore", "sha2", Value::Null, &[]);
        check("keystore", "auth-flows", json!("dev"), &[]);
        check("auth-core", "keystore", json!("dev"), &[]);
        check("xtask", "keystore", Value::Null, &[]);
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
            &["keystore/Cargo.toml: no crate may depend on xtask"],
        );
    }
}
