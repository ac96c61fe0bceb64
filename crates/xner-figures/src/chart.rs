//! The lay-out of a line chart.

use plotters::prelude::{Color, DrawingBackend, RGBColor};

use crate::canvas::{self, Anchor, Canvas, Picture};
use crate::panels::{COLOURS, GREY, mark, ring};
use crate::{Axis, Lines, Result, Series, Tick, ticks};

const MARGIN: f64 = 20.0;
const WIDTH: f64 = 760.0;
/// The height of the plot itself.
const HEIGHT: f64 = 320.0;
const TITLE: f64 = 32.0;
/// The height of a row of text.
const ROW: f64 = 24.0;
const LETTERS: f64 = 15.0;
const NUMBERS: f64 = 13.0;
/// The part of the height that the tallest bar takes.
const TALLEST: f64 = 1.0 / 3.0;
/// A line of more points than this has no marks, which would hide it.
const MARKED: usize = 40;
/// The widths of a line's sample in the legend and of the space behind a name.
const SIGN: f64 = 34.0;
const SPACE: f64 = 24.0;
const PALE: RGBColor = RGBColor(223, 227, 233);

/// Where the parts of a chart stand, and the scales of its axes.
struct Layout {
    left: f64,
    right: f64,
    top: f64,
    x: [f64; 2],
    y: [f64; 2],
    x_ticks: Vec<Tick>,
    y_ticks: Vec<Tick>,
    /// The upper end of the bars' scale, and its ticks.
    bars: Option<(f64, Vec<Tick>)>,
    /// Rows of the legend: the number of a series (or one more for the bars, and one more for rings), its name, its
    /// width.
    legend: Vec<Vec<(usize, String, f64)>>,
}

/// The chart has been checked before.
impl Picture for Lines {
    fn size(&self) -> Result<(u32, u32)> {
        let layout = Layout::of(self)?;
        let below = ROW * (2 + layout.legend.len()) as f64;
        Ok((WIDTH as u32, (layout.bottom() + below + MARGIN) as u32))
    }

    fn draw<B: DrawingBackend>(&self, canvas: &Canvas<B>) -> Result<()> {
        let layout = Layout::of(self)?;
        let title = fitted(&self.title, LETTERS + 2.0, WIDTH - 2.0 * MARGIN)?;
        canvas.text(&title, (WIDTH / 2.0, MARGIN / 2.0 + TITLE / 2.0), LETTERS + 2.0, Anchor::Center)?;
        layout.bars(self, canvas)?;
        layout.axes(self, canvas)?;
        self.series.iter().try_for_each(|series| layout.series(series, canvas))?;
        layout.legend(self, canvas)
    }
}

impl Layout {
    fn of(lines: &Lines) -> Result<Self> {
        let bars = || lines.bars.iter().flat_map(|bars| &bars.bars);
        let points = |axis: usize| lines.series.iter().flat_map(|s| &s.points).map(move |point| point[axis]);
        let x = span(&lines.x, points(0).chain(bars().flat_map(|bar| [bar.from, bar.to])));
        let y = span(&lines.y, points(1));
        let named =
            |axis: &Axis, ends| if axis.ticks.is_empty() { ticks::round(ends) } else { axis.ticks.clone() };
        let (x_ticks, y_ticks) = (named(&lines.x, x), named(&lines.y, y));
        let heights = lines.bars.is_some().then(|| {
            let tallest = bars().map(|bar| bar.height).fold(0.0, f64::max);
            let [_, upper] = ticks::widened([0.0, if tallest > 0.0 { tallest } else { 1.0 }]);
            (upper, ticks::round([0.0, upper]))
        });
        let right = heights.as_ref().map_or(Ok(0.0), |(_, ticks)| widest(ticks))?;
        let above = if lines.title.is_empty() { 0.0 } else { TITLE };
        Ok(Self {
            left: MARGIN + widest(&y_ticks)? + 8.0,
            right: WIDTH - MARGIN - right - 8.0,
            top: MARGIN / 2.0 + above + ROW + 6.0,
            x,
            y,
            x_ticks,
            y_ticks,
            bars: heights,
            legend: entries(lines)?,
        })
    }

    fn bottom(&self) -> f64 {
        self.top + HEIGHT
    }

    fn across(&self, x: f64) -> f64 {
        self.left + part(x, self.x) * (self.right - self.left)
    }

    fn down(&self, y: f64) -> f64 {
        self.bottom() - part(y, self.y) * HEIGHT
    }

