//! What a caller does with a fault.

use std::io;

/// The kind of a fault. It says what a caller does with it; the fault's text says what is wrong.
///
/// ```
/// use xner_core::ErrorKind;
///
/// let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
/// assert_eq!(ErrorKind::of_io(&full), ErrorKind::Io);
/// let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
/// assert_eq!(ErrorKind::of_io(&missing).exit_code(), 2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file, a setting or an argument is wrong. The caller mends it.
    BadInput,
    /// A folder holds another run or model. The caller takes another folder, or removes it.
    StaleFolder,
    /// The observer stopped the run. The same call goes on.
    Stopped,
    /// A loss, a gradient or a weight is no longer a finite number. A lower rate or another seed may help.
    Diverged,
    /// A device is missing or was lost.
    Device,
    /// The system failed: a full disk, a broken pipe.
    Io,
    /// A model's name on the hub leads to nothing, or the hub does not answer.
    Hub,
    /// A time that the caller set is over.
    Deadline,
    /// There is more to do than there is room for. The caller asks again later.
    Busy,
    /// Anything else, such as a fault of somebody's own strategy.
    Other,
}

impl ErrorKind {
    /// The kind of what the system said of a file: a wrong path is the caller's, a full disk is not.
    pub fn of_io(fault: &io::Error) -> Self {
        match fault.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::IsADirectory
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::AlreadyExists
            | io::ErrorKind::InvalidFilename
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
            | io::ErrorKind::UnexpectedEof => Self::BadInput,
            _ if is_wrong_path(fault) => Self::BadInput,
            _ => Self::Io,
        }
    }

    /// The exit code of a program that ends with such a fault.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::BadInput | Self::StaleFolder | Self::Hub => 2,
            Self::Stopped => 130,
            Self::Diverged | Self::Device | Self::Io | Self::Deadline | Self::Busy | Self::Other => 1,
        }
    }

    /// The HTTP status of a service that answers with such a fault.
    pub fn http_status(self) -> u16 {
        match self {
            Self::BadInput => 400,
            Self::StaleFolder => 409,
            Self::Diverged | Self::Io | Self::Other => 500,
            Self::Hub => 502,
            Self::Stopped | Self::Device | Self::Busy => 503,
            Self::Deadline => 504,
        }
    }
}

/// Whether a path leads to no file, in ways whose kinds cannot be named: links that lead in a circle, and a socket or a
/// device that cannot be opened as a file.
fn is_wrong_path(fault: &io::Error) -> bool {
    /// No such device or address, and no such device: the same numbers on every Unix.
    const NO_DEVICE: [i32; 2] = [6, 19];
    // The kind of such links has this name, but no stable Rust can spell it.
    let circle = format!("{:?}", fault.kind()) == "FilesystemLoop";
    circle || cfg!(unix) && fault.raw_os_error().is_some_and(|code| NO_DEVICE.contains(&code))
}
