//! Controls a real browser: pages, clicks, views, pictures, its console and its requests.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::driver::Driver;
use crate::Stop;
use crate::report::Failure;

/// The longest time from a click to the next page.
const MAX_WAIT: Duration = Duration::from_secs(30);

const FLAGS: [&str; 17] = [
    "--headless",
    "--no-sandbox", // CI runs as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-proxy-server",
    "--password-store=basic",
    // Neither pages nor the browser itself can reach another machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE [::1], EXCLUDE ::1",
];

/// A browser with a profile of its own.
pub(super) struct Chromium {
    driver: Driver,
    session: String,
    net_log: PathBuf,
}

/// The device and colour scheme of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) name: &'static str,
    width: u32,
    height: u32,
    dark: bool,
    phone: bool,
}

pub(super) const VIEWS: [View; 4] = [
    View::new("desktop-light", 1280, 800),
    View::new("desktop-dark", 1280, 800).dark(),
    View::new("phone-light", 390, 844).phone(),
    View::new("phone-dark", 390, 844).dark().phone(),
];

impl View {
    const fn new(name: &'static str, width: u32, height: u32) -> Self {
        Self {
            name,
            width,
            height,
            dark: false,
            phone: false,
        }
    }

    const fn dark(mut self) -> Self {
        self.dark = true;
        self
    }

    const fn phone(mut self) -> Self {
        self.phone = true;
        self
    }
}

/// A request that a page sent.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) url: String,
    pub(super) referer: Option<String>,
}

impl Chromium {
    pub(super) fn start() -> Result<Self, Stop> {
        let driver = Driver::start()?;
        let net_log = driver.home().join("net-log.json");
        let mut args = FLAGS.map(str::to_owned).to_vec();
        args.push(format!(
            "--user-data-dir={}",
            driver.home().join("profile").display()
        ));
        args.push(format!("--log-net-log={}", net_log.display()));
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": args },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        }}});
        let begun = driver
            .post("/session", &wanted)
            .map_err(|error| Stop::Failed(format!("cannot start chromium: {error}")))?;
        let session = begun["sessionId"].as_str().unwrap_or_default();
        Ok(Self {
            session: format!("/session/{session}"),
            driver,
            net_log,
        })
    }

    /// Opens a page and waits until it is loaded.
    pub(super) fn open(&self, url: &str) -> Result<(), Failure> {
        self.post("url", &json!({ "url": url })).map(|_| ())
    }

    /// The address of the page.
    pub(super) fn url(&self) -> Result<String, Failure> {
        let url = self.driver.get(&format!("{}/url", self.session))?;
        Ok(url.as_str().unwrap_or_default().to_owned())
    }

