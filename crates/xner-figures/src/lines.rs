//! Line charts.

use crate::error::refuse;
use crate::{Result, canvas};

/// A line chart: several series over the same axes, with a legend below. It may have pale bars behind the lines, which
/// have a scale of their own on the right.
///
/// ```
/// use xner_figures::{Axis, Lines, Series};
///
/// let lines = Lines {
///     title: "Learning".into(),
///     x: Axis { label: "epoch".into(), ..Axis::default() },
///     y: Axis { label: "F1".into(), range: Some([0.0, 100.0]), ..Axis::default() },
///     series: vec![Series {
///         name: "dev".into(),
///         points: vec![[1.0, 62.5], [2.0, 70.1], [3.0, 73.0]],
///         ..Series::default()
///     }],
///     ..Lines::default()
/// };
/// assert!(lines.to_svg()?.starts_with("<svg"));
/// # Ok::<(), xner_figures::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lines {
    /// The text above the chart; it may be empty.
    pub title: String,
    /// The axis to the right.
    pub x: Axis,
    /// The axis upwards.
    pub y: Axis,
    /// The lines. Later ones are drawn over earlier ones.
    pub series: Vec<Series>,
    /// Bars behind the lines.
    pub bars: Option<Bars>,
    /// What a ring means, for the legend.
    pub ring: Option<String>,
}

/// An axis of a line chart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Axis {
    /// What it measures.
    pub label: String,
    /// Where it begins and ends. Without a range, round numbers about what is drawn. A value outside is an error.
    pub range: Option<[f64; 2]>,
    /// Its ticks, from the least. An axis without ticks gets round numbers. A tick whose text has no room is drawn
    /// without the text.
    pub ticks: Vec<Tick>,
}

/// A named place on an axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tick {
    /// Its value on the axis.
    pub at: f64,
    /// Its text.
    pub text: String,
}

/// A line of a chart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// Its points `[x, y]`, joined in this order.
    pub points: Vec<[f64; 2]>,
    /// The number of its colour and mark. Two series may have the same.
    pub colour: usize,
    /// Whether its line is dashed.
    pub dashed: bool,
    /// The points, from 0, that are not joined with the one before: between them is something without a value.
    pub apart: Vec<usize>,
    /// The points, from 0, that are drawn as rings: of those little is known.
    pub rings: Vec<usize>,
}

/// Bars behind the lines of a chart, such as a histogram. The tallest takes a third of the chart's height.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bars {
    /// What the height of the bars measures.
    pub label: String,
    /// The bars.
    pub bars: Vec<Bar>,
}

/// A bar that stands on the lower edge of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bar {
    /// Its left edge on the x axis.
    pub from: f64,
    /// Its right edge.
    pub to: f64,
    /// Its height, not negative, in units of its own.
    pub height: f64,
}

impl Lines {
    /// The picture as an SVG document.
    ///
    /// # Errors
    /// [`crate::Error::Input`] when there is no series, a series has no point, a number is not finite, or a point or
    /// bar lies outside of an axis's range.
    pub fn to_svg(&self) -> Result<String> {
        self.check()?;
        canvas::svg(self)
    }

    /// The picture as a PNG file, two pixels to a unit of the SVG.
    ///
    /// # Errors
    /// As for [`Lines::to_svg`].
    pub fn to_png(&self) -> Result<Vec<u8>> {
        self.check()?;
        canvas::png(self)
    }

    fn check(&self) -> Result<()> {
        if self.series.is_empty() {
            return refuse("a chart without a series");
        }
        for (axis, name) in [(&self.x, "x"), (&self.y, "y")] {
            axis.check(name)?;
        }
        for Series { name, points, .. } in &self.series {
            if points.is_empty() {
                return refuse(format!("series {name} has no point"));
            }
            for (at, &[x, y]) in points.iter().enumerate() {
                let place = || format!("{name}: point {}", at + 1);
                self.x.check_value(x, "x", place)?;
                self.y.check_value(y, "y", place)?;
            }
        }
        for (at, bar) in self.bars.iter().flat_map(|bars| &bars.bars).enumerate() {
            let place = || format!("bar {}", at + 1);
            self.x.check_value(bar.from, "left edge", place)?;
            self.x.check_value(bar.to, "right edge", place)?;
            if bar.to < bar.from {
                return refuse(format!("bar {}: from {} to {}", at + 1, bar.from, bar.to));
            }
            if !bar.height.is_finite() || bar.height < 0.0 {
                let height = bar.height;
                return refuse(format!("bar {}: a height of {height}, expected a number from 0", at + 1));
            }
        }
        Ok(())
    }
}

impl Axis {
    fn check(&self, name: &str) -> Result<()> {
        if let Some([low, high]) = self.range {
            let fine = low < high && (high - low).is_finite();
            if !fine {
                return refuse(format!("the {name} axis goes from {low} to {high}"));
            }
        }
        for (at, tick) in self.ticks.iter().enumerate() {
            self.check_value(tick.at, name, || format!("tick {} ({})", at + 1, tick.text))?;
        }
        if let Some(at) = self.ticks.windows(2).position(|pair| pair[1].at <= pair[0].at) {
            return refuse(format!("tick {} of the {name} axis is not behind the one before it", at + 2));
        }
        Ok(())
    }

    /// Refuses a value that is not finite, not within the range, or so large that a distance would be infinite.
    fn check_value(&self, value: f64, what: &str, place: impl Fn() -> String) -> Result<()> {
        let within = self.range.is_none_or(|[low, high]| (low..=high).contains(&value));
        if !within {
            let [low, high] = self.range.unwrap_or_default();
            return refuse(format!("{}: {what} is {value}, expected {low} to {high}", place()));
        }
        if value.is_nan() || value.abs() > LARGEST {
            return refuse(format!("{}: {what} is {value}, expected a finite number", place()));
        }
        Ok(())
    }
}

/// The largest value. Distances between values up to it, and round numbers above them, are finite.
const LARGEST: f64 = 1e300;
