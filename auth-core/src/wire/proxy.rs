//! The proxy of the environment, read alike by all transports.

use std::{fmt, net::IpAddr};

/// The proxy that the variables of the environment name, and the hosts that they except. For
/// transports.
///
/// The proxy is the first that is set of `HTTPS_PROXY`, `https_proxy`, `ALL_PROXY` and `all_proxy`.
/// `HTTP_PROXY` is for plain http, which goes to loopback addresses only, without a proxy.
///
/// The exceptions are in `NO_PROXY` or `no_proxy`, separated by commas or blanks, as curl reads
/// them. Each is an address, a network such as `192.168.0.0/16`, a domain with its subdomains, or
/// `*` for all hosts. A dot or `*.` before a domain changes nothing.
///
/// ```
/// use auth_core::ProxyRules;
///
/// // A transport passes `|name| std::env::var(name).ok()`.
/// let rules = ProxyRules::read(|name| match name {
///     "HTTPS_PROXY" => Some("http://proxy.example.org:3128".to_owned()),
///     "NO_PROXY" => Some("example.net, 10.0.0.0/8".to_owned()),
///     _ => None,
/// });
/// assert_eq!(rules.proxy_for("api.example.com"), Some("http://proxy.example.org:3128"));
/// assert_eq!(rules.proxy_for("api.example.net"), None);
/// assert_eq!(rules.proxy_for("10.1.2.3"), None);
/// ```
#[doc(alias = "NO_PROXY")]
#[doc(alias = "HTTPS_PROXY")]
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProxyRules {
    proxy: Option<String>,
    exceptions: Vec<Exception>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Exception {
    All,
    /// The addresses whose first bits, as many as the number says, are the same.
    Network(IpAddr, u32),
    /// In lower case, without a dot before or behind it.
    Domain(String),
}

impl ProxyRules {
    /// Reads the variables with a function that returns the value of one.
    pub fn read(variable: impl Fn(&'static str) -> Option<String>) -> Self {
        Self::from_values(&|name| variable(name).filter(|value| !value.trim().is_empty()))
    }

    fn from_values(variable: &dyn Fn(&'static str) -> Option<String>) -> Self {
        let first = |names: &[&'static str]| names.iter().find_map(|name| variable(name));
        let proxy = first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]);
        let list = first(&["NO_PROXY", "no_proxy"]).unwrap_or_default();
        let entries = list.split(|c: char| c == ',' || c.is_whitespace());
        Self {
            proxy: proxy.map(|proxy| proxy.trim().to_owned()),
            exceptions: entries.filter_map(Exception::parse).collect(),
        }
    }

    /// Returns the proxy, whatever the exceptions. It may contain a password.
    #[must_use]
    pub fn any(&self) -> Option<&str> {
        self.proxy.as_deref()
    }

    /// Returns the proxy for https requests to this host. It may contain a password. `None` for
    /// loopback addresses.
    #[must_use]
    pub fn proxy_for(&self, host: &str) -> Option<&str> {
        let proxy = self.proxy.as_deref()?;
        let host = host.trim_matches(['[', ']']).trim_end_matches('.');
        let host = host.to_ascii_lowercase();
        if host.parse::<IpAddr>().is_ok_and(|host| host.is_loopback()) {
            return None;
        }
        let excepted = self.exceptions.iter().any(|entry| entry.is_for(&host));
        (!excepted).then_some(proxy)
    }
}

impl fmt::Debug for ProxyRules {
    // The proxy may contain a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyRules")
            .field("exceptions", &self.exceptions)
            .finish_non_exhaustive()
    }
}

impl Exception {
    fn parse(entry: &str) -> Option<Self> {
        if entry == "*" {
            return Some(Self::All);
        }
        let (address, bits) = match entry.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (entry, None),
        };
        if let Ok(address) = address.trim_matches(['[', ']']).parse::<IpAddr>() {
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
            return (bits <= most).then_some(Self::Network(address, bits));
        }
        let domain = entry.trim_start_matches('*').trim_matches('.');
        (!domain.is_empty()).then(|| Self::Domain(domain.to_ascii_lowercase()))
    }

    fn is_for(&self, host: &str) -> bool {
        match self {
            Self::All => true,
            Self::Domain(domain) => host
                .strip_suffix(domain.as_str())
                .is_some_and(|before| before.is_empty() || before.ends_with('.')),
            Self::Network(network, bits) => {
                let differ = |a: u128, b: u128, width: u32| {
                    (a ^ b).checked_shr(width - bits).unwrap_or(0) != 0
                };
                match (network, host.parse::<IpAddr>()) {
                    (IpAddr::V4(a), Ok(IpAddr::V4(b))) => {
                        !differ(a.to_bits().into(), b.to_bits().into(), 32)
                    }
                    (IpAddr::V6(a), Ok(IpAddr::V6(b))) => !differ(a.to_bits(), b.to_bits(), 128),
                    _ => false,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(variables: &[(&'static str, &str)]) -> ProxyRules {
        ProxyRules::read(|name| {
            let value = variables.iter().find(|(of, _)| *of == name);
            value.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn which_proxy() {
        let check = |variables: &[(&'static str, &str)], expect: Option<&str>| {
            let rules = rules(variables);
            assert_eq!(rules.proxy_for("example.org"), expect, "{variables:?}");
            assert_eq!(rules.any(), expect);
        };
        check(&[], None);
        check(&[("HTTP_PROXY", "http://a")], None);
        check(&[("all_proxy", "http://a")], Some("http://a"));
        let both = [("ALL_PROXY", "http://a"), ("https_proxy", " b:80 ")];
        check(&both, Some("b:80"));
        check(
            &[("HTTPS_PROXY", ""), ("ALL_PROXY", "http://a")],
            Some("http://a"),
        );
    }

    #[test]
    fn which_hosts_are_excepted() {
        let check = |list: &str, host: &str, excepted: bool| {
            let rules = rules(&[("HTTPS_PROXY", "http://p"), ("NO_PROXY", list)]);
            let direct = rules.proxy_for(host).is_none();
            assert_eq!(direct, excepted, "{list} for {host}");
        };
        for list in [
            "api.invalid",
            "other, api.invalid",
            "other api.invalid",
            "API.Invalid",
            ".api.invalid",
            "invalid",
            ".invalid",
            "*.invalid",
            "*",
            "other,,*",
        ] {
            check(list, "api.invalid", true);
            check(list, "API.invalid.", true);
        }
        for list in [
            "",
            "other",
            "i.invalid",
            "api.invalid.org",
            "v1.api.invalid",
            ",",
            ".",
        ] {
            check(list, "api.invalid", false);
        }
        check("192.168.0.0/16", "192.168.7.9", true);
        check("192.168.0.0/16", "192.169.7.9", false);
        check("192.168.0.0/16", "api.invalid", false);
        check("0.0.0.0/0", "192.169.7.9", true);
        check("10.0.0.1", "10.0.0.1", true);
        check("10.0.0.1", "10.0.0.10", false);
        check("10.0.0.1/33, 10.0.0.1/x", "10.0.0.1", false);
        check("fd00::/8", "[fd12::1]", true);
        check("[fd00::1]", "[fd00::1]", true);
        check("fd00::/8", "[fe80::1]", false);
        check("::/0", "[fe80::1]", true);
        check("", "127.0.0.1", true);
        check("", "[::1]", true);
    }

    #[test]
    fn what_it_shows() {
        let rules = rules(&[("HTTPS_PROXY", "socks5://me:secret@p"), ("NO_PROXY", "a")]);
        assert!(!format!("{rules:?}").contains("secret"));
    }
}
