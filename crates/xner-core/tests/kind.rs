//! What a caller does with each kind of fault.
#![allow(clippy::unwrap_used)]

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

#[cfg(unix)]
#[test]
fn links_in_a_circle_and_sockets_are_the_callers() {
    use std::fs::{self, File};
    use std::os::unix::{fs::symlink, net::UnixListener};

    let folder = std::env::temp_dir().join(format!("xner-core-kind-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (here, there, socket) = (folder.join("here"), folder.join("there"), folder.join("socket"));
    symlink(&here, &there).unwrap();
    symlink(&there, &here).unwrap();
    let listener = UnixListener::bind(&socket).unwrap();
    let faults = [&here, &there, &socket].map(|path| File::open(path).unwrap_err());
    fs::remove_dir_all(&folder).unwrap();
    drop(listener);
    for fault in faults {
        assert_eq!(ErrorKind::of_io(&fault), ErrorKind::BadInput, "{fault}");
    }
}
