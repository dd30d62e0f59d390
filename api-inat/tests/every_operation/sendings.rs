//! The list of operations, sent once blocking and once async.

use auth_core::{Access, BaseUrl, CallPolicy, Error, Operation, Request, Response, RetrySafety};
use keystore::Memory;
use serde::Serialize;
use serde_json::{Value, json};
use worlds::AnyClient;

use crate::{
    site::{PASSWORD, Recorder},
    values::lost,
};

struct Sending {
    name: &'static str,
    response: Vec<u8>,
    operation: Box<dyn Operation<Output = ()> + Send + Sync>,
}

/// An operation, and the check of its output as it is parsed. The list has it without its type, so that
/// the clients are compiled once and not for each operation.
struct Checking<O, C>(O, C);

impl<O: Operation, C: Fn(O::Output)> Operation for Checking<O, C> {
    type Output = ();

    fn policy(&self) -> CallPolicy {
        self.0.policy()
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        self.0.request(base)
    }

    fn parse(&self, response: Response) -> Result<(), Error> {
        self.0.parse(response).map(&self.1)
    }
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
        O: Operation + Send + Sync + 'static,
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
        O: Operation + Send + Sync + 'static,
        O::Output: Send,
    {
        self.list.push(Sending {
            name: std::any::type_name::<O>(),
            response,
            operation: Box::new(Checking(operation, read)),
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
        let account = |client: AnyClient| client.account("alice");
        let sessions = AnyClient::pair(&service, Memory::new()).map(account);
        for session in &sessions {
            session.import_token(&token).expect("a token to import");
        }
        // The Rails application requires the token of a login.
        let logged_in = AnyClient::pair(&recorder.login(), Memory::new()).map(account);
        for session in &logged_in {
            let status = session.log_in_with_password("alice", PASSWORD);
            status.expect("a login");
        }
        self.list
            .iter()
            .map(|sending| {
                recorder.respond_with(sending.response.clone());
                let name = sending.name;
                let policy = sending.operation.policy();
                let sessions = match policy.api() {
                    api_inat::v0::API => &logged_in,
                    _ => &sessions,
                };
                let [by_ureq, by_reqwest] = sessions.each_ref().map(|session| {
                    let sent = session.send(&*sending.operation);
                    sent.unwrap_or_else(|e| panic!("{name}, {session:?}: {e}"));
                    one(name, &recorder)
                });
                assert_eq!(by_ureq, by_reqwest, "{name}");
                let wanted = policy.access() != Access::None;
                assert_eq!(by_ureq["token"], json!(wanted), "{name}: the token");
                noted(by_ureq, name, policy)
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
