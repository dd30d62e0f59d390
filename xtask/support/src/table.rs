//! Tables in Markdown, for all generated documents.

use std::fmt;

/// A table, row by row.
#[derive(Clone, Debug)]
pub struct Table(String);

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column<'t> {
    /// Of words, with this heading.
    Text(&'t str),
    /// Of numbers, with this heading.
    Number(&'t str),
}

impl Table {
    /// A table without rows.
    pub fn new(columns: &[Column<'_>]) -> Self {
        let mut table = Self("|".to_owned());
        for column in columns {
            let (Column::Text(heading) | Column::Number(heading)) = column;
            let space = if heading.is_empty() { "" } else { " " };
            table.0.push_str(&format!(" {heading}{space}|"));
        }
        table.0.push_str("\n|");
        for column in columns {
            table.0.push_str(match column {
                Column::Text(_) => " --- |",
                Column::Number(_) => " ---: |",
            });
        }
        table.0.push('\n');
        table
    }

    /// Adds a row. A `|` in a cell does not end it.
    pub fn row<C: fmt::Display>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.0.push('|');
        for cell in cells {
            let cell = cell.to_string().replace('|', "\\|");
            self.0.push_str(&format!(" {cell} |"));
        }
        self.0.push('\n');
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_rows() {
        let mut table = Table::new(&[Column::Text("case"), Column::Number("n"), Column::Text("")]);
        table.row(["a|b", "7", ""]);
        table.row([1, 2, 3]);
        assert_eq!(
            table.to_string(),
            "| case | n | |\n| --- | ---: | --- |\n| a\\|b | 7 |  |\n| 1 | 2 | 3 |\n"
        );
    }
}
