//! The front page of each crate: its prose names every item, by task and in the order of reading,
//! before rustdoc lists them by the alphabet.

use super::{Finding, pages::Pages};

/// Finds items of a crate's root that the prose of its front page does not name.
pub(super) fn unnamed(pages: &Pages) -> Vec<Finding> {
    let is_front = |path: &str| path.matches('/').count() == 1 && path.ends_with("/index.html");
    let mut findings = Vec::new();
    for (path, page) in pages.read_by_people().filter(|(path, _)| is_front(path)) {
        let Some((prose, lists)) = page.split_once("class=\"item-table") else {
            continue;
        };
        for item in lists.split("<dt><a class=\"").skip(1) {
            let link = item.split(" href=\"").nth(1);
            let name = link.and_then(|link| item_name(link.split('"').next()?));
            let named = |name: &&str| {
                let mut ends = ["", "()", "!"].iter();
                ends.any(|end| prose.contains(&format!("<code>{name}{end}</code>")))
            };
            if let Some(name) = name.filter(|name| !named(name)) {
                findings.push(Finding::new(
                    path,
                    format!("the page does not name `{name}`"),
                ));
            }
        }
    }
    findings
}

/// The name in `struct.Name.html` or `name/index.html`.
fn item_name(link: &str) -> Option<&str> {
    let item = link
        .strip_suffix("/index.html")
        .or_else(|| link.strip_suffix(".html"))?;
    item.rsplit('.').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_that_the_page_does_not_name_is_found() {
        let lists = "<dl class=\"item-table\"><dt><a class=\"struct\" href=\"struct.A.html\" title>\
            <dt><a class=\"mod\" href=\"guide/index.html\"><dt><a class=\"fn\" href=\"fn.f.html\">";
        let check = |prose: &str, expect: &[&str]| {
            let page = format!("{prose}{lists}");
            let pages = Pages::of(&[("a/index.html", &page), ("a/b/index.html", lists)]);
            assert_eq!(crate::tidy::texts(&unnamed(&pages)), expect, "{prose}");
        };
        let all = "<code>A</code><code>guide</code><a><code>f()</code></a>";
        check(all, &[]);
        check(
            &all.replace("<code>A", "<code>B"),
            &["a/index.html: the page does not name `A`"],
        );
        check(
            "<code>A</code><code>f</code>",
            &["a/index.html: the page does not name `guide`"],
        );
    }
}
