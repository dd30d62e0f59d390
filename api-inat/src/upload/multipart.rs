//! `multipart/form-data` (RFC 7578) with one file, which is read only while it is sent.

use std::{borrow::Cow, io::Read};

use auth_core::{Body, Error, ErrorKind, Request, Stream};
use http::{HeaderValue, header};
use serde_json::{Map, Value};

/// A file as a part of a form.
pub(crate) struct Part {
    pub(super) name: String,
    pub(super) file_name: String,
    pub(super) content_type: Cow<'static, str>,
    pub(super) len: u64,
    pub(super) file: Stream,
}

/// Writes `fields` and `file` as the body of a request. Objects become names with brackets, as
/// Rails reads them.
#[inline]
pub(crate) fn write(
    request: &mut Request,
    fields: &Map<String, Value>,
    file: Option<Part>,
) -> Result<(), Error> {
    let boundary = boundary()?;
    let kind = format!("multipart/form-data; boundary={boundary}");
    let kind = HeaderValue::try_from(kind).expect("a boundary is hexadecimal");
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    let mut head = Vec::new();
    for (name, value) in fields {
        add(&mut head, &boundary, name, value);
    }
    *request.body_mut() = match file {
        None => {
            head.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
            Body::plain(head)
        }
        Some(part) => Body::Stream(around(head, &boundary, part)?),
    };
    Ok(())
}

#[inline]
fn around(mut head: Vec<u8>, boundary: &str, part: Part) -> Result<Stream, Error> {
    if HeaderValue::try_from(part.content_type.as_ref()).is_err() {
        let what = "the content type is not a valid header value";
        return Err(Error::new(ErrorKind::Usage, what)
            .with_setting("content_type")
            .with_help("give a media type, such as `image/webp`"));
    }
    let opening = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
        quoted(&part.name),
        quoted(&part.file_name),
        part.content_type
    );
    head.extend_from_slice(opening.as_bytes());
    let tail = format!("\r\n--{boundary}--\r\n").into_bytes();
    let len = head.len() as u64 + part.len + tail.len() as u64;
    let file = part.file;
    Ok(Stream::new(len, move || {
        let around = (head.clone(), tail.clone());
        let head = std::io::Cursor::new(around.0);
        let tail = std::io::Cursor::new(around.1);
        Ok(Box::new(head.chain(file.open()?).chain(tail)))
    }))
}

/// Returns a boundary of 128 random bits, so that it is practically impossible in a file.
#[inline]
fn boundary() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::new(
            ErrorKind::Configuration,
            "the operating system returned no random bytes",
        )
        .with_source(std::io::Error::other(error.to_string()))
    })?;
    Ok(format!("boundary-{:032x}", u128::from_be_bytes(bytes)))
}

#[inline]
fn add(out: &mut Vec<u8>, boundary: &str, name: &str, value: &Value) {
    match value {
        Value::Object(inner) => {
            for (key, value) in inner {
                add(out, boundary, &format!("{name}[{key}]"), value);
            }
        }
        Value::Array(items) => {
            for item in items {
                add(out, boundary, &format!("{name}[]"), item);
            }
        }
        Value::Null => text(out, boundary, name, ""),
        Value::String(value) => text(out, boundary, name, value),
        Value::Bool(value) => text(out, boundary, name, &value.to_string()),
        Value::Number(value) => text(out, boundary, name, &value.to_string()),
    }
}

#[inline]
fn text(out: &mut Vec<u8>, boundary: &str, name: &str, value: &str) {
    let part = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{value}\r\n",
        quoted(name)
    );
    out.extend_from_slice(part.as_bytes());
}

/// Escapes a name as browsers do (WHATWG HTML, section "Multipart form data").
#[inline]
fn quoted(name: &str) -> Cow<'_, str> {
    if !name.contains(['"', '\r', '\n']) {
        return name.into();
    }
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
        .into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(fields: Value, file: Option<Part>) -> (String, u64) {
        let mut request = Request::new(Body::Empty);
        let fields = fields.as_object().expect("an object");
        write(&mut request, fields, file).expect("a form");
        let kind = request.headers()["content-type"].to_str().expect("text");
        let (_, boundary) = kind.split_once("boundary=").expect("a boundary");
        let mut text = String::new();
        match request.body() {
            Body::Stream(stream) => {
                let mut reader = stream.open().expect("it opens");
                reader.read_to_string(&mut text).expect("it is text");
            }
            body => text.push_str(std::str::from_utf8(body.bytes().expect("bytes")).expect("text")),
        }
        (text.replace(boundary, "B"), request.body().len())
    }

    #[test]
    fn fields_and_their_brackets() {
        let check = |fields: Value, expect: &[(&str, &str)]| {
            let mut text = String::new();
            for (name, value) in expect {
                text += &format!(
                    "--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                );
            }
            assert_eq!(written(fields, None).0, text + "--B--\r\n");
        };
        check(json!({}), &[]);
        check(json!({"a": 1, "b": true}), &[("a", "1"), ("b", "true")]);
        check(
            json!({"o": {"id": 7, "u": "x y"}}),
            &[("o[id]", "7"), ("o[u]", "x y")],
        );
        check(json!({"l": [1, 2]}), &[("l[]", "1"), ("l[]", "2")]);
        check(json!({"q\"\r\n": null}), &[("q%22%0D%0A", "")]);
    }

    #[test]
    fn a_file_between_head_and_tail() {
        let part = Part {
            name: "file".to_owned(),
            file_name: "a \"b\".jpg".to_owned(),
            content_type: "image/jpeg".into(),
            len: 3,
            file: Stream::new(3, || Ok(Box::new(&b"xyz"[..]))),
        };
        let (text, len) = written(json!({"a": 1}), Some(part));
        let expect = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
            --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a %22b%22.jpg\"\r\n\
            Content-Type: image/jpeg\r\n\r\nxyz\r\n--B--\r\n";
        assert_eq!(text, expect);
        let boundary = boundary().expect("random bytes").len() as u64;
        assert_eq!(len, expect.len() as u64 + 3 * (boundary - 1));
    }

    #[test]
    fn boundaries_differ() {
        assert_ne!(boundary().expect("one"), boundary().expect("another"));
    }
}
