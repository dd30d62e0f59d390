//! The pending request as secret text, for a web service whose callback is another request.

use std::sync::Arc;

use secrecy::ExposeSecret;
use serde_json::Value;

use super::PendingAuthorization;
use crate::{
    error::{Error, ErrorKind},
    leniency::{Leniency, Quirk, Quirks},
    wire::{
        redirect::{RedirectKind, RedirectUri},
        secret::{SecretBytes, SecretText},
        secret_json::{SecretValue, push, push_text},
    },
};

impl PendingAuthorization {
    /// Serializes the pending request, for a web service whose callback is another request. The
    /// text contains the code verifier. Store it where only the server can read it, bound to the
    /// user's session, and use it once.
    #[must_use]
    #[inline]
    pub fn to_secret_text(&self) -> SecretBytes {
        let texts = [
            ("client_id", Some(&*self.client_id)),
            ("redirect_uri", Some(self.redirect_uri.as_str())),
            (
                "state",
                self.state.as_ref().map(ExposeSecret::expose_secret),
            ),
            ("verifier", Some(self.verifier.expose_secret())),
            ("issuer", self.issuer.as_deref()),
        ];
        let flags = [
            ("issuer_in_response", self.issuer_in_response),
            (
                "errors_without_state",
                self.leniency.allows(Quirk::ErrorWithoutState),
            ),
            (
                "unannounced_issuer",
                self.leniency.allows(Quirk::UnannouncedIssuer),
            ),
            (
                "unannounced_pkce",
                self.quirks.contains(Quirk::UnannouncedPkce),
            ),
        ];
        // Room for every character escaped: the text never moves, which would leave a copy of the
        // secrets behind.
        let secrets = texts.iter().map(|(_, text)| text.map_or(0, str::len));
        let mut out = String::with_capacity(512 + 6 * secrets.sum::<usize>());
        out.push_str("{\"version\":1");
        for (key, text) in texts {
            if let Some(text) = text {
                push(&mut out, format_args!(",\"{key}\":"));
                push_text(&mut out, text);
            }
        }
        for (key, flag) in flags {
            push(&mut out, format_args!(",\"{key}\":{flag}"));
        }
        out.push('}');
        SecretBytes::new(out.into_bytes())
    }

    /// Parses the text of [`to_secret_text`](Self::to_secret_text).
    ///
    /// # Errors
    /// [`ErrorKind::Store`] if the text is something else.
    #[inline]
    pub fn from_secret_text(text: &[u8]) -> Result<Self, Error> {
        let bad = || {
            Error::new(
                ErrorKind::Store,
                "that is not a stored authorization request",
            )
            .with_help("begin a new login")
        };
        let text = std::str::from_utf8(text).map_err(|_| bad())?;
        let value = SecretValue::read(text).map_err(|_| bad())?;
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let flag = |key: &str| value.get(key).and_then(Value::as_bool).ok_or_else(bad);
        if value.get("version").and_then(Value::as_u64) != Some(1) {
            return Err(bad());
        }
        let mut leniency = Leniency::strict();
        for (key, quirk) in [
            ("errors_without_state", Quirk::ErrorWithoutState),
            ("unannounced_issuer", Quirk::UnannouncedIssuer),
        ] {
            if flag(key)? {
                leniency = leniency.with(quirk);
            }
        }
        let mut quirks = Quirks::default();
        if flag("unannounced_pkce")? {
            quirks.add(Quirk::UnannouncedPkce);
        }
        let pending = Self {
            client_id: text("client_id").ok_or_else(bad)?.into(),
            redirect_uri: RedirectUri::restored(text("redirect_uri").ok_or_else(bad)?)?,
            state: text("state").map(SecretText::from),
            verifier: text("verifier").ok_or_else(bad)?.into(),
            issuer: text("issuer").map(Arc::from),
            issuer_in_response: flag("issuer_in_response")?,
            leniency,
            quirks,
        };
        let out_of_band = pending.redirect_uri.kind() == RedirectKind::OutOfBand;
        if pending.state.is_none() != out_of_band || pending.verifier.is_blank() {
            return Err(bad());
        }
        Ok(pending)
    }
}
