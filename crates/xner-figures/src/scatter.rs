//! Scatter plots of labelled points.

use crate::error::refuse;
use crate::{Result, canvas};

/// A scatter plot: panels side by side, with a legend below. The colour of a point tells its label, and its mark tells
/// its group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scatter {
    /// What the colours mean, such as entity types.
    pub labels: Vec<String>,
    /// What the marks mean, such as languages.
    pub groups: Vec<String>,
    /// The panels, from left to right.
    pub panels: Vec<Panel>,
}

/// A panel. Its scale fits its points and is the same in both directions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panel {
    /// The text above the panel.
    pub title: String,
    /// Its points. Later ones are drawn over earlier ones.
    pub points: Vec<Point>,
}

/// A point of a panel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Where it is, `[right, up]`, in any unit.
    pub at: [f32; 2],
    /// Its label: an index into [`Scatter::labels`].
    pub label: usize,
    /// Its group: an index into [`Scatter::groups`].
    pub group: usize,
}

impl Scatter {
    /// The picture as an SVG document.
    ///
    /// # Errors
    /// [`crate::Error::Input`] when there is no panel, a point's place is not finite, or its label or group does not
    /// exist.
    pub fn to_svg(&self) -> Result<String> {
        self.check()?;
        canvas::svg(self)
    }

    /// The picture as a PNG file, two pixels to a unit of the SVG.
    ///
    /// # Errors
    /// As for [`Scatter::to_svg`].
    pub fn to_png(&self) -> Result<Vec<u8>> {
        self.check()?;
        canvas::png(self)
    }

    fn check(&self) -> Result<()> {
        if self.panels.is_empty() {
            return refuse("a plot without a panel");
        }
        for Panel { title, points } in &self.panels {
            for (at, point) in points.iter().enumerate() {
                if !point.at.iter().all(|value| value.is_finite()) {
                    return refuse(format!("{title}: the place of point {} is not finite", at + 1));
                }
                if point.label >= self.labels.len() || point.group >= self.groups.len() {
                    let Point { label, group, .. } = point;
                    return refuse(format!(
                        "{title}: point {} has label {label} and group {group}, of {} labels and {} groups",
                        at + 1,
                        self.labels.len(),
                        self.groups.len()
                    ));
                }
            }
        }
        Ok(())
    }
}
