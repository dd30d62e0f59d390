//! The list of operations, sent once blocking and once async.

use std::{future::Future, pin::Pin, sync::Arc};

use auth_core::{Access, CallPolicy, Error, Operation, RetrySafety};
use auth_flows::{AsyncClient, AsyncSession, Client, Session};
use http_reqwest::{Reqwest, Tokio};
use http_ureq::Ureq;
use keystore::Memory;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    site::{PASSWORD, Recorder},
    values::lost,
};

type Blocking = Box<dyn Fn(&Session) -> Result<(), Error>>;
type Outcome = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// A type-erased operation.
struct Sending {
    name: &'static str,
    policy: CallPolicy,
    response: Vec<u8>,
    blocking: Blocking,
    asynchronous: Box<dyn Fn(&AsyncSession) -> Outcome>,
}

/// The list.
#[derive(Default)]
pub(crate) struct Sendings {
    list: Vec<Sending>,
}

impl Sendings {
    /// Adds an operation with all of its setters set, the site's JSON response, and a check of the
    /// output.
    pub(crate) fn add<O>(
        &mut self,
        operation: O,
        response: Value,
        read: impl Fn(O::Output) + Send + Sync + 'static,
    ) where
        O: Operation + Clone + Send + Sync + 'static,
        O::Output: Send + Serialize,
    {
        let bytes = response.to_string().into_bytes();
        self.add_bytes(operation, bytes, move |output| {
            let written = serde_json::to_value(&output).expect("an output can be written");
            let name = std::any::type_name::<O>();
            assert_eq!(
                lost(content(&response, &written), &written),
                [""; 0],
                "{name}"
            );
            read(output);
        });
    }

    /// Adds an operation whose response has no content.
    pub(crate) fn done<O>(&mut self, operation: O)
    where
        O: Operation<Output = api_inat::Empty> + Clone + Send + Sync + 'static,
    {
        self.add_bytes(operation, Vec::new(), |_| ());
    }

    /// As [`add`](Self::add), for a response that is not JSON.
    pub(crate) fn add_bytes<O>(
        &mut self,
        operation: O,
        response: Vec<u8>,
        read: impl Fn(O::Output) + Send + Sync + 'static,
    ) where
        O: Operation + Clone + Send + Sync + 'static,
        O::Output: Send,
    {
        let read = Arc::new(read);
        let (again, read_again) = (operation.clone(), read.clone());
        self.list.push(Sending {
            name: std::any::type_name::<O>(),
            policy: operation.policy(),
            response,
            blocking: Box::new(move |session| session.send(&operation).map(|output| read(output))),
            asynchronous: Box::new(move |session| {
                let (sending, read) = (session.send(again.clone()), read_again.clone());
                Box::pin(async move { sending.await.map(|output| read(output)) })
            }),
        });
    }

    /// Sends all operations over both transports, and returns the received requests.
    pub(crate) fn send_all(&self) -> Vec<Value> {
        let recorder = Recorder::start();
        let token = recorder
            .server
            .issue_derived_token("alice")
            .expect("a token");
        let service = api_inat::service_without_application()
            .user_agent("every-operation/1 (test@example.org)")
            .at(recorder.server.url())
            .build()
            .expect("a service");
        let session = Client::new(service.clone(), Ureq::default(), Memory::new()).account("alice");
        session.import_token(&token).expect("a token to import");
        // The Rails application requires the token of a login.
        let login = recorder.login();
        let logged_in = Client::new(login.clone(), Ureq::default(), Memory::new()).account("alice");
        logged_in
            .log_in_with_password("alice", PASSWORD)
            .expect("a login");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let async_session = {
            let _inside = runtime.enter();
            let tokio = Tokio::current().expect("the runtime");
            AsyncClient::new(service, Reqwest::default(), tokio, Memory::new()).account("alice")
        };
        runtime
            .block_on(async_session.import_token(&token))
            .expect("a token to import");
        let async_logged_in = {
            let _inside = runtime.enter();
            let tokio = Tokio::current().expect("the runtime");
            AsyncClient::new(login, Reqwest::default(), tokio, Memory::new()).account("alice")
        };
        runtime
            .block_on(async_logged_in.log_in_with_password("alice", PASSWORD))
            .expect("a login");
        self.list
            .iter()
            .map(|sending| {
                recorder.respond_with(sending.response.clone());
                let name = sending.name;
                let (session, async_session) = match sending.policy.api() {
                    api_inat::v0::API => (&logged_in, &async_logged_in),
                    _ => (&session, &async_session),
                };
                (sending.blocking)(session).unwrap_or_else(|e| panic!("{name}, ureq: {e}"));
                let by_ureq = one(name, &recorder);
                runtime
                    .block_on((sending.asynchronous)(async_session))
                    .unwrap_or_else(|e| panic!("{name}, reqwest: {e}"));
                let by_reqwest = one(name, &recorder);
                assert_eq!(by_ureq, by_reqwest, "{name}");
                let wanted = sending.policy.access() != Access::None;
                assert_eq!(by_ureq["token"], json!(wanted), "{name}: the token");
                noted(by_ureq, name, sending.policy)
            })
            .collect()
    }
}

/// Returns the part of a response that an output has: without the envelope for a single record, and
/// the list for a page of a bare list.
fn content<'a>(response: &'a Value, written: &'a Value) -> &'a Value {
    match (&response["results"], &written["results"]) {
        (Value::Array(results), Value::Null) => &results[0],
        (Value::Null, Value::Array(_)) if response.is_array() => &Value::Null,
        _ if response.is_array() && !written.is_array() => &response[0],
        _ => response,
    }
}

fn one(name: &str, recorder: &Recorder) -> Value {
    let mut arrived = recorder.arrived();
    assert_eq!(arrived.len(), 1, "{name}: {arrived:?}");
    arrived.remove(0)
}

fn noted(mut record: Value, name: &str, policy: CallPolicy) -> Value {
    let short = name.split('<').next().unwrap_or_default();
    record["api"] = json!(policy.api());
    record["name"] = json!(short.strip_prefix("api_inat::").unwrap_or(short));
    record["access"] = json!(match policy.access() {
        Access::None => "none",
        Access::Optional => "optional",
        Access::Required => "required",
        _ => "another",
    });
    record["repeat"] = json!(match policy.retry() {
        RetrySafety::Safe => "safe",
        RetrySafety::Idempotent => "idempotent",
        RetrySafety::IfNotSent => "if not sent",
        _ => "another",
    });
    record
}

/// An envelope with these results.
pub(crate) fn page(results: Value) -> Value {
    json!({"total_results": 1, "page": 1, "per_page": 30, "results": results})
}
