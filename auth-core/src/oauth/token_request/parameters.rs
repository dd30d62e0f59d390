//! The parameters of a token request: those of the grants, and additional ones (RFC 6749 sections
//! 4.5 and 8.3). None replaces one of the protocol's.

use secrecy::ExposeSecret;

use crate::{
    error::{
        Error, ErrorKind,
        check::Check,
        text::{duplicate_parameter, presentable},
    },
    wire::{form::Form, secret::SecretText, url::is_credential},
};

/// The parameters that the program adds.
#[derive(Debug, Default)]
pub(super) struct Extra<'a> {
    plain: Vec<(&'a str, &'a str)>,
    secret: Vec<(&'a str, &'a SecretText)>,
}

pub(in crate::oauth) const AUTHORIZATION_CODE: &str = "authorization_code";
pub(in crate::oauth) const REFRESH_TOKEN: &str = "refresh_token";
pub(in crate::oauth) const CLIENT_CREDENTIALS: &str = "client_credentials";
pub(in crate::oauth) const PASSWORD: &str = "password";
pub(in crate::oauth) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A parameter of a grant: its name, and whether its value is secret.
pub(super) type Param = (&'static str, bool);

/// The grants of RFC 6749 and RFC 8628, with the parameters that each sends. A new grant is a row
/// here, a constructor of `TokenRequest` with the values, and its arms in
/// `token_error::token_error`.
pub(super) const GRANTS: [(&str, &[Param]); 5] = [
    (
        AUTHORIZATION_CODE,
        &[
            ("code", true),
            ("redirect_uri", false),
            ("code_verifier", true),
        ],
    ),
    (REFRESH_TOKEN, &[("refresh_token", true)]),
    (CLIENT_CREDENTIALS, &[]),
    (PASSWORD, &[("username", false), ("password", true)]),
    (DEVICE_CODE, &[("device_code", true)]),
];

/// The parameters that every token request sets itself, or that must not be sent in addition to its
/// own client authentication.
const ALWAYS: [&str; 6] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "scope",
];

/// The parameters that may be repeated (RFC 8693 section 2.1, RFC 8707 section 2).
const MANY: [&str; 2] = ["resource", "audience"];

impl<'a> Extra<'a> {
    pub(super) fn plain(
        &mut self,
        name: &'a str,
        value: &'a str,
        grant_type: &str,
    ) -> Result<(), Error> {
        self.check(name, grant_type)?;
        self.plain.push((name, value));
        Ok(())
    }

    pub(super) fn secret(
        &mut self,
        name: &'a str,
        value: &'a SecretText,
        grant_type: &str,
    ) -> Result<(), Error> {
        self.check(name, grant_type)?;
        self.secret.push((name, value));
        Ok(())
    }

    /// Returns the values that an error must not repeat, including plain ones whose name is a
    /// credential's.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &'a str> {
        let plain = self.plain.iter().filter(|(name, _)| is_credential(name));
        let secret = self.secret.iter().map(|(_, value)| value.expose_secret());
        secret.chain(plain.map(|(_, value)| *value))
    }

    pub(super) fn fill(&self, form: &mut Form) {
        for (name, value) in &self.plain {
            form.add_foreign(name, value);
        }
        for (name, value) in &self.secret {
            form.add_foreign(name, value.expose_secret());
        }
    }

    fn check(&self, name: &str, grant_type: &str) -> Result<(), Error> {
        // An extension may use the grants' parameter names with its own meaning.
        let mut own = GRANTS
            .iter()
            .flat_map(|(_, params)| *params)
            .map(|(name, _)| name);
        let core = ALWAYS.contains(&name)
            || (is_taken(grant_type) && own.any(|own| *own == name))
            || name.is_empty();
        if core {
            return Err(core_parameter(name));
        }
        let names = self.plain.iter().map(|(name, _)| *name);
        let mut names = names.chain(self.secret.iter().map(|(name, _)| *name));
        if !MANY.contains(&name) && names.any(|own| own == name) {
            return Err(Error::new(ErrorKind::Usage, duplicate_parameter(name))
                .with_check(Check::ParameterOnce));
        }
        Ok(())
    }
}

/// The error for a parameter that is the protocol's own.
pub(in crate::oauth) fn core_parameter(name: &str) -> Error {
    let name = presentable(name, 40);
    let what = format!("the parameter `{name}` belongs to the protocol and cannot be set");
    Error::new(ErrorKind::Usage, what).with_check(Check::CoreParameter)
}

/// Checks that an extension's name is a URI (RFC 6749 section 4.5), or at least not one of the
/// known names.
pub(super) fn check_grant_type(grant_type: &str) -> Result<(), Error> {
    let blank = grant_type.is_empty() || !grant_type.bytes().all(|byte| byte.is_ascii_graphic());
    if blank || is_taken(grant_type) {
        let what = format!(
            "`{}` is not the name of an extension grant",
            presentable(grant_type, 80)
        );
        return Err(Error::new(ErrorKind::Usage, what)
            .with_check(Check::CoreParameter)
            .with_help(
                "give the grant's URI; the grants of RFC 6749 have constructors of their own",
            ));
    }
    Ok(())
}

fn is_taken(grant_type: &str) -> bool {
    GRANTS.iter().any(|(own, _)| *own == grant_type)
}
