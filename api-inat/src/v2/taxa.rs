//! Taxa: species, and all wider and narrower ranks.

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
    /// Reads taxa by id, at most 30.
    pub Get: GET "/taxa/{id}" -> Page<Taxon>, OPTIONAL;
    at(id(into IdList));
    preset(fields(Fields::all()));
    ids 30, 30;
    shared selected;
    query {
        /// Matches taxa of one of these rank levels: 70 is a kingdom, 10 a species.
        rank_level(into StringList);
    }
}

operation! {
    /// Searches for taxa. Returns one page: v2 has neither a page number nor an order.
    pub Search: GET "/taxa" -> Page<Taxon>, OPTIONAL;
    preset(fields(Fields::all()));
    pages 30, 500;
    shared names, selected;
    query {
        /// Matches taxa whose name begins with this text.
        q(into String);
        /// Matches taxa that are active (not replaced by another).
        is_active(bool);
        /// Matches iconic taxa, such as birds and plants.
        iconic(bool);
        /// Matches this taxon and its descendants.
        taxon_id(u64);
        /// Matches the children of this taxon.
        parent_id(u64);
        /// Matches taxa of one of these ranks.
        rank(into StringList);
        /// Matches taxa of one of these rank levels: 70 is a kingdom, 10 a species.
        rank_level(into StringList);
        /// Matches taxa with an id above this one.
        id_above(u64);
        /// Matches taxa with an id below this one.
        id_below(u64);
        /// Sets the number of taxa on the page.
        per_page(u64);
    }
}

operation! {
    /// Finds taxa with a name that begins with this text.
    pub Autocomplete: GET "/taxa/autocomplete" -> Page<Taxon>, OPTIONAL;
    with(q(into String));
    preset(fields(Fields::all()));
    pages 10, 30;
    shared names, selected;
    query {
        /// Sets the beginning of the name.
        q(into String);
        /// Matches taxa that are active (not replaced by another).
        is_active(bool);
        /// Matches iconic taxa, such as birds and plants.
        iconic(bool);
        /// Sets the maximum number of taxa.
        per_page(u64);
    }
}

operation! {
    /// Lists the iconic taxa, such as birds and plants.
    pub Iconic: GET "/taxa/iconic" -> Page<Taxon>, OPTIONAL;
    preset(fields(Fields::all()));
    shared selected;
}
