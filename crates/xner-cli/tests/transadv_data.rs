//! `xner transadv-data`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Folder;

const CORPUS: &str =
    "Ada B-PER\nflies O\nto O\nNew B-LOC\nYork I-LOC\n. O\n\nLONDON B-LOC\nwaits O\n\nit O\nrains O\n\n";

fn folder() -> Folder {
    Folder::with(&[
        ("c.conll", CORPUS),
        ("d.txt", "ada\taida\nflies\tvuela\nto\ta\nnew\tnuevo\nlondon\tlondres\nrains\tllueve\n"),
        ("p.txt", "new york\tnueva ciudad york\nflies to\tvuela hacia\n"),
        (
            "configs/data.toml",
            "seed = 4\ntraining.epochs = 2\nphrases = \"../p.txt\"\n[source]\ntrain = \"../c.conll\"\nsentences = 3\n[dictionary]\nfile = \"../d.txt\"\n\
             [data]\nstrategy = \"word-and-phrase\"\nkeep_types = []\nwithout_entities = \"drop\"\n",
        ),
    ])
}

const COMMAND: &str = "transadv-data --source c.conll --dictionary d.txt --out made";

#[test]
fn five_files_are_made_and_the_coverage_is_told() {
    let folder = folder();
    let said = folder.xner(COMMAND).ok();
    let files =
        ["source-shu.conll", "source-swi.conll", "target-shu.conll", "target-swi.conll", "target.conll"];
    assert_eq!(folder.files("made"), files);
    assert_eq!(
        folder.read("made/target.conll"),
        "Ada B-PER\nvuela O\na O\nNuevo B-LOC\nYork I-LOC\n. O\n\nLONDRES B-LOC\nwaits O\n\nit O\nllueve O\n\n"
    );
    assert_eq!(
        folder.read("made/source-swi.conll"),
        "Ada B-PER\nflies O\nto O\nNuevo B-LOC\nYork I-LOC\n. O\n\nLONDRES B-LOC\nwaits O\n\nit O\nrains O\n\n"
    );
    assert_eq!(
        folder.read("made/target-swi.conll"),
        "Ada B-PER\nvuela O\na O\nNew B-LOC\nYork I-LOC\n. O\n\nLONDON B-LOC\nwaits O\n\nit O\nllueve O\n\n"
    );
    let sorted = |name: &str| {
        let text = folder.read(name);
        let mut lines: Vec<String> = text.lines().map(|line| line.replace("B-", "I-")).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted("made/source-shu.conll"), sorted("c.conll"));
    assert_eq!(sorted("made/target-shu.conll"), sorted("made/target.conll"));
    assert!(said.contains("sentences                                  3\n"), "{said}");
    assert!(said.contains("(66.7 % of those that could be)"), "{said}");

    let json = folder.xner(&format!("{COMMAND} --json")).json();
    assert_eq!((&json["sentences"], &json["without_entities"]), (&3.into(), &1.into()));
    assert_eq!((&json["entity_words"]["kept"], &json["context_words"]["translated"]), (&1.into(), &3.into()));
    assert_eq!(json["context_share"], 3.0 / 5.0);
}

#[test]
fn options_go_over_the_config() {
    let folder = folder();
    folder.xner("transadv-data --config configs/data.toml --out made").ok();
    let target = "Aida B-PER\nvuela O\na O\nNueva B-LOC\nCiudad I-LOC\nYork I-LOC\n. O\n\n";
    assert!(folder.read("made/target.conll").starts_with(target), "{}", folder.read("made/target.conll"));
    assert!(!folder.read("made/source-swi.conll").contains("rains"));
    assert!(folder.read("made/source-shu.conll").contains("rains"));
    let before = folder.tree("made");
    folder.xner("transadv-data --config configs/data.toml --out made --seed 1 --threads 1").ok();
    // A run's sets do not depend on its seed.
    assert_eq!(folder.tree("made"), before);
    folder.xner("transadv-data --config configs/data.toml --out few --source c.conll").ok();
    assert_eq!(folder.read("few/target.conll").split("\n\n").count(), 4);

    folder.xner("transadv-data --config configs/data.toml --strategy phrase --keep PER --out p").ok();
    assert!(folder.read("p/target.conll").starts_with("Ada B-PER\nvuela O\nhacia O\nNueva B-LOC\n"));
    folder.xner("transadv-data --config configs/data.toml --seed 9 --scheme iobes --out s").ok();
    assert!(folder.read("s/target.conll").contains("LONDRES S-LOC\n"));
    folder.write("two.txt", b"flies fliegt\n");
    folder.xner("transadv-data --config configs/data.toml --dictionary two.txt --out t").ok();
    assert!(folder.read("t/target.conll").contains("fliegt O\nto O\n"));
}

