//! The filters for observations, shared by the search, the counts and the map tiles.

use crate::model::choice::choice;

/// The filters that v1 and v2 both have.
macro_rules! common_filters {
    () => {
        auth_core::parameters! {
            /// Matches observations with one of these ids.
            id(into IdList);
            /// Matches observations with none of these ids.
            not_id(into IdList);
            /// Matches observations with an id above this one. A list followed by id sets it
            /// itself.
            id_above(u64);
            /// Matches observations with an id below this one.
            id_below(u64);
            /// Matches observations with these words in their names, tags, description or place.
            q(into String);
            /// Sets which field `q` is searched in.
            search_on(into SearchOn);

            /// Matches observations by one of these users, given by id or login name.
            user_id(into StringList);
            /// Matches observations by one of these users, given by login name.
            user_login(into StringList);
            /// Matches observations of taxa that this user has never observed, given by id or login
            /// name.
            unobserved_by_user_id(into StringList);
            /// Matches observations with an annotation by one of these users.
            annotation_user_id(into StringList);
            /// Sets the user that [`reviewed`](Self::reviewed) refers to.
            viewer_id(u64);
            /// Matches observations that the user of [`viewer_id`](Self::viewer_id) has reviewed.
            reviewed(bool);

            /// Matches observations of one of these taxa or their descendants.
            taxon_id(into IdList);
            /// Matches observations of none of these taxa or their descendants.
            without_taxon_id(into IdList);
            /// Matches observations of a taxon whose scientific or common name matches.
            taxon_name(into StringList);
            /// Matches observations in one of these iconic taxa, such as `Aves`.
            iconic_taxa(into StringList);
            /// Matches observations of a taxon of one of these ranks.
            rank(into StringList);
            /// Matches observations of a taxon of this rank or a lower one.
            hrank(into Rank);
            /// Matches observations of a taxon of this rank or a higher one.
            lrank(into Rank);
            /// Matches observations of a taxon that is active (not replaced by another).
            taxon_is_active(bool);
            /// Matches observations of a taxon on this list.
            list_id(u64);
            /// Matches observations of a taxon with this conservation status, in the terms of its
            /// authority, in the places of `place_id`.
            cs(into String);
            /// Matches observations of a taxon with a conservation status from this authority; in
            /// the places of `place_id`.
            csa(into String);
            /// Matches observations of a taxon with this status of the IUCN; in the places of
            /// `place_id`.
            csi(into StringList);

            /// Matches observations in one of these places. The service also knows `any`, which
            /// leaves the parameter out.
            place_id(into IdList);
            /// Sets the latitude of the centre of a circle, in degrees. Requires `lng` and
            /// `radius`.
            lat(f64);
            /// Sets the longitude of the centre of a circle, in degrees.
            lng(f64);
            /// Sets the radius of the circle, in kilometres.
            radius(f64);
            /// Sets the latitude of the north-eastern corner of a box, in degrees. All four values
            /// are required.
            nelat(f64);
            /// Sets the longitude of the north-eastern corner of a box, in degrees.
            nelng(f64);
            /// Sets the latitude of the south-western corner of a box, in degrees.
            swlat(f64);
            /// Sets the longitude of the south-western corner of a box, in degrees.
            swlng(f64);
            /// Matches observations by whether the accuracy of their location is known.
            acc(bool);
            /// Matches observations with a location accuracy above this, in metres.
            acc_above(u64);
            /// Matches observations with a location accuracy below this, in metres.
            acc_below(u64);
            /// Matches observations with a location accuracy below this, in metres, or an unknown
            /// one.
            acc_below_or_unknown(u64);
            /// Matches observations with this geoprivacy, as chosen by the observer.
            geoprivacy(into StringList);
            /// Matches observations with this geoprivacy, as set because of the taxon.
            taxon_geoprivacy(into StringList);
            /// Matches observations that are obscured, private or neither, whether by the observer
            /// or the taxon.
            obscuration(into StringList);

            /// Matches observations in one of these projects, given by id or slug.
            project_id(into StringList);
            /// Matches observations outside this project, given by id or slug.
            not_in_project(into String);
            /// Matches observations that meet the rules of this project, given by id or slug.
            apply_project_rules_for(into String);
            /// Matches observations that do not meet the rules of this project, given by id or
            /// slug.
            not_matching_project_rules_for(into String);
            /// Matches observations identified by a curator of the project of `project_id`, or of
            /// any project.
            pcid(bool);
            /// Matches observations created at one of these network sites.
            site_id(into IdList);
            /// Matches observations in one of these experiments on the accuracy of observations.
            observation_accuracy_experiment_id(into IdList);

            /// Matches observations of this quality grade.
            quality_grade(into StringList);
            /// Matches observations by how far their identifications agree.
            identifications(into Agreement);
            /// Matches observations under one of these licences.
            license(into StringList);
            /// Matches observations with a photo under one of these licences.
            photo_license(into StringList);
            /// Matches observations with a sound under one of these licences.
            sound_license(into StringList);
            /// Matches observations with an annotation of one of these controlled terms.
            term_id(into IdList);
            /// Matches observations with one of these values of the controlled term.
            term_value_id(into IdList);
            /// Matches observations without one of these values of the controlled term.
            without_term_value_id(into IdList);
            /// Matches observations with an annotation of these controlled terms, or without any of
            /// other values. Use with `term_value_id`.
            term_id_or_unknown(into IdList);

            /// Matches observations made on this day, or at this moment, or later.
            d1(into DateOrTime);
            /// Matches observations made on this day, or at this moment, or earlier.
            d2(into DateOrTime);
            /// Matches observations made on this day.
            observed_on(Date);
            /// Matches observations made in one of these years.
            year(into IdList);
            /// Matches observations made in one of these months, 1 to 12: `4..=6`, or
            /// `[11, 12, 1, 2]` for a winter.
            month(into IdList);
            /// Matches observations made on one of these days of the month, 1 to 31.
            day(into IdList);
            /// Matches observations made in one of these hours of the day, 0 to 23.
            hour(into IdList);
            /// Matches observations created at iNaturalist at this time or later.
            created_d1(into DateOrTime);
            /// Matches observations created at iNaturalist at this time or earlier.
            created_d2(into DateOrTime);
            /// Matches observations created at iNaturalist on this day.
            created_on(Date);
            /// Matches observations created at iNaturalist in one of these years.
            created_year(into IdList);
            /// Matches observations created at iNaturalist in one of these months, 1 to 12.
            created_month(into IdList);
            /// Matches observations created at iNaturalist on one of these days of the month, 1 to
            /// 31.
            created_day(into IdList);
            /// Matches observations that changed since this time.
            updated_since(into DateOrTime);

            /// Matches verifiable observations: of wild organisms, with evidence, date and place.
            /// The service also knows `any`, which leaves the parameter out.
            verifiable(bool);
            /// Matches observations with photos.
            photos(bool);
            /// Matches observations with sounds.
            sounds(bool);
            /// Matches observations with coordinates.
            geo(bool);
            /// Matches observations shown on map tiles.
            mappable(bool);
            /// Matches observations of captive or cultivated organisms.
            captive(bool);
            /// Matches observations identified by the community.
            identified(bool);
            /// Matches observations of a taxon that is native where it was observed.
            native(bool);
            /// Matches observations of a taxon that is introduced where it was observed.
            introduced(bool);
            /// Matches observations of a taxon that is endemic to where it was observed.
            endemic(bool);
            /// Matches observations of a taxon that is threatened where it was observed.
            threatened(bool);
            /// Matches observations outside the known range of their taxon.
            out_of_range(bool);
            /// Matches observations of a taxon that is expected nearby.
            expected_nearby(bool);
            /// Matches observations that at least one user has marked as a favourite.
            popular(bool);
            /// Matches observations under any licence.
            licensed(bool);
            /// Matches observations with a photo under any licence.
            photo_licensed(bool);
            /// Matches observations with the flag "ID, please!", which iNaturalist no longer uses.
            id_please(bool);
            /// Matches observations voted to show the organism inaccurately.
            fails_dqa_accurate(bool);
            /// Matches observations voted to have a wrong date.
            fails_dqa_date(bool);
            /// Matches observations voted to lack evidence of an organism.
            fails_dqa_evidence(bool);
            /// Matches observations voted to have a wrong place.
            fails_dqa_location(bool);
            /// Matches observations voted to have an identification that cannot be improved.
            fails_dqa_needs_id(bool);
            /// Matches observations voted to lack recent evidence.
            fails_dqa_recent(bool);
            /// Matches observations voted to show more than one subject.
            fails_dqa_subject(bool);
            /// Matches observations voted not to be wild.
            fails_dqa_wild(bool);
        }
    };
}
pub(crate) use common_filters;

