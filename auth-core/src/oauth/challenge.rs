//! Challenges of a resource server: `WWW-Authenticate`, RFC 6750 section 3 in the form of RFC 9110
//! section 11.6.1.

use std::fmt;

use crate::error::{
    Error, ErrorKind,
    check::Check,
    oauth_error::OAuthError,
    text::{duplicate_parameter, presentable},
};

/// One challenge of a `WWW-Authenticate` header: a scheme with its parameters, or with a token68.
///
/// A server says here why it rejects a token; Doorkeeper says it nowhere else. [`Error::about`]
/// reads it.
///
/// ```
/// use auth_core::Challenge;
///
/// let text = r#"Bearer error="invalid_token", error_description="The access token expired""#;
/// let challenge = &Challenge::parse(text)?[0];
/// assert!(challenge.is_bearer());
/// assert_eq!(challenge.error(), Some("invalid_token"));
/// assert_eq!(challenge.to_string(), text);
/// # Ok::<(), auth_core::Error>(())
/// ```
#[doc(alias = "www-authenticate")]
#[doc(alias = "401")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Challenge {
    scheme: String,
    token68: Option<String>,
    /// Names in lower case: they are case-insensitive.
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// Parses one header value, which may contain several challenges.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] if the value does not follow RFC 9110, or has a duplicate parameter
    /// in a challenge.
    pub fn parse(header: &str) -> Result<Vec<Self>, Error> {
        let mut reader = Reader { rest: header };
        let mut challenges = Vec::new();
        loop {
            reader.skip(|c| c == ',' || is_space(c));
            if reader.rest.is_empty() {
                return Ok(challenges);
            }
            challenges.push(reader.challenge()?);
        }
    }

    /// Parses all `WWW-Authenticate` headers of a response. Skips a header that is malformed.
    #[must_use]
    pub fn all(headers: &http::HeaderMap) -> Vec<Self> {
        let mut all = Vec::new();
        for value in headers.get_all(http::header::WWW_AUTHENTICATE) {
            let text = String::from_utf8_lossy(value.as_bytes());
            all.append(&mut Self::parse(&text).unwrap_or_default());
        }
        all
    }

    /// Returns the scheme, as the server spells it.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Returns whether the scheme is Bearer, in any case.
    #[must_use]
    pub fn is_bearer(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("bearer")
    }

    /// Returns the token68, which `Negotiate` has in place of parameters.
    #[must_use]
    pub fn token68(&self) -> Option<&str> {
        self.token68.as_deref()
    }

    /// Returns a parameter. Names are case-insensitive.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Returns `realm`: what is protected, in the server's words.
    #[must_use]
    pub fn realm(&self) -> Option<&str> {
        self.parameter("realm")
    }

    /// Returns `scope`: the required scopes, separated by spaces.
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.parameter("scope")
    }

    /// Returns `error`: `invalid_request`, `invalid_token` or `insufficient_scope` (RFC 6750
    /// section 3.1).
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.parameter("error")
    }

    /// Returns `error_description`: a text for developers.
    #[must_use]
    pub fn error_description(&self) -> Option<&str> {
        self.parameter("error_description")
    }

    /// Returns the error of the first Bearer challenge in these headers that has one.
    pub(crate) fn bearer_error(headers: &http::HeaderMap) -> Option<OAuthError> {
        let challenges = Self::all(headers);
        let bearer = challenges.iter().filter(|challenge| challenge.is_bearer());
        bearer
            .filter_map(|challenge| {
                let short = |name| challenge.parameter(name).map(|text| presentable(text, 400));
                Some(OAuthError {
                    description: short("error_description"),
                    uri: short("error_uri"),
                    ..OAuthError::new(challenge.error()?)
                })
            })
            .next()
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scheme)?;
        if let Some(token) = &self.token68 {
            write!(f, " {token}")?;
        }
        for (at, (name, value)) in self.parameters.iter().enumerate() {
            write!(f, "{}{name}=\"", if at == 0 { " " } else { ", " })?;
            for c in value.chars() {
                if matches!(c, '"' | '\\') {
                    f.write_str("\\")?;
                }
                write!(f, "{c}")?;
            }
            f.write_str("\"")?;
        }
        Ok(())
    }
}

