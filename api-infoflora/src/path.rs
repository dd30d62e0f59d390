//! Paths below `/rest`, the root of the API.

use auth_core::{Error, ErrorKind};

/// The name of the API in the service: everything under `/rest`.
///
/// ```
/// let service = api_infoflora::service_without_client().user_agent("atlas/1.0").build()?;
/// let base = service.api(api_infoflora::API)?.base_url();
/// assert_eq!(base.as_str(), "https://obs.infoflora.ch/rest");
/// # Ok::<(), auth_core::Error>(())
/// ```
pub const API: &str = "rest";

/// Returns the path after `/rest`, with or without that prefix. `BaseUrl::request` checks the rest.
pub(crate) fn path_below_rest(path: &str) -> Result<&str, Error> {
    let below = match path.strip_prefix("/rest") {
        Some(below) if below.starts_with('/') => below,
        _ => path,
    };
    let problem = if below.contains("://") {
        "is an absolute URL"
    } else if below.starts_with("//") {
        "begins with two slashes"
    } else if below.contains('?') {
        "contains a query"
    } else {
        return Ok(below);
    };
    let shown: String = path.chars().filter(|c| !c.is_control()).take(120).collect();
    Err(Error::new(ErrorKind::Usage, format!("`{shown}` {problem}"))
        .with_setting("path")
        .with_help("pass the path after `/rest`, such as `/v4/observations`, and its parameters with `param`; set another server with `api_url`"))
}
