//! What is being written: whose it is, and what is left of it.
#![cfg(feature = "files")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::Write;
use std::path::Path;

use xner_core::ErrorKind;
use xner_corpus::Error;
use xner_corpus::write::{
    FolderLock, LOCK, MadeFolder, Output, PartialFolder, check_output, foreign, is_partial, open_lock,
    remove_own, remove_partial,
};

/// The names of all that is in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A name as temporary files have it, of no process.
const DEAD: &str = ".xner-0aZ19bcd.part";

#[cfg(unix)]
#[test]
fn what_a_killed_process_left_is_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let own = |name: &str| folder.path().join(name);
    fs::write(own(DEAD), "half").unwrap();
    fs::create_dir(own(".xner-folder12.part")).unwrap();
    fs::write(own(".xner-folder12.part/file"), "half").unwrap();
    // None of these is ours: other names, and a link.
    let others = [".xner-mine", ".xner-notes-of-june.part", ".xner-short.part", "in.conll", "other.part"];
    for name in others {
        fs::write(own(name), "").unwrap();
    }
    std::os::unix::fs::symlink(own("in.conll"), own(".xner-linklink.part")).unwrap();
    // And this is being written.
    let mut output = Output::create(own("out.conll")).unwrap();
    output.write_all(b"whole").unwrap();
    let left = names(folder.path());
    assert!(!left.contains(&DEAD.to_owned()), "{left:?}");
    assert_eq!(left.len(), others.len() + 2, "{left:?}");
    remove_partial(folder.path()).unwrap();
    assert_eq!(names(folder.path()), left);
    output.finish().unwrap();
    assert_eq!(fs::read(own("out.conll")).unwrap(), b"whole");
    assert!(remove_partial(&own("in.conll")).is_err());
}

#[test]
fn names_are_random_and_a_folder_appears_when_it_is_complete() {
    let parent = tempfile::tempdir().unwrap();
    let [a, b] = [(); 2].map(|()| Output::create(parent.path().join("same")).unwrap());
    let found = names(parent.path());
    assert!(found.len() == 2 && found.iter().all(|name| is_partial(name)), "{found:?}");
    drop((a, b));
    let folder = PartialFolder::create(parent.path()).unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    remove_partial(parent.path()).unwrap();
    assert!(folder.path().join("file").exists());
    folder.persist(&parent.path().join("whole")).unwrap();
    assert_eq!(names(parent.path()), ["whole"]);
    drop(PartialFolder::create(parent.path()).unwrap());
    assert_eq!(names(parent.path()), ["whole"]);
}

#[cfg(unix)]
#[test]
fn an_output_that_is_an_input_is_refused_by_whatever_name() {
    let folder = tempfile::tempdir().unwrap();
    let [a, b, link, hard] = ["a", "b", "link", "hard"].map(|name| folder.path().join(name));
    fs::write(&a, "").unwrap();
    fs::write(&b, "").unwrap();
    std::os::unix::fs::symlink(&a, &link).unwrap();
    fs::hard_link(&a, &hard).unwrap();
    let round = folder.path().join("../").join(folder.path().file_name().unwrap()).join("a");
    for output in [&a, &link, &hard, &round] {
        let fault = check_output(output, [b.as_path(), &a]).unwrap_err();
        assert_eq!(fault.kind(), ErrorKind::BadInput);
        assert!(
            matches!(&fault, Error::OutputIsInput { output: own, input } if own == output && *input == a)
        );
        let said = fault.to_string();
        assert!(said.starts_with(&format!("{}: is the input {}", output.display(), a.display())), "{said}");
        check_output(output, [b.as_path()]).unwrap();
    }
    // What is not there, and what is no file.
    check_output(&folder.path().join("new"), [a.as_path()]).unwrap();
    check_output(Path::new("/dev/null"), [Path::new("/dev/null")]).unwrap();
    check_output(folder.path(), [folder.path()]).unwrap();
}

