//! An account with a file store, to inspect what is stored and when.

use std::thread;
use std::time::{Duration, Instant};

use auth_core::{Error, ExposeSecret, Freshness, SecretText, Store, TokenKind, TokenRecord};
use keystore::File;
use tempfile::TempDir;

use crate::env::{App, ServerEnv, alice, log_in, now};
use crate::report::{CheckResult, Failure};
use worlds::AnySession;

/// How long to wait for the server's tokens to expire; they are valid for 2 s.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// An account that is logged in, and its file.
pub(crate) struct StoredAccount {
    pub(crate) session: AnySession,
    home: TempDir,
}

impl StoredAccount {
    pub(crate) fn logged_in(env: &ServerEnv<'_>, app: App) -> Result<Self, Failure> {
        let home = TempDir::with_prefix("keystore-")?;
        let store = File::open(home.path())?;
        let session = env.world.account(env.service(app)?, store, "alice");
        let user = alice();
        log_in(&session, &user, user.browser())?;
        Ok(Self { session, home })
    }

    /// Opens the same file once more.
    pub(crate) fn store(&self) -> Result<File, Error> {
        File::open(self.home.path())
    }

    /// The token record in the file now.
    fn record(&self) -> Result<TokenRecord, Error> {
        let key = self
            .session
            .key()
            .ok_or_else(|| Error::internal("the session has no account"))?;
        match self.store()?.load(key)? {
            Some(text) => TokenRecord::from_text(text.expose_secret()),
            None => Ok(TokenRecord::default()),
        }
    }

    /// The refresh token in the file now.
    pub(crate) fn refresh_token(&self) -> Result<SecretText, Failure> {
        let record = self.record()?;
        let token = record.token(TokenKind::Login).ok_or("no token is stored")?;
        let refresh = token.refresh_token().ok_or("no refresh token is stored")?;
        Ok(refresh.clone())
    }

    /// Waits until the stored access token has expired.
    pub(crate) fn expire(&self) -> CheckResult {
        let deadline = Instant::now() + MAX_WAIT;
        while Instant::now() < deadline {
            let record = self.record()?;
            let token = record.token(TokenKind::Login).ok_or("no token is stored")?;
            if token.freshness(now()) == Freshness::Expired {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err("the access token does not expire".into())
    }
}
