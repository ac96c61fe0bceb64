//! What the model in the box finds in a few sentences.

use anyhow::Result;
use xner_corpus::split::{Language, TextOptions, sentences};
use xner_tagger::{Model, OpenOptions};
use xner_train::Device;

use crate::paint;

/// Sentences in six languages. They were written for this program.
const TEXTS: [&str; 6] = [
    "Zoë Martin left Dublin on Monday to join the Nordic Energy Agency in Oslo.",
    "La escritora Lucía Ferrer presentó su novela en la Universidad de Salamanca.",
    "Jonas Weber arbeitet seit März für die Stadtwerke Köln und wohnt in Bonn.",
    "O presidente da Câmara do Porto recebeu ontem a pianista Helena Duarte.",
    "Aino Virtanen muutti Tampereelta Helsinkiin ja aloitti työt Nokialla.",
    "王丽华昨天在上海见到了北京大学的张教授。",
];

/// The sentences with their entities marked and coloured, a line each.
pub(super) fn tagged(device: &Device) -> Result<String> {
    let tagger = Model::from_bytes(xner_model::BYTES)?.open(&OpenOptions::default(), device)?;
    let options = TextOptions { language: Language::MANY, ..TextOptions::default() };
    let split: Vec<_> = TEXTS.iter().flat_map(|text| sentences(text, &options)).collect();
    let mut lines = String::from("The model in the box, `xner tag`:\n\n");
    for (sentence, tagging) in split.iter().zip(tagger.tag(&split)?) {
        lines.push_str("  ");
        lines.push_str(&paint::sentence(sentence, &tagging.entities, false));
        lines.push('\n');
    }
    lines.push('\n');
    Ok(lines)
}
