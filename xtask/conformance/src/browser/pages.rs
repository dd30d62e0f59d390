//! The listener's pages, as people see them: light and dark, on a desktop and on a phone.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use auth_core::{AuthorizationRequest, AuthorizationServer, Endpoint, Entropy, OAuthClient};
use auth_flows::{CallbackListener, PendingLogin};
use serde_json::json;

use super::chromium::{Chromium, VIEWS};
use super::env::has;
use super::user::{Shared, lock};
use crate::expect::ensure;
use crate::report::{CheckResult, Failure, Report};

/// A page, and the address that shows it.
struct Page {
    name: &'static str,
    case: &'static str,
    program: &'static str,
    /// The text after the redirect URI; `STATE` is replaced by the real one.
    target: &'static str,
    words: &'static [&'static str],
}

const PAGES: [Page; 6] = [
    Page {
        name: "success",
        case: "logged in: readable in every view",
        program: "Nightly Sync",
        target: "/?code=c0de&state=STATE",
        words: &["You are logged in", "go back to Nightly Sync."],
    },
    Page {
        name: "refused",
        case: "refused by the person: readable in every view",
        program: "Nightly Sync",
        target: "/?error=access_denied&error_description=The+resource+owner+or+authorization+server+denied+the+request.\
                 &state=STATE",
        words: &[
            "You did not give access",
            "denied the request.",
            "access_denied",
        ],
    },
    Page {
        name: "failed",
        case: "refused by the server: readable in every view",
        program: "Nightly Sync",
        target: "/?error=invalid_scope&error_description=The+requested+scope+is+invalid%2C+unknown%2C+or+malformed.&state=STATE",
        words: &[
            "The login did not work",
            "unknown, or malformed.",
            "invalid_scope",
        ],
    },
    Page {
        name: "not-ours",
        case: "not the response: readable in every view",
        program: "Nightly Sync",
        target: "/?code=c0de&state=forged",
        words: &[
            "Not the response we waited for",
            "Nightly Sync is still waiting",
        ],
    },
    Page {
        name: "nothing",
        case: "another path: readable in every view",
        program: "",
        target: "/favicon.ico",
        words: &["Nothing to see here", "The program waits"],
    },
    Page {
        name: "long",
        case: "long names, tags, long words: readable, and only text",
        program: "a-program-whose-name-is-longer-than-a-phone-is-wide <script>alert(1)</script> & \u{5d0}\u{5d1}\u{5d2}",
        target: "/?error=access_denied&error_description=%3Cimg+src%3Dx+onerror%3Dalert%281%29%3E+\
                 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&state=STATE",
        words: &[
            "<script>alert(1)</script> & \u{5d0}\u{5d1}\u{5d2}",
            "<img src=x onerror=alert(1)>",
        ],
    },
];

/// One row for each page, and a picture of each view if the user requested them.
pub(super) fn run(browser: &Shared, report: &mut Report) {
    let pictures = report.pictures().map(Path::to_owned);
    for page in &PAGES {
        report.single(page.case, || {
            looked_at(page, &lock(browser), pictures.as_deref())
        });
    }
}

fn looked_at(page: &Page, browser: &Chromium, pictures: Option<&Path>) -> CheckResult {
    let (waiting, redirect_uri, state) = listen(page.program)?;
    browser.forget()?;
    browser.open(&format!(
        "{redirect_uri}{}",
        page.target.replace("STATE", &state)
    ))?;
    drop(waiting);
    has(&browser.text()?, page.words)?;
    for view in VIEWS {
        browser.look(view)?;
        is_readable(browser).map_err(|failure| format!("{}: {failure}", view.name))?;
        if let Some(folder) = pictures {
            fs::create_dir_all(folder)?;
            let name = format!("{}-{}.png", page.name, view.name);
            fs::write(folder.join(name), browser.picture()?)?;
        }
    }
    Ok(())
}

/// A listener for a login without a server: the browser goes straight to the redirect URI.
fn listen(program: &str) -> Result<(PendingLogin, String, String), Failure> {
    let server = AuthorizationServer::new(Endpoint::parse("https://auth.example.org/token")?)
        .authorization_endpoint(Endpoint::parse("https://auth.example.org/authorize")?);
    let client = OAuthClient::new(server, "pages")?;
    let listener = CallbackListener::bind((Ipv4Addr::LOCALHOST, 0), "")?;
    let redirect_uri = listener.redirect_uri().clone();
    // No attacker is part of this case, so the entropy may be fixed.
    let entropy = Entropy::new([7; 64]);
    let (url, pending) =
        AuthorizationRequest::new(&client, redirect_uri.clone(), entropy).begin()?;
    let state = url.split('&').find_map(|p| p.strip_prefix("state="));
    let state = state.ok_or("no state")?.to_owned();
    let waiting = listener.listen(pending, program, Duration::from_secs(60))?;
    Ok((waiting, redirect_uri.to_string(), state))
}

/// Checks the contrast that WCAG 2.2 requires (1.4.3: 4.5 for text; 1.4.11: 3 for the mark), no
/// overflow, no small print.
fn is_readable(browser: &Chromium) -> CheckResult {
    let measured = browser.script(MEASURE, json!([]))?;
    let number = |key: &str| measured[key].as_f64().ok_or(format!("{key} in {measured}"));
    ensure(number("contrast")? >= 4.5, format!("contrast: {measured}"))?;
    ensure(number("mark")? >= 3.0, format!("the mark: {measured}"))?;
    ensure(number("beside")? <= 0.0, format!("sideways: {measured}"))?;
    ensure(
        number("smallest")? >= 14.0,
        format!("small print: {measured}"),
    )?;
    ensure(
        number("strangers")? == 0.0,
        format!("more than text: {measured}"),
    )
}

const MEASURE: &str = r"
    const style = element => getComputedStyle(element);
    const numbers = colour => colour.match(/[\d.]+/g).map(Number);
    const light = colour => {
        const [r, g, b] = colour.map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const ground = element => {
        for (; element; element = element.parentElement) {
            const [r, g, b, alpha = 1] = numbers(style(element).backgroundColor);
            if (alpha > 0) return [r, g, b];
        }
        return [255, 255, 255];
    };
    const ratio = (colour, element) => {
        const [dark, bright] = [light(numbers(colour)), light(ground(element))].sort((a, b) => a - b);
        return (bright + .05) / (dark + .05);
    };
    const texts = [...document.querySelectorAll('h1, p, bdi, figcaption, blockquote, code')];
    const circle = document.querySelector('circle');
    return {
        contrast: Math.min(...texts.map(text => ratio(style(text).color, text))),
        mark: ratio(style(circle).fill, circle.parentElement.parentElement),
        beside: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        smallest: Math.min(...texts.map(text => parseFloat(style(text).fontSize))),
        strangers: document.querySelectorAll('script, img, iframe, object, a, form').length,
    };
";
