//! The proxy of the environment.

use auth_core::{ProxyRules, TransportError};
use reqwest::{ClientBuilder, Proxy};

/// Sets the environment's proxy on a builder, if it names one.
///
/// reqwest would read it almost alike. This crate's own reading is that of all its transports.
pub(crate) fn set(builder: ClientBuilder, rules: &ProxyRules) -> ClientBuilder {
    if rules.any().is_none() {
        return builder; // which leaves reqwest the system's proxy, with the feature `system-proxy`
    }
    let rules = rules.clone();
    builder.proxy(Proxy::custom(move |url| {
        let host = url.host_str()?;
        rules.proxy_for(host).map(str::to_owned)
    }))
}

/// Fails if the host's proxy cannot be used. reqwest would send past it, and tell others what it
/// should hide.
pub(crate) fn check(rules: &ProxyRules, host: &str) -> Result<(), TransportError> {
    let Some(proxy) = rules.proxy_for(host) else {
        return Ok(());
    };
    let scheme = match proxy.split_once("://") {
        Some((scheme, _)) => scheme.to_ascii_lowercase(),
        None => "http".to_owned(),
    };
    let (what, help) = match &scheme[..] {
        "http" | "https" => return Ok(()),
        "socks4" | "socks4a" | "socks5" | "socks5h" if cfg!(feature = "socks") => return Ok(()),
        "socks4" | "socks4a" | "socks5" | "socks5h" => (
            "the proxy of the environment is a SOCKS proxy, and the feature `socks` is off",
            "enable the feature `socks` of http-reqwest",
        ),
        _ => (
            "the proxy of the environment has an unknown form",
            "write it as http://host:port in `HTTPS_PROXY` or `ALL_PROXY`",
        ),
    };
    Err(TransportError::not_sent(what)
        .misconfigured()
        .with_help(help))
}

#[cfg(test)]
mod tests {
    use crate::Reqwest;
    use auth_core::{AsyncTransport, Body, Limits, TransportError};
    use auth_testkit::raw::{RawServer, ScriptStep};

    /// Sends an https request to `host`, and returns whether it went to the proxy.
    async fn proxied(
        variables: &[(&'static str, String)],
        host: &str,
    ) -> Result<bool, TransportError> {
        let refuses = |_| vec![ScriptStep::Reset];
        let proxy = RawServer::start(refuses);
        let transport = Reqwest::with_environment(|name| {
            let value = variables.iter().find(|(of, _)| *of == name);
            value.map(|(_, value)| value.replace("PROXY", &proxy.address().to_string()))
        });
        let request = http::Request::get(format!("https://{host}/")).body(Body::Empty);
        let outcome = transport.send(request.unwrap(), &Limits::token()).await;
        let error = outcome.unwrap_err();
        match error.is_misconfigured() {
            true => Err(error),
            false => Ok(proxy.connections() > 0),
        }
    }

    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    #[::tokio::test]
    async fn the_environment_is_read_as_other_programs_read_it() {
        // A label of 64 letters is too long (RFC 1035 section 2.3.4), so no resolver sends the
        // query of a direct request.
        let host = format!("{}.invalid", "a".repeat(64));
        for (no_proxy, host, expect) in [
            ("", &host[..], true),
            (&format!("other, {host}"), &host, false),
            ("invalid", &host, false),
            ("*.invalid", &host, false),
            ("a.invalid", &host, true),
            ("", "127.0.0.1:1", false),
        ] {
            let variables = [
                ("HTTPS_PROXY", "http://PROXY".to_owned()),
                ("NO_PROXY", no_proxy.to_owned()),
            ];
            let proxied = proxied(&variables, host).await.unwrap();
            assert_eq!(proxied, expect, "{no_proxy} for {host}");
        }
    }

    #[::tokio::test]
    async fn a_proxy_that_cannot_be_used_is_not_passed_by() {
        for proxy in ["socks5://PROXY", "ftp://PROXY"] {
            if cfg!(feature = "socks") && proxy.starts_with("socks") {
                continue;
            }
            let variables = [("ALL_PROXY", proxy.to_owned())];
            let error = proxied(&variables, "api.invalid").await.unwrap_err();
            assert!(error.to_string().contains("proxy"), "{error}");
        }
    }

    #[cfg(all(feature = "socks", any(feature = "rustls", feature = "native-tls")))]
    #[::tokio::test]
    async fn a_socks_proxy_is_used() {
        let variables = [("ALL_PROXY", "socks5h://PROXY".to_owned())];
        let host = format!("{}.invalid", "a".repeat(64));
        assert!(proxied(&variables, &host).await.unwrap());
    }
}
