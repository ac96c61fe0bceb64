//! What is drawn on: SVG, or pixels that become a PNG.

use std::sync::Once;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;

use crate::{Error, Result};

/// Steps of the drawing grid in one unit of the picture. Backends know whole steps only, so the grid is finer.
const FINE: u32 = 4;
/// Steps of the grid that become one pixel of a PNG, across and down. Their mean makes edges smooth.
const STEPS_A_PIXEL: usize = 2;
/// The fonts of text. A viewer of SVG that lacks the first takes the second.
const FONT: &str = "DejaVu Sans, sans-serif";

/// What can be drawn.
pub(crate) trait Picture {
    /// Width and height in units.
    fn size(&self) -> Result<(u32, u32)>;

    /// Draws it on a white canvas of its size.
    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Result<()>;
}

/// A canvas of some units across and down, `(0, 0)` top left.
pub(crate) struct Canvas<B: DrawingBackend>(DrawingArea<B, Shift>);

/// Which part of a text stands at its place: its left end, its middle or its right end.
pub(crate) use plotters::style::text_anchor::HPos as Anchor;

impl<B: DrawingBackend> Canvas<B> {
    fn new(backend: B) -> Result<Self> {
        let area = backend.into_drawing_area();
        area.fill(&WHITE).map_err(Error::drawing)?;
        Ok(Self(area))
    }

    /// A disc.
    pub(crate) fn disc(&self, at: (f64, f64), radius: f64, colour: RGBAColor) -> Result<()> {
        self.0.draw(&Circle::new(step(at), fine(radius), colour.filled())).map_err(Error::drawing)
    }

    /// A rectangle from its left upper corner to its right lower one.
    pub(crate) fn bar(&self, from: (f64, f64), to: (f64, f64), colour: RGBAColor) -> Result<()> {
        self.0.draw(&Rectangle::new([step(from), step(to)], colour.filled())).map_err(Error::drawing)
    }

    /// A line through points.
    pub(crate) fn line(&self, points: &[(f64, f64)], width: f64, colour: RGBAColor) -> Result<()> {
        let points: Vec<_> = points.iter().copied().map(step).collect();
        self.0
            .draw(&PathElement::new(points, colour.stroke_width(fine(width) as u32)))
            .map_err(Error::drawing)
    }

    /// A line of text, its middle at the height of `at`.
    pub(crate) fn text(&self, text: &str, at: (f64, f64), size: f64, anchor: Anchor) -> Result<()> {
        let style = style(size)
            .pos(plotters::style::text_anchor::Pos::new(anchor, plotters::style::text_anchor::VPos::Center));
        // The backends' middle is that of small letters; this is that of capitals and digits.
        let at = (at.0, at.1 + 0.12 * size);
        self.0.draw(&Text::new(text.to_owned(), step(at), style)).map_err(Error::drawing)
    }

    fn finish(self) -> Result<()> {
        self.0.present().map_err(Error::drawing)
    }
}

/// How many units a line of text takes.
pub(crate) fn width(text: &str, size: f64) -> Result<f64> {
    let (width, _) = style(size).font.box_size(text).map_err(Error::drawing)?;
    Ok(f64::from(width) / f64::from(FINE))
}

/// The picture as an SVG document.
pub(crate) fn svg(picture: &impl Picture) -> Result<String> {
    let (width, height) = picture.size()?;
    let mut text = String::new();
    let canvas = Canvas::new(SVGBackend::with_string(&mut text, (FINE * width, FINE * height)))?;
    picture.draw(&canvas)?;
    canvas.finish()?;
    // The picture is drawn on the fine grid and shown in its units.
    let grid = format!("width=\"{}\" height=\"{}\"", FINE * width, FINE * height);
    Ok(text.replacen(&grid, &format!("width=\"{width}\" height=\"{height}\""), 1))
}

/// The picture as a PNG file.
pub(crate) fn png(picture: &impl Picture) -> Result<Vec<u8>> {
    let (width, height) = picture.size()?;
    let (across, down) = ((FINE * width) as usize, (FINE * height) as usize);
    let mut grid = vec![0; 3 * across * down];
    let canvas = Canvas::new(BitMapBackend::with_buffer(&mut grid, (FINE * width, FINE * height)))?;
    picture.draw(&canvas)?;
    canvas.finish()?;
    let pixels = shrunk(&grid, across);
    let mut file = Vec::new();
    let side = |steps: usize| (steps / STEPS_A_PIXEL) as u32;
    let mut encoder = png::Encoder::new(&mut file, side(across), side(down));
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header().map_err(Error::drawing)?;
    writer.write_image_data(&pixels).map_err(Error::drawing)?;
    writer.finish().map_err(Error::drawing)?;
    Ok(file)
}

/// Makes each pixel the mean of the steps that it covers. `grid` holds red, green and blue, row by row.
fn shrunk(grid: &[u8], across: usize) -> Vec<u8> {
    let many = STEPS_A_PIXEL;
    let mut pixels = Vec::with_capacity(grid.len() / (many * many));
    for rows in grid.chunks_exact(3 * across * many) {
        for x in 0..across / many {
            for colour in 0..3 {
                let steps = (0..many * many)
                    .map(|at| u32::from(rows[3 * (at / many * across + x * many + at % many) + colour]));
                pixels.push(((steps.sum::<u32>() as usize + many * many / 2) / (many * many)) as u8);
            }
        }
    }
    pixels
}

fn style(size: f64) -> TextStyle<'static> {
    static FONTS: Once = Once::new();
    // Registering fails only for bytes that are no font. Then drawing text fails and says so.
    FONTS.call_once(|| drop(register_font(FONT, FontStyle::Normal, dejavu::sans::regular())));
    (FONT, size * f64::from(FINE)).into_font().color(&RGBColor(40, 40, 40))
}

fn step((x, y): (f64, f64)) -> (i32, i32) {
    (fine(x), fine(y))
}

fn fine(units: f64) -> i32 {
    (units * f64::from(FINE)).round() as i32
}
