//! The parameters of an authorization response: RFC 6749 sections 4.1.2 and 4.1.2.1, RFC 9207.

use secrecy::ExposeSecret;

use crate::{
    error::{
        Error, ErrorKind,
        check::Check,
        oauth_error::OAuthError,
        text::{duplicate_parameter, presentable},
    },
    leniency::Quirks,
    wire::{form, secret::SecretText},
};

/// The known parameters. Each may occur once.
#[derive(Default)]
pub(super) struct Parameters {
    pub(super) code: Option<SecretText>,
    pub(super) state: Option<SecretText>,
    pub(super) iss: Option<String>,
    pub(super) error: Option<String>,
    pub(super) description: Option<String>,
    pub(super) uri: Option<String>,
    pub(super) hint: Option<String>,
    pub(super) unrequested: Option<&'static str>,
}

impl Parameters {
    /// Parses the query of a redirected URL.
    #[inline]
    pub(super) fn read(query: &str) -> Result<Self, Error> {
        let mut read = Self::default();
        for (name, value) in form::parse(query) {
            let name = name.expose_secret();
            let text = || value.expose_secret().to_owned();
            let duplicate = match name {
                "code" => read.code.replace(value).is_some(),
                "state" => read.state.replace(value).is_some(),
                "iss" => read.iss.replace(text()).is_some(),
                "error" => read.error.replace(text()).is_some(),
                "error_description" => read.description.replace(text()).is_some(),
                "error_uri" => read.uri.replace(text()).is_some(),
                "hint" => read.hint.replace(text()).is_some(),
                "access_token" => read.unrequested.replace("access_token").is_some(),
                "id_token" => read.unrequested.replace("id_token").is_some(),
                "response" => read.unrequested.replace("response").is_some(),
                _ => false,
            };
            if duplicate {
                return Err(foreign(Check::ParameterOnce, duplicate_parameter(name)));
            }
        }
        Ok(read)
    }

    /// Converts an error response, by what the program must do about it (RFC 6749 section 4.1.2.1).
    #[inline]
    pub(super) fn refusal(self, code: &str, client_id: &str, quirks: Quirks) -> Error {
        let short = |text: Option<String>| text.map(|text| presentable(&text, 400));
        let oauth = OAuthError {
            description: short(self.description),
            uri: short(self.uri),
            hint: short(self.hint),
            quirks,
            ..OAuthError::new(code)
        };
        let error = match code {
            "access_denied" => Error::new(ErrorKind::ConsentDenied, "the person refused")
                .with_help("ask again when they are willing"),
            "server_error" | "temporarily_unavailable" => {
                Error::new(ErrorKind::Refused, "the authorization server has a problem")
                    .with_help("begin a new login later")
            }
            "invalid_scope" => Error::new(
                ErrorKind::Configuration,
                format!(
                    "the server does not know the scopes, or does not grant them to the client \
                     `{client_id}`"
                ),
            )
            .with_setting("scope")
            .with_help("ask for scopes that this client is registered for, separated by spaces"),
            _ => Error::new(
                ErrorKind::Configuration,
                format!("the server refused the authorization request of the client `{client_id}`"),
            )
            .with_help("check how the client is registered"),
        };
        error.with_oauth(oauth)
    }
}

/// An error code, short enough for a sentence.
pub(super) fn short(code: &str) -> String {
    presentable(code, 60)
}

/// The error for a response with our `state` that fails a later check. It ends the login.
pub(super) fn invalid(check: Check, what: impl Into<String>) -> Error {
    foreign(check, what).with_help("begin a new login")
}

/// The error for a URL that is not the response to this request. A listener continues to listen.
pub(super) fn foreign(check: Check, what: impl Into<String>) -> Error {
    let what = format!("redirect does not belong to this login: {}", what.into());
    Error::new(ErrorKind::CallbackMismatch, what)
        .with_check(check)
        .with_help("keep waiting, or begin a new login")
}
