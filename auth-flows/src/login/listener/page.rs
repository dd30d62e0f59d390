//! The page that the user sees at the end: light and dark, readable on a phone, no scripts, no
//! resources from other hosts.

use auth_core::{Error, ErrorKind};

// `inline`: compiled in the crate that calls it, as most programs need none of it.

/// The page after the code has arrived.
#[inline]
pub(super) fn success(program: &str) -> String {
    Page {
        tone: Tone::Good,
        title: "You are logged in",
        text: "You can close this tab and go back to {program}.",
        message: None,
    }
    .render(program)
}

/// The page after the server or the user refused, or after a response that is not valid.
#[inline]
pub(super) fn refused(program: &str, error: &Error) -> String {
    let (tone, title, text) = if error.kind() == ErrorKind::ConsentDenied {
        (
            Tone::Quiet,
            "You did not give access",
            "Nothing was changed. You can close this tab, or begin again in {program}.",
        )
    } else if error.kind() == ErrorKind::CallbackMismatch {
        (
            Tone::Bad,
            "The login did not work",
            "The service's response is not valid. Go back to {program}, which has the details.",
        )
    } else {
        (
            Tone::Bad,
            "The login did not work",
            "The service refused it. Go back to {program}, which has the details.",
        )
    };
    let message = error.oauth().map(|oauth| {
        let description = oauth.description().unwrap_or_default();
        [description.to_owned(), oauth.code().to_owned()]
    });
    Page {
        tone,
        title,
        text,
        message,
    }
    .render(program)
}

/// The page for a redirect that does not belong to this login.
#[inline]
pub(super) fn not_ours(program: &str) -> String {
    Page {
        tone: Tone::Bad,
        title: "Not the response we waited for",
        text: "{program} is still waiting for its own login. If you have just logged in, close this tab and begin again there.",
        message: None,
    }
    .render(program)
}

/// The page for a response after the program has stopped waiting.
#[inline]
pub(super) fn too_late(program: &str) -> String {
    Page {
        tone: Tone::Quiet,
        title: "Too late for this login",
        text: "{program} has stopped waiting. Close this tab and begin again there.",
        message: None,
    }
    .render(program)
}

/// The page for every other request.
#[inline]
pub(super) fn nothing_here(program: &str) -> String {
    Page {
        tone: Tone::Quiet,
        title: "Nothing to see here",
        text: "{program} waits on this address for a login to finish.",
        message: None,
    }
    .render(program)
}

/// The content of a page. `{program}` in its text is replaced by the program's name.
struct Page {
    tone: Tone,
    title: &'static str,
    text: &'static str,
    /// The service's message: a description, which may be empty, and a code.
    message: Option<[String; 2]>,
}

#[derive(Clone, Copy)]
enum Tone {
    Good,
    Quiet,
    Bad,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Quiet => "quiet",
            Self::Bad => "bad",
        }
    }

    /// An SVG path in a square of 24: a tick, a dash, an exclamation mark. Needs no font.
    fn mark(self) -> &'static str {
        match self {
            Self::Good => "M6.8 12.6l3.5 3.5 6.9-7.6",
            Self::Quiet => "M7.2 12h9.6",
            Self::Bad => "M12 6.6v6.6m0 3.6v.1",
        }
    }

    /// The mark's colour in the tab, which has no style sheet: visible on light and on dark.
    fn colour(self) -> &'static str {
        match self {
            Self::Good => "%23338a5b",
            Self::Quiet => "%23667a70",
            Self::Bad => "%23bd5a22",
        }
    }
}

