//! From an error to a message and an exit code.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use xner_core::{ErrorKind, escaped, escaped_lines};

/// A fault in what the user gave.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct BadInput(String);

/// An error that says what is wrong with what the user gave.
pub(crate) fn bad_input(message: impl Into<String>) -> anyhow::Error {
    BadInput(message.into()).into()
}

/// Refuses a number that is 0.
pub(crate) fn at_least_one(option: &str, number: usize) -> anyhow::Result<()> {
    if number == 0 { Err(bad_input(format!("{option} is 0, expected at least 1"))) } else { Ok(()) }
}

/// Refuses a file without a sentence.
pub(crate) fn not_empty(any: bool, file: &Path) -> anyhow::Result<()> {
    if any { Ok(()) } else { Err(xner_corpus::Error::Empty { path: file.to_owned() }.into()) }
}

/// Prints the error with its causes to standard error, and gives the exit code.
///
/// A reader of our output that has gone away (`xner tag … | head`) is no failure, and nothing is said of it.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    if is_broken_pipe(error) {
        return ExitCode::SUCCESS;
    }
    // If standard error is closed there is no one to tell.
    let _ = writeln!(io::stderr(), "error: {}", message(error));
    ExitCode::from(code(error))
}

/// Prints what is wrong with the command line, or the help that was asked for, and gives the exit code. Arguments with
/// control characters are shown escaped, and then without colours.
pub(crate) fn usage(fault: &clap::Error) -> ExitCode {
    let plain = fault.render().to_string();
    let shown = escaped_lines(&plain);
    // If there is no one to tell, no one is told.
    let _ = if shown == plain { fault.print() } else { write!(io::stderr(), "{shown}") };
    ExitCode::from(fault.exit_code() as u8)
}

/// The error and its causes, leaving out a cause that the line before it has told already.
fn message(error: &anyhow::Error) -> String {
    let mut causes = error.chain().map(shown);
    let mut message = causes.next().unwrap_or_default();
    let mut told = message.clone();
    for text in causes {
        if !told.contains(&text) {
            message.push_str("\n  because: ");
            message.push_str(&text);
            told = text;
        }
    }
    message
}

/// What an error or a cause says, in one line, without control characters; but what is wrong in a config is shown with
/// the lines of its file.
fn shown(cause: &(dyn Error + 'static)) -> String {
    let text = cause.to_string();
    match cause.downcast_ref() {
        Some(xner_train::Error::Config { .. }) => escaped_lines(&text).into_owned(),
        _ => escaped(&text).into_owned(),
    }
}

/// Whether this is a stop that someone asked for, and no fault.
pub(crate) fn is_stop(error: &anyhow::Error) -> bool {
    code(error) == 130
}

/// A fault of a corpus says what the system said, but does not give it as its source.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |cause: &(dyn Error + 'static)| {
        let corpus = || match cause.downcast_ref() {
            Some(xner_corpus::Error::Io { fault, .. }) => Some(fault),
            _ => None,
        };
        let train = || match cause.downcast_ref() {
            Some(xner_train::Error::Io { fault, .. }) => Some(fault),
            _ => None,
        };
        let fault = cause.downcast_ref::<io::Error>().or_else(corpus).or_else(train);
        fault.is_some_and(|fault| fault.kind() == io::ErrorKind::BrokenPipe)
    };
    error.chain().any(broken)
}

/// The exit code follows from the kind of the fault alone.
fn code(error: &anyhow::Error) -> u8 {
    error.chain().find_map(kind).unwrap_or(ErrorKind::Other).exit_code()
}

fn kind(cause: &(dyn Error + 'static)) -> Option<ErrorKind> {
    macro_rules! of {
        ($($fault:ty),*) => {
            $(if let Some(fault) = cause.downcast_ref::<$fault>() {
                return Some(fault.kind());
            })*
        };
    }
    of!(
        xner_train::Error,
        xner_embed::Error,
        xner_corpus::Error,
        xner_eval::Error,
        xner_figures::Error,
        xner_sample::Error
    );
    let ours = cause.is::<BadInput>().then_some(ErrorKind::BadInput);
    ours.or_else(|| cause.downcast_ref().map(ErrorKind::of_io))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn io(kind: io::ErrorKind) -> xner_corpus::Error {
        xner_corpus::Error::Io { path: "f".into(), fault: kind.into() }
    }

    #[test]
    fn codes_follow_whose_fault_it_is() {
        let code_of = |error: anyhow::Error| code(&error.context("while testing"));
        assert_eq!(code_of(bad_input("no")), 2);
        assert_eq!(code_of(io(io::ErrorKind::NotFound).into()), 2);
        assert_eq!(code_of(io(io::ErrorKind::StorageFull).into()), 1);
        assert_eq!(code_of(xner_train::Error::Corpus(io(io::ErrorKind::StorageFull)).into()), 1);
        assert_eq!(code_of(xner_embed::Error::Empty { path: "f".into() }.into()), 2);
        assert_eq!(code_of(anyhow::anyhow!("who knows")), 1);
        let stopped = xner_train::Error::Stopped { step: 3, checkpoint: Some("c".into()) };
        assert_eq!(code_of(stopped.into()), 130);
        assert_eq!(code_of(xner_embed::Error::Stopped { restart: 0 }.into()), 130);
        let stopped = xner_train::Error::Stopped { step: 3, checkpoint: Some("c".into()) };
        assert!(is_stop(&stopped.into()));
        assert!(!is_stop(&bad_input("no")));
    }

    #[test]
    fn a_broken_pipe_is_found_under_other_errors() {
        assert!(is_broken_pipe(&anyhow::Error::from(io(io::ErrorKind::BrokenPipe)).context("writing")));
        assert!(!is_broken_pipe(&io(io::ErrorKind::NotFound).into()));
    }

    #[test]
    fn control_characters_are_shown_and_lines_of_a_config_stay() {
        let error = anyhow::anyhow!("token `\u{1b}]0;x\u{7}`").context("a\nb");
        assert_eq!(message(&error), "a\\nb\n  because: token `\\u{1b}]0;x\\u{7}`");
        let config =
            xner_train::Error::Config { path: "c\n.toml".into(), message: "line 1\n  \u{1b}".into() };
        assert_eq!(message(&config.into()), "c\\n.toml: line 1\n  \\u{1b}");
    }

    #[test]
    fn a_cause_is_not_told_twice() {
        let error = anyhow::Error::from(io(io::ErrorKind::NotFound));
        assert_eq!(message(&error), format!("f: {}", io::Error::from(io::ErrorKind::NotFound)));
        let error = anyhow::anyhow!("deep").context("shallow");
        assert_eq!(message(&error), "shallow\n  because: deep");
    }
}
