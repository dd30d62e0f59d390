//! What we sent comes back, in any encoding, field, status and shape: none of it shows.

use auth_core::{Message, SecretText, TokenRequest};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::common::{SECRET, client, response};

#[test]
fn a_server_repeats_what_a_login_sent() {
    for password in [
        "correct  horse",
        "pa<ss>\t&w+%ord\"",
        "p9x",
        "\u{fc}ber geheim",
    ] {
        let form: String = form_urlencoded::byte_serialize(password.as_bytes()).collect();
        let client = client();
        let sent = SecretText::from(password);
        let message = TokenRequest::password(&client, "alice", &sent);
        let basic = STANDARD.encode(format!("my-client:{SECRET}"));
        let own = STANDARD.encode(format!("alice:{password}"));
        let echoes = [
            password.to_owned(),
            form.clone(),
            form.replace('+', "%20"),
            format!("grant_type=password&username=alice&password={form}"),
            own.clone(),
            format!("Authorization: Basic {basic}"),
        ];
        for (echo, status) in echoes
            .iter()
            .zip([200, 400, 401, 403, 422, 500].into_iter().cycle())
        {
            let json = serde_json::to_string(&format!("you sent {echo} .")).expect("text");
            let bodies = [
                format!(r#"{{"error":"invalid_request","error_description":{json}}}"#),
                format!(r#"{{"error":"invalid_grant","hint":{json},"message":{json}}}"#),
                format!(r#"{{"error":{json}}}"#),
                format!(r#"{{"error":{{"message":{json},"request":{json}}}}}"#),
                format!(r#"{{"message":{json},"detail":{json},"body":{json}}}"#),
                format!("you sent {echo} ."),
                format!("<title>you sent {echo} .</title>{echo}"),
                format!("<html><pre>{echo}</pre></html>"),
            ];
            for body in bodies {
                let error = message.parse(response(status, "application/json", body.as_bytes()));
                let shown = format!("{:?}", error.expect_err("no token"));
                let folded = password.split_whitespace().collect::<Vec<_>>().join(" ");
                for secret in [password, &folded, &form, &own, &basic, SECRET] {
                    assert!(!shown.contains(secret), "{secret} of {body}: {shown}");
                }
            }
        }
    }
}
