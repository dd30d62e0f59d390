//! The addresses of the hosts in a URL, so that each gets its share of the time: the client itself has a
//! limit for each connection, and none for the TLS and the login behind it.

use std::{future::Future, io, net::IpAddr, time::Duration};

use auth_core::Error;
use tokio::time::{Instant, timeout_at};
use tokio_postgres::{
    Config,
    config::{Host, LoadBalanceHosts},
};

use crate::db::{
    random_word,
    slot::{Late, any},
};

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

/// Returns the addresses of a name.
pub(super) async fn look_up(name: String) -> io::Result<Vec<IpAddr>> {
    // The port is that of the configuration.
    let found = tokio::net::lookup_host((name, PORT)).await?;
    Ok(found.map(|address| address.ip()).collect())
}

/// Returns a configuration for each address of the hosts, in their order, unless the URL asks for
/// another one; and those of names that are still being looked up after `patience`. Fails if none of
/// them has an address.
pub(super) async fn addresses<F>(
    config: &Config,
    patience: Duration,
    look_up: impl Fn(String) -> F,
) -> Result<(Vec<Config>, Vec<Late<Config>>), Error>
where
    F: Future<Output = Result<Vec<IpAddr>, Error>> + Send + 'static,
{
    let (hosts, given, ports) = (config.get_hosts(), config.get_hostaddrs(), ports(config));
    let (mut found, mut names, mut failed) = (Vec::new(), Vec::new(), None);
    for at in 0..hosts.len().max(given.len()) {
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(PORT);
        let host = hosts.get(at);
        let mut one = of(config, host, port);
        match (given.get(at), host) {
            (Some(address), _) => {
                one.hostaddr(*address);
                found.push((at, one));
            }
            // All at once: a server of names that is silent about one holds up no other.
            (None, Some(Host::Tcp(name))) => {
                let found = look_up(name.clone());
                names.push(Box::pin(async move {
                    let each = |address| {
                        let mut one = one.clone();
                        one.hostaddr(address);
                        one
                    };
                    let all = found
                        .await
                        .map(|all| all.into_iter().map(each).collect::<Vec<_>>());
                    (at, all)
                }));
            }
            (None, _) => found.push((at, one)),
        }
    }
    let end = Instant::now() + patience;
    while !names.is_empty() {
        let Ok((at, all)) = timeout_at(end, any(&mut names)).await else {
            break;
        };
        match all {
            Ok(all) => found.extend(all.into_iter().map(|one| (at, one))),
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) if found.is_empty() && names.is_empty() => return Err(error),
        _ => {}
    }
    match config.get_load_balance_hosts() {
        LoadBalanceHosts::Random => found.sort_by_cached_key(|_| random_word().ok()),
        _ => found.sort_by_key(|(at, _)| *at),
    }
    let known = found.into_iter().map(|(_, one)| one).collect();
    let late = names.into_iter().map(|name| {
        let late: Late<Config> = Box::pin(async move { name.await.1 });
        late
    });
    Ok((known, late.collect()))
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
    use auth_core::ErrorKind;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    fn failed(source: io::Error) -> Error {
        Error::new(ErrorKind::Transport, "no address").with_source(source)
    }

    fn found(url: &str) -> Result<Vec<Config>, Error> {
        let look_up = |name| async { look_up(name).await.map_err(failed) };
        let all = run(addresses(&url.parse().unwrap(), PATIENCE, look_up));
        all.map(|(known, _)| known)
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(work)
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
    /// Names are the seconds until they have an address, which ends with that number.
    #[test]
    fn a_name_that_is_looked_up_for_long_holds_up_no_other_host() {
        let check = |hosts: &str, expect: Option<&[u8]>, late: usize, takes: u64| {
            let config: Config = format!("host={hosts}").parse().unwrap();
            let look_up = |name: String| async move {
                let seconds: u8 = name.parse().unwrap();
                tokio::time::sleep(Duration::from_secs(seconds.into())).await;
                match seconds {
                    0 => Err(failed(io::ErrorKind::NotFound.into())),
                    seconds => Ok(vec![IpAddr::from([127, 0, 0, seconds])]),
                }
            };
            // The clock goes on when all wait.
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_time().start_paused(true).build().unwrap();
            runtime.block_on(async {
                let start = Instant::now();
                let all = addresses(&config, PATIENCE, look_up).await;
                let last = |one: &Config| match one.get_hostaddrs()[0] {
                    IpAddr::V4(address) => address.octets()[3],
                    IpAddr::V6(_) => 0,
                };
                let known = all.as_ref().ok().map(|(known, _)| known.iter());
                let known = known.map(|known| known.map(last).collect::<Vec<_>>());
                assert_eq!(known.as_deref(), expect, "{hosts}");
                assert_eq!(start.elapsed().as_secs(), takes, "{hosts}");
                let mut names = all.map(|(_, late)| late).unwrap_or_default();
                assert_eq!(names.len(), late, "{hosts}");
                while !names.is_empty() {
                    let seconds = u64::from(last(&any(&mut names).await.unwrap()[0]));
                    assert_eq!(start.elapsed().as_secs(), seconds, "{hosts}");
                }
            });
        };
        check("60,1", Some(&[1]), 1, 5);
        check("1,60", Some(&[1]), 1, 5);
        check("4,3,2", Some(&[4, 3, 2]), 0, 4);
        check("0,60,9,3", Some(&[3]), 2, 5);
        check("0,60,30", Some(&[]), 2, 5);
        check("0", None, 0, 0);
    }
}
