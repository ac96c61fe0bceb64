//! The same subwords as `transformers`: see `tools/golden/tokenise.py`.

use std::collections::BTreeMap;
use std::env;

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct WordPiece {
    /// Language and words.
    sentences: Vec<(String, Vec<String>)>,
    settings: BTreeMap<String, Setting>,
}

#[derive(Deserialize)]
struct Setting {
    config: Value,
    subwords: Vec<Golden>,
}

#[derive(Deserialize)]
struct E5 {
    #[serde(rename = "tokenizer.json")]
    digest: String,
    subwords: Vec<Golden>,
}

/// One sentence, special subwords included.
#[derive(Deserialize)]
struct Golden {
    ids: Vec<u32>,
    words: Vec<Option<usize>>,
}

fn wordpiece() -> WordPiece {
    let text = fs::read_to_string(golden_folder().join("wordpiece.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn check(tokeniser: &Tokeniser, sentences: &[(String, Vec<String>)], golden: &[Golden], name: &str) {
    assert_eq!(sentences.len(), golden.len());
    for ((language, words), golden) in sentences.iter().zip(golden) {
        let subwords = tokeniser.encode(words.iter().map(String::as_str)).unwrap();
        let ids = [tokeniser.before(), &subwords.ids, tokeniser.behind()].concat();
        assert_eq!(ids, golden.ids, "{name}, {language}: {words:?}");
        let inner = &golden.words[tokeniser.before().len()..][..subwords.ids.len()];
        let found: Vec<_> = subwords.words().into_iter().map(Some).collect();
        assert_eq!(found, inner, "{name}, {language}: {words:?}");
        for (word, &first) in subwords.first.iter().enumerate() {
            assert_eq!(first, inner.iter().position(|&at| at == Some(word)), "{name}, {language}: {words:?}");
        }
    }
}

#[test]
fn a_vocabulary_alone_gives_the_subwords_of_transformers() {
    let WordPiece { sentences, settings } = wordpiece();
    assert!(sentences.len() >= 60);
    for (name, Setting { config, subwords }) in settings {
        check(&open(&folder(&vocabulary(), Some(&config))), &sentences, &subwords, &name);
    }
}

#[test]
fn what_is_saved_gives_the_same_subwords_and_is_saved_the_same() {
    let WordPiece { sentences, settings } = wordpiece();
    for (name, Setting { config, subwords }) in settings {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        open(&folder(&vocabulary(), Some(&config))).save(first.path()).unwrap();
        let again = open(&first);
        check(&again, &sentences, &subwords, &name);
        again.save(second.path()).unwrap();
        for file in ["tokenizer.json", "tokenizer_config.json"] {
            let [one, two] = [&first, &second].map(|folder| fs::read(folder.path().join(file)).unwrap());
            assert!(one == two, "{name}: {file}");
        }
    }
}

#[test]
fn a_vocabulary_beside_no_settings_is_read_by_its_case() {
    let WordPiece { sentences, settings } = wordpiece();
    check(&open(&folder(&vocabulary(), None)), &sentences, &settings["cased"].subwords, "cased");
    let uncased = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nleon\n";
    assert_eq!(pieces(&open(&folder(uncased, None)), "León"), ["leon"]);
}

/// Needs multilingual-e5-small with its whole vocabulary in the folder that `XNER_E5` names.
#[test]
fn sentencepiece_gives_the_subwords_of_transformers() {
    let Some(folder) = env::var_os("XNER_E5").map(PathBuf::from) else {
        println!("not checked: XNER_E5 names no folder with multilingual-e5-small");
        return;
    };
    let golden: E5 =
        serde_json::from_str(&fs::read_to_string(golden_folder().join("e5.json")).unwrap()).unwrap();
    let config = BertConfig::read(&folder.join("config.json")).unwrap();
    let tokeniser = Tokeniser::open(&folder, &config).unwrap();
    // A smaller vocabulary of the same model has other ids.
    if tokeniser.inner.get_vocab_size(true) != 250_002 {
        println!("not checked: {} is not the whole vocabulary ({})", folder.display(), golden.digest);
        return;
    }
    check(&tokeniser, &wordpiece().sentences, &golden.subwords, "e5");
    let saved = tempfile::tempdir().unwrap();
    tokeniser.save(saved.path()).unwrap();
    for file in ["tokenizer.json", "tokenizer_config.json"] {
        let [one, two] = [&folder, saved.path()].map(|folder| fs::read(folder.join(file)).unwrap());
        assert!(one == two, "{file}");
    }
}
