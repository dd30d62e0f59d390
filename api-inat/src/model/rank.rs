//! The ranks of taxa.

choice! {
    /// A rank, from the widest to the narrowest.
    pub enum Rank {
        /// Life itself, the root of the tree. Rank level 100.
        StateOfMatter = "stateofmatter",
        /// Rank level 70.
        Kingdom = "kingdom",
        /// Rank level 60.
        Phylum = "phylum",
        /// Rank level 57.
        Subphylum = "subphylum",
        /// Rank level 53.
        Superclass = "superclass",
        /// Rank level 50.
        Class = "class",
        /// Rank level 47.
        Subclass = "subclass",
        /// Rank level 45.
        Infraclass = "infraclass",
        /// Rank level 44.
        Subterclass = "subterclass",
        /// Rank level 43.
        Superorder = "superorder",
        /// Rank level 40.
        Order = "order",
        /// Rank level 37.
        Suborder = "suborder",
        /// Rank level 35.
        Infraorder = "infraorder",
        /// Rank level 34.5.
        Parvorder = "parvorder",
        /// Rank level 34.
        Zoosection = "zoosection",
        /// Rank level 33.5.
        Zoosubsection = "zoosubsection",
        /// Rank level 33.
        Superfamily = "superfamily",
        /// Rank level 32.
        Epifamily = "epifamily",
        /// Rank level 30.
        Family = "family",
        /// Rank level 27.
        Subfamily = "subfamily",
        /// Rank level 26.
        Supertribe = "supertribe",
        /// Rank level 25.
        Tribe = "tribe",
        /// Rank level 24.
        Subtribe = "subtribe",
        /// Rank level 20.
        Genus = "genus",
        /// Rank level 20.
        GenusHybrid = "genushybrid",
        /// Rank level 15.
        Subgenus = "subgenus",
        /// Rank level 13.
        Section = "section",
        /// Rank level 12.
        Subsection = "subsection",
        /// A group of species that are hard to tell apart. Rank level 11.
        Complex = "complex",
        /// Rank level 10.
        Species = "species",
        /// Rank level 10.
        Hybrid = "hybrid",
        /// Rank level 5.
        Subspecies = "subspecies",
        /// Rank level 5.
        Variety = "variety",
        /// Rank level 5.
        Form = "form",
        /// Rank level 5.
        Infrahybrid = "infrahybrid",
    }
}
