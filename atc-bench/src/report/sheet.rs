//! A table with a title, drawn for a terminal or for a document.

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

/// Rows under a title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What the rows are about.
    pub title: String,
    /// Columns that hold words; numbers follow, and are set to the right.
    pub n_words: usize,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The rows, as long as the header.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Drawn for a terminal: no lines but one under the header.
    pub fn text(&self) -> String {
        let rule = LineStyle::none().fill('─').junction('─');
        let style = TableStyle::new().header_separator(rule);
        format!("{}\n\n{}\n", self.title, self.drawn(style))
    }

    /// Drawn as Markdown.
    pub fn markdown(&self) -> String {
        format!("**{}**\n\n{}\n", self.title, self.drawn(ASCII_MARKDOWN))
    }

    fn drawn(&self, style: TableStyle) -> Table {
        let mut table = Table::new();
        table.load_style(style);
        table.set_header(&self.header);
        table.add_rows(&self.rows);
        for column in table.column_iter_mut().skip(self.n_words) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table
    }
}
