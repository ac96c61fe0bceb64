//! Figure 3: labelled words of both languages, by their vectors and by what the common encoder makes of them.

use std::collections::HashSet;

use anyhow::Result;
use xner_corpus::{EntityType, Labelled, Sentence};
use xner_embed::Vectors;
use xner_tagger::{Features, open_features, open_source};
use xner_transfer::zero_resource::Words;

use super::super::super::entity_words::EntityWords;
use super::super::super::word_plot::{Drawn, Rows, Side, draw};
use super::Run;
use crate::exit::bad_input;
use crate::progress::Progress;

/// A word where it stands.
struct Word<'a> {
    kind: EntityType,
    sentence: &'a Sentence,
    token: usize,
    vectors: Option<Pair<'a>>,
}

/// A word's own vector, and that which the taggers read.
#[derive(Clone, Copy)]
struct Pair<'a> {
    own: &'a [f32],
    read: &'a [f32],
}

impl Run<'_> {
    /// Draws the words.
    pub(super) fn words(&self) -> Result<Drawn> {
        let _spinner = Progress::spinner("t-SNE");
        let (data, space) = (self.data, self.space);
        let both = data.source.vectors.as_ref().zip(space.source.as_ref());
        let source = self.choose([&data.source.dev, &data.source.train], both);
        let both = data.target.vectors.as_ref().map(|own| (own, &space.target));
        let target = self.choose([&data.target.dev, &data.target.test], both);
        let (source_name, target_name) = self.names();
        for (name, words) in [(source_name, &source), (target_name, &target)] {
            if words.is_empty() {
                return Err(bad_input(format!("{name}: none of the entity words is among the vectors")));
            }
        }
        let words = || source.iter().chain(&target);
        let mut rows = Vec::new();
        let mut panel = |title: &str, of: fn(Pair<'_>) -> &[f32]| {
            let vectors: Vec<&[f32]> = words().filter_map(|word| word.vectors).map(of).collect();
            let dim = space.target.dim();
            if !vectors.is_empty() {
                rows.push(Rows::unit(&titled(rows.len(), title), vectors.into_iter(), dim));
            }
        };
        panel("monolingual vectors", |pair| pair.own);
        if self.config.words() == Words::Mapped {
            panel("mapped vectors", |pair| pair.read);
        }
        rows.push(self.encoded(&titled(rows.len(), "common encoder"), &source, &target)?);

        let kinds = |words: &[Word<'_>]| words.iter().map(|word| word.kind.clone()).collect();
        let source = Side { name: source_name, kinds: kinds(&source) };
        let target = Side { name: target_name, kinds: kinds(&target) };
        let panels = rows.iter().map(|rows| rows.title.clone()).collect();
        draw(&self.args.figure("words")?, [&source, &target], &rows, &self.args.tsne(), panels)
    }

    /// Entity words of the first corpus, and of the second where there are too few; with vectors where there are any.
    fn choose<'a>(
        &self,
        corpora: [&'a [Labelled]; 2],
        vectors: Option<(&'a Vectors, &'a Vectors)>,
    ) -> Vec<Word<'a>> {
        let (mut chosen, mut seen) = (Vec::new(), HashSet::new());
        for corpus in corpora {
            let mut words = EntityWords::default();
            for labelled in corpus {
                words.add(labelled);
            }
            for word in words.finish() {
                if chosen.len() == self.args.words {
                    return chosen;
                }
                let found = vectors.map(|vectors| pair(&word.word, vectors));
                if found.is_none_or(|found| found.is_some()) && seen.insert(word.word) {
                    let (at, token) = word.first;
                    let (kind, sentence) = (word.kind, &corpus[at].sentence);
                    chosen.push(Word { kind, sentence, token, vectors: found.flatten() });
                }
            }
        }
        chosen
    }

    /// What the common encoder makes of the words in their sentences: of the target's by the run's model, of the
    /// source's by the source model within it.
    fn encoded(&self, title: &str, source: &[Word<'_>], target: &[Word<'_>]) -> Result<Rows> {
        let device = &self.args.device;
        let tagger = match (self.augmented(), &self.space.source) {
            (true, Some(vectors)) => open_source(&self.args.run, vectors, device)?,
            _ => open_features(&self.base(), device)?,
        };
        let (mut values, dim) = features(tagger.as_ref(), source)?;
        let (others, _) = features(open_features(&self.args.run, device)?.as_ref(), target)?;
        values.extend(others);
        Ok(Rows { title: title.to_owned(), values, dim })
    }
}

/// A word's vectors, as it stands or in lower case.
fn pair<'a>(word: &str, (own, read): (&'a Vectors, &'a Vectors)) -> Option<Pair<'a>> {
    let of = |word: &str| Some(Pair { own: own.get(word)?, read: read.get(word)? });
    of(word).or_else(|| of(&word.to_lowercase()))
}

/// The features of each word, row by row, and how many a word has.
fn features(tagger: &dyn Features, words: &[Word<'_>]) -> Result<(Vec<f32>, usize)> {
    let sentences: Vec<Sentence> = words.iter().map(|word| word.sentence.clone()).collect();
    let (mut values, mut dim) = (Vec::new(), 0);
    for (word, rows) in words.iter().zip(tagger.common(&sentences)?) {
        dim = rows.len() / word.sentence.len();
        values.extend_from_slice(&rows[word.token * dim..][..dim]);
    }
    Ok((values, dim))
}

/// `(a) title`, `(b) title`, …
pub(super) fn titled(at: usize, title: &str) -> String {
    let letter = char::from(b'a' + at as u8);
    format!("({letter}) {title}")
}
