//! Records of the service itself: its state, versions, languages, and where an address is.

use serde_json::Value;

record! {
    /// The state of the service.
    pub struct Ping {
        /// `available`.
        pub status: Option<Box<str>>,
    }
}

record! {
    /// The version of a program of the service.
    pub struct BuildInfo {
        /// The branch it was built from.
        pub git_branch: Option<Box<str>>,
        /// The commit it was built from.
        pub git_commit: Option<Box<str>>,
        /// The tag of its container image.
        pub image_tag: Option<Box<str>>,
        /// The time it was built, in the service's own notation.
        pub build_date: Option<Box<str>>,
    }
}

record! {
    /// The versions of the programs of the service.
    pub struct AppBuildInfo {
        /// The Rails application.
        pub rails: Option<BuildInfo>,
        /// The Node API.
        pub api: Option<BuildInfo>,
        /// The computer vision.
        pub vision: Option<BuildInfo>,
    }
}

record! {
    /// A language of iNaturalist's pages.
    pub struct Language {
        /// The language, such as `de` or `pt-BR`.
        pub locale: Option<Box<str>>,
        /// Its name in itself, such as `Deutsch`.
        pub language_in_locale: Option<Box<str>>,
    }
}

record! {
    /// Where an IP address is.
    pub struct IpLocation {
        /// The IP address.
        pub ip: Option<Box<str>>,
        /// The range of addresses around it.
        pub range: Option<Value>,
        /// The country, as two letters.
        pub country: Option<Box<str>>,
        /// The region.
        pub region: Option<Box<str>>,
        /// `1` in the European Union.
        pub eu: Option<Box<str>>,
        /// The name of the time zone.
        pub timezone: Option<Box<str>>,
        /// The town.
        pub city: Option<Box<str>>,
        /// The latitude and the longitude, in degrees.
        pub ll: Vec<f64>,
        /// The number of the metropolitan area.
        pub metro: Option<i64>,
        /// The accuracy of the location: a radius in kilometres.
        pub area: Option<i64>,
    }
}
