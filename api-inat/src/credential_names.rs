//! Where people keep what they log in to iNaturalist with: pyinaturalist's own variables and keyring entries.

use auth_core::{CredentialField, CredentialNames};

/// The names that today's users have set: the variables `INAT_USERNAME`, `INAT_PASSWORD`, `INAT_APP_ID` and
/// `INAT_APP_SECRET`, and in a keyring the entries of the service `/inaturalist` (pyinaturalist 0.21: its page on
/// authentication, and `KEYRING_KEY` in its source).
///
/// Only the application id is required: whether the others are needed depends on how one logs in.
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
    .with_required(CredentialField::ClientId);