/// A position in a header value.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn challenge(&mut self) -> Result<Challenge, Error> {
        let scheme = self.take(is_token);
        if scheme.is_empty() {
            return Err(malformed("a scheme is missing"));
        }
        let mut challenge = Challenge {
            scheme: scheme.to_owned(),
            token68: None,
            parameters: Vec::new(),
        };
        let spaces = self.take(is_space);
        if self.at_end() {
            return Ok(challenge);
        }
        if spaces.is_empty() {
            return Err(malformed("a scheme has characters that it cannot have"));
        }
        if let Some(token) = self.token68() {
            challenge.token68 = Some(token.to_owned());
            return Ok(challenge);
        }
        loop {
            let (name, value) = self.parameter()?;
            if challenge.parameter(&name).is_some() {
                return Err(malformed(duplicate_parameter(&name)).with_check(Check::ParameterOnce));
            }
            challenge.parameters.push((name, value));
            self.skip(is_space);
            if !self.at_end() {
                return Err(malformed("a comma is missing between parameters"));
            }
            let before = self.rest;
            self.skip(|c| c == ',' || is_space(c));
            if !self.at_parameter() {
                self.rest = before;
                return Ok(challenge);
            }
        }
    }

    /// Parses a token68. Only a comma or the end may follow it.
    fn token68(&mut self) -> Option<&'a str> {
        let fits =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '+' | '/');
        let body = self.rest.trim_start_matches(fits);
        let after = body.trim_start_matches('=');
        let token = &self.rest[..self.rest.len() - after.len()];
        let alone = after.trim_start_matches(is_space);
        let found = self.rest.len() > body.len() && (alone.is_empty() || alone.starts_with(','));
        found.then(|| {
            self.rest = alone;
            token
        })
    }

    fn parameter(&mut self) -> Result<(String, String), Error> {
        let name = self.take(is_token).to_ascii_lowercase();
        self.skip(is_space);
        let Some(rest) = self.rest.strip_prefix('=').filter(|_| !name.is_empty()) else {
            return Err(malformed("a parameter has no name or no equals sign"));
        };
        self.rest = rest;
        self.skip(is_space);
        let value = match self.rest.strip_prefix('"') {
            Some(rest) => {
                self.rest = rest;
                self.quoted()?
            }
            None => match self.take(is_token) {
                "" => return Err(malformed("a parameter has no value")),
                token => token.to_owned(),
            },
        };
        Ok((name, value))
    }

    fn quoted(&mut self) -> Result<String, Error> {
        let mut value = String::new();
        let mut chars = self.rest.chars();
        loop {
            let c = match chars.next() {
                Some('"') => {
                    self.rest = chars.as_str();
                    return Ok(value);
                }
                Some('\\') => chars.next(),
                other => other,
            };
            match c {
                Some(c) if c == '\t' || !c.is_control() => value.push(c),
                Some(_) => return Err(malformed("a quoted text has control characters")),
                None => return Err(malformed("a quoted text has no end")),
            }
        }
    }

    /// Returns whether a name and an equals sign follow: another parameter, not another challenge.
    fn at_parameter(&self) -> bool {
        let after = self.rest.trim_start_matches(is_token);
        after.len() < self.rest.len() && after.trim_start_matches(is_space).starts_with('=')
    }

    fn at_end(&self) -> bool {
        self.rest.is_empty() || self.rest.starts_with(',')
    }

    #[inline(never)]
    fn take(&mut self, fits: fn(char) -> bool) -> &'a str {
        let after = self.rest.trim_start_matches(fits);
        let taken = &self.rest[..self.rest.len() - after.len()];
        self.rest = after;
        taken
    }

    fn skip(&mut self, fits: fn(char) -> bool) {
        self.take(fits);
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// RFC 9110 section 5.6.2.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(
            c,
            '!' | '#'..='\'' | '*' | '+' | '-' | '.' | '^' | '_' | '`' | '|' | '~'
        )
}

fn malformed(what: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Malformed, what)
        .with_help("the server's `WWW-Authenticate` header is not made as RFC 9110 has it")
}

#[cfg(test)]
mod tests;
