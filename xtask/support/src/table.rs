//! Tables: in Markdown for generated documents, and in columns for a terminal.

use std::fmt;

/// A table, row by row. It displays as Markdown.
#[derive(Clone, Debug)]
pub struct Table {
    /// Of each column: its heading, and whether it is of numbers.
    columns: Vec<(String, bool)>,
    rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column<'t> {
    /// Of words, with this heading.
    Text(&'t str),
    /// Of numbers, with this heading.
    Number(&'t str),
}

/// The width of a column in characters, and the side to which its cells keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// For words.
    Left(usize),
    /// For numbers.
    Right(usize),
}

/// A line of cells in columns of these widths, for a table that is printed as its rows come. A cell
/// that is too long pushes the next ones to the right.
pub fn line<C: fmt::Display>(widths: &[Width], cells: impl IntoIterator<Item = C>) -> String {
    let cells = cells.into_iter().zip(widths);
    let padded = cells.map(|(cell, width)| match width {
        Width::Left(width) => format!("{:<width$}", cell.to_string()),
        Width::Right(width) => format!("{:>width$}", cell.to_string()),
    });
    padded.collect()
}

impl Table {
    /// A table without rows.
    pub fn new(columns: &[Column<'_>]) -> Self {
        let columns = columns.iter().map(|column| match column {
            Column::Text(heading) => ((*heading).to_owned(), false),
            Column::Number(heading) => ((*heading).to_owned(), true),
        });
        Self {
            columns: columns.collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row<C: fmt::Display>(&mut self, cells: impl IntoIterator<Item = C>) {
        let cells = cells.into_iter().map(|cell| cell.to_string());
        self.rows.push(cells.collect());
    }

    /// Its lines in columns that are as wide as their widest cell, for a terminal.
    pub fn in_columns(&self) -> Vec<String> {
        let headings: Vec<_> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let rows = || std::iter::once(&headings).chain(&self.rows);
        let cell_width = |row: &Vec<String>, n: usize| row.get(n).map_or(0, |c| c.chars().count());
        let widths = self.columns.iter().enumerate().map(|(n, (_, is_number))| {
            let width = rows().map(|row| cell_width(row, n)).max().unwrap_or(0);
            match is_number {
                true => Width::Right(width),
                false => Width::Left(width),
            }
        });
        let widths: Vec<_> = widths.collect();
        let lines = rows().map(|row| {
            let cells = row.iter().zip(&widths);
            let cells: Vec<_> = cells.map(|(cell, width)| line(&[*width], [cell])).collect();
            cells.join("  ").trim_end().to_owned()
        });
        lines.collect()
    }
}

impl fmt::Display for Table {
    /// A `|` in a cell does not end it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("|")?;
        for (heading, _) in &self.columns {
            let space = if heading.is_empty() { "" } else { " " };
            write!(f, " {heading}{space}|")?;
        }
        f.write_str("\n|")?;
        for (_, is_number) in &self.columns {
            f.write_str(if *is_number { " ---: |" } else { " --- |" })?;
        }
        for row in &self.rows {
            f.write_str("\n|")?;
            for cell in row {
                write!(f, " {} |", cell.replace('|', "\\|"))?;
            }
        }
        f.write_str("\n")
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
        assert_eq!(table.in_columns(), ["case  n", "a|b   7", "1     2  3"]);
    }

    #[test]
    fn lines_of_known_widths() {
        let widths = [Width::Left(4), Width::Right(3)];
        assert_eq!(line(&widths, ["é", "1"]), "é     1");
        assert_eq!(line(&widths, ["longer", "1"]), "longer  1");
    }
}
