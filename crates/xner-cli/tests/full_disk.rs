//! A disk that is full: it is told before the work where it can be, no old file is lost, no half file stays, and what
//! was begun goes on when there is room.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use common::{CONFIG, CORPUS, Folder, Said, copy_model};
use xner_sample::{Language, Sample};

fn folder() -> Folder {
    let sample = Sample::new(1).unwrap();
    let folder = Folder::with(&[
        ("en.vec", &sample.vectors(Language::English).to_text()),
        ("es.vec", &sample.vectors(Language::Spanish).to_text()),
        ("fast.toml", "[refinement]\ninterval = 3\n"),
        ("train.conll", CORPUS),
        ("tagger.toml", CONFIG),
        ("d.txt", "lund\tlund\nriver\trio\nrain\tlluvia\n"),
        ("big.conll", &CORPUS.repeat(500)),
        ("big.txt", &"Mira met Otto in Lund. ".repeat(5000)),
    ]);
    fs::create_dir(folder.path("disk")).unwrap();
    folder
}

/// A small disk in the folder `disk`, where root may mount one.
struct Disk(PathBuf);

impl Disk {
    fn mount(folder: &Folder, kib: usize) -> Option<Self> {
        let path = folder.path("disk");
        let size = format!("size={kib}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path).output();
        let mounted = mounted.is_ok_and(|output| output.status.success());
        if !mounted {
            eprintln!("no disk can be mounted here: files are limited in size instead");
        }
        mounted.then_some(Self(path))
    }

    fn grow(&self, kib: usize) {
        let size = format!("remount,size={kib}k");
        assert!(Command::new("mount").args(["-o", &size]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Runs `xner` where no file may be larger than some 512 bytes: what a full disk is to a single file.
fn limited(folder: &Folder, blocks: usize, arguments: &str) -> Said {
    let program = common::xner().get_program().to_owned();
    // Ignored, the signal that comes with it is a fault of writing.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$XNER\" {arguments}");
    let mut command = Command::new("sh");
    command.current_dir(folder.path("")).args(["-c", &script]).env("XNER", program);
    let output = command.output().unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The commands that write one file, here `disk/out`, larger than a small disk.
const FILES: [&str; 6] = [
    "convert big.conll disk/out",
    "convert big.conll disk/out --to jsonl",
    "tag --model model --input big.txt --format text --output disk/out",
    "translate big.conll --dictionary d.txt --out disk/out",
    "vectors convert en.vec disk/out",
    "vectors convert en.vec disk/out --format safetensors",
];

fn no_room(said: &Said, command: &str) {
    assert_eq!(said.code, 1, "{command}: {}", said.err);
    let told = said.err.contains("No space left on device") || said.err.contains("File too large");
    assert!(told && said.err.lines().any(|line| line.starts_with("error: disk")), "{command}: {}", said.err);
}

#[test]
fn a_file_for_which_there_is_no_room_leaves_the_old_one() {
    let folder = folder();
    copy_model(&folder);
    let disk = Disk::mount(&folder, 16);
    folder.write("disk/out", b"old");
    for command in FILES {
        let said = if disk.is_some() { folder.xner(command) } else { limited(&folder, 16, command) };
        no_room(&said, command);
        assert_eq!(folder.files("disk"), ["out"], "{command}");
        assert_eq!(folder.read("disk/out"), "old", "{command}");
    }
    if let Some(disk) = &disk {
        disk.grow(4096);
    }
    for command in FILES {
        folder.xner(command).ok();
        assert_ne!(fs::read(folder.path("disk/out")).unwrap(), b"old", "{command}");
    }
}

/// The same by a limit of a file's size alone, which anyone may set.
#[test]
fn a_file_that_may_not_grow_leaves_the_old_one() {
    let folder = folder();
    folder.write("disk/out", b"old");
    for command in FILES.iter().filter(|command| !command.starts_with("tag")) {
        no_room(&limited(&folder, 16, command), command);
        assert_eq!(folder.files("disk"), ["out"], "{command}");
        assert_eq!(folder.read("disk/out"), "old", "{command}");
    }
}

/// Commands whose output is a folder, here `disk/out`: on disks of some sizes they stop somewhere, and go on from
/// there.
#[test]
fn a_folder_for_which_there_is_no_room_goes_on_when_there_is() {
    for (command, sizes) in [
        (
            "map --source en.vec --target es.vec --limit 300 --method identical --config fast.toml --out",
            [40, 250],
        ),
        ("train --config tagger.toml --out", [20, 60]),
        ("transadv-data --source big.conll --dictionary d.txt --out", [20, 100]),
    ] {
        let folder = folder();
        folder.xner(&format!("{command} whole")).ok();
        let wanted = folder.tree("whole");
        for size in sizes {
            let own = format!("{command} disk/out");
            let disk = Disk::mount(&folder, size);
            let said = if disk.is_some() { folder.xner(&own) } else { limited(&folder, size, &own) };
            no_room(&said, &own);
            if folder.path("disk/out").exists() {
                let found = folder.tree("disk/out");
                assert!(!found.keys().any(|name| name.contains(".xner-")), "{own}: {:?}", found.keys());
                for (name, bytes) in &found {
                    assert!(
                        wanted.get(name).is_none_or(|whole| whole == bytes),
                        "{own}: {name} is not whole"
                    );
                }
            }
            if let Some(disk) = &disk {
                disk.grow(16384);
            }
            folder.xner(&own).ok();
            assert!(folder.tree("disk/out") == wanted, "{own}: {:?}", folder.files("disk/out"));
            drop(disk);
            let _ = fs::remove_dir_all(folder.path("disk/out"));
        }
    }
}

/// What cannot be written is told before anything is read: the inputs are not even there.
#[test]
fn what_cannot_be_written_is_told_before_the_work() {
    let folder = folder();
    copy_model(&folder);
    folder.write("gone.toml", CONFIG.replace("train.conll", "gone.conll").as_bytes());
    folder.write(
        "bwet.toml",
        b"source.train = \"gone.conll\"\ntarget.vectors = \"gone.vec\"\ndictionary.file = \"gone\"\n",
    );
    folder.write("low.toml", b"train = \"gone.conll\"\ntest = \"gone.conll\"\n");
    let commands = [
        "train --config gone.toml --out",
        "transfer bwet --config bwet.toml --out",
        "transfer bwet --config bwet.toml --seeds 1,2 --out",
        "low-resource --config low.toml --model model --out",
        "map --source gone.vec --target gone.vec --method identical --out",
        "transadv-data --source gone.conll --dictionary gone.txt --out",
        "demo --out",
        "tag --model gone --input gone.conll --output",
        "translate gone.conll --dictionary gone.txt --out",
        "vectors convert gone.vec",
        "dictionary gone --out",
        "map-plot gone --source gone.vec --target gone.vec --source-corpus gone --target-corpus gone --out",
        "eval gone gone --length-plot",
    ];
    for command in commands {
        let own = format!("{command} train.conll/out");
        let said = folder.xner(&own);
        assert_eq!(said.code, 2, "{own}: {}", said.err);
        assert!(said.err.starts_with("error: train.conll/out"), "{own}: {}", said.err);
        assert!(!said.err.contains("gone"), "{own}: {}", said.err);
    }
    let Some(_disk) = Disk::mount(&folder, 16) else { return };
    folder.write("disk/filler", &[0; 1 << 14]);
    for command in commands {
        let own = format!("{command} disk/out");
        let said = folder.xner(&own);
        no_room(&said, &own);
        assert!(!said.err.contains("gone"), "{own}: {}", said.err);
        assert_eq!(folder.files("disk"), ["filler"], "{own}");
    }
}
