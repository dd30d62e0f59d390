//! Answers that go wrong on purpose.

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use http::{Response, StatusCode, header};
use serde_json::Value;

use crate::control::request_kind::{Matching, Target};
use crate::http::reply::{set, typed};
use crate::sync::locked;

/// One way for an answer to go wrong.
///
/// Unless a variant says otherwise the request is *not* processed: no code is used up and no token changes.
#[derive(Clone, Debug, PartialEq)]
// Releases plan more faults.
#[non_exhaustive]
pub enum Fault {
    /// 500 with an HTML page.
    Html500,
    /// 200 without a body.
    Empty200,
    /// 200 and a JSON body of about this many bytes, well-formed.
    Huge(usize),
    /// 302 to this location.
    Redirect(String),
    /// 200 with an OAuth error (`invalid_grant`) in the body.
    ErrorIn200,
    /// 429 with an HTML page and, if given, this `Retry-After`: seconds or an HTTP date.
    TooManyRequests {
        /// The header's value.
        retry_after: Option<String>,
    },
    /// 503 with an HTML page and, if given, this `Retry-After`.
    Unavailable {
        /// The header's value.
        retry_after: Option<String>,
    },
    /// This answer.
    Answer {
        /// The status.
        status: u16,
        /// The `Content-Type`.
        content_type: String,
        /// The body.
        body: Vec<u8>,
    },
    /// The connection is reset without a response.
    Reset,
    /// Nothing for this long, then the connection is closed. It ends early with the server.
    Silence(Duration),
    /// The response comes this much later. The request is processed, after the delay.
    Delay(Duration),
    /// The request is processed, then the connection is closed without a response.
    LostAnswer,
    /// The request is processed, then the connection is reset without a response.
    LostByReset,
    /// The request is processed; the response's head comes at once, and its body in pieces over this long.
    SlowBody(Duration),
    /// The request is processed; of the response only the first half of the body is sent.
    TruncatedJson,
    /// The request is processed; a response of 200 becomes 201.
    Status201,
    /// The request is processed; the response says it is `text/plain`.
    TextPlain,
    /// The request is processed; `expires_in` of the response is this value.
    ExpiresIn(Value),
    /// The request is processed; the response lacks `token_type`.
    NoTokenType,
    /// The request is processed; the response says `"token_type":"bearer"`.
    TokenTypeLower,
    /// The request is processed; every field of the response that holds a token is empty.
    EmptyToken,
    /// The request is processed; this field of the JSON answer is set, or taken away with `None`.
    Field(&'static str, Option<Value>),
}

/// The faults that are still to come; made by [`TestServer::faults`](crate::TestServer::faults).
#[derive(Debug, Default)]
pub struct Faults {
    planned: Mutex<Vec<Planned>>,
    choosers: Mutex<Vec<Chooser>>,
}

/// What is asked for a fault at each matching request.
struct Chooser {
    on: Matching,
    choose: Box<dyn FnMut() -> Option<Fault> + Send>,
}

impl fmt::Debug for Chooser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Chooser").field(&self.on).finish()
    }
}

#[derive(Debug)]
struct Planned {
    on: Matching,
    fault: Fault,
    left: Option<usize>,
}

impl Faults {
    /// The next matching request goes wrong.
    pub fn next(&self, on: Matching, fault: Fault) {
        self.times(1, on, fault);
    }

    /// The next `n` matching requests go wrong. Faults for the same requests come in the order in which they were asked for.
    pub fn times(&self, n: usize, on: Matching, fault: Fault) {
        self.plan(Some(n), on, fault);
    }

    /// All matching requests go wrong until [`clear`](Self::clear).
    pub fn always(&self, on: Matching, fault: Fault) {
        self.plan(None, on, fault);
    }

    /// Matching requests that no other fault is planned for go wrong as `choose` says, request by request, until
    /// [`clear`](Self::clear). Of several that match, the first one is asked.
    pub fn choose(&self, on: Matching, choose: impl FnMut() -> Option<Fault> + Send + 'static) {
        let choose = Box::new(choose);
        locked(&self.choosers).push(Chooser { on, choose });
    }

    /// No more faults.
    pub fn clear(&self) {
        locked(&self.planned).clear();
        locked(&self.choosers).clear();
    }

    /// How many faults have not happened yet; those of [`always`](Self::always) do not count.
    #[must_use]
    pub fn pending(&self) -> usize {
        locked(&self.planned).iter().filter_map(|p| p.left).sum()
    }

    fn plan(&self, left: Option<usize>, on: Matching, fault: Fault) {
        if left != Some(0) {
            locked(&self.planned).push(Planned { on, fault, left });
        }
    }

    /// The fault for this request, used up.
    pub(crate) fn take(&self, target: &Target) -> Option<Fault> {
        self.take_planned(target).or_else(|| {
            let mut choosers = locked(&self.choosers);
            let chooser = choosers.iter_mut().find(|c| c.on.matches(target))?;
            (chooser.choose)()
        })
    }

