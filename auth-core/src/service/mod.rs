//! What an API binding is made of: a service, its operations, its tokens, and what is kept of them.

mod account;
mod answer;
mod credential_names;
mod description;
mod operation;
mod pace;
mod paged;
mod query;
mod record;
mod token;

pub use account::AccountKey;
pub use answer::{looks_like_html, read_json};
pub use credential_names::{CredentialField, CredentialNames};
pub use description::{Api, Bound, Derive, Service};
pub use operation::{Access, Manner, Message, Operation, Repeat};
pub use pace::Pace;
pub use paged::{Paged, Turn};
pub use query::Query;
pub use record::Record;
pub(crate) use record::wipe_value;
pub use token::{Freshness, Token, TokenKind};
pub(crate) use token::{GRACE, TokenParts, bearer, is_token};
