//! How numbers are shown to people: short, and with the right word; and texts so that a terminal shows them.

use std::fmt::Display;

/// So many of something, of which one is called `one` and several have an s.
#[must_use]
pub fn count(number: usize, one: &str) -> String {
    format!("{} {one}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// A text from a file, or a name, as it can be shown on a terminal: what the terminal would obey, and what would turn
/// the order of letters round, is escaped.
#[must_use]
pub fn printable(text: impl Display) -> String {
    escaped(text, |c| c.escape_default().to_string())
}

/// The same for JSON, in which escapes are written in its own way: what is read from it is the text itself.
#[must_use]
pub fn printable_json(json: impl Display) -> String {
    escaped(json, |c| format!("\\u{:04x}", u32::from(c)))
}

/// A text in which all that a terminal would obey is replaced.
fn escaped(text: impl Display, escape: impl Fn(char) -> String) -> String {
    let obeyed = |c: char| {
        // The others are marks of direction, ends of lines, and beginnings of text in another direction.
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.to_string().chars().map(|c| if obeyed(c) { escape(c) } else { c.to_string() }).collect()
}

/// A whole number with its thousands apart.
#[must_use]
pub fn thousands(number: usize) -> String {
    grouped(&number.to_string())
}

/// Digits with the thousands before the decimal mark apart.
fn grouped(digits: &str) -> String {
    let end = digits.find('.').unwrap_or(digits.len());
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.char_indices() {
        let is_inside = index > 0 && index < end && !text.ends_with('-');
        if is_inside && digit.is_ascii_digit() && (end - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number in so many significant digits, without zeros that say nothing. Thousands are apart, whole numbers below a
/// million are whole, and very small and great numbers have an exponent: `0.1346`, `66,600`, `1.87e-5`.
#[must_use]
pub fn number(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() || (value.fract() == 0.0 && value.abs() < 1e6) {
        return grouped(&(value + 0.0).to_string());
    }
    let rounded = format!("{value:.*e}", digits.max(1) - 1);
    let (mantissa, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let cut = |text: &str| {
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
    };
    if (-3..6).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        grouped(&cut(&format!("{value:.decimals$}")))
    } else {
        format!("{}e{exponent}", cut(mantissa))
    }
}

/// A stretch of time: below a minute three digits of its seconds, above its two greatest units.
#[must_use]
pub fn duration(seconds: f64) -> String {
    match seconds {
        0.0..60.0 => format!("{} s", number(seconds, 3)),
        60.0..3600.0 => format!("{} min {} s", (seconds / 60.0).floor(), (seconds % 60.0).floor()),
        3600.0..86_400.0 => format!("{} h {} min", (seconds / 3600.0).floor(), (seconds % 3600.0 / 60.0).floor()),
        86_400.0..1e9 => {
            format!("{} d {} h", thousands((seconds / 86_400.0) as usize), (seconds % 86_400.0 / 3600.0).floor())
        }
        _ => "ages".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_the_right_word() {
        assert_eq!(
            [0, 1, 999, 66_600].map(|number| count(number, "step")),
            ["0 steps", "1 step", "999 steps", "66,600 steps"]
        );
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_shown_as_it_is() {
        let cases = [
            ("C:\\näive – “α” 数.csv", "C:\\näive – “α” 数.csv"),
            ("a\nb\r\t\u{7}", "a\\nb\\r\\t\\u{7}"),
            ("\u{1b}[31mred\u{7f}", "\\u{1b}[31mred\\u{7f}"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("safe\u{202e}vsc.", "safe\\u{202e}vsc."),
            ("\u{2066}a\u{2069}\u{200f}\u{2028}", "\\u{2066}a\\u{2069}\\u{200f}\\u{2028}"),
        ];
        for (text, expected) in cases {
            assert_eq!(printable(text), expected);
            let json = printable_json(serde_json::to_string(text).unwrap());
            assert_eq!(printable(&json), json);
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0"),
            (0.123_456, "0.1235"),
            (12_345.0, "12,345"),
            (-123_456.0, "-123,456"),
            (-0.0, "0"),
            (f64::INFINITY, "inf"),
            (23_456.7, "23,457"),
            (1234.567, "1,235"),
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
        assert_eq!(number(1234.567, 6), "1,234.57");
    }

    #[test]
    fn durations_have_two_units() {
        let times = [0.0, 0.012_345, 8.2249, 61.0, 7500.0, 90_000.0, f64::INFINITY, f64::NAN].map(duration);
        assert_eq!(times, ["0 s", "0.0123 s", "8.22 s", "1 min 1 s", "2 h 5 min", "1 d 1 h", "ages", "ages"]);
    }
}
