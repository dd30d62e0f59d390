//! `google-cloud-auth ORIGIN`: a person's credentials, and the token that they give.

use std::env;
use std::error::Error;

use google_cloud_auth::credentials::user_account::Builder;
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let origin = env::args()
        .nth(1)
        .ok_or("usage: google-cloud-auth ORIGIN")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let credentials = Builder::new(json!({
            "type": "authorized_user",
            "client_id": "an id",
            "client_secret": "a secret",
            "refresh_token": "a refresh token",
            "token_uri": format!("{origin}/oauth/token"),
        }))
        .build_access_token_credentials()?;
        println!("{}", credentials.access_token().await?.token.len());
        Ok(())
    })
}
