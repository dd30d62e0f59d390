//! The HTML pages: the login form, the consent form, a code to copy, a message.

use std::fmt::Write;

use http::{Response, header};

use crate::http::reply::{set, typed};

/// The login form. `hidden` fields reach the next page with it.
pub(crate) fn login(
    action: &str,
    hidden: &[(&str, &str)],
    refused: Option<&str>,
) -> Response<Vec<u8>> {
    let refused = refused.map(|message| format!("<p class=\"bad\">{}</p>", escaped(message)));
    let body = format!(
        "{}<form method=\"post\" action=\"{}\">{}\
         <label>Login <input name=\"login\" type=\"text\" autocomplete=\"username\" autofocus></label>\
         <label>Password <input name=\"password\" type=\"password\" autocomplete=\"current-password\"></label>\
         <button type=\"submit\" name=\"sign_in\" value=\"1\">Log in</button></form>",
        refused.unwrap_or_default(),
        escaped(action),
        inputs(hidden),
    );
    page(200, "Log in", &body)
}

/// The consent form. Its buttons are named `decision`, with the values `allow` and `deny`.
pub(crate) fn consent(
    action: &str,
    hidden: &[(&str, &str)],
    client: &str,
    user: &str,
    scope: &str,
) -> Response<Vec<u8>> {
    let mut scopes = String::new();
    for scope in scope.split_whitespace() {
        let _ = write!(scopes, "<li><code>{}</code></li>", escaped(scope)); // writing to a String never fails
    }
    let body = format!(
        "<p>Authorize <strong>{}</strong> to use the account <strong>{}</strong>?</p><ul>{scopes}</ul>\
         <form method=\"post\" action=\"{}\">{}\
         <button type=\"submit\" name=\"decision\" value=\"allow\">Authorize</button>\
         <button type=\"submit\" name=\"decision\" value=\"deny\" class=\"plain\">Deny</button></form>",
        escaped(client),
        escaped(user),
        escaped(action),
        inputs(hidden),
    );
    page(200, "Authorization required", &body)
}

/// The out-of-band page, with the code in the element where Doorkeeper shows it.
pub(crate) fn native(code: &str) -> Response<Vec<u8>> {
    let body = format!(
        "<p>Copy this code into your program:</p><p><code id=\"authorization_code\">{}</code></p>",
        escaped(code)
    );
    page(200, "Authorization code", &body)
}

/// A page with an escaped message.
pub(crate) fn message(status: u16, title: &str, message: &str) -> Response<Vec<u8>> {
    page(status, title, &format!("<pre>{}</pre>", escaped(message)))
}

fn page(status: u16, title: &str, body: &str) -> Response<Vec<u8>> {
    let text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{body}</main>\
         <footer>A test server on this machine. No real account is involved.</footer></body></html>\n"
    );
    let mut response = typed(status, "text/html; charset=utf-8", text.into_bytes());
    set(&mut response, header::CACHE_CONTROL, "no-store");
    set(&mut response, header::REFERRER_POLICY, "no-referrer");
    response
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;background:#f2f4f0;color:#222;margin:0}\
main{max-width:24rem;margin:12vh auto 1rem;padding:1.5rem 2rem 2rem;background:#fff;border-radius:8px;\
box-shadow:0 1px 4px #0003}h1{font-size:1.3rem;margin:.3rem 0 1rem}label{display:block;margin:.8rem 0}\
input{display:block;width:100%;box-sizing:border-box;padding:.5rem;font:inherit;border:1px solid #aaa;\
border-radius:4px}button{font:inherit;margin:.6rem .6rem 0 0;padding:.5rem 1.2rem;border:1px solid #4b7d00;\
border-radius:4px;background:#5c9600;color:#fff}button.plain{background:#fff;color:#444;border-color:#aaa}\
code,pre{white-space:pre-wrap;overflow-wrap:anywhere}.bad{color:#a00}\
footer{text-align:center;font-size:.8rem;color:#777}";

fn inputs(hidden: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in hidden {
        let (name, value) = (escaped(name), escaped(value));
        let _ = write!(
            out,
            "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"
        );
    }
    out
}

/// Text that is safe in HTML, also in an attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#039;"),
            c => out.push(c),
        }
    }
    out
}
