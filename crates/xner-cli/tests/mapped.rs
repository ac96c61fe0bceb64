//! What is done with a mapping's folder: `xner map-eval`, `xner dictionary`, `xner map-plot`.
#![allow(clippy::float_cmp, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Folder;

/// A folder as `xner map` writes it: three words of each language, of which two are where their translations are.
fn folder() -> Folder {
    Folder::with(&[
        ("m/source.vec", "3 2\ndog 1 0\ncat 0 1\nbird -1 0.2\n"),
        ("m/target.vec", "3 2\ngato 0.1 2\nperro 3 0.2\nave 0.4 -1\n"),
        ("en-es.txt", "dog perro\ncat gato\nbird ave\nfish pez\n"),
        ("similar.tsv", "dog\tperro\t9.5\ncat\tperro\t3\nbird\tgato\t2\nfish\tpez\t9\n"),
    ])
}

#[test]
fn a_mapping_is_judged() {
    let folder = folder();
    let said = folder.xner("map-eval m --dictionary en-es.txt --json");
    // The keys come in the promised order.
    let places = ["\"nn\"", "\"csls\"", "\"coverage\""].map(|key| said.out.find(key).unwrap());
    assert!(places.is_sorted(), "{}", said.out);
    let json = said.json();
    assert_eq!(json["coverage"], 0.75);
    assert_eq!(json["nn"]["p@1"].as_f64().unwrap(), 2.0 / 3.0);
    assert_eq!((&json["nn"]["p@5"], &json["csls"]["p@10"]), (&1.0.into(), &1.0.into()));
    let json = folder.xner("map-eval m --dictionary en-es.txt --similarity similar.tsv --json").json();
    assert_eq!((&json["similarity"]["known"], &json["similarity"]["pairs"]), (&3.into(), &4.into()));
    assert!(json["similarity"]["pearson"].as_f64().unwrap() > 0.9, "{json}");
    // Either is enough.
    let alone = folder.xner("map-eval m --similarity similar.tsv --json").json();
    assert_eq!(alone, serde_json::json!({ "similarity": json["similarity"] }));
    let text = folder.xner("map-eval m --similarity similar.tsv").ok();
    assert!(text.starts_with("similarity: Pearson") && text.contains("(3 of 4 pairs)"), "{text}");
    let text = folder.xner("map-eval m --dictionary en-es.txt").ok();
    assert!(text.contains("CSLS") && text.contains("3 of 4 words judged (coverage 75.00)"), "{text}");
}

#[test]
fn a_dictionary_is_written() {
    let folder = folder();
    folder.xner("dictionary m --out d.txt --k 2").ok();
    let rows: Vec<String> = folder.read("d.txt").lines().map(str::to_owned).collect();
    assert_eq!(rows.len(), 6);
    assert!(rows[0].starts_with("dog\tperro\t") && rows[2].starts_with("cat\tgato\t"), "{rows:?}");
    let best = folder.xner("dictionary m --out - --mutual --max-rank 2").ok();
    let pairs: Vec<&str> = best.lines().filter_map(|line| line.rsplit_once('\t')).map(|row| row.0).collect();
    assert_eq!(pairs, ["dog\tperro", "cat\tgato"]);
    let none = folder.xner("dictionary m --out none.txt --threshold 9 --json").json();
    assert_eq!((&none["pairs"], &none["asked"]), (&0.into(), &3.into()));
    // What it writes is what the others read.
    assert_eq!(folder.xner("map-eval m --dictionary d.txt --json").json()["nn"]["p@1"], 1.0);
}

