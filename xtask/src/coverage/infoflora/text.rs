//! `docs/COVERAGE-infoflora.md`.

use std::fmt::Write as _;

use super::known::{Path, Source};

const HEAD: &str = "\
# What is known of Info Flora's API, and what of it is sent

No description of the whole API is available; the facts below are from Info Flora's pages and from
public clients. `cargo xtask coverage infoflora` writes this file. It sends each line below by the
named type, through both transports, to a test server that records what arrives, and counts only exact
matches. A setter of ours without a line here fails the run. CI runs it with `--check`. **No line was
checked against the running service.**

*documented*: by Info Flora, on its page on authentication or in its guide from V4 to V5. *named*: in
that guide, but without the whole path; its beginning is inferred from the other paths. *observed*: in
public clients. Where the type is only `Rest`, no parameter and no field is known: use the generic
request.
";

pub(super) fn of(known: &[Path], counted: usize) -> String {
    let mut text = HEAD.to_owned();
    let parameters: usize = known.iter().map(|path| path.parameters.len()).sum();
    let _infallible = write!(
        text,
        "\n{counted} of {} sent: {} paths and {parameters} parameters.\n\n\
         | path | type | token | source | confidence |\n| --- | --- | --- | --- | --- |\n",
        known.len() + parameters,
        known.len(),
    );
    for path in known {
        let (source, confidence) = words(path.source);
        let token = if path.anonymous { "none" } else { "sent" };
        let _infallible = writeln!(
            text,
            "| {} `{}` | `{}` | {token} | {source} | {confidence} |",
            path.method, path.path, path.ours
        );
    }
    text.push_str("\n| parameter | of | setter | arrives as | source | confidence |\n");
    text.push_str("| --- | --- | --- | --- | --- | --- |\n");
    for path in known {
        for parameter in path.parameters {
            let (source, confidence) = words(parameter.source);
            let _infallible = writeln!(
                text,
                "| `{}` | `{}` | `{}` | `{}` | {source} | {confidence} |",
                parameter.name, path.ours, parameter.ours, parameter.example
            );
        }
    }
    text
}

fn words(source: Source) -> (&'static str, &'static str) {
    match source {
        Source::Page => ("page on authentication", "documented"),
        Source::Guide => ("guide from V4 to V5", "documented"),
        Source::Named => ("guide from V4 to V5", "named"),
        Source::Client => ("a public client", "observed"),
    }
}
