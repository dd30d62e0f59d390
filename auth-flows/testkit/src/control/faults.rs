//! Planned faults: lost, delayed, replaced or malformed responses.

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use http::{Response, StatusCode, header};
use serde_json::Value;

use crate::control::request_kind::{Matching, RequestClass};
use crate::http::reply::{set, typed};
use crate::sync::locked;

/// A fault that the server applies to a request.
///
/// Unless a variant says otherwise, the request is *not* processed: no code is used up and no token
/// changes.
///
/// ```
/// use auth_testkit::{Dialect, Fault, Matching, TestServer};
///
/// # fn main() -> std::io::Result<()> {
/// let server = TestServer::builder(Dialect::doorkeeper_5()).start()?;
/// // The server renews the token, but the client never gets to know:
/// server.faults().next(Matching::Grant("refresh_token"), Fault::LostResponse);
/// // Rate limit, with a `Retry-After` of a minute:
/// let retry_after = Some("60".to_owned());
/// server.faults().next(Matching::Api, Fault::TooManyRequests { retry_after });
/// // A token response with another scope:
/// server.faults().next(Matching::Token, Fault::Field("scope", Some("read".into())));
/// # Ok(())
/// # }
/// ```
#[doc(alias = "fault injection")]
#[doc(alias = "timeout")]
#[doc(alias = "redirect")]
#[derive(Clone, Debug, PartialEq, Eq)]
// Releases plan more faults.
#[non_exhaustive]
pub enum Fault {
    /// 500 with an HTML page.
    Html500,
    /// 200 without a body.
    Empty200,
    /// 200 with a well-formed JSON body of about this many bytes.
    Huge(usize),
    /// 302 with this `Location`.
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
    /// A response of your own.
    Respond {
        /// The status.
        status: u16,
        /// The `Content-Type`.
        content_type: String,
        /// The body.
        body: Vec<u8>,
    },
    /// The connection is reset without a response.
    Reset,
    /// The server sends nothing for this long, then closes the connection. Dropping the server ends
    /// the silence early.
    Silence(Duration),
    /// The server waits this long, then processes the request and responds.
    Delay(Duration),
    /// The request is processed, then the connection is closed without a response.
    LostResponse,
    /// The request is processed, then the connection is reset without a response.
    LostByReset,
    /// The request is processed; the head of the response is sent at once, the body in eight pieces
    /// over this duration.
    SlowBody(Duration),
    /// The request is processed; the response contains only the first half of the body.
    TruncatedJson,
    /// The request is processed; the status 200 becomes 201.
    Status201,
    /// The request is processed; the `Content-Type` of the response is `text/plain`.
    TextPlain,
    /// The request is processed; the field `expires_in` of the response has this value.
    ExpiresIn(Value),
    /// The request is processed; the response lacks `token_type`.
    NoTokenType,
    /// The request is processed; the response contains `"token_type":"bearer"`, in lower case.
    TokenTypeLower,
    /// The request is processed; every token in the response is an empty string.
    EmptyToken,
    /// The request is processed; this field of the JSON response has this value, or is missing with
    /// `None`.
    Field(&'static str, Option<Value>),
}

/// Plans [`Fault`]s for the requests to come; made by [`TestServer::faults`].
///
/// ```
/// use auth_testkit::{Dialect, Fault, Matching, TestServer};
/// # use auth_testkit::person::{Outcome, Person};
/// # fn get(server: &TestServer, path: &str) -> std::io::Result<u16> {
/// #     let url = format!("{}{path}", server.url());
/// #     match Person::new("alice", "password").visit(&url)? {
/// #         Outcome::Page { status, .. } => Ok(status),
/// #         other => Err(std::io::Error::other(format!("{other:?}"))),
/// #     }
/// # }
///
/// # fn main() -> std::io::Result<()> {
/// let server = TestServer::builder(Dialect::doorkeeper_5()).start()?;
/// server.faults().times(2, Matching::Any, Fault::Unavailable { retry_after: None });
/// assert_eq!(server.faults().pending(), 2);
/// let statuses = [get(&server, "/")?, get(&server, "/")?, get(&server, "/")?];
/// assert_eq!(statuses, [503, 503, 404]);
/// assert_eq!(server.faults().pending(), 0);
/// # Ok(())
/// # }
/// ```
///
/// [`TestServer::faults`]: crate::TestServer::faults
#[doc(alias = "fault injection")]
#[derive(Debug, Default)]
pub struct Faults {
    planned: Mutex<Vec<Planned>>,
    choosers: Mutex<Vec<Chooser>>,
}

/// Chooses a fault, or none, for each matching request.
struct Chooser {
    matching: Matching,
    choose: Box<dyn FnMut() -> Option<Fault> + Send>,
}

impl fmt::Debug for Chooser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Chooser").field(&self.matching).finish()
    }
}

