//! What an API binding is made of: a service, its operations, its tokens, and what is kept of them.

mod account;
mod description;
mod operation;
mod paged;
mod record;
mod token;

pub use account::AccountKey;
pub use description::{Api, Bound, Derive, Service};
pub use operation::{Access, Manner, Message, Operation, Repeat};
pub use paged::{Paged, Turn};
pub use record::Record;
pub use token::{Freshness, Token, TokenKind};
pub(crate) use token::{GRACE, TokenParts, bearer};