    fn take_planned(&self, target: &Target) -> Option<Fault> {
        let mut planned = locked(&self.planned);
        let place = planned.iter().position(|p| p.on.matches(target))?;
        let fault = planned[place].fault.clone();
        if let Some(left) = &mut planned[place].left {
            *left -= 1;
            if *left == 0 {
                planned.remove(place);
            }
        }
        Some(fault)
    }
}

/// How a request ends.
pub(crate) enum Ending {
    Answer(Response<Vec<u8>>),
    /// The response, its body over so long.
    Slowly(Response<Vec<u8>>, Duration),
    /// The connection is closed without a response.
    Close,
    /// The connection is reset without a response.
    Reset,
}

impl Ending {
    /// The response, if there is one.
    pub(crate) fn answer(&self) -> Option<&Response<Vec<u8>>> {
        match self {
            Self::Answer(response) | Self::Slowly(response, _) => Some(response),
            Self::Close | Self::Reset => None,
        }
    }
}

impl Fault {
    /// The ending of a request that is not processed, or `None` if this fault wants it processed.
    pub(crate) fn instead(&self) -> Option<Ending> {
        Some(Ending::Answer(match self {
            Self::Html500 => html(500, "We're sorry, but something went wrong", &None),
            Self::Empty200 => Response::new(Vec::new()),
            Self::Huge(len) => {
                let mut body = br#"{"access_token":""#.to_vec();
                body.resize(len.saturating_sub(2).max(body.len()), b'x');
                body.extend_from_slice(br#""}"#);
                typed(200, "application/json", body)
            }
            Self::Redirect(location) => {
                let mut response = Response::new(Vec::new());
                *response.status_mut() = StatusCode::FOUND;
                set(&mut response, header::LOCATION, location);
                response
            }
            Self::ErrorIn200 => {
                let body =
                    br#"{"error":"invalid_grant","error_description":"Refused with status 200."}"#;
                typed(200, "application/json", body.to_vec())
            }
            Self::TooManyRequests { retry_after } => html(429, "Too many requests", retry_after),
            Self::Unavailable { retry_after } => html(503, "Down for maintenance", retry_after),
            Self::Answer {
                status,
                content_type,
                body,
            } => typed(*status, content_type, body.clone()),
            Self::Silence(_) => return Some(Ending::Close),
            Self::Reset => return Some(Ending::Reset),
            _ => return None,
        }))
    }

    /// The ending of a request that was processed.
    pub(crate) fn after(&self, mut response: Response<Vec<u8>>) -> Ending {
        match self {
            Self::LostAnswer => return Ending::Close,
            Self::LostByReset => return Ending::Reset,
            Self::SlowBody(time) => return Ending::Slowly(response, *time),
            Self::TruncatedJson => {
                let half = response.body().len() / 2;
                response.body_mut().truncate(half);
            }
            Self::Status201 if response.status() == StatusCode::OK => {
                *response.status_mut() = StatusCode::CREATED;
            }
            Self::TextPlain => set(&mut response, header::CONTENT_TYPE, "text/plain"),
            Self::ExpiresIn(value) => change(&mut response, "expires_in", Some(value)),
            Self::NoTokenType => change(&mut response, "token_type", None),
            Self::TokenTypeLower => change(&mut response, "token_type", Some(&"bearer".into())),
            Self::EmptyToken => empty_tokens(&mut response),
            Self::Field(name, value) => change(&mut response, name, value.as_ref()),
            _ => {}
        }
        Ending::Answer(response)
    }
}

fn html(status: u16, words: &str, retry_after: &Option<String>) -> Response<Vec<u8>> {
    let body = format!("<!DOCTYPE html><html><body><h1>{words}</h1></body></html>");
    let mut response = typed(status, "text/html; charset=utf-8", body.into_bytes());
    if let Some(value) = retry_after {
        set(&mut response, header::RETRY_AFTER, value);
    }
    response
}

fn change(response: &mut Response<Vec<u8>>, name: &str, value: Option<&Value>) {
    let Ok(Value::Object(mut object)) = serde_json::from_slice(response.body()) else {
        return;
    };
    match value {
        Some(value) => object.insert(name.to_owned(), value.clone()),
        None => object.remove(name),
    };
    *response.body_mut() = Value::Object(object).to_string().into_bytes();
}

fn empty_tokens(response: &mut Response<Vec<u8>>) {
    let Ok(Value::Object(mut object)) = serde_json::from_slice(response.body()) else {
        return;
    };
    for (name, value) in &mut object {
        if name.ends_with("token") && value.is_string() {
            *value = Value::from("");
        }
    }
    *response.body_mut() = Value::Object(object).to_string().into_bytes();
}
