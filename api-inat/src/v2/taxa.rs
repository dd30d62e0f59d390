//! Taxa: species and all that is wider or narrower.

use crate::{
    model::Taxon,
    operation::operation,
    parameter::{
        fields::Fields,
        lists::{IdList, StringList},
    },
    v1::shared::names,
    v2::{OPTIONAL, selected},
};

operation! {
    /// Taxa by their numbers, 30 at most.
    pub Get: GET "/taxa/{id}" -> Page<Taxon>, OPTIONAL;
    at(id(into IdList));
    preset(fields(Fields::all()));
    ids 30, 30;
    shared selected;
    query {
        /// Only of one of these rank levels: 70 is a kingdom, 10 a species.
        rank_level(into StringList);
    }
}

operation! {
    /// Searches for taxa. One page: v2 takes neither its number nor an order.
    pub Search: GET "/taxa" -> Page<Taxon>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 30, 500;
    shared names, selected;
    query {
        /// Whose name begins like this.
        q(into String);
        /// Still in use.
        is_active(bool);
        /// Standing for a wide group.
        iconic(bool);
        /// This taxon or its descendants.
        taxon_id(u64);
        /// Directly below this taxon.
        parent_id(u64);
        /// Of one of these ranks.
        rank(into StringList);
        /// Of one of these rank levels: 70 is a kingdom, 10 a species.
        rank_level(into StringList);
        /// With a greater id than this one.
        id_above(u64);
        /// With a smaller id than this one.
        id_below(u64);
        /// How many taxa the page has.
        per_page(u64);
    }
}

operation! {
    /// Taxa with a name that begins like this.
    pub Autocomplete: GET "/taxa/autocomplete" -> Page<Taxon>, OPTIONAL;
    with(q(into String));
    preset(fields(Fields::all()));
    pages 10, 30;
    shared names, selected;
    query {
        /// The beginning of the name.
        q(into String);
        /// Still in use.
        is_active(bool);
        /// Standing for a wide group.
        iconic(bool);
        /// How many at most.
        per_page(u64);
    }
}

operation! {
    /// The taxa that stand for wide groups.
    pub Iconic: GET "/taxa/iconic" -> Page<Taxon>, OPTIONAL;
    preset(fields(Fields::all()));
    shared selected;
}
