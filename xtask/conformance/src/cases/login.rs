//! A person logs in: by browser, by a pasted redirect, by a code.

use auth_flows::{Login, Status};
use keystore::Memory;

use crate::env::{App, Case, ServerEnv, alice, bob, log_in};
use crate::expect::ensure;
use crate::ping::Ping;
use crate::report::CheckResult;
use worlds::ScriptedUser;

/// The cases of every server.
pub(crate) const CASES: &[Case] = &[
    (
        "code + PKCE, public client: any free port, no path",
        |env| serves(env, env.facts.public, ScriptedUser::browser),
    ),
    ("code + PKCE, confidential client: body", |env| {
        serves(env, env.facts.by_body, ScriptedUser::browser)
    }),
    ("code + PKCE, reserved characters: body", |env| {
        serves(env, env.facts.reserved_by_body, ScriptedUser::browser)
    }),
    (
        "callback with a path, another port than registered",
        |env| {
            serves(env, env.facts.public, |user| {
                user.browser().path("/callback")
            })
        },
    ),
    ("callback on [::1]", |env| {
        let login = |user: &ScriptedUser| user.browser().ipv6().path("/callback");
        serves(env, env.facts.public, login)
    }),
    (
        "http://127.0.0.1:8080 as registered, redirect pasted",
        |env| {
            let registered = "http://127.0.0.1:8080";
            serves(env, env.facts.public, |user| {
                user.pasted_redirect(registered)
            })
        },
    ),
    ("a private-use scheme, the redirect pasted", |env| {
        let registered = "com.example.app:/cb";
        serves(env, env.facts.public, |user| {
            user.pasted_redirect(registered)
        })
    }),
    ("one scope of two, and the response says so", |env| {
        asks_for(env, "write", "write")
    }),
    ("two people at one client, two accounts", two_people),
];

/// Alice logs in this way, and the stored token is hers.
pub(crate) fn serves(
    env: &ServerEnv<'_>,
    app: App,
    login: impl Fn(&ScriptedUser) -> Login,
) -> CheckResult {
    let (session, user) = (env.session(app)?, alice());
    let status = log_in(&session, &user, login(&user))?;
    ensure(status.login.is_some(), format!("no token: {status:?}"))?;
    expect_stored(&status, &session.status()?)?;
    env.is_alices(&session.send(Ping::default())?)
}

/// The login returns the status of what is stored.
fn expect_stored(said: &Status, stored: &Status) -> CheckResult {
    let [said, stored] = [said, stored].map(|status| format!("{status:?}"));
    ensure(
        said == stored,
        format!("the login returned {said}, but stored is {stored}"),
    )
}

/// Requests these scopes, and gets those.
pub(crate) fn asks_for(env: &ServerEnv<'_>, requested: &str, granted: &str) -> CheckResult {
    let (session, user) = (env.session(env.facts.public)?, alice());
    let status = log_in(&session, &user, user.browser().scope(requested))?;
    let scope = status.login.and_then(|token| token.scope);
    ensure(
        scope.as_deref() == Some(granted),
        format!("scope {scope:?}"),
    )?;
    let pong = session.send(Ping::default())?;
    ensure(pong.scope == granted, format!("{pong:?}"))
}

pub(crate) fn two_people(env: &ServerEnv<'_>) -> CheckResult {
    let store = Memory::new();
    let people = [
        ("alice", alice(), env.facts.alice),
        ("bob", bob(), env.facts.bob),
    ];
    let mut sessions = Vec::new();
    for (name, user, _) in &people {
        let service = env.service(env.facts.public)?;
        let session = env.world.account(service, store.clone(), name);
        log_in(&session, user, user.browser())?;
        sessions.push(session);
    }
    for (session, (_, _, id)) in sessions.iter().zip(people) {
        env.belongs(&session.send(Ping::default())?, id)?;
    }
    Ok(())
}
