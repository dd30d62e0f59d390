//! Which proxy a request uses.

use auth_core::{ProxyRules, TransportError};
use http::Uri;
use ureq::{Proxy, ProxyProtocol, config::Config};

/// Where an agent's proxy comes from.
#[derive(Clone)]
pub(crate) enum ProxySource {
    /// The program set it, or set none, or it is the system's.
    Config,
    /// The environment names it. ureq reads it differently from other programs, so its reading is
    /// replaced.
    Environment {
        rules: ProxyRules,
        proxy: Option<Proxy>,
    },
}

/// The proxy of one request.
pub(crate) enum ProxyChoice {
    AsConfigured,
    Use(Option<Proxy>),
}

impl ProxySource {
    /// The source for an agent with this configuration.
    pub(crate) fn of(config: &Config) -> Self {
        match config.proxy() {
            Some(proxy) if proxy.is_from_env() => {
                Self::environment(|name| std::env::var(name).ok())
            }
            _ => Self::Config,
        }
    }

    pub(crate) fn environment(variable: impl Fn(&'static str) -> Option<String>) -> Self {
        let rules = ProxyRules::read(variable);
        // An invalid address fails the first request that would use it, in `choose`.
        let proxy = rules.any().and_then(|proxy| Proxy::new(proxy).ok());
        match rules.any().is_none() && system().is_some() {
            true => Self::Config,
            false => Self::Environment { rules, proxy },
        }
    }

    /// Returns the proxy for a request to `uri`. Loopback addresses never have one.
    pub(crate) fn choose(&self, uri: &Uri, loopback: bool) -> Result<ProxyChoice, TransportError> {
        let is_direct =
            |rules: &ProxyRules| rules.proxy_for(uri.host().unwrap_or_default()).is_none();
        match self {
            _ if loopback => Ok(ProxyChoice::Use(None)),
            Self::Config => Ok(ProxyChoice::AsConfigured),
            Self::Environment { rules, .. } if is_direct(rules) => Ok(ProxyChoice::Use(None)),
            Self::Environment {
                proxy: Some(proxy), ..
            } if cfg!(feature = "socks") || !is_socks(proxy) => {
                Ok(ProxyChoice::Use(Some(proxy.clone())))
            }
            Self::Environment { proxy, .. } => Err(unusable(proxy.is_some())),
        }
    }
}

fn is_socks(proxy: &Proxy) -> bool {
    !matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https)
}

/// The proxy that the system is set to.
pub(crate) fn system() -> Option<Proxy> {
    match cfg!(all(windows, feature = "system-proxy")) {
        true => Proxy::try_from_env(), // then the registry
        false => None,
    }
}

/// Sending past a proxy that the environment names could tell others what it should hide.
fn unusable(is_socks: bool) -> TransportError {
    let (what, help) = match is_socks {
        true => (
            "the proxy of the environment is a SOCKS proxy, and the feature `socks` is off",
            "enable the feature `socks` of http-ureq",
        ),
        false => (
            "the proxy of the environment has an unknown form",
            "write it as http://host:port in `HTTPS_PROXY` or `ALL_PROXY`",
        ),
    };
    TransportError::not_sent(what)
        .misconfigured()
        .with_help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ureq;
    use auth_core::{Body, Limits, Transport};
    use auth_testkit::raw::{RawServer, ScriptStep};

    /// Sends an https request to `host`, and returns whether it went to the proxy.
    fn proxied(variables: &[(&'static str, String)], host: &str) -> Result<bool, TransportError> {
        let refuses = |_| vec![ScriptStep::Reset];
        let proxy = RawServer::start(refuses);
        let transport = Ureq::with_environment(|name| {
            let value = variables.iter().find(|(of, _)| *of == name);
            value.map(|(_, value)| value.replace("PROXY", &proxy.address().to_string()))
        });
        let request = http::Request::get(format!("https://{host}/")).body(Body::Empty);
        let error = transport
            .send(request.unwrap(), &Limits::token())
            .unwrap_err();
        match error.is_misconfigured() {
            true => Err(error),
            false => Ok(proxy.connections() > 0),
        }
    }

    #[test]
    fn the_environment_is_read_as_other_programs_read_it() {
        let check = |no_proxy: &str, host: &str, expect: bool| {
            let variables = [
                ("HTTPS_PROXY", "http://PROXY".to_owned()),
                ("NO_PROXY", no_proxy.to_owned()),
            ];
            let proxied = proxied(&variables, host).unwrap();
            assert_eq!(proxied, expect, "{no_proxy} for {host}");
        };
        // A label of 64 letters is too long (RFC 1035 section 2.3.4), so no resolver sends the
        // query of a direct request.
        let host = format!("{}.invalid", "a".repeat(64));
        check("", &host, true);
        check(&format!("other, {host}"), &host, false);
        check("invalid", &host, false);
        check("*.invalid", &host, false);
        check("a.invalid", &host, true);
        check("", "127.0.0.1:1", false);
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_not_passed_by() {
        for proxy in ["socks5://PROXY", "ftp://PROXY"] {
            if cfg!(feature = "socks") && proxy.starts_with("socks") {
                continue;
            }
            let variables = [("ALL_PROXY", proxy.to_owned())];
            let error = proxied(&variables, "api.invalid").unwrap_err();
            assert!(error.to_string().contains("proxy"), "{error}");
        }
    }

    #[cfg(feature = "socks")]
    #[test]
    fn a_socks_proxy_is_used() {
        let variables = [("ALL_PROXY", "socks5h://PROXY".to_owned())];
        let host = format!("{}.invalid", "a".repeat(64));
        assert!(proxied(&variables, &host).unwrap());
    }
}
