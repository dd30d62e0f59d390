//! A photo.

record! {
    /// A photo of an observation or taxon.
    pub struct Photo {
        /// Its number.
        pub id: u64,
        /// Whose it is and under which licence, as a sentence.
        pub attribution: Option<String>,
        /// Such as `cc-by-nc`; absent where all rights are reserved.
        pub license_code: Option<String>,
        /// Where a small square of it lies; other sizes have another word in the place of `square`.
        pub url: Option<String>,
    }
}
