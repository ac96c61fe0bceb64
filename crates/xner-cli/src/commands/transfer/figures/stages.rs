//! Figure 3 of `TransAdv`: what each stage's model makes of words of both languages.

use std::fmt::Write;

use anyhow::{Context, Result};
use rayon::prelude::*;
use serde::Serialize;
use xner_corpus::{EntityType, Labelled, Sentence};
use xner_tagger::{Features, open_features};
use xner_train::Settings;
use xner_transfer::report::TransferReport;
use xner_transfer::transadv::{Method, TransAdvConfig, TransAdvCorpora, open_phase};

use super::super::super::word_plot::{Rows, Side, draw};
use super::Args;
use super::words::titled;
use crate::exit::bad_input;
use crate::progress::Progress;

/// A model, and how it mixes the words.
#[derive(Serialize)]
struct Stage {
    name: String,
    /// The share of words whose nearest, by cosine, is of the other language.
    nearest_of_other_language: f64,
    /// The share of words whose nearest has the same label.
    nearest_of_same_label: f64,
}

pub(super) fn run(args: &Args, report: &TransferReport) -> Result<()> {
    let spinner = Progress::spinner("reading, and making the sets");
    let context = || format!("{}: no figures", args.config.display());
    let config = of_run(args, report)?;
    let corpora = TransAdvCorpora::read(&config, Method::TransAdv).with_context(context)?;
    drop(spinner);
    let labelled = [&corpora.target_dev, &corpora.target_test].into_iter().find(|corpus| !corpus.is_empty());
    let Some(labelled) = labelled else {
        let message =
            "neither `target.dev` nor `target.test` is given, expected labelled sentences for the figure";
        return Err(bad_input(format!("{}: {message}", args.config.display())));
    };
    let words = [Words::of(&corpora.train, args.words), Words::of(labelled, args.words)];

    let cache = args.cache.clone().unwrap_or_else(|| args.run.join("phases"));
    let mut rows: Vec<Rows> = Vec::new();
    let spinner = Progress::spinner("reading words");
    let mut stage = |name: &str, tagger: &dyn Features| -> Result<()> {
        let states: Vec<Vec<f32>> =
            words[0].states(tagger)?.into_iter().chain(words[1].states(tagger)?).collect();
        let dim = states.first().map_or(0, Vec::len);
        rows.push(Rows::unit(&titled(rows.len(), name), states.iter().map(Vec::as_slice), dim));
        Ok(())
    };
    stage("pretrained", open_phase(&config, &corpora, None, &args.device)?.as_ref())?;
    for phase in &report.phases {
        let folder = cache.join(&phase.folder);
        if !folder.exists() {
            let message = "is not there: --cache names the folder of the phases that the run was given";
            return Err(bad_input(format!("{}: {message}", folder.display())));
        }
        let tagger = open_phase(&config, &corpora, Some(&folder), &args.device);
        stage(&phase.name, tagger.with_context(context)?.as_ref())?;
    }
    stage("student", open_features(&args.run, &args.device)?.as_ref())?;
    drop(spinner);

    let spinner = Progress::spinner("t-SNE");
    let sides = [(&report.source, &words[0]), (&report.target, &words[1])]
        .map(|(name, words)| Side { name, kinds: words.chosen.iter().map(|word| word.2.clone()).collect() });
    let [source, target] = &sides;
    let kinds: Vec<&EntityType> = source.kinds.iter().chain(&target.kinds).collect();
    let panels = rows.iter().map(|rows| Stage::of(rows, &kinds, source.kinds.len())).collect();
    let drawn = draw(&args.figure("stages")?, [source, target], &rows, &args.tsne(), panels)?;
    drop(spinner);
    if args.json {
        return super::super::super::print_json(&drawn);
    }
    let mut text = format!("{}\n{}", drawn.picture, drawn.words(source.name, target.name));
    for Stage { name, nearest_of_other_language, nearest_of_same_label } in &drawn.panels {
        let [other, same] = [nearest_of_other_language, nearest_of_same_label].map(|share| 100.0 * share);
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{name}: nearest word of the other language {other:.1} %, of the same label {same:.1} %"
        );
    }
    super::super::super::print(&text)
}

/// The config, with what a run may have been given in its place: seed, ablation, the choice of weights and the row's
/// name.
fn of_run(args: &Args, report: &TransferReport) -> Result<TransAdvConfig> {
    let file = args.config.display();
    let run: TransAdvConfig = serde_json::from_value(report.config.clone())
        .with_context(|| format!("{}: its report has no such config", args.run.display()))?;
    let own = TransAdvConfig::read_with(&args.config, &args.set)?;
    let config = TransAdvConfig {
        seed: run.seed,
        ablation: run.ablation,
        select: run.select,
        row: run.row.clone(),
        ..own
    };
    if config.without_paths() != run {
        let message = "the run was made with other settings than these; figures need the same";
        return Err(bad_input(format!("{file}: {message}")));
    }
    Ok(config)
}

