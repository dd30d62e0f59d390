//! Each difference between a description and what was sent is found, and the document can be read
//! back.

use serde_json::{Value, json};

use super::{
    V1, beside,
    compare::compare,
    described::{ValueKind, read},
    document::Document,
    sent::SentRequests,
};

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

fn sent(requests: &[Value]) -> SentRequests {
    let records = json!({"Page": ["total_results", "results"], "UserCount": ["count", "user"]});
    SentRequests::new(requests, &records)
}

/// A document of the small API, with three facts beside the description.
fn document() -> Document {
    let fact = |name: &str, ours: &str| (name.to_owned(), format!("`{ours}`"));
    Document {
        described: read(&small()),
        read_as: [
            fact("BaseResponse", "Page"),
            fact("UserCountsResponse", "Page"),
            fact("UserCountsResponse.results", "UserCount"),
        ]
        .into(),
        ..Document::default()
    }
}

#[test]
fn each_difference_is_found() {
    let check = |change: fn(&mut [Value; 5]), expect: &[&str]| {
        let mut requests = all();
        change(&mut requests);
        let (document, sent) = (document(), sent(&requests));
        let compared = compare(V1, &document, &sent);
        let found = compared
            .gaps
            .iter()
            .map(|(of, what)| format!("{of} {what}"));
        let found: Vec<_> = found.collect();
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

/// A record of theirs that ours does not read in full, a reason without a difference, and an
/// operation without a source.
#[test]
fn reasons_are_needed_and_used() {
    let mut sent = sent(&all());
    sent.records.remove("UserCount");
    sent.requests[0].path = "/v1/others".to_owned();
    let mut document = document();
    let check = |document: &Document, expect: &[&str]| {
        let (text, missing) = beside(V1, document, &sent);
        assert_eq!(missing, expect);
        Document::read(&text).expect("it has tables")
    };
    let unread = "GET /notes/unread -count";
    let open = [
        "notes::Get +/v1/others",
        "GET /notes/{id} -",
        unread,
        "UserCountsResponse.results -count",
    ];
    let again = check(&document, &open);
    assert!(again.beyond.is_empty(), "its source is to be written down");
    let found = Document::read(
        "\nDescription: version 1. Counted.\n\n## Operations\n\n| `GET /notes` |  |  |  |  |\n\n## Reasons for \
         differences\n\n- `GET /notes/unread`: `-count`. It is a number.\n- `GET /notes`: `+page`. It is read.\n\
         - `UserCountsResponse.results`: `-*`. Not ours.\n- `every operation`: `-`. Never sent.\n\n\
         ## Beyond the description\n\n| `notes::Get` | ? | none | the routes |\n",
    );
    let found = found.expect("it has tables");
    (document.reasons, document.beyond) = (found.reasons, found.beyond);
    let again = check(
        &document,
        &["GET /notes +page: has a reason, but no such difference"],
    );
    assert_eq!(again.beyond["notes::Get"], "the routes");
    assert_eq!(again.reasons.len(), 4);
}

/// v2's description is of OpenAPI 3.0.
#[test]
fn openapi_3() {
    let described = read(&json!({
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
        assert_eq!(ValueKind(kind.clone()).takes(text), expect, "{kind} {text}");
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
    let document = document();
    let (written, _) = beside(V1, &document, &sent(&all()));
    let read = Document::read(&written).expect("it has tables");
    let size = document.described.endpoints.len();
    assert_eq!(read.described.endpoints.len(), size);
    assert_eq!(read.described.records, document.described.records);
    assert_eq!(read.read_as, document.read_as);
    assert_eq!(beside(V1, &read, &sent(&all())).0, written);
    let mut requests = all();
    requests[2]["body"] = json!({"note": {"text": "x"}, "draft": true});
    let (changed, missing) = beside(V1, &read, &sent(&requests));
    assert_ne!(changed, written);
    assert!(missing.contains(&"POST /notes -note.body".to_owned()));
    assert!(Document::read("# Coverage\n").is_none());
}
