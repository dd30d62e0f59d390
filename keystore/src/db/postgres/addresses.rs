//! The addresses of the hosts in a URL, so that each gets its share of the time: the client itself has a
//! limit for each connection, and none for the TLS and the login behind it.

use std::io;

use tokio_postgres::{
    Config,
    config::{Host, LoadBalanceHosts},
};

use crate::db::random_word;

/// The port of a URL without one.
pub(super) const PORT: u16 = 5432;

/// Returns the ports of the hosts: one for all, or one for each. Those of the option come behind those of
/// the hosts, which it replaces.
pub(super) fn ports(config: &Config) -> &[u16] {
    let count = config.get_hosts().len().max(config.get_hostaddrs().len());
    let ports = config.get_ports();
    match ports.get(count..) {
        Some(of_option) if !of_option.is_empty() => of_option,
        _ => ports,
    }
}

/// Returns a configuration for each address of the hosts, in their order, unless the URL asks for
/// another one. Fails if none of them has an address.
pub(super) async fn addresses(config: &Config) -> io::Result<Vec<Config>> {
    let (hosts, given, ports) = (config.get_hosts(), config.get_hostaddrs(), ports(config));
    let (mut found, mut failed) = (Vec::new(), None);
    for at in 0..hosts.len().max(given.len()) {
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(PORT);
        let host = hosts.get(at);
        match (given.get(at), host) {
            (Some(address), _) => {
                let mut one = of(config, host, port);
                one.hostaddr(*address);
                found.push(one);
            }
            (None, Some(Host::Tcp(name))) => match tokio::net::lookup_host((&**name, port)).await {
                Ok(addresses) => found.extend(addresses.map(|address| {
                    let mut one = of(config, host, port);
                    one.hostaddr(address.ip());
                    one
                })),
                Err(error) => failed = Some(error),
            },
            (None, _) => found.push(of(config, host, port)),
        }
    }
    if config.get_load_balance_hosts() == LoadBalanceHosts::Random {
        found.sort_by_cached_key(|_| random_word().ok());
    }
    match (found.is_empty(), failed) {
        (true, Some(error)) => Err(error),
        _ => Ok(found),
    }
}

/// Returns all of a configuration but its addresses.
fn of(config: &Config, host: Option<&Host>, port: u16) -> Config {
    let mut one = Config::new();
    match host {
        Some(Host::Tcp(name)) => {
            one.host(name);
        }
        #[cfg(unix)]
        Some(Host::Unix(path)) => {
            one.host_path(path);
        }
        None => {}
    }
    one.port(port)
        .ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .target_session_attrs(config.get_target_session_attrs())
        .channel_binding(config.get_channel_binding());
    if let Some(user) = config.get_user() {
        one.user(user);
    }
    if let Some(password) = config.get_password() {
        one.password(password);
    }
    if let Some(name) = config.get_dbname() {
        one.dbname(name);
    }
    if let Some(options) = config.get_options() {
        one.options(options);
    }
    if let Some(name) = config.get_application_name() {
        one.application_name(name);
    }
    if let Some(limit) = config.get_connect_timeout() {
        one.connect_timeout(*limit);
    }
    if let Some(limit) = config.get_tcp_user_timeout() {
        one.tcp_user_timeout(*limit);
    }
    if let Some(interval) = config.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = config.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(url: &str) -> io::Result<Vec<Config>> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(addresses(&url.parse().unwrap()))
    }

    /// All that a URL can say is in each of them: `Debug` shows each field but the password.
    #[test]
    fn each_address_has_the_rest_of_the_url() {
        let rest = "dbname=d user=u password=p options=-cgeqo=off application_name=a \
                    sslmode=require sslnegotiation=direct keepalives_idle=7 keepalives_interval=8 \
                    keepalives_retries=9 tcp_user_timeout=5 connect_timeout=3 target_session_attrs=read-write \
                    channel_binding=require";
        let addresses = found(&format!("host=a,b hostaddr=127.0.0.1,::1 port=1,2 {rest}")).unwrap();
        for (one, (host, address, port)) in addresses
            .iter()
            .zip([("a", "127.0.0.1", 1), ("b", "::1", 2)])
        {
            let text = format!("host={host} hostaddr={address} port={port} {rest}");
            assert_eq!(one, &text.parse::<Config>().unwrap());
        }
        assert_eq!(addresses.len(), 2);
    }

    #[test]
    fn hosts_without_an_address_are_left_out() {
        let count = |url: &str| found(url).map(|all| all.len()).map_err(|_| ());
        assert_eq!(count("host=127.0.0.1,127.0.0.2"), Ok(2));
        assert_eq!(count("host=::1 port=1"), Ok(1));
        assert_eq!(count("host=/run/a,127.0.0.1"), Ok(2));
        assert_eq!(count("host=a..b,127.0.0.1"), Ok(1));
        assert_eq!(count("host=a..b"), Err(()));
        assert_eq!(
            count("host=127.0.0.1,127.0.0.2 load_balance_hosts=random"),
            Ok(2)
        );
    }
}
