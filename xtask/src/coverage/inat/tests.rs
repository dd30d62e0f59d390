//! Tests that each difference between a description and what was sent is found, and that the
//! document can be read back.

use serde_json::{Value, json};

use super::compare::compare;
use super::described::{Described, Kind, described, read};
use super::known::V1;
use super::sent::Sent;
use super::{Coverage, DOCUMENT, DOCUMENT_V2, text};

fn beside(described: &Described, sent: &Sent) -> Coverage {
    super::beside(&V1, described, sent)
}

/// A small API: two reads, a write with a body, a form, a tile.
fn small() -> Value {
    json!({
        "info": {"version": "9.9"},
        "parameters": {"path_id": {"name": "id", "in": "path", "type": "integer"}},
        "definitions": {
            "PostNote": {"properties": {"note": {"properties": {"body": {"type": "string"}}}, "draft": {"type": "boolean"}}},
            "BaseResponse": {"properties": {"total_results": {"type": "integer"}}},
            "UserCountsResponse": {"allOf": [
                {"$ref": "#/definitions/BaseResponse"},
                {"properties": {"results": {"type": "array", "items": {"properties": {"count": {"type": "integer"}}}}}},
            ]},
        },
        "paths": {
            "/notes/{id}": {"get": {
                "parameters": [
                    {"$ref": "#/parameters/path_id"},
                    {"name": "kind", "in": "query", "type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
                ],
            }},
            "/notes/unread": {"get": {"responses": {"200": {"schema": {"properties": {"count": {}}}}}}},
            "/notes": {"post": {
                "security": [{"api_token": []}],
                "parameters": [{"name": "body", "in": "body", "schema": {"$ref": "#/definitions/PostNote"}}],
            }},
            "/pictures": {"post": {"parameters": [{"name": "file", "in": "formData", "type": "file"}]}},
            "/grid/{x}.png": {"get": {"parameters": [{"name": "x", "in": "path", "type": "integer"}]}},
        },
    })
}

/// All requests, sent correctly.
fn all() -> [Value; 5] {
    let call = |name: &str, method: &str, path: &str, access: &str| json!({"name": format!("v1::{name}"), "method": method, "path": path, "query": [], "body": null, "type": "", "access": access});
    let mut get = call("notes::Get", "GET", "/v1/notes/7", "none");
    get["query"] = json!([["kind", "a,b"]]);
    let unread = call("notes::Unread", "GET", "/v1/notes/unread", "none");
    let mut create = call("notes::write::Create", "POST", "/v1/notes", "required");
    create["body"] = json!({"note": {"body": "x"}, "draft": true});
    create["type"] = json!("application/json");
    let mut picture = call("pictures::Create", "POST", "/v1/pictures", "required");
    picture["body"] = json!({"file": {"file": 36}});
    picture["type"] = json!("multipart/form-data");
    let tile = call("tiles::Grid", "GET", "/v1/grid/8.png", "none");
    [get, unread, create, picture, tile]
}

fn sent(calls: &[Value]) -> Sent {
    let records = json!({"Page": ["total_results", "results"], "UserCount": ["count", "user"]});
    Sent::from_json(&json!({"operations": calls, "records": records}))
}

/// The differences, without the reasons, which the small API does not have.
fn gaps(described: &Described, sent: &Sent) -> Vec<String> {
    let compared = compare(&V1, described, sent);
    let gaps = compared.gaps.iter();
    gaps.map(|gap| format!("{} {}", gap.of, gap.what)).collect()
}

#[test]
fn each_difference_is_found() {
    let check = |change: fn(&mut [Value; 5]), expect: &[&str]| {
        let mut calls = all();
        change(&mut calls);
        let found = gaps(&described(&small()), &sent(&calls));
        // None of our types reads the response of `/notes/unread`.
        assert_eq!(found[..found.len() - 1], *expect);
        assert_eq!(found[found.len() - 1], "GET /notes/unread -count");
    };
    check(|_| {}, &[]);
    check(
        |all| all[0]["method"] = json!("PUT"),
        &["notes::Get +/v1/notes/7", "GET /notes/{id} -"],
    );
    check(
        |all| all[0]["path"] = json!("/v1/note/7"),
        &["notes::Get +/v1/note/7", "GET /notes/{id} -"],
    );
    check(
        |all| all[0]["path"] = json!("/v1/notes/x"),
        &["GET /notes/{id} !x"],
    );
    check(
        |all| all[0]["query"] = json!([]),
        &["GET /notes/{id} -kind"],
    );
    check(
        |all| all[0]["query"] = json!([["kind", "c"], ["more", "1"]]),
        &["GET /notes/{id} +more", "GET /notes/{id} !kind=c"],
    );
    check(
        |all| all[2]["body"] = json!({"body": "x", "draft": true}),
        &["POST /notes -note.body", "POST /notes +body"],
    );
    check(
        |all| all[2]["body"]["draft"] = json!("true"),
        &["POST /notes !draft=\"true\""],
    );
    check(
        |all| all[2]["access"] = json!("none"),
        &["POST /notes !the token"],
    );
    check(
        |all| all[3]["type"] = json!("application/json"),
        &[
            "POST /pictures -file",
            "POST /pictures +file.file",
            "POST /pictures !the type of the body",
        ],
    );
    check(
        |all| all[4]["path"] = json!("/v1/grid/8.jpg"),
        &["tiles::Grid +/v1/grid/8.jpg", "GET /grid/{x}.png -"],
    );
}

/// A record of theirs that ours does not read in full, and a reason without a difference.
#[test]
fn reasons_are_needed_and_used() {
    let described = described(&small());
    let mut sent = sent(&all());
    sent.records.remove("UserCount");
    let Coverage { missing, .. } = beside(&described, &sent);
    assert!(missing.contains(&"UserCountsResponse.results -count".to_owned()));
    // The small API has no projects.
    assert!(
        missing.contains(&"GET /projects +page: has a reason, but no such difference".to_owned())
    );
}

/// v2's description is of OpenAPI 3.0.
#[test]
fn openapi_3() {
    let described = described(&json!({
        "info": {"version": "2"},
        "components": {"schemas": {
            "Note": {"properties": {"id": {"type": "integer"}, "user": {"$ref": "#/components/schemas/User"}}},
            "User": {"properties": {"login": {}}},
            "NotesCreate": {"properties": {"fields": {}, "note": {"properties": {"body": {"type": "string"}}}}},
        }},
        "paths": {
            "/notes/{uuid}": {"parameters": [], "get": {
                "security": [{"userJwtOptional": []}],
                "parameters": [
                    {"name": "uuid", "in": "path", "schema": {"type": "string"}},
                    {"name": "kind", "in": "query", "schema": {"enum": ["a"]}},
                    {"name": "X-HTTP-Method-Override", "in": "header", "schema": {"type": "string"}},
                ],
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}}},
            }},
            "/notes": {"post": {
                "security": [{"userJwtRequired": []}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/NotesCreate"}}}},
            }},
            "/photos": {"post": {"requestBody": {"content": {"multipart/form-data": {"schema":
                {"properties": {"file": {"type": "string", "format": "binary"}, "uuid": {"type": "string"}}}}}}}},
        },
    }));
    let names: Vec<_> = described.records.keys().map(String::as_str).collect();
    assert_eq!(names, ["Note", "User"], "requests are no records");
    let [create, get, photo] = &described.endpoints[..] else {
        panic!("{:?}", described.endpoints);
    };
    assert_eq!((create.path.as_str(), create.token), ("/notes", true));
    assert_eq!(
        create.body.keys().collect::<Vec<_>>(),
        ["fields", "note.body"]
    );
    assert!(!get.token, "it is optional");
    assert_eq!(get.query.keys().collect::<Vec<_>>(), ["kind"]);
    assert!(get.query["kind"].takes("a") && !get.query["kind"].takes("b"));
    assert_eq!(get.segments.len(), 1);
    assert!(photo.form && !photo.token);
    assert_eq!(photo.body["file"].0["type"], "file");
}

