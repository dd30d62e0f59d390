//! What a person sees of an HTML page: its forms, the code it shows, its words.

use super::html::{Tag, Token, Tokens, decode};

/// A page, as far as it matters to somebody who logs in.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The forms that are posted; a form that is sent with GET is a search, not a decision.
    pub(super) forms: Vec<Form>,
    /// The text of `<code id="authorization_code">`.
    pub(super) code: Option<String>,
    /// Where the first link leads whose words say no.
    pub(super) refusing_link: Option<String>,
    /// The words on the page, one space between them.
    pub(super) text: String,
}

/// A form with its fields in the order of the page.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// As written; empty stands for the page's own URL.
    pub(super) action: String,
    posts: bool,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    kind: Kind,
    name: String,
    value: String,
    /// The words on a `<button>`.
    label: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Fixed,
    Text,
    Password,
    Button,
}

impl Page {
    pub(super) fn parse(html: &str) -> Self {
        let mut page = Self::default();
        let mut form: Option<Form> = None;
        let mut labelling = false;
        let mut link: Option<(String, String)> = None;
        let mut in_code = false;
        for token in Tokens(html) {
            match token {
                Token::Text(text) => {
                    let words = decode(text);
                    page.text.push_str(&words);
                    page.text.push(' ');
                    if let Some(code) = page.code.as_mut().filter(|_| in_code) {
                        code.push_str(&words);
                    }
                    if let Some((_, label)) = &mut link {
                        label.push_str(&words);
                    }
                    let button = form.as_mut().and_then(|form| form.fields.last_mut());
                    if let Some(button) = button.filter(|_| labelling) {
                        button.label.push_str(&words);
                    }
                }
                Token::Open(tag) => match tag.name.as_str() {
                    "form" => page.forms.extend(form.replace(Form::opened(&tag))),
                    "input" | "button" => {
                        labelling = false;
                        if let (Some(form), Some(field)) = (&mut form, Field::new(&tag)) {
                            form.fields.push(field);
                            labelling = tag.name == "button";
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
                    "button" => labelling = false,
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
        page.forms.retain(|form| form.posts);
        page.code = page.code.map(|code| code.trim().to_owned());
        page.text = page.text.split_whitespace().collect::<Vec<_>>().join(" ");
        page
    }
}

impl Form {
    pub(super) fn asks_for_password(&self) -> bool {
        self.fields.iter().any(|field| field.kind == Kind::Password)
    }

    /// Whether this is Rails' way to send a DELETE: a POST with a field `_method`.
    pub(super) fn deletes(&self) -> bool {
        self.fields
            .iter()
            .any(|field| field.name == "_method" && field.value.eq_ignore_ascii_case("delete"))
    }

    pub(super) fn can_be_refused(&self) -> bool {
        self.buttons().any(Field::says_no)
    }

    /// What is sent when the first text field gets the name and every password field the password.
    pub(super) fn login(&self, name: &str, password: &str) -> Vec<(String, String)> {
        let mut name = Some(name);
        self.sent(self.buttons().next(), |field| match field.kind {
            Kind::Text => name.take().unwrap_or(&field.value).to_owned(),
            Kind::Password => password.to_owned(),
            Kind::Fixed | Kind::Button => field.value.clone(),
        })
    }

    /// What is sent by the first button that does not say no.
    pub(super) fn consent(&self) -> Vec<(String, String)> {
        let button = self.buttons().find(|button| !button.says_no());
        self.sent(button, |field| field.value.clone())
    }

    /// What is sent by the button that says no, or by the first one.
    pub(super) fn refusal(&self) -> Vec<(String, String)> {
        let button = self.buttons().find(|button| button.says_no());
        self.sent(button.or(self.buttons().next()), |field| {
            field.value.clone()
        })
    }

    fn opened(tag: &Tag) -> Self {
        Self {
            action: tag.value("action").unwrap_or_default().to_owned(),
            posts: tag
                .value("method")
                .is_some_and(|method| method.eq_ignore_ascii_case("post")),
            fields: Vec::new(),
        }
    }

    fn buttons(&self) -> impl Iterator<Item = &Field> {
        self.fields
            .iter()
            .filter(|field| field.kind == Kind::Button)
    }

    /// Of the buttons only the pressed one is sent, and only what has a name.
    fn sent(
        &self,
        pressed: Option<&Field>,
        mut value: impl FnMut(&Field) -> String,
    ) -> Vec<(String, String)> {
        let is_pressed =
            |field: &Field| pressed.is_some_and(|pressed| std::ptr::eq(pressed, field));
        self.fields
            .iter()
            .filter(|field| field.kind != Kind::Button || is_pressed(field))
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
            "submit" | "image" => Kind::Button,
            "password" => Kind::Password,
            "hidden" => Kind::Fixed,
            "checkbox" | "radio" if tag.has("checked") => Kind::Fixed,
            "checkbox" | "radio" | "button" | "reset" | "file" => return None,
            _ => Kind::Text,
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
mod tests {
    use super::*;

    fn sent(pairs: &[(String, String)]) -> String {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join(" ")
    }

    #[test]
    fn words_on_a_page() {
        let check = |html: &str, expect: &str| assert_eq!(Page::parse(html).text, expect, "{html}");
        check("", "");
        check("<h1>It&#39;s\n wrong</h1><p>1 < 2</p>", "It's wrong 1 < 2");
        check(
            "<title>T</title><style>p{}</style><script>'<p>'</script>seen",
            "seen",
        );
        check("<!DOCTYPE html><!-- <p>hidden</p> -->seen", "seen");
        check("<p title='a>b'>seen<b title=\"<c>\"> too", "seen too");
        check("<!-- never closed", "");
        check("<script>never closed", "");
        check("cut <p", "cut");
    }

    #[test]
    fn code_on_a_page() {
        let check = |html: &str, expect: Option<&str>| {
            assert_eq!(Page::parse(html).code.as_deref(), expect, "{html}");
        };
        check(
            "<main>\n<code id=\"authorization_code\">a-_1</code> more</main>",
            Some("a-_1"),
        );
        check(
            "<code class=x id='authorization_code'> a<wbr>b\n</code>",
            Some("ab"),
        );
        check("<code>a</code><code id=other>b</code>", None);
    }

    #[test]
    fn login_forms() {
        let check = |html: &str, expect: &str| {
            let page = Page::parse(html);
            let form = page
                .forms
                .iter()
                .find(|form| form.asks_for_password())
                .expect("a login");
            assert_eq!(sent(&form.login("me", "pw")), expect, "{html}");
        };
        check(
            "<form action='/login' method='post'><input type=hidden name=t value='&#x2713;'>\
             <input name=user value=old><input type=password name=p>\
             <input type=submit name=commit value='Log in'></form>",
            "t=\u{2713} user=me p=pw commit=Log in",
        );
        check(
            "<form method=GET><input name=q></form><FORM METHOD=POST><INPUT TYPE=EMAIL NAME=e>\
             <input type=text name=other value=kept><input type=checkbox name=remember>\
             <input type=checkbox name=terms value=1 checked><input type=password name=p>\
             <input name=off disabled><button>Go</button>",
            "e=me other=kept terms=1 p=pw",
        );
    }

    #[test]
    fn consent_forms() {
        let check = |html: &str, yes: &str, no: &str| {
            let page = Page::parse(html);
            let form = page
                .forms
                .iter()
                .find(|form| !form.deletes())
                .expect("a form to allow");
            assert_eq!(sent(&form.consent()), yes, "{html}");
            let form = page
                .forms
                .iter()
                .find(|form| form.deletes())
                .unwrap_or(form);
            assert_eq!(sent(&form.refusal()), no, "{html}");
        };
        check(
            "<form method=post><input type=hidden name=state value='a&amp;b'>\
             <input type=submit name=commit value=Authorize></form>\
             <form method=post><input type=hidden name=_method value=delete>\
             <input type=hidden name=state value='a&amp;b'>\
             <input type=submit name=commit value=Deny></form>",
            "state=a&b commit=Authorize",
            "_method=delete state=a&b commit=Deny",
        );
        check(
            "<form method=post><button name=answer value=0><b>Deny</b></button>\
             <button name=answer value=1>Allow</button><button type=button name=x>Why</button>",
            "answer=1",
            "answer=0",
        );
        check(
            "<form action=/search><input name=q><button>Go</button></form>\
             <form method=post><input type=image name=approve value=true>\
             <input type=submit name=approve value=false></form>",
            "approve=true",
            "approve=false",
        );
    }

    #[test]
    fn links_that_refuse() {
        let check = |html: &str, expect: Option<&str>| {
            assert_eq!(Page::parse(html).refusing_link.as_deref(), expect, "{html}");
        };
        check(
            "<a href='/a?x=1&amp;y=2'>[ <i>Cancel</i> ]</a>",
            Some("/a?x=1&y=2"),
        );
        check(
            "<a href='/help'>Note</a><a href='/no'>No, thanks</a>",
            Some("/no"),
        );
        check("<a href='/abort'>Help</a><a>Deny</a>", None);
    }
}
