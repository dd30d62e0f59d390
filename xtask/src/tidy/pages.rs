//! `cargo xtask tidy --pages DIR`: checks the pages that rustdoc wrote: dead links, links left as
//! text, items that require a feature and do not say so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use percent_encoding::percent_decode_str;

use super::{Finding, badges, front_pages, listed, tree::Tree, unreadable};
use crate::{Stop, output};

/// The pages of a folder, by their path from it, with `/` as the separator.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) pages: BTreeMap<String, Page>,
    /// All other files: styles, scripts, fonts.
    others: BTreeSet<String>,
}

#[derive(Debug)]
pub(super) struct Page {
    pub(super) text: String,
    ids: BTreeSet<String>,
    /// Where the page sends its reader, if it is only the old place of another.
    moved: Option<String>,
}

impl Pages {
    pub(super) fn read(folder: &Path) -> Result<Self, Stop> {
        let mut pages = Self::default();
        let mut folders = vec![folder.to_owned()];
        while let Some(inside) = folders.pop() {
            for path in listed(&inside)? {
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(folder).unwrap_or(&path);
                let name = name.display().to_string().replace('\\', "/");
                if !name.ends_with(".html") {
                    pages.others.insert(name);
                    continue;
                }
                let text = fs::read_to_string(&path);
                pages.add(&name, text.map_err(|error| unreadable(&path, &error))?);
            }
        }
        Ok(pages)
    }

    fn add(&mut self, name: &str, text: String) {
        let ids = values(&text, " id=\"").map(unescaped).collect();
        let moved = text.split_once("<meta http-equiv=\"refresh\" content=\"0;URL=");
        let moved = moved.and_then(|(_, url)| url.split('"').next());
        let moved = moved.map(|url| resolved(name, url));
        self.pages
            .insert(name.to_owned(), Page { text, ids, moved });
    }

    /// The crates' pages, with their paths and their text up to the implementations for all types,
    /// whose prose is that of other packages.
    pub(super) fn read_by_people(&self) -> impl Iterator<Item = (&str, &str)> {
        let of_crates = self.pages.iter();
        let of_crates =
            of_crates.filter(|(path, _)| !path.starts_with("src/") && path.contains('/'));
        of_crates.map(|(path, page)| {
            let own = page.text.split(" id=\"blanket-implementations\"").next();
            (path.as_str(), own.unwrap_or_default())
        })
    }

    /// Whether there is such a page with such an id, or another file.
    fn leads_somewhere(&self, path: &str, id: &str) -> bool {
        let Some(page) = self.pages.get(path) else {
            return self.others.contains(path);
        };
        let page = page
            .moved
            .as_ref()
            .map_or(Some(page), |to| self.pages.get(to));
        // The lines of a source page are numbered by a script.
        let any = id.is_empty() || path.starts_with("src/");
        page.is_some_and(|page| any || page.ids.contains(id))
    }

    /// The page of an item, or of a module, at the root of a crate.
    pub(super) fn item(&self, krate: &str, name: &str) -> Option<&Page> {
        let module = format!("{krate}/{name}/index.html");
        let (of_item, end) = (format!("{krate}/"), format!(".{name}.html"));
        let is_item = |path: &str| {
            let file = path.strip_prefix(&of_item);
            file.is_some_and(|file| !file.contains('/') && file.ends_with(&end))
        };
        let mut found = self.pages.iter();
        let found = found.find(|(path, _)| **path == module || is_item(path));
        found.map(|(_, page)| page)
    }
}

/// Checks the pages, and prints a line for each rule.
pub(super) fn check(folder: &Path, tree: &Tree) -> Result<usize, Stop> {
    let pages = Pages::read(folder)?;
    let checks = [
        ("no dead link", dead_links(&pages)),
        (
            "no link to docs.rs for what is on these pages",
            leading_away(&pages, tree),
        ),
        (
            "each link of a README to docs.rs has its page here",
            of_readmes(&pages, tree),
        ),
        ("no link left as text", left_as_text(&pages)),
        (
            "each front page names its items by task",
            front_pages::unnamed(&pages),
        ),
        (
            "each item names the feature it requires",
            badges::missing(&pages, tree),
        ),
    ];
    output::line(format_args!("{} pages", pages.read_by_people().count()));
    let failed = checks
        .iter()
        .filter(|(rule, found)| !super::print(rule, found));
    Ok(failed.count())
}

