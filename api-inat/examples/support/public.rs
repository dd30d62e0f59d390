//! Shared by the examples that only read public data: the session, the arguments, and the end.

#[path = "end.rs"]
mod end;

use std::{env, error::Error};

use auth_flows::{Client, Session};
use auth_testkit::{Dialect, TestServer};
use http_ureq::Ureq;
use keystore::Memory;

use end::wrong;

pub(crate) use end::end;

/// A session without a login, and the test server that it uses with `--local`.
pub(crate) struct Public {
    pub(crate) session: Session,
    _local: Option<TestServer>,
}

/// Reads `--live` or `--local`, and the operands that `usage` names.
pub(crate) fn open<const N: usize>(
    program: &str,
    usage: &str,
) -> Result<(Public, [String; N]), Box<dyn Error>> {
    let mut operands: Vec<String> = env::args().skip(1).collect();
    let mut has = |flag: &str| {
        let before = operands.len();
        operands.retain(|operand| operand != flag);
        operands.len() < before
    };
    let (local, live) = (has("--local"), has("--live"));
    let operands = match operands.try_into() {
        Ok(operands) if local != live => operands,
        _ => {
            return Err(wrong(format_args!(
                "usage: {program} --live|--local {usage}"
            )));
        }
    };
    let contact = match (env::var("CONTACT"), live) {
        (Ok(contact), _) => contact,
        (Err(_), false) => "mail@example.org".to_owned(),
        (Err(_), true) => {
            return Err(wrong(
                "set CONTACT to your e-mail address or web page: iNaturalist's operators find it in the User-Agent",
            ));
        }
    };
    let service =
        api_inat::service_without_application().user_agent(format!("{program}/0.1 ({contact})"));
    let server = match local {
        true => Some(
            TestServer::builder(Dialect::doorkeeper_5())
                .site(api_inat::testkit::site())
                .start()?,
        ),
        false => None,
    };
    let service = match &server {
        Some(server) => service.at(server.url()),
        None => service,
    };
    let client = Client::new(service.build()?, Ureq::default(), Memory::new());
    let session = client.anonymous();
    let _local = server;
    Ok((Public { session, _local }, operands))
}
