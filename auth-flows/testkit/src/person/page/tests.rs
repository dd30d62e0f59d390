//! Pages as server software writes them.

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
            .find(|form| form.has_password_field())
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
    check(
        "<form method=post id=f.1><input type=hidden name=confirm value=yes></form>\
         <button type=submit form=f.1>Continue</button>\
         <button type=submit form=f.1 name=abort value=yes>[ Abort ]</button>\
         <button type=submit form=other name=x value=no>Stray</button>",
        "confirm=yes",
        "confirm=yes abort=yes",
    );
}

#[test]
fn forms_with_a_blank() {
    let check = |html: &str, expect: &str| {
        let page = Page::parse(html);
        let form = page.forms.first().expect("a form");
        assert!(form.has_text_field(), "{html}");
        assert_eq!(sent(&form.typed("WDJB-MJHT")), expect, "{html}");
    };
    check(
        "<form method=post><input type=hidden name=x value=1><input name=user_code></input></form>",
        "x=1 user_code=WDJB-MJHT",
    );
    check(
        "<form method=post><input name=user_code value=old><input name=b value=2><button name=go>Go",
        "user_code=WDJB-MJHT b=2 go=",
    );
}

#[test]
fn pages_that_send_themselves() {
    let check = |html: &str, expect: bool| {
        assert_eq!(Page::parse(html).submits_itself, expect, "{html}");
    };
    let form =
        "<form method=post><input type=hidden name=a value=1><button name=b>Go</button></form>";
    let script = "<script>document.forms[0].submit()</script>";
    check(form, false);
    check(&format!("{script}{form}"), true);
    let page = Page::parse(form);
    assert_eq!(sent(&page.forms[0].unchanged()), "a=1");
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
