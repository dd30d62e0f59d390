//! Reads an API's response, and finds the service's message in one that refuses.

use serde::de::DeserializeOwned;

use crate::{
    error::{Error, ErrorKind, verdict::TRY_LATER},
    oauth::challenge::Challenge,
    wire::{
        response_body::Response,
        retry_after::with_wait,
        server_message::{looks_like_html, server_message},
    },
};

impl Error {
    /// Makes an error from a response: with its status, the service's own message, and the wait
    /// that it requests.
    ///
    /// The message may have any shape: JSON with `error`, `errors`, `message` and similar keys, as
    /// text, list, object, or JSON inside a text. It may be errors by field, plain text, or the
    /// title of a web page. If the body has none, the error of a Bearer challenge (RFC 6750 section
    /// 3) is available as [`oauth`](Self::oauth). Of the response to a secret request
    /// ([`Limits::is_secret`](crate::Limits::is_secret)) only `error`, `error_description`, `hint`,
    /// `message` or a page's title are quoted.
    ///
    /// It looks at the first 64 KiB of the body.
    ///
    /// ```
    /// use auth_core::{ResponseBody, Error, ErrorKind};
    ///
    /// let body = br#"{"errors":[["Taxon can't be blank"]]}"#.to_vec();
    /// let response = http::Response::builder()
    ///     .status(422)
    ///     .body(ResponseBody::new(body))
    ///     .expect("a response");
    /// let error = Error::about(ErrorKind::Refused, "the service refused", &response);
    /// assert_eq!(error.to_string(), "the service refused [HTTP 422]: Taxon can't be blank");
    /// ```
    #[must_use]
    pub fn about(
        kind: ErrorKind,
        what: impl Into<std::borrow::Cow<'static, str>>,
        response: &Response,
    ) -> Self {
        describe(Self::new(kind, what), response)
    }
}

/// Adds to the error all that the response says.
fn describe(error: Error, response: &Response) -> Error {
    let mut error = error
        .with_response(response)
        .with_server_message(&server_message(response, response.body().is_secret()));
    if error.server_message().is_none() {
        if let Some(oauth) = Challenge::bearer_error(response.headers()) {
            error = error.with_oauth(oauth);
        }
    }
    with_wait(error, response)
}

/// Parses the JSON body of a response, or returns the service's refusal as an error.
///
/// ```
/// use auth_core::{ErrorKind, ResponseBody, read_json};
///
/// let response = http::Response::new(ResponseBody::new(b"[1,2]".to_vec()));
/// assert_eq!(read_json::<Vec<u64>>(&response)?, [1, 2]);
/// let page = http::Response::new(ResponseBody::new(b"<html>Log in to the Wi-Fi</html>".to_vec()));
/// assert_eq!(read_json::<Vec<u64>>(&page).expect_err("a web page").kind(), ErrorKind::Malformed);
/// # let body = ResponseBody::new(br#"{"error":"no such list"}"#.to_vec());
/// # let refusal = http::Response::builder().status(404).body(body).expect("a response");
/// let error = read_json::<Vec<u64>>(&refusal).expect_err("a refusal");
/// assert_eq!(error.kind(), ErrorKind::Refused);
/// assert_eq!(error.server_message(), Some("no such list"));
/// # Ok::<(), auth_core::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Refused`] if the status is no success, with the service's own message.
/// [`ErrorKind::Malformed`] if the body is a web page, ends too early, or does not have the shape
/// of `T`.
pub fn read_json<T: DeserializeOwned>(response: &Response) -> Result<T, Error> {
    if !response.status().is_success() {
        return Err(refused(response));
    }
    let body = response.body().as_bytes();
    // One UTF-8 check of the whole body replaces one of each text in it: 10 % faster for a long
    // page.
    let read = match std::str::from_utf8(body) {
        Ok(text) => serde_json::from_str(text),
        Err(error) => Err(serde::de::Error::custom(error)),
    };
    read.map_err(|error| unreadable(response, &error))
}

#[cold]
fn refused(response: &Response) -> Error {
    let error = Error::about(
        ErrorKind::Refused,
        "the service refused the request",
        response,
    );
    match error.is_retryable() {
        true => error.with_help(TRY_LATER),
        false => error.with_help("check the request, and what this login is allowed to do"),
    }
}

