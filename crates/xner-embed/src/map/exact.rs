//! Notes in JSON whose numbers come back to the bit: JSON's own decimal numbers may lose the last one.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

/// What stands before the bits of a number, in hexadecimal digits.
const MARK: &str = "f64:";

/// The note of a value.
pub(super) fn write<T: Serialize>(value: &T) -> serde_json::Result<String> {
    let mut value = serde_json::to_value(value)?;
    walk(&mut value, &|leaf| {
        if let Value::Number(number) = leaf
            && let (true, Some(float)) = (number.is_f64(), number.as_f64())
        {
            *leaf = Value::String(format!("{MARK}{:016x}", float.to_bits()));
        }
    });
    Ok(value.to_string())
}

/// The value of a note.
pub(super) fn read<T: DeserializeOwned>(note: &str) -> serde_json::Result<T> {
    let mut value: Value = serde_json::from_str(note)?;
    walk(&mut value, &|leaf| {
        if let Value::String(text) = leaf
            && let Some(digits) = text.strip_prefix(MARK)
            && let Ok(bits) = u64::from_str_radix(digits, 16)
            && let Some(number) = Number::from_f64(f64::from_bits(bits))
        {
            *leaf = Value::Number(number);
        }
    });
    serde_json::from_value(value)
}

fn walk(value: &mut Value, change: &impl Fn(&mut Value)) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| walk(value, change)),
        Value::Object(entries) => entries.values_mut().for_each(|value| walk(value, change)),
        leaf => change(leaf),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[test]
    fn numbers_come_back_to_the_bit() {
        for bits in (0..2_000_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)) {
            let number = f64::from_bits(bits);
            if number.is_finite() {
                let back: f64 = super::read(&super::write(&number).unwrap()).unwrap();
                assert_eq!(back.to_bits(), bits);
            }
        }
        let mixed = (1_u64, Some(0.1), vec![("f", -0.0)]);
        let back: (u64, Option<f64>, Vec<(String, f64)>) =
            super::read(&super::write(&mixed).unwrap()).unwrap();
        assert_eq!((back.0, back.1, back.2[0].1.to_bits()), (1, Some(0.1), (-0.0_f64).to_bits()));
    }
}
