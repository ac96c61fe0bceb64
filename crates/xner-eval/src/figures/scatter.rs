//! Scatter plots of labelled points.

use super::canvas;
use crate::{Error, Result};

/// A scatter plot: panels side by side, and under them a legend. A point's colour tells its label, its mark its
/// group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scatter {
    /// What the colours mean, such as entity types.
    pub labels: Vec<String>,
    /// What the marks mean, such as languages.
    pub groups: Vec<String>,
    /// The panels, from left to right.
    pub panels: Vec<Panel>,
}

/// One panel, scaled to its points alike in both directions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panel {
    /// What stands above it.
    pub title: String,
    /// Its points; later ones lie on earlier ones.
    pub points: Vec<Point>,
}

/// A point of a panel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Where it is: any units, `[right, up]`.
    pub at: [f32; 2],
    /// Its label: a place in [`Scatter::labels`].
    pub label: usize,
    /// Its group: a place in [`Scatter::groups`].
    pub group: usize,
}

impl Scatter {
    /// The picture as an SVG document.
    ///
    /// # Errors
    /// [`Error::Figure`] when there is no panel, a point's place is not finite, or its label or group does not
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
        let fault = |message: String| Err(Error::Figure { message });
        if self.panels.is_empty() {
            return fault("a plot without a panel".to_owned());
        }
        for Panel { title, points } in &self.panels {
            for (at, point) in points.iter().enumerate() {
                if !point.at.iter().all(|value| value.is_finite()) {
                    return fault(format!("{title}: the place of point {} is not finite", at + 1));
                }
                if point.label >= self.labels.len() || point.group >= self.groups.len() {
                    let Point { label, group, .. } = point;
                    return fault(format!(
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
