//! `oauth2-ureq login|read ORIGIN FILE`: does what `tool` does, with oauth2 for the token request
//! and its version of ureq for the rest, by hand. Prints its peak memory on the last line.

use std::env;
use std::error::Error;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, ClientId, ClientSecret, ResourceOwnerPassword, ResourceOwnerUsername, TokenResponse,
    TokenUrl,
};
use serde_json::{Value, json};

const ID: &str = "33f27dc63bdf27f4ca6cd95dd9dcd5df91fdcd5f";
const SECRET: &str = "bbce628be722bfe2abd5fc566ba83d4ff32a9a1a";

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [what, origin, file] = &args[..] else {
        return Err("usage: login|read ORIGIN FILE".into());
    };
    let agent = ureq::AgentBuilder::new().redirects(0).build();
    match what.as_str() {
        "login" => {
            let client = BasicClient::new(ClientId::new(ID.to_owned()))
                .set_client_secret(ClientSecret::new(SECRET.to_owned()))
                .set_auth_type(AuthType::RequestBody)
                .set_token_uri(TokenUrl::new(format!("{origin}/oauth/token"))?);
            let name = ResourceOwnerUsername::new("alice".to_owned());
            let password = ResourceOwnerPassword::new("correct horse".to_owned());
            let login = client.exchange_password(&name, &password).request(&agent)?;
            save(file, &agent, origin, login.access_token().secret())?;
        }
        _ => {
            let mut stored: Value = serde_json::from_slice(&fs::read(file)?)?;
            if stored["until"].as_u64().unwrap_or_default() < now() {
                let access = stored["access_token"].as_str().unwrap_or_default();
                save(file, &agent, origin, access)?;
                stored = serde_json::from_slice(&fs::read(file)?)?;
            }
            let token = stored["api_token"].as_str().unwrap_or_default();
            let me = get(&agent, &format!("{origin}/v1/users/me"), token)?;
            println!("{}", me["results"][0]["login"].as_str().unwrap_or_default());
        }
    }
    println!("{}", peak()?);
    Ok(())
}

fn save(
    file: &str,
    agent: &ureq::Agent,
    origin: &str,
    access_token: &str,
) -> Result<(), Box<dyn Error>> {
    let bearer = format!("Bearer {access_token}");
    let token = get(agent, &format!("{origin}/users/api_token"), &bearer)?;
    let until = now() + 24 * 3600 - 60;
    let stored =
        json!({ "access_token": access_token, "api_token": token["api_token"], "until": until });
    Ok(fs::write(file, serde_json::to_vec(&stored)?)?)
}

fn get(agent: &ureq::Agent, url: &str, authorization: &str) -> Result<Value, Box<dyn Error>> {
    let response = agent.get(url).set("authorization", authorization).call()?;
    Ok(serde_json::from_reader(response.into_reader())?)
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
