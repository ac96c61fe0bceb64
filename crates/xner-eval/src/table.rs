//! The results of many runs as one table.

use std::fmt;

use serde::Serialize;

use crate::{Error, Result, Summary};

/// Figures of runs by row: a row is known by its names, such as a method and a pair of languages, and each of its
/// runs gives a figure for each column, or none. Rows stand in the order in which they came.
///
/// It displays as a table in Markdown: mean and sample deviation in percent and, for a
/// [`Kind::Spread`] in a column of its own, the maximum.
///
/// ```
/// use xner_eval::{Column, Kind, Table};
///
/// let columns = vec![Column::new("F1", Kind::Spread), Column::new("parameters", Kind::Count)];
/// let mut table = Table::new(vec!["row".into(), "pair".into()], columns);
/// for f1 in [0.71, 0.73] {
///     table.add(&["Cross-Word", "en-es"], &[Some(f1), Some(342_906.0)])?;
/// }
/// table.add(&["Cross-Shared", "en-es"], &[None, Some(230_000.0)])?;
/// let expected = "\
/// | row          | pair  | runs |           F1 |   max | parameters |
/// |--------------|-------|-----:|-------------:|------:|-----------:|
/// | Cross-Word   | en-es |    2 | 72.00 ± 1.41 | 73.00 |    342,906 |
/// | Cross-Shared | en-es |    1 |            - |     - |    230,000 |
/// ";
/// assert_eq!(table.to_string(), expected);
/// # Ok::<(), xner_eval::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    names: Vec<String>,
    columns: Vec<Column>,
    rows: Vec<Row>,
}

/// A column of figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its head.
    pub name: String,
    /// What its figures are.
    pub kind: Kind,
}

impl Column {
    /// A column.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self { name: name.into(), kind }
    }
}

/// What figures are, and so how they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// From 0 to 1, such as F1: in percent, with mean, sample deviation and maximum.
    Spread,
    /// The same without the maximum.
    Mean,
    /// A whole number, such as that of parameters, which is mostly the same in all runs: once, else from the least to
    /// the greatest.
    Count,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    names: Vec<String>,
    runs: usize,
    /// Of each column, those runs' figures that there are.
    figures: Vec<Vec<f64>>,
}

/// A row of a [`Table`], summed up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableRow<'a> {
    /// What it is known by.
    pub names: &'a [String],
    /// How many runs it has.
    pub runs: usize,
    /// Of each column a summary of the runs that have a figure; none where no run has.
    pub figures: Vec<Option<Summary>>,
}

impl Table {
    /// A table without a row, of columns that name a row and columns of figures.
    pub fn new(names: Vec<String>, columns: Vec<Column>) -> Self {
        Self { names, columns, rows: Vec::new() }
    }

    /// Adds a run of the row of these names.
    ///
    /// # Errors
    /// [`Error::CellsDiffer`], [`Error::NotFinite`]; nothing of the run is then added.
    pub fn add(&mut self, names: &[&str], figures: &[Option<f64>]) -> Result<()> {
        for (found, expected) in [(names.len(), self.names.len()), (figures.len(), self.columns.len())] {
            if found != expected {
                return Err(Error::CellsDiffer { found, expected });
            }
        }
        let known = self.rows.iter().position(|row| row.names.iter().eq(names));
        let run = known.map_or(0, |at| self.rows[at].runs) + 1;
        if let Some(&value) = figures.iter().flatten().find(|value| !value.is_finite()) {
            return Err(Error::NotFinite { run, value });
        }
        let at = known.unwrap_or(self.rows.len());
        if known.is_none() {
            let names = names.iter().map(|&name| name.to_owned()).collect();
            self.rows.push(Row { names, runs: 0, figures: vec![Vec::new(); self.columns.len()] });
        }
        let row = &mut self.rows[at];
        row.runs = run;
        for (all, figure) in row.figures.iter_mut().zip(figures) {
            all.extend(figure);
        }
        Ok(())
    }

