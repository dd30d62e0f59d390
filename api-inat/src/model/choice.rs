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
        // The service adds values; here they come as `Other` until a release names them.
        #[non_exhaustive]
        pub enum $Name {
            $($(#[$variant_meta])* $Variant,)*
            /// A value that this crate does not know, as it is.
            Other(Box<str>),
        }

        impl $Name {
            /// The API's own text for it.
            #[inline]
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$Variant => $text,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $Name {
            #[inline]
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$Variant,)*
                    // The Rails application writes some in capitals.
                    $(_ if text.eq_ignore_ascii_case($text) => Self::$Variant,)*
                    _ => Self::Other(text.into()),
                }
            }
        }

        impl std::fmt::Display for $Name {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl From<$Name> for crate::parameter::lists::StringList {
            #[inline]
            fn from(value: $Name) -> Self {
                [value].into()
            }
        }

        impl<const N: usize> From<[$Name; N]> for crate::parameter::lists::StringList {
            #[inline]
            fn from(values: [$Name; N]) -> Self {
                values.iter().map($Name::as_str).collect()
            }
        }

        impl crate::parameter::path_value::Segment for $Name {
            #[inline]
            fn text(&self) -> String {
                self.as_str().to_owned()
            }
        }

        impl crate::parameter::path_value::Field for $Name {
            #[inline]
            fn json(self) -> serde_json::Value {
                self.as_str().into()
            }
        }

        impl crate::model::tolerant::Soft for $Name {
            fn read<'de, D: serde::Deserializer<'de>>(
                from: D,
                _: &crate::model::tolerant::Pool,
            ) -> Result<Option<Self>, D::Error> {
                crate::model::tolerant::scalar(from)
            }
        }

        impl crate::model::tolerant::Scalar for $Name {
            #[inline]
            fn from_text(text: &str) -> Option<Self> {
                (!text.is_empty()).then(|| Self::from(text))
            }
        }
    };
}
pub(crate) use choice;

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

choice! {
    /// A wide group that everybody knows.
    pub enum IconicTaxon {
        /// Ray-finned fishes.
        Actinopterygii = "Actinopterygii",
        /// Animals that are in none of the other groups.
        Animalia = "Animalia",
        /// Amphibians.
        Amphibia = "Amphibia",
        /// Arachnids.
        Arachnida = "Arachnida",
        /// Birds.
        Aves = "Aves",
        /// Kelp, diatoms and their relatives.
        Chromista = "Chromista",
        /// Fungi, lichens among them.
        Fungi = "Fungi",
        /// Insects.
        Insecta = "Insecta",
        /// Mammals.
        Mammalia = "Mammalia",
        /// Molluscs.
        Mollusca = "Mollusca",
        /// Reptiles.
        Reptilia = "Reptilia",
        /// Plants.
        Plantae = "Plantae",
        /// Protozoans.
        Protozoa = "Protozoa",
        /// In a search: of none of them.
        Unknown = "unknown",
    }
}

choice! {
    /// A licence. All rights are reserved where there is none.
    pub enum License {
        /// No rights reserved.
        Cc0 = "cc0",
        /// Attribution.
        CcBy = "cc-by",
        /// Attribution, non-commercial.
        CcByNc = "cc-by-nc",
        /// Attribution, no derivatives.
        CcByNd = "cc-by-nd",
        /// Attribution, share alike.
        CcBySa = "cc-by-sa",
        /// Attribution, non-commercial, no derivatives.
        CcByNcNd = "cc-by-nc-nd",
        /// Attribution, non-commercial, share alike.
        CcByNcSa = "cc-by-nc-sa",
    }
}

choice! {
    /// What an identification does for its observation.
    pub enum Category {
        /// The first to name a taxon that the community agreed on since.
        Improving = "improving",
        /// Names a narrower taxon than the community has agreed on so far.
        Leading = "leading",
        /// Agrees with what others had said before.
        Supporting = "supporting",
        /// The community disagrees with it.
        Maverick = "maverick",
    }
}

choice! {
    /// For or against.
    pub enum Direction {
        /// For.
        Up = "up",
        /// Against.
        Down = "down",
    }
}