/// The filters of v1. Those that its description lacks are read by the Node API
/// (`lib/models/observation_query_builder.js`, `lib/api_util.js`).
macro_rules! filters {
    () => {
        $crate::v1::observations::common_filters! {}
        auth_core::parameters! {
            /// Matches observations identified by one of these users, given by id or login name.
            ident_user_id(into StringList);
            /// Matches observations that none of these users has identified, given by id or login
            /// name.
            without_ident_user_id(into StringList);
            /// Matches observations by none of these users, given by id or login name.
            not_user_id(into StringList);
            /// Matches observations of exactly one of these taxa, without their descendants.
            exact_taxon_id(into IdList);
            /// Matches observations with an identification as one of these taxa or their
            /// descendants.
            ident_taxon_id(into IdList);
            /// Matches observations with an identification as exactly one of these taxa.
            ident_taxon_id_exclusive(into IdList);
            /// Matches observations outside these places.
            not_in_place(into IdList);
            /// Matches observations made in one of these weeks of the year, 1 to 53.
            week(into IdList);
            /// Matches observations created at iNaturalist in one of these weeks of the year.
            created_week(into IdList);
            /// Matches observations without a value in this observation field.
            without_field(into String);
            /// Matches observations with a link to this partner of iNaturalist.
            outlink_source(into String);
            /// Matches observations without an annotation of this controlled term.
            without_term_id(u64);
            /// Matches observations with an observation field of one of these types of value.
            ofv_datatype(into StringList);
            /// Matches observations whose location a curator of the projects of
            /// [`project_id`](Self::project_id) can see.
            coords_viewable_for_proj(bool);
            /// Matches observations with one of these UUIDs.
            uuid(into StringList);
            /// Matches observations of none of exactly these taxa; their descendants stay.
            without_direct_taxon_id(into IdList);
            /// Matches observations of a taxon that is not on this list.
            not_in_list_id(u64);
            /// Matches observations by the members of these projects, given by id or name in the
            /// URL.
            members_of_project(into StringList);
            /// Matches observations by the users that this user follows. Without effect beside
            /// [`user_id`](Self::user_id).
            followed_by_user_id(u64);
            /// Matches observations of the taxa and in the places that this user follows. Without
            /// effect beside [`user_id`](Self::user_id).
            subscribed_to_by_user_id(u64);
            /// Matches observations uploaded by one of these registered applications.
            oauth_application_id(into IdList);
            /// Matches observations with an annotation of this score of votes or a higher one.
            /// Without effect beside [`term_id`](Self::term_id).
            annotation_min_score(i64);
            /// Matches observations by users who registered at this time or later: a date, or so
            /// long ago, as `30d`, `8w` or `6m`.
            user_after(into String);
            /// Matches observations by users who registered at this time or earlier; as
            /// [`user_after`](Self::user_after).
            user_before(into String);
        }

        /// Matches observations with this value in an observation field, given by name. An empty
        /// value matches any.
        #[must_use]
        pub fn observation_field(mut self, name: &str, value: impl std::fmt::Display) -> Self {
            self.query.set(format!("field:{name}"), value);
            self
        }
    };
}
pub(in crate::v1) use filters;

/// The parameter for the caching of a response.
macro_rules! cached {
    () => {
        auth_core::parameters! {
            /// Sets how long caches may keep the response, in seconds; -1 for not at all.
            ttl(i64);
        }
    };
}
pub(crate) use cached;

choice! {
    /// Where to search for the words of a query.
    pub enum SearchOn {
        /// In the names of the taxon.
        Names = "names",
        /// In the observer's tags.
        Tags = "tags",
        /// In the description.
        Description = "description",
        /// In the name of the place.
        Place = "place",
    }
}

choice! {
    /// How far the identifications of an observation agree.
    pub enum Agreement {
        /// Most agree.
        MostAgree = "most_agree",
        /// Most disagree.
        MostDisagree = "most_disagree",
        /// Some agree.
        SomeAgree = "some_agree",
    }
}