impl Page {
    #[inline]
    fn render(&self, program: &str) -> String {
        let name = match program.trim() {
            "" => "the program".to_owned(),
            // `bdi`: a name that runs from right to left must not reorder the text around it.
            name => format!("<bdi>{}</bdi>", escape(name)),
        };
        let text = self.text.replace("{program}", &name);
        let text = match text.strip_prefix("the ") {
            Some(rest) => format!("The {rest}"),
            None => text,
        };
        let message = self.message.as_ref().map_or_else(String::new, |message| {
            let [description, code] = message.each_ref().map(|words| escape(words));
            format!(
                "<figure><figcaption>The service said</figcaption><blockquote>{description}</blockquote>\
                 <code>{code}</code></figure>"
            )
        });
        let (tone, title) = (self.tone, self.title);
        let (class, mark, colour) = (tone.class(), tone.mark(), tone.colour());
        let tab = match program.trim() {
            "" => String::new(),
            name => format!(" · {}", escape(name)),
        };
        // An inline icon keeps the browser from requesting /favicon.ico.
        let icon = format!(
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E\
             %3Ccircle cx='12' cy='12' r='12' fill='{colour}'/%3E%3Cpath d='{mark}' fill='none' stroke='white' \
             stroke-width='2.4' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E"
        );
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\">\
             <meta name=\"robots\" content=\"noindex\">\
             <link rel=\"icon\" href=\"{icon}\"><title>{title}{tab}</title><style>{STYLE}</style></head>\
             <body><main class=\"{class}\"><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><circle cx=\"12\" cy=\"12\" r=\"12\"/>\
             <path d=\"{mark}\"/></svg><h1>{title}</h1><p>{text}</p>{message}</main></body></html>\n"
        )
    }
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ground:#eef1ec;--card:#fff;--edge:#dde3db;--ink:#1b241e;--soft:#505c54;--good:#2c7a50;--quiet:#5c6d64;--bad:#b3541f}\
@media(prefers-color-scheme:dark){:root{--ground:#121714;--card:#1c2420;--edge:#2c3731;--ink:#edf2ee;--soft:#b0bcb4;--good:#5fc08e;--quiet:#93a59b;--bad:#ea9a66}}\
*{box-sizing:border-box}\
body{margin:0;min-height:100vh;min-height:100svh;display:grid;align-items:center;justify-items:center;padding:1.25rem;\
background:var(--ground);color:var(--ink);font:1.0625rem/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',sans-serif;\
-webkit-text-size-adjust:100%}\
main{width:100%;max-width:29rem;padding:2.5rem 2rem;border:1px solid var(--edge);border-radius:1.1rem;background:var(--card);\
text-align:center;box-shadow:0 12px 40px -16px rgba(0,0,0,.22)}\
svg{display:block;width:3.75rem;height:3.75rem;margin:0 auto 1.25rem}\
path{fill:none;stroke:var(--card);stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}\
.good circle{fill:var(--good)}.quiet circle{fill:var(--quiet)}.bad circle{fill:var(--bad)}\
h1{margin:0 0 .6rem;font-size:1.5rem;line-height:1.25;font-weight:650;letter-spacing:-.01em;text-wrap:balance}\
p{margin:0;color:var(--soft);text-wrap:pretty;overflow-wrap:anywhere}\
bdi{color:var(--ink);font-weight:600}\
figure{margin:1.5rem 0 0;padding:.8rem 1rem;border-radius:.7rem;background:var(--ground);text-align:left}\
figcaption{color:var(--soft);font-size:.875rem}\
blockquote{margin:.15rem 0 0;overflow-wrap:anywhere}\
code{color:var(--soft);font:.875rem/1.55 ui-monospace,'SF Mono',Menlo,Consolas,monospace;overflow-wrap:anywhere}\
@media(max-width:26rem){main{padding:2.25rem 1.4rem}}";

#[inline]
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
        let escaped = "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;";
        assert_eq!(page.matches(escaped).count(), 2, "{page}");
    }

    #[test]
    fn sentences_begin_with_a_capital_letter() {
        let check = |page: String, expect: &str| assert!(page.contains(expect), "{page}");
        check(nothing_here("nightly"), "<p><bdi>nightly</bdi> waits on");
        check(nothing_here(" "), "<p>The program waits on");
        check(success(""), "go back to the program.</p>");
    }
}
