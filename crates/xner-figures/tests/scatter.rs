//! Scatter plots and t-SNE.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xner_figures::{Error, Panel, Point, Scatter, Tsne, tsne};

const DIM: usize = 10;

/// Points about three far places, `each` about each, one after another.
fn clusters(each: usize) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut of = |centre: usize| -> Vec<f32> {
        (0..DIM).map(|at| random.random::<f32>() + if at == centre { 8.0 } else { 0.0 }).collect()
    };
    (0..3 * each).flat_map(|at| of(at / each)).collect()
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[test]
fn near_vectors_are_near_in_the_plane() {
    let places = tsne(&clusters(50), DIM, &Tsne::default()).unwrap();
    assert_eq!(places.len(), 150);
    for (at, &place) in places.iter().enumerate() {
        let others = (0..places.len()).filter(|&other| other != at);
        let nearest = others
            .min_by(|&a, &b| distance(place, places[a]).total_cmp(&distance(place, places[b])))
            .unwrap();
        assert_eq!(nearest / 50, at / 50, "point {at}");
    }
}

#[test]
fn a_seed_gives_the_same_places_on_any_number_of_threads() {
    let vectors = clusters(250);
    let settings = Tsne { epochs: 300, ..Tsne::default() };
    let run = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| tsne(&vectors, DIM, &Tsne { seed, ..settings })).unwrap()
    };
    let one = run(1, 1);
    assert_eq!(one, run(4, 1));
    assert_eq!(one, run(2, 1));
    assert_ne!(one, run(1, 2));
}

#[test]
fn what_cannot_be_laid_out_is_refused() {
    let refused = |vectors: &[f32], dim, settings: &Tsne, part: &str| {
        let Err(Error::Input { message }) = tsne(vectors, dim, settings) else { panic!("{part}") };
        assert!(message.contains(part), "{message}");
    };
    let fine = Tsne::default();
    refused(&[1.0; 7], 2, &fine, "7 numbers are no vectors of 2");
    refused(&[1.0; 8], 0, &fine, "no vectors of 0");
    refused(&[1.0; 8], 2, &fine, "4 points, t-SNE needs at least 5");
    let mut vectors = [1.0; 20];
    vectors[7] = f32::NAN;
    refused(&vectors, 2, &fine, "point 4 has a number that is not finite");
    refused(&[1.0; 20], 2, &Tsne { perplexity: 0.5, ..fine }, "perplexity of 0.5");
    // Few points, and points in one place, are no fault.
    for points in 5..9 {
        let places = tsne(&vec![1.0; 2 * points], 2, &fine).unwrap();
        assert!(places.iter().flatten().all(|value| value.is_finite()), "{places:?}");
    }
}

fn plot() -> Scatter {
    let point = |x: f32, y: f32, label, group| Point { at: [x, y], label, group };
    let points = vec![point(0.0, 0.0, 0, 0), point(1.0, 1.0, 1, 1), point(2.0, 0.5, 2, 0)];
    Scatter {
        labels: ["PER", "LOC", "<ORG>"].map(str::to_owned).into(),
        groups: ["English", "Español"].map(str::to_owned).into(),
        panels: vec![
            Panel { title: "(a) before".to_owned(), points },
            Panel { title: "(b) one place".to_owned(), points: vec![point(3.0, 3.0, 0, 1); 2] },
        ],
    }
}

#[test]
fn a_plot_is_drawn_as_svg() {
    let svg = plot().to_svg().unwrap();
    assert_eq!(svg, plot().to_svg().unwrap());
    assert!(
        svg.starts_with("<svg width=\"1260\" height=\"700\" viewBox=\"0 0 5040 2800\""),
        "{}",
        &svg[..90]
    );
    // Two discs for the points of English, one in the legend.
    assert_eq!(svg.matches("<circle").count(), 3);
    for text in ["(a) before", "(b) one place", "PER", "LOC", "&lt;ORG&gt;", "English", "Español"] {
        assert!(svg.contains(&format!("\n{text}\n")), "{text}: {svg}");
    }
}

#[test]
fn a_plot_is_drawn_as_png() {
    let file = plot().to_png().unwrap();
    assert_eq!(file, plot().to_png().unwrap());
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height, info.color_type), (2520, 1400, png::ColorType::Rgb));
    // The first label's colour is there, and letters: dark grey in the band of the titles.
    let near = |pixel: &[u8], colour: [u8; 3]| pixel.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 12);
    assert!(pixels.chunks_exact(3).any(|pixel| near(pixel, [0, 114, 178])));
    let titles = &pixels[3 * 2520 * 30..3 * 2520 * 80];
    let dark = titles.chunks_exact(3).filter(|pixel| near(pixel, [40, 40, 40])).count();
    assert!(dark > 200, "{dark}");
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let refused = |change: fn(&mut Scatter), part: &str| {
        let mut plot = plot();
        change(&mut plot);
        for fault in [plot.to_svg().unwrap_err(), plot.to_png().unwrap_err()] {
            assert!(fault.to_string().contains(part), "{fault}");
        }
    };
    refused(|plot| plot.panels.clear(), "without a panel");
    refused(|plot| plot.panels[0].points[1].at[0] = f32::NAN, "(a) before: the place of point 2");
    refused(|plot| plot.panels[0].points[2].label = 3, "point 3 has label 3 and group 0, of 3 labels");
    refused(|plot| plot.groups.truncate(1), "of 3 labels and 1 groups");
}