#[test]
fn kinds() {
    let check = |kind: Value, text: &str, expect: bool| {
        assert_eq!(Kind(kind.clone()).takes(text), expect, "{kind} {text}");
    };
    let list = json!({"type": "array", "items": {"type": "integer"}});
    check(list.clone(), "1,2", true);
    check(list, "1,x", false);
    check(json!({"type": "integer", "enum": [-10, 0]}), "-10", true);
    check(json!({"type": "integer", "enum": [-10, 0]}), "10", false);
    check(json!({"type": "number"}), "7.5", true);
    check(json!({"type": "boolean"}), "any", false);
    check(json!({"type": "string", "enum": ["up"]}), "down", false);
    check(json!(null), "whatever", true);
}

/// The document has the same names as the description, and a run against the document writes the
/// same document.
#[test]
fn the_document_can_be_read_back() {
    let described = described(&small());
    let sent = sent(&all());
    let written = beside(&described, &sent).text;
    let read = text::read_back(&written).expect("it has tables");
    assert_eq!(read.endpoints.len(), described.endpoints.len());
    assert_eq!(read.records, described.records);
    assert_eq!(beside(&read, &sent).text, written);
    let mut calls = all();
    calls[2]["body"] = json!({"note": {"text": "x"}, "draft": true});
    let changed = beside(&read, &super::tests::sent(&calls));
    assert_ne!(changed.text, written);
    assert!(
        changed
            .missing
            .contains(&"POST /notes -note.body".to_owned())
    );
}

/// The committed document covers the whole API.
#[test]
fn the_committed_document_is_whole() {
    let committed = read(&crate::root().join(DOCUMENT)).expect("it is there");
    assert_eq!(committed.endpoints.len(), 105);
    assert_eq!(committed.records.len(), 59);
    let committed = read(&crate::root().join(DOCUMENT_V2)).expect("it is there");
    assert_eq!(committed.endpoints.len(), 143);
}