#[test]
fn the_seed_decides_the_order_of_words() {
    let folder = folder();
    let shuffled = |seed: u8| {
        folder.xner(&format!("{COMMAND} --seed {seed}")).ok();
        (folder.read("made/source-shu.conll"), folder.read("made/target.conll"))
    };
    let first = shuffled(1);
    assert_eq!(first, shuffled(1));
    // There are eight orders of the source, and one translation.
    let others: Vec<_> = (2..30).map(shuffled).collect();
    assert!(others.iter().any(|other| other.0 != first.0));
    assert!(others.iter().all(|other| other.1 == first.1));
}

#[test]
fn a_dictionary_without_the_entities_is_told() {
    let folder = folder();
    folder.write("few.txt", b"flies vuela\n");
    let said =
        folder.xner("transadv-data --source c.conll --dictionary few.txt --out made --strategy phrase");
    assert!(said.err.contains("note: no entity has a translation"), "{}", said.err);
    assert!(said.err.contains("note: no phrase was found"), "{}", said.err);
    assert_eq!(said.code, 0);
    assert_eq!(folder.read("made/source-swi.conll"), CORPUS);
}

#[test]
fn what_cannot_be_made_is_refused() {
    let folder = folder();
    folder.write("bad.conll", b"Ada B-PER\nBob\n");
    folder.write("empty.conll", b"");
    folder.write("plain.conll", b"it O\nrains O\n\n");
    folder.write("other.txt", b"hund perro\n");
    folder.write("both.toml", b"source.train = 'c.conll'\ndictionary = { file = 'd.txt', mapping = 'm' }\n");
    folder.write("no.toml", b"dictionary.file = 'd.txt'\n");
    folder.write("odd.toml", b"data.stratagem = 'word'\n");
    let with = |source: &str, dictionary: &str| {
        format!("transadv-data --source {source} --dictionary {dictionary} --out made")
    };
    folder.refused(&with("c.conll", "gone.txt"), &["gone.txt: No such file"]);
    folder.refused(&with("gone.conll", "d.txt"), &["gone.conll"]);
    folder.refused(&with("bad.conll", "d.txt"), &["bad.conll:2"]);
    folder.refused(&with("empty.conll", "d.txt"), &["empty.conll: no sentences"]);
    folder.refused(&with("c.conll", "other.txt"), &["c.conll", "no word of the source can be translated"]);
    folder.refused(
        &format!("{} --drop-without-entities", with("plain.conll", "d.txt")),
        &["plain.conll", "no source sentence has an entity"],
    );
    folder.refused("transadv-data --config both.toml --out made", &["both.toml", "`dictionary.mapping`"]);
    folder.refused("transadv-data --config no.toml --out made", &["--source"]);
    folder.refused(
        "transadv-data --config odd.toml --out made",
        &["odd.toml: at `data.stratagem`, line 1: unknown field"],
    );
    folder.write("step.toml", b"seed = 2\n[training]\nepochs = 2\n[training.optimiser]\nrates = 1e-3\n");
    let at = "step.toml: at `training.optimiser.rates`, line 5: unknown field";
    folder.refused("transadv-data --config step.toml --out made", &[at]);
    folder.refused("transadv-data --source c.conll --mapping gone --out made", &["gone"]);
    folder.refused("transadv-data --source c.conll --out made", &["--dictionary"]);
    folder.refused(&format!("{COMMAND} --mapping m"), &["--mapping", "--dictionary"]);
}
