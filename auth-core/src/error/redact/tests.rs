//! What a server may do with a secret before it repeats it.

use super::*;
use crate::error::text::presentable;

fn redacted(text: &str, secrets: &[&str]) -> String {
    redact(text, secrets).unwrap_or_else(|| text.to_owned())
}

#[test]
fn echoes_are_redacted() {
    let check =
        |text: &str, expect: &str| assert_eq!(redacted(text, &["0123456789abcdef"]), expect);
    check("cut: 0123456789ab…", "cut: [secret]…");
    check("cut: 01234567", "cut: [secret]");
    check("cut: 012…", "cut: [secret]…");
    check("not ours: 0123", "not ours: 0123");
    check("0123456789abcdef 012345678…", "[secret] [secret]…");
    assert_eq!(
        redacted("bad code c0de-1 (c0de-1)", &["c0de-1", ""]),
        "bad code [secret] ([secret])"
    );
    assert_eq!(redact("nothing", &["0123456789abcdef", "", " "]), None);
}

#[test]
fn in_every_encoding() {
    let secret = "p%40 s+s:\u{fc}  w&r=<d>/?#'\"\\x";
    let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let percent = form.replace('+', "%20");
    let html = secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;");
    let json = serde_json::to_string(secret).expect("text");
    let php = json.replace('/', "\\/");
    use base64::{Engine, engine::general_purpose as alphabet};
    let pairs = [
        secret.to_owned(),
        format!("id:{secret}"),
        format!("id:{form}"),
    ];
    let coded = pairs.iter().flat_map(|pair| {
        [
            alphabet::STANDARD.encode(pair),
            alphabet::URL_SAFE_NO_PAD.encode(pair),
        ]
    });
    let lower = percent.to_ascii_lowercase().replace("%5cx", "%5Cx");
    let forms = [secret.to_owned(), form, percent, lower, html, json, php];
    for echo in forms.into_iter().chain(coded) {
        for text in [
            format!("you sent {echo}, which is wrong"),
            presentable(&format!("you sent {echo}, which is wrong"), 400),
        ] {
            let shown = redacted(&text, &[secret]);
            assert!(shown.contains("[secret]"), "{text}: {shown}");
            assert!(shown.len() < 46, "{text}: {shown}");
            assert!(!shown.contains("w&r"), "{text}: {shown}");
        }
        // Cut at any place.
        for limit in 9..=9 + echo.chars().count() {
            let text = presentable(&format!("you sent {echo}, which is wrong"), limit);
            let shown = redacted(&text, &[secret]);
            let rest = shown.replace("[secret]", "");
            assert!(rest.chars().count() <= 9 + 12, "{text}: {shown}");
        }
    }
}

#[test]
fn short_secrets_are_words() {
    let check = |text: &str, secret: &str, expect: &str| {
        assert_eq!(redacted(text, &[secret]), expect, "{text}");
    };
    check("password=abc&x=1", "abc", "password=[secret]&x=1");
    check("the abcess abc", "abc", "the abcess [secret]");
    check("x \u{e9}abc", "abc", "x \u{e9}abc");
    check("Basic aWQ6YWJj", "abc", "Basic [secret]");
    check("authorization failed", "z", "authorization failed");
    check("say \u{e9}\u{e8}!", "\u{e9}\u{e8}", "say [secret]!");
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "it measures what the reader costs"
)]
fn foreign_text_costs_linear_time() {
    let cost = |count: usize| {
        let text = "%2".repeat(count) + &"aaaaaaab".repeat(count);
        let begun = std::time::Instant::now();
        assert_eq!(redact(&text, &["aaaaaaaaaaaaaaaaaaaaaaaaaaa"]), None);
        begun.elapsed()
    };
    let (once, twice) = (cost(20_000), cost(40_000));
    assert!(twice < once * 5, "{once:?} {twice:?}");
}
