//! Models in memory and in folders.

use xner::prelude::*;
use xner::sample::{Language, Sample, Split};

use super::{ner, text, trained};

fn small() -> (TrainConfig, Vec<Labelled>) {
    let mut config = TrainConfig::default();
    (config.model.hidden, config.model.dense, config.vectors.random) = (8, 8, 8);
    config.training.epochs = 1;
    (config, Sample::new(1).unwrap().labelled(Language::English, Split::Train, 40))
}

#[test]
fn training_in_memory_gives_the_bytes_of_training_in_a_folder() {
    let (config, sentences) = small();
    let folder = tempfile::tempdir().unwrap();
    let data = TrainData { train: sentences.clone(), ..TrainData::default() };
    let report = train(&config, data, folder.path(), &Device::Cpu, &mut ()).unwrap();
    let trained = Trainer::new(config).sentences(sentences).run().unwrap();
    assert_eq!(trained.model, Model::read(folder.path()).unwrap());
    assert_eq!(trained.report.fingerprint, report.fingerprint);
}

#[test]
fn an_observer_stops_it() {
    let (config, sentences) = small();
    let mut observer = |_: &Event<'_>| Flow::Stop;
    let fault = Trainer::new(config).sentences(sentences).observer(&mut observer).run().unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::Stopped, "{fault}");
}

#[test]
fn nothing_to_train_on_is_a_fault() {
    let fault = Trainer::new(TrainConfig::default()).run().unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::BadInput, "{fault}");
}

#[test]
fn a_model_goes_through_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model");
    trained().save(&model, Existing::Refuse).unwrap();
    assert_eq!(trained().save(&model, Existing::Refuse).unwrap_err().kind(), ErrorKind::StaleFolder);
    trained().save(&model, Existing::Replace).unwrap();
    let text = text(8);
    assert_eq!(Ner::open(&model).unwrap().entities(&text).unwrap(), ner().entities(&text).unwrap());
    assert_eq!(Ner::open(folder.path()).unwrap_err().kind(), ErrorKind::BadInput);
}

#[test]
fn a_model_is_opened_by_whatever_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, packed) = (folder.path().join("model"), folder.path().join("model.xner"));
    trained().save(&whole, Existing::Refuse).unwrap();
    std::fs::write(&packed, trained().model.to_bytes()).unwrap();
    let text = text(20);
    let wanted = ner().entities(&text).unwrap();
    for name in [whole.to_str().unwrap(), packed.to_str().unwrap()] {
        assert_eq!(Ner::named(name).unwrap().entities(&text).unwrap(), wanted, "{name}");
    }
    std::fs::write(&packed, "no model").unwrap();
    assert!(Ner::named(packed.to_str().unwrap()).is_err());
}

#[test]
fn tokens_are_tagged_as_the_tagger_tags_them() {
    let sample = Sample::new(1).unwrap();
    let labelled = sample.labelled(Language::English, Split::Train, 1200);
    let mut sentences: Vec<Sentence> = labelled.into_iter().map(|one| one.sentence).collect();
    sentences.insert(3, Sentence::from_tokens(Vec::<&str>::new()));
    let tagger = trained().model.open(&OpenOptions::default(), &Device::Cpu).unwrap();
    let found = ner().tags_of(&sentences, &Limit::none()).unwrap();
    assert!(sentences.iter().map(Sentence::len).sum::<usize>() > 1 << 13, "more than is tagged at once");
    assert_eq!(found, tagger.best(&sentences).unwrap());
    assert!(ner().tags_of(&[], &Limit::none()).unwrap().is_empty());
    let late = Limit::within(std::time::Duration::ZERO);
    assert_eq!(ner().tags_of(&sentences, &late).unwrap_err().kind(), ErrorKind::Deadline);
}
