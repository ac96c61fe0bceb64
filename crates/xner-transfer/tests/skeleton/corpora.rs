//! Labelled sentences that a run cannot work with are refused before anything is trained.

use std::path::Path;

use xner_train::{Event, Flow};
use xner_transfer::ErrorKind;

use crate::subjects::{Subject, all};

/// What a run says that makes nothing, not even its folder, and tells its observer nothing.
fn refused(subject: &dyn Subject, out: &Path) -> String {
    let mut never = |event: &Event<'_>| -> Flow { panic!("{}: {event:?}", subject.name()) };
    let fault = subject.run(out, &mut never).unwrap_err();
    assert_eq!(fault.kind(), ErrorKind::BadInput, "{}: {fault}", subject.name());
    assert!(!out.exists(), "{}: {fault}", subject.name());
    fault.to_string()
}

#[test]
fn sentences_without_an_entity_are_refused_by_their_key() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for mut subject in all() {
        subject.select_by_target();
        let name = subject.name();
        let keys: Vec<&str> = subject.corpora().into_iter().map(|(key, _)| key).collect();
        for needed in ["source.train", "source.dev", "target.test"] {
            assert!(keys.contains(&needed), "{name}");
        }
        assert_eq!(keys.contains(&"target.dev"), name != "meta", "{name}");
        for (at, key) in keys.into_iter().enumerate() {
            let before = subject.corpora()[at].1.clone();
            assert!(!before.is_empty(), "{name}: {key}");
            subject.corpora()[at].1.iter_mut().for_each(|labelled| labelled.entities.clear());
            let told = refused(subject.as_ref(), &out);
            let expected = format!("setting `{key}`: has no entity, expected some: is the tag column right?");
            assert_eq!(told, expected, "{name}");
            *subject.corpora()[at].1 = before;
        }
    }
}

/// Without development data there is nothing to choose weights by.
#[test]
fn missing_development_data_are_refused_by_their_key() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for mut subject in all() {
        subject.select_by_target();
        for key in ["target.dev", "source.dev"] {
            let mut corpora = subject.corpora();
            let Some((_, own)) = corpora.iter_mut().find(|(own, _)| *own == key) else { continue };
            own.clear();
            let told = refused(subject.as_ref(), &out);
            assert!(told.starts_with(&format!("setting `{key}`: has no sentence")), "{told}");
        }
    }
}

/// Entities that overlap or lie outside of their sentence are told of with their place, whichever corpus they are in.
#[test]
fn entities_out_of_place_are_refused_by_their_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for mut subject in all() {
        let corpora = subject.corpora().len();
        for at in 0..corpora {
            let before = subject.corpora()[at].1.clone();
            let odd = subject.corpora().swap_remove(at).1;
            let place = odd.iter().position(|labelled| !labelled.entities.is_empty()).unwrap();
            odd[place].entities[0].tokens.end = 1000;
            let told = refused(subject.as_ref(), &out);
            assert!(told.contains(&format!("sentence {}: the ", place + 1)), "{told}");
            *subject.corpora().swap_remove(at).1 = before;
        }
    }
}