#[test]
fn a_folder_is_one_process_at_a_time_and_stale_locks_do_no_harm() {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("a/b/out");
    let lock = FolderLock::take(&out).unwrap();
    assert_eq!(names(&out), [LOCK]);
    let fault = FolderLock::take(&out).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::StaleFolder);
    assert!(fault.to_string().contains("out: another process is writing into this folder"), "{fault}");
    drop(lock);
    // What was made for it alone is gone.
    assert_eq!(names(parent.path()), [""; 0]);
    fs::create_dir_all(&out).unwrap();
    fs::write(out.join(LOCK), "").unwrap();
    remove_partial(&out).unwrap();
    assert_eq!(names(&out), [""; 0]);
    let lock = FolderLock::take(&out).unwrap();
    remove_partial(&out).unwrap();
    assert_eq!(names(&out), [LOCK]);
    drop(lock);
    fs::write(out.join(LOCK), "").unwrap();
    let made = FolderLock::take(&out).unwrap().release();
    assert_eq!(names(&out), [""; 0]);
    FolderLock::take(&out).unwrap();
    drop(made);
    assert!(out.exists());
}

#[test]
fn one_of_many_gets_the_folder_and_each_may_have_it() {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("out");
    let (inside, had) = (std::sync::atomic::AtomicUsize::new(0), std::sync::atomic::AtomicUsize::new(0));
    let order = std::sync::atomic::Ordering::SeqCst;
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for _ in 0..20 {
                    match FolderLock::take(&out) {
                        Ok(lock) => {
                            assert_eq!(inside.fetch_add(1, order), 0);
                            had.fetch_add(1, order);
                            inside.fetch_sub(1, order);
                            drop(lock);
                        }
                        Err(fault) => assert!(matches!(fault, Error::InUse { .. }), "{fault}"),
                    }
                }
            });
        }
    });
    assert!(had.into_inner() > 5);
    // It goes with the last that made it, but one that found it there leaves it, empty.
    assert!(!out.exists() || names(&out).is_empty());
}

#[test]
fn folders_that_were_made_go_while_they_are_empty() {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("a/b");
    drop(MadeFolder::make(&out).unwrap());
    assert_eq!(names(parent.path()), [""; 0]);
    let made = MadeFolder::make(&out).unwrap();
    fs::write(parent.path().join("a/file"), "").unwrap();
    drop(made);
    assert_eq!(names(&parent.path().join("a")), ["file"]);
    let fault = MadeFolder::make(&parent.path().join("a/file")).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::BadInput);
    assert!(fault.to_string().ends_with("a/file: is a file, expected a folder"), "{fault}");
}

#[cfg(unix)]
#[test]
fn a_lock_follows_no_link() {
    let folder = tempfile::tempdir().unwrap();
    let (victim, lock) = (folder.path().join("victim"), folder.path().join(LOCK));
    fs::write(&victim, "dear").unwrap();
    std::os::unix::fs::symlink(&victim, &lock).unwrap();
    assert_eq!(open_lock(&lock).unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
    assert_eq!(FolderLock::take(folder.path()).unwrap_err().kind(), ErrorKind::BadInput);
    fs::remove_file(&victim).unwrap();
    assert!(open_lock(&lock).is_err() && !victim.exists());
}

#[test]
fn what_is_named_is_removed_and_the_folder_if_it_is_empty() {
    let parent = tempfile::tempdir().unwrap();
    let own = parent.path().join("checkpoint");
    let file = |name: &str| fs::write(own.join(name), "").unwrap();
    assert_eq!(remove_own(&own, &["state"]).unwrap(), [""; 0]);
    fs::create_dir(&own).unwrap();
    file("state");
    file(DEAD);
    assert_eq!(remove_own(&own, &["state", "lock"]).unwrap(), [""; 0]);
    assert!(!own.exists());
    fs::create_dir_all(own.join("more")).unwrap();
    for name in ["state", "letter.txt", LOCK] {
        file(name);
    }
    assert_eq!(foreign(&own).unwrap(), ["letter.txt", "more", "state"]);
    assert_eq!(remove_own(&own, &["state"]).unwrap(), ["letter.txt", "more"]);
    assert_eq!(names(&own), ["letter.txt", "more"]);
    // A link to a folder is no folder of ours.
    #[cfg(unix)]
    {
        let link = parent.path().join("link");
        std::os::unix::fs::symlink(&own, &link).unwrap();
        assert_eq!(remove_own(&link, &["letter.txt"]).unwrap(), [""; 0]);
        assert!(own.join("letter.txt").exists());
    }
}

#[test]
fn a_probe_leaves_nothing_and_tells_what_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.txt", "a.vec.gz"] {
        Output::probe(folder.path().join(name)).unwrap();
    }
    assert_eq!(names(folder.path()), [""; 0]);
    Output::probe("-").unwrap();
    Output::probe("/dev/null").unwrap();
    assert_eq!(Output::probe(folder.path().join("no/a.txt")).unwrap_err().kind(), ErrorKind::BadInput);
}
