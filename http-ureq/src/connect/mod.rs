//! Connecting: looks names up, tries their addresses (RFC 8305), and keeps the TLS sessions.

mod addresses;
mod names;
mod tcp;

use std::sync::Arc;

use ureq::{
    Agent, Error,
    config::Config,
    unversioned::transport::{ConnectProxyConnector, ConnectionDetails, Connector},
};

use self::{names::Names, tcp::Tcp};

/// Makes an agent that connects in the way of this crate.
pub(crate) fn agent(config: Config) -> Agent {
    let names = Arc::new(Names::default());
    let chain = ();
    #[cfg(feature = "socks")]
    let chain = chain.chain(ureq::unversioned::transport::SocksConnector::default());
    let chain = chain.chain(ConnectProxyConnector::default());
    let chain = chain.chain(Tcp::new(Arc::clone(&names)));
    #[cfg(feature = "rustls")]
    let chain = chain.chain(ureq::unversioned::transport::RustlsConnector::default());
    #[cfg(feature = "native-tls")]
    let chain = chain.chain(ureq::unversioned::transport::NativeTlsConnector::default());
    Agent::with_parts(config, OneConfig(chain), names::Resolver(names))
}

/// Lets connections of requests with their own timeouts share the agent's TLS configuration, and
/// with it the sessions to resume. Otherwise ureq makes a new one for each connection, since a
/// request might have other certificates; ours never do.
#[derive(Debug)]
struct OneConfig<C>(C);

impl<C: Connector<()>> Connector<()> for OneConfig<C> {
    type Out = C::Out;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        let details = ConnectionDetails {
            uri: details.uri,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: false,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: Arc::clone(&details.current_time),
            run_connector: Arc::clone(&details.run_connector),
            register_shutdown: Arc::clone(&details.register_shutdown),
        };
        self.0.connect(&details, chained)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ureq;
    use auth_core::{Body, Limits, Transport};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Counts connections that may not use the agent's TLS configuration.
    #[derive(Debug)]
    struct Probe(Arc<AtomicUsize>);

    impl Connector<()> for Probe {
        type Out = ();

        fn connect(
            &self,
            details: &ConnectionDetails<'_>,
            _: Option<()>,
        ) -> Result<Option<()>, Error> {
            let apart = usize::from(details.request_level);
            self.0.fetch_add(apart, Ordering::SeqCst);
            Ok(None)
        }
    }

    #[test]
    fn requests_with_any_limit_share_the_tls_configuration() {
        let apart = Arc::new(AtomicUsize::new(0));
        let resolver = || names::Resolver(Arc::default());
        let send = |agent: Agent| {
            let request = http::Request::get("https://127.0.0.1").body(Body::Empty);
            let outcome = Ureq::with_agent(agent).send(request.unwrap(), &Limits::token());
            assert!(outcome.is_err());
            apart.load(Ordering::SeqCst)
        };
        let probe = Probe(Arc::clone(&apart));
        let with = Agent::with_parts(Config::default(), OneConfig(probe), resolver());
        assert_eq!(send(with), 0);
        let probe = Probe(Arc::clone(&apart));
        let without = Agent::with_parts(Config::default(), probe, resolver());
        assert_eq!(send(without), 1, "ureq shares it by itself now");
    }
}
