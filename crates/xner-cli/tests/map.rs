//! `xner map`.
#![allow(clippy::float_cmp, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{Folder, interrupt};
use serde_json::Value;
use xner_sample::{Language, Sample};

/// The built-in sample's vectors in two languages, and its dictionary.
fn folder() -> Folder {
    let sample = Sample::new(1).unwrap();
    let (english, spanish) = (Language::English, Language::Spanish);
    let pairs = sample.dictionary(english, spanish);
    let lines: Vec<String> = pairs.iter().map(|(source, target)| format!("{source}\t{target}")).collect();
    let lines = lines.join("\n") + "\n";
    Folder::with(&[
        ("en.vec", &sample.vectors(english).to_text()),
        ("es.vec", &sample.vectors(spanish).to_text()),
        ("en-es.txt", &lines),
        // Patience enough for so few words.
        ("fast.toml", "[refinement]\ninterval = 10\n"),
    ])
}

const FILES: [&str; 5] = ["config.json", "mapping.safetensors", "report.json", "source.vec", "target.vec"];

fn right(json: &Value) -> f64 {
    json["eval"]["csls"]["p@1"].as_f64().unwrap()
}

#[test]
fn a_mapping_is_learnt_from_a_dictionary() {
    let folder = folder();
    let given = "map --source en.vec --target es.vec --method supervised --dictionary en-es.txt";
    let json = folder.xner(&format!("{given} --eval en-es.txt --out m --json")).json();
    assert!(right(&json) > 0.9, "{json}");
    assert_eq!(json["report"]["restarts"].as_array().unwrap().len(), 1);
    assert_eq!(folder.files("m"), FILES);
    let judged = folder.xner("map-eval m --dictionary en-es.txt --json").json();
    // What is written has fewer digits than what was judged.
    assert!((judged["csls"]["p@1"].as_f64().unwrap() - right(&json)).abs() < 0.01, "{judged}");
    folder.refused(&format!("{given} --out m"), &["m: already holds a mapping: the config is the same"]);
    let other = "m: already holds a mapping: `limit` is 200000 there, and 500 here";
    folder.refused(&format!("{given} --out m --set limit=500"), &[other]);
    // The same again has the same bytes, on one thread too; our own format is another file.
    folder.xner(&format!("{given} --out n --threads 1")).ok();
    for name in FILES {
        let read = |run: &str| std::fs::read(folder.path(&format!("{run}/{name}"))).unwrap();
        assert_eq!(read("m"), read("n"), "{name}");
    }
    folder.xner(&format!("{given} --out own --format safetensors --refinements 0")).ok();
    assert!(folder.files("own").contains(&"source.safetensors".to_owned()));
    assert!(
        folder.xner("map-eval own --dictionary en-es.txt --json").json()["csls"]["p@1"].as_f64() > Some(0.9)
    );
}

#[test]
fn a_printed_config_is_taken_as_it_is() {
    let folder = folder();
    let files = "--source en.vec --target es.vec --dictionary en-es.txt";
    for method in ["supervised", "identical"] {
        let printed = folder.xner(&format!("map --print-config --method {method}")).ok();
        assert!(printed.contains(&format!("\nmethod = \"{method}\"\n")), "{printed}");
        let printed = printed.replace("interval = 50", "interval = 10");
        folder.write(&format!("{method}.toml"), printed.as_bytes());
        folder.xner(&format!("map {files} --config {method}.toml --out {method}")).ok();
        let set = if method == "identical" { " --set refinement.interval=10" } else { "" };
        folder.xner(&format!("map {files} --method {method}{set} --out {method}-alone")).ok();
        assert_eq!(folder.tree(method), folder.tree(&format!("{method}-alone")), "{method}");
    }
    let contradicted = "--method is identical, but `method` is supervised in supervised.toml";
    folder.refused(
        &format!("map {files} --config supervised.toml --method identical --out n"),
        &[contradicted],
    );
}

#[test]
fn a_dictionary_of_the_other_direction_is_refused() {
    let folder = folder();
    let turned: String = folder
        .read("en-es.txt")
        .lines()
        .map(|line| line.split_once('\t').unwrap())
        .fold(String::new(), |all, (a, b)| all + b + "\t" + a + "\n");
    folder.write("es-en.txt", turned.as_bytes());
    let command = "map --source en.vec --target es.vec --method supervised --dictionary es-en.txt --out m";
    folder.refused(command, &["es-en.txt is of the other direction", "--allow-misfit"]);
    let said = folder.xner(&format!("{command} --allow-misfit"));
    assert!(said.err.contains("note: the dictionary es-en.txt"), "{}", said.err);
}

