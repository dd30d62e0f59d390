//! Reads a path below `/rest`, the root of the API.

use auth_core::{Error, ErrorKind};

/// The name of the API within the service: everything under `/rest`.
pub const API: &str = "rest";

/// The path behind `/rest`, whichever way it was given. What else can be wrong with it, the base says.
pub(crate) fn below_rest(path: &str) -> Result<&str, Error> {
    let below = match path.strip_prefix("/rest") {
        Some(below) if below.starts_with('/') => below,
        _ => path,
    };
    let problem = if below.contains("://") {
        "is an absolute URL"
    } else if below.starts_with("//") {
        "begins with two slashes"
    } else if below.contains('?') {
        "has a query in it"
    } else {
        return Ok(below);
    };
    let shown: String = path.chars().filter(|c| !c.is_control()).take(120).collect();
    Err(Error::new(ErrorKind::Usage, format!("`{shown}` {problem}"))
        .with_setting("path")
        .with_help("give the path behind `/rest`, such as `/v4/observations`, and its parameters with `param`; another server is a setting of the service: `api_url`"))
}
