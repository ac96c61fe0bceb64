//! Observers, and what they are told.

use xner_core::{Event, Flow, Observer, What};

fn note<'a>(phase: &'a str, text: &'a str) -> Event<'a> {
    Event { phase, what: What::Note(text) }
}

#[test]
fn closures_are_observers_and_nobody_is_one() {
    let mut seen = Vec::new();
    let mut closure = |event: &Event<'_>| {
        seen.push(event.phase.to_owned());
        if event.phase == "last" { Flow::Stop } else { Flow::Continue }
    };
    let observer: &mut dyn Observer = &mut closure;
    assert_eq!(observer.event(&note("first", "")), Flow::Continue);
    assert_eq!(observer.event(&note("last", "")), Flow::Stop);
    assert_eq!(seen, ["first", "last"]);
    assert_eq!(().event(&note("last", "")), Flow::Continue);
    assert_eq!(Flow::default(), Flow::Continue);
}

#[test]
fn a_figure_without_a_note_has_an_empty_one() {
    let What::Measured { name, value, note } = What::measured("share", 0.5) else { unreachable!() };
    assert_eq!((name, value.to_bits(), note), ("share", 0.5_f64.to_bits(), ""));
}
