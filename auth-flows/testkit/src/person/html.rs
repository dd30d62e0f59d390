//! A tolerant HTML scanner: tags, attributes and entities. It ignores nesting.

/// A piece of a page.
pub(super) enum Token<'h> {
    Text(&'h str),
    Open(Tag),
    Close(String),
}

/// An opening tag. Names are in lower case, values decoded.
pub(super) struct Tag {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn parse(inside: &str) -> Self {
        let end = inside
            .find(|c: char| c.is_whitespace() || c == '/')
            .unwrap_or(inside.len());
        let (name, mut rest) = inside.split_at(end);
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/' || c == '=');
            let end = rest
                .find(|c: char| c.is_whitespace() || c == '=' || c == '/')
                .unwrap_or(rest.len());
            if end == 0 {
                break;
            }
            let (attribute, after) = rest.split_at(end);
            let (value, after) = match after.trim_start().strip_prefix('=') {
                Some(after) => attribute_value(after.trim_start()),
                None => ("", after),
            };
            attributes.push((attribute.to_ascii_lowercase(), decode(value)));
            rest = after;
        }
        Self {
            name: name.to_ascii_lowercase(),
            attributes,
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }
}

fn attribute_value(text: &str) -> (&str, &str) {
    match text.chars().next() {
        Some(quote @ ('"' | '\'')) => text[1..].split_once(quote).unwrap_or((&text[1..], "")),
        _ => text.split_at(text.find(char::is_whitespace).unwrap_or(text.len())),
    }
}

/// Iterates over the tokens of the rest of a page.
pub(super) struct Tokens<'h>(pub(super) &'h str);

impl<'h> Iterator for Tokens<'h> {
    type Item = Token<'h>;

    fn next(&mut self) -> Option<Token<'h>> {
        loop {
            let html = self.0;
            if html.is_empty() {
                return None;
            }
            let Some(inside) = html.strip_prefix('<') else {
                let (text, rest) = html.split_at(html.find('<').unwrap_or(html.len()));
                self.0 = rest;
                return Some(Token::Text(text));
            };
            if let Some(comment) = inside.strip_prefix("!--") {
                self.0 = comment.split_once("-->").map_or("", |(_, rest)| rest);
                continue;
            }
            if !inside.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
                self.0 = inside;
                return Some(Token::Text("<"));
            }
            let (tag, rest) = inside.split_at(tag_end(inside));
            self.0 = rest.strip_prefix('>').unwrap_or(rest);
            if tag.starts_with(['!', '?']) {
                continue;
            }
            if let Some(name) = tag.strip_prefix('/') {
                return Some(Token::Close(name.trim().to_ascii_lowercase()));
            }
            let tag = Tag::parse(tag);
            if matches!(tag.name.as_str(), "script" | "style" | "title") {
                self.0 = past_closing(self.0, &tag.name);
                continue;
            }
            return Some(Token::Open(tag));
        }
    }
}

/// Returns the end of a tag: the first `>` outside quotes.
fn tag_end(inside: &str) -> usize {
    let mut quote = None;
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            (None, '>') => return at,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    inside.len()
}

fn past_closing<'h>(html: &'h str, name: &str) -> &'h str {
    let closing = format!("</{name}");
    let found = html.to_ascii_lowercase().find(&closing);
    found.map_or("", |at| &html[at..])
}

/// Decodes the entities that Rails, PHP and JavaScript templates write. Leaves others unchanged.
pub(super) fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        let entity = after
            .split_once(';')
            .and_then(|(name, after)| Some((entity(name)?, after)));
        let (c, after) = entity.unwrap_or(('&', after));
        decoded.push(c);
        rest = after;
    }
    decoded.push_str(rest);
    decoded
}

fn entity(name: &str) -> Option<char> {
    let number = |digits: &str, radix| char::from_u32(u32::from_str_radix(digits, radix).ok()?);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => match name.strip_prefix('#')? {
            hex if hex.starts_with(['x', 'X']) => number(&hex[1..], 16),
            decimal => number(decimal, 10),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities() {
        let check = |text: &str, expect: &str| assert_eq!(decode(text), expect, "{text}");
        check("plain", "plain");
        check("a&amp;b&lt;c&gt;d&quot;e&apos;f", "a&b<c>d\"e'f");
        check("&#39;&#x2713;&#X41;", "'\u{2713}A");
        check("&amp;amp;", "&amp;");
        check(
            "&unknown; & &#; &#xzz; &#1114112; &",
            "&unknown; & &#; &#xzz; &#1114112; &",
        );
    }

    #[test]
    fn attributes() {
        let check = |inside: &str, name: &str, expect: Option<&str>| {
            assert_eq!(Tag::parse(inside).value(name), expect, "{inside} {name}");
        };
        check("input name=\"a b\" value='c>d'", "name", Some("a b"));
        check("input name=\"a b\" value='c>d'", "value", Some("c>d"));
        check("INPUT NAME=a CHECKED", "name", Some("a"));
        check("INPUT NAME=a CHECKED", "checked", Some(""));
        check("input\n name = \"a\"/", "name", Some("a"));
        check("input value=\"1&amp;2\"/", "value", Some("1&2"));
        check("input name=\"open", "name", Some("open"));
        check("input =x name=a", "name", Some("a"));
        check("form action=/a/b", "action", Some("/a/b"));
        check("input name=a", "value", None);
    }
}
