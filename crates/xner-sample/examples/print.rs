//! Prints the sample: `cargo run -p xner-sample --example print -- [SEED] [SENTENCES]`.

use xner_sample::{Language, Sample, Split};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let seed = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let sentences = arguments.next().map_or(Ok(20), |text| text.parse())?;
    let sample = Sample::new(seed)?;
    for language in Language::ALL {
        println!("== {language}");
        for labelled in sample.labelled(language, Split::Test, sentences) {
            let mut text = labelled.sentence.text().to_owned();
            for entity in labelled.entities.iter().rev() {
                let bytes = labelled.sentence.bytes(entity.tokens.clone());
                text.insert_str(bytes.end, &format!("]{}", entity.kind));
                text.insert(bytes.start, '[');
            }
            println!("{text}");
        }
        let vectors = sample.vectors(language);
        println!("{} words with vectors; the first: {}", vectors.words.len(), vectors.words[..20].join(" "));
    }
    let pairs = sample.dictionary(Language::English, Language::German);
    println!("{} word pairs English-German; some: {:?}", pairs.len(), &pairs[pairs.len() / 2..][..8]);
    Ok(())
}
