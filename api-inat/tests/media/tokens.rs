//! The Rails application's own responses about tokens, for a login.

use api_inat::v0::tokens::{ApiToken, Info};
use auth_core::Lifetime;
use keystore::Memory;

use crate::{
    site::{PASSWORD, Photographs},
    worlds::World,
};

#[test]
fn what_a_login_is() {
    let site = Photographs::start();
    for world in World::both(&site.service(), Memory::new) {
        world.log_in(PASSWORD);
        let info = world.sent(Info::new());
        assert_eq!(info.resource_owner_id, Some(1));
        assert!(
            info.scope.iter().any(|scope| &**scope == "write"),
            "{info:?}"
        );
        assert_eq!(info.expires_in, None);
        let application = info.application.as_ref().and_then(|app| app.uid.as_deref());
        assert_eq!(application, Some("an-id"));
        assert!(info.created().is_some(), "{info:?}");
        let token = world.sent(ApiToken::new());
        assert!(matches!(token.lifetime(), Lifetime::Until(_)), "{token:?}");
        site.server.revoke_all();
        let error = world.send(Info::new()).expect_err("revoked");
        assert!(error.needs_login(), "{error}");
    }
}
