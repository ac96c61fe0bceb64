//! Files as memory: the only unsafe line of this crate.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// A whole file, read-only, as memory.
///
/// Its bytes are valid in any pattern as what this crate views them as (numbers), and every view is checked
/// again where a pattern matters (UTF-8, ranks, offsets), so that a file which another program overwrites in
/// place while it is mapped gives other words and numbers, but no panic and no endless loop. A file that is cut
/// short while it is mapped ends the process (`SIGBUS`) when its lost pages are read. Strictly, a slice that changes
/// while it is borrowed breaks Rust's rules: do not overwrite files in place while they are open, but rename a new
/// one into place, as all writers of this crate do.
pub(crate) fn map_file(file: &File) -> io::Result<Mmap> {
    // SAFETY: the map is read-only and lives as long as the `Mmap`. Its bytes are only ever read as integers and
    // floats, for which every pattern is a value; nothing keeps a conclusion about them beyond a check, and every
    // index that is read from them is bounded when it is used. That nobody changes the file underneath is the one
    // condition which code cannot check, here as for every memory map: it is on the user, as said above.
    unsafe { Mmap::map(file) }
}
