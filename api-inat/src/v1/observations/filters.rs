//! What observations are searched by: the same for the search itself, for counts of it, and for map tiles.

use crate::model::choice::choice;

/// What v1 and v2 both take.
macro_rules! common_filters {
    () => {
        auth_core::parameters! {
            /// With one of these ids.
            id(into IdList);
            /// With none of these ids.
            not_id(into IdList);
            /// With a greater id than this one: a search by id goes on from here.
            id_above(u64);
            /// With a smaller id than this one.
            id_below(u64);
            /// With these words in its names, tags, description or place.
            q(into String);
            /// Where `q` is looked for.
            search_on(into SearchOn);

            /// Observed by one of these people, by number or login name.
            user_id(into StringList);
            /// Observed by one of these people, by login name.
            user_login(into StringList);
            /// Of a taxon that this person never observed.
            unobserved_by_user_id(u64);
            /// With an annotation by one of these people.
            annotation_user_id(into StringList);
            /// Whom `reviewed` is about.
            viewer_id(u64);
            /// Reviewed by the person of `viewer_id`.
            reviewed(bool);

            /// Of one of these taxa or their descendants.
            taxon_id(into IdList);
            /// Of none of these taxa or their descendants.
            without_taxon_id(into IdList);
            /// Of a taxon whose scientific or common name matches.
            taxon_name(into StringList);
            /// Of one of these wide groups.
            iconic_taxa(into StringList);
            /// Of a taxon of one of these ranks.
            rank(into StringList);
            /// Of a taxon of this rank or a lower one.
            hrank(into Rank);
            /// Of a taxon of this rank or a higher one.
            lrank(into Rank);
            /// Of a taxon that is still in use.
            taxon_is_active(bool);
            /// Of a taxon on this list.
            list_id(u64);
            /// Of a taxon with this conservation status, in words of its authority; in the places of `place_id`.
            cs(into String);
            /// Of a taxon with a conservation status from this authority; in the places of `place_id`.
            csa(into String);
            /// Of a taxon with this status of the IUCN; in the places of `place_id`.
            csi(into StringList);

            /// In one of these places.
            place_id(into IdList);
            /// Latitude of the centre of a circle, in degrees; with `lng` and `radius`.
            lat(f64);
            /// Longitude of the centre of a circle, in degrees.
            lng(f64);
            /// Radius of the circle, in kilometres.
            radius(f64);
            /// North-eastern corner of a box: latitude in degrees; all four are needed.
            nelat(f64);
            /// North-eastern corner of a box: longitude in degrees.
            nelng(f64);
            /// South-western corner of a box: latitude in degrees.
            swlat(f64);
            /// South-western corner of a box: longitude in degrees.
            swlng(f64);
            /// With or without a known accuracy of the place.
            acc(bool);
            /// With an accuracy above this, in metres.
            acc_above(u64);
            /// With an accuracy below this, in metres.
            acc_below(u64);
            /// With an accuracy below this, in metres, or an unknown one.
            acc_below_or_unknown(u64);
            /// With this geoprivacy, chosen by the observer.
            geoprivacy(into StringList);
            /// With this geoprivacy, on account of the taxon.
            taxon_geoprivacy(into StringList);
            /// Obscured, private or neither, on either account.
            obscuration(into StringList);

            /// In one of these projects, by number or slug.
            project_id(into StringList);
            /// Not in this project, by number or slug.
            not_in_project(into String);
            /// Matching the rules of this project, by number or slug.
            apply_project_rules_for(into String);
            /// Not matching the rules of this project, by number or slug.
            not_matching_project_rules_for(into String);
            /// Identified by a curator of the project of `project_id`, or of any.
            pcid(bool);
            /// Made at one of these network sites.
            site_id(into IdList);
            /// In one of these experiments on the accuracy of observations.
            observation_accuracy_experiment_id(into IdList);

            /// Of this quality grade.
            quality_grade(into StringList);
            /// Whose identifications agree or disagree like this.
            identifications(into Agreement);
            /// Under one of these licences.
            license(into StringList);
            /// With a photo under one of these licences.
            photo_license(into StringList);
            /// With a sound under one of these licences.
            sound_license(into StringList);
            /// With an annotation of one of these controlled terms.
            term_id(into IdList);
            /// With one of these values of the controlled term.
            term_value_id(into IdList);
            /// Without one of these values of the controlled term.
            without_term_value_id(into IdList);
            /// With or without an annotation of the controlled term, but with none of other values; with `term_value_id`.
            term_id_or_unknown(into IdList);

            /// Observed on this day, or at this moment, or later.
            d1(into DateOrTime);
            /// Observed on this day, or at this moment, or earlier.
            d2(into DateOrTime);
            /// Observed on this day.
            observed_on(Date);
            /// Observed in one of these years.
            year(into IdList);
            /// Observed in one of these months, 1 to 12: `4..=6`, or `[11, 12, 1, 2]` for a winter.
            month(into IdList);
            /// Observed on one of these days of the month.
            day(into IdList);
            /// Observed in one of these hours of the day, 0 to 23.
            hour(into IdList);
            /// Made at iNaturalist at this time or later.
            created_d1(into DateOrTime);
            /// Made at iNaturalist at this time or earlier.
            created_d2(into DateOrTime);
            /// Made at iNaturalist on this day.
            created_on(Date);
            /// Made at iNaturalist in one of these years.
            created_year(into IdList);
            /// Made at iNaturalist in one of these months.
            created_month(into IdList);
            /// Made at iNaturalist on one of these days of the month.
            created_day(into IdList);
            /// Changed since this time.
            updated_since(into DateOrTime);

            /// Verifiable: with evidence, date and place, and wild.
            verifiable(bool);
            /// With photos.
            photos(bool);
            /// With sounds.
            sounds(bool);
            /// With coordinates.
            geo(bool);
            /// Shown on map tiles.
            mappable(bool);
            /// Captive or cultivated.
            captive(bool);
            /// Identified by the community.
            identified(bool);
            /// Native where it was observed.
            native(bool);
            /// Introduced where it was observed.
            introduced(bool);
            /// Endemic to where it was observed.
            endemic(bool);
            /// Threatened where it was observed.
            threatened(bool);
            /// Outside of its known range.
            out_of_range(bool);
            /// Of a taxon that is expected nearby.
            expected_nearby(bool);
            /// A favourite of somebody.
            popular(bool);
            /// Under any licence at all.
            licensed(bool);
            /// With a photo under any licence at all.
            photo_licensed(bool);
            /// With the old flag "ID, please!", which has no meaning any more.
            id_please(bool);
            /// Voted not to show an organism as it is.
            fails_dqa_accurate(bool);
            /// Voted to have a wrong date.
            fails_dqa_date(bool);
            /// Voted to be no evidence of an organism.
            fails_dqa_evidence(bool);
            /// Voted to have a wrong place.
            fails_dqa_location(bool);
            /// Voted to have an identification that cannot be improved.
            fails_dqa_needs_id(bool);
            /// Voted to be no recent evidence.
            fails_dqa_recent(bool);
            /// Voted to show more than one subject.
            fails_dqa_subject(bool);
            /// Voted not to be wild.
            fails_dqa_wild(bool);
        }
    };
}
pub(crate) use common_filters;

/// What v1 takes.
macro_rules! filters {
    () => {
        $crate::v1::observations::common_filters! {}
        auth_core::parameters! {
            /// Identified by this person.
            ident_user_id(u64);
            /// Without an annotation of this controlled term.
            without_term_id(u64);
            /// With an observation field of one of these types of value.
            ofv_datatype(into StringList);
        }
    };
}
pub(in crate::v1) use filters;

/// How long a cache may keep the response.
macro_rules! cached {
    () => {
        auth_core::parameters! {
            /// How long caches may keep the response, in seconds; -1 for not at all.
            ttl(i64);
        }
    };
}
pub(crate) use cached;

choice! {
    /// Where the words of a search are looked for.
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
    /// How the identifications of an observation stand to each other.
    pub enum Agreement {
        /// Most agree.
        MostAgree = "most_agree",
        /// Most disagree.
        MostDisagree = "most_disagree",
        /// Some agree.
        SomeAgree = "some_agree",
    }
}
