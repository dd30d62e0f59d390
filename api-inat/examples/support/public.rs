//! Shared by the examples that only read public data: the session, the arguments, and the end.

use std::{env, error::Error, io, process::ExitCode};

use auth_flows::{Client, Session};
use auth_testkit::{Dialect, TestServer};
use http_ureq::Ureq;
use keystore::Memory;

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
        _ => return Err(format!("usage: {program} --live|--local {usage}").into()),
    };
    let service = api_inat::service_without_application()
        .user_agent(format!("{program}/0.1 (mail@example.org)"));
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

/// Ends the program. A reader that has closed the pipe has all it wanted.
#[expect(clippy::print_stderr, reason = "a program for a terminal")]
pub(crate) fn end(result: Result<(), Box<dyn Error>>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    let mut cause: Option<&dyn Error> = Some(&*error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            return ExitCode::SUCCESS;
        }
        cause = error.source();
    }
    eprintln!("{error}");
    ExitCode::FAILURE
}
