//! Trains a tagger from a config file and scores it on the config's test sentences.
//!
//! `cargo run --release -p xner-tagger --example train -- CONFIG.toml OUT-FOLDER`

use std::path::Path;

use xner_corpus::read::read_corpus;
use xner_tagger::{TrainConfig, TrainData, evaluate, open, train};
use xner_train::{Device, Event, Flow, Settings, What};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [config, out] = arguments.as_slice() else {
        return Err("usage: train CONFIG.toml OUT-FOLDER".into());
    };
    let (config, out) = (TrainConfig::read(Path::new(config))?, Path::new(out));

    let mut observer = |event: &Event<'_>| {
        match event.what {
            What::Started { sentences, steps, resumed, parameters } => {
                println!("{sentences} sentences, {parameters} numbers to train, step {resumed} of {steps}");
            }
            What::Evaluated(e) => {
                println!("epoch {:3}  step {:6}  loss {:.4}  F1 {:.4}", e.epoch, e.step, e.loss, e.f1);
            }
            _ => (),
        }
        Flow::Continue
    };
    let report = train(&config, TrainData::read(&config)?, out, &Device::Cpu, &mut observer)?;
    if let Some(best) = &report.best {
        println!("best on the development data: F1 {:.4} at step {}", best.f1, best.step);
    }
    if let Some(test) = &config.data.test {
        let scores = evaluate(open(out, &Device::Cpu)?.as_ref(), &read_corpus(test, &config.data.read)?)?;
        println!("test: {:?}", scores.overall);
    }
    Ok(())
}
