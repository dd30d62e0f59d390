//! Flags: reports about records.

use crate::{
    model,
    operation::{operation, response::Empty},
    parameter::fields::Fields,
    v1::flags::{FlaggableType, Reason},
    v2::{WRITE, selected},
};

operation! {
    /// Flags a record.
    pub Create: POST "/flags" -> One<model::Flag>, WRITE;
    with(flaggable_type(into FlaggableType), flaggable_id(u64), flag(into Reason));
    preset(fields(Fields::all()));
    shared selected;
    body "flag" {
        /// Sets the type of the flagged record.
        flaggable_type(into FlaggableType);
        /// Sets the id of the flagged record.
        flaggable_id(u64);
        /// Sets the reason.
        flag(into Reason);
    }
    body "" {
        /// Sets an explanation; with [`Reason::Another`] it is the reason.
        flag_explanation(into String);
    }
}

operation! {
    /// Resolves a flag, or reopens it.
    pub Update: PUT "/flags/{id}" -> One<model::Flag>, WRITE;
    at(id(u64));
    with(resolved(bool));
    preset(fields(Fields::all()));
    shared selected;
    body "flag" {
        /// Sets whether it is resolved.
        resolved(bool);
    }
}

operation! {
    /// Deletes one of your flags.
    pub Delete: DELETE "/flags/{id}" -> Whole<Empty>, WRITE;
    at(id(u64));
}
