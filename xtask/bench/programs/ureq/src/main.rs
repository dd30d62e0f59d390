//! `ureq login|read ORIGIN FILE`: does what `tool` does, by hand, with the bare client and serde:
//! two requests and a file, or a file and one request. Prints its peak memory on the last line.

use std::env;
use std::error::Error;
use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

const ID: &str = "33f27dc63bdf27f4ca6cd95dd9dcd5df91fdcd5f";
const SECRET: &str = "bbce628be722bfe2abd5fc566ba83d4ff32a9a1a";

/// The stored file.
#[derive(Serialize, Deserialize)]
struct Stored {
    access_token: String,
    api_token: String,
    /// When the API token is too old, in seconds of the Unix time.
    until: u64,
}

#[derive(Deserialize)]
struct Login {
    access_token: String,
}

#[derive(Deserialize)]
struct ApiToken {
    api_token: String,
}

#[derive(Deserialize)]
struct Page {
    results: Vec<User>,
}

#[derive(Deserialize)]
struct User {
    login: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [what, origin, file] = &args[..] else {
        return Err("usage: login|read ORIGIN FILE".into());
    };
    let agent = ureq::Agent::config_builder()
        .user_agent("bench/1.0 (bench@example.org)")
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .new_agent();
    match what.as_str() {
        "login" => {
            let form = [
                ("grant_type", "password"),
                ("client_id", ID),
                ("client_secret", SECRET),
                ("username", "alice"),
                ("password", "correct horse"),
            ];
            let mut response = agent
                .post(format!("{origin}/oauth/token"))
                .send_form(form)?;
            let login: Login = response.body_mut().read_json()?;
            save(file, &derived(&agent, origin, login.access_token)?)?;
        }
        _ => {
            let mut stored: Stored = serde_json::from_slice(&fs::read(file)?)?;
            if stored.until < now() {
                stored = derived(&agent, origin, stored.access_token)?;
                save(file, &stored)?;
            }
            let mut response = agent
                .get(format!("{origin}/v1/users/me"))
                .header("authorization", &stored.api_token)
                .call()?;
            let page: Page = response.body_mut().read_json()?;
            let me = page
                .results
                .into_iter()
                .next()
                .ok_or("the page has no user")?;
            println!("{}", me.login.unwrap_or_default());
        }
    }
    println!("{}", peak()?);
    Ok(())
}

fn derived(
    agent: &ureq::Agent,
    origin: &str,
    access_token: String,
) -> Result<Stored, Box<dyn Error>> {
    let mut response = agent
        .get(format!("{origin}/users/api_token"))
        .header("authorization", format!("Bearer {access_token}"))
        .call()?;
    let token: ApiToken = response.body_mut().read_json()?;
    Ok(Stored {
        access_token,
        api_token: token.api_token,
        until: now() + 24 * 3600 - 60,
    })
}

fn save(file: &str, stored: &Stored) -> Result<(), Box<dyn Error>> {
    Ok(fs::write(file, serde_json::to_vec(stored)?)?)
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_secs()
}

/// The peak memory of this process, in KiB.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let words = line.and_then(|line| line.split_whitespace().next());
    Ok(words.ok_or("no VmHWM")?.parse()?)
}
