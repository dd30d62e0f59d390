//! Shared by the examples that only read public data: the session, the arguments, and the end.

#[path = "end.rs"]
mod end;

use std::{env, error::Error, ffi::OsString};

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
) -> Result<(Public, [OsString; N]), Box<dyn Error>> {
    let mut operands: Vec<OsString> = env::args_os().skip(1).collect();
    let mut has = |flag: &str| {
        let before = operands.len();
        operands.retain(|operand| operand != flag);
        operands.len() < before
    };
    let (local, live) = (has("--local"), has("--live"));
    let is_option = |operand: &OsString| operand.to_string_lossy().starts_with("--");
    let is_right = local != live && !operands.iter().any(is_option);
    let operands = match operands.try_into() {
        Ok(operands) if is_right => operands,
        _ => {
            return Err(wrong(format_args!(
                "usage: {program} --live|--local {usage}"
            )));
        }
    };
    let contact = env::var("CONTACT").ok();
    let contact = match (contact.filter(|text| !text.trim().is_empty()), live) {
        (Some(contact), _) => contact,
        (None, false) => "mail@example.org".to_owned(),
        (None, true) => {
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
