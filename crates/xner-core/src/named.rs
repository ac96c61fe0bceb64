//! Enums whose values have names.

/// Gives an enum `ALL`, `NAMES`, `Display` and `FromStr` by the names of its values; a name in small letters or
/// capitals may have others that are read too.
///
/// ```
/// enum Colour {
///     Grey,
///     Red,
/// }
/// xner_core::named!(Colour, "colour", { Grey = "grey" | "gray", Red = "red" });
///
/// assert_eq!(Colour::NAMES, ["grey", "red"]);
/// assert_eq!("Gray".parse::<Colour>().map(|colour| colour.to_string()), Ok("grey".to_owned()));
/// assert_eq!("blue".parse::<Colour>().err(), Some("`blue` is no colour: expected grey or red".to_owned()));
/// ```
#[macro_export]
macro_rules! named {
    ($kind:ident, $what:literal, {
        $($(#[$meta:meta])* $value:ident = $name:literal $(| $other:literal)*),+
    }) => {
        impl $kind {
            /// All values.
            pub const ALL: &[Self] = &[$($(#[$meta])* Self::$value),+];
            /// The names of all values.
            pub const NAMES: &[&str] = &[$($(#[$meta])* $name),+];
        }

        impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $($(#[$meta])* Self::$value => $name),+ })
            }
        }

        impl std::str::FromStr for $kind {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text.to_ascii_lowercase().as_str() {
                    $($(#[$meta])* $name $(| $other)* => Ok(Self::$value),)+
                    _ => Err($crate::unknown(text, $what, Self::NAMES)),
                }
            }
        }
    };
}

/// What is said of a text that is none of the names.
#[doc(hidden)]
pub fn unknown(text: &str, what: &str, names: &[&str]) -> String {
    let (last, others) = names.split_last().unwrap_or((&"nothing", &[]));
    format!("`{text}` is no {what}: expected {} or {last}", others.join(", "))
}
