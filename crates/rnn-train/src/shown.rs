//! How numbers are shown to people: short, and with the right word.

/// So many of something, of which one is called `one` and several have an s.
pub fn count(number: usize, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// A number in so many significant digits, without zeros that say nothing; whole numbers below a million are whole.
pub fn number(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() || (value.fract() == 0.0 && value.abs() < 1e6) {
        return value.to_string();
    }
    let rounded = format!("{value:.*e}", digits.max(1) - 1);
    let (mantissa, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let cut = |text: &str| {
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
    };
    if (-3..6).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        cut(&format!("{value:.decimals$}"))
    } else {
        format!("{}e{exponent}", cut(mantissa))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0"),
            (0.123_456, "0.1235"),
            (12_345.0, "12345"),
            (1234.567, "1235"),
            (0.5, "0.5"),
            (6.8123e-5, "6.812e-5"),
            (1e-7, "1e-7"),
            (9.999_96, "10"),
            (-0.25, "-0.25"),
            (3e38, "3e38"),
        ];
        for (value, expected) in cases {
            assert_eq!(number(value, 4), expected);
        }
        assert_eq!(number(0.012_34, 2), "0.012");
    }
}
