//! What a caller does with each kind of fault.

use std::io::{Error, ErrorKind as Said};

use xner_core::ErrorKind;

#[test]
fn exit_code_and_http_status_follow_from_the_kind() {
    for (kind, code, status) in [
        (ErrorKind::BadInput, 2, 400),
        (ErrorKind::StaleFolder, 2, 409),
        (ErrorKind::Hub, 2, 502),
        (ErrorKind::Stopped, 130, 503),
        (ErrorKind::Device, 1, 503),
        (ErrorKind::Diverged, 1, 500),
        (ErrorKind::Io, 1, 500),
        (ErrorKind::Deadline, 1, 504),
        (ErrorKind::Busy, 1, 503),
        (ErrorKind::Other, 1, 500),
    ] {
        assert_eq!((kind.exit_code(), kind.http_status()), (code, status), "{kind:?}");
    }
}

#[test]
fn a_wrong_path_is_the_callers_and_a_full_disk_is_not() {
    let of = |said: Said| ErrorKind::of_io(&Error::from(said));
    for said in [
        Said::NotFound,
        Said::PermissionDenied,
        Said::IsADirectory,
        Said::NotADirectory,
        Said::AlreadyExists,
        Said::InvalidFilename,
        Said::InvalidInput,
        Said::InvalidData,
        Said::UnexpectedEof,
    ] {
        assert_eq!(of(said), ErrorKind::BadInput, "{said}");
    }
    for said in [
        Said::StorageFull,
        Said::QuotaExceeded,
        Said::BrokenPipe,
        Said::WriteZero,
        Said::TimedOut,
        Said::OutOfMemory,
        Said::ReadOnlyFilesystem,
        Said::Other,
    ] {
        assert_eq!(of(said), ErrorKind::Io, "{said}");
    }
    assert_eq!(ErrorKind::of_io(&Error::other("something else")), ErrorKind::Io);
}
