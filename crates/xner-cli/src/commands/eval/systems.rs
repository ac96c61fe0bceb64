//! One or two systems' column files beside the gold one, a sentence at a time.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xner_corpus::read::Input;
use xner_corpus::read::conll::{Block, ConllOptions};
use xner_corpus::{Scheme, Tag};
use xner_eval::{ByLength, Counts, LengthTable, Lengths, Mode, Scorer, Scores};

use crate::columns::TagFile;
use crate::exit::not_empty;
use crate::progress::Progress;

/// What was counted.
pub(super) struct Scored {
    pub(super) systems: Vec<Judged>,
    /// Whether an `S-` tag was seen.
    pub(super) singles: bool,
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
    let mut gold = open(gold, columns)?;
    let mut systems = Vec::with_capacity(files.len());
    for path in files {
        let by_length = lengths.map(|lengths| ByLength::new(mode, lengths)).transpose()?;
        let file = open(path, columns)?;
        systems.push(System { file, scorer: Scorer::new(mode), counts: Vec::new(), by_length });
    }
    let keep = systems.len() > 1;
    let (mut progress, mut singles, mut sentences) = (Progress::counter("sentences"), false, 0_usize);
    while let Some(right) = gold.next_sentence()? {
        sentences += 1;
        let right_tags = gold.tags(&right);
        check(&gold, &right, &right_tags, allowed)?;
        singles |= right_tags.iter().any(|tag| tag.starts_with("S-"));
        for System { file, scorer, counts, by_length } in &mut systems {
            let Some(found) = file.next_sentence()? else {
                return Err(one_more(&gold, &right, sentences, &file.name));
            };
            same_tokens(&gold, &right, file, &found)?;
            let found_tags = file.tags(&found);
            check(file, &found, &found_tags, allowed)?;
            singles |= found_tags.iter().any(|tag| tag.starts_with("S-"));
            if let Some(by_length) = by_length {
                by_length.add(&right_tags, &found_tags)?;
            }
            // conlleval counts a document mark as a token like any other.
            let (mut right_all, mut found_all) = (gold.mark_tags(&right), file.mark_tags(&found));
            let marks = right_all.len().min(found_all.len());
            right_all.truncate(marks);
            found_all.truncate(marks);
            right_all.extend(&right_tags);
            found_all.extend(&found_tags);
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
    Ok(Scored { systems: systems.into_iter().map(finish).collect(), singles })
}

fn open(path: &Path, columns: &ConllOptions) -> Result<TagFile> {
    Ok(TagFile::new(Input::open(path)?, columns.clone()))
}

/// Refuses tags that are empty or, where only a scheme's tags are allowed, of another.
fn check(file: &TagFile, block: &Block, tags: &[&str], allowed: Option<Scheme>) -> Result<()> {
    for (at, text) in tags.iter().enumerate() {
        if text.is_empty() {
            return Err(file.fault(block, at, "the tag is empty"));
        }
        let Some(scheme) = allowed else { continue };
        let tag: Tag = text.parse().map_err(|fault| file.fault(block, at, &format!("{fault}")))?;
        if tag.prefix().is_some_and(|prefix| !scheme.prefixes().contains(&prefix)) {
            return Err(file.fault(block, at, &format!("tag `{text}` is not of scheme {scheme}")));
        }
    }
    Ok(())
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