#[test]
fn a_mapping_that_found_nothing_is_called_failed() {
    let folder = folder();
    // The words of one side in another order: no word is where its translation is.
    let text = folder.read("es.vec");
    let (head, rows) = text.split_once('\n').unwrap();
    let rows: Vec<(&str, &str)> = rows.lines().map(|row| row.split_once(' ').unwrap()).collect();
    let shuffled = (0..rows.len()).map(|at| {
        let mut values: Vec<&str> = rows[at].1.split(' ').collect();
        let turn = 1 + at % (values.len() - 1);
        values.rotate_left(turn);
        format!("{} {}\n", rows[at].0, values.join(" "))
    });
    folder.write("odd.vec", format!("{head}\n{}", shuffled.collect::<String>()).as_bytes());
    let command = "map --source en.vec --method supervised --dictionary en-es.txt --json";
    let good = folder.xner(&format!("{command} --target es.vec --out good")).json();
    assert_eq!(
        (&good["failed"], &good["report"]["chance"]["failed"]),
        (&false.into(), &false.into()),
        "{good}"
    );
    let said = folder.xner(&format!("{command} --target odd.vec --out bad"));
    assert!(said.err.contains("bad: the mapping failed: its criterion"), "{}", said.err);
    let bad = said.json();
    assert_eq!((&bad["failed"], &bad["report"]["kept-restart"]), (&true.into(), &1.into()), "{bad}");
    assert!(folder.read("bad/report.json").contains("\"failed\": true"));
    // Whoever uses it hears of it again.
    let said = folder.xner("dictionary bad --out d.txt");
    assert!(said.err.contains("bad: the mapping failed"), "{}", said.err);
}

#[test]
fn a_mapping_is_learnt_without_a_dictionary() {
    let folder = folder();
    for method in ["self-learning", "identical"] {
        let command = format!(
            "map --source en.vec --target es.vec --method {method} --config fast.toml --eval en-es.txt --out {method}"
        );
        let said = folder.xner(&format!("{command} --json"));
        assert!(said.err.contains("self-learning 1:"), "{}", said.err);
        let json = said.json();
        assert!(right(&json) > 0.9, "{method}: {json}");
    }
}

#[test]
fn a_config_says_what_the_method_does_not() {
    let folder = folder();
    folder.write("c.toml", b"seed = 5\nlimit = 700\n[refinement]\nkind = \"procrustes\"\niterations = 2\n");
    let command = "map --source en.vec --target es.vec --dictionary en-es.txt --method supervised";
    let json = folder.xner(&format!("{command} --config c.toml --normalise unit --out m --json")).json();
    assert_eq!(json["report"]["restarts"][0]["seed"], 5);
    let config: Value = serde_json::from_str(&folder.read("m/config.json")).unwrap();
    assert_eq!((&config["limit"], &config["normalise"][0]), (&700.into(), &"unit".into()));
    assert_eq!(config["refinement"]["iterations"], 2);
    folder.write("odd.toml", b"[refinement]\niteration = 2\n");
    folder.write("zero.toml", b"limit = 0\n");
    folder.refused(
        &format!("{command} --config odd.toml --out n"),
        &["odd.toml: at `refinement.iteration`, line 2: unknown field"],
    );
    folder.refused(&format!("{command} --config zero.toml --out n"), &["zero.toml", "limit", "at least 1"]);
    folder.refused(&format!("{command} --config nowhere.toml --out n"), &["nowhere.toml"]);
}

#[test]
fn the_documented_configs_are_those_of_the_book() {
    for method in ["adversarial", "self-learning", "supervised"] {
        let printed = Folder::with(&[]).xner(&format!("map --print-config --method {method}")).ok();
        let book = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/reference");
        let page = std::fs::read_to_string(format!("{book}/map-{method}.toml")).unwrap();
        assert_eq!(page, printed, "{method}");
        let unnamed = Folder::with(&[]).xner("map --print-config").ok();
        assert_eq!(unnamed == printed, method == "self-learning", "{method}");
    }
    for (command, page, model) in [
        ("train", "config", ""),
        ("train", "bert", " bert"),
        ("transfer zero-resource", "zero-resource", ""),
        ("transfer bwet", "bwet", ""),
        ("transfer transadv", "transadv", ""),
        ("transfer meta", "meta", ""),
        ("transfer distil", "distil", ""),
        ("low-resource", "low-resource", ""),
    ] {
        let printed = Folder::with(&[]).xner(&format!("{command} --print-config{model}")).ok();
        let book = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/reference");
        let page = std::fs::read_to_string(format!("{book}/{page}.toml")).unwrap();
        assert_eq!(page, printed, "{command}");
        // Its schema has the same keys.
        let schema = Folder::with(&[]).xner(&format!("{command} --print-schema{model}")).json();
        let page: toml::Table = toml::from_str(&page).unwrap();
        for key in page.keys() {
            assert!(schema["properties"][key]["description"].is_string(), "{command}: {key}");
        }
    }
}

