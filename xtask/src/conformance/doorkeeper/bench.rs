//! What every case has at hand: the registered applications, the people, an operation, and how to complain.

use auth_core::{
    Api, AuthorizationServer, Base, BasicEncoding, ClientAuthentication, Endpoint, Error,
    ErrorKind, Manner, OAuthClient, Operation, Request, Response, Service, TokenKind,
};
use auth_flows::{Login, Status};
use auth_testkit::person::Person;
use http::{Method, StatusCode, header};
use keystore::Memory;

use crate::conformance::{
    report::{Checked, Complaint},
    rig::{Rig, Seat},
    visitor::Visitor,
};

/// The header, raw: as RFC 6749 section 2.3.1 does not want it, and Doorkeeper 5.5 does.
pub(super) const BASIC: ClientAuthentication = ClientAuthentication::Basic(BasicEncoding::Raw);

/// The id and the secret in the form.
pub(super) const BODY: ClientAuthentication = ClientAuthentication::Body;

/// A server that runs, and a transport to reach it by.
pub(super) struct Bench<'a> {
    pub(super) origin: &'a str,
    pub(super) rig: &'a Rig,
}

/// An application as `app.rb` registers it, and how it authenticates.
#[derive(Clone, Copy)]
pub(super) struct App {
    pub(super) id: &'static str,
    pub(super) secret: Option<&'static str>,
    pub(super) authentication: ClientAuthentication,
}

impl App {
    pub(super) fn called(self, id: &'static str) -> Self {
        Self { id, ..self }
    }

    pub(super) fn with(self, secret: impl Into<Option<&'static str>>) -> Self {
        let secret = secret.into();
        Self { secret, ..self }
    }

    pub(super) fn by(self, authentication: ClientAuthentication) -> Self {
        Self {
            authentication,
            ..self
        }
    }
}

pub(super) const PUBLIC: App = App {
    id: "public",
    secret: None,
    authentication: BASIC,
};

pub(super) const CONFIDENTIAL: App = App {
    id: "conf",
    secret: Some("conf-secret"),
    authentication: BASIC,
};

/// Every reserved character that a form or a Basic header might stumble over.
pub(super) const RESERVED: App = App {
    id: "id %2F+/&=?#",
    secret: Some("s:%41 +/&=?#"),
    authentication: BASIC,
};

/// The id that the server's database gives alice, its first user.
pub(super) const ALICE: Option<u64> = Some(1);

impl<'a> Bench<'a> {
    pub(super) fn new(origin: &'a str, rig: &'a Rig) -> Self {
        Self { origin, rig }
    }

    /// The server as a program describes one that no crate knows.
    pub(super) fn service(&self, app: App) -> Result<Service, Error> {
        let endpoint = |path: &str| Endpoint::parse(&format!("{}/oauth/{path}", self.origin));
        let server = AuthorizationServer::new(endpoint("token")?)
            .authorization_endpoint(endpoint("authorize")?)
            .revocation_endpoint(endpoint("revoke")?)
            .client_authentication(app.authentication);
        let mut client = OAuthClient::new(server, app.id)?;
        if let Some(secret) = app.secret {
            client = client.secret(secret)?;
        }
        let api = Api::new(API, Base::parse(self.origin)?, TokenKind::Login);
        Ok(Service::new("doorkeeper", client, USER_AGENT)?.api(api))
    }

    /// An account of this application, with a store of its own that is empty.
    pub(super) fn seat(&self, app: App) -> Result<Seat, Error> {
        Ok(self.rig.account(self.service(app)?, Memory::new(), "alice"))
    }

    /// An account that alice has logged in to, in a browser.
    pub(super) fn logged_in(&self, app: App) -> Result<Seat, Complaint> {
        let seat = self.seat(app)?;
        let visitor = alice();
        log_in(&seat, &visitor, visitor.browser())?;
        Ok(seat)
    }
}

/// What the programs here call themselves.
pub(super) const USER_AGENT: &str = "conformance/1.0 (xtask)";

/// Alice at a new browser: nobody is logged in there.
pub(super) fn alice() -> Visitor {
    Visitor::new(Person::new("alice", "password"))
}

/// Bob at a new browser, who allows nothing.
pub(super) fn bob_denies() -> Visitor {
    Visitor::new(Person::new("bob", "hunter2").denies())
}

/// Logs in; where that fails, the complaint says how the person's visit ended.
pub(super) fn log_in(seat: &Seat, visitor: &Visitor, login: Login) -> Result<Status, Complaint> {
    seat.log_in(login).map_err(|error| {
        let ended = visitor.ended();
        format!("{error}\n          the visit ended so: {ended:?}").into()
    })
}

/// The API whose one operation is below. It has the name of iNaturalist's Rails application in api-inat, so that the
/// operation can be sent there, too.
pub(super) const API: &str = "www";

/// Who am I, and what may I do? `GET /api/ping` of `app.rb`; it needs the scope `write`.
#[derive(Clone, Copy, Default)]
pub(super) struct Ping<'a> {
    leaving: Option<&'a (dyn Fn() + Send + Sync)>,
}

impl<'a> Ping<'a> {
    /// A ping that calls `leaving` right before it is sent, each time.
    pub(super) fn watched(leaving: &'a (dyn Fn() + Send + Sync)) -> Self {
        Self {
            leaving: Some(leaving),
        }
    }
}

/// What the server knows of the token it was asked with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pong {
    /// `None` for a token of the application itself.
    pub(super) user_id: Option<u64>,
    pub(super) scope: String,
}

impl Operation for Ping<'_> {
    type Output = Pong;

    fn manner(&self) -> Manner {
        Manner::read(API)
    }

    fn request(&self, base: &Base) -> Result<Request, Error> {
        if let Some(leaving) = self.leaving {
            leaving();
        }
        base.request(Method::GET, "/api/ping")
    }

    /// Doorkeeper refuses with an empty page; the reason stands in `WWW-Authenticate` (RFC 6750 section 3).
    fn parse(&self, response: Response) -> Result<Pong, Error> {
        let status = response.status();
        if status == StatusCode::OK {
            let body = response.body().as_bytes();
            let json: serde_json::Value = serde_json::from_slice(body)
                .map_err(|e| Error::new(ErrorKind::Malformed, "no pong").with_source(e))?;
            return Ok(Pong {
                user_id: json["user_id"].as_u64(),
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
            .with_words(reason.unwrap_or_default()))
    }
}

/// Complains unless it holds.
pub(super) fn ensure(holds: bool, complaint: impl Into<String>) -> Checked {
    match holds {
        true => Ok(()),
        false => Err(complaint.into().into()),
    }
}

/// Complains unless the server knows the token as this user's, with the scopes it gives by default.
pub(super) fn expect_pong(pong: &Pong, user_id: Option<u64>) -> Checked {
    let expect = Pong {
        user_id,
        scope: "write login".to_owned(),
    };
    ensure(*pong == expect, format!("{pong:?} in place of {expect:?}"))
}

/// Complains unless it failed in this way, with all these words in the error's text.
pub(super) fn expect_error<T: std::fmt::Debug>(
    result: Result<T, Error>,
    kind: ErrorKind,
    words: &[&str],
) -> Result<Error, Complaint> {
    let error = match result {
        Ok(value) => return Err(format!("it succeeded: {value:?}").into()),
        Err(error) => error,
    };
    let text = error.to_string();
    let lacking: Vec<_> = words.iter().filter(|word| !text.contains(**word)).collect();
    if error.kind() != kind || !lacking.is_empty() {
        return Err(format!("expected {kind:?} with {lacking:?} in it, got {error:?}").into());
    }
    Ok(error)
}
