//! Whose an output is: no command writes over what it reads, or over what is not xner's.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::os::unix::fs::symlink;

use common::{CONFIG, CORPUS, Folder, copy_model};

const VECTORS: &str = "3 2\nLund 1 0\nOslo 0 1\nEms 1 1\n";
const PAIRS: &str = "lund\tlund\nriver\trio\nrain\tlluvia\n";

/// A corpus, a dictionary, vectors, a mapping's folder and a config.
fn folder() -> Folder {
    Folder::with(&[
        ("train.conll", CORPUS),
        ("tagger.toml", CONFIG),
        ("d.txt", PAIRS),
        ("p.txt", "the river\tel rio\n"),
        ("v.vec", VECTORS),
        ("w.vec", VECTORS),
        ("m/source.vec", VECTORS),
        ("m/target.vec", VECTORS),
    ])
}

/// Runs what is refused, and everything stays as it was.
fn spares(folder: &Folder, arguments: &str, parts: &[&str]) {
    let before = folder.tree(".");
    folder.refused(arguments, parts);
    assert!(folder.tree(".") == before, "{arguments}");
}

#[test]
fn an_output_that_is_an_input_is_refused_with_both_names() {
    let folder = folder();
    copy_model(&folder);
    for (name, of) in [("link.conll", "train.conll"), ("link.vec", "v.vec"), ("link.txt", "d.txt")] {
        symlink(folder.path(of), folder.path(name)).unwrap();
        fs::hard_link(folder.path(of), folder.path(&format!("hard-{name}"))).unwrap();
    }
    let plot =
        "map-plot m --source v.vec --target w.vec --source-corpus train.conll --target-corpus plot.svg --out";
    folder.write("plot.svg", CORPUS.as_bytes());
    let map = "map --source m/source.vec --target w.vec --method identity";
    let map = map.replace("identity", "identical");
    let sets = "transadv-data --source train.conll --dictionary d.txt --out";
    for (command, output, input) in [
        ("convert train.conll train.conll", "train.conll", "train.conll"),
        ("convert train.conll ./train.conll --to jsonl", "./train.conll", "train.conll"),
        ("convert train.conll link.conll", "link.conll", "train.conll"),
        ("convert link.conll train.conll", "train.conll", "link.conll"),
        ("convert train.conll hard-link.conll", "hard-link.conll", "train.conll"),
        ("tag --model model --input train.conll --output train.conll", "train.conll", "train.conll"),
        ("tag --model model --input train.conll --output link.conll", "link.conll", "train.conll"),
        (
            "tag --model model --input train.conll --output model/model.safetensors",
            "model/model.safetensors",
            "model/model.safetensors",
        ),
        (
            "tag --model model --input train.conll --output model/words.txt",
            "model/words.txt",
            "model/words.txt",
        ),
        ("translate train.conll --dictionary d.txt --out train.conll", "train.conll", "train.conll"),
        ("translate train.conll --dictionary d.txt --out d.txt", "d.txt", "d.txt"),
        ("translate train.conll --dictionary d.txt --out link.txt", "link.txt", "d.txt"),
        ("translate train.conll --dictionary d.txt --phrases p.txt --out p.txt", "p.txt", "p.txt"),
        ("vectors convert v.vec v.vec", "v.vec", "v.vec"),
        ("vectors convert v.vec link.vec --lowercase", "link.vec", "v.vec"),
        ("vectors convert v.vec hard-link.vec", "hard-link.vec", "v.vec"),
        ("dictionary m --out m/source.vec", "m/source.vec", "m/source.vec"),
        ("dictionary m --out m/target.vec", "m/target.vec", "m/target.vec"),
        (&format!("{map} --out m"), "m/source.vec", "m/source.vec"),
        (&format!("{map} --out m --force"), "m/source.vec", "m/source.vec"),
        (&format!("{plot} plot"), "plot.svg", "plot.svg"),
        ("eval train.conll plot.svg --length-plot plot.png", "plot.svg", "plot.svg"),
    ] {
        spares(&folder, command, &[&format!("{output}: is the input {input}")]);
    }
    folder.write("sets/target.conll", CORPUS.as_bytes());
    let own = format!("{sets} sets").replace("train.conll", "sets/target.conll");
    for own in [own.clone(), own + " --force"] {
        spares(&folder, &own, &["sets/target.conll: is the input sets/target.conll"]);
    }
    // Other names in the same folder are outputs as any others.
    folder.xner("dictionary m --out m/d.txt").ok();
    folder.xner("dictionary m --out m/d.txt --k 2").ok();
    folder.xner("convert train.conll /dev/null --to jsonl").ok();
}

