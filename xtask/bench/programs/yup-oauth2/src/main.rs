//! `yup-oauth2 ORIGIN`: its installed flow with a typed code, and the token that it gives.

use std::env;
use std::error::Error;
use std::pin::Pin;

use yup_oauth2::authenticator_delegate::InstalledFlowDelegate;
use yup_oauth2::{ApplicationSecret, InstalledFlowAuthenticator, InstalledFlowReturnMethod};

struct Pasted;

impl InstalledFlowDelegate for Pasted {
    fn present_user_url<'a>(
        &'a self,
        url: &'a str,
        _need_code: bool,
    ) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>> {
        println!("{url}");
        Box::pin(async { Ok("a code".to_owned()) })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let origin = env::args().nth(1).ok_or("usage: yup-oauth2 ORIGIN")?;
    let secret = ApplicationSecret {
        client_id: "an id".to_owned(),
        client_secret: "a secret".to_owned(),
        auth_uri: format!("{origin}/oauth/authorize"),
        token_uri: format!("{origin}/oauth/token"),
        ..ApplicationSecret::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let method = InstalledFlowReturnMethod::Interactive;
        let authenticator = InstalledFlowAuthenticator::builder(secret, method)
            .flow_delegate(Box::new(Pasted))
            .build()
            .await?;
        let token = authenticator.token(&["write"]).await?;
        println!("{}", token.token().unwrap_or_default().len());
        Ok(())
    })
}
