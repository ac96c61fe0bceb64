//! Maps two files of vectors into one space and says how well that went:
//!
//! ```sh
//! cargo run --release --example map_vectors -- EN.vec FR.vec supervised 1 \
//!     --dictionary en-fr.0-5000.txt --eval en-fr.5000-6500.txt --out DIR
//! ```
//!
//! Instead of a method's name a JSON file may give the settings; `--report` prints all of the report.

use std::path::{Path, PathBuf};
use std::time::Instant;

use xner_core::{Event, Flow, Mapping, What};
use xner_embed::dictionary::Dictionary;
use xner_embed::map::{MapConfig, Resources, VectorFiles, checkpoint_folder, map, save};
use xner_embed::{ReadOptions, judge, read};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut names = Vec::new();
    let (mut dictionary, mut eval, mut out, mut report) = (None, None, None::<PathBuf>, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
        match argument.as_str() {
            "--dictionary" => dictionary = Some(Dictionary::read(value()?)?),
            "--eval" => eval = Some(Dictionary::read(value()?)?),
            "--out" => out = Some(value()?.into()),
            "--report" => report = true,
            _ => names.push(argument),
        }
    }
    let [source, target, method, seed] = names.as_slice() else {
        return Err(
            "usage: map_vectors SOURCE TARGET METHOD|CONFIG.json SEED [--dictionary FILE] [--eval FILE] \
                    [--out DIR] [--report]"
                .into(),
        );
    };
    let start = Instant::now();
    let options = ReadOptions { limit: Some(200_000), ..ReadOptions::default() };
    let (source, target) = (read::open(source, &options)?, read::open(target, &options)?);
    println!("read {} and {} words in {:.2?}", source.len(), target.len(), start.elapsed());

    let is_file = Path::new(method).extension().is_some_and(|ending| ending == "json");
    let mut config = if is_file {
        serde_json::from_str(&std::fs::read_to_string(method)?)?
    } else {
        MapConfig::preset(method.parse()?)
    };
    config.seed = seed.parse()?;
    let config = config.check()?;
    let folder = out.as_ref().map(checkpoint_folder);
    let resources =
        Resources { dictionary: dictionary.as_ref(), checkpoint: folder.as_deref(), ..Resources::default() };
    let start = Instant::now();
    let mut rate = 0.0;
    let mapped = map(&source, &target, &config, &resources, &mut |event: &Event<'_>| {
        let seconds = start.elapsed().as_secs_f64();
        match event.what {
            What::Mapping(Mapping::SelfLearning { iteration, keep, objective, .. }) if *keep > rate => {
                rate = *keep;
                println!("{seconds:7.1} s: iteration {iteration}, keep {keep}, objective {objective:.5}");
            }
            What::Mapping(Mapping::SelfLearning { .. } | Mapping::AdversarialSteps { .. }) => {}
            What::Mapping(step) => println!("{seconds:7.1} s: {step:?}"),
            _ => {}
        }
        Flow::Continue
    })?;
    println!("mapped in {:.1?}", start.elapsed());
    println!("criterion {:.5}", mapped.report.criterion);
    if report {
        println!("{}", serde_json::to_string_pretty(&mapped.report)?);
    }
    if let Some(eval) = &eval {
        let start = Instant::now();
        let (source, target) = (mapped.mapping.apply_source(&source)?, mapped.mapping.apply_target(&target)?);
        println!("{}", serde_json::to_string(&judge::induction(&source, &target, eval, 10)?)?);
        println!("judged in {:.1?}", start.elapsed());
    }
    if let Some(out) = &out {
        save(out, &mapped, &config, &source, &target, VectorFiles::Text)?;
    }
    Ok(())
}
