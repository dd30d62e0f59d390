//! iNaturalist's server side as values, for `auth-testkit`: small generated data, the real API's rules.
//!
//! The users are `alice` and `bob`. Each has 225 of the [`OBSERVATIONS`], in turn; every third one is obscured, and its true
//! place is shown to its owner alone. A missing, wrong or expired API token is no error on the reads of observations: the
//! answer is anonymous, with status 200, as on the real v1. Parameters that are not known here are passed over, days among them: a
//! search by `d1` and `d2` finds what it finds without.

mod data;
mod search;
mod writes;

use std::time::Duration;

use auth_core::testkit::{Auth, Caller, DerivedTokens, Route, RouteRequest, Site, json};
use http::Response;
use serde_json::{Value, json};

/// How many observations there are.
pub const OBSERVATIONS: u64 = 450;

/// How many of them each of the two users has.
pub const OF_EACH_USER: u64 = 225;

/// How many of each user's are obscured.
pub const OBSCURED_OF_EACH_USER: u64 = 75;

/// The id of the observation at this place, from 0. Ids ascend, with gaps.
#[must_use]
pub fn observation_id(place: u64) -> u64 {
    data::id(place)
}

/// iNaturalist's routes: the API token, v1's `users/me` and `observations`, `users/edit.json` of v0; and of what is written:
/// observations, their photos and their annotations, which this value remembers.
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
    let site = written.routes(site);
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
    let nobody = Caller {
        user: String::new(),
        user_id: 0,
        client_id: String::new(),
        scope: String::new(),
    };
    let caller = visit.caller.unwrap_or(&nobody);
    let email = format!("{}@example.org", caller.user);
    json(
        200,
        &json!({"id": caller.user_id, "login": caller.user, "email": email}),
    )
}

/// An error as the Node API writes it.
fn error(status: u16, text: &str) -> Response<Vec<u8>> {
    let body: Value = json!({"error": text, "status": status});
    json(status, &body)
}
