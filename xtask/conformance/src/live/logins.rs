//! Facts of a new login, the same for both services: `state`, PKCE, the loopback port, the pace.

use http::header;

use super::env::Env;
use super::fact::{Fact, Finding, Source};
use crate::report::Failure;

pub(super) const STATE: &str = "`state` is returned";
pub(super) const PKCE: &str = "a wrong code verifier is rejected";
pub(super) const UNUSED: &str = "a wrong code verifier leaves the code usable";
pub(super) const PORT: &str = "a loopback redirect URI with any port is accepted";
pub(super) const PACE: &str = "the rate limit of the crate gets no 429";
pub(super) const PAUSE: &str = "a 429 says when to try again";

/// Where a service's docs state these facts.
pub(super) struct Sources {
    pub(super) state: Source,
    pub(super) pkce: Source,
    pub(super) port: Source,
    pub(super) pace: Source,
    pub(super) pause: Source,
}

pub(super) fn facts(sources: &Sources) -> Vec<Fact> {
    vec![
        Fact::new(
            STATE,
            "the redirect of a login has the `state` of its request",
            sources.state,
            |env| {
                let login = env.new_login()?;
                Ok(match &login.code {
                    Ok(()) => Finding::Confirmed("a code with the `state` came".to_owned()),
                    Err(error) => Finding::Refuted(error.clone()),
                })
            },
        ),
        Fact::new(
            PKCE,
            "the exchange of a code with another code verifier fails with `invalid_grant`",
            sources.pkce,
            |env| {
                let reply = wrong_verifier(env)?;
                let rejected = (400..500).contains(&reply.0) && reply.1 == "invalid_grant";
                Ok(Finding::of(rejected, reply.2))
            },
        ),
        Fact::new(
            UNUSED,
            "after it, the exchange with the right code verifier succeeds",
            sources.pkce,
            |env| {
                wrong_verifier(env)?;
                Ok(match &env.new_login()?.status {
                    Ok(_) => Finding::Confirmed("logged in".to_owned()),
                    Err(error) => Finding::Refuted(error.clone()),
                })
            },
        ),
        Fact::new(
            PORT,
            "a login at a port that is not registered reaches the program, if the registered \
             redirect URI has a numeric loopback address",
            sources.port,
            |env| {
                let login = env.new_login()?;
                Ok(match &login.code {
                    Ok(()) => Finding::Confirmed(format!("redirected to {}", login.redirect_uri)),
                    Err(error) => Finding::Refuted(error.clone()),
                })
            },
        ),
    ]
}

/// The facts that a whole walk shows, in its order: they come last.
pub(super) fn of_the_walk(sources: &Sources) -> Vec<Fact> {
    vec![
        Fact::new(
            PACE,
            "requests at the rate limit of the crate are all served",
            sources.pace,
            |env| {
                let (pauses, last) = env.limited();
                let last = last.map(|reply| reply.summary()).unwrap_or_default();
                Ok(match pauses {
                    0 => Finding::Confirmed("none in this run".to_owned()),
                    count => Finding::Refuted(format!("{count} came; {last}")),
                })
            },
        ),
        Fact::new(
            PAUSE,
            "a 429 has `Retry-After`; without it the crate pauses for a time of its own",
            sources.pause,
            |env| match env.limited() {
                (0, _) => Ok(Finding::NotTried(
                    "no 429 came, and the run provokes none".to_owned(),
                )),
                (_, None) => Ok(Finding::NotTried("it was over before it showed".to_owned())),
                (_, Some(reply)) => {
                    let says = !reply.header(header::RETRY_AFTER).is_empty();
                    Ok(Finding::of(says, reply.summary()))
                }
            },
        ),
    ]
}

/// The status, the OAuth error and the summary of the exchange with a wrong code verifier.
fn wrong_verifier(env: &Env) -> Result<(u16, String, String), Failure> {
    let login = env.new_login()?;
    if let Err(error) = &login.code {
        return Err(format!("there was no code: {error}").into());
    }
    let reply = login.wrong_verifier.as_ref();
    let reply = reply.ok_or("the exchange could not be sent")?;
    let error = reply.json()["error"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    Ok((reply.status, error, reply.summary()))
}
