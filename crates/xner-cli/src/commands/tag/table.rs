//! Columns of text in files of rows.

use anyhow::Result;

use super::Args;

#[cfg(not(feature = "parquet"))]
pub(super) fn run(_: &Args, _: &str) -> Result<()> {
    let message = "--text-column is of files of rows, and this program is built without them: build it with the \
                   feature `parquet`, as by `cargo install xner-cli --features parquet`";
    Err(crate::exit::bad_input(message))
}

/// Tags the column of each file into the folder.
#[cfg(feature = "parquet")]
pub(super) fn run(args: &Args, column: &str) -> Result<()> {
    use std::path::Path;
    use std::sync::Arc;

    use xner::Ner;
    use xner_arrow::{Error, Tagged, stem, tag_file};
    use xner_corpus::split::{Language, TextOptions};
    use xner_tagger::{OpenOptions, Tagger};

    use super::model::Source;
    use crate::exit::bad_input;
    use crate::interrupt;
    use crate::progress::Progress;

    if args.output == Path::new("-") || args.output.is_file() {
        return Err(bad_input(
            "--output must be a folder with --text-column: a file for each unit of rows goes there",
        ));
    }
    for (at, input) in args.input.iter().enumerate() {
        if args.input[..at].iter().any(|other| stem(other) == stem(input)) {
            let message = "another input has this name but for its ending, and their units would stand among each \
                           other: give them folders of their own";
            return Err(bad_input(format!("{}: {message}", input.display())));
        }
    }
    let source = Source::of(args.model.as_deref())?;
    let options = OpenOptions::default().with_decode(args.decode.unwrap_or_default());
    let tagger: Arc<dyn Tagger> = source.open(&options, &args.device)?.into();
    let language = args.layout.language.unwrap_or_else(|| Language::one_of(&source.languages()));
    let text: TextOptions = args.layout.text_in(language);
    let ner = Ner::builder().text(text).tagger(tagger)?;
    interrupt::listen();
    let stopped = |step| xner_train::Error::Stopped { step, checkpoint: Some(args.output.clone()) };
    for input in &args.input {
        if interrupt::asked() {
            return Err(stopped(0).into());
        }
        let (mut progress, mut done): (Option<Progress>, usize) = (None, 0);
        let mut told = |tagged: Tagged| {
            let bar = progress.get_or_insert_with(|| match tagged.all {
                Some(all) => Progress::steps(all, 0),
                None => Progress::counter("rows"),
            });
            bar.add(tagged.rows - done);
            done = tagged.rows;
            !interrupt::asked()
        };
        match tag_file(&ner, input, column, &args.output, &mut told) {
            Ok(_) => {}
            Err(Error::Stopped) => return Err(stopped(0).into()),
            Err(fault @ (Error::Ner(_) | Error::Arrow(_))) => return Err(fault.into()),
            Err(fault @ (Error::NoColumn { .. } | Error::NoText { .. } | Error::Taken(_))) => {
                return Err(bad_input(format!("{}: {fault}", input.display())));
            }
            Err(fault) => return Err(bad_input(fault.to_string())),
        }
    }
    Ok(())
}
