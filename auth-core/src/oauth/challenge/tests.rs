//! Challenges in tables: the RFCs' own, those of real servers, and broken ones.

use proptest::prelude::*;

use super::*;

/// Scheme, token68 and parameters, as one text.
fn shown(challenges: &[Challenge]) -> String {
    let one = |challenge: &Challenge| {
        let token = challenge.token68().map(|token| format!(" <{token}>"));
        let parameters = challenge
            .parameters
            .iter()
            .map(|(name, value)| format!(" {name}=[{value}]"));
        let parameters: String = parameters.collect();
        format!(
            "{}{}{parameters}",
            challenge.scheme(),
            token.unwrap_or_default()
        )
    };
    challenges.iter().map(one).collect::<Vec<_>>().join(" | ")
}

#[test]
fn challenges() {
    let check = |text: &str, expect: &str| {
        let read = Challenge::parse(text).expect(text);
        assert_eq!(shown(&read), expect, "{text}");
    };
    // RFC 6750 section 3.
    check(r#"Bearer realm="example""#, "Bearer realm=[example]");
    check(
        "Bearer realm=\"example\",\n                       error=\"invalid_token\""
            .replace('\n', "")
            .as_str(),
        "Bearer realm=[example] error=[invalid_token]",
    );
    // Doorkeeper 5.5 on a revoked token.
    check(
        r#"Bearer realm="Doorkeeper", error="invalid_token", error_description="The access token was revoked""#,
        "Bearer realm=[Doorkeeper] error=[invalid_token] error_description=[The access token was revoked]",
    );
    // RFC 9110 section 11.6.1: two challenges in one header.
    check(
        r#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#,
        r#"Basic realm=[simple] | Newauth realm=[apps] type=[1] title=[Login to "apps"]"#,
    );
    check("Negotiate", "Negotiate");
    check("Negotiate YWJj==", "Negotiate <YWJj==>");
    check("Negotiate, Bearer", "Negotiate | Bearer");
    check(
        "Negotiate YWJj, Bearer realm=x",
        "Negotiate <YWJj> | Bearer realm=[x]",
    );
    check("bEaReR ErRoR=invalid_token", "bEaReR error=[invalid_token]");
    check(
        "Bearer realm = \"a\" , scope=\t\"b c\"",
        "Bearer realm=[a] scope=[b c]",
    );
    check(
        ",, Bearer realm=\"a\",, ,scope=\"b\",",
        "Bearer realm=[a] scope=[b]",
    );
    check(
        r#"Bearer realm="a, Basic realm=b""#,
        "Bearer realm=[a, Basic realm=b]",
    );
    check(r#"Bearer realm="\\\"\a""#, r#"Bearer realm=[\"a]"#);
    check(r#"Bearer realm="""#, "Bearer realm=[]");
    check("Bearer realm=\"Zürich\"", "Bearer realm=[Zürich]");
    check("", "");
    check(" , ,", "");
}

#[test]
fn broken_challenges() {
    let check = |text: &str, words: &str| {
        let error = Challenge::parse(text).expect_err(text);
        assert_eq!(error.kind(), ErrorKind::Malformed);
        assert!(error.to_string().contains(words), "{text}: {error}");
    };
    check(
        r#"Bearer realm="a", realm="b""#,
        "duplicate parameter `realm`",
    );
    check(r#"Bearer error=a, ERROR=b"#, "duplicate parameter `error`");
    check(r#"Bearer realm="a"#, "no end");
    check(r#"Bearer realm="a\"#, "no end");
    check("Bearer realm=\"a\u{7}\"", "control characters");
    check(r#"Bearer realm="a" scope="b""#, "comma is missing");
    check("Bearer realm=a, scope=", "no value");
    check("Bearer =x", "no name");
    check("Bearer a b", "no equals sign");
    check("=", "a scheme is missing");
    check("\"quoted\"", "a scheme is missing");
    check("Bearer/x", "cannot have");
    check("Bearer=x", "cannot have");
}

#[test]
fn what_an_api_says_in_its_header_alone() {
    let check = |headers: &[&str], expect: Option<(&str, Option<&str>)>| {
        let mut map = http::HeaderMap::new();
        for header in headers {
            let value = http::HeaderValue::from_bytes(header.as_bytes()).expect("a value");
            map.append("www-authenticate", value);
        }
        let error = Challenge::bearer_error(&map);
        let error = error
            .as_ref()
            .map(|error| (error.code(), error.description()));
        assert_eq!(error, expect, "{headers:?}");
    };
    check(&[], None);
    check(&["Basic realm=\"x\", error=\"not_bearer\""], None);
    check(&["Bearer realm=\"x\""], None);
    check(
        &["Basic realm=\"x\"", "bearer error=\"invalid_token\""],
        Some(("invalid_token", None)),
    );
    check(
        &[
            "Basic realm=\"unfinished",
            "Bearer error=insufficient_scope, error_description=\"a\\\"b\"",
        ],
        Some(("insufficient_scope", Some("a\"b"))),
    );
}

#[test]
fn an_error_about_an_empty_response_says_it() {
    let check = |body: &str, expect: &str| {
        let response = http::Response::builder()
            .status(401)
            .header("content-type", "text/html")
            .header(
                "www-authenticate",
                r#"Bearer realm="Doorkeeper", error="invalid_token", error_description="The access token expired""#,
            )
            .body(crate::ResponseBody::new(body.as_bytes().to_vec()))
            .expect("a response");
        let error = Error::about(ErrorKind::NeedsLogin, "the token was refused", &response);
        assert_eq!(error.to_string(), expect);
    };
    check(
        "",
        "the token was refused [HTTP 401]: invalid_token, \"The access token expired\"",
    );
    check(
        "{\"error\":\"because\"}",
        "the token was refused [HTTP 401]: because",
    );
}

proptest! {
    #[test]
    fn print_and_parse_agree(
        challenges in proptest::collection::vec(
            (
                "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}",
                prop_oneof![
                    proptest::option::of("[A-Za-z0-9._~+/-]{1,20}={0,2}").prop_map(|token| (token, Vec::new())),
                    proptest::collection::vec(("[a-z0-9!#$%&'*+.^_`|~-]{1,8}", "[\t -~\u{a0}-\u{2fff}]{0,20}"), 1..5)
                        .prop_map(|parameters| (None, parameters)),
                ],
            ),
            0..4,
        ),
    ) {
        let challenges: Vec<Challenge> = challenges
            .into_iter()
            .map(|(scheme, (token68, mut parameters))| {
                parameters.sort();
                parameters.dedup_by(|a, b| a.0 == b.0);
                Challenge { scheme, token68, parameters }
            })
            .collect();
        let printed: Vec<String> = challenges.iter().map(Challenge::to_string).collect();
        prop_assert_eq!(Challenge::parse(&printed.join(", ")).expect("our own text"), challenges);
    }

    #[test]
    fn no_header_makes_it_panic(text in "[ -~\t\u{a0}-\u{ff}]{0,80}", dense in "[ ,=\"\\\\ab~]{0,40}") {
        for text in [text, dense] {
            if let Ok(challenges) = Challenge::parse(&text) {
                let printed: Vec<String> = challenges.iter().map(Challenge::to_string).collect();
                prop_assert_eq!(Challenge::parse(&printed.join(", ")).expect("our own text"), challenges);
            }
        }
    }
}
