//! Your own account.

use api_inat::v0::users::Me;
use serde_json::json;

use crate::sendings::Sendings;

pub(crate) fn all(list: &mut Sendings) {
    list.add(Me::new(), json!({"id": 1, "login": "alice"}), |user| {
        assert_eq!(user.login.as_deref(), Some("alice"));
    });
}
