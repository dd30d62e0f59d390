//! The text of a token record, which programs of different versions read and save.

use auth_core::TokenRecord;

/// All fields. One that is added without a new version is lost when an older program saves, as the
/// field `newer` here: so it must be one that may be missing.
#[test]
fn the_fields_of_version_1() {
    let token = "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"scope\":\"s\",\"lifetime_ms\":9,\
                 \"rejected_ms\":5,\"replaced\":3,\"sent_ms\":1700000000000,\"generation\":7}";
    let text = format!(
        "{{\"version\":1,\"generations\":[7,7],\"login_id\":7,\"login\":{token},\"derived\":{token}}}"
    );
    let newer = text.replace("\"generation\":", "\"newer\":[1],\"generation\":");
    for read in [text.clone(), newer] {
        let record = TokenRecord::from_text(read.as_bytes()).expect(&read);
        let saved = record.to_text();
        assert_eq!(String::from_utf8_lossy(saved.as_ref()), text);
    }
}

/// It is neither used nor saved over.
#[test]
fn a_record_of_a_newer_version_is_refused() {
    let error = TokenRecord::from_text(br#"{"version":2,"login":{}}"#).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("version 2") && text.contains("version 1"),
        "{text}"
    );
    assert!(error.help().is_some() && !error.is_retryable(), "{text}");
}