fn unreadable(response: &Response, error: &serde_json::Error) -> Error {
    let length = response.body().as_bytes().len();
    let malformed = |what: String, help| {
        Error::new(ErrorKind::Malformed, what)
            .with_response(response)
            .with_help(help)
    };
    if looks_like_html(response) {
        let what = "the response is a web page in place of JSON".to_owned();
        return malformed(
            what,
            "check that no proxy or captive portal responds in the service's place",
        )
        .with_server_message(&server_message(response, response.body().is_secret()));
    }
    if length == 0 || error.is_eof() {
        return malformed(
            format!("the response ends after {length} bytes, too early"),
            "try again",
        )
        .cut_short();
    }
    // serde quotes values, which may be secrets.
    let what = match response.body().is_secret() {
        true => format!(
            "cannot decode the response: it does not have the expected shape at line {} column {}",
            error.line(),
            error.column()
        ),
        false => format!("cannot decode the response: {error}"),
    };
    malformed(what, "check the type that the response is read into")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::response_body::ResponseBody;

    fn response(kind: &str, body: &str) -> Response {
        with_status(200, kind, body)
    }

    fn with_status(status: u16, kind: &str, body: &str) -> Response {
        http::Response::builder()
            .status(status)
            .header("content-type", kind)
            .body(ResponseBody::new(body.as_bytes().to_vec()))
            .expect("a response")
    }

    #[test]
    fn words_in_any_shape() {
        let check = |body: &str, expect: &str| {
            assert_eq!(
                server_message(&response("application/json", body), false),
                expect,
                "{body}"
            )
        };
        check(r#"{"error":"Unauthorized","status":401}"#, "Unauthorized");
        check(
            r#"{"error":{"original":{"errors":[["A","B"],["C"]]}},"status":422}"#,
            "A; B; C",
        );
        check(
            r#"{"errors":[{"errorCode":"422","message":"{\"error\":\"inner\"}","from":"externalAPI"}]}"#,
            "inner",
        );
        check(
            r#"{"taxon":["can't be blank"],"status":"422"}"#,
            "taxon: can't be blank",
        );
        check(r#"{"success":false,"data":{"message":"no"}}"#, "no");
        check(
            r#"{"error":"invalid","error_description":"why","hint":"how"}"#,
            "invalid; why; how",
        );
        check(
            "The resource server rejected the request.",
            "The resource server rejected the request.",
        );
        check(
            "<html><head><TITLE>502 Bad Gateway</TITLE></head></html>",
            "502 Bad Gateway",
        );
        check("", "");
        check("[[[[[[[[[[[[\"deep\"]]]]]]]]]]]]", "");
    }

    #[test]
    fn a_refusal_is_never_read_as_a_value() {
        let check = |status, body: &str, words: Option<&str>, retryable| {
            let response = with_status(status, "application/json", body);
            let error = read_json::<serde_json::Value>(&response).expect_err(body);
            assert_eq!(error.kind(), ErrorKind::Refused, "{error}");
            assert_eq!(error.server_message(), words, "{error}");
            assert_eq!(error.is_retryable(), retryable, "{error}");
            assert_eq!(error.help() == Some(TRY_LATER), retryable, "{error}");
        };
        check(422, r#"{"error":"bad name"}"#, Some("bad name"), false);
        check(404, "{}", None, false);
        check(302, "{}", None, false);
        check(503, r#"{"error":"down"}"#, Some("down"), true);
        check(520, "", None, true);
        check(501, "", None, false);
    }

    #[test]
    fn a_success_that_ends_early_can_be_read_again() {
        let check = |body: &str, expect: bool| {
            let error = read_json::<Vec<u64>>(&response("application/json", body));
            assert_eq!(error.expect_err(body).is_retryable(), expect, "{body}");
        };
        check("", true);
        check("[1,2", true);
        check("{}", false);
        check("<title>Portal</title>", false);
    }

    #[test]
    fn successes_that_cannot_be_read() {
        let check = |kind: &str, body: &str, expect: &str| {
            let error = read_json::<Vec<u64>>(&response(kind, body)).expect_err(body);
            assert_eq!(error.kind(), ErrorKind::Malformed);
            assert!(error.to_string().contains(expect), "{body}: {error}");
        };
        check(
            "text/html",
            "<title>Portal</title>",
            "a web page in place of JSON [HTTP 200]: Portal",
        );
        check("application/json", "", "ends after 0 bytes");
        check("application/json", "[1,2", "ends after 4 bytes");
        check("application/json", "{}", "cannot decode the response");
        assert_eq!(
            read_json::<Vec<u64>>(&response("text/plain", "[1]")).expect("numbers"),
            [1]
        );
        let body = br#"{"api_token":"marked-secret"}"#.to_vec();
        let secret = Response::new(ResponseBody::secret(body));
        let error = read_json::<std::collections::HashMap<String, u8>>(&secret).expect_err("text");
        assert!(error.to_string().contains("line 1 column 28"), "{error}");
        assert!(!error.to_string().contains("marked"), "{error}");
    }
}