/// Finds links to files that do not exist, and to ids that their page does not have.
fn dead_links(pages: &Pages) -> Vec<Finding> {
    let mut findings = BTreeSet::new();
    for (path, page) in pages.read_by_people() {
        for link in values(page, " href=\"") {
            let link = unescaped(link);
            if link.contains("://") || link.starts_with("javascript:") {
                continue;
            }
            let (file, id) = link.split_once('#').unwrap_or((&link, ""));
            let file = file.split('?').next().unwrap_or_default();
            if !pages.leads_somewhere(&resolved(path, file), id) {
                findings.insert((path.to_owned(), link));
            }
        }
    }
    let dead = |(path, link)| Finding::new(path, format!("the link `{link}` is dead"));
    findings.into_iter().map(dead).collect()
}

/// Finds links of our pages to our pages at docs.rs, which hold what was published last. A README
/// has them for other readers; `src/links.md` before it gives the pages their own.
fn leading_away(pages: &Pages, tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, page) in pages.read_by_people() {
        for link in values(page, " href=\"").filter(|link| on_docs_rs(link, tree).is_some()) {
            let what = format!("`{link}` leads away; name the item in src/links.md");
            findings.push(Finding::new(path, what));
        }
    }
    findings
}

/// Finds links in READMEs to pages that docs.rs will not have.
fn of_readmes(pages: &Pages, tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files().filter(|file| file.path.ends_with("README.md")) {
        for (number, line) in file.lines() {
            let links = line.match_indices("https://docs.rs/");
            for link in links.filter_map(|(at, _)| line[at..].split([')', ' ', '>']).next()) {
                let Some(path) = on_docs_rs(link, tree) else {
                    continue;
                };
                let (path, id) = path.split_once('#').unwrap_or((path, ""));
                if !pages.leads_somewhere(path, id) {
                    let what = format!("`{link}` will be dead");
                    findings.push(Finding::at_line(&file.path, number, what));
                }
            }
        }
    }
    findings
}

/// The path of one of our pages at docs.rs, in its newest version.
fn on_docs_rs<'t>(link: &'t str, tree: &Tree) -> Option<&'t str> {
    let (package, path) = link
        .strip_prefix("https://docs.rs/")?
        .split_once("/latest/")?;
    let mut own = tree.packages().iter();
    own.any(|own| own.name == package).then_some(path)
}

/// Finds `[`X`]` and `[X](Y)` that became no link.
fn left_as_text(pages: &Pages) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, page) in pages.read_by_people() {
        let prose = without_code(page);
        for (at, _) in prose
            .match_indices("[<code>")
            .chain(prose.match_indices("]("))
        {
            let text: String = prose[at..].chars().take(60).collect();
            findings.push(Finding::new(path, format!("`{text}` is no link")));
        }
    }
    findings
}

/// The values of an attribute, e.g. ` href="`.
fn values<'t>(text: &'t str, attribute: &'static str) -> impl Iterator<Item = &'t str> {
    let parts = text.split(attribute).skip(1);
    parts.filter_map(|part| part.split('"').next())
}

/// The page without what is in `<pre>`, where brackets are code.
fn without_code(page: &str) -> String {
    let mut parts = page.split("<pre");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |prose, part| {
        prose + part.split_once("</pre>").map_or("", |(_, rest)| rest)
    })
}

/// Where a link of a page leads, from the root that the path of the page begins at.
pub(super) fn resolved(page: &str, link: &str) -> String {
    if link.is_empty() {
        return page.to_owned();
    }
    let mut path: Vec<_> = page.split('/').collect();
    path.pop();
    for part in link.split('/') {
        match part {
            "." => {}
            ".." => drop(path.pop()),
            part => path.push(part),
        }
    }
    path.join("/")
}

