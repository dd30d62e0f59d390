//! A login on another device (RFC 8628).

use auth_core::{DeviceAuthorizationResponse, Error};

use super::AsyncSession;
use crate::{
    client::{event::LoginMethod, run::Run, status::Status},
    flow::{device_login, token_message::LoginProof},
    login::canceller::Canceller,
    sync::in_flight::Running,
};

impl AsyncSession {
    /// Logs in on another device, as
    /// [`Session::log_in_with_device`](crate::Session::log_in_with_device) does.
    ///
    /// Dropping the future stops the polling, and loses the token if the server issues it at that
    /// moment; [`log_in_with_device_until`](Self::log_in_with_device_until) does not. Once the
    /// token is there, the login continues.
    ///
    /// ```no_run
    /// # async fn login(session: auth_flows::AsyncSession) -> Result<(), auth_core::Error> {
    /// let status = session.log_in_with_device(|device| eprintln!("{device}")).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`Session::log_in_with_device`](crate::Session::log_in_with_device).
    pub async fn log_in_with_device(
        &self,
        show: impl FnOnce(&DeviceAuthorizationResponse) + Send,
    ) -> Result<Status, Error> {
        self.device_login(show).await
    }

    /// Does what [`log_in_with_device`](Self::log_in_with_device) does, until `canceller` cancels:
    /// the polling then stops. A request that is on its way is not cut off, so that no token is
    /// lost. If the server has issued one, the login is completed.
    ///
    /// ```no_run
    /// # async fn login(session: auth_flows::AsyncSession) -> Result<(), auth_core::Error> {
    /// let canceller = auth_flows::Canceller::new(); // a clone of it belongs to a button
    /// let show = |device: &auth_core::DeviceAuthorizationResponse| eprintln!("{device}");
    /// let status = session.log_in_with_device_until(&canceller, show).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Cancelled`](auth_core::ErrorKind::Cancelled) if `canceller` has cancelled. Otherwise those
    /// of [`log_in_with_device`](Self::log_in_with_device).
    #[doc(alias = "cancel")]
    pub async fn log_in_with_device_until(
        &self,
        canceller: &Canceller,
        show: impl FnOnce(&DeviceAuthorizationResponse) + Send,
    ) -> Result<Status, Error> {
        canceller.check()?;
        let mut session = self.clone();
        session.identity.canceller = Some(canceller.clone());
        session.device_login(show).await
    }

    async fn device_login(
        &self,
        show: impl FnOnce(&DeviceAuthorizationResponse) + Send,
    ) -> Result<Status, Error> {
        let running = self.client.0.activity.change()?;
        let (common, service) = (&self.client.0, &self.client.0.service);
        common.login_begun(&self.identity, self.check_writable().await)?;
        common.login_started(&self.identity, LoginMethod::Device);
        let begun = self.run(device_login::Begin::new(service)).await;
        let (device, began) = common.login_begun(&self.identity, begun)?;
        show(&device);
        let poll = device_login::Poll::new(service, device, began);
        let polled = self.run_noting(poll, Run::polling()).await;
        let (response, sent) = common.login_begun(&self.identity, polled)?;
        let proof = LoginProof::Device(response, sent);
        self.proven(proof, running).await
    }

    /// Completes the login, which nothing cancels any more.
    async fn proven(&self, proof: LoginProof, running: Running) -> Result<Status, Error> {
        let mut session = self.clone();
        session.identity.canceller = None;
        session.prove_within(proof, running).await
    }
}
