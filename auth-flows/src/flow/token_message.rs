//! The message that requests a token. One function makes it for a renewal and one for a login, to
//! send the request and to read its response.

use auth_core::{
    CodeGrant, Error, ErrorKind, Message, Now, SecretText, Service, Token, TokenRequest,
    TokenResponse,
};

use crate::token::login_source::{LoginSource, RenewalMethod};

/// The user's proof that a login is completed with.
#[derive(Debug)]
pub(crate) enum LoginProof {
    Code(CodeGrant),
    Password {
        username: Box<str>,
        password: SecretText,
    },
    /// A token that the user allowed on another device, and when it was requested.
    Device(TokenResponse, Now),
    /// A derived token that the user copied from a page of the service.
    Pasted(TokenResponse),
}

/// A message whose response is a token.
pub(crate) type TokenMessage<'a> = Box<dyn Message<Output = TokenResponse> + 'a>;

/// The message of a renewal by this method, with the refresh token or the login token if it is made
/// with one of them.
pub(crate) fn of_renewal<'a>(
    service: &'a Service,
    method: RenewalMethod,
    login_source: &'a LoginSource,
    (refresh_token, login): (Option<&'a SecretText>, Option<&'a Token>),
) -> Result<TokenMessage<'a>, Error> {
    let client = service.client();
    Ok(match (method, login_source) {
        (RenewalMethod::LoginToken, _) => {
            let derivation = service
                .token_derivation()
                .ok_or_else(|| Error::new(ErrorKind::Usage, "the service derives no token"))?;
            Box::new(service.bind(derivation, login)?)
        }
        (RenewalMethod::RefreshToken, _) => {
            let missing = || Error::internal("the renewal has no refresh token");
            Box::new(TokenRequest::refresh(
                client,
                refresh_token.ok_or_else(missing)?,
            ))
        }
        (RenewalMethod::ClientCredentials, LoginSource::ClientCredentials { scope }) => {
            let message = TokenRequest::client_credentials(client);
            Box::new(with_scope(message, scope.as_deref()))
        }
        (RenewalMethod::Password, LoginSource::Password { username, password }) => {
            Box::new(by_password(service, username, password))
        }
        _ => return Err(Error::internal("the login source has no such method")),
    })
}

/// The message of a login with this proof, sent at this moment.
pub(crate) fn of_login<'a>(
    service: &'a Service,
    proof: &'a LoginProof,
    sent: Now,
) -> Result<TokenRequest<'a>, Error> {
    match proof {
        LoginProof::Code(grant) => Ok(TokenRequest::code(service.client(), grant).sent_at(sent)),
        LoginProof::Password { username, password } => Ok(by_password(service, username, password)),
        LoginProof::Device(..) | LoginProof::Pasted(_) => {
            Err(Error::internal("this proof of a login is a token already"))
        }
    }
}

/// With the service's scopes: there was no browser to ask for them in.
fn by_password<'a>(
    service: &'a Service,
    username: &'a str,
    password: &'a SecretText,
) -> TokenRequest<'a> {
    let message = TokenRequest::password(service.client(), username, password);
    with_scope(message, service.default_scope())
}

fn with_scope<'a>(message: TokenRequest<'a>, scope: Option<&'a str>) -> TokenRequest<'a> {
    match scope {
        Some(scope) => message.scope(scope),
        None => message,
    }
}
