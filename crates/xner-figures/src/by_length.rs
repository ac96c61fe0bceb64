//! Scores by sentence length as a line chart.

use xner_eval::{LengthBin, LengthTable};

use crate::error::refuse;
use crate::{Axis, Bar, Bars, Lines, Result, Series, Tick};

type Measure = fn(&LengthBin) -> Option<f64>;

/// The lines that are drawn of each table.
const MEASURES: [(&str, Measure); 3] = [
    ("all words", |bin| bin.share),
    ("words in entities", |bin| bin.entity_share),
    ("entity F1", LengthBin::f1),
];

/// A bin of fewer sentences says little.
const FEW: u64 = 30;

/// Figure 2 of Bari et al. (2020): three lines over sentence length. They are the correctly tagged words, the correctly
/// tagged words inside gold entities, and entity F1.
///
/// The tables of several systems may be drawn together, each with its name. A single table needs no name. If all tables
/// count the same words, bars behind the lines show the number of words of each bin. Lines are not joined over bins
/// without a value, and a bin of fewer than 30 sentences has a ring.
///
/// # Errors
/// [`crate::Error::Input`] when no table has a sentence, or their bins are not alike.
pub fn length_lines(title: &str, tables: &[(&str, &LengthTable)]) -> Result<Lines> {
    let Some((_, longest)) = tables.iter().max_by_key(|(_, table)| table.bins.len()) else {
        return refuse("no table of lengths to draw");
    };
    if longest.bins.is_empty() {
        return refuse("no sentences whose lengths could be drawn");
    }
    for (name, table) in tables {
        let unlike = longest.bins.iter().zip(&table.bins).find(|(a, b)| (a.from, a.to) != (b.from, b.to));
        if let Some((a, b)) = unlike {
            return refuse(format!("{name}: bin {} where another has {}", b.name(), a.name()));
        }
    }
    let mut series = Vec::new();
    for (number, (name, table)) in tables.iter().enumerate() {
        for (colour, (measure, value)) in MEASURES.iter().enumerate() {
            let known = table.bins.iter().enumerate();
            let known: Vec<(usize, &LengthBin, f64)> =
                known.filter_map(|(at, bin)| Some((at, bin, 100.0 * value(bin)?))).collect();
            let points: Vec<[f64; 2]> = known.iter().map(|(at, _, value)| [*at as f64, *value]).collect();
            let apart = |at: &usize| known[*at].0 > known[at - 1].0 + 1;
            let apart = (1..known.len()).filter(apart).collect();
            let few = |at: &usize| known[*at].1.sentences < FEW;
            let rings: Vec<usize> = (0..known.len()).filter(few).collect();
            // With one or two systems a colour means a measure. With more, each line has its own colour.
            let (colour, dashed) =
                if tables.len() <= 2 { (colour, number == 1) } else { (series.len(), false) };
            let name = if tables.len() == 1 { (*measure).to_owned() } else { format!("{name}: {measure}") };
            if !points.is_empty() {
                series.push(Series { name, points, colour, dashed, apart, rings });
            }
        }
    }
    let ring = series.iter().any(|series| !series.rings.is_empty());
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
        ring: ring.then(|| format!("fewer than {FEW} sentences")),
        series,
        bars: same.then(|| Bars {
            label: "number of words".to_owned(),
            bars: longest.bins.iter().enumerate().map(bar).collect(),
        }),
    })
}
