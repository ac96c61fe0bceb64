//! `xner train --find-rate`.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};
use xner_train::{Device, FoundRate, RateSweep, RateTrial};

use super::{Plan, in_config};
use crate::commands::{print, print_json};
use crate::interrupt;
use crate::progress::Progress;
use crate::watch::Watch;

/// Tries rates and prints what they reached.
pub(super) fn run(plan: &Plan, file: &Path, sweep: &RateSweep, device: &Device, json: bool) -> Result<()> {
    let spinner = Progress::spinner("reading");
    let data = plan.read_data().with_context(|| format!("{}: cannot train", file.display()))?;
    drop(spinner);
    interrupt::listen();
    let mut watch = Watch::new(interrupt::asked);
    let found = plan.find_rate(data, sweep, device, &mut watch).map_err(|fault| in_config(fault, file))?;
    drop(watch);
    interrupt::done();
    if json { print_json(&found) } else { print(&text(&found)) }
}

/// A row for each rate, and the one to take.
fn text(found: &FoundRate) -> String {
    let mut text = format!("{:>10}  {:>10}  {:>7}\n", "rate", "loss", "dev F1");
    for RateTrial { rate, loss, f1 } in &found.trials {
        let loss = loss.map_or_else(|| "diverged".to_owned(), |loss| format!("{loss:.4}"));
        let f1 = f1.map_or_else(|| "-".to_owned(), |f1| format!("{:.2}", 100.0 * f1));
        let star = if found.best == Some(*rate) { " *" } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{rate:>10}  {loss:>10}  {f1:>7}{star}", rate = told(*rate));
    }
    if let Some(best) = found.best {
        let (steps, best) = (found.steps, told(best));
        let _ = writeln!(
            text,
            "after {steps} steps each; the rate to take is {best}: --set training.optimiser.rate={best}"
        );
    }
    for note in &found.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text
}

/// A rate as a config has it.
fn told(rate: f64) -> String {
    if rate < 0.001 { format!("{rate:e}") } else { rate.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_rate_has_a_star_and_is_named() {
        let trial = |rate, loss, f1| RateTrial { rate, loss, f1 };
        let trials = vec![
            trial(6e-5, Some(1.5), Some(0.0)),
            trial(2e-4, Some(0.25), Some(0.7)),
            trial(0.5, None, None),
        ];
        let found = FoundRate { steps: 9, trials, best: Some(2e-4), notes: vec!["so"] };
        let want = "      rate        loss   dev F1\n      6e-5      1.5000     0.00\n\
                    \u{20}     2e-4      0.2500    70.00 *\n\
                    \u{20}      0.5    diverged        -\nafter 9 steps each; the rate to take is 2e-4: --set \
                    training.optimiser.rate=2e-4\nnote: so\n";
        assert_eq!(text(&found), want);
    }
}
