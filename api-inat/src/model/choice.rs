//! Enumerations that keep unknown values, since iNaturalist may add values at any time.

/// Defines an enumeration of texts, with a variant for values that are not known yet.
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
            /// A value that this crate does not know, verbatim.
            Other(Box<str>),
        }

        impl $Name {
            /// Returns the API's own text for it.
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

        impl std::str::FromStr for $Name {
            type Err = std::convert::Infallible;

            #[inline]
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(text.into())
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                Ok(Self::from(&*text))
            }
        }

        impl crate::model::written::Written for $Name {
            fn write<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
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
            #[inline]
            fn take(
                found: &mut Option<Self>,
                from: &mut dyn crate::model::tolerant::Source,
                _: &crate::model::tolerant::Pool,
            ) -> Result<bool, crate::model::tolerant::Failed> {
                from.value(found)
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
    /// How far the community has verified an observation.
    ///
    /// ```
    /// use api_inat::model::QualityGrade;
    ///
    /// assert_eq!(QualityGrade::from("research"), QualityGrade::Research);
    /// assert_eq!(QualityGrade::from("new_grade"), QualityGrade::Other("new_grade".into()));
    /// assert_eq!(QualityGrade::NeedsId.as_str(), "needs_id");
    /// ```
    pub enum QualityGrade {
        /// Not verifiable: without evidence, date or place, or of something captive or cultivated.
        Casual = "casual",
        /// Verifiable, and in need of identifications.
        NeedsId = "needs_id",
        /// The community agrees on a species or below.
        Research = "research",
    }
}

choice! {
    /// Who can see the location of an observation.
    pub enum Geoprivacy {
        /// All users.
        Open = "open",
        /// The public sees a random location nearby; the observer and users they trust see the true
        /// one.
        Obscured = "obscured",
        /// Only the observer and users they trust.
        Private = "private",
        /// Obscured or private; for searches.
        ObscuredPrivate = "obscured_private",
    }
}

choice! {
    /// An iconic taxon: a wide, well-known group.
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
        /// Fungi, including lichens.
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
        /// None of these groups; for searches.
        Unknown = "unknown",
    }
}

choice! {
    /// A licence. Without one, all rights are reserved.
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
        /// Public domain: no copyright is known.
        PublicDomain = "pd",
    }
}

choice! {
    /// The effect of an identification on its observation.
    pub enum Category {
        /// The first with a taxon that the community has since agreed on.
        Improving = "improving",
        /// Has a narrower taxon than the community has agreed on so far.
        Leading = "leading",
        /// Agrees with earlier identifications.
        Supporting = "supporting",
        /// The community disagrees with it.
        Maverick = "maverick",
    }
}

choice! {
    /// The direction of a vote.
    pub enum Direction {
        /// For.
        Up = "up",
        /// Against.
        Down = "down",
    }
}
