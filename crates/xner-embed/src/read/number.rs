//! Decimal numbers to f32, correctly rounded.

/// So many bytes are looked at at once: a number must have them, of its own or of what follows.
const HEAD: usize = 24;
/// `TENS[22 + k]` is 10^k: exact from k = 0 on, else rounded to the next f64.
const TENS: [f64; 45] = [
    1e-22, 1e-21, 1e-20, 1e-19, 1e-18, 1e-17, 1e-16, 1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8,
    1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];
const WHOLE_TENS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
/// The bits of an f64 that f32 has no room for, and the first of them alone: half way between two f32.
const REST: u64 = (1 << 29) - 1;
const HALF: u64 = 1 << 28;
/// An f64 that is so many of its last places from half way at least is on the side where the true value is.
const MARGIN: u64 = 8;
/// Two pairs of digits out of four.
const PAIR: u64 = 0x0000_00ff_0000_00ff;
/// A byte `0` in each place, and what takes a byte above 9 to its highest bit.
const ZEROS: u64 = 0x3030_3030_3030_3030;
const ABOVE_NINE: u64 = 0x7676_7676_7676_7676;
const HIGHEST: u64 = 0x8080_8080_8080_8080;

/// The number at the head of `bytes` and how many bytes it takes, as `str::parse::<f32>` has it; or, with a length of
/// 0, nothing, where this quickest way does not lead there. The number may go on behind these bytes: only a blank or a
/// line break there says that it does not.
///
/// Quickest are a sign or none, one digit, a point, and up to 7 digits. How the rounding is right: see [`long`].
#[inline]
pub(super) fn short(bytes: &[u8]) -> (f32, usize) {
    // A length of 0 and no `Option`, so that both stay in registers.
    let nothing = (0.0, 0);
    let Some(head) = bytes.first_chunk::<HEAD>() else { return nothing };
    let negative = usize::from(head[0] == b'-');
    let whole = u64::from(head[negative].wrapping_sub(b'0'));
    let Some(rest) = head[negative + 2..].first_chunk() else { return nothing };
    let (digits, value) = leading(*rest);
    if whole > 9 || head[negative + 1] != b'.' || digits == 8 {
        return nothing;
    }
    // Below 10^8: exact in f64 and, unless it is 0, never subnormal.
    let value = (whole * WHOLE_TENS[digits] + value) as i64 as f64 * TENS[22 - digits];
    let signed = if negative == 1 { -value } else { value };
    if near_half(value) { nothing } else { (signed as f32, negative + 2 + digits) }
}

/// The same with up to 16 digits behind the point and an exponent; `None` where it does not lead there, for instance
/// when what stands there is no number.
///
/// The digits as a whole number, the power of ten and their product are each rounded to f64 once, so that the product
/// is off by a relative 3 * 2^-53 at most (and a little of second order), which is below four of its last places.
/// Rounding it to f32 then gives what rounding the true value gives, unless a middle between two f32 is as near: that,
/// and what would be subnormal, is left to std.
pub(super) fn long(bytes: &[u8]) -> Option<(f32, usize)> {
    let negative = usize::from(*bytes.first()? == b'-');
    let head: &[u8; HEAD] = bytes.get(negative..)?.first_chunk()?;
    let [whole, b'.', rest @ ..] = head else { return None };
    let whole = u64::from(whole.wrapping_sub(b'0'));
    if whole > 9 {
        return None;
    }
    let (mut digits, value) = leading(*rest.first_chunk()?);
    let mut mantissa = whole * WHOLE_TENS[digits] + value;
    if digits == 8 {
        let (more, value) = leading(*rest[8..].first_chunk()?);
        mantissa = mantissa * WHOLE_TENS[more] + value;
        digits += more;
        if more == 8 && rest[16].is_ascii_digit() {
            return None;
        }
    }
    let mut len = negative + 2 + digits;
    let mut power = -(digits as isize);
    if rest[digits] | 0x20 == b'e' {
        let (exponent, taken) = exponent(&rest[digits + 1..])?;
        power += exponent;
        len += 1 + taken;
    }
    // Below 10^17, so within i64, which turns into f64 quicker than u64 does.
    let value = mantissa as i64 as f64 * TENS.get((22 + power) as usize)?;
    if near_half(value) || (value < f64::from(f32::MIN_POSITIVE) && mantissa != 0) {
        return None;
    }
    let value = value as f32;
    Some((if negative == 1 { -value } else { value }, len))
}

/// Whether a middle between two f32 is so near that the true value may be on its other side.
#[inline]
fn near_half(value: f64) -> bool {
    (value.to_bits() & REST).wrapping_sub(HALF - MARGIN) <= 2 * MARGIN
}

