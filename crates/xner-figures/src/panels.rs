//! The lay-out of a scatter plot.

use plotters::prelude::{Color, DrawingBackend, RGBAColor, RGBColor};

use crate::canvas::{self, Anchor, Canvas, Picture};
use crate::{Panel, Point, Result, Scatter};

const MARGIN: f64 = 20.0;
/// A panel's side.
const SIDE: f64 = 600.0;
const TITLE: f64 = 36.0;
const LEGEND: f64 = 44.0;
const LETTERS: f64 = 15.0;
/// Half a mark's width.
const MARK: f64 = 3.6;
/// Colours that the colour-blind can tell apart (Okabe and Ito 2008), then a grey and an olive.
pub(crate) const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(90, 90, 90),
    RGBColor(150, 130, 0),
];
pub(crate) const GREY: RGBColor = RGBColor(90, 90, 90);
/// What is no entity stands back, so that no type is near it in colour.
const OUTSIDE: RGBColor = RGBColor(175, 175, 175);
/// The hues among the colours.
const HUES: usize = 6;

/// The colour of a label: a hue, and pale grey for `O`, which takes none of the hues.
fn colour(labels: &[String], at: usize) -> RGBColor {
    if labels.get(at).is_some_and(|label| label == "O") {
        return OUTSIDE;
    }
    let before = labels[..at.min(labels.len())].iter().filter(|label| *label != "O").count();
    COLOURS[before % HUES]
}

/// The plot has been checked before: all its labels and groups exist.
impl Picture for Scatter {
    fn size(&self) -> Result<(u32, u32)> {
        let height = MARGIN / 2.0 + SIDE + scale(self) * (TITLE + LEGEND) + MARGIN / 2.0;
        Ok((width(self) as u32, height as u32))
    }

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Result<()> {
        for (at, panel) in self.panels.iter().enumerate() {
            draw_panel(panel, &self.labels, MARGIN + at as f64 * (SIDE + MARGIN), scale(self), canvas)?;
        }
        legend(self, canvas)
    }
}

fn width(plot: &Scatter) -> f64 {
    MARGIN + plot.panels.len() as f64 * (SIDE + MARGIN)
}

/// How much larger text is than in a plot of two panels. A picture of many panels is shown smaller.
fn scale(plot: &Scatter) -> f64 {
    (plot.panels.len() as f64 / 2.0).max(1.0)
}

fn draw_panel<B: DrawingBackend>(
    panel: &Panel,
    labels: &[String],
    left: f64,
    scale: f64,
    canvas: &Canvas<B>,
) -> Result<()> {
    let top = MARGIN / 2.0 + scale * TITLE;
    let middle = (left + SIDE / 2.0, top - scale * TITLE / 2.0);
    canvas.text(&panel.title, middle, scale * (LETTERS + 2.0), Anchor::Center)?;
    let (right, bottom) = (left + SIDE, top + SIDE);
    let frame = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    canvas.line(&frame, 1.0, GREY.mix(0.6))?;
    let place = placing(panel, left, top);
    // What is no entity lies below.
    let outside = |point: &&Point| labels.get(point.label).is_some_and(|label| label == "O");
    let (below, above): (Vec<&Point>, Vec<&Point>) = panel.points.iter().partition(outside);
    for point in below.into_iter().chain(above) {
        mark(point.group, place(point.at), colour(labels, point.label).mix(0.75), canvas)?;
    }
    Ok(())
}

/// The map from a panel's units to the picture's. The middle of the points comes to the middle of the panel, and the
/// points are spread as far as fits.
fn placing(panel: &Panel, left: f64, top: f64) -> impl Fn([f32; 2]) -> (f64, f64) {
    let ends = |axis: usize| {
        let values = panel.points.iter().map(|point| f64::from(point.at[axis]));
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
    };
    let [(west, east), (south, north)] = [ends(0), ends(1)];
    let span = (east - west).max(north - south);
    let inner = SIDE - 6.0 * MARK;
    // Points that are all in one place stand in the middle.
    let scale = if span > 0.0 { inner / span } else { 0.0 };
    move |[x, y]| {
        let right = (f64::from(x) - f64::midpoint(west, east)) * scale;
        let up = (f64::from(y) - f64::midpoint(south, north)) * scale;
        (left + SIDE / 2.0 + right, top + SIDE / 2.0 - up)
    }
}

