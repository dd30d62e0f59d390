//! iNaturalist's refusals, the same in both worlds: an error with status, message and help.

use api_inat::{
    Page,
    model::Observation,
    observations::{Create, Delete, Get, Update},
    testkit::observation_id,
    users::Me,
};
use auth_core::{BaseUrl, CallPolicy, Error, ErrorKind, Operation, Request, Response};
use auth_testkit::{Fault, Matching};
use http::Method;

use crate::scene::{World, inaturalist};

fn fault(status: u16, content_type: &str, body: &str) -> Fault {
    Fault::Respond {
        status,
        content_type: content_type.to_owned(),
        body: body.as_bytes().to_vec(),
    }
}

/// Reads an observation by a text, which the typed operation cannot send.
#[derive(Clone)]
struct ByText(&'static str);

impl Operation for ByText {
    type Output = Page<Observation>;
    fn policy(&self) -> CallPolicy {
        Get::new(7).policy()
    }
    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(Method::GET, &format!("/observations/{}", self.0))
    }
    fn parse(&self, response: Response) -> Result<Self::Output, Error> {
        Get::new(7).parse(response)
    }
}

#[test]
fn each_refusal_is_one_error_in_both_worlds() {
    let server = inaturalist();
    let worlds = [0, 1].map(|which| World::logged_in(&server, which).0);
    fn refusal<O>(worlds: &[World; 2], operation: O) -> Error
    where
        O: Operation + Clone + Send + Sync,
        O::Output: Send,
    {
        let [one, other] = worlds.each_ref().map(|world| {
            let outcome = world.send(operation.clone()).map(|_| ());
            outcome.expect_err("refused")
        });
        assert_eq!(one.to_string(), other.to_string());
        assert_eq!(one.kind(), other.kind());
        one
    }
    let check = |what: &str, error: Error, status: u16, words: &str, expected_help: &str| {
        assert_eq!(error.kind(), ErrorKind::Refused, "{what}: {error}");
        assert_eq!(
            error.status(),
            http::StatusCode::from_u16(status).ok(),
            "{what}: {error}"
        );
        assert!(
            error.server_message().unwrap_or_default().contains(words),
            "{what}: {error}"
        );
        let help = error.help().unwrap_or_default();
        assert!(help.contains(expected_help), "{what}: {error}");
    };
    let json = "application/json";
    let faults = server.faults();

    let wrong = refusal(&worlds, ByText("seven"));
    check("an id that is none", wrong, 422, "Error", "check the id");
    let unknown = refusal(&worlds, Get::new(7).one());
    check("an unknown id", unknown, 200, "", "check the id");
    for world in &worlds {
        let page = world.send(Get::new(7)).expect("v1 refuses no unknown id");
        assert_eq!(page.results.len(), 0, "{}", world.name());
        let one = world.send(Get::new(observation_id(3)).one());
        assert_eq!(one.expect("a known one").id, observation_id(3));
    }
    let several = refusal(&worlds, Get::new([7, 8]).one());
    assert_eq!(several.kind(), ErrorKind::Usage, "{several}");

    let gone = r#"{"error":{"original":{"error":"Observation does not exist."}},"status":410}"#;
    faults.times(2, Matching::Any, fault(410, json, gone));
    check(
        "a deleted one",
        refusal(&worlds, Update::new(7).description("x")),
        410,
        "Observation does not exist.",
        "the account that is logged in",
    );

    let foreign =
        r#"{"error":{"original":{"error":"You don't have permission to do that."}},"status":403}"#;
    faults.times(2, Matching::Any, fault(403, json, foreign));
    check(
        "another user's",
        refusal(&worlds, Delete::new(7)),
        403,
        "You don't have permission",
        "the owner of the record",
    );

    let invalid = r#"{"error":{"original":{"errors":[["Taxon can't be blank"],["Date is odd"]]}},"status":422}"#;
    faults.times(2, Matching::Any, fault(422, json, invalid));
    check(
        "values",
        refusal(&worlds, Create::new()),
        422,
        "Taxon can't be blank; Date is odd",
        "correct the values that it names",
    );

    let window = r#"{"error":"Result window is too large, page x size must be less than or equal to [10000].","status":403}"#;
    faults.times(2, Matching::Any, fault(403, json, window));
    check(
        "the window",
        refusal(&worlds, Get::new(7)),
        403,
        "Result window",
        "order by id",
    );

    let blocked = "<html><head><title>Blocked</title></head></html>";
    faults.times(2, Matching::Any, fault(403, "text/html", blocked));
    check(
        "an address",
        refusal(&worlds, Get::new(7)),
        403,
        "Blocked",
        "support",
    );

    faults.always(
        Matching::Any,
        fault(
            502,
            "text/html",
            "<html><head><title>502 Bad Gateway</title></head></html>",
        ),
    );
    let mark = server.requests().mark();
    let fave = refusal(&worlds, api_inat::observations::Fave::new(7));
    check(
        "a proxy, of a write",
        fave,
        502,
        "502 Bad Gateway",
        "try again later",
    );
    assert_eq!(
        server.requests().since(mark).total(),
        2,
        "a write that may have arrived is not repeated"
    );
    let mark = server.requests().mark();
    check(
        "a proxy, of a read",
        refusal(&worlds, Get::new(7)),
        502,
        "502 Bad Gateway",
        "later",
    );
    assert_eq!(
        server.requests().since(mark).total(),
        8,
        "a read is, some times"
    );
    faults.clear();

    let portal = "<html><head><title>Log in to the Wi-Fi</title></head></html>";
    faults.always(Matching::Any, fault(200, "text/html", portal));
    let mark = server.requests().mark();
    let page = refusal(&worlds, Get::new(7));
    assert_eq!(page.kind(), ErrorKind::Malformed, "{page}");
    assert!(!page.is_retryable(), "{page}");
    assert!(page.to_string().contains("a web page in place of JSON"));
    let sent = server.requests().since(mark).total();
    assert_eq!(sent, 2, "a read that a portal answers is not repeated");
    faults.clear();

    // A token that the server rejects: it is renewed once, then the error is returned.
    faults.always(
        Matching::Path("/v1/users/me".into()),
        fault(401, json, r#"{"error":"Unauthorized","status":401}"#),
    );
    check(
        "a token",
        refusal(&worlds, Me::new()),
        401,
        "Unauthorized",
        "log in again",
    );
    faults.clear();
}