#[test]
fn keys_in_their_old_spelling_are_read_and_told() {
    let folder = folder();
    let finish = "[finish]\nsource-reweight = 0.5\nsource_dewhiten = \"source\"\n";
    folder.write("old.toml", finish.as_bytes());
    let command = "map --source en.vec --target es.vec --method supervised --dictionary en-es.txt \
                   --set finish.whiten=true --out";
    let said = folder.xner(&format!("{command} old --config old.toml"));
    assert!(
        said.err.contains("`finish.source-reweight` is now spelt `finish.source_reweight`"),
        "{}",
        said.err
    );
    said.ok();
    folder.write("new.toml", finish.replace("source-reweight", "source_reweight").as_bytes());
    folder.xner(&format!("{command} new --config new.toml")).ok();
    assert_eq!(folder.read("old/config.json"), folder.read("new/config.json"));
    // A mapping of before opens still.
    let config = folder.read("new/config.json").replace('_', "-");
    assert!(config.contains("source-reweight"), "{config}");
    folder.write("new/config.json", config.as_bytes());
    folder.xner("map-eval new --dictionary en-es.txt").ok();
    folder.write("both.toml", finish.replace("[finish]", "[finish]\nsource_reweight = 0.5").as_bytes());
    folder.refused(
        &format!("{command} both --config both.toml"),
        &["both.toml", "`finish.source_reweight`", "twice"],
    );
}

#[test]
fn what_cannot_be_mapped_is_refused_and_nothing_is_written() {
    let folder = folder();
    folder.write("flat.vec", b"2 3\na 1 0 0\nb 0 1 0\n");
    folder.write("alien.txt", b"uno one\n");
    let map = |rest: &str| format!("map --target es.vec --out m {rest}");
    folder.refused(&map("--source en.vec"), &["--method"]);
    folder.refused(&map("--source nowhere.vec --method self-learning"), &["nowhere.vec: No such file"]);
    folder.refused(&map("--source flat.vec --method self-learning"), &["3"]);
    folder.refused(&map("--source en.vec --method supervised"), &["--dictionary"]);
    let alien = "--source en.vec --method supervised --dictionary alien.txt";
    folder.refused(&map(alien), &["alien.txt: none of its 1 pairs"]);
    let numbers = "--source flat.vec --target flat.vec --out m --method numerals";
    folder.refused(&format!("map {numbers}"), &["numerals"]);
    folder.refused(&map("--source en.vec --method magic"), &["magic", "self-learning"]);
    folder.refused(&map("--source en.vec --method self-learning --refinements 3"), &["--refinements"]);
    folder.refused(&map("--source en.vec --method self-learning --normalise fit"), &["fit", "unit"]);
    folder.refused(&map("--source en.vec --method self-learning --device tpu"), &["tpu"]);
    folder.refused(&map("--source en.vec --method self-learning --restarts 0"), &["restarts"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_resumes_to_the_same_bytes() {
    use std::io::{BufRead, BufReader};
    let folder = folder();
    let run = "map --source en.vec --target es.vec --method identical --config fast.toml --out";
    folder.xner(&format!("{run} whole")).ok();
    let mut child = folder.start(&format!("{run} broken"));
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    // The first dictionary, and the first iteration.
    for _ in 0..2 {
        lines.next().unwrap().unwrap();
    }
    interrupt(&child);
    let said: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said:?}");
    assert!(
        said.iter().any(|line| line.contains("the same command resumes from broken/checkpoint")),
        "{said:?}"
    );
    assert_eq!(folder.files("broken"), ["checkpoint"]);
    folder.refused("map-eval broken --dictionary en-es.txt", &["broken"]);
    folder.xner(&format!("{run} broken")).ok();
    assert_eq!(folder.files("broken"), FILES);
    for name in FILES {
        let read = |run: &str| std::fs::read(folder.path(&format!("{run}/{name}"))).unwrap();
        assert_eq!(read("whole"), read("broken"), "{name}");
    }
}