/// Draws a group's mark: a disc, a triangle, a cross or a square.
pub(crate) fn mark<B: DrawingBackend>(
    group: usize,
    place: (f64, f64),
    colour: RGBAColor,
    canvas: &Canvas<B>,
) -> Result<()> {
    scaled_mark(group, place, 1.0, colour, canvas)
}

/// Draws a ring.
pub(crate) fn ring<B: DrawingBackend>(
    place: (f64, f64),
    colour: RGBAColor,
    canvas: &Canvas<B>,
) -> Result<()> {
    canvas.disc(place, 1.1 * MARK, colour)?;
    canvas.disc(place, 0.65 * MARK, RGBColor(255, 255, 255).to_rgba())
}

fn scaled_mark<B: DrawingBackend>(
    group: usize,
    (x, y): (f64, f64),
    scale: f64,
    colour: RGBAColor,
    canvas: &Canvas<B>,
) -> Result<()> {
    let size = scale * MARK;
    let corners = |corners: &[(f64, f64)]| -> Vec<_> {
        corners.iter().map(|(right, down)| (x + size * right, y + size * down)).collect()
    };
    let line = |places: &[(f64, f64)]| canvas.line(&corners(places), scale * 1.25, colour);
    match group % 4 {
        0 => canvas.disc((x, y), 0.8 * size, colour),
        1 => line(&[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8), (0.0, -1.2)]),
        2 => line(&[(-1.0, -1.0), (1.0, 1.0)]).and_then(|()| line(&[(-1.0, 1.0), (1.0, -1.0)])),
        _ => line(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9), (-0.9, -0.9)]),
    }
}

/// Draws each label as its colour and each group as its mark, in a row in the middle.
fn legend<B: DrawingBackend>(plot: &Scatter, canvas: &Canvas<B>) -> Result<()> {
    const SPACE: f64 = 24.0;
    const SIGN: f64 = 16.0;
    let scale = scale(plot);
    let (letters, sign, space) = (scale * LETTERS, scale * SIGN, scale * SPACE);
    let names = || plot.labels.iter().chain(&plot.groups);
    let widths = names().map(|name| Ok(canvas::width(name, letters)? + sign + space));
    let widths = widths.collect::<Result<Vec<f64>>>()?;
    let mut x = f64::midpoint(width(plot) - widths.iter().sum::<f64>(), space);
    let y = MARGIN / 2.0 + SIDE + scale * (TITLE + LEGEND / 2.0);
    for (at, (name, width)) in names().zip(widths).enumerate() {
        let place = (x + sign / 3.0, y);
        match at.checked_sub(plot.labels.len()) {
            None => {
                let half = scale * 5.0;
                let bar = [(place.0 - half, y), (place.0 + half, y)];
                canvas.line(&bar, 2.0 * half, colour(&plot.labels, at).to_rgba())?;
            }
            Some(group) => scaled_mark(group, place, scale, GREY.to_rgba(), canvas)?,
        }
        canvas.text(name, (x + sign, y), letters, Anchor::Left)?;
        x += width;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two colours' distance by what the eye sees of red, green and blue.
    fn apart(a: RGBColor, b: RGBColor) -> f64 {
        let part = |weight: f64, a: u8, b: u8| weight * (f64::from(a) - f64::from(b)).powi(2);
        (part(2.0, a.0, b.0) + part(4.0, a.1, b.1) + part(3.0, a.2, b.2)).sqrt()
    }

    #[test]
    fn no_type_is_near_to_what_is_no_entity() {
        let labels = ["LOC", "MISC", "O", "ORG", "PER"].map(str::to_owned);
        let all: Vec<RGBColor> = (0..labels.len()).map(|at| colour(&labels, at)).collect();
        assert_eq!((all[0], all[3], all[4]), (COLOURS[0], COLOURS[2], COLOURS[3]));
        for (at, own) in all.iter().enumerate() {
            for other in &all[..at] {
                assert!(apart(*own, *other) > 100.0, "{own:?} {other:?}");
            }
        }
    }
}
