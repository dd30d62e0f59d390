//! One request from arrival to ending: written down, held back, spoilt by a fault, answered.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use auth_core::testkit::{Auth, Route, RouteRequest};
use http::{Method, Request, Response};

use crate::control::faults::{Ending, Fault};
use crate::control::request_kind::{RequestKind, Target};
use crate::endpoint::{authorize, derived, resource, session};
use crate::http::params::Params;
use crate::http::reply::{not_found, text};
use crate::server::Shared;
use crate::server::watch::{Outcome, Watched};

/// Answers a request, or says that the connection is to be closed without a response.
pub(crate) fn answer(shared: &Shared, request: &Request<Vec<u8>>) -> Ending {
    let target = target(shared, request);
    let watched = Watched::new(shared, request, &target);
    let place = match watched {
        None => Some(shared.log.arrived(request, &target)),
        Some(_) => None,
    };
    let _counted = Counted::new(&shared.in_flight);
    if !shared.holds.pass(&target) {
        return Ending::Close;
    }
    let fault = shared.faults.take(&target);
    let (ending, outcome) = match &fault {
        None => {
            let response = process(shared, request, &target);
            let outcome = Outcome::processed(&response, target.kind);
            (Ending::Answer(response), outcome)
        }
        Some(fault) => spoilt(shared, request, &target, fault),
    };
    if let (Some(response), Some(place)) = (ending.answer(), place) {
        shared.log.answered(place, response.status().as_u16());
    }
    if let Some(watched) = watched {
        watched.tell(shared, request, &target, fault.as_ref(), &outcome);
    }
    ending
}

fn spoilt(
    shared: &Shared,
    request: &Request<Vec<u8>>,
    target: &Target,
    fault: &Fault,
) -> (Ending, Outcome) {
    let instead = match fault {
        Fault::Silence(time) | Fault::Delay(time) if !shared.holds.sleep(*time) => {
            Some(Ending::Close)
        }
        _ => fault.instead(),
    };
    if let Some(ending) = instead {
        let outcome = Outcome::instead(&ending);
        return (ending, outcome);
    }
    let response = process(shared, request, target);
    let outcome = Outcome::processed(&response, target.kind);
    (fault.after(response), outcome)
}

fn process(shared: &Shared, request: &Request<Vec<u8>>, target: &Target) -> Response<Vec<u8>> {
    let (context, software) = (&shared.context, shared.software());
    match target.kind {
        RequestKind::Authorize => authorize::answer(context, software, request),
        RequestKind::Login => session::site_login(context, request),
        RequestKind::Token => software.token(context, request),
        RequestKind::Revoke => software.revoke(context, request),
        RequestKind::Introspect => software.introspect(context, request),
        RequestKind::TokenInfo => software.token_info(context, request),
        RequestKind::Derived => derived::answer(context, software, request),
        RequestKind::Api => route(shared, request),
        RequestKind::Other => not_found(),
    }
}

fn target(shared: &Shared, request: &Request<Vec<u8>>) -> Target {
    let path = request.uri().path();
    let site = &shared.context.settings.site;
    let kind = if let Some(kind) = shared.software().request_kind(path) {
        kind
    } else if site
        .derived_tokens()
        .is_some_and(|d| derived::is_at(d, path))
    {
        RequestKind::Derived
    } else if find(site.routes(), request).is_some() {
        RequestKind::Api
    } else {
        RequestKind::Other
    };
    let grant = (kind == RequestKind::Token)
        .then(|| {
            Params::of_body(request)
                .get("grant_type")
                .map(str::to_owned)
        })
        .flatten();
    Target {
        kind,
        path: path.to_owned(),
        grant,
    }
}

type Segments<'a> = Vec<(&'static str, &'a str)>;

fn find<'a>(
    routes: &'a [Route],
    request: &'a Request<Vec<u8>>,
) -> Option<(&'a Route, Segments<'a>)> {
    let method = match *request.method() {
        Method::HEAD => &Method::GET,
        ref method => method,
    };
    let matching = |route: &'a Route| Some((route, route.matches(method, request.uri().path())?));
    routes.iter().find_map(matching)
}

fn route(shared: &Shared, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let Some((route, segments)) = find(shared.context.settings.site.routes(), request) else {
        return not_found();
    };
    let caller = match route.door() {
        Auth::Open => None,
        Auth::Login => match resource::login(&shared.context, shared.software(), request) {
            Ok(caller) => Some(caller),
            Err(response) => return *response,
        },
        Auth::Derived => resource::derived_caller(&shared.context, request),
        _ => {
            return text(
                501,
                "The server does not know this route's authentication.\n",
            );
        }
    };
    let visit = RouteRequest {
        request,
        caller: caller.as_ref(),
        segments,
    };
    // A route is foreign code: its panic is this request's failure, not the connection's.
    catch_unwind(AssertUnwindSafe(|| route.respond(&visit)))
        .unwrap_or_else(|_| text(500, "The route panicked.\n"))
}

/// Counts a request as long as it lives.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::SeqCst);
        Self(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
