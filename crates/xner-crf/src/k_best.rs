//! The `k` best paths.

use crate::error::{Error, Result};
use crate::tables::Tables;
use crate::{Emissions, Path, buffer::padded};

/// One of the best ways to a tag of a step.
#[derive(Debug, Clone, Copy)]
struct Way {
    score: f64,
    /// The tag before, and which of the ways to it.
    from: u16,
    rank: u32,
}

/// Paths by falling score; equal scores by the tags, compared from the last token back, smaller first.
///
/// Every step keeps the `k` best ways to each tag. They are merged from the ways to the tags before,
/// which are in order already, so a tag's next candidate is always the best of the heads.
pub(crate) fn k_best(tables: &Tables, emissions: &Emissions<'_>, k: usize) -> Result<Vec<Path>> {
    let (tags, len) = (emissions.tags(), emissions.len());
    let width = padded(tags);
    let mut steps: Vec<Vec<Vec<Way>>> = Vec::with_capacity(len);
    for step in 0..len {
        let emission = emissions.step(step);
        let ways = (0..tags).map(|to| match steps.last() {
            None => {
                let score = tables.start[to] + f64::from(emission[to]);
                let open = score > f64::NEG_INFINITY;
                Vec::from_iter(open.then_some(Way { score, from: 0, rank: 0 }))
            }
            Some(before) => {
                let mut ways = merge(before, &tables.transposed[to * width..][..tags], k);
                for way in &mut ways {
                    way.score += f64::from(emission[to]);
                }
                ways
            }
        });
        let ways = ways.collect();
        steps.push(ways);
    }
    let ends = merge(steps.last().map_or(&[], Vec::as_slice), &tables.end[..tags], k);
    if ends.is_empty() && k > 0 {
        return Err(Error::Unsatisfiable { sentence: 0, len });
    }
    Ok(ends.into_iter().map(|end| walk_back(&steps, end)).collect())
}

/// The `k` best of all ways to the tags `before`, each with what its tag adds.
fn merge(before: &[Vec<Way>], added: &[f64], k: usize) -> Vec<Way> {
    let mut heads = vec![0; before.len()];
    let mut merged = Vec::new();
    while merged.len() < k {
        let mut best: Option<Way> = None;
        for (from, ways) in before.iter().enumerate() {
            let Some(way) = ways.get(heads[from]) else { continue };
            let score = way.score + added[from];
            if score > best.map_or(f64::NEG_INFINITY, |best| best.score) {
                best = Some(Way { score, from: from as u16, rank: heads[from] as u32 });
            }
        }
        let Some(best) = best else { break };
        heads[usize::from(best.from)] += 1;
        merged.push(best);
    }
    merged
}

fn walk_back(steps: &[Vec<Vec<Way>>], end: Way) -> Path {
    let mut tags = vec![0; steps.len()];
    let mut way = end;
    for (tag, ways) in tags.iter_mut().zip(steps).rev() {
        *tag = way.from;
        way = ways[usize::from(way.from)][way.rank as usize];
    }
    Path { tags, score: end.score }
}
