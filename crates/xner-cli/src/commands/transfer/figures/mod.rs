//! `xner transfer figures DIR`.

mod stages;
mod words;

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Serialize;
use xner_corpus::write::MadeFolder;
use xner_corpus::{Labelled, Scheme, Sentence, Tag, entities};
use xner_eval::{ByLength, LengthTable, Lengths, Mode};
use xner_figures::{Tsne, length_lines};
use xner_tagger::{Tagger, open, open_mapped};
use xner_train::{Device, Settings};
use xner_transfer::report::{Select, TransferReport};
use xner_transfer::transadv::Method;
use xner_transfer::zero_resource::{Base, Space, Variant, ZeroResourceConfig, ZeroResourceData, vectors};

use super::super::word_plot::Drawn;
use crate::exit::{at_least_one, bad_input};
use crate::outputs::Inputs;
use crate::picture::Picture;
use crate::progress::Progress;

/// Draw the paper's figures of a finished `zero-resource` or `transadv` run, as SVG and PNG
///
/// Of `zero-resource`, figures 2 and 3 of Bari et al. 2020. `length`: correctly tagged words of the target's test
/// sentences by sentence length, for the run's model and, where it was fine-tuned, for the base model too. `words`: a
/// t-SNE of labelled words of both languages by their own vectors, by those of the common space, and by what the
/// common encoder makes of them. The words are those that the development sentences (where these have too few: the
/// source's training and the target's test sentences too) have inside entities at least every other time, the most
/// frequent first, each where it first stands so; a word's colour is its type, its mark the language. Word vectors
/// are scaled to length 1.
///
/// Of `transadv`, figure 3. `stages`: a t-SNE of words of both languages, half of them inside entities, half outside
/// (O), spread evenly over the source's training and the target's development (or test) sentences, by the states that
/// the pretrained encoder and the models of the run's phases give them. Beside it is said how many words have as
/// their nearest one of the other language, and one of the same label. It needs the cache that the run had.
///
/// The pictures are the same, byte by byte, for the same seed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder of the run
    #[arg(value_name = "DIR")]
    run: PathBuf,
    /// The config that the run was made with
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// A setting in the place of the config's, as the run was given it
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The folder of the phases' models, of `transadv`; by default `phases` in DIR
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// The folder for the figures; by default DIR/figures
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Words of each language
    #[arg(long, value_name = "N", default_value_t = 1000)]
    words: usize,
    /// Sentence lengths that are put together
    #[arg(long, value_name = "WIDTH", default_value_t = 10)]
    width: usize,
    /// Neighbours that a word looks at, softly
    #[arg(long, value_name = "P", default_value_t = 30.0)]
    perplexity: f32,
    /// Decides where the points begin
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Where to compute: cpu, cuda:0 or wgpu:0
    #[arg(long, default_value = "cpu")]
    device: Device,
    /// Print the counts as JSON
    #[arg(long)]
    json: bool,
}

/// What was drawn.
#[derive(Serialize)]
struct Outcome {
    length: DrawnLengths,
    words: Drawn,
}

#[derive(Serialize)]
struct DrawnLengths {
    #[serde(flatten)]
    picture: Picture,
    /// What was tagged: `test` or `dev`.
    split: &'static str,
    systems: Vec<System>,
}

#[derive(Serialize)]
struct System {
    name: String,
    #[serde(flatten)]
    table: LengthTable,
}

pub(super) fn run(args: &Args) -> Result<()> {
    at_least_one("--words", args.words)?;
    at_least_one("--width", args.width)?;
    let inputs = Inputs::of([&args.config]).model(&args.run);
    let spinner = Progress::spinner("reading");
    let report = TransferReport::read(&args.run)?;
    if report.method == Method::TransAdv.name() {
        drop(spinner);
        args.probe(&["stages"], &inputs)?;
        return stages::run(args, &report);
    }
    if report.method != "zero-resource" {
        return Err(bad_input(format!(
            "{}: is a run of {}, expected one of zero-resource or transadv",
            args.run.display(),
            report.method
        )));
    }
    args.probe(&["length", "words"], &inputs)?;
    // The run may have been given another seed than the config's.
    let config =
        ZeroResourceConfig { seed: report.seed, ..ZeroResourceConfig::read_with(&args.config, &args.set)? };
    let context = || format!("{}: no figures", args.config.display());
    let data = ZeroResourceData::read(&config).with_context(context)?;
    if data.target.test.is_empty() && data.target.dev.is_empty() {
        return Err(bad_input(format!(
            "{}: neither `target.test` nor `target.dev` is given, expected labelled sentences for the figures",
            args.config.display()
        )));
    }
    let space = vectors(&config, &data, &args.run).with_context(context)?;
    drop(spinner);
    let run = Run { args, config: &config, data: &data, space: &space };
    let drawn = Outcome { length: run.lengths()?, words: run.words()? };
    if args.json {
        return super::super::print_json(&drawn);
    }
    let Outcome { length, words } = &drawn;
    let (source, target) = run.names();
    super::super::print(&format!("{}\n{}\n{}", length.picture, words.picture, words.words(source, target)))
}

