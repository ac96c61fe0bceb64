//! The model in the box.

use xner::prelude::*;

#[test]
fn entities_have_their_places_in_any_of_its_languages() {
    let ner = Ner::built_in().unwrap();
    for (text, wanted) in [
        ("Zoë lives in Köln.", "Köln"),
        ("Ayer llegó Carmen Ortega a Sevilla.", "Sevilla"),
        ("Die Firma zog im Mai nach Hamburg.", "Hamburg"),
        ("王丽华昨天在上海见到了她的老师。", "上海"),
    ] {
        let found = ner.entities(text).unwrap();
        let place = found.iter().find(|entity| entity.text == wanted);
        let place = place.unwrap_or_else(|| panic!("{text}: {found:?}"));
        assert_eq!(place.kind.as_str(), "LOC");
        assert_eq!(&text[place.bytes.clone()], wanted);
    }
    let types: Vec<&str> = ner.tag_set().types().iter().map(EntityType::as_str).collect();
    assert_eq!(types, ["LOC", "ORG", "PER"]);
}
