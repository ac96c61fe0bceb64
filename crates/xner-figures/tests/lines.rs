//! Line charts.
#![allow(clippy::float_cmp, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::ops::Range;

use xner_eval::{ByLength, LengthTable, Lengths, Mode};
use xner_figures::{Axis, Bar, Bars, Lines, Series, Tick, length_lines};

fn series(name: &str, colour: usize, points: &[[f64; 2]]) -> Series {
    Series { name: name.to_owned(), points: points.to_vec(), colour, ..Series::default() }
}

fn chart() -> Lines {
    let bar = |at: f64, height: f64| Bar { from: at, to: at + 1.0, height };
    Lines {
        title: "Learning <curve>".to_owned(),
        x: Axis { label: "epoch".to_owned(), ..Axis::default() },
        y: Axis { label: "F1".to_owned(), range: Some([50.0, 100.0]), ..Axis::default() },
        series: vec![
            series("Español", 0, &[[0.0, 50.0], [2.0, 75.0], [4.0, 100.0]]),
            Series { dashed: true, ..series("Deutsch", 1, &[[0.0, 60.0], [4.0, 90.0]]) },
        ],
        bars: Some(Bars { label: "words".to_owned(), bars: vec![bar(0.0, 0.0), bar(1.0, 1500.0)] }),
        ring: None,
    }
}

/// An attribute of an element.
fn attribute<'a>(element: &'a str, name: &str) -> &'a str {
    let (_, rest) = element.split_once(&format!(" {name}=\"")).unwrap();
    rest.split_once('"').unwrap().0
}

/// The start tags of the elements of this name, each with the text behind it.
fn elements<'a>(svg: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let begin = format!("<{name} ");
    let all = svg.split('<').skip(1).filter(|element| element.starts_with(&begin[1..]));
    all.map(|element| element.split_once('>').unwrap()).collect()
}

type Box = (Range<f64>, Range<f64>);

/// The boxes of an SVG's texts in units of the picture, all letters of average width.
fn texts(svg: &str) -> Vec<(String, Box)> {
    let number = |element: &str, name: &str| attribute(element, name).parse::<f64>().unwrap() / 4.0;
    let texts = elements(svg, "text").into_iter().map(|(element, text)| {
        let text = text.trim_matches('\n').to_owned();
        let (x, y, size) = (number(element, "x"), number(element, "y"), number(element, "font-size"));
        let width = 0.55 * size * text.chars().count() as f64;
        let left = match attribute(element, "text-anchor") {
            "start" => x,
            "end" => x - width,
            _ => x - width / 2.0,
        };
        (text, (left..left + width, y - 0.4 * size..y + 0.4 * size))
    });
    texts.collect()
}

/// No two texts overlap, and all that is drawn lies within the picture.
fn is_legible(lines: &Lines) -> String {
    let svg = lines.to_svg().unwrap();
    let (root, _) = elements(&svg, "svg")[0];
    let [width, height] = ["width", "height"].map(|side| attribute(root, side).parse::<f64>().unwrap());
    let texts = texts(&svg);
    let meet = |a: &Range<f64>, b: &Range<f64>| a.start < b.end && b.start < a.end;
    for (at, (text, (across, down))) in texts.iter().enumerate() {
        let inside =
            across.start > -1.0 && across.end < width + 1.0 && down.start >= 0.0 && down.end <= height;
        assert!(inside, "{text:?} at {across:?} {down:?}, in {width} x {height}");
        for (other, place) in &texts[at + 1..] {
            assert!(!(meet(across, &place.0) && meet(down, &place.1)), "{text:?} and {other:?} overlap");
        }
    }
    for (element, _) in elements(&svg, "polyline") {
        for point in attribute(element, "points").split_whitespace() {
            let (x, y) = point.split_once(',').unwrap();
            let (x, y) = (x.parse::<f64>().unwrap() / 4.0, y.parse::<f64>().unwrap() / 4.0);
            assert!((0.0..=width).contains(&x) && (0.0..=height).contains(&y), "{x} {y}");
        }
    }
    svg
}

#[test]
fn a_chart_is_drawn_as_svg() {
    let svg = is_legible(&chart());
    assert_eq!(svg, chart().to_svg().unwrap());
    let words = ["Learning &lt;curve&gt;", "epoch", "F1", "Español", "Deutsch", "words"];
    let numbers =
        ["0", "1", "2", "3", "4", "50", "60", "70", "80", "90", "100", "400", "800", "1,200", "1,600"];
    let drawn: Vec<String> = texts(&svg).into_iter().map(|(text, _)| text).collect();
    for text in words.iter().chain(&numbers) {
        assert!(drawn.iter().any(|drawn| drawn == text), "{text}: {drawn:?}");
    }
    // Blue is the first series: from the corner of the axes through the middle to the other corner.
    let blue: Vec<_> = elements(&svg, "polyline")
        .into_iter()
        .filter(|(element, _)| attribute(element, "stroke") == "#0072B2")
        .map(|(element, _)| attribute(element, "points"))
        .collect();
    let points: Vec<Vec<f64>> = blue[0]
        .split_whitespace()
        .map(|point| point.split(',').map(|x| x.parse().unwrap()).collect())
        .collect();
    assert_eq!(points.len(), 3, "{blue:?}");
    for axis in [0, 1] {
        assert!((points[0][axis] + points[2][axis] - 2.0 * points[1][axis]).abs() <= 1.0, "{points:?}");
    }
    assert!(points[0][0] < points[2][0] && points[0][1] > points[2][1], "{points:?}");
    assert_eq!((points[0][1] - points[2][1]) / 4.0, 320.0);
    // Three discs and one in the legend; the second series has triangles, and dashes between them.
    assert_eq!(svg.matches("<circle").count(), 4);
    let orange = elements(&svg, "polyline");
    let orange = orange.iter().filter(|(element, _)| attribute(element, "stroke") == "#D55E00");
    assert!(orange.count() > 40);
}