/// How many digits stand at the head, and the number that they make.
#[inline]
fn leading(bytes: [u8; 8]) -> (usize, u64) {
    let values = u64::from_le_bytes(bytes) ^ ZEROS;
    // Right up to the first byte that is no digit; what is carried beyond does not matter.
    let others = (values.wrapping_add(ABOVE_NINE) | values) & HIGHEST;
    let count = others.trailing_zeros() as usize / 8;
    // Zeros before the digits, the last digit in the highest byte.
    let digits = if count == 0 { 0 } else { values << (64 - 8 * count) };
    // Neighbours to pairs, pairs to fours, fours to eight.
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let high = (pairs & PAIR).wrapping_mul(100 + (1_000_000 << 32));
    let low = (pairs >> 16 & PAIR).wrapping_mul(1 + (10_000 << 32));
    (count, high.wrapping_add(low) >> 32)
}

/// An exponent of one or two digits, and how many bytes it takes.
fn exponent(bytes: &[u8]) -> Option<(isize, usize)> {
    let digit = |at: usize| bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|&digit| digit <= 9);
    let sign = usize::from(matches!(bytes.first()?, b'-' | b'+'));
    let mut value = isize::from(digit(sign)? as i8);
    let mut len = sign + 1;
    if let Some(next) = digit(len) {
        value = value * 10 + isize::from(next as i8);
        len += 1;
        if digit(len).is_some() {
            return None;
        }
    }
    // The byte behind must be there to be seen to be no digit.
    bytes.get(len)?;
    Some((if bytes[0] == b'-' { -value } else { value }, len))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::{long, short};

    /// What both ways say of `text`, held against std's parse; whether one of them leads there.
    fn check(text: &str) -> bool {
        let row = format!("{text} 1.0 0.25 -0.125 0.0625 3\n");
        let mut read = false;
        let quickest = Some(short(row.as_bytes())).filter(|&(_, len)| len > 0);
        for (value, len) in [quickest, long(row.as_bytes())].into_iter().flatten() {
            // Where it stops before the end, the caller finds no blank there and goes another way.
            if len == text.len() {
                let want: f32 = text.parse().unwrap();
                assert_eq!(value.to_bits(), want.to_bits(), "{text}: {value} and not {want}");
                read = true;
            }
        }
        read
    }

    #[test]
    fn usual_numbers_are_quick() {
        for text in
            ["0.0", "-0.0", "-0.0123", "0.123456", "1.", "9.99999999", "0.00001234567", "-1.5e-05", "2.5E+7"]
        {
            assert!(check(text), "{text}");
        }
    }

    #[test]
    fn what_is_unusual_is_left() {
        for text in [
            "1", "12.5", ".5", "+1.0", "nan", "inf", "-", "", "x.5", "1.0e", "1.0e-", "1.0e123", "1.17e-38",
            "1.0e-30",
        ] {
            assert!(!check(text), "{text}");
        }
        // Half way between two f32: 1 + 2^-24 (and more digits than f64 has), and 2^23 + 1/2.
        assert!(!check("1.000000059604644775390625"));
        assert!(!check("8.3886085e+06"));
        // Without enough bytes behind.
        assert_eq!((long(b"0.5"), long(b""), short(b"0.5").1, short(b"").1), (None, None, 0, 0));
    }

    #[test]
    fn middles_between_floats_are_rounded_right() {
        let mut state = 1_u32;
        for _ in 0..200_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Between 2^-8 and 8, and just about the middle to the next.
            let float = f32::from_bits(0x3b80_0000 + state % 0x0580_0000);
            let middle = f64::midpoint(f64::from(float), f64::from(f32::from_bits(float.to_bits() + 1)));
            for digits in [7, 9, 12, 13, 14, 15, 16] {
                check(&format!("{middle:.digits$}"));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn as_std_has_it(text in "-?[0-9]\\.[0-9]{0,18}") {
            check(&text);
        }

        #[test]
        fn as_std_has_it_with_exponents(text in "-?[0-9]\\.[0-9]{0,17}[eE][-+]?[0-9]{1,2}") {
            check(&text);
        }

        #[test]
        fn as_std_has_every_float(bits: u32) {
            let float = f32::from_bits(bits);
            prop_assume!(float.is_finite());
            check(&format!("{float}"));
            check(&format!("{float:e}"));
            check(&format!("{float:.6}"));
            check(&format!("{:.17}", float as f64));
        }

        #[test]
        fn other_bytes_are_left(bytes in prop::collection::vec(prop::sample::select(b"-0159.eE+ x\n\xff".to_vec()), 24..40)) {
            let quickest = Some(short(&bytes)).filter(|&(_, len)| len > 0);
            for (value, len) in [quickest, long(&bytes)].into_iter().flatten() {
                let text = std::str::from_utf8(&bytes[..len]).unwrap();
                prop_assert_eq!(value.to_bits(), text.parse::<f32>().unwrap().to_bits());
            }
        }
    }
}
