//! From an error to a message and an exit code.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// A fault in what the user gave.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct BadInput(String);

/// An error that says what is wrong with what the user gave.
pub(crate) fn bad_input(message: impl Into<String>) -> anyhow::Error {
    BadInput(message.into()).into()
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

/// The error and its causes, leaving out a cause that the line before it has told already.
fn message(error: &anyhow::Error) -> String {
    let mut message = error.to_string();
    let mut told = message.clone();
    for cause in error.chain().skip(1) {
        let text = cause.to_string();
        if !told.contains(&text) {
            message.push_str("\n  because: ");
            message.push_str(&text);
            told = text;
        }
    }
    message
}

/// Whether this is a stop that someone asked for, and no fault.
pub(crate) fn is_stop(error: &anyhow::Error) -> bool {
    code(error) == 130
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref().is_some_and(|e: &io::Error| e.kind() == ErrorKind::BrokenPipe))
}

fn code(error: &anyhow::Error) -> u8 {
    let known = error.chain().find_map(|cause| {
        let bad = cause.is::<BadInput>() || cause.is::<xner_eval::Error>();
        let bad = bad.then_some(2);
        bad.or_else(|| cause.downcast_ref().map(tagger))
            .or_else(|| cause.downcast_ref().map(vectors))
            .or_else(|| cause.downcast_ref().map(transfer))
            .or_else(|| cause.downcast_ref().map(corpus))
            .or_else(|| cause.downcast_ref().map(system))
    });
    known.unwrap_or(1)
}

fn tagger(error: &xner_tagger::Error) -> u8 {
    match error {
        xner_tagger::Error::Stopped { .. } => 130,
        xner_tagger::Error::Io { source, .. } => system(source),
        xner_tagger::Error::Corpus(fault) => corpus(fault),
        xner_tagger::Error::Vectors(fault) => vectors(fault),
        fault if fault.is_bad_input() => 2,
        _ => 1,
    }
}

fn transfer(error: &xner_transfer::Error) -> u8 {
    match error {
        xner_transfer::Error::Io { source, .. } => system(source),
        xner_transfer::Error::Tagger(fault) => tagger(fault),
        xner_transfer::Error::Vectors(fault) => vectors(fault),
        xner_transfer::Error::Corpus(fault) => corpus(fault),
        _ => 2,
    }
}

fn vectors(error: &xner_embed::Error) -> u8 {
    match error {
        xner_embed::Error::Io { source, .. } => system(source),
        xner_embed::Error::Corpus(fault) => corpus(fault),
        xner_embed::Error::Stopped { .. } => 130,
        _ => 2,
    }
}

fn corpus(error: &xner_corpus::Error) -> u8 {
    match error {
        xner_corpus::Error::Io { source, .. } => system(source),
        _ => 2,
    }
}

/// A wrong path is the user's, a full disk is not.
fn system(error: &io::Error) -> u8 {
    match error.kind() {
        ErrorKind::NotFound
        | ErrorKind::PermissionDenied
        | ErrorKind::IsADirectory
        | ErrorKind::NotADirectory
        | ErrorKind::AlreadyExists
        | ErrorKind::InvalidFilename
        | ErrorKind::InvalidInput
        | ErrorKind::InvalidData
        | ErrorKind::UnexpectedEof => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn io(kind: ErrorKind) -> xner_corpus::Error {
        xner_corpus::Error::Io { path: "f".into(), source: kind.into() }
    }

    #[test]
    fn codes_follow_whose_fault_it_is() {
        let code_of = |error: anyhow::Error| code(&error.context("while testing"));
        assert_eq!(code_of(bad_input("no")), 2);
        assert_eq!(code_of(io(ErrorKind::NotFound).into()), 2);
        assert_eq!(code_of(io(ErrorKind::StorageFull).into()), 1);
        assert_eq!(code_of(xner_tagger::Error::Corpus(io(ErrorKind::StorageFull)).into()), 1);
        assert_eq!(code_of(xner_embed::Error::Empty { path: "f".into() }.into()), 2);
        assert_eq!(code_of(anyhow::anyhow!("who knows")), 1);
        let stopped = xner_tagger::Error::Stopped { step: 3, checkpoint: "c".into() };
        assert_eq!(code_of(stopped.into()), 130);
        assert_eq!(code_of(xner_embed::Error::Stopped { restart: 0 }.into()), 130);
        let stopped = xner_tagger::Error::Stopped { step: 3, checkpoint: "c".into() };
        assert!(is_stop(&xner_transfer::Error::from(stopped).into()));
        assert!(!is_stop(&bad_input("no")));
    }

    #[test]
    fn a_broken_pipe_is_found_under_other_errors() {
        assert!(is_broken_pipe(&anyhow::Error::from(io(ErrorKind::BrokenPipe)).context("writing")));
        assert!(!is_broken_pipe(&io(ErrorKind::NotFound).into()));
    }

    #[test]
    fn a_cause_is_not_told_twice() {
        let error = anyhow::Error::from(io(ErrorKind::NotFound));
        assert_eq!(message(&error), format!("f: {}", io::Error::from(ErrorKind::NotFound)));
        let error = anyhow::anyhow!("deep").context("shallow");
        assert_eq!(message(&error), "shallow\n  because: deep");
    }
}
