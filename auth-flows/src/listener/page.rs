//! What the person sees in the browser at the end: light and dark, readable on a phone, no scripts.

use auth_core::{Error, ErrorKind};

/// The code has arrived.
pub(super) fn success(program: &str) -> String {
    page(
        program,
        "ok",
        "✓",
        "You are logged in",
        "You can close this tab and go back to the program.",
        None,
    )
}

/// The server or the person refused.
pub(super) fn refused(program: &str, error: &Error) -> String {
    let denied = error.kind() == ErrorKind::Denied;
    let (title, text) = if denied {
        (
            "You did not give access",
            "Nothing was changed. You can close this tab; the program can ask you again.",
        )
    } else {
        (
            "The login did not work",
            "You can close this tab. The program knows about it.",
        )
    };
    let said = error.oauth().map(|oauth| match oauth.description() {
        Some(description) => format!("{}: {description}", oauth.code()),
        None => oauth.code().to_owned(),
    });
    page(
        program,
        "no",
        if denied { "–" } else { "!" },
        title,
        text,
        said.as_deref(),
    )
}

/// A redirect that does not belong to this login.
pub(super) fn not_ours(program: &str) -> String {
    page(
        program,
        "no",
        "!",
        "This does not belong to the login",
        "The address is not the answer that the program waits for. If you have just logged in, begin again in the program.",
        None,
    )
}

/// Everything else.
pub(super) fn nothing_here(program: &str) -> String {
    page(
        program,
        "no",
        "…",
        "Nothing here",
        "The program waits for a login on this address.",
        None,
    )
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ground:#f4f6f3;--card:#fff;--ink:#1d251f;--soft:#5b665e;--ok:#2e7d4f;--no:#a8562a}\
@media(prefers-color-scheme:dark){:root{--ground:#141a16;--card:#1e2621;--ink:#e9efe9;--soft:#a3afa6;--ok:#6fc795;--no:#e39a6c}}\
*{box-sizing:border-box}\
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--ground);color:var(--ink);\
font:1.05rem/1.55 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\
main{width:100%;max-width:27rem;padding:2.2rem 1.8rem;border-radius:1rem;background:var(--card);text-align:center;\
box-shadow:0 1px 3px rgba(0,0,0,.12),0 8px 30px rgba(0,0,0,.07)}\
.mark{display:inline-grid;place-items:center;width:3.4rem;height:3.4rem;border-radius:50%;color:var(--card);font-size:1.7rem;font-weight:700}\
.ok{background:var(--ok)}.no{background:var(--no)}\
h1{margin:1rem 0 .4rem;font-size:1.4rem;line-height:1.25}p{margin:.4rem 0;color:var(--soft)}\
code{display:block;margin-top:1rem;padding:.7rem .8rem;border-radius:.5rem;background:var(--ground);color:var(--ink);\
font-size:.9rem;overflow-wrap:anywhere;text-align:left}\
footer{margin-top:1.6rem;font-size:.85rem;color:var(--soft);overflow-wrap:anywhere}";

fn page(
    program: &str,
    class: &str,
    mark: &str,
    title: &str,
    text: &str,
    said: Option<&str>,
) -> String {
    let said = said.map_or_else(String::new, |said| format!("<code>{}</code>", escape(said)));
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"referrer\" content=\"no-referrer\"><link rel=\"icon\" href=\"data:,\">\
         <title>{title}</title><style>{STYLE}</style></head>\
         <body><main><div class=\"mark {class}\" aria-hidden=\"true\">{mark}</div><h1>{title}</h1><p>{text}</p>{said}\
         <footer>{}</footer></main></body></html>",
        escape(program)
    )
}

fn escape(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                c => out.push(c),
            }
            out
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_escaped() {
        let page = success("<script>alert(1)</script> & \"co\"");
        assert!(!page.contains("<script>"), "{page}");
        assert!(
            page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;"),
            "{page}"
        );
    }
}