/// Decodes the entities and percent signs that rustdoc writes in links and ids.
fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    let text = text.replace("&quot;", "\"").replace("&#39;", "'");
    let text = text.replace("&amp;", "&");
    let text = percent_decode_str(&text);
    text.decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::texts;

    impl Pages {
        pub(in crate::tidy) fn of(pages: &[(&str, &str)]) -> Self {
            let mut all = Self::default();
            for (name, text) in pages {
                all.add(name, (*text).to_owned());
            }
            all.others.insert("static.files/a.css".to_owned());
            all
        }
    }

    #[test]
    fn dead_links_are_found() {
        let check = |link: &str, dead: bool| {
            let text = format!("<a href=\"{link}\">x</a><p id=\"here\">");
            let all = [
                ("a/mod/struct.A.html", text.as_str()),
                ("b/index.html", "<p id=\"impl-From%3CT%3E-for-U\">"),
                ("src/b/lib.rs.html", ""),
                (
                    "b/old.html",
                    "<meta http-equiv=\"refresh\" content=\"0;URL=../b/index.html\">",
                ),
            ];
            let found = texts(&dead_links(&Pages::of(&all)));
            let expect = format!(
                "a/mod/struct.A.html: the link `{}` is dead",
                unescaped(link)
            );
            assert_eq!(found, if dead { vec![expect] } else { vec![] }, "{link}");
        };
        check("#here", false);
        check("#elsewhere", true);
        check("struct.A.html#here", false);
        check("struct.B.html", true);
        check("auth_core::ErrorKind::Usage", true);
        check("../../b/index.html", false);
        check("../../b/index.html#impl-From%3CT%3E-for-U", false);
        check("../../b/index.html#x", true);
        check("../../b/old.html#impl-From%3CT%3E-for-U", false);
        check("../../b/old.html#x", true);
        check("../../src/b/lib.rs.html#3-5", false);
        check("../../src/b/none.rs.html#3-5", true);
        check("../../static.files/a.css", false);
        check("https://docs.rs/a", false);
    }

    #[test]
    fn links_to_docs_rs_are_checked_both_ways() {
        let readme = "[`X`]: https://docs.rs/a-b/latest/a_b/struct.X.html#method.m\n\
            [`Y`]: https://docs.rs/a-b/latest/a_b/struct.Y.html\n[http](https://docs.rs/http)";
        let tree = Tree::of(&[("a-b/README.md", readme)]);
        let tree = tree.with_metadata(&serde_json::json!({ "workspace_root": "/w", "packages": [
            { "name": "a-b", "manifest_path": "/w/a-b/Cargo.toml" },
        ]}));
        let link = "<a href=\"https://docs.rs/a-b/latest/a_b/struct.X.html\">";
        let other = "<a href=\"https://docs.rs/http/latest/http/\"><p id=\"method.m\">";
        let all = [("a_b/index.html", link), ("a_b/struct.X.html", other)];
        assert_eq!(
            texts(&leading_away(&Pages::of(&all), &tree)),
            [
                "a_b/index.html: `https://docs.rs/a-b/latest/a_b/struct.X.html` leads away; name the item in src/links.md"
            ]
        );
        assert_eq!(
            texts(&of_readmes(&Pages::of(&all), &tree)),
            ["a-b/README.md:2: `https://docs.rs/a-b/latest/a_b/struct.Y.html` will be dead"]
        );
    }

    #[test]
    fn brackets_in_prose_are_found() {
        let check = |text: &str, expect: usize| {
            let found = left_as_text(&Pages::of(&[("a/index.html", text)]));
            assert_eq!(found.len(), expect, "{text}");
        };
        check("<p>see [<code>X</code>]</p>", 1);
        check("<p>see [the error](Error::X)</p>", 1);
        check("<pre class=\"rust\">[<code>X</code>](y)</pre> [1, 2]", 0);
    }
}