impl Args {
    /// Where a figure goes; its folder is there then.
    fn figure(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder();
        std::fs::create_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
        Ok(folder.join(name))
    }

    /// Refuses figures that cannot be written. A folder that was made for them stays only if they come.
    fn probe(&self, names: &[&str], inputs: &Inputs) -> Result<()> {
        let folder = self.folder();
        let _made = MadeFolder::make(&folder)?;
        names.iter().try_for_each(|name| Picture::probe(&folder.join(name), inputs))
    }

    fn folder(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| self.run.join("figures"))
    }

    fn tsne(&self) -> Tsne {
        Tsne { perplexity: self.perplexity, seed: self.seed, ..Tsne::default() }
    }
}

/// A run, and what is drawn of it.
struct Run<'a> {
    args: &'a Args,
    config: &'a ZeroResourceConfig,
    data: &'a ZeroResourceData,
    space: &'a Space,
}

impl Run<'_> {
    fn names(&self) -> (&str, &str) {
        (&self.config.source.language, &self.config.target.language)
    }

    fn augmented(&self) -> bool {
        self.config.variant == Variant::CrossAugmented
    }

    /// The folder of the base model.
    fn base(&self) -> PathBuf {
        self.args.run.join(match self.config.select {
            Select::SourceDev => "source",
            Select::TargetDev => "source-by-target",
        })
    }

    /// Figure 2.
    fn lengths(&self) -> Result<DrawnLengths> {
        let _spinner = Progress::spinner("tagging");
        let target = &self.data.target;
        let (split, gold) =
            if target.test.is_empty() { ("dev", &target.dev) } else { ("test", &target.test) };
        let device = &self.args.device;
        let system = |name: &str, tagger: &dyn Tagger| -> Result<System> {
            let table = by_length(tagger, gold, self.args.width)?;
            Ok(System { name: name.to_owned(), table })
        };
        let mut systems = vec![system(self.config.variant.name(), open(&self.args.run, device)?.as_ref())?];
        if self.augmented() {
            let base = match self.config.augmented.base {
                Base::CrossWord => Variant::CrossWord,
                Base::CrossShared => Variant::CrossShared,
            };
            let tagger = open_mapped(&self.base(), &self.space.target, device)?;
            systems.push(system(base.name(), tagger.as_ref())?);
        }
        let tables: Vec<_> = systems.iter().map(|system| (system.name.as_str(), &system.table)).collect();
        let (source, target) = self.names();
        let title = format!("{source} to {target}: correctly tagged words by sentence length");
        let lines = length_lines(&title, &tables)?;
        let picture = Picture::write(&self.args.figure("length")?, &lines.to_svg()?, &lines.to_png()?)?;
        Ok(DrawnLengths { picture, split, systems })
    }
}

/// The tagger's answers beside the gold ones, by sentence length.
fn by_length(tagger: &dyn Tagger, gold: &[Labelled], width: usize) -> Result<LengthTable> {
    let sentences: Vec<Sentence> = gold.iter().map(|labelled| labelled.sentence.clone()).collect();
    compared(gold, &tagger.best(&sentences)?, width)
}

/// Tags beside the gold entities. Both are written as IOB2 first: conlleval's counts are those of the report, and it
/// does not know the `S-` that most taggers write.
fn compared(gold: &[Labelled], found: &[Vec<Tag>], width: usize) -> Result<LengthTable> {
    let mut by_length = ByLength::new(Mode::Conll, Lengths { width, ..Lengths::default() })?;
    for (gold, found) in gold.iter().zip(found) {
        let found = Scheme::Iob2.tags(&entities(found), gold.sentence.len());
        by_length.add(&gold.tags(Scheme::Iob2), &found)?;
    }
    Ok(by_length.finish())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn entities_of_one_type_side_by_side_are_two() {
        let tags = |tags: &[&str]| tags.iter().map(|tag| tag.parse().unwrap()).collect::<Vec<Tag>>();
        let sentence = Sentence::from_tokens(["Ada", "Otto", "ran"]);
        let gold = Labelled::from_tags(sentence, &tags(&["B-PER", "B-PER", "O"]));
        let table = compared(&[gold], &[tags(&["S-PER", "S-PER", "O"])], 10).unwrap();
        assert_eq!((table.all.score.support, table.all.score.found, table.all.score.correct), (2, 2, 2));
        assert_eq!(table.all.correct_words, 3);
    }
}