    fn bars<B: DrawingBackend>(&self, lines: &Lines, canvas: &Canvas<B>) -> Result<()> {
        let (Some(bars), Some((upper, ticks))) = (&lines.bars, &self.bars) else { return Ok(()) };
        let height = |value: f64| self.bottom() - value / upper * TALLEST * HEIGHT;
        for bar in &bars.bars {
            let (from, to) = (self.across(bar.from), self.across(bar.to));
            let gap = if to - from > 8.0 { 1.5 } else { 0.0 };
            canvas.bar((from + gap, height(bar.height)), (to - gap, self.bottom()), PALE.to_rgba())?;
        }
        let places: Vec<_> = ticks.iter().map(|tick| (height(tick.at), 1.2 * NUMBERS)).collect();
        for (tick, (y, _)) in ticks.iter().zip(&places).step_by(stride(&places)) {
            canvas.line(&[(self.right, *y), (self.right + 4.0, *y)], 1.0, GREY.mix(0.6))?;
            canvas.text(&tick.text, (self.right + 8.0, *y), NUMBERS, Anchor::Left)?;
        }
        let label = fitted(&bars.label, NUMBERS, WIDTH / 2.0 - 2.0 * MARGIN)?;
        canvas.text(&label, (WIDTH - MARGIN, self.top - ROW / 2.0 - 4.0), NUMBERS, Anchor::Right)
    }

    fn axes<B: DrawingBackend>(&self, lines: &Lines, canvas: &Canvas<B>) -> Result<()> {
        let (left, right, bottom) = (self.left, self.right, self.bottom());
        let rows: Vec<_> = self.y_ticks.iter().map(|tick| (self.down(tick.at), 1.2 * NUMBERS)).collect();
        for (tick, (y, _)) in self.y_ticks.iter().zip(&rows).step_by(stride(&rows)) {
            canvas.line(&[(left, *y), (right, *y)], 0.5, GREY.mix(0.35))?;
            canvas.text(&tick.text, (left - 8.0, *y), NUMBERS, Anchor::Right)?;
        }
        let columns = self
            .x_ticks
            .iter()
            .map(|tick| Ok((self.across(tick.at), canvas::width(&tick.text, NUMBERS)? + 10.0)));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        for (x, _) in &columns {
            canvas.line(&[(*x, bottom), (*x, bottom + 4.0)], 1.0, GREY.mix(0.6))?;
        }
        for (tick, (x, _)) in self.x_ticks.iter().zip(&columns).step_by(stride(&columns)) {
            // A text wider than the picture, or near its edge, is moved and cut to stay within.
            let text = fitted(&tick.text, NUMBERS, WIDTH - MARGIN)?;
            let half = canvas::width(&text, NUMBERS)? / 2.0 + MARGIN / 4.0;
            let x = x.clamp(half, (WIDTH - half).max(half));
            canvas.text(&text, (x, bottom + ROW / 2.0), NUMBERS, Anchor::Center)?;
        }
        canvas.line(&[(left, self.top), (left, bottom), (right, bottom)], 1.0, GREY.mix(0.8))?;
        let bars = lines.bars.is_some();
        let room = if bars { WIDTH / 2.0 } else { WIDTH - 2.0 * MARGIN };
        let label = fitted(&lines.y.label, NUMBERS, room)?;
        canvas.text(&label, (MARGIN, self.top - ROW / 2.0 - 4.0), NUMBERS, Anchor::Left)?;
        let label = fitted(&lines.x.label, NUMBERS, WIDTH - 2.0 * MARGIN)?;
        canvas.text(&label, (f64::midpoint(left, right), bottom + 1.5 * ROW - 2.0), NUMBERS, Anchor::Center)
    }

    fn series<B: DrawingBackend>(&self, series: &Series, canvas: &Canvas<B>) -> Result<()> {
        let places: Vec<_> = series.points.iter().map(|&[x, y]| (self.across(x), self.down(y))).collect();
        let mut from = 0;
        for to in (1..=places.len()).filter(|at| *at == places.len() || series.apart.contains(at)) {
            // A point alone is no line.
            if to - from > 1 {
                stroke(series, &places[from..to], canvas)?;
            }
            from = to;
        }
        let colour = COLOURS[series.colour % COLOURS.len()].to_rgba();
        for (at, &place) in places.iter().enumerate() {
            if series.rings.contains(&at) {
                ring(place, colour, canvas)?;
            } else if places.len() <= MARKED {
                mark(series.colour, place, colour, canvas)?;
            }
        }
        Ok(())
    }

    fn legend<B: DrawingBackend>(&self, lines: &Lines, canvas: &Canvas<B>) -> Result<()> {
        let mut y = self.bottom() + 2.5 * ROW;
        for row in &self.legend {
            let width: f64 = row.iter().map(|entry| entry.2).sum();
            let mut x = f64::midpoint(WIDTH - width, SPACE);
            for (number, name, width) in row {
                let (begin, end) = (x, x + SIGN - 8.0);
                if let Some(series) = lines.series.get(*number) {
                    stroke(series, &[(begin, y), (end, y)], canvas)?;
                    let colour = COLOURS[series.colour % COLOURS.len()].to_rgba();
                    if series.points.len() <= MARKED {
                        mark(series.colour, (f64::midpoint(begin, end), y), colour, canvas)?;
                    }
                } else if *number > lines.series.len() || lines.bars.is_none() {
                    ring((f64::midpoint(begin, end), y), GREY.to_rgba(), canvas)?;
                } else {
                    canvas.bar((begin + 6.0, y - 6.0), (end, y + 6.0), PALE.to_rgba())?;
                }
                canvas.text(name, (x + SIGN, y), LETTERS - 1.0, Anchor::Left)?;
                x += width;
            }
            y += ROW;
        }
        Ok(())
    }
}

