//! The names of Info Flora's credentials: variables and keyring entries.

use auth_core::{CredentialField, CredentialNames};

/// The names of the client id and secret. They are the variables `INFOFLORA_CLIENT_ID` and
/// `INFOFLORA_CLIENT_SECRET`, and in a keyring the entries `client_id` and `client_secret` of the
/// service `/infoflora`.
///
/// Pass it to `keystore::Credentials::discover`. Both fields are required: Info Flora's clients
/// have a secret for both grants, in addition to PKCE (its page on authentication). The names are
/// this crate's own; no other tool is known to store these credentials in a keyring.
///
/// ```
/// use auth_core::CredentialField::{ClientSecret, Password};
///
/// let names = api_infoflora::CREDENTIALS;
/// assert_eq!(names.variable(ClientSecret), Some("INFOFLORA_CLIENT_SECRET"));
/// assert!(names.is_required(ClientSecret));
/// assert_eq!(names.variable(Password), None);
/// ```
#[doc(alias = "environment variable")]
pub const CREDENTIALS: CredentialNames = CredentialNames::new("/infoflora")
    .with_field(
        CredentialField::ClientId,
        "INFOFLORA_CLIENT_ID",
        "client_id",
    )
    .with_field(
        CredentialField::ClientSecret,
        "INFOFLORA_CLIENT_SECRET",
        "client_secret",
    )
    .with_required(CredentialField::ClientId)
    .with_required(CredentialField::ClientSecret);
