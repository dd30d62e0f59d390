//! The fields that v2 returns, written as RISON in a URL and as JSON in a body.

use std::{collections::BTreeMap, fmt};

use serde_json::{Map, Value};

/// Selects the fields of v2's records. Without a selection v2 returns almost nothing, often only
/// the UUID.
///
/// Name the fields of a nested record with a dot. The `id` of every named record, at every depth,
/// is requested too, because the records of [`model`](crate::model) require it.
/// [`exactly`](Self::exactly) leaves it out.
///
/// ```
/// use api_inat::Fields;
///
/// let fields = Fields::from(["species_guess", "user.login", "photos.url"]);
/// assert_eq!(
///     fields.to_string(),
///     "(id:!t,photos:(id:!t,url:!t),species_guess:!t,user:(id:!t,login:!t))"
/// );
/// let exact = Fields::from("observed_on,user.login").exactly();
/// assert_eq!(exact.to_string(), "(observed_on:!t,user:(login:!t))");
/// assert_eq!(Fields::all().to_string(), "all");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fields {
    node: Node,
    exactly: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Node {
    All,
    One,
    These(BTreeMap<String, Node>),
}

impl Fields {
    /// Selects all fields, also of nested records: as much as v1 returns.
    #[inline]
    #[must_use]
    pub fn all() -> Self {
        Self {
            node: Node::All,
            exactly: false,
        }
    }

    /// Selects only the id. Add fields with [`with`](Self::with).
    #[inline]
    #[must_use]
    pub fn none() -> Self {
        Self {
            node: Node::These(BTreeMap::new()),
            exactly: false,
        }
    }

    /// Adds a field, such as `observed_on` or `user.login`, or several, separated by commas. Has no
    /// effect on [`all`](Self::all).
    #[inline]
    #[must_use]
    pub fn with(mut self, names: &str) -> Self {
        for path in names
            .split(',')
            .map(str::trim)
            .filter(|path| !path.is_empty())
        {
            let steps: Vec<_> = path.split('.').collect();
            self.node.add(&steps);
        }
        self
    }

    /// Adds a nested record with all its fields.
    #[inline]
    #[must_use]
    pub fn with_all_of(mut self, name: &str) -> Self {
        let mut steps: Vec<_> = name.split('.').collect();
        steps.push(ALL);
        self.node.add(&steps);
        self
    }

    /// Requests only the named fields, without ids. Use it for responses that are read into your
    /// own type.
    #[inline]
    #[must_use]
    pub fn exactly(mut self) -> Self {
        self.exactly = true;
        self
    }

    /// Writes the selection for a JSON body.
    #[inline]
    pub(crate) fn json(&self) -> Value {
        self.node.json(!self.exactly)
    }

    /// Reads what [`json`](Self::json) wrote.
    #[inline]
    pub(crate) fn from_json(json: &Value) -> Self {
        Self {
            node: Node::from_json(json),
            exactly: true,
        }
    }
}

/// The selection of all fields of a record.
const ALL: &str = "all";

impl Node {
    #[inline]
    fn add(&mut self, steps: &[&str]) {
        let [first, rest @ ..] = steps else {
            return;
        };
        match self {
            Self::All => {}
            node if *first == ALL && rest.is_empty() => *node = Self::All,
            Self::One => {
                *self = Self::These(BTreeMap::new());
                self.add(steps);
            }
            Self::These(fields) => {
                let field = fields.entry((*first).to_owned());
                field.or_insert(Self::One).add(rest);
            }
        }
    }

    #[inline]
    fn from_json(json: &Value) -> Self {
        match json {
            Value::Object(fields) => {
                let mut these = BTreeMap::new();
                for (name, node) in fields {
                    these.insert(name.clone(), Self::from_json(node));
                }
                Self::These(these)
            }
            Value::String(_) => Self::All,
            _ => Self::One,
        }
    }

    #[inline]
    fn json(&self, with_id: bool) -> Value {
        match self {
            Self::All => ALL.into(),
            Self::One => true.into(),
            Self::These(fields) => {
                let mut map = Map::new();
                for (name, node) in fields {
                    map.insert(name.clone(), node.json(with_id));
                }
                if with_id {
                    map.entry("id").or_insert(true.into());
                }
                map.into()
            }
        }
    }
}

impl From<&str> for Fields {
    #[inline]
    fn from(names: &str) -> Self {
        Self::none().with(names)
    }
}

impl<const N: usize> From<[&str; N]> for Fields {
    #[inline]
    fn from(names: [&str; N]) -> Self {
        names.into_iter().collect()
    }
}

impl<S: AsRef<str>> FromIterator<S> for Fields {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        let add = |fields: Self, name: S| fields.with(name.as_ref());
        names.into_iter().fold(Self::none(), add)
    }
}

/// Writes the selection as RISON, a notation of JSON for URLs.
impl fmt::Display for Fields {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        rison(&self.json(), f)
    }
}

#[inline]
fn rison(value: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Value::Object(map) => {
            f.write_str("(")?;
            for (index, (name, value)) in map.iter().enumerate() {
                if index > 0 {
                    f.write_str(",")?;
                }
                word(name, f)?;
                f.write_str(":")?;
                rison(value, f)?;
            }
            f.write_str(")")
        }
        Value::String(text) => word(text, f),
        // `json` writes only objects, texts and `true`.
        _ => f.write_str("!t"),
    }
}

/// Writes a text: bare if it is unambiguous, otherwise in quotes.
#[inline]
fn word(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let bare = !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && !text.contains([' ', '\'', '!', ':', '(', ')', ',', '*', '@', '$']);
    if bare {
        return f.write_str(text);
    }
    let escaped = text.replace('!', "!!").replace('\'', "!'");
    write!(f, "'{escaped}'")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_notations() {
        let check = |fields: Fields, rison: &str, json: Value| {
            assert_eq!(fields.to_string(), rison);
            assert_eq!(fields.json(), json);
        };
        check(Fields::all(), "all", json!("all"));
        check(Fields::from("all"), "all", json!("all"));
        check(Fields::none(), "(id:!t)", json!({"id": true}));
        check(Fields::none().exactly(), "()", json!({}));
        check(
            Fields::from("b, a,"),
            "(a:!t,b:!t,id:!t)",
            json!({"a": true, "b": true, "id": true}),
        );
        check(
            Fields::from(["user", "user.login", "user.site.name"]).exactly(),
            "(user:(login:!t,site:(name:!t)))",
            json!({"user": {"login": true, "site": {"name": true}}}),
        );
        check(
            Fields::from("user.login").with("user"),
            "(id:!t,user:(id:!t,login:!t))",
            json!({"id": true, "user": {"id": true, "login": true}}),
        );
        check(
            Fields::from("taxon.name").with_all_of("user").exactly(),
            "(taxon:(name:!t),user:all)",
            json!({"taxon": {"name": true}, "user": "all"}),
        );
        check(
            Fields::none()
                .with_all_of("user")
                .with("user.login")
                .exactly(),
            "(user:all)",
            json!({"user": "all"}),
        );
        check(Fields::from("x").with("all"), "all", json!("all"));
        check(Fields::all().with("x"), "all", json!("all"));
        check(
            Fields::from("2nd,-x,it's,wow!,a b,c:d,(e)").exactly(),
            "('(e)':!t,'-x':!t,'2nd':!t,'a b':!t,'c:d':!t,'it!'s':!t,'wow!!':!t)",
            json!({"(e)": true, "-x": true, "2nd": true, "a b": true, "c:d": true, "it's": true, "wow!": true}),
        );
    }
}