/// The legend's entries in rows as long as fit.
fn entries(lines: &Lines) -> Result<Vec<Vec<(usize, String, f64)>>> {
    let room = WIDTH - 2.0 * MARGIN;
    let names =
        lines.series.iter().map(|series| &series.name).chain(lines.bars.iter().map(|bars| &bars.label));
    let names = names.chain(&lines.ring);
    let (mut rows, mut filled) = (vec![Vec::new()], 0.0);
    for (number, name) in names.enumerate() {
        let name = fitted(name, LETTERS - 1.0, room - SIGN)?;
        let width = canvas::width(&name, LETTERS - 1.0)? + SIGN + SPACE;
        // The space behind a row's last name may be cut.
        if filled > 0.0 && filled + width - SPACE > room {
            rows.push(Vec::new());
            filled = 0.0;
        }
        filled += width;
        if let Some(row) = rows.last_mut() {
            row.push((number, name, width));
        }
    }
    Ok(rows)
}

/// Draws a line, whole or dashed; a lone point has none.
fn stroke<B: DrawingBackend>(series: &Series, places: &[(f64, f64)], canvas: &Canvas<B>) -> Result<()> {
    const DASH: f64 = 7.0;
    const GAP: f64 = 4.0;
    let colour = COLOURS[series.colour % COLOURS.len()].to_rgba();
    if !series.dashed {
        return canvas.line(places, 2.0, colour);
    }
    // How far into a dash and its gap the line is, kept around corners.
    let mut done = 0.0;
    for pair in places.windows(2) {
        let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
        let length = (to_x - x).hypot(to_y - y);
        let at = |way: f64| (x + (to_x - x) * way / length, y + (to_y - y) * way / length);
        let mut way = 0.0;
        while way < length {
            let end = if done < DASH { way + DASH - done } else { way + DASH + GAP - done };
            let end = end.min(length);
            if done < DASH {
                canvas.line(&[at(way), at(end)], 2.0, colour)?;
            }
            done += end - way;
            // A rounding error must not leave a dash without a length.
            if done > DASH + GAP - 1e-6 {
                done = 0.0;
            } else if (done - DASH).abs() < 1e-6 {
                done = DASH;
            }
            way = end;
        }
    }
    Ok(())
}

/// The ends of an axis.
fn span(axis: &Axis, values: impl Iterator<Item = f64>) -> [f64; 2] {
    axis.range.unwrap_or_else(|| {
        let values = values.chain(axis.ticks.iter().map(|tick| tick.at));
        let ends = [f64::INFINITY, f64::NEG_INFINITY];
        ticks::widened(values.fold(ends, |[low, high], value| [low.min(value), high.max(value)]))
    })
}

/// Where a value is between the ends of an axis, from 0 to 1.
fn part(value: f64, [low, high]: [f64; 2]) -> f64 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

fn widest(ticks: &[Tick]) -> Result<f64> {
    let widths = ticks.iter().map(|tick| canvas::width(&tick.text, NUMBERS));
    widths.collect::<Result<Vec<_>>>().map(|widths| widths.into_iter().fold(0.0, f64::max))
}

/// The least `n` such that every `n`th text has room. Of each text `places` has the middle and the length.
fn stride(places: &[(f64, f64)]) -> usize {
    let apart = |stride: usize| {
        places
            .iter()
            .zip(places.iter().skip(stride))
            .step_by(stride)
            .all(|(a, b)| (a.0 - b.0).abs() >= f64::midpoint(a.1, b.1))
    };
    (1..places.len()).find(|&stride| apart(stride)).unwrap_or(places.len().max(1))
}

/// A text on one line, its end cut off where it takes more than `room`.
fn fitted(text: &str, size: f64, room: f64) -> Result<String> {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if canvas::width(&text, size)? <= room {
        return Ok(text);
    }
    let letters: Vec<char> = text.chars().collect();
    let cut = |count: usize| letters[..count].iter().collect::<String>() + "…";
    let (mut fits, mut too_many) = (0, letters.len());
    while too_many - fits > 1 {
        let middle = usize::midpoint(fits, too_many);
        if canvas::width(&cut(middle), size)? <= room { fits = middle } else { too_many = middle }
    }
    Ok(cut(fits))
}
