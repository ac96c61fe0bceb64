//! What is in the cache already.

use std::sync::Barrier;
use std::thread;

use super::*;

/// The folder of `owner/name` in the cache.
fn own(place: &Place) -> PathBuf {
    place.hub.cache.join("models--owner--name")
}

#[cfg(unix)]
#[test]
fn a_cache_that_huggingface_hub_made_opens_offline() {
    let place = Place::honest(&[]);
    let folder = own(&place);
    let snapshot = folder.join("snapshots").join(COMMIT);
    for folder in [folder.join("blobs"), folder.join("refs/refs/pr"), snapshot.clone()] {
        fs::create_dir_all(folder).unwrap();
    }
    for (name, text) in Files::plain().0 {
        let hash = git(&text);
        fs::write(folder.join("blobs").join(&hash), text).unwrap();
        std::os::unix::fs::symlink(format!("../../blobs/{hash}"), snapshot.join(name)).unwrap();
    }
    fs::write(folder.join("refs/main"), COMMIT).unwrap();
    fs::write(folder.join("refs/refs/pr/1"), COMMIT).unwrap();
    let hub = Hub { offline: true, ..place.hub.clone() };
    for name in ["owner/name".to_owned(), "owner/name@refs/pr/1".to_owned(), format!("owner/name@{COMMIT}")] {
        assert_eq!(hub.directory(&name).unwrap(), snapshot);
    }
    // Files without links, as on systems that have none.
    for name in Files::plain().0.keys() {
        let text = fs::read(snapshot.join(name)).unwrap();
        fs::remove_file(snapshot.join(name)).unwrap();
        fs::write(snapshot.join(name), text).unwrap();
    }
    assert_eq!(hub.directory("owner/name").unwrap(), snapshot);
    // A reference that is no commit leads nowhere, not even where a model is.
    let elsewhere = place.home.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    for (name, text) in Files::plain().0 {
        fs::write(elsewhere.join(name), text).unwrap();
    }
    for bad in ["../../../elsewhere", elsewhere.to_str().unwrap(), "", "0123abcd", "/etc"] {
        fs::write(folder.join("refs/main"), bad).unwrap();
        assert_eq!(hub.directory("owner/name").unwrap_err().kind(), ErrorKind::Hub, "{bad}");
    }
}

#[test]
fn a_file_that_the_cache_has_is_not_fetched_and_a_damaged_one_is_replaced() {
    let place = Place::honest(&[("config.json", "{}"), (WEIGHTS_FILE, "weights"), ("vocab.txt", "a")]);
    let blobs = own(&place).join("blobs");
    fs::create_dir_all(&blobs).unwrap();
    let blob = blobs.join(sha256(b"weights"));
    fs::write(&blob, "weights").unwrap();
    let before = fs::metadata(&blob).unwrap().modified().unwrap();
    place.gives("a whole file");
    assert_eq!(fs::metadata(&blob).unwrap().modified().unwrap(), before);
    fs::write(&blob, "weig").unwrap();
    fs::remove_dir_all(own(&place).join("snapshots")).unwrap();
    place.gives("a damaged file");
}

#[test]
fn a_reference_follows_its_branch() {
    let place = Place::honest(&[("config.json", "{}"), (WEIGHTS_FILE, "weights"), ("vocab.txt", "a")]);
    let main = own(&place).join("refs/main");
    fs::create_dir_all(main.parent().unwrap()).unwrap();
    fs::write(&main, COMMIT.replace('0', "1")).unwrap();
    place.gives("a new commit");
    assert_eq!(fs::read_to_string(main).unwrap(), COMMIT);
}

