//! What stands on a map tile.

use serde_json::Value;

record! {
    /// A map tile as a grid of letters (UTFGrid 1.2): which observation lies under which point of the picture.
    pub struct UtfGrid {
        /// The rows of the grid, from the north; each letter stands for a key.
        pub grid: Vec<Box<str>>,
        /// The keys, in the order of the letters.
        pub keys: Vec<Box<str>>,
        /// What there is to say about each key, by key.
        pub data: Option<Value>,
    }
}
