//! The sets, made and written.

use std::borrow::Cow;
use std::cell::Cell;
use std::path::Path;

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use xner_corpus::write::{WriteOptions, Writer};
use xner_corpus::{Labelled, Scheme};
use xner_embed::translate::{Draw, Tally, TranslateConfig, WordTranslator, translate};
use xner_train::{Purpose, files::create_folder, stream};

use super::segment::{Segment, joined, segments};
use super::{Coverage, DataConfig, WithoutEntities, Words};
use crate::{Error, Result};

/// The sets of section 2.2, made of labelled source sentences.
///
/// Sentence `i` of each set is made of source sentence `i`, but for the code-switched sets where sentences without
/// entities were left out: sentence `i` of these is made of source sentence `switched[i]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransAdvData {
    /// `D_T`: the source translated, labels copied.
    pub target: Vec<Labelled>,
    /// `D_S^swi`: source sentences with the entities of their translations.
    pub source_swi: Vec<Labelled>,
    /// `D_T^swi`: translated sentences with the entities of the source.
    pub target_swi: Vec<Labelled>,
    /// `D_S^shu`: source sentences with the words shuffled within each entity and each context.
    pub source_shu: Vec<Labelled>,
    /// `D_T^shu`: translated sentences with the words shuffled so.
    pub target_shu: Vec<Labelled>,
    /// The source sentence of each code-switched one: all in order, unless some were left out.
    pub switched: Vec<usize>,
    /// What became of sentences and words.
    pub coverage: Coverage,
}

/// Makes all sets of `source`. What is drawn for a sentence depends on `seed`, the sentence and its place alone.
///
/// The order of words within a segment is drawn among all orders, the given one among them. Words of made sentences
/// stand with single blanks between.
///
/// # Errors
/// [`Error::Data`] when there is no sentence; when entities of a sentence overlap or reach past its end; when nothing
/// at all can be translated; when all code-switched sentences would be left out. A translator that knows no entity is
/// no error: [`Coverage::notes`] tells it.
pub fn create<T: WordTranslator + ?Sized>(
    source: &[Labelled],
    translator: &T,
    config: &DataConfig,
    seed: u64,
) -> Result<TransAdvData> {
    let fault = |message: String| Error::Data { message };
    if source.is_empty() {
        return Err(fault("there is no source sentence to make data of".to_owned()));
    }
    let mut how = TranslateConfig { strategy: config.strategy, keep_types: config.keep_types.clone(), seed };
    let empty = || Vec::with_capacity(source.len());
    let (mut target, mut source_swi, mut target_swi) = (empty(), empty(), empty());
    let (mut source_shu, mut target_shu) = (empty(), empty());
    let mut switched = Vec::with_capacity(source.len());
    let mut coverage = Coverage::default();
    // The counts of words in contexts, and in entities; and those that were translated into themselves.
    let (mut tallies, mut same) = ([Tally::default(); 2], [0; 2]);
    let translator = Watched { translator, same: Cell::new(0) };

    for (at, labelled) in source.iter().enumerate() {
        let own = segments(labelled).ok_or_else(|| {
            let place = at + 1;
            fault(format!("source sentence {place}: its entities overlap, are empty or reach past its end"))
        })?;
        let mut draws = stream(seed, Purpose::Translation, at, 0);
        let other: Vec<Segment> = own
            .iter()
            .map(|segment| {
                how.seed = draws.random();
                let part = usize::from(segment.entity.is_some());
                let target = translated(segment, &translator, &how, &mut tallies[part]);
                same[part] += translator.same.take();
                target
            })
            .collect();

        let changed =
            own.iter().zip(&other).filter(|(own, other)| own.entity.is_some() && own != other).count();
        coverage.sentences += 1;
        coverage.entities += labelled.entities.len();
        coverage.switched_entities += changed;
        coverage.without_entities += usize::from(labelled.entities.is_empty());
        coverage.unswitched += usize::from(!labelled.entities.is_empty() && changed == 0);
        if config.without_entities == WithoutEntities::Keep || !labelled.entities.is_empty() {
            switched.push(at);
            source_swi.push(exchanged(&own, &other));
            target_swi.push(exchanged(&other, &own));
        }
        let own_shuffled = shuffled(&own, &mut stream(seed, Purpose::WordOrder, at, 0));
        coverage.unshuffled_source += usize::from(own_shuffled == own);
        source_shu.push(joined(&own_shuffled));
        let other_shuffled = shuffled(&other, &mut stream(seed, Purpose::WordOrder, at, 1));
        coverage.unshuffled_target += usize::from(other_shuffled == other);
        target_shu.push(joined(&other_shuffled));
        target.push(joined(&other));
    }

    let [context, entity] = tallies;
    coverage.context_words = Words::new(context, same[0]);
    coverage.entity_words = Words::new(entity, same[1]);
    if entity.translated + context.translated == 0 {
        let (kept, unknown) = (entity.kept, entity.unknown + context.unknown);
        return Err(fault(format!(
            "no word of the source can be translated ({kept} are kept for their type, {unknown} are not in the \
             dictionary): is it of these languages, source first?"
        )));
    }
    if switched.is_empty() {
        let message = "no source sentence has an entity: nothing is left of the code-switched sets, unless \
                       `data.without_entities` is `keep`";
        return Err(fault(message.to_owned()));
    }
    Ok(TransAdvData { target, source_swi, target_swi, source_shu, target_shu, switched, coverage })
}