#[cfg(unix)]
#[test]
fn links_that_someone_put_there_are_not_followed() {
    use std::os::unix::fs::symlink;

    let place = Place::honest(&[("config.json", "{}"), (WEIGHTS_FILE, "weights"), ("vocab.txt", "a")]);
    let elsewhere = tempfile::tempdir().unwrap();
    let victim = elsewhere.path().join("victim");
    fs::write(&victim, "mine").unwrap();
    let blobs = own(&place).join("blobs");
    let snapshot = own(&place).join("snapshots").join(COMMIT);
    let refs = own(&place).join("refs");
    for folder in [&blobs, &snapshot, &refs] {
        fs::create_dir_all(folder).unwrap();
    }
    let hash = sha256(b"weights");
    for name in [hash.clone(), format!("{hash}.incomplete"), format!("{hash}.part"), format!("{hash}.lock")] {
        symlink(&victim, blobs.join(name)).unwrap();
    }
    symlink(elsewhere.path().join("nothing"), snapshot.join(WEIGHTS_FILE)).unwrap();
    symlink(&victim, refs.join("main")).unwrap();
    let folder = place.fetch("owner/name").unwrap();
    assert_eq!(fs::read(folder.join(WEIGHTS_FILE)).unwrap(), b"weights");
    assert_eq!(fs::read(&victim).unwrap(), b"mine");
    assert_eq!(names(elsewhere.path()), ["victim"]);
    assert!(!blobs.join(&hash).is_symlink() && !refs.join("main").is_symlink());
    // A lock neither.
    let place = Place::honest(&[("config.json", "{}"), (WEIGHTS_FILE, "weights"), ("vocab.txt", "a")]);
    let locks = place.hub.cache.join(".locks/models--owner--name");
    fs::create_dir_all(&locks).unwrap();
    symlink(elsewhere.path().join("nothing"), locks.join(format!("{hash}.lock"))).unwrap();
    let fault = place.fetch("owner/name").unwrap_err().to_string();
    assert!(fault.contains("is a link, expected a lock"), "{fault}");
    assert_eq!(names(elsewhere.path()), ["victim"]);
}

#[test]
fn what_a_killed_program_left_is_removed_and_what_others_left_is_not() {
    let place = Place::honest(&[("config.json", "{}"), (WEIGHTS_FILE, "weights"), ("vocab.txt", "a")]);
    let blobs = own(&place).join("blobs");
    fs::create_dir_all(&blobs).unwrap();
    let hash = sha256(b"weights");
    let (ours, others, another) = (
        format!("{hash}.0123456789abcdef.incomplete"),
        format!("{hash}.01234567.incomplete"),
        format!("{}.0123456789abcdef.incomplete", sha256(b"x")),
    );
    for name in [&ours, &others, &another] {
        fs::write(blobs.join(name), "wei").unwrap();
    }
    place.fetch("owner/name").unwrap();
    let left: Vec<_> = names(&blobs).into_iter().filter(|name| name.ends_with(".incomplete")).collect();
    let mut expected = [others, another];
    expected.sort();
    assert_eq!(left, expected);
}

#[test]
fn four_at_once_leave_one_whole_cache() {
    let files = Files::plain();
    let place = Place::new(Server::start(move |request| {
        let mut reply = files.reply(request);
        if request.file() == WEIGHTS_FILE {
            // Slowly, so that all wait for one.
            reply.drip = Some((180, Duration::from_millis(10)));
        }
        reply
    }));
    let barrier = Barrier::new(4);
    let folders: Vec<_> = thread::scope(|scope| {
        let fetch = || {
            barrier.wait();
            place.fetch("owner/name")
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(fetch)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect()
    });
    assert!(folders.iter().all(|folder| folder == &folders[0]));
    place.gives("four at once");
}

#[test]
fn a_lock_that_another_holds_is_waited_for_and_then_named() {
    let place = Place::honest(&[("config.json", "{}"), (WEIGHTS_FILE, "weights"), ("vocab.txt", "a")]);
    let locks = place.hub.cache.join(".locks/models--owner--name");
    fs::create_dir_all(&locks).unwrap();
    let lock = fs::File::create(locks.join(format!("{}.lock", sha256(b"weights")))).unwrap();
    lock.lock().unwrap();
    let mut place = place;
    place.limits.lock = Duration::from_millis(100);
    let fault = place.fetch("owner/name").unwrap_err().to_string();
    place.limits.lock = Duration::from_mins(1);
    assert!(fault.contains(".lock") && fault.contains("another program"), "{fault}");
    thread::scope(|scope| {
        scope.spawn(move || {
            thread::sleep(Duration::from_millis(200));
            drop(lock);
        });
        place.gives("after the wait");
    });
}