    /// The text of the page.
    pub(super) fn text(&self) -> Result<String, Failure> {
        let text = self.script("return document.body.innerText", json!([]))?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Runs a script and returns its result.
    pub(super) fn script(&self, script: &str, args: Value) -> Result<Value, Failure> {
        self.post("execute/sync", &json!({ "script": script, "args": args }))
    }

    /// Types into the element that a script returned.
    pub(super) fn type_into(&self, element: &Value, text: &str) -> Result<(), Failure> {
        let path = format!("element/{}/value", id(element)?);
        self.post(&path, &json!({ "text": text })).map(|_| ())
    }

    /// Clicks the element that a script returned, and waits for the next page.
    pub(super) fn click(&self, element: &Value) -> Result<(), Failure> {
        self.script("window.isTheOldPage = true", json!([]))?;
        self.post(&format!("element/{}/click", id(element)?), &json!({}))?;
        let deadline = Instant::now() + MAX_WAIT;
        let is_new = "return !window.isTheOldPage && document.readyState === 'complete'";
        while Instant::now() < deadline {
            // Between two pages the script fails.
            if matches!(self.script(is_new, json!([])), Ok(Value::Bool(true))) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(format!(
            "the click opened no page; this page says: {:?}",
            self.text()?
        )
        .into())
    }

    /// Switches to this view.
    pub(super) fn look(&self, view: View) -> Result<(), Failure> {
        let scheme = if view.dark { "dark" } else { "light" };
        self.cdp(
            "Emulation.setEmulatedMedia",
            json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
        )?;
        let metrics = json!({
            "width": view.width, "height": view.height, "mobile": view.phone,
            "deviceScaleFactor": if view.phone { 2 } else { 1 },
        });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)
    }

    /// A picture of the page, as PNG.
    pub(super) fn picture(&self) -> Result<Vec<u8>, Failure> {
        let text = self.driver.get(&format!("{}/screenshot", self.session))?;
        Ok(STANDARD.decode(text.as_str().unwrap_or_default())?)
    }

    /// Removes logins, and clears the console and the log of requests.
    pub(super) fn forget(&self) -> Result<(), Failure> {
        self.open("about:blank")?;
        self.cdp("Network.clearBrowserCookies", json!({}))?;
        self.errors()?;
        self.sent().map(|_| ())
    }

    /// The errors on the console since the last call.
    pub(super) fn errors(&self) -> Result<Vec<String>, Failure> {
        let entries = self.log("browser")?;
        let severe = entries
            .iter()
            .filter(|entry| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING")))
            .filter_map(|entry| entry["message"].as_str());
        Ok(severe.map(str::to_owned).collect())
    }

    /// The requests of the pages since the last call.
    pub(super) fn sent(&self) -> Result<Vec<Sent>, Failure> {
        let mut sent: Vec<(String, Sent)> = Vec::new();
        for entry in self.log("performance")? {
            let text = entry["message"].as_str().unwrap_or_default();
            let event: Value = serde_json::from_str(text)?;
            let (method, params) = (&event["message"]["method"], &event["message"]["params"]);
            let request = params["requestId"].as_str().unwrap_or_default();
            let referer = |headers: &Value| headers["Referer"].as_str().map(str::to_owned);
            match method.as_str() {
                Some("Network.requestWillBeSent") => sent.push((
                    request.to_owned(),
                    Sent {
                        url: params["request"]["url"]
                            .as_str()
                            .unwrap_or_default()
                            .to_owned(),
                        referer: referer(&params["request"]["headers"]),
                    },
                )),
                // The headers as they were sent; the redirects of a request share its id.
                Some("Network.requestWillBeSentExtraInfo") => {
                    let found = referer(&params["headers"]);
                    let same = sent.iter_mut().rev().find(|(id, _)| id == request);
                    if let (Some(referer), Some((_, sent))) = (found, same) {
                        sent.referer = Some(referer);
                    }
                }
                _ => {}
            }
        }
        Ok(sent.into_iter().map(|(_, sent)| sent).collect())
    }

    /// Ends the browser. Returns every address it connected to, its background requests included.
    pub(super) fn end(&self) -> Result<Vec<String>, Failure> {
        self.driver.delete(&self.session)?;
        let log: Value = serde_json::from_str(&fs::read_to_string(&self.net_log)?)?;
        let kind = |name: &str| log["constants"]["logEventTypes"][name].as_u64();
        let kinds = [kind("TCP_CONNECT_ATTEMPT"), kind("UDP_BYTES_SENT")];
        if kinds.contains(&None) {
            return Err("cannot decode the browser's log of its connections".into());
        }
        let events = log["events"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let connections = events
            .iter()
            .filter(|event| kinds.contains(&event["type"].as_u64()));
        let addresses = connections.filter_map(|event| {
            let address = event["params"]["address"].as_str();
            let datagram = event["type"].as_u64() == kinds[1];
            address.or(datagram.then_some("a datagram"))
        });
        Ok(addresses.map(str::to_owned).collect())
    }

    fn log(&self, kind: &str) -> Result<Vec<Value>, Failure> {
        match self.post("se/log", &json!({ "type": kind }))? {
            Value::Array(entries) => Ok(entries),
            other => Err(format!("the log {kind} is {other}").into()),
        }
    }

    /// Sends a command of the Chrome DevTools Protocol, where WebDriver has none.
    fn cdp(&self, command: &str, params: Value) -> Result<(), Failure> {
        let body = json!({ "cmd": command, "params": params });
        self.post("goog/cdp/execute", &body).map(|_| ())
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.driver.post(&format!("{}/{path}", self.session), body)
    }
}

/// The name that WebDriver gives an element (section 12: web element identifier).
fn id(element: &Value) -> Result<&str, Failure> {
    let id = element["element-6066-11e4-a52e-4f735466cecf"].as_str();
    id.ok_or_else(|| format!("no element: {element}").into())
}
