//! iNaturalist as the testkit plays it, in a process of its own: for whole programs that log in and
//! read.

use std::io;

use auth_testkit::{Dialect, TestClient, TestServer};

use crate::parts;

/// The user name of the login.
pub const NAME: &str = "alice";
/// The password.
pub const PASSWORD: &str = "correct horse";

/// Prints its origin and serves until its input ends.
///
/// # Errors
///
/// Fails if no port is free.
pub fn run() -> io::Result<()> {
    let server = TestServer::builder(Dialect::doorkeeper_5())
        .client(TestClient::confidential(parts::ID, parts::SECRET))
        .default_scopes("write login")
        .user(NAME, PASSWORD)
        .site(api_inat::testkit::site())
        .start()?;
    println!("{}", server.url());
    io::copy(&mut io::stdin(), &mut io::sink())?;
    println!("{}", server.requests().total());
    Ok(())
}
