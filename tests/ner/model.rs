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