/// A translator, and how many words it has translated into themselves.
struct Watched<'a, T: ?Sized> {
    translator: &'a T,
    same: Cell<usize>,
}

impl<T: WordTranslator + ?Sized> WordTranslator for Watched<'_, T> {
    fn translate(&self, words: &str, draw: &mut Draw) -> Option<Cow<'_, str>> {
        let target = self.translator.translate(words, draw)?;
        if target == words {
            self.same.set(self.same.get() + words.split(' ').count());
        }
        Some(target)
    }

    fn lengths(&self) -> &[usize] {
        self.translator.lengths()
    }
}

fn translated(
    segment: &Segment,
    translator: &impl WordTranslator,
    how: &TranslateConfig,
    tally: &mut Tally,
) -> Segment {
    let target = translate(&joined([segment]), translator, how, tally);
    let tokens = target.sentence.tokens().map(str::to_owned).collect();
    Segment { entity: segment.entity.clone(), tokens }
}

/// The contexts of one sentence with the entities of the other.
fn exchanged(contexts: &[Segment], entities: &[Segment]) -> Labelled {
    let pairs = contexts.iter().zip(entities);
    joined(pairs.map(|(own, other)| if own.entity.is_some() { other } else { own }))
}

fn shuffled(segments: &[Segment], rng: &mut impl Rng) -> Vec<Segment> {
    let mut segments = segments.to_vec();
    for segment in &mut segments {
        segment.tokens.shuffle(rng);
    }
    segments
}

impl TransAdvData {
    /// The sets with the names of their files.
    pub fn files(&self) -> [(&'static str, &[Labelled]); 5] {
        [
            ("target.conll", &self.target),
            ("source-swi.conll", &self.source_swi),
            ("target-swi.conll", &self.target_swi),
            ("source-shu.conll", &self.source_shu),
            ("target-shu.conll", &self.target_shu),
        ]
    }

    /// Writes [`TransAdvData::files`] into a folder, which is made if need be; no file is there before all are whole.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Corpus`], for a token with white space in it, say.
    pub fn write(&self, folder: &Path, scheme: Scheme) -> Result<()> {
        create_folder(folder)?;
        let options = WriteOptions { format: None, scheme };
        let mut writers = Vec::new();
        for (name, sentences) in self.files() {
            let mut writer = Writer::create(folder.join(name), &options)?;
            sentences.iter().try_for_each(|labelled| writer.write(labelled))?;
            writers.push(writer);
        }
        Ok(writers.into_iter().try_for_each(Writer::finish)?)
    }
}
