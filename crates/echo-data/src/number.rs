//! What stands in a cell: a whole number, however it is written, another number, or something else.

/// What a cell holds, in words, where it holds no whole number: ended by what would be right.
pub(crate) fn kind(text: &str) -> Kind {
    let lower = text.to_ascii_lowercase();
    match &*lower {
        "" => Kind::Empty,
        "nan" | "na" | "n/a" | "#n/a" | "null" | "none" | "nil" | "." | "-" | "?" | "<na>" => Kind::Missing,
        "true" | "false" | "yes" | "no" | "t" | "f" => Kind::Truth,
        _ if whole(text).is_some() => Kind::Whole,
        _ if text.parse::<f64>().is_ok_and(f64::is_finite) || is_decimal_comma(text) => Kind::Real,
        _ => Kind::Other,
    }
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Empty,
    /// A word for a missing value.
    Missing,
    /// A word for true or false.
    Truth,
    /// A whole number, not negative.
    Whole,
    /// Another number.
    Real,
    Other,
}

fn is_decimal_comma(text: &str) -> bool {
    text.matches(',').count() == 1 && text.replace(',', ".").parse::<f64>().is_ok_and(f64::is_finite)
}

/// The whole number that a text is exactly, such as `1`, `+1`, `1.00` or `1e0`; none for one that is negative, or more
/// than 64 bits hold.
pub(crate) fn whole(text: &str) -> Option<u64> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let exponent: i64 = exponent.parse().ok()?;
    let (before, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all: Vec<u8> = before.bytes().chain(behind.bytes()).collect();
    if all.is_empty() || !all.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let first = all.iter().position(|&digit| digit != b'0');
    let Some(first) = first else { return Some(0) };
    // How many digits stand before the point; those behind must be zeros.
    let places = (before.len() as i64).checked_add(exponent)?;
    let digit =
        |place: i64| usize::try_from(place).ok().and_then(|place| all.get(place)).map_or(0, |digit| digit - b'0');
    if negative || places <= first as i64 || places > first as i64 + 20 {
        return None;
    }
    if (places..all.len() as i64).any(|place| digit(place) != 0) {
        return None;
    }
    (first as i64..places).try_fold(0_u64, |number, place| number.checked_mul(10)?.checked_add(u64::from(digit(place))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_in_every_form() {
        let cases = [
            ("0", 0),
            ("1", 1),
            ("+1", 1),
            ("01", 1),
            ("1.", 1),
            ("1.00", 1),
            ("1e0", 1),
            ("1E+2", 100),
            ("0.5e1", 5),
            ("10e-1", 1),
            ("-0", 0),
            ("-0.0", 0),
            ("0e999999", 0),
            (".0", 0),
            ("2550e-1", 255),
            ("18446744073709551615", u64::MAX),
        ];
        for (text, number) in cases {
            assert_eq!(whole(text), Some(number), "{text}");
        }
        for text in [
            "",
            "+",
            "-",
            ".",
            "e0",
            "-1",
            "0.5",
            "1e-1",
            "1e-400",
            "0.99999999999999999999",
            "1.00000000000000000001",
            "18446744073709551616",
            "1e99",
            "1e9223372036854775807",
            "1e-9223372036854775808",
            "0x1",
            "1_0",
            "1 0",
            "inf",
            "nan",
            "١",
            "1.0.0",
            "--1",
            "1e",
            "1,0",
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
    }
}
