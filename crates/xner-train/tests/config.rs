//! The settings of a training loop, as they are written.
#![allow(clippy::unwrap_used)]

use xner_train::config::Optimiser;

#[test]
fn every_key_may_be_left_out() {
    let adam = Optimiser::Adam { rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    let (beta1, beta2, epsilon, weight_decay) = (0.9, 0.999, 1e-8, 0.01);
    let cases = [
        ("", Optimiser::default()),
        ("rate = 0.2", Optimiser::Sgd { rate: 0.2 }),
        ("kind = \"sgd\"", Optimiser::Sgd { rate: 0.1 }),
        ("kind = \"adam\"", adam),
        ("rate = 1\nkind = \"adamw\"", Optimiser::AdamW { rate: 1.0, beta1, beta2, epsilon, weight_decay }),
    ];
    for (text, expected) in cases {
        let read: Optimiser = toml::from_str(text).unwrap();
        assert_eq!(read, expected, "{text}");
        // What is written reads back.
        let json = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Optimiser>(&json).unwrap(), expected, "{json}");
    }
}

#[test]
fn unknown_keys_are_refused() {
    for (text, key) in [
        ("beta1 = 0.5", "beta1"),
        ("rate = 1.0\nmomentum = 0.9", "momentum"),
        ("kind = \"sgd\"\nepsilon = 1.0", "epsilon"),
        ("kind = \"adam\"\nweight_decay = 0.1", "weight_decay"),
        ("kind = \"rprop\"", "rprop"),
    ] {
        let fault = toml::from_str::<Optimiser>(text).unwrap_err().to_string();
        assert!(fault.contains(key), "{text}: {fault}");
    }
}
