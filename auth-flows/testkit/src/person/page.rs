//! The parts of an HTML page that a login needs: its forms, a code, a link, its text.

use super::html::{Tag, Token, Tokens, decode};

/// The parts of a page that matter to a login.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The forms with the method POST. A form with GET is a search, not a decision.
    pub(super) forms: Vec<Form>,
    /// The text of `<code id="authorization_code">`.
    pub(super) code: Option<String>,
    /// The target of the first link whose text refuses, such as `Cancel`.
    pub(super) refusing_link: Option<String>,
    /// Whether a script submits the first form.
    pub(super) submits_itself: bool,
    /// The words on the page, separated by one space.
    pub(super) text: String,
}

/// A form with its fields in the order of the page.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// The target as written. Empty for the page's own URL.
    pub(super) action: String,
    id: String,
    posts: bool,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    kind: FieldKind,
    name: String,
    value: String,
    /// The text of a `<button>`.
    label: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum FieldKind {
    Fixed,
    Text,
    Password,
    Button,
}

impl Page {
    pub(super) fn parse(html: &str) -> Self {
        let mut page = Self {
            submits_itself: html.contains(".submit()"),
            ..Self::default()
        };
        let mut form: Option<Form> = None;
        // Fields outside the form that their attribute `form` names.
        let mut strays: Vec<(String, Field)> = Vec::new();
        let mut labelling: Option<Labelling> = None;
        let mut link: Option<(String, String)> = None;
        let mut in_code = false;
        for token in Tokens(html) {
            match token {
                Token::Text(text) => {
                    let text = decode(text);
                    page.text.push_str(&text);
                    page.text.push(' ');
                    if let Some(code) = page.code.as_mut().filter(|_| in_code) {
                        code.push_str(&text);
                    }
                    if let Some((_, label)) = &mut link {
                        label.push_str(&text);
                    }
                    let button = match labelling {
                        Some(Labelling::Own) => {
                            form.as_mut().and_then(|form| form.fields.last_mut())
                        }
                        Some(Labelling::Stray) => strays.last_mut().map(|(_, field)| field),
                        None => None,
                    };
                    if let Some(button) = button {
                        button.label.push_str(&text);
                    }
                }
                Token::Open(tag) => match tag.name.as_str() {
                    "form" => page.forms.extend(form.replace(Form::opened(&tag))),
                    "input" | "button" => {
                        labelling = None;
                        let Some(field) = Field::new(&tag) else {
                            continue;
                        };
                        let is_button = tag.name == "button";
                        if let Some(id) = tag.value("form") {
                            strays.push((id.to_owned(), field));
                            labelling = is_button.then_some(Labelling::Stray);
                        } else if let Some(form) = &mut form {
                            form.fields.push(field);
                            labelling = is_button.then_some(Labelling::Own);
                        }
                    }
                    "a" => {
                        link = tag
                            .value("href")
                            .map(|href| (href.to_owned(), String::new()))
                    }
                    "code" if tag.value("id") == Some("authorization_code") => {
                        in_code = true;
                        page.code = Some(String::new());
                    }
                    _ => {}
                },
                Token::Close(name) => match name.as_str() {
                    "form" => page.forms.extend(form.take()),
                    "button" => labelling = None,
                    "code" => in_code = false,
                    "a" => {
                        let refusing = link.take().filter(|(_, label)| says_no(label));
                        page.refusing_link =
                            page.refusing_link.or(refusing.map(|(target, _)| target));
                    }
                    _ => {}
                },
            }
        }
        page.forms.extend(form);
        for (id, field) in strays {
            let owner = page.forms.iter_mut().find(|form| form.id == id);
            if let Some(form) = owner {
                form.fields.push(field);
            }
        }
        page.forms.retain(|form| form.posts);
        page.code = page.code.map(|code| code.trim().to_owned());
        page.text = page.text.split_whitespace().collect::<Vec<_>>().join(" ");
        page
    }
}

/// The list that holds the button whose label is being read.
#[derive(Clone, Copy)]
enum Labelling {
    /// In the form that is open.
    Own,
    /// Among the strays.
    Stray,
}

impl Form {
    pub(super) fn has_password_field(&self) -> bool {
        self.fields
            .iter()
            .any(|field| field.kind == FieldKind::Password)
    }

    pub(super) fn has_text_field(&self) -> bool {
        self.fields
            .iter()
            .any(|field| field.kind == FieldKind::Text)
    }

