//! A login at the authorization URL of the server.

use std::sync::Arc;

use auth_core::{CodeGrant, Error};

use super::AsyncSession;
use crate::{
    client::{event::LoginMethod, status::Status},
    clock,
    flow::{complete_login::CompleteLogin, token_message::LoginProof},
    login::{Login, prepared::PreparedLogin},
    sync::in_flight::Running,
};

impl AsyncSession {
    /// Logs the user in: [`begin_login`](Self::begin_login), the wait and
    /// [`complete_login`](Self::complete_login) in one, with the errors of each.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run(async |session| {
    /// let login = auth_flows::Login::browser(|prompt| eprintln!("{prompt}"));
    /// # let login = login.open(setup::alice);
    /// let status = session.log_in(login).await?;
    /// # Ok(()) });
    /// ```
    #[doc(alias = "sign in")]
    pub async fn log_in(&self, login: Login) -> Result<Status, Error> {
        let grant = match self.begin_login(login).await.and_then(PreparedLogin::start) {
            Ok(pending) => pending.await,
            Err(error) => Err(error),
        };
        let grant = self.client.0.login_begun(&self.identity, grant)?;
        self.complete_login(grant).await
    }

    /// Prepares a login: makes the URL and binds the listener. Sends nothing. Fails as
    /// [`Session::begin_login`](crate::Session::begin_login) does.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_login(async |session, login| {
    /// let prepared = session.begin_login(login).await?;
    /// println!("Open {}", prepared.url());
    /// # Ok(()) });
    /// ```
    #[inline]
    pub async fn begin_login(&self, login: Login) -> Result<PreparedLogin, Error> {
        self.client.0.activity.check_open()?;
        self.check_writable().await?;
        let prepared = login.begin(&self.client.0.service)?;
        let common = &self.client.0;
        common.login_started(&self.identity, LoginMethod::Authorization);
        Ok(prepared)
    }

    /// Completes a login: exchanges the code, stores the tokens, and revokes the login that they
    /// replace.
    ///
    /// It continues if the future is dropped, because a code is valid once. It fails as
    /// [`Session::complete_login`](crate::Session::complete_login) does.
    ///
    /// ```
    /// # mod setup { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/setup.inc")); }
    /// # setup::run_login(async |session, login| {
    /// let grant = session.begin_login(login).await?.start()?.await?;
    /// let status = session.complete_login(grant).await?;
    /// # Ok(()) });
    /// ```
    pub async fn complete_login(&self, grant: CodeGrant) -> Result<Status, Error> {
        self.prove(LoginProof::Code(grant.with_accepted_at(clock::now())))
            .await
    }

    pub(in crate::client) async fn prove(&self, proof: LoginProof) -> Result<Status, Error> {
        let common = &self.client.0;
        let running = common.login_begun(&self.identity, common.activity.change())?;
        self.prove_within(proof, running).await
    }

    /// Completes a login that has begun, also if the client was closed meanwhile.
    pub(in crate::client) async fn prove_within(
        &self,
        proof: LoginProof,
        running: Running,
    ) -> Result<Status, Error> {
        let (start, common) = (clock::now(), &self.client.0);
        let flow = CompleteLogin::new(Arc::clone(&common.service), proof);
        let result = self.run_detached(flow, running).await;
        common.proved(&self.identity, start, &result);
        let outcome = result?;
        let status = common.status(&self.identity, &outcome.record)?;
        Ok(status.of_login(&outcome))
    }
}
