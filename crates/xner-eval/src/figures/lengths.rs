//! Scores by sentence length as a line chart.

use super::{Axis, Bar, Bars, Lines, Series, Tick};
use crate::{Error, LengthBin, LengthTable, Result};

type Measure = fn(&LengthBin) -> Option<f64>;

/// What is drawn of each table.
const MEASURES: [(&str, Measure); 3] = [
    ("all words", |bin| bin.share),
    ("words in entities", |bin| bin.entity_share),
    ("entity F1", LengthBin::f1),
];

/// Figure 2 of Bari et al. (2020): correctly tagged words by sentence length, all of them and those inside gold
/// entities, and entity F1.
///
/// Several systems' tables may be drawn together, each with its name; one alone needs none. Behind the lines are the
/// numbers of words of the bins, where all tables have the same.
///
/// # Errors
/// [`Error::Figure`] when no table has a sentence, or their bins are not alike.
pub fn length_lines(title: &str, tables: &[(&str, &LengthTable)]) -> Result<Lines> {
    let fault = |message: String| Err(Error::Figure { message });
    let Some((_, longest)) = tables.iter().max_by_key(|(_, table)| table.bins.len()) else {
        return fault("no table of lengths to draw".to_owned());
    };
    if longest.bins.is_empty() {
        return fault("no sentences whose lengths could be drawn".to_owned());
    }
    for (name, table) in tables {
        let unlike = longest.bins.iter().zip(&table.bins).find(|(a, b)| (a.from, a.to) != (b.from, b.to));
        if let Some((a, b)) = unlike {
            return fault(format!("{name}: bin {} where another has {}", b.name(), a.name()));
        }
    }
    let mut series = Vec::new();
    for (number, (name, table)) in tables.iter().enumerate() {
        for (colour, (measure, value)) in MEASURES.iter().enumerate() {
            let points = table.bins.iter().enumerate();
            let points: Vec<[f64; 2]> =
                points.filter_map(|(at, bin)| Some([at as f64, 100.0 * value(bin)?])).collect();
            // Colours tell the measures of one or two systems, and all lines of more.
            let (colour, dashed) =
                if tables.len() <= 2 { (colour, number == 1) } else { (series.len(), false) };
            let name = if tables.len() == 1 { (*measure).to_owned() } else { format!("{name}: {measure}") };
            if !points.is_empty() {
                series.push(Series { name, points, colour, dashed });
            }
        }
    }
    let least = series.iter().flat_map(|s| &s.points).map(|point| point[1]).fold(100.0, f64::min);
    let low = (((least - 1.0) / 10.0).floor() * 10.0).max(0.0);
    let words = |table: &LengthTable| table.bins.iter().map(|bin| bin.words).collect::<Vec<_>>();
    let same = tables.iter().all(|(_, table)| words(table) == words(longest));
    let bar = |(at, bin): (usize, &LengthBin)| {
        let at = at as f64;
        Bar { from: at - 0.5, to: at + 0.5, height: bin.words as f64 }
    };
    let tick = |(at, bin): (usize, &LengthBin)| Tick { at: at as f64, text: bin.name() };
    let count = longest.bins.len() as f64;
    Ok(Lines {
        title: title.to_owned(),
        x: Axis {
            label: "words of the sentence".to_owned(),
            range: Some([-0.5, count - 0.5]),
            ticks: longest.bins.iter().enumerate().map(tick).collect(),
        },
        y: Axis {
            label: "correctly tagged words, or F1, in %".to_owned(),
            range: Some([low, 100.0]),
            ticks: Vec::new(),
        },
        series,
        bars: same.then(|| Bars {
            label: "number of words".to_owned(),
            bars: longest.bins.iter().enumerate().map(bar).collect(),
        }),
    })
}
