//! Text in lines: short forms of requests, wrapped words, rows in columns.

use auth_testkit::LoggedRequest;

/// Lists what was sent and received, in order; requests of the same kind in a row are merged.
pub(super) fn wire(requests: &[LoggedRequest]) -> String {
    let mut parts: Vec<(String, Vec<String>)> = Vec::new();
    let mut before: Option<&LoggedRequest> = None;
    for request in requests {
        let same = |other: &LoggedRequest| head(other) == head(request);
        let there = |other: &LoggedRequest| place(&other.path) == place(&request.path);
        match parts.last_mut() {
            Some((_, statuses)) if before.is_some_and(same) => statuses.push(status(request)),
            _ if before.is_some_and(there) => {
                parts.push((request.method.to_string(), vec![status(request)]));
            }
            _ => parts.push((head(request), vec![status(request)])),
        }
        before = Some(request);
    }
    let result: Vec<_> = parts
        .iter()
        .map(|(head, statuses)| {
            let same = statuses.iter().all(|status| *status == statuses[0]);
            match (same, statuses.len()) {
                (true, n) if n > 1 => format!("{head} {} ×{n}", statuses[0]),
                _ => format!("{head} {}", statuses.join(" ")),
            }
        })
        .collect();
    result.join(", ")
}

fn head(request: &LoggedRequest) -> String {
    let mut head = format!("{} {}", request.method, place(&request.path));
    if let Some(grant) = &request.grant {
        head.push(' ');
        head.push_str(match grant.as_str() {
            "authorization_code" => "code",
            grant => grant,
        });
        let sent = |name: &str| request.fields.iter().any(|field| field == name);
        if request.scheme.as_deref() == Some("Basic") {
            head.push_str("+Basic");
        }
        if sent("client_secret") {
            head.push_str("+secret");
        }
        if sent("code_verifier") {
            head.push_str("+PKCE");
        }
    }
    head
}

/// The end of a path, enough to recognise it: `/v1/observations/7?x=1` is `observations/{id}`.
fn place(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let mut segments = path.rsplit('/');
    let last = segments.next().unwrap_or_default();
    let before = segments.next().unwrap_or_default();
    match before {
        "" => format!("/{last}"),
        // The next segment is a language.
        "authorize" => format!("{before}/{last}"),
        _ if last.bytes().all(|byte| byte.is_ascii_digit()) => format!("{before}/{{id}}"),
        _ => last.to_owned(),
    }
}

fn status(request: &LoggedRequest) -> String {
    request
        .status
        .map_or_else(|| "no response".to_owned(), |status| status.to_string())
}

/// Wraps words into lines of at most `width` characters; a longer word gets a line of its own.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let len = word.chars().count();
        if used > 0 && used + 1 + len > width {
            lines.push(String::new());
            used = 0;
        }
        let Some(line) = lines.last_mut() else {
            continue;
        };
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += len;
    }
    lines
}

/// Formats rows under a heading, each column as wide as its widest cell.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..N).map(width).collect();
    let line = |row: &[String; N]| {
        let cells: Vec<_> = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell:<width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    let mut lines: Vec<_> = rows.iter().map(line).collect();
    let rule: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
    lines.insert(lines.len().min(1), rule.join("  "));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shortened() {
        let check = |path: &str, expect: &str| assert_eq!(place(path), expect);
        check("/v1/observations?user_login=me", "observations");
        check("/v1/observations/250000001", "observations/{id}");
        check("/v1/users/me", "me");
        check("/oauth2/authorize/fr?x=1", "authorize/fr");
        check("/", "/");
    }

    #[test]
    fn words_are_wrapped() {
        let check = |text: &str, width: usize, expect: &[&str]| {
            assert_eq!(wrap(text, width), expect, "{text}");
        };
        check("one two three", 7, &["one two", "three"]);
        check("one two three", 20, &["one two three"]);
        check("much-too-long x", 4, &["much-too-long", "x"]);
        check("a → b", 5, &["a → b"]);
        check("", 5, &[""]);
    }

    #[test]
    fn columns_line_up() {
        let rows = [["step", "ok"], ["a longer one", "no"]].map(|row| row.map(str::to_owned));
        let expect = ["step          ok", "------------  --", "a longer one  no"];
        assert_eq!(columns(&rows), expect);
    }
}
