//! The names of credentials for iNaturalist: pyinaturalist's variables and keyring entries.

use auth_core::{CredentialField, CredentialNames};

/// The credential names of pyinaturalist, so that existing set-ups work. They are the variables
/// `INAT_USERNAME`, `INAT_PASSWORD`, `INAT_APP_ID` and `INAT_APP_SECRET`, and the keyring entries
/// of the service `/inaturalist` (pyinaturalist 0.21: its page on authentication, and `KEYRING_KEY`
/// in its source).
///
/// `INAT_API_TOKEN` is a plain token, which this crate's examples read; it is never in the keyring.
///
/// Only the application id is required, and not even that beside a token. The method of login
/// decides about the others.
///
/// ```
/// use auth_core::CredentialField::{ClientId, Password};
///
/// let names = api_inat::CREDENTIALS;
/// assert_eq!(names.variable(Password), Some("INAT_PASSWORD"));
/// assert_eq!(names.keyring_user(ClientId), Some("app_id"));
/// assert_eq!(names.keyring_service(), "/inaturalist");
/// ```
pub const CREDENTIALS: CredentialNames = CredentialNames::new("/inaturalist")
    .with_field(CredentialField::Username, "INAT_USERNAME", "username")
    .with_field(CredentialField::Password, "INAT_PASSWORD", "password")
    .with_field(CredentialField::ClientId, "INAT_APP_ID", "app_id")
    .with_field(
        CredentialField::ClientSecret,
        "INAT_APP_SECRET",
        "app_secret",
    )
    .with_variable(CredentialField::Token, "INAT_API_TOKEN")
    .with_required(CredentialField::ClientId);
