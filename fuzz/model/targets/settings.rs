//! Configs in TOML: whatever a file says, it is read or refused; what is read has sizes that memory holds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use xner_fuzz_model::{scratch, write};
use xner_tagger::TrainConfig;
use xner_tagger::bert::train::BertTrainConfig;
use xner_train::Settings;
use xner_train::settings::check::LARGEST;
use xner_transfer::bwet::BwetConfig;
use xner_transfer::meta::MetaConfig;
use xner_transfer::transadv::TransAdvConfig;
use xner_transfer::zero_resource::ZeroResourceConfig;

fn read<C: Settings>(path: &std::path::Path) {
    if let Ok(config) = C::read(path) {
        let text = toml::to_string(&config).expect("what was read is written");
        assert!(toml::from_str::<C>(&text).is_ok(), "{text}");
    }
}

fuzz_target!(|bytes: &[u8]| {
    let path = scratch("settings").join("config.toml");
    write(&path, bytes);
    if let Ok(config) = TrainConfig::read(&path) {
        assert!(config.model.hidden <= LARGEST && config.vectors.random <= LARGEST);
    }
    read::<TrainConfig>(&path);
    read::<BertTrainConfig>(&path);
    read::<BwetConfig>(&path);
    read::<MetaConfig>(&path);
    read::<TransAdvConfig>(&path);
    read::<ZeroResourceConfig>(&path);
});
