//! One or two systems' column files beside the gold one, a sentence at a time.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xner_corpus::read::conll::{Block, ConllOptions};
use xner_corpus::read::{Format, Input, Meter, ReadOptions};
use xner_corpus::{Error, Scheme};
use xner_eval::{ByLength, Counts, LengthTable, Lengths, Mode, Scorer, Scores};

use super::texts::{Letters, Texts};
use crate::columns::TagFile;
use crate::exit::{bad_input, not_empty};
use crate::progress::Progress;

/// What was counted.
pub(super) struct Scored {
    pub(super) systems: Vec<Judged>,
    pub(super) letters: Letters,
}

/// What was counted of a system.
pub(super) struct Judged {
    pub(super) scores: Scores,
    /// Of each sentence, where there are several systems.
    pub(super) counts: Vec<Counts>,
    pub(super) by_length: Option<LengthTable>,
}

struct System {
    file: TagFile,
    scorer: Scorer,
    counts: Vec<Counts>,
    by_length: Option<ByLength>,
}

/// Scores files against `gold`; `allowed` is the scheme whose prefixes alone may occur, `lengths` how
/// sentence lengths are put together, where that is asked for.
pub(super) fn score_files(
    gold: &Path,
    files: &[&PathBuf],
    columns: &ConllOptions,
    mode: Mode,
    allowed: Option<Scheme>,
    lengths: Option<Lengths>,
) -> Result<Scored> {
    let (mut gold, meter) = open(gold, columns)?;
    let mut texts = Texts::new(columns.tags);
    let mut systems = Vec::with_capacity(files.len());
    for path in files {
        let by_length = lengths.map(|lengths| ByLength::new(mode, lengths)).transpose()?;
        let (file, _) = open(path, columns)?;
        systems.push(System { file, scorer: Scorer::new(mode), counts: Vec::new(), by_length });
    }
    let keep = systems.len() > 1;
    let (mut progress, mut sentences) = (Progress::counter("sentences").of(meter), 0_usize);
    while let Some(right) = gold.next_sentence()? {
        sentences += 1;
        let right_tags = texts.read(&gold, &right, allowed)?;
        for System { file, scorer, counts, by_length } in &mut systems {
            let Some(found) = file.next_sentence()? else {
                return Err(one_more(&gold, &right, sentences, &file.name));
            };
            same_tokens(&gold, &right, file, &found)?;
            let found_tags = texts.read(file, &found, allowed)?;
            if let Some(by_length) = by_length {
                by_length.add(&right_tags, &found_tags)?;
            }
            // conlleval counts a document mark as a token like any other.
            let (mut right_all, mut found_all) =
                (texts.of_marks(gold.mark_tags(&right)), texts.of_marks(file.mark_tags(&found)));
            let marks = right_all.len().min(found_all.len());
            right_all.truncate(marks);
            found_all.truncate(marks);
            right_all.extend(right_tags.iter().cloned());
            found_all.extend(found_tags);
            let counted = scorer.add(&right_all, &found_all)?;
            if keep {
                counts.push(counted);
            }
        }
        progress.add(1);
    }
    for system in &mut systems {
        if let Some(found) = system.file.next_sentence()? {
            return Err(one_more(&system.file, &found, sentences + 1, &gold.name));
        }
    }
    not_empty(sentences > 0, &gold.name)?;
    let finish = |system: System| Judged {
        scores: system.scorer.finish(),
        counts: system.counts,
        by_length: system.by_length.map(ByLength::finish),
    };
    Ok(Scored { systems: systems.into_iter().map(finish).collect(), letters: texts.letters })
}

fn open(path: &Path, columns: &ConllOptions) -> Result<(TagFile, Meter)> {
    let options = ReadOptions { conll: columns.clone(), ..ReadOptions::default() };
    let (input, meter) = Input::metered(path)?;
    let name = input.name.clone();
    let (input, format) = options.settle(input).map_err(|fault| match fault {
        Error::Looks { path, looks, .. } => {
            bad_input(format!("{}: looks like {looks}, expected columns", path.display()))
        }
        fault => fault.into(),
    })?;
    if !matches!(format, Format::Conll | Format::Tsv | Format::Conllu) {
        let hint = if format == Format::Text {
            "which has no labels"
        } else {
            "which `xner convert` makes columns of"
        };
        let found = if format == Format::Jsonl { "JSON lines".to_owned() } else { format.to_string() };
        return Err(bad_input(format!("{}: is {found}, {hint}; expected columns", name.display())));
    }
    Ok((TagFile::new(input.columns(format, columns.clone())), meter))
}

fn same_tokens(gold: &TagFile, right: &Block, file: &TagFile, found: &Block) -> Result<()> {
    let (a, b) = (right.sentence(), found.sentence());
    if a.text() == b.text() && a.len() == b.len() {
        return Ok(());
    }
    if let Some(at) = a.tokens().zip(b.tokens()).position(|(a, b)| a != b) {
        let place = gold.place(right, at);
        return Err(file.fault(
            found,
            at,
            &format!("token `{}`, but `{}` at {place}", b.token(at), a.token(at)),
        ));
    }
    let place = gold.place(right, 0);
    Err(file.fault(found, 0, &format!("a sentence of {} tokens, but of {} at {place}", b.len(), a.len())))
}

/// A file has a sentence that another lacks.
fn one_more(file: &TagFile, block: &Block, number: usize, other: &Path) -> anyhow::Error {
    file.fault(block, 0, &format!("sentence {number} is not in {}, which ends before it", other.display()))
}
