//! `tool login|read ORIGIN FOLDER`: logs in at iNaturalist with user name and password and stores
//! the login, or reads the user's name with the stored token. Prints its peak memory on the last
//! line.

use std::env;
use std::error::Error;
use std::fs;

use api_inat::users::Me;
use auth_flows::Client;
use http_ureq::Ureq;
use keystore::File;

const ID: &str = "33f27dc63bdf27f4ca6cd95dd9dcd5df91fdcd5f";
const SECRET: &str = "bbce628be722bfe2abd5fc566ba83d4ff32a9a1a";

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [what, origin, folder] = &args[..] else {
        return Err("usage: login|read ORIGIN FOLDER".into());
    };
    let service = api_inat::service(ID)
        .secret(SECRET)
        .user_agent("bench/1.0 (bench@example.org)")
        .at(origin)
        .build()?;
    let client = Client::new(service, Ureq::default(), File::open(folder)?);
    let session = client.account("alice");
    match what.as_str() {
        "login" => {
            session.log_in_with_password("alice", "correct horse")?;
        }
        _ => println!("{}", session.send(&Me::new())?.login.unwrap_or_default()),
    }
    println!("{}", peak()?);
    Ok(())
}

/// The peak memory of this process, in KiB.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let words = line.and_then(|line| line.split_whitespace().next());
    Ok(words.ok_or("no VmHWM")?.parse()?)
}
