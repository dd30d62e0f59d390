//! Enumerations that keep what they do not know: the service may add values at any time.

/// An enumeration of texts, with a place for the ones that are not known yet.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        pub enum $Name:ident {
            $($(#[$variant_meta:meta])* $Variant:ident = $text:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $Name {
            $($(#[$variant_meta])* $Variant,)*
            /// A value that this crate does not know, as it is.
            Other(Box<str>),
        }

        impl $Name {
            /// The API's own text for it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$Variant => $text,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $Name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$Variant,)*
                    _ => Self::Other(text.into()),
                }
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl crate::model::tolerant::Scalar for $Name {
            fn from_text(text: &str) -> Option<Self> {
                (!text.is_empty()).then(|| Self::from(text))
            }
        }
    };
}

choice! {
    /// How far the community has come with an observation.
    pub enum QualityGrade {
        /// Not verifiable: without evidence, date or place, or of something captive or cultivated.
        Casual = "casual",
        /// Verifiable, and waiting for identifications.
        NeedsId = "needs_id",
        /// The community agrees on a species or below.
        Research = "research",
    }
}

choice! {
    /// Who sees where an observation was made.
    pub enum Geoprivacy {
        /// Everybody.
        Open = "open",
        /// Everybody sees a random place nearby; the observer and people they trust see the true one.
        Obscured = "obscured",
        /// Nobody but the observer and people they trust.
        Private = "private",
        /// In a search: obscured or private.
        ObscuredPrivate = "obscured_private",
    }
}
