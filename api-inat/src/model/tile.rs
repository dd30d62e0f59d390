//! The contents of a map tile.

use serde_json::Value;

record! {
    /// A map tile as a grid of letters (UTFGrid 1.2): the observation under each point of
    /// the picture.
    ///
    /// ```
    /// use api_inat::model::UtfGrid;
    ///
    /// let json = r#"{"grid":[" !"," !"],"keys":["","7"],"data":{"7":{"id":250000001}}}"#;
    /// let grid: UtfGrid = serde_json::from_str(json)?;
    /// let data = grid.data.expect("data");
    /// assert_eq!(data[&*grid.keys[1]]["id"], 250_000_001);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct UtfGrid {
        /// The rows of the grid, from the north. Each letter represents a key.
        pub grid: Vec<Box<str>>,
        /// The keys, in the order of the letters.
        pub keys: Vec<Box<str>>,
        /// The data of each key.
        pub data: Option<Value>,
    }
}
