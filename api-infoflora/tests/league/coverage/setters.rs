//! Reads the setters of our operations from their source. A setter without a fact is invented, or
//! its fact is not written down yet.

use std::{fs, io, path::Path};

use super::known::{self, known};

/// A setter, by its operation: `observations::List` and `limit`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Setter {
    operation: String,
    name: String,
}

/// Reads all setters, except those of the generic request, which is for undescribed paths.
fn ours() -> io::Result<Vec<Setter>> {
    let mut found = Vec::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    read(&source, "", &mut found)?;
    Ok(found)
}

/// The setters without a fact, and the facts without a setter.
fn strange(ours: &[Setter], known: &[known::Path]) -> Vec<String> {
    let mut failures = Vec::new();
    for Setter { operation, name } in ours {
        let of_it = known.iter().filter(|path| is_of(path, operation));
        let mut parameters = of_it.flat_map(|path| &path.parameters);
        if !parameters.any(|parameter| parameter.setter == name) {
            failures.push(format!("{operation}: setter `{name}` has no fact"));
        }
    }
    for path in known {
        for parameter in &path.parameters {
            let is_it = |setter: &&Setter| {
                is_of(path, &setter.operation) && setter.name == parameter.setter
            };
            if ours.iter().find(is_it).is_none() {
                failures.push(format!(
                    "{}: setter `{}` is missing",
                    path.ours, parameter.setter
                ));
            }
        }
    }
    failures
}

fn is_of(path: &known::Path, operation: &str) -> bool {
    path.ours.split(' ').next() == Some(operation)
}

fn read(folder: &Path, module: &str, found: &mut Vec<Setter>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str());
        let name = name.unwrap_or_default();
        // An operation is named by the file or the folder right below `src`.
        let module = if module.is_empty() { name } else { module };
        if path.is_dir() {
            read(&path, module, found)?;
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.extend(setters(module, &fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

/// Collects the setters of `impl<T> Name<T>`: lines of `parameters!`, and functions that take `mut
/// self`.
fn setters(module: &str, text: &str) -> Vec<Setter> {
    let mut found = Vec::new();
    let mut operation = None;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("impl<T> ").and_then(before("<T> {")) {
            operation = Some(format!("{module}::{name}"));
        } else if line == "}" {
            operation = None;
        }
        let parameter = || {
            let line = line.strip_prefix("        ")?.strip_suffix(");")?;
            before("(")(line).filter(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
        };
        let function = || before("(mut self")(line.strip_prefix("    pub fn ")?);
        if let (Some(operation), Some(name)) = (&operation, parameter().or_else(function)) {
            found.push(Setter {
                operation: operation.clone(),
                name: name.to_owned(),
            });
        }
    }
    // `Rest` is the generic request.
    found.retain(|setter| !setter.operation.starts_with("rest::"));
    found
}

fn before(end: &'static str) -> impl Fn(&str) -> Option<&str> {
    move |text| text.split_once(end).map(|(before, _)| before)
}

const LIST: &str = "\
impl List {
    pub fn new() -> Self {
        Self::made(Call::new(\"/{version}/observations\"), Query::default());
    }
}

impl<T> List<T> {
    auth_core::parameters! {
        /// How many (at most);
        limit(u64);
        projects(into Joined);
    }

    /// Asks for the legend.
    pub fn with_legend(mut self, yes: bool) -> Self {
        self.query.set(\"with-legend\", yes);
        self
    }
}

fn page(mut self) {}
";

#[test]
fn setters_are_found_in_the_source() {
    let check = |module: &str, expect: &[&str]| {
        let found = setters(module, LIST);
        let names: Vec<_> = found.iter().map(|setter| setter.name.as_str()).collect();
        assert_eq!(names, expect);
        assert!(
            found
                .iter()
                .all(|setter| setter.operation == "observations::List")
        );
    };
    check("observations", &["limit", "projects", "with_legend"]);
    check("rest", &[]);
}

#[test]
fn an_invented_setter_and_a_missing_one_are_named() {
    let ours = ours().expect("the source is there");
    assert_eq!(strange(&ours, &known()), [""; 0]);

    let mut more = ours.clone();
    more.push(Setter {
        operation: "observations::List".to_owned(),
        name: "lmit".to_owned(),
    });
    assert_eq!(
        strange(&more, &known()),
        ["observations::List: setter `lmit` has no fact"]
    );
    let fewer: Vec<_> = ours.into_iter().filter(|s| s.name != "after").collect();
    assert_eq!(
        strange(&fewer, &known()),
        ["releves::List: setter `after` is missing"]
    );
}