#[test]
fn a_chart_is_drawn_as_png() {
    let file = chart().to_png().unwrap();
    assert_eq!(file, chart().to_png().unwrap());
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let svg = chart().to_svg().unwrap();
    let (root, _) = elements(&svg, "svg")[0];
    let side = |name: &str| 2 * attribute(root, name).parse::<u32>().unwrap();
    assert_eq!((info.width, info.height), (side("width"), side("height")));
    let near = |pixel: &[u8], colour: [u8; 3]| pixel.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 12);
    let count = |colour: [u8; 3]| pixels.chunks_exact(3).filter(|pixel| near(pixel, colour)).count();
    // Both lines, the bar, and letters.
    let counts = [[0, 114, 178], [213, 94, 0], [223, 227, 233], [40, 40, 40]].map(count);
    assert!(counts.iter().all(|&count| count > 800), "{counts:?}");
}

#[test]
fn extremes_are_legible() {
    let plain = |all: Vec<Series>| Lines { series: all, ..Lines::default() };
    let of = |points: &[[f64; 2]]| plain(vec![series("a", 0, points)]);
    is_legible(&of(&[[0.0, 0.0]]));
    is_legible(&of(&[[7.0, -3.5]; 3]));
    is_legible(&of(&[[-1e300, -1e300], [1e300, 1e300]]));
    is_legible(&of(&[[0.0, 1e-300], [1e-300, 0.0]]));
    is_legible(&of(&[[1e12, 99_999_999.0], [1e12 + 5e3, 100_000_001.0]]));
    let many: Vec<[f64; 2]> = (0..2000).map(|at| [f64::from(at), f64::from(at * at % 97) / 97.0]).collect();
    is_legible(&of(&many));
    is_legible(&plain(vec![Series { dashed: true, ..series("a", 0, &many) }]));

    // Long texts are cut, and many ticks and series are still told apart.
    let long = "a long name ".repeat(30);
    let ticks =
        (0..60).map(|at| Tick { at: f64::from(at), text: format!("{at} {}", "w".repeat(at as usize)) });
    let bars =
        (0..60).map(|at| Bar { from: f64::from(at), to: f64::from(at + 1), height: 1e9 * f64::from(at) });
    is_legible(&Lines {
        title: format!("{long}\n{long}"),
        x: Axis { label: long.clone(), range: None, ticks: ticks.collect() },
        y: Axis { label: long.clone(), ..Axis::default() },
        series: (0..40).map(|at| series(&long[..3 * at], at, &[[at as f64, -1e6], [2.0, 1e6]])).collect(),
        bars: Some(Bars { label: long.clone(), bars: bars.collect() }),
        ring: Some(long),
    });
    let none = Some(Bars { label: "none".to_owned(), bars: Vec::new() });
    is_legible(&Lines { bars: none, ..chart() });
    let flat = vec![Bar { from: 1.0, to: 1.0, height: 0.0 }];
    is_legible(&Lines { bars: Some(Bars { label: String::new(), bars: flat }), ..chart() });
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let refused = |change: fn(&mut Lines), part: &str| {
        let mut chart = chart();
        change(&mut chart);
        for fault in [chart.to_svg().unwrap_err(), chart.to_png().unwrap_err()] {
            assert!(fault.to_string().contains(part), "{fault}");
        }
    };
    refused(|chart| chart.series.clear(), "without a series");
    refused(|chart| chart.series[1].points.clear(), "series Deutsch has no point");
    refused(|chart| chart.series[0].points[1][1] = f64::NAN, "Español: point 2: y is NaN");
    refused(|chart| chart.series[0].points[1][0] = f64::INFINITY, "Español: point 2: x is inf");
    refused(|chart| chart.series[0].points[2][1] = 100.5, "point 3: y is 100.5, expected 50 to 100");
    refused(|chart| chart.y.range = Some([100.0, 50.0]), "the y axis goes from 100 to 50");
    refused(|chart| chart.y.range = Some([-f64::MAX, f64::MAX]), "the y axis goes from");
    refused(|chart| chart.x.ticks = vec![Tick { at: f64::NAN, text: "t".into() }], "tick 1 (t): x is NaN");
    refused(|chart| chart.x.ticks = vec![Tick::default(); 2], "tick 2 of the x axis is not behind");
    refused(|chart| chart.bars.as_mut().unwrap().bars[1].height = -1.0, "bar 2: a height of -1");
    refused(|chart| chart.bars.as_mut().unwrap().bars[0].to = -1.0, "bar 1: from 0 to -1");
    refused(|chart| chart.bars.as_mut().unwrap().bars[0].from = f64::NAN, "bar 1: left edge is NaN");
}

