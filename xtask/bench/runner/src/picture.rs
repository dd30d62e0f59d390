//! `docs/performance.svg`: ours beside the peers, one group of bars for each figure.

use std::fmt::Write as _;

use support::generated_doc::Document;

use super::measured::{Measured, shown};

pub(super) const PICTURE: Document = Document {
    path: "docs/performance.svg",
    command: "cargo xtask bench",
};

/// A title, and bars of a name and a figure; ours comes first.
type Group = (&'static str, &'static [(&'static str, &'static str)]);

#[rustfmt::skip]
const GROUPS: &[Group] = &[
    ("start a login: instructions", &[("ours", "instructions/ours-login"), ("oauth2", "instructions/oauth2-login")]),
    ("request and read a token response: instructions", &[("ours", "instructions/ours-parse-400"), ("oauth2", "instructions/oauth2-parse-400")]),
    ("a token from memory, 64 tasks: nanoseconds", &[("ours", "nanoseconds/tasks-ours-yup-oauth2"), ("google-cloud-auth", "nanoseconds/tasks-google-cloud-auth"), ("yup-oauth2", "nanoseconds/tasks-yup-oauth2")]),
    ("1,000 tasks at an expired token: token requests", &[("ours", "requests/tasks-plain"), ("google-cloud-auth", "requests/tasks-google-cloud-auth"), ("yup-oauth2", "requests/tasks-yup-oauth2")]),
    ("the same: last task served, milliseconds", &[("ours", "milliseconds/tasks-plain"), ("google-cloud-auth", "milliseconds/tasks-google-cloud-auth"), ("yup-oauth2", "milliseconds/tasks-yup-oauth2")]),
    ("a page of 200 observations: milliseconds", &[("ours", "milliseconds/page-typed"), ("serde_json::Value", "milliseconds/page-value"), ("pyinaturalist", "milliseconds/page-python-records")]),
    ("a blocking send: processor time, µs", &[("ours", "microseconds/send-ours-ureq-http-1"), ("bare ureq", "microseconds/send-bare-ureq-http-1")]),
    ("log in at iNaturalist, as a process: milliseconds", &[("ours", "milliseconds/login-ours"), ("oauth2 + ureq", "milliseconds/login-oauth2"), ("pyinaturalist", "milliseconds/login-pyinaturalist")]),
    ("a small tool: packages", &[("ours", "packages/tool"), ("oauth2 + ureq", "packages/oauth2-ureq"), ("yup-oauth2", "packages/yup-oauth2"), ("google-cloud-auth", "packages/google-cloud-auth")]),
    ("the same: processor seconds of a clean build", &[("ours", "cpu/tool"), ("oauth2 + ureq", "cpu/oauth2-ureq"), ("yup-oauth2", "cpu/yup-oauth2"), ("google-cloud-auth", "cpu/google-cloud-auth")]),
];

/// Heights of a bar and of a title, and where bars begin and the longest ends.
const BAR: u32 = 16;
const TITLE: u32 = 30;
const LEFT: u32 = 150;
const LONGEST: f64 = 480.0;

/// The picture. In each group the largest figure has the longest bar.
pub(super) fn svg(measured: &Measured) -> String {
    let (mut bars, mut y) = (String::new(), 0);
    for (title, sides) in GROUPS {
        let figures = sides.iter().map(|(_, figure)| measured.get(figure));
        let most = figures.clone().flatten().fold(f64::MIN_POSITIVE, f64::max);
        y += TITLE;
        let _infallible = writeln!(
            bars,
            r#"<text x="8" y="{}" font-weight="bold">{title}</text>"#,
            y - 8
        );
        for ((name, _), figure) in sides.iter().zip(figures) {
            let (figure, text) = (
                figure.unwrap_or_default(),
                figure.map_or("–".to_owned(), shown),
            );
            let (width, base) = ((figure / most * LONGEST).max(1.0), y + 12);
            let color = if *name == "ours" {
                "#2f6f4f"
            } else {
                "#b8b8b8"
            };
            let (end, height) = (f64::from(LEFT) + width + 6.0, BAR - 3);
            let _infallible = writeln!(
                bars,
                r#"<text x="{}" y="{base}" text-anchor="end">{name}</text><rect x="{LEFT}" y="{y}" width="{width:.1}" height="{height}" fill="{color}"/><text x="{end:.1}" y="{base}">{text}</text>"#,
                LEFT - 8
            );
            y += BAR;
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"720\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n\
         <title>Ours beside the peers; shorter is better</title>\n\
         <rect width=\"720\" height=\"{height}\" fill=\"#ffffff\"/>\n{bars}</svg>\n",
        height = y + 12
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_is_the_largest_figure() {
        let mut measured = Measured::default();
        measured.put("packages/tool", 60.0);
        measured.put("packages/oauth2-ureq", 90.0);
        measured.put("packages/google-cloud-auth", 120.0);
        let svg = svg(&measured);
        for (width, figure) in [("240.0", "60"), ("360.0", "90"), ("480.0", "120")] {
            let bar = format!(r#"width="{width}" height="13""#);
            let line = svg.lines().find(|line| line.contains(&bar));
            assert!(
                line.is_some_and(|line| line.ends_with(&format!(">{figure}</text>"))),
                "{svg}"
            );
        }
        assert!(svg.contains(">–</text>"), "what was not measured");
    }
}
