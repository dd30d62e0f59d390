//! A login at the authorization URL of the server.

use std::sync::Arc;

use auth_core::{CodeGrant, Error};

use super::Session;
use crate::{
    client::{event::LoginMethod, status::Status},
    clock,
    flow::{complete_login::CompleteLogin, token_message::LoginProof},
    login::{Login, pending::PendingLogin, prepared::PreparedLogin},
};

impl Session {
    /// Logs the user in: [`begin_login`](Self::begin_login), [`wait`](crate::PendingLogin::wait)
    /// and [`complete_login`](Self::complete_login) in one, with the errors of each.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session) = setup::session();
    /// let login = auth_flows::Login::browser(|prompt| eprintln!("{prompt}"));
    /// # let login = login.open(setup::alice);
    /// let status = session.log_in(login)?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    #[doc(alias = "sign in")]
    #[inline]
    pub fn log_in(&self, login: Login) -> Result<Status, Error> {
        let begun = self.begin_login(login).and_then(PreparedLogin::start);
        let grant = begun.and_then(PendingLogin::wait);
        self.complete_login(self.client.0.login_begun(&self.identity, grant)?)
    }

    /// Prepares a login: makes the URL and binds the listener. Sends nothing. Finds out before the
    /// user is asked whether the login can be saved.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session, login) = setup::login();
    /// let prepared = session.begin_login(login)?;
    /// println!("Open {}", prepared.url());
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    /// # Errors
    /// [`Configuration`](auth_core::ErrorKind::Configuration) if the port is in use, the redirect
    /// URI is not valid, or the service has no authorization endpoint or requires pushed requests.
    /// The store's error if it cannot be written.
    #[inline]
    pub fn begin_login(&self, login: Login) -> Result<PreparedLogin, Error> {
        self.client.0.activity.check_open()?;
        self.check_writable()?;
        let prepared = login.begin(&self.client.0.service)?;
        let common = &self.client.0;
        common.login_started(&self.identity, LoginMethod::Authorization);
        Ok(prepared)
    }

    /// Completes a login: exchanges the code, stores the tokens, and revokes the login they
    /// replace.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # let (_server, session, login) = setup::login();
    /// let grant = session.begin_login(login)?.start()?.wait()?;
    /// let status = session.complete_login(grant)?;
    /// # Ok::<(), auth_core::Error>(())
    /// ```
    /// # Errors
    /// The server's error if it refuses the code. [`Store`](auth_core::ErrorKind::Store) if the
    /// tokens cannot be stored.
    pub fn complete_login(&self, grant: CodeGrant) -> Result<Status, Error> {
        self.prove(LoginProof::Code(grant.with_accepted_at(clock::now())))
    }

    pub(in crate::client) fn prove(&self, proof: LoginProof) -> Result<Status, Error> {
        let common = &self.client.0;
        let _running = common.login_begun(&self.identity, common.activity.change())?;
        self.prove_within(proof)
    }

    /// Completes a login that has begun, also if the client was closed meanwhile.
    pub(in crate::client) fn prove_within(&self, proof: LoginProof) -> Result<Status, Error> {
        let (start, common) = (clock::now(), &self.client.0);
        let flow = CompleteLogin::new(Arc::clone(&common.service), proof);
        let result = self.run(flow);
        common.proved(&self.identity, start, &result);
        let outcome = result?;
        let status = common.status(&self.identity, &outcome.record)?;
        Ok(status.of_login(&outcome))
    }
}
