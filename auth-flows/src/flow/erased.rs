//! Type-erases the outputs of operations and flows, so that the drivers are compiled once for all
//! of them.

use std::sync::{Mutex, PoisonError};

use auth_core::{BaseUrl, CallPolicy, Error, Event, Flow, Now, Operation, Request, Response, Step};

use super::{Remarking, Remarks};

/// An operation, and a place for its output.
pub(crate) struct ErasedOperation<'a, O: Operation> {
    operation: &'a O,
    output: Mutex<Option<O::Output>>,
}

impl<'a, O: Operation> ErasedOperation<'a, O> {
    pub(crate) fn new(operation: &'a O) -> Self {
        Self {
            operation,
            output: Mutex::new(None),
        }
    }

    /// Returns the output.
    pub(crate) fn output(self) -> Result<O::Output, Error> {
        let output = self.output.into_inner();
        output
            .unwrap_or_else(PoisonError::into_inner)
            .ok_or_else(|| Error::internal("the operation ended without an output"))
    }
}

impl<O: Operation> Operation for ErasedOperation<'_, O> {
    type Output = ();

    fn policy(&self) -> CallPolicy {
        self.operation.policy()
    }

    fn request(&self, base: &BaseUrl) -> Result<Request, Error> {
        self.operation.request(base)
    }

    fn parse(&self, response: Response) -> Result<(), Error> {
        let output = self.operation.parse(response)?;
        *self.output.lock().unwrap_or_else(PoisonError::into_inner) = Some(output);
        Ok(())
    }
}

/// A flow, and a place for its output.
pub(crate) struct ErasedFlow<F: Flow> {
    flow: F,
    output: Option<F::Output>,
}

impl<F: Flow> ErasedFlow<F> {
    pub(crate) fn new(flow: F) -> Self {
        Self { flow, output: None }
    }

    /// Returns the output.
    pub(crate) fn output(self) -> Result<F::Output, Error> {
        self.output
            .ok_or_else(|| Error::internal("the flow ended without an output"))
    }
}

impl<F: Remarking> Remarking for ErasedFlow<F> {
    fn take_remarks(&mut self) -> Remarks {
        self.flow.take_remarks()
    }

    fn take_retried(&mut self) -> Option<Error> {
        self.flow.take_retried()
    }

    fn is_login(&self) -> bool {
        self.flow.is_login()
    }
}

impl<F: Flow> Flow for ErasedFlow<F> {
    type Output = ();

    fn step(&mut self, now: Now, event: Event) -> Result<Step<()>, Error> {
        Ok(match self.flow.step(now, event)? {
            Step::Send(request, limits) => Step::Send(request, limits),
            Step::Sleep(wait) => Step::Sleep(wait),
            Step::Permit(kind) => Step::Permit(kind),
            Step::Pause(pause) => Step::Pause(pause),
            Step::Token(kind, requirement) => Step::Token(kind, requirement),
            Step::Lease => Step::Lease,
            Step::Load => Step::Load,
            Step::Reserve(bytes) => Step::Reserve(bytes),
            Step::Save(record) => Step::Save(record),
            Step::Done(output) => {
                self.output = Some(output);
                Step::Done(())
            }
        })
    }
}
