//! iNaturalist's server side for `auth-testkit`: a small set of generated data, with the real API's
//! rules.
//!
//! The users are `alice` and `bob`. Each has 225 of the [`OBSERVATIONS`], alternating. Every third
//! one is obscured: only its owner receives the true location.
//!
//! A missing, wrong or expired API token causes no error on reads of observations. The response is
//! anonymous, with status 200, as on the real v1. v2 refuses it, and returns only the requested
//! fields.
//!
//! A search honours `id`, `id_above`, `id_below`, `user_login`, `user_id`, `taxon_id`,
//! `quality_grade`, `order`, `order_by=observed_on`, `page`, `per_page` and `only_id`. v1 ignores
//! all others: `project_id`, `place_id`, `taxon_name`, `d1` and `d2` do not narrow a search. v2
//! ignores `d1`, `d2`, `locale` and `preferred_place_id`, and refuses all others.
//!
//! ```
//! use api_inat::{observations::Search, testkit};
//! use auth_testkit::{Dialect, TestServer};
//!
//! let server = TestServer::builder(Dialect::doorkeeper_5()).site(testkit::site()).start()?;
//! let service = api_inat::service_without_application()
//!     .user_agent("nightly/1.0 (mail@example.org)")
//!     .at(server.url())
//!     .build()?;
//! let (http, store) = (http_ureq::Ureq::default(), keystore::Memory::new());
//! let client = auth_flows::Client::new(service, http, store);
//! let page = client.anonymous().send(Search::new().user_login("alice"))?;
//! assert_eq!(page.total_results, Some(testkit::OF_EACH_USER as u64));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod data;
mod search;
mod v2;
mod writes;

use std::time::Duration;

use auth_core::testkit::{Auth, Caller, DerivedTokens, Route, RouteRequest, Site, json};
use http::Response;
use serde_json::{Value, json};

/// The number of observations.
pub const OBSERVATIONS: u64 = 450;

/// The number of observations of each of the two users.
pub const OF_EACH_USER: u64 = 225;

/// The number of obscured observations of each user.
pub const OBSCURED_OF_EACH_USER: u64 = 75;

/// Returns the id of the observation with this index, from 0. Ids ascend, with gaps.
#[must_use]
pub fn observation_id(place: u64) -> u64 {
    data::id(place)
}

/// Returns iNaturalist's routes: the API token, `users/me` and `observations` of v1 and v2, and
/// v0's `users/edit.json`. Writes of v1's observations, their photos and annotations are stored in
/// this value. v2 has what was there at the start.
#[must_use]
pub fn site() -> Site {
    let written = writes::Written::default();
    let site = Site::new()
        .with_derived_tokens(DerivedTokens {
            path: "/users/api_token",
            field: "api_token",
            lifetime: Duration::from_secs(24 * 3600),
            scope: Some("write"),
        })
        .with_route(Route::get("/users/edit.json", Auth::Login, edit))
        .with_route(Route::get("/v1/users/me", Auth::Derived, me))
        .with_route(Route::get(
            "/v1/observations",
            Auth::Derived,
            search::respond,
        ));
    let site = v2::routes(written.routes(site));
    site.with_route(Route::get(
        "/v1/observations/{id}",
        Auth::Derived,
        move |visit| writes::by_id(&written, visit),
    ))
}

fn me(visit: &RouteRequest<'_>) -> Response<Vec<u8>> {
    match visit.caller {
        // The exact body of the Node API's own test (`test/integration/v1/users.js`).
        None => error(401, "Unauthorized"),
        Some(caller) => {
            let mut user = data::user(caller.user_id, &caller.user);
            user["email"] = json!(format!("{}@example.org", caller.user));
            user["locale"] = json!("de");
            json(200, &search::envelope(1, 1, 1, vec![user]))
        }
    }
}

fn edit(visit: &RouteRequest<'_>) -> Response<Vec<u8>> {
    let anonymous = Caller {
        user: String::new(),
        user_id: 0,
        client_id: String::new(),
        scope: String::new(),
    };
    let caller = visit.caller.unwrap_or(&anonymous);
    let email = format!("{}@example.org", caller.user);
    json(
        200,
        &json!({"id": caller.user_id, "login": caller.user, "email": email}),
    )
}

/// Builds an error in the Node API's shape.
fn error(status: u16, text: &str) -> Response<Vec<u8>> {
    let body: Value = json!({"error": text, "status": status});
    json(status, &body)
}