/// What the shell has put under standard input and output is known too.
#[test]
fn standard_output_that_is_the_input_is_refused() {
    let folder = folder();
    let run = |script: &str| {
        let mut command = std::process::Command::new("sh");
        let program = common::xner().get_program().to_owned();
        command.current_dir(folder.path("")).args(["-c", script]).env("XNER", program);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = run("\"$XNER\" convert train.conll - --to jsonl >> train.conll");
    assert!(code == Some(2) && said.contains("<stdout>: is the input train.conll"), "{said}");
    let (code, said) = run("\"$XNER\" convert - train.conll < train.conll");
    assert!(code == Some(2) && said.contains("train.conll: is the input <stdin>"), "{said}");
    assert_eq!(folder.read("train.conll"), CORPUS);
    assert_eq!(run("\"$XNER\" convert - - < train.conll > other.conll").0, Some(0));
    assert_eq!(folder.read("other.conll"), CORPUS);
}

#[test]
fn inputs_of_a_training_that_lie_where_it_writes_are_refused() {
    let folder = folder();
    folder.write("work/words.txt", CORPUS.as_bytes());
    folder.write("work/train-report.json", b"{}");
    folder.write("tagger.toml", CONFIG.replace("train.conll", "work/words.txt").as_bytes());
    for force in ["", " --force"] {
        let command = format!("train --config tagger.toml --out work{force}");
        spares(&folder, &command, &["work/words.txt: is the input", "work/words.txt"]);
    }
    let config = "[source]\ntrain = \"run/translated/train.conll\"\ndev = \"train.conll\"\n\
                  [target]\nvectors = \"v.vec\"\n[dictionary]\nfile = \"d.txt\"\n";
    folder.write("bwet.toml", config.as_bytes());
    folder.write("run/translated/train.conll", CORPUS.as_bytes());
    folder.write("run/run.json", b"");
    let parts = ["run/translated/train.conll: is the input"];
    spares(&folder, "transfer bwet --config bwet.toml --out run", &parts);
    // It is the run of a seed that would write there.
    fs::create_dir(folder.path("runs")).unwrap();
    fs::rename(folder.path("run"), folder.path("runs/seed-3")).unwrap();
    folder.write("bwet.toml", config.replace("run/", "runs/seed-3/").as_bytes());
    let parts = ["runs/seed-3/translated/train.conll: is the input"];
    spares(&folder, "transfer bwet --config bwet.toml --out runs --seeds 2,3", &parts);
}

#[test]
fn a_folder_that_is_not_xners_is_refused_unless_forced() {
    let folder = folder();
    let other = |name: &str| {
        folder.write(&format!("{name}/letter.txt"), b"dear");
        folder.write(&format!("{name}/checkpoint/letter.txt"), b"dear");
    };
    for name in ["other", "models/words"] {
        other(name);
    }
    folder.write(
        "bwet.toml",
        b"source.train = \"train.conll\"\ntarget.vectors = \"v.vec\"\ndictionary.file = \"d.txt\"\n",
    );
    folder.write("low.toml", b"train = \"train.conll\"\ntest = \"train.conll\"\n");
    for (command, out) in [
        ("train --config tagger.toml --out other", "other"),
        ("map --source v.vec --target w.vec --method identical --out other", "other"),
        ("transadv-data --source train.conll --dictionary d.txt --out other", "other"),
        ("transfer bwet --config bwet.toml --out other", "other"),
        ("transfer bwet --config bwet.toml --out other --seeds 1,2", "other"),
        ("low-resource --config low.toml --model m --out other", "other"),
        ("demo --out models", "models/words"),
    ] {
        let message = format!("{out}: is no folder of xner's, for it holds `checkpoint`");
        spares(&folder, command, &[&message, "--force"]);
    }
    // With leave, what is not xner's stays, and is named where it lies in xner's way.
    let said = folder.xner("train --config tagger.toml --out other --force");
    let note = "note: other/checkpoint is left, for it holds what is not xner's: `letter.txt`";
    assert!(said.err.contains(note), "{}", said.err);
    said.ok();
    assert_eq!(folder.files("other/checkpoint"), ["letter.txt"]);
    assert_eq!(folder.read("other/letter.txt"), "dear");
    assert!(folder.files("other").contains(&"config.json".to_owned()));
    // It is a model now, and trained: the same command needs no leave.
    folder.xner("train --config tagger.toml --out other").ok();
    assert_eq!(folder.files("other/checkpoint"), ["letter.txt"]);
    let sets = folder.xner("transadv-data --source train.conll --dictionary d.txt --out m --force");
    sets.ok();
    assert_eq!(folder.read("m/source.vec"), VECTORS);
    folder.xner("transadv-data --source train.conll --dictionary d.txt --out m").ok();
}

#[test]
fn the_log_of_the_run_itself_may_lie_in_its_folder() {
    let folder = folder();
    fs::create_dir(folder.path("run")).unwrap();
    let script = "\"$XNER\" train --config tagger.toml --out run > run/out.txt 2> run/log.txt";
    let mut command = std::process::Command::new("sh");
    let program = common::xner().get_program().to_owned();
    command.current_dir(folder.path("")).args(["-c", script]).env("XNER", program);
    assert!(command.status().unwrap().success(), "{}", folder.read("run/log.txt"));
    assert!(folder.read("run/out.txt").contains("F1 100.00"));
}

/// A folder of the time when a lock lay in the folder of the checkpoint, and one of a run that was killed at once.
#[test]
fn stale_locks_and_what_dead_processes_wrote_go_with_the_next_run() {
    let folder = folder();
    let dead = ".xner-0aZ19bcd.part";
    for name in ["checkpoint/lock", ".xner-lock", dead, &format!("checkpoint/{dead}")] {
        folder.write(&format!("run/{name}"), b"");
    }
    folder.xner("train --config tagger.toml --out run").ok();
    folder.xner("train --config tagger.toml --out anew").ok();
    assert!(folder.tree("run") == folder.tree("anew"), "{:?}", folder.files("run"));
    folder.write(dead, b"half");
    folder.xner("convert train.conll out.jsonl").ok();
    assert!(!folder.path(dead).exists());
}

#[test]
fn names_with_control_characters_are_escaped() {
    let folder = folder();
    folder.write("other/a\u{1b}[31m.txt", b"");
    folder.refused("train --config tagger.toml --out other", &["holds `a\\u{1b}[31m.txt`"]);
}
