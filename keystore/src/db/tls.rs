//! TLS to a database: rustls with ring, and the certificates of the system.

use std::sync::Arc;

use auth_core::{Error, ErrorKind};
use rustls::{ClientConfig, RootCertStore, crypto::ring};

/// Returns a configuration with a provider of its own: the default of the process belongs to the
/// program.
pub(super) fn config() -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        return Err(Error::new(
            ErrorKind::Configuration,
            "the system has no certificates, which an encrypted connection requires",
        )
        .with_setting("SSL_CERT_FILE")
        .with_help(
            "install ca-certificates, or set SSL_CERT_FILE to a file with the certificate",
        ));
    }
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|source| {
            Error::new(ErrorKind::Configuration, "cannot set up TLS").with_source(source)
        })?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