    /// Whether the form sends a DELETE as Rails does: a POST with a field `_method`.
    pub(super) fn deletes(&self) -> bool {
        self.fields
            .iter()
            .any(|field| field.name == "_method" && field.value.eq_ignore_ascii_case("delete"))
    }

    pub(super) fn can_be_refused(&self) -> bool {
        self.buttons().any(Field::says_no)
    }

    /// The fields with the name in the first text field and the password in every password field.
    pub(super) fn login(&self, name: &str, password: &str) -> Vec<(String, String)> {
        let mut name = Some(name);
        self.sent(self.buttons().next(), |field| match field.kind {
            FieldKind::Text => name.take().unwrap_or(&field.value).to_owned(),
            FieldKind::Password => password.to_owned(),
            FieldKind::Fixed | FieldKind::Button => field.value.clone(),
        })
    }

    /// The fields with this text in the first text field.
    pub(super) fn typed(&self, text: &str) -> Vec<(String, String)> {
        let mut text = Some(text);
        self.sent(self.buttons().next(), |field| match field.kind {
            FieldKind::Text => text.take().unwrap_or(&field.value).to_owned(),
            _ => field.value.clone(),
        })
    }

    /// The fields as a script submits them: without a button.
    pub(super) fn unchanged(&self) -> Vec<(String, String)> {
        self.sent(None, |field| field.value.clone())
    }

    /// The fields as the first button submits them that does not refuse.
    pub(super) fn consent(&self) -> Vec<(String, String)> {
        let button = self.buttons().find(|button| !button.says_no());
        self.sent(button, |field| field.value.clone())
    }

    /// The fields as the first button that refuses submits them, or else the first button.
    pub(super) fn refusal(&self) -> Vec<(String, String)> {
        let button = self.buttons().find(|button| button.says_no());
        self.sent(button.or(self.buttons().next()), |field| {
            field.value.clone()
        })
    }

    fn opened(tag: &Tag) -> Self {
        Self {
            action: tag.value("action").unwrap_or_default().to_owned(),
            id: tag.value("id").unwrap_or_default().to_owned(),
            posts: tag
                .value("method")
                .is_some_and(|method| method.eq_ignore_ascii_case("post")),
            fields: Vec::new(),
        }
    }

    fn buttons(&self) -> impl Iterator<Item = &Field> {
        self.fields
            .iter()
            .filter(|field| field.kind == FieldKind::Button)
    }

    /// Returns names and values of the named fields. Of the buttons only the pressed one counts.
    fn sent(
        &self,
        pressed: Option<&Field>,
        mut value: impl FnMut(&Field) -> String,
    ) -> Vec<(String, String)> {
        let is_pressed =
            |field: &Field| pressed.is_some_and(|pressed| std::ptr::eq(pressed, field));
        self.fields
            .iter()
            .filter(|field| field.kind != FieldKind::Button || is_pressed(field))
            .map(|field| (field.name.clone(), value(field)))
            .filter(|(name, _)| !name.is_empty())
            .collect()
    }
}

impl Field {
    fn new(tag: &Tag) -> Option<Self> {
        let default_type = if tag.name == "button" {
            "submit"
        } else {
            "text"
        };
        let kind = match tag
            .value("type")
            .unwrap_or(default_type)
            .to_ascii_lowercase()
            .as_str()
        {
            "submit" | "image" => FieldKind::Button,
            "password" => FieldKind::Password,
            "hidden" => FieldKind::Fixed,
            "checkbox" | "radio" if tag.has("checked") => FieldKind::Fixed,
            "checkbox" | "radio" | "button" | "reset" | "file" => return None,
            _ => FieldKind::Text,
        };
        (!tag.has("disabled")).then(|| Self {
            kind,
            name: tag.value("name").unwrap_or_default().to_owned(),
            value: tag.value("value").unwrap_or_default().to_owned(),
            label: String::new(),
        })
    }

    fn says_no(&self) -> bool {
        says_no(&self.name) || says_no(&self.value) || says_no(&self.label)
    }
}

fn says_no(text: &str) -> bool {
    const NO: [&str; 9] = [
        "abort", "cancel", "decline", "denied", "deny", "false", "no", "refuse", "reject",
    ];
    text.split(|c: char| !c.is_alphanumeric())
        .any(|word| NO.iter().any(|no| word.eq_ignore_ascii_case(no)))
}

#[cfg(test)]
mod tests;
