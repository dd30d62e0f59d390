//! A server in memory, as a transport: it gives out marked tokens, in every way of writing them.

use std::sync::{Arc, Mutex};

use auth_core::{
    AsyncTransport, Body, Limits, Request, Response, ResponseBody, Transport, TransportError,
};
use wiped::unwatched;

/// How the tokens are written, or what is given in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    Plain,
    /// With escapes, as PHP writes slashes, and others.
    Escaped,
    /// An error that repeats what was sent.
    Echo,
    /// A page that repeats what was sent.
    Page,
    /// Tokens in JSON that ends too early, with escapes.
    Torn,
    /// A token twice, with escapes.
    Twice,
}

/// Clones share the state.
#[derive(Clone)]
pub(crate) struct Scripted {
    answers: Arc<Mutex<Answers>>,
    /// How many requests for the API are rejected, so that a token is renewed.
    rejects: Arc<Mutex<usize>>,
}

impl Scripted {
    pub(crate) fn new(answers: Answers) -> Self {
        Self {
            answers: Arc::new(Mutex::new(answers)),
            rejects: Arc::default(),
        }
    }

    pub(crate) fn answer(&self, answers: Answers) {
        *self.answers.lock().expect("no panic") = answers;
    }

    /// Rejects the next request for the API.
    pub(crate) fn reject_next(&self) {
        *self.rejects.lock().expect("no panic") = 1;
    }

    fn respond(&self, request: Request, limits: &Limits) -> Response {
        let (status, kind, body) = unwatched(|| self.reply(&request));
        drop(request);
        let body = match limits.is_secret() {
            true => ResponseBody::secret(body),
            false => ResponseBody::new(body),
        };
        http::Response::builder()
            .status(status)
            .header("content-type", kind)
            .body(body)
            .expect("a response")
    }

    fn reply(&self, request: &Request) -> (u16, &'static str, Vec<u8>) {
        let json = |status, text: String| (status, "application/json", text.into_bytes());
        let sent = match request.body() {
            Body::Bytes(bytes) => String::from_utf8_lossy(bytes.as_ref()).into_owned(),
            _ => String::new(),
        };
        let authorization = request.headers().get("authorization");
        let authorization = authorization.and_then(|value| value.to_str().ok());
        let heard = format!("{} {sent}", authorization.unwrap_or_default());
        let answers = *self.answers.lock().expect("no panic");
        match request.uri().path() {
            "/token" => match answers {
                Answers::Echo => json(
                    400,
                    format!(r#"{{"error":"invalid_grant","error_description":"sent: {heard}"}}"#),
                ),
                Answers::Page => (500, "text/html", format!("<title>{heard}</title>").into()),
                answers => json(200, tokens(answers)),
            },
            "/device" => json(200, match answers {
                Answers::Escaped => r#"{"device_code":"Mk9ZqW7xT\/device\u0041","user_code":"AB-CD","verification_uri":"https://example.com/d","expires_in":600,"interval":1}"#.into(),
                _ => r#"{"device_code":"Mk9ZqW7xT-device","user_code":"AB-CD","verification_uri":"https://example.com/d","expires_in":600,"interval":1}"#.into(),
            }),
            "/par" => json(201, r#"{"request_uri":"urn:example:x","expires_in":60}"#.into()),
            "/users/api_token" => json(200, format!(r#"{{"api_token":"{}"}}"#, jwt())),
            "/introspect" => json(200, r#"{"active":true,"sub":"alice"}"#.into()),
            "/revoke" => json(200, String::new()),
            _ => {
                let mut rejects = self.rejects.lock().expect("no panic");
                let rejected = *rejects > 0;
                *rejects = rejects.saturating_sub(1);
                match rejected {
                    true => json(401, r#"{"error":"Unauthorized"}"#.into()),
                    false => json(200, "{}".into()),
                }
            }
        }
    }
}

fn tokens(answers: Answers) -> String {
    let (access, refresh) = match answers {
        Answers::Plain => ("Mk9ZqW7xT-access", "Mk9ZqW7xT-refresh"),
        _ => (r"Mk9ZqW7xT\/acc\u0065ss", r"Mk9ZqW7xT\/\u0072efresh\/\/"),
    };
    let end = match answers {
        Answers::Torn => "\"",
        Answers::Twice => r#"","access_token":"Mk9ZqW7xT\/again"}"#,
        _ => r#"","scope":"read"}"#,
    };
    format!(
        r#"{{"access_token":"{access}","token_type":"Bearer","expires_in":7200,"refresh_token":"{refresh}{end}"#
    )
}

/// An API token that is valid until the year 2100. Its last part is marked.
pub(crate) fn jwt() -> &'static str {
    "eyJhbGciOiJIUzUxMiJ9.eyJ1c2VyX2lkIjoxLCJleHAiOjQxMDI0NDQ4MDB9.Mk9ZqW7xTc2lnbmF0dXJl"
}

impl Transport for Scripted {
    fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        Ok(self.respond(request, limits))
    }
}

impl AsyncTransport for Scripted {
    async fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        Ok(self.respond(request, limits))
    }
}
