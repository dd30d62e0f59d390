//! The one operation of every server here: returns the user and the scopes of the token.

use auth_core::{BaseUrl, CallPolicy, Error, ErrorKind, Operation, Request, Response};
use http::{Method, StatusCode, header};
use serde_json::Value;

/// The API of that operation. It has the name of iNaturalist's Rails application in api-inat, so
/// that the operation can be sent there too.
pub(super) const API: &str = "www";

/// Returns the user and the scopes of the token. `GET /api/ping`; Doorkeeper's `app.rb` requires
/// the scope `write` for it.
#[derive(Clone, Copy, Default)]
pub(super) struct Ping<'a> {
    leaving: Option<&'a (dyn Fn() + Send + Sync)>,
}

impl<'a> Ping<'a> {
    /// A ping that calls `leaving` right before each sending.
    pub(super) fn watched(leaving: &'a (dyn Fn() + Send + Sync)) -> Self {
        Self {
            leaving: Some(leaving),
        }
    }
}

/// What the server reports about the token.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pong {
    /// A number or a name; `None` for a token of the application itself.
    pub(super) user: Option<String>,
    pub(super) scope: String,
}

impl Operation for Ping<'_> {
    type Output = Pong;

    fn policy(&self) -> CallPolicy {
        CallPolicy::read(API)
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        if let Some(leaving) = self.leaving {
            leaving();
        }
        base.request(Method::GET, "/api/ping")
    }

    /// Doorkeeper refuses with an empty page; the reason is in `WWW-Authenticate` (RFC 6750 section
    /// 3).
    fn parse(&self, response: Response) -> Result<Pong, Error> {
        let status = response.status();
        if status == StatusCode::OK {
            let body = response.body().as_bytes();
            let json: Value = serde_json::from_slice(body).map_err(|e| {
                Error::new(ErrorKind::Malformed, "cannot decode the pong").with_source(e)
            })?;
            return Ok(Pong {
                user: match &json["user_id"] {
                    Value::Null => None,
                    Value::String(name) => Some(name.clone()),
                    number => Some(number.to_string()),
                },
                scope: json["scope"].as_str().unwrap_or_default().to_owned(),
            });
        }
        let reason = response.headers().get(header::WWW_AUTHENTICATE);
        let reason = reason.and_then(|value| value.to_str().ok());
        let error = match status {
            StatusCode::UNAUTHORIZED => Error::login_needed("the ping was refused"),
            _ => Error::new(ErrorKind::Refused, "the ping was refused"),
        };
        Err(error
            .with_status(status)
            .with_server_message(reason.unwrap_or_default()))
    }
}
