//! TLS to a database: rustls with ring, and the certificates of the system.

use std::{io, sync::Arc};

use auth_core::{Error, ErrorKind};
use rustls::{CertificateError, ClientConfig, RootCertStore, crypto::ring};

use super::system;

/// Returns a configuration with a provider of its own: the default of the process belongs to the
/// program.
pub(super) fn config() -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        if let Some(failure) = found.errors.into_iter().next() {
            return Err(unread(failure));
        }
        return Err(Error::new(
            ErrorKind::Configuration,
            "the system has no certificates, which an encrypted connection requires",
        )
        .with_setting("SSL_CERT_FILE")
        .with_help("install ca-certificates, or set SSL_CERT_FILE to a file with certificates"));
    }
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|source| {
            Error::new(ErrorKind::Configuration, "cannot set up TLS").with_source(source)
        })?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// The error for certificates that are there, or that `SSL_CERT_FILE` names, and cannot be read.
fn unread(failure: rustls_native_certs::Error) -> Error {
    let of_system = match &failure.kind {
        rustls_native_certs::ErrorKind::Io { inner, .. } => match inner.kind() {
            io::ErrorKind::PermissionDenied => None,
            _ => system::help(inner),
        },
        _ => None,
    };
    let what = "the certificates cannot be read, which an encrypted connection requires";
    Error::new(ErrorKind::Configuration, what)
        .with_setting("SSL_CERT_FILE")
        .with_help(of_system.unwrap_or(
            "correct the path in SSL_CERT_FILE if it is set, and let this program read the file",
        ))
        .with_source(failure)
}

/// Returns why TLS failed. `None` if the connection was lost meanwhile, which may pass: the engine
/// or a proxy in front of it restarts.
pub(super) fn refusal(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// Returns the error of a server that TLS refused, or that refused ours.
pub(super) fn refused(label: &str, setting: &str, why: &rustls::Error) -> Error {
    let help = match why {
        rustls::Error::InvalidCertificate(problem) => certificate_help(problem),
        rustls::Error::InvalidMessage(_) => "use a port at which the server speaks TLS",
        _ => OTHER,
    };
    Error::new(ErrorKind::Configuration, format!("{label}: TLS failed"))
        .with_setting(setting.to_owned())
        .with_help(help)
}

const OTHER: &str = "correct the certificate of the server, or the host in the URL";

fn certificate_help(problem: &CertificateError) -> &'static str {
    match problem {
        // The second one: of another authority with the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "set SSL_CERT_FILE to a copy of the system's certificates with that of the authority \
             that signed the server's: it replaces them for all connections of this program"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "use a host in the URL that the certificate of the server names"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "renew the certificate of the server"
        }
        // What `openssl req -x509` makes; rustls has no variant for it.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "the server shows a certificate of an authority: give it one that was signed by that, or \
             one that signs itself with basicConstraints=CA:FALSE"
        }
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use rustls::InvalidMessage;

    use super::*;

    #[test]
    fn each_reason_has_its_own_help() {
        let check = |why: rustls::Error, words: &str| {
            let error = io::Error::new(io::ErrorKind::InvalidData, why);
            let refusal = refusal(&error).expect("TLS refused");
            let shown = refused("PostgreSQL db/d", "Postgres", refusal);
            let text = shown.to_string();
            assert!(shown.is_configuration() && !shown.is_retryable(), "{text}");
            assert!(text.contains(words) && text.contains("db/d"), "{text}");
        };
        let certificate = rustls::Error::InvalidCertificate;
        check(
            certificate(CertificateError::UnknownIssuer),
            "SSL_CERT_FILE",
        );
        check(
            certificate(CertificateError::NotValidForName),
            "a host in the URL",
        );
        check(certificate(CertificateError::Expired), "renew");
        check(
            certificate(CertificateError::Revoked),
            "correct the certificate",
        );
        let plain = rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType);
        check(plain, "speaks TLS");
    }

    #[test]
    fn a_connection_that_is_lost_meanwhile_is_no_refusal() {
        for error in [
            io::Error::from(io::ErrorKind::ConnectionReset),
            io::Error::new(io::ErrorKind::UnexpectedEof, "tls handshake eof"),
        ] {
            assert!(refusal(&error).is_none(), "{error}");
        }
    }
}