#[derive(Debug)]
struct Planned {
    matching: Matching,
    fault: Fault,
    left: Option<usize>,
}

impl Faults {
    /// Plans a fault for the next matching request.
    pub fn next(&self, matching: Matching, fault: Fault) {
        self.times(1, matching, fault);
    }

    /// Plans a fault for each of the next `n` matching requests.
    ///
    /// Several faults for the same requests apply in the order in which they were planned.
    pub fn times(&self, n: usize, matching: Matching, fault: Fault) {
        self.plan(Some(n), matching, fault);
    }

    /// Plans a fault for all matching requests until [`clear`](Self::clear).
    pub fn always(&self, matching: Matching, fault: Fault) {
        self.plan(None, matching, fault);
    }

    /// Calls `choose` for each matching request that has no planned fault, until
    /// [`clear`](Self::clear).
    ///
    /// `None` leaves the request alone. If several match a request, only the first one is called.
    ///
    /// ```
    /// use auth_testkit::{Dialect, Fault, Matching, TestServer};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let server = TestServer::builder(Dialect::doorkeeper_5()).start()?;
    /// let mut calls = 0;
    /// server.faults().choose(Matching::Api, move || {
    ///     calls += 1;
    ///     (calls % 10 == 0).then_some(Fault::Reset) // every tenth request
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn choose(
        &self,
        matching: Matching,
        choose: impl FnMut() -> Option<Fault> + Send + 'static,
    ) {
        let choose = Box::new(choose);
        locked(&self.choosers).push(Chooser { matching, choose });
    }

    /// Removes all planned faults.
    pub fn clear(&self) {
        locked(&self.planned).clear();
        locked(&self.choosers).clear();
    }

    /// Returns how many planned faults remain. Those of [`always`](Self::always) do not count.
    #[must_use]
    pub fn pending(&self) -> usize {
        locked(&self.planned).iter().filter_map(|p| p.left).sum()
    }

    fn plan(&self, left: Option<usize>, matching: Matching, fault: Fault) {
        if left != Some(0) {
            locked(&self.planned).push(Planned {
                matching,
                fault,
                left,
            });
        }
    }

    /// Takes the fault for this request.
    pub(crate) fn take(&self, class: &RequestClass) -> Option<Fault> {
        self.take_planned(class).or_else(|| {
            let mut choosers = locked(&self.choosers);
            let chooser = choosers.iter_mut().find(|c| c.matching.matches(class))?;
            (chooser.choose)()
        })
    }

    fn take_planned(&self, class: &RequestClass) -> Option<Fault> {
        let mut planned = locked(&self.planned);
        let index = planned.iter().position(|p| p.matching.matches(class))?;
        let fault = planned[index].fault.clone();
        if let Some(left) = &mut planned[index].left {
            *left -= 1;
            if *left == 0 {
                planned.remove(index);
            }
        }
        Some(fault)
    }
}

/// How the server ends a request.
pub(crate) enum Ending {
    Response(Response<Vec<u8>>),
    /// The response, with its body sent over this duration.
    SlowResponse(Response<Vec<u8>>, Duration),
    /// Closes the connection without a response.
    Close,
    /// Resets the connection without a response.
    Reset,
}

impl Ending {
    /// The response. `None` if the connection ends without one.
    pub(crate) fn response(&self) -> Option<&Response<Vec<u8>>> {
        match self {
            Self::Response(response) | Self::SlowResponse(response, _) => Some(response),
            Self::Close | Self::Reset => None,
        }
    }
}

impl Fault {
    /// The ending of a request that is not processed. `None` if this fault requires processing.
    pub(crate) fn replacement(&self) -> Option<Ending> {
        Some(Ending::Response(match self {
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
            Self::Respond {
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
    pub(crate) fn apply(&self, mut response: Response<Vec<u8>>) -> Ending {
        match self {
            Self::LostResponse => return Ending::Close,
            Self::LostByReset => return Ending::Reset,
            Self::SlowBody(time) => return Ending::SlowResponse(response, *time),
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
        Ending::Response(response)
    }
}

fn html(status: u16, message: &str, retry_after: &Option<String>) -> Response<Vec<u8>> {
    let body = format!("<!DOCTYPE html><html><body><h1>{message}</h1></body></html>");
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
