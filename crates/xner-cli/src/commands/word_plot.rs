//! Labelled words of two languages as a picture: a t-SNE of what stands for them, in panels side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use rayon::prelude::*;
use serde::Serialize;
use xner_corpus::EntityType;
use xner_figures::{Panel, Point, Scatter, Tsne, tsne};

use crate::picture::Picture;

/// What stands for each word, the source's words first.
pub(super) struct Rows {
    /// What stands above the panel.
    pub(super) title: String,
    /// `[words, dim]`, row by row.
    pub(super) values: Vec<f32>,
    pub(super) dim: usize,
}

impl Rows {
    /// Of vectors that are scaled to length 1.
    pub(super) fn unit<'a>(title: &str, rows: impl Iterator<Item = &'a [f32]>, dim: usize) -> Self {
        Self { title: title.to_owned(), values: rows.flat_map(unit).collect(), dim }
    }
}

/// Words of a language.
pub(super) struct Side<'a> {
    /// What the legend calls it.
    pub(super) name: &'a str,
    /// The type of each word.
    pub(super) kinds: Vec<EntityType>,
}

impl Side<'_> {
    /// How many words there are of each type.
    fn count(&self) -> BTreeMap<EntityType, usize> {
        let mut counts = BTreeMap::new();
        for kind in &self.kinds {
            *counts.entry(kind.clone()).or_default() += 1;
        }
        counts
    }
}

/// What was drawn: words of each language by type.
#[derive(Serialize)]
pub(super) struct Drawn<P = String> {
    #[serde(flatten)]
    pub(super) picture: Picture,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) panels: Vec<P>,
    source: BTreeMap<EntityType, usize>,
    target: BTreeMap<EntityType, usize>,
}

impl<P> Drawn<P> {
    /// A line on each language's words.
    pub(super) fn words(&self, source: &str, target: &str) -> String {
        told(source, &self.source) + &told(target, &self.target)
    }
}

/// A line on a language's words.
fn told(name: &str, counts: &BTreeMap<EntityType, usize>) -> String {
    let types: Vec<String> = counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    format!("{name}: {} words ({})\n", counts.values().sum::<usize>(), types.join(", "))
}

/// Writes the picture, a panel for each of `rows`: colours tell types, marks languages. `panels` are told of.
pub(super) fn draw<P>(
    figure: &Path,
    [source, target]: [&Side<'_>; 2],
    rows: &[Rows],
    settings: &Tsne,
    panels: Vec<P>,
) -> Result<Drawn<P>> {
    let kinds: Vec<&EntityType> = source.kinds.iter().chain(&target.kinds).collect();
    let types: Vec<&EntityType> = kinds.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let label = |kind: &EntityType| types.iter().position(|known| *known == kind).unwrap_or_default();
    let first = source.kinds.len();
    let panel = |rows: &Rows| -> xner_figures::Result<Panel> {
        let places = tsne(&rows.values, rows.dim, settings)?;
        let point =
            |(at, place)| Point { at: place, label: label(kinds[at]), group: usize::from(at >= first) };
        // Seen from the side of neither language: the points lie on one another in turn.
        let mut points: Vec<(usize, Point)> =
            places.into_iter().enumerate().map(|p| (p.0, point(p))).collect();
        points.sort_by_key(|(at, _)| if *at < first { 2 * at } else { 2 * (at - first) + 1 });
        Ok(Panel { title: rows.title.clone(), points: points.into_iter().map(|(_, point)| point).collect() })
    };
    let plot = Scatter {
        labels: types.iter().map(|kind| kind.as_str().to_owned()).collect(),
        groups: vec![source.name.to_owned(), target.name.to_owned()],
        panels: rows.par_iter().map(panel).collect::<xner_figures::Result<_>>()?,
    };
    let picture = Picture::write(figure, &plot.to_svg()?, &plot.to_png()?)?;
    Ok(Drawn { picture, panels, source: source.count(), target: target.count() })
}

fn unit(row: &[f32]) -> impl Iterator<Item = f32> + '_ {
    let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
    let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
    row.iter().map(move |x| x * scale)
}