#[test]
fn a_mapping_that_cannot_be_used_is_refused() {
    let folder = folder();
    folder.write("half/source.vec", b"1 2\na 1 0\n");
    folder.write("other/source.vec", b"1 2\na 1 0\n");
    folder.write("other/target.vec", b"1 3\nb 1 0 0\n");
    folder.write("alien.txt", b"uno one\n");
    folder.write("empty.txt", b"");
    folder.write("odd.txt", b"dog\n");
    folder.refused("map-eval nowhere --dictionary en-es.txt", &["nowhere", "source.vec", "xner map"]);
    folder.refused("map-eval half --dictionary en-es.txt", &["half", "target.vec"]);
    folder.refused("map-eval other --dictionary en-es.txt", &["2", "3"]);
    folder.refused("map-eval m --dictionary alien.txt", &["alien.txt: none of its 1 pairs"]);
    folder.refused("map-eval m --dictionary empty.txt", &["empty.txt: no word pairs"]);
    folder.refused("map-eval m --dictionary odd.txt", &["odd.txt:1"]);
    folder.refused("map-eval m --dictionary en-es.txt --csls 0", &["--csls is 0"]);
    folder.refused("map-eval m", &["--dictionary", "--similarity"]);
    folder.refused("dictionary m --out d --k 0", &["k", "expected at least 1"]);
    folder.refused("dictionary nowhere --out d", &["nowhere"]);
    folder.refused("dictionary m --out nowhere/d", &["nowhere/d: there is no folder nowhere"]);
    folder.refused("dictionary m --out d.zip", &["d.zip: no .zip is written", ".gz, .xz, .bz2 and .zst"]);
}

#[test]
fn labelled_words_are_drawn_before_and_after() {
    let folder = folder();
    let words = |language: &str| -> Vec<String> { (0..12).map(|at| format!("{language}{at}")).collect() };
    let vectors = |language: &str, turn: usize| -> String {
        let row =
            |(at, word): (usize, &String)| format!("{word} {} {} {}\n", at % 5, (at + turn) % 7, at % 3);
        "12 3\n".to_owned() + &words(language).iter().enumerate().map(row).collect::<String>()
    };
    let corpus = |language: &str| -> String {
        let types = ["PER", "LOC"];
        let row = |(at, word): (usize, &String)| format!("{word} B-{}\nand O\n\n", types[at % 2]);
        words(language).iter().enumerate().map(row).collect()
    };
    for (side, language) in [("source", "en"), ("target", "es")] {
        folder.write(&format!("map/{side}.vec"), vectors(language, 0).as_bytes());
        folder.write(&format!("{side}.vec"), vectors(language, 3).as_bytes());
        folder.write(&format!("{side}.conll"), corpus(language).as_bytes());
    }
    let command = "map-plot map --source source.vec --target target.vec --source-corpus source.conll \
                   --target-corpus target.conll --words 10 --source-name English --target-name Spanish --out";
    let json = folder.xner(&format!("{command} a --json")).json();
    assert_eq!(json["source"], serde_json::json!({"LOC": 5, "PER": 5}));
    let svg = folder.read("a.svg");
    for text in ["PER", "LOC", "English", "Spanish", "(a) monolingual vectors", "(b) mapped vectors"] {
        assert!(svg.contains(&format!("\n{text}\n")), "{text}");
    }
    assert!(std::fs::read(folder.path("a.png")).unwrap().starts_with(b"\x89PNG"));
    // The same again on another number of threads; another seed is another picture.
    folder.xner(&format!("{command} b.png --threads 1")).ok();
    for ending in ["svg", "png"] {
        let read = |name: &str| std::fs::read(folder.path(&format!("{name}.{ending}"))).unwrap();
        assert_eq!(read("a"), read("b"), "{ending}");
    }
    folder.xner(&format!("{command} c --seed 2")).ok();
    assert_ne!(svg, folder.read("c.svg"));
    folder.refused(&format!("{command} d --perplexity 0"), &["perplexity of 0"]);
    let command = command.replace("--source-corpus source.conll", "--source-corpus target.conll");
    folder.refused(
        &format!("{command} d"),
        &["target.conll: none of its 12 entity words are among the vectors"],
    );
}