fn table(longest: usize, wrong: usize, lengths: Lengths) -> LengthTable {
    let mut by_length = ByLength::new(Mode::Conll, lengths).unwrap();
    for length in 1..=longest {
        let gold: Vec<_> = (0..length).map(|at| if at % 3 == 0 { "B-PER" } else { "O" }).collect();
        let predicted: Vec<_> =
            (0..length).map(|at| if at % wrong == 6 { "B-LOC" } else { gold[at] }).collect();
        by_length.add(&gold, &predicted).unwrap();
    }
    by_length.finish()
}

#[test]
fn tables_of_lengths_are_drawn() {
    let (first, second) = (table(150, 7, Lengths::default()), table(150, 9, Lengths::default()));
    let lines = length_lines("one", &[("", &first)]).unwrap();
    let names = |lines: &Lines| lines.series.iter().map(|series| series.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&lines), ["all words", "words in entities", "entity F1"]);
    for (series, value) in lines.series.iter().zip([
        first.bins[9].share.unwrap(),
        first.bins[9].entity_share.unwrap(),
        first.bins[9].score.f1,
    ]) {
        assert_eq!(series.points[9], [9.0, 100.0 * value]);
    }
    let heights: Vec<f64> = lines.bars.as_ref().unwrap().bars.iter().map(|bar| bar.height).collect();
    assert_eq!(heights[0], 55.0);
    assert_eq!(heights.iter().sum::<f64>(), first.all.words as f64);
    let svg = is_legible(&lines);
    for text in ["1-10", "81-90", "91+", "number of words"] {
        assert!(svg.contains(&format!("\n{text}\n")), "{text}");
    }

    let both = length_lines("two", &[("A", &first), ("B", &second)]).unwrap();
    assert_eq!(both.series.len(), 6);
    assert_eq!(names(&both)[4], "B: words in entities");
    assert!(both.series[4].dashed && both.series[4].colour == both.series[1].colour && both.bars.is_some());
    is_legible(&both);

    // Other corpora have other words: no bars. All lines of three have colours of their own.
    let short = table(35, 8, Lengths::default());
    let three = length_lines("", &[("A", &first), ("B", &second), ("C", &short)]).unwrap();
    assert!(three.bars.is_none());
    assert!((0..9).all(|at| three.series[at].colour == at && !three.series[at].dashed));
    assert_eq!(three.series[6].points.len(), 4);
    is_legible(&three);

    // Bins without a word or an entity have no point.
    let mut gaps = ByLength::new(Mode::Conll, Lengths { width: 1, bins: 4 }).unwrap();
    gaps.add(&["O"], &["O"]).unwrap();
    gaps.add(&["B-PER", "O", "O"], &["B-PER", "O", "O"]).unwrap();
    let lines = length_lines("", &[("", &gaps.finish())]).unwrap();
    assert_eq!(lines.series[0].points, [[0.0, 100.0], [2.0, 100.0]]);
    assert_eq!(lines.series[2].points, [[2.0, 100.0]]);
    // Nothing is joined over the empty bin; few sentences are rings, which the legend explains.
    assert_eq!((&lines.series[0].apart, &lines.series[0].rings), (&vec![1], &vec![0, 1]));
    let svg = is_legible(&lines);
    assert!(svg.contains("\nfewer than 30 sentences\n"), "{svg}");
    let lined = |lines: &Lines| {
        let svg = lines.to_svg().unwrap();
        let blue = |element: &str| {
            attribute(element, "stroke") == "#0072B2" && attribute(element, "points").contains(' ')
        };
        elements(&svg, "polyline").into_iter().filter(|(element, _)| blue(element)).count()
    };
    let mut joined = lines.clone();
    joined.series[0].apart.clear();
    assert_eq!(lined(&joined), lined(&lines) + 1);
    let many = table(80, 7, Lengths { width: 40, bins: 2 });
    assert_eq!(length_lines("", &[("", &many)]).unwrap().ring, None);

    let none = ByLength::new(Mode::Conll, Lengths::default()).unwrap().finish();
    let other = table(35, 8, Lengths { width: 5, bins: 10 });
    assert!(length_lines("", &[]).unwrap_err().to_string().contains("no table"));
    assert!(length_lines("", &[("", &none)]).unwrap_err().to_string().contains("no sentences"));
    let unlike = length_lines("", &[("A", &first), ("B", &other)]).unwrap_err().to_string();
    assert!(unlike.contains("B: bin 1-5 where another has 1-10"), "{unlike}");
}