/// Words where they stand.
struct Words {
    sentences: Vec<Sentence>,
    /// The sentence's number, the word's, and its label.
    chosen: Vec<(usize, usize, EntityType)>,
}

impl Words {
    /// `count` words, half of them inside entities, each half spread evenly over the corpus.
    fn of(corpus: &[Labelled], count: usize) -> Self {
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        for (at, Labelled { sentence, entities }) in corpus.iter().enumerate() {
            let mut labels = vec![None; sentence.len()];
            for entity in entities {
                labels[entity.tokens.clone()].fill(Some(&entity.kind));
            }
            for (word, label) in labels.into_iter().enumerate() {
                match label {
                    Some(kind) => inside.push((at, word, kind.clone())),
                    None => outside.push((at, word, EntityType::new("O"))),
                }
            }
        }
        let mut chosen = [spread(inside, count / 2), spread(outside, count - count / 2)].concat();
        chosen.sort_unstable_by_key(|&(at, word, _)| (at, word));
        // Sentences without a word of those are not read.
        let mut sentences: Vec<Sentence> = Vec::new();
        let mut last = None;
        for (at, ..) in &mut chosen {
            if last != Some(*at) {
                last = Some(*at);
                sentences.push(corpus[*at].sentence.clone());
            }
            *at = sentences.len() - 1;
        }
        Self { sentences, chosen }
    }

    /// The states of the words.
    fn states(&self, tagger: &dyn Features) -> Result<Vec<Vec<f32>>> {
        let all = tagger.common(&self.sentences)?;
        let state = |(at, word, _): &(usize, usize, EntityType)| {
            let dim = all[*at].len() / self.sentences[*at].len();
            all[*at][word * dim..][..dim].to_vec()
        };
        Ok(self.chosen.iter().map(state).collect())
    }
}

/// `count` of them, as evenly as it goes; all where there are not so many.
fn spread<T: Clone>(all: Vec<T>, count: usize) -> Vec<T> {
    if all.len() <= count {
        return all;
    }
    (0..count).map(|at| all[at * all.len() / count].clone()).collect()
}

impl Stage {
    fn of(rows: &Rows, kinds: &[&EntityType], first: usize) -> Self {
        let row = |at: usize| &rows.values[at * rows.dim..][..rows.dim];
        let cosine = |a: usize, b: usize| -> f32 { row(a).iter().zip(row(b)).map(|(x, y)| x * y).sum() };
        let nearest = |at: usize| {
            let others =
                (0..kinds.len()).filter(|&other| other != at).map(|other| (cosine(at, other), other));
            others.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))).map(|(_, other)| (at, other))
        };
        let pairs: Vec<(usize, usize)> = (0..kinds.len()).into_par_iter().filter_map(nearest).collect();
        let share = |holds: &dyn Fn(&(usize, usize)) -> bool| {
            pairs.iter().filter(|pair| holds(pair)).count() as f64 / pairs.len().max(1) as f64
        };
        Self {
            name: rows.title.clone(),
            nearest_of_other_language: share(&|&(a, b)| (a < first) != (b < first)),
            nearest_of_same_label: share(&|&(a, b)| kinds[a] == kinds[b]),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn words_are_half_of_entities_and_keep_their_sentences() {
        let labelled = |words: &[&str], tags: &[&str]| {
            let tags: Vec<_> = tags.iter().map(|tag| tag.parse().unwrap()).collect();
            Labelled::from_tags(Sentence::from_tokens(words.iter().copied()), &tags)
        };
        let corpus = [
            labelled(&["a", "b"], &["O", "O"]),
            labelled(&["Ada", "ran"], &["B-PER", "O"]),
            labelled(&["Otto", "in", "Rome"], &["B-PER", "O", "B-LOC"]),
        ];
        let words = Words::of(&corpus, 4);
        let of = |(at, word, kind): &(usize, usize, EntityType)| {
            format!("{} {kind}", words.sentences[*at].tokens().nth(*word).unwrap())
        };
        assert_eq!(words.chosen.iter().map(of).collect::<Vec<_>>(), ["a O", "Ada PER", "ran O", "Otto PER"]);
        assert_eq!(Words::of(&corpus, 100).chosen.len(), 7);
    }

    #[test]
    fn the_nearest_words_language_and_label_are_counted() {
        let values = vec![1.0, 0.0, 0.0, 1.0, 0.96, 0.28, 0.28, 0.96];
        let rows = Rows { title: "one".to_owned(), values, dim: 2 };
        let (per, o) = (EntityType::new("PER"), EntityType::new("O"));
        let stage = Stage::of(&rows, &[&per, &o, &per, &per], 2);
        assert_eq!((stage.nearest_of_other_language, stage.nearest_of_same_label), (1.0, 0.5));
    }
}
