//! `cargo xtask features`: builds every crate without features, with each one alone, and with all.

use std::ffi::OsString;
use std::time::Instant;

use serde_json::Value;
use support::table::{self, Width};

use crate::{Outcome, Stop, Verdict, cargo, metadata, no_arguments, output};

pub(crate) fn run(args: Vec<OsString>) -> Outcome {
    no_arguments(args)?;
    let builds = builds(&metadata()?);
    let mut failed = 0;
    for build in &builds {
        let began = Instant::now();
        output::part(table::line(&[Width::Left(72)], [build.join(" ")]));
        let output = cargo()
            .args(["check", "--quiet"])
            .args(build)
            .output()
            .map_err(|error| Stop::Missing(format!("cannot run cargo: {error}")))?;
        // With `--quiet`, a build that succeeds prints only warnings.
        let words = String::from_utf8_lossy(&output.stderr);
        if output.status.success() && words.trim().is_empty() {
            output::line(format_args!("ok  {:>5.1} s", began.elapsed().as_secs_f32()));
        } else {
            failed += 1;
            output::line("FAILED");
            output::line(words.trim_end());
        }
    }
    output::line(format_args!(
        "features: {} builds, {failed} failed",
        builds.len()
    ));
    Ok(Verdict::of(failed))
}

/// The arguments of each build: no features, each alone, all. A crate without features is built
/// once.
fn builds(metadata: &Value) -> Vec<Vec<String>> {
    let mut builds = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let mut build = |more: &[&str]| {
            let all = ["-p", name].into_iter().chain(more.iter().copied());
            builds.push(all.map(str::to_owned).collect());
        };
        build(&["--no-default-features"]);
        let features = package["features"].as_object();
        let names: Vec<_> = features.into_iter().flat_map(|all| all.keys()).collect();
        for feature in names.iter().filter(|feature| **feature != "default") {
            build(&["--no-default-features", "--features", feature.as_str()]);
        }
        if names.len() > 1 {
            build(&["--all-features"]);
        }
    }
    builds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_each_and_all() {
        let metadata = serde_json::json!({ "packages": [
            { "name": "plain", "features": {} },
            { "name": "rich", "features": { "default": ["a"], "a": [], "b": [] } },
        ]});
        let builds: Vec<_> = builds(&metadata).iter().map(|b| b.join(" ")).collect();
        assert_eq!(
            builds,
            [
                "-p plain --no-default-features",
                "-p rich --no-default-features",
                "-p rich --no-default-features --features a",
                "-p rich --no-default-features --features b",
                "-p rich --all-features",
            ]
        );
    }
}
