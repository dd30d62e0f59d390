//! A login on another device (RFC 8628).

use auth_core::{DeviceAuthorizationResponse, Error};

use super::Session;
use crate::{
    client::{event::LoginMethod, run::Run, status::Status},
    flow::{device_login, token_message::LoginProof},
    login::canceller::Canceller,
};

impl Session {
    /// Logs in on another device (RFC 8628).
    ///
    /// `show` receives the address and the code for the user; its `Display` is a sentence with
    /// both. Then this polls the server until the user has logged in, or the code expires.
    ///
    /// ```no_run
    /// # fn login(session: auth_flows::Session) -> Result<(), auth_core::Error> {
    /// let status = session.log_in_with_device(|device| eprintln!("{device}"))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ConsentDenied`](auth_core::ErrorKind::ConsentDenied) if the user refuses.
    /// [`TimedOut`](auth_core::ErrorKind::TimedOut) if the code expires before the login.
    /// [`Configuration`](auth_core::ErrorKind::Configuration) if the server has no device
    /// authorization endpoint, or refuses the client.
    pub fn log_in_with_device(
        &self,
        show: impl FnOnce(&DeviceAuthorizationResponse),
    ) -> Result<Status, Error> {
        self.device_login(show)
    }

    /// Does what [`log_in_with_device`](Self::log_in_with_device) does, until `canceller` cancels:
    /// the polling then stops. A request that is on its way is not cut off, so that no token is
    /// lost. If the server has issued one, the login is completed.
    ///
    /// ```no_run
    /// # fn login(session: auth_flows::Session) -> Result<(), auth_core::Error> {
    /// let canceller = auth_flows::Canceller::new(); // a clone of it belongs to a button
    /// let status = session.log_in_with_device_until(&canceller, |device| eprintln!("{device}"))?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Cancelled`](auth_core::ErrorKind::Cancelled) if `canceller` has cancelled. Otherwise those
    /// of [`log_in_with_device`](Self::log_in_with_device).
    #[doc(alias = "cancel")]
    pub fn log_in_with_device_until(
        &self,
        canceller: &Canceller,
        show: impl FnOnce(&DeviceAuthorizationResponse),
    ) -> Result<Status, Error> {
        canceller.check()?;
        let mut session = self.clone();
        session.identity.canceller = Some(canceller.clone());
        session.device_login(show)
    }

    fn device_login(
        &self,
        show: impl FnOnce(&DeviceAuthorizationResponse),
    ) -> Result<Status, Error> {
        let _running = self.client.0.activity.change()?;
        let (common, service) = (&self.client.0, &self.client.0.service);
        common.login_begun(&self.identity, self.check_writable())?;
        common.login_started(&self.identity, LoginMethod::Device);
        let begun = self.run(device_login::Begin::new(service));
        let (device, began) = common.login_begun(&self.identity, begun)?;
        show(&device);
        let poll = device_login::Poll::new(service, device, began);
        let polled = self.run_noting(poll, Run::polling());
        let (response, sent) = common.login_begun(&self.identity, polled)?;
        self.proven(LoginProof::Device(response, sent))
    }

    /// Completes the login, which nothing cancels any more.
    fn proven(&self, proof: LoginProof) -> Result<Status, Error> {
        let mut session = self.clone();
        session.identity.canceller = None;
        session.prove_within(proof)
    }
}
