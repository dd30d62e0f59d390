//! The values of auth-core that hold, read or write secrets.

use auth_core::{
    AuthorizationRequest, AuthorizationServer, BasicEncoding, ClientAuthentication,
    DeviceAuthorizationRequest, Endpoint, Entropy, IntrospectionRequest, Message, OAuthClient,
    PendingAuthorization, PushedAuthorizationRequest, RedirectUri, RevocationRequest, SecretText,
    TokenRecord, TokenRequest, Transport, pasted,
};

use crate::scripted::{Answers, Scripted};

pub(crate) const SECRET: &str = "Mk9ZqW7xT secret/+\u{fc}";
const PASSWORD: &str = "Mk9ZqW7xT pass\"word";
const REDIRECT: &str = "http://127.0.0.1:8080/cb";

pub(crate) type Case = (&'static str, fn());

pub(crate) const CASES: &[Case] = &[
    ("entropy", || {
        // The mark itself in all of it: on the heap, or nothing would be freed.
        let mut bytes = [7; 64];
        bytes[..9].copy_from_slice(wiped::MARK.as_bytes());
        bytes[32..41].copy_from_slice(wiped::MARK.as_bytes());
        drop(Box::new(Entropy::new(bytes)));
    }),
    ("every way of authentication", || {
        for method in [
            ClientAuthentication::Body,
            ClientAuthentication::Basic(BasicEncoding::Raw),
            ClientAuthentication::Basic(BasicEncoding::FormUrlEncoded),
        ] {
            for answers in ALL {
                messages(&client(method), &Scripted::new(answers));
            }
        }
    }),
    ("a stored login", stored_login),
    ("callbacks", callbacks),
    ("pasted redirects", pasted_redirects),
    ("records", records),
];

const ALL: [Answers; 6] = [
    Answers::Plain,
    Answers::Escaped,
    Answers::Echo,
    Answers::Page,
    Answers::Torn,
    Answers::Twice,
];

/// 64 bytes of which the verifier is full of marks.
fn entropy() -> Entropy {
    /// base64url of the mark again and again.
    const VERIFIER: [u8; 32] = [
        50, 79, 89, 169, 110, 241, 76, 201, 61, 102, 165, 187, 197, 51, 36, 245, 154, 150, 239, 20,
        204, 147, 214, 106, 91, 188, 83, 50, 79, 89, 169, 110,
    ];
    let mut bytes = [7; 64];
    bytes[..32].copy_from_slice(&VERIFIER);
    Entropy::new(bytes)
}

pub(crate) fn client(method: ClientAuthentication) -> OAuthClient {
    let at = |path: &str| Endpoint::parse(&format!("https://example.com{path}")).expect("a URL");
    let server = AuthorizationServer::new(at("/token"))
        .authorization_endpoint(at("/authorize"))
        .device_authorization_endpoint(at("/device"))
        .pushed_authorization_request_endpoint(at("/par"))
        .introspection_endpoint(at("/introspect"))
        .revocation_endpoint(at("/revoke"))
        .client_authentication(method);
    let client = OAuthClient::new(server, "app").expect("an id");
    client.with_secret(SECRET).expect("a secret")
}

/// Sends a message, whatever comes of it.
fn send<M: Message>(server: &Scripted, message: &M) -> Option<M::Output> {
    let request = message.request().expect("a request");
    let response = server.send(request, &message.limits()).expect("a response");
    let parsed = message.parse(response);
    if let Err(error) = &parsed {
        assert!(
            !format!("{error} {error:?}").contains(wiped::MARK),
            "{error}"
        );
    }
    parsed.ok()
}

fn token() -> SecretText {
    SecretText::from("Mk9ZqW7xT-refresh/\\")
}

fn pending(client: &OAuthClient) -> PendingAuthorization {
    let redirect = RedirectUri::parse(REDIRECT).expect("a URI");
    let request = AuthorizationRequest::new(client, redirect, entropy());
    request.begin().expect("a request").1
}

/// The parameter `state` of a login with [`entropy`].
fn state(client: &OAuthClient) -> String {
    let redirect = RedirectUri::parse(REDIRECT).expect("a URI");
    let request = AuthorizationRequest::new(client, redirect, entropy());
    let (url, _) = request.begin().expect("a request");
    let state = url.split("state=").nth(1).expect("a state");
    state.split('&').next().expect("its text").to_owned()
}

fn messages(client: &OAuthClient, server: &Scripted) {
    let grant = pending(client)
        .accept(&format!("{REDIRECT}?state={}&code=c", state(client)))
        .expect("a code");
    send(server, &TokenRequest::code(client, &grant));
    send(server, &TokenRequest::refresh(client, &token()));
    send(server, &TokenRequest::client_credentials(client));
    send(
        server,
        &TokenRequest::password(client, "alice", &SecretText::from(PASSWORD)),
    );
    if let Some(device) = send(server, &DeviceAuthorizationRequest::new(client)) {
        send(server, &TokenRequest::device(client, &device));
    }
    send(server, &RevocationRequest::refresh_token(client, token()));
    send(server, &IntrospectionRequest::access_token(client, token()));
    let redirect = RedirectUri::parse(REDIRECT).expect("a URI");
    let request = AuthorizationRequest::new(client, redirect, entropy());
    let pushed: PushedAuthorizationRequest<'_> = request.push().expect("an endpoint");
    if let Some(uri) = send(server, &pushed) {
        // Neither is a secret: the URL is shown to a browser.
        let (url, pending) = pushed.begin(&uri);
        drop(pending);
        wiped::unwatched(|| drop((url, uri)));
    }
}

fn stored_login() {
    let client = client(ClientAuthentication::Body);
    let text = pending(&client).to_secret_text();
    let again = PendingAuthorization::from_secret_text(text.as_ref()).expect("our own text");
    drop(again.to_secret_text());
    let torn = &text.as_ref()[..text.len() - 3];
    PendingAuthorization::from_secret_text(torn).expect_err("torn");
    let escaped = br#"{"version":1,"verifier":"Mk9ZqW7xT\/x","state":"\u004dMk9ZqW7xT"}"#;
    PendingAuthorization::from_secret_text(escaped).expect_err("incomplete");
}

/// Codes with escapes, with text that is not UTF-8, twice, and of another login.
fn callbacks() {
    let client = client(ClientAuthentication::Body);
    let (pending, state) = (pending(&client), state(&client));
    let redirects = wiped::unwatched(|| {
        [
            format!("{REDIRECT}?code=Mk9ZqW7xT%2Fx&state={state}"),
            format!("{REDIRECT}?code=Mk9ZqW7xT+x&state={state}"),
            format!("{REDIRECT}?code=Mk9ZqW7xT%ff%C3&state={state}"),
            format!("{REDIRECT}?code=Mk9ZqW7xT&code=Mk9ZqW7xT%41&state={state}"),
            format!("{REDIRECT}?code=Mk9ZqW7xT&state=other"),
            format!("{REDIRECT}?code=Mk9ZqW7xT&state=Mk9ZqW7xT%41&other=Mk9ZqW7xT%41"),
            format!("{REDIRECT}?error=access_denied&state={state}&code=Mk9ZqW7xT%41"),
        ]
    });
    for redirect in &redirects {
        drop(pending.accept(redirect));
    }
    wiped::unwatched(|| drop(redirects));
    // RFC 6749 does not count `state` as a secret once it has come back.
}

/// What a person copies, with the accidents of copying.
fn pasted_redirects() {
    let client = client(ClientAuthentication::Body);
    let (login, state) = (pending(&client), state(&client));
    let texts = wiped::unwatched(|| {
        [
            format!("  <{REDIRECT}?code=Mk9ZqW7xT%2Fx&amp;state={state}>\r\n"),
            format!("{REDIRECT}?state={state}&code=Mk9ZqW7xT\n  abc"),
            format!("\"code=Mk9ZqW7xT&state={state}\""),
            format!("{REDIRECT}?code=Mk9ZqW7xT x&state={state}"),
        ]
    });
    for text in &texts {
        drop(login.accept_pasted(text));
        let _ = pasted(text);
    }
    wiped::unwatched(|| drop(texts));
    let redirect = RedirectUri::out_of_band();
    let request = AuthorizationRequest::new(&client, redirect, entropy());
    let (_, login) = request.begin().expect("a request");
    for code in [
        "Mk9ZqW7xT-code",
        " \"Mk9ZqW7xT-code\"\n",
        "Mk9ZqW7xT two words",
        "Mk9Z\nqW7xT",
    ] {
        drop(login.accept_code(code));
        drop(login.accept_pasted(code));
    }
}

fn records() {
    let record = |access: &str| {
        wiped::unwatched(|| {
            let login = format!(
                r#"{{"access_token":"{access}","refresh_token":"Mk9ZqW7xT\/\u0041","sent_ms":1,"generation":1}}"#
            );
            format!(r#"{{"version":1,"generations":[1,0],"login":{login}}}"#)
        })
    };
    for access in [
        r"Mk9ZqW7xT",
        r"Mk9ZqW7xT\/x",
        r"Mk9ZqW7xT\n",
        r"Mk9ZqW7xT\ud800",
    ] {
        let text = record(access);
        if let Ok(record) = TokenRecord::from_text(text.as_bytes()) {
            drop(record.to_text());
        }
        for cut in 1..text.len() {
            drop(TokenRecord::from_text(&text.as_bytes()[..cut]));
        }
        wiped::unwatched(|| drop(text));
    }
}
