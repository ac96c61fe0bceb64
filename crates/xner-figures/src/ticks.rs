//! Round numbers for axes.

use crate::Tick;

/// About how many ticks an axis has.
const MANY: f64 = 5.0;

/// The step between round numbers that cuts a span into about [`MANY`] parts. It is 1, 2 or 5 times a power of ten.
fn step(span: f64) -> f64 {
    let rough = span / MANY;
    let power = 10_f64.powf(rough.log10().floor());
    // Steps are rounded up rather than down: too many ticks are worse than too few.
    match rough / power {
        part if part < 1.5 => power,
        part if part < 3.5 => 2.0 * power,
        part if part < 7.5 => 5.0 * power,
        _ => 10.0 * power,
    }
}

/// The span from `low` to `high`, widened to whole steps. Where both are the same, a span about that number.
pub(crate) fn widened([low, high]: [f64; 2]) -> [f64; 2] {
    let smallest = low.abs().max(high.abs()) * 1e-9;
    if high - low <= smallest.max(f64::MIN_POSITIVE) {
        let about = if low == 0.0 { 1.0 } else { low.abs() / 2.0 };
        return widened([low - about, high + about]);
    }
    let step = step(high - low);
    // An end that is far smaller than a step would be lost in the rounding, so the ends themselves are kept.
    [low.min((low / step).floor() * step), high.max((high / step).ceil() * step)]
}

/// The round numbers of an axis from `low` to `high`.
pub(crate) fn round([low, high]: [f64; 2]) -> Vec<Tick> {
    let step = step(high - low);
    let (first, last) = ((low / step - 1e-6).ceil(), (high / step + 1e-6).floor());
    let count = (last - first).max(0.0) as usize;
    let texts = |at: f64| Tick { at: at.clamp(low, high), text: text(at, step) };
    (0..=count).map(|number| texts((first + number as f64) * step)).collect()
}

/// A number with as many digits as tell neighbouring steps apart.
fn text(value: f64, step: f64) -> String {
    let value = if value.abs() < step / 2.0 { 0.0 } else { value };
    if !(1e-5..1e9).contains(&step) || value.abs() >= 1e12 {
        let power = |number: f64| (number * 1.000_001).log10().floor();
        let digits = (power(value.abs().max(step)) - power(step)).clamp(0.0, 15.0) as usize;
        return format!("{value:.digits$e}");
    }
    let decimals = (-(step * 1.000_001).log10().floor()).max(0.0) as usize;
    let plain = format!("{value:.decimals$}");
    let whole = plain.split('.').next().unwrap_or_default().trim_start_matches('-').len();
    if whole <= 3 { plain } else { grouped(&plain, whole) }
}

/// `-12345.5` as `-12,345.5`; `whole` is the number of digits before the point.
fn grouped(plain: &str, whole: usize) -> String {
    let begin = usize::from(plain.starts_with('-'));
    let mut text = String::new();
    for (at, letter) in plain.chars().enumerate() {
        if at > begin && at < begin + whole && (begin + whole - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(span: [f64; 2]) -> Vec<String> {
        round(span).into_iter().map(|tick| tick.text).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(texts([0.0, 100.0]), ["0", "20", "40", "60", "80", "100"]);
        assert_eq!(texts([0.6, 1.0]), ["0.6", "0.7", "0.8", "0.9", "1.0"]);
        assert_eq!(texts([-1.0, 1.0]), ["-1.0", "-0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(texts([0.0, 40_000.0]), ["0", "10,000", "20,000", "30,000", "40,000"]);
        assert_eq!(texts([0.0, 2000.0]), ["0", "500", "1,000", "1,500", "2,000"]);
        assert_eq!(texts([3.0, 4.0]), ["3.0", "3.2", "3.4", "3.6", "3.8", "4.0"]);
        assert_eq!(texts([-2_000_000.0, 0.0]), ["-2,000,000", "-1,500,000", "-1,000,000", "-500,000", "0"]);
        assert_eq!(texts([0.0, 1e300]), ["0e0", "2e299", "4e299", "6e299", "8e299", "1.0e300"]);
    }

    #[test]
    fn ticks_lie_within_and_differ() {
        let ends =
            [-1e300, -7.0e12, -1e5, -3.3, -1e-3, -1e-200, 0.0, 1e-200, 2e-7, 0.12, 1.0, 99.9, 1e9, 1e300];
        for low in ends {
            for high in ends.into_iter().filter(|&high| high >= low) {
                let span = widened([low, high]);
                assert!(span[0] <= low && span[1] >= high && span[1] > span[0], "{low} {high}: {span:?}");
                let ticks = round(span);
                assert!((2..=12).contains(&ticks.len()), "{low} {high}: {}", ticks.len());
                assert!(ticks.iter().all(|tick| (span[0]..=span[1]).contains(&tick.at)), "{ticks:?}");
                assert!(ticks.windows(2).all(|pair| pair[0].text != pair[1].text), "{ticks:?}");
                assert!(ticks.iter().all(|tick| tick.text.len() <= 22), "{ticks:?}");
            }
        }
    }
}
