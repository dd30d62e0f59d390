//! One request from arrival to ending: logs it, holds it back, applies a fault, responds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use auth_core::testkit::{Auth, Route, RouteRequest};
use http::{Method, Request, Response};

use crate::control::faults::{Ending, Fault};
use crate::control::request_kind::{RequestClass, RequestKind};
use crate::endpoint::{authorize, derived, resource, session};
use crate::http::params::Params;
use crate::http::reply::{not_found, text};
use crate::server::ServerInner;
use crate::server::observation::{Observation, Outcome};

/// Responds to a request, or returns that the connection must end without a response.
pub(crate) fn respond(server: &ServerInner, request: &Request<Vec<u8>>) -> Ending {
    let class = classify(server, request);
    let observation = Observation::new(server, request, &class);
    let index = match observation {
        None => Some(server.log.record(request, &class)),
        Some(_) => None,
    };
    let _in_flight = InFlightGuard::new(&server.in_flight);
    if !server.holds.wait_until_released(&class) {
        return Ending::Close;
    }
    let fault = server.faults.take(&class);
    let (ending, outcome) = match &fault {
        None => {
            let response = process(server, request, &class);
            let outcome = Outcome::processed(&response, class.kind);
            (Ending::Response(response), outcome)
        }
        Some(fault) => with_fault(server, request, &class, fault),
    };
    if let (Some(response), Some(index)) = (ending.response(), index) {
        server.log.set_status(index, response.status().as_u16());
    }
    if let Some(observation) = observation {
        observation.finish(server, request, &class, fault.as_ref(), &outcome);
    }
    ending
}

fn with_fault(
    server: &ServerInner,
    request: &Request<Vec<u8>>,
    class: &RequestClass,
    fault: &Fault,
) -> (Ending, Outcome) {
    let replacement = match fault {
        Fault::Silence(time) | Fault::Delay(time) if !server.holds.sleep(*time) => {
            Some(Ending::Close)
        }
        _ => fault.replacement(),
    };
    if let Some(ending) = replacement {
        let outcome = Outcome::unprocessed(&ending);
        return (ending, outcome);
    }
    let response = process(server, request, class);
    let outcome = Outcome::processed(&response, class.kind);
    (fault.apply(response), outcome)
}

fn process(
    server: &ServerInner,
    request: &Request<Vec<u8>>,
    class: &RequestClass,
) -> Response<Vec<u8>> {
    let (context, software) = (&server.context, server.software());
    match class.kind {
        RequestKind::Authorize => authorize::respond(context, software, request),
        RequestKind::Login => session::site_login(context, request),
        RequestKind::Token => software.token(context, request),
        RequestKind::Revoke => software.revoke(context, request),
        RequestKind::Introspect => software.introspect(context, request),
        RequestKind::TokenInfo => software.token_info(context, request),
        RequestKind::Derived => derived::respond(context, software, request),
        RequestKind::Api => route(server, request),
        RequestKind::Other => not_found(),
    }
}

fn classify(server: &ServerInner, request: &Request<Vec<u8>>) -> RequestClass {
    let path = request.uri().path();
    let site = &server.context.settings.site;
    let kind = if let Some(kind) = server.software().request_kind(path) {
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
    RequestClass {
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

fn route(server: &ServerInner, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let Some((route, segments)) = find(server.context.settings.site.routes(), request) else {
        return not_found();
    };
    let caller = match route.auth() {
        Auth::None => None,
        Auth::Login => match resource::login(&server.context, server.software(), request) {
            Ok(caller) => Some(caller),
            Err(response) => return *response,
        },
        Auth::Derived => resource::derived_caller(&server.context, request),
        _ => {
            return text(
                501,
                "The server does not know this route's authentication.\n",
            );
        }
    };
    let route_request = RouteRequest {
        request,
        caller: caller.as_ref(),
        segments,
    };
    // A route is code of the test: its panic must fail this request and not end the connection.
    catch_unwind(AssertUnwindSafe(|| route.respond(&route_request)))
        .unwrap_or_else(|_| text(500, "The route panicked.\n"))
}

/// Counts a request as in flight until it is dropped.
struct InFlightGuard<'a>(&'a AtomicUsize);

impl<'a> InFlightGuard<'a> {
    fn new(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::SeqCst);
        Self(counter)
    }
}

impl Drop for InFlightGuard<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
