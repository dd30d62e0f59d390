//! What server and clients have to agree on: accounts, services, and the few operations that are called.

use auth_core::testkit::{Auth, DerivedTokens, Route, RouteRequest, Site, json};
use auth_core::{
    BaseUrl, CallPolicy, Error, ErrorKind, Operation, Request, Response, Service, read_json,
};
use http::{HeaderValue, Method};
use serde_json::{Value, json};

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How many processes the workers are spread over.
pub(super) const CREWS: u64 = 2;

/// How long tokens live.
pub(super) const LIFE: Duration = Duration::from_secs(2);

/// API tokens name their end in whole seconds: cut off, they live two to three.
pub(super) const LIFE_IN_WHOLE_SECONDS: Duration = Duration::from_secs(3);

/// Stands in every secret that is not made by the server.
pub(super) const MARK: &str = "marked-";
pub(super) const PASSWORD: &str = "marked-password";
pub(super) const CLIENT: &str = "soak";
pub(super) const CLIENT_SECRET: &str = "marked-client-secret";

/// The header that tells the server which call a request belongs to.
pub(super) const CALL: &str = "x-call";

/// The two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum TestedService {
    /// As league: a refresh token serves once, and one that comes back ends the login.
    InfoFlora,
    /// As Doorkeeper: a refresh token dies when the new access token is first used. With a second token.
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

    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::BOTH.into_iter().find(|place| place.word() == word)
    }

    /// The service, for a program of this name.
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

    /// An operation that is asked here.
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

/// The accounts that both crews share, and those that each has to itself.
pub(super) fn accounts(crew: u64) -> (Vec<String>, Vec<String>) {
    let shared = (0..4).map(|n| format!("shared-{n}")).collect();
    let own = (0..2).map(|n| format!("own-{crew}-{n}")).collect();
    (shared, own)
}

/// All users of a server.
pub(super) fn users() -> Vec<String> {
    let (mut users, _) = accounts(0);
    users.extend((0..CREWS).flat_map(|crew| accounts(crew).1));
    users
}

fn who(visit: &RouteRequest<'_>) -> http::Response<Vec<u8>> {
    match visit.caller {
        Some(caller) => json(200, &json!({ "user": caller.user })),
        None => json(401, &json!({ "error": "Unauthorized", "status": 401 })),
    }
}

/// As iNaturalist's v1: a dead token is no error, the response is anonymous.
fn greeting(visit: &RouteRequest<'_>) -> http::Response<Vec<u8>> {
    let user = visit.caller.map(|caller| caller.user.as_str());
    json(200, &json!({ "user": user }))
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Who am I?
    Who,
    /// The same, by the login token where there are two.
    WhoByLogin,
    /// Who am I, where nobody is a response, too.
    Greeting,
    /// A write: it must not be done twice.
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
    /// Whose token the server saw.
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

/// Microseconds of the wall clock, which all processes here share.
pub(super) fn micros(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}
