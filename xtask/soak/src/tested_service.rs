//! What server and clients agree on: accounts, services, and the few operations that are sent.

use auth_core::testkit::{Auth, DerivedTokens, Route, RouteRequest, Site, json};
use auth_core::{
    BaseUrl, CallPolicy, Error, ErrorKind, Operation, Request, Response, Service, read_json,
};
use http::{HeaderValue, Method};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The number of processes that share the workers.
pub(super) const PROCESSES: u64 = 2;

/// How long tokens are valid. Not shorter: of tokens that last less than 5 s, a program renews one in
/// 5 s (`troubles/table.rs` has those).
pub(super) const LIFE: Duration = Duration::from_secs(5);

/// The longest validity of an API token: its expiry is in whole seconds.
pub(super) const LIFE_IN_WHOLE_SECONDS: Duration = Duration::from_secs(6);

/// Marks every secret that the server did not make.
pub(super) const MARK: &str = "marked-";
pub(super) const PASSWORD: &str = "marked-password";
pub(super) const CLIENT: &str = "soak";
pub(super) const CLIENT_SECRET: &str = "marked-client-secret";

/// The header that names the call to which a request belongs.
pub(super) const CALL: &str = "x-call";

/// The two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum TestedService {
    /// Like league: a refresh token can be used once, and a second use ends the login.
    InfoFlora,
    /// Like Doorkeeper: a refresh token is revoked when the new access token is first used. Has a
    /// derived token.
    INaturalist,
}

impl TestedService {
    pub(super) const BOTH: [Self; 2] = [Self::InfoFlora, Self::INaturalist];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::InfoFlora => "Info Flora",
            Self::INaturalist => "iNaturalist",
        }
    }

    /// Builds the service for a program of this name.
    pub(super) fn service(self, origin: &str, program: &str) -> Result<Service, Error> {
        let user_agent = format!("{program} (soak@example.org)");
        match self {
            Self::InfoFlora => api_infoflora::service(CLIENT)
                .secret(CLIENT_SECRET)
                .user_agent(user_agent)
                .at(origin)
                .build(),
            Self::INaturalist => api_inat::service(CLIENT)
                .secret(CLIENT_SECRET)
                .user_agent(user_agent)
                .at(origin)
                .build(),
        }
    }

    pub(super) fn site(self) -> Site {
        match self {
            Self::InfoFlora => Site::new()
                .with_route(Route::get("/rest/who", Auth::Login, who))
                .with_route(Route::new(Method::POST, "/rest/things", Auth::Login, who)),
            Self::INaturalist => Site::new()
                .with_route(Route::get("/who", Auth::Login, who))
                .with_route(Route::get("/v1/who", Auth::Derived, who))
                .with_route(Route::get("/v1/greeting", Auth::Derived, greeting))
                .with_route(Route::new(Method::POST, "/v1/things", Auth::Derived, who))
                .with_derived_tokens(DerivedTokens {
                    path: "/users/api_token",
                    field: "api_token",
                    lifetime: LIFE_IN_WHOLE_SECONDS,
                    scope: Some("write"),
                }),
        }
    }

    /// Builds the operation for a call.
    pub(super) fn ask(self, what: What, call: u64) -> Ask {
        let (api, path) = match (self, what) {
            (Self::InfoFlora, What::Who | What::WhoByLogin | What::Greeting) => {
                (api_infoflora::API, "/who")
            }
            (Self::InfoFlora, What::Put) => (api_infoflora::API, "/things"),
            (Self::INaturalist, What::Who) => (api_inat::v1::API, "/who"),
            (Self::INaturalist, What::WhoByLogin) => (api_inat::v0::API, "/who"),
            (Self::INaturalist, What::Greeting) => (api_inat::v1::API, "/greeting"),
            (Self::INaturalist, What::Put) => (api_inat::v1::API, "/things"),
        };
        let policy = match what {
            What::Who | What::WhoByLogin => CallPolicy::read(api),
            What::Greeting => CallPolicy::read(api).with_optional_token(),
            What::Put => CallPolicy::write(api),
        };
        Ask { policy, path, call }
    }
}

/// The accounts that both processes share, and those of one process.
pub(super) fn accounts(process: u64) -> (Vec<String>, Vec<String>) {
    let shared = (0..10).map(|n| format!("shared-{n}")).collect();
    let own = (0..5).map(|n| format!("own-{process}-{n}")).collect();
    (shared, own)
}

/// All users of a server.
pub(super) fn users() -> Vec<String> {
    let (mut users, _) = accounts(0);
    users.extend((0..PROCESSES).flat_map(|process| accounts(process).1));
    users
}

fn who(request: &RouteRequest<'_>) -> http::Response<Vec<u8>> {
    match request.caller {
        Some(caller) => json(200, &json!({ "user": caller.user })),
        None => json(401, &json!({ "error": "Unauthorized", "status": 401 })),
    }
}

/// Like iNaturalist's v1: with an expired token, the response is anonymous instead of an error.
fn greeting(request: &RouteRequest<'_>) -> http::Response<Vec<u8>> {
    let user = request.caller.map(|caller| caller.user.as_str());
    json(200, &json!({ "user": user }))
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Reads the user's name.
    Who,
    /// The same with the login token, where there are two tokens.
    WhoByLogin,
    /// Reads the user's name; an anonymous response is valid too.
    Greeting,
    /// Writes; a repeated write is an error.
    Put,
}

/// One operation of one call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    policy: CallPolicy,
    path: &'static str,
    call: u64,
}

impl Operation for Ask {
    /// The user whose token the server received.
    type Output = Option<String>;

    fn policy(&self) -> CallPolicy {
        self.policy
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        let method = match self.path {
            "/things" => Method::POST,
            _ => Method::GET,
        };
        let mut request = base.request(method, self.path)?;
        let call = HeaderValue::from(self.call);
        request.headers_mut().insert(CALL, call);
        Ok(request)
    }

    fn parse(&self, response: Response) -> Result<Option<String>, Error> {
        if !response.status().is_success() {
            let what = "the service refused";
            return Err(Error::about(ErrorKind::Refused, what, &response));
        }
        let value: Value = read_json(&response)?;
        Ok(value["user"].as_str().map(str::to_owned))
    }
}

/// The wall clock in microseconds; all processes of a run share it.
pub(super) fn micros(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}