    /// What the columns are.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows in the order in which they came.
    pub fn rows(&self) -> impl Iterator<Item = TableRow<'_>> {
        self.rows.iter().map(|row| TableRow {
            names: &row.names,
            runs: row.runs,
            figures: row.figures.iter().map(|values| Summary::of(values).ok()).collect(),
        })
    }

    fn heads(&self) -> Vec<String> {
        let mut heads: Vec<String> = self.names.iter().map(|name| escaped(name)).collect();
        heads.push("runs".to_owned());
        for Column { name, kind } in &self.columns {
            heads.push(escaped(name));
            if *kind == Kind::Spread {
                heads.push("max".to_owned());
            }
        }
        heads
    }

    fn cells(&self, row: &TableRow<'_>) -> Vec<String> {
        let mut cells: Vec<String> = row.names.iter().map(|name| escaped(name)).collect();
        cells.push(row.runs.to_string());
        for (Column { kind, .. }, figure) in self.columns.iter().zip(&row.figures) {
            let some = |text: fn(&Summary) -> String| {
                let missing = figure.filter(|figure| figure.runs < row.runs);
                let part =
                    missing.map_or_else(String::new, |figure| format!(" ({} of {})", figure.runs, row.runs));
                figure.as_ref().map_or_else(|| "-".to_owned(), |figure| text(figure) + &part)
            };
            match kind {
                Kind::Mean => cells.push(some(Summary::spread)),
                Kind::Spread => {
                    cells.push(some(Summary::spread));
                    let max = |figure: Summary| format!("{:.2}", 100.0 * figure.maximum);
                    cells.push(figure.map_or_else(|| "-".to_owned(), max));
                }
                Kind::Count => cells.push(some(count)),
            }
        }
        cells
    }
}

/// In JSON: `{"names":["row"],"columns":[{"name":"F1","kind":"spread"}],"rows":[{"names":["Cross-Word"],"runs":2,
/// "figures":[{"mean":0.72,…}]}]}`.
impl Serialize for Table {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Whole<'a> {
            names: &'a [String],
            columns: &'a [Column],
            rows: Vec<TableRow<'a>>,
        }
        Whole { names: &self.names, columns: &self.columns, rows: self.rows().collect() }
            .serialize(serializer)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = self.heads();
        let rows: Vec<Vec<String>> = self.rows().map(|row| self.cells(&row)).collect();
        let width = |column: usize| {
            let cells = rows.iter().map(|row| &row[column]).chain([&heads[column]]);
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(3)
        };
        let widths: Vec<usize> = (0..heads.len()).map(width).collect();
        let left = self.names.len();
        let line = |cells: &[String]| {
            let cells = cells.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
                if column < left { format!("| {cell:<width$} ") } else { format!("| {cell:>width$} ") }
            });
            cells.collect::<String>() + "|"
        };
        writeln!(f, "{}", line(&heads))?;
        let rule =
            |(column, &width): (usize, &usize)| "-".repeat(width + 1) + if column < left { "-" } else { ":" };
        let rules: Vec<String> = widths.iter().enumerate().map(rule).collect();
        writeln!(f, "|{}|", rules.join("|"))?;
        rows.iter().try_for_each(|row| writeln!(f, "{}", line(row)))
    }
}

/// `342,906`, or `341,890 to 342,906`.
fn count(figure: &Summary) -> String {
    let whole = |value: f64| {
        let digits = format!("{value:.0}");
        let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |rest| ("-", rest));
        let mut text = sign.to_owned();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text
    };
    let (least, greatest) = (whole(figure.minimum), whole(figure.maximum));
    if least == greatest { least } else { format!("{least} to {greatest}") }
}

/// On one line, and no end of a cell.
fn escaped(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    text.replace('\\', "\\\\").replace('|', "\\|")
}
