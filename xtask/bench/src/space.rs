//! What stays in memory: many accounts beside their tokens, and many pages.

use std::sync::Arc;

use auth_core::{
    AccountKey, BaseUrl, CallPolicy, Error, ExposeSecret, Lease, Limits, Operation, PageParts,
    Paged, Request, Response, ResponseBody, SecretBytes, Store, Token, TokenKind, TokenRecord,
    Transport, TransportError,
};
use auth_flows::{Client, Session};
use http_ureq::Ureq;

use crate::sessions;

/// The number of accounts in memory.
pub const ACCOUNTS: usize = 10_000;

/// Every account has the same login.
struct Everybody;

impl Store for Everybody {
    fn load(&self, _: &AccountKey) -> Result<Option<SecretBytes>, Error> {
        Ok(Some(sessions::record(
            sessions::FRESH,
            "2YotnFZFEjr1zCsicMWpAA",
        )))
    }

    fn try_lease(&self, _: &AccountKey) -> Result<Option<Lease>, Error> {
        Ok(None)
    }

    fn save(&self, _: &Lease, _: &SecretBytes) -> Result<(), Error> {
        Ok(())
    }

    fn remove(&self, _: &Lease) -> Result<(), Error> {
        Ok(())
    }

    fn describe(&self) -> String {
        "everybody".to_owned()
    }
}

/// A session of each account, with its token in memory.
#[must_use]
pub fn sessions() -> (Client, Vec<Session>) {
    let client = Client::new(sessions::service("127.0.0.1:9"), Ureq::default(), Everybody);
    let sessions: Vec<_> = (0..ACCOUNTS)
        .map(|number| {
            let session = client.account(&format!("account-{number}"));
            session.token(TokenKind::Login).expect("a token");
            session
        })
        .collect();
    (client, sessions)
}

/// As many tokens, without sessions.
#[must_use]
pub fn tokens() -> Vec<Arc<Token>> {
    let one = |_| {
        let text = sessions::record(sessions::FRESH, "2YotnFZFEjr1zCsicMWpAA");
        let record = TokenRecord::from_text(text.expose_secret()).expect("a record");
        Arc::clone(record.token(TokenKind::Login).expect("a login"))
    };
    (0..ACCOUNTS).map(one).collect()
}

/// A page of 200 numbers; each has a next one until the last.
#[derive(Clone, Debug)]
pub struct Numbers {
    page: usize,
    last: usize,
}

impl Numbers {
    /// The first of so many pages.
    #[must_use]
    pub fn first_of(last: usize) -> Self {
        Self { page: 0, last }
    }
}

impl Operation for Numbers {
    type Output = Vec<u64>;

    fn policy(&self) -> CallPolicy {
        CallPolicy::read("api").without_token()
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        base.request(http::Method::GET, &format!("/numbers?page={}", self.page))
    }

    fn parse(&self, response: Response) -> Result<Vec<u64>, Error> {
        auth_core::read_json(&response)
    }
}

impl Paged for Numbers {
    type Item = u64;

    fn split_page(self, response: Vec<u64>) -> PageParts<Self> {
        let next = Self {
            page: self.page + 1,
            ..self
        };
        PageParts {
            items: response,
            total: None,
            next: Some(next).filter(|next| next.page < next.last),
        }
    }
}

/// A transport that returns a fixed response.
struct AtHand;

impl Transport for AtHand {
    fn send(&self, request: Request, _: &Limits) -> Result<Response, TransportError> {
        drop(request);
        let numbers: Vec<String> = (0..200).map(|number: u64| number.to_string()).collect();
        Ok(Response::new(ResponseBody::new(
            format!("[{}]", numbers.join(",")).into_bytes(),
        )))
    }
}

/// Follows this many pages; returns the number of items.
#[must_use]
pub fn pages(count: usize) -> usize {
    let client = Client::new(sessions::service("127.0.0.1:9"), AtHand, Everybody);
    let items = client.anonymous().items(Numbers::first_of(count));
    items
        .inspect(|item| assert!(item.is_ok(), "{item:?}"))
        .count()
}
