//! Kubernetes' quantities (`500m`, `128Mi`): read, added, compared, written.

use std::fmt;

/// A quantity, exact to a thousandth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Quantity {
    thousandths: i128,
    form: Form,
}

/// The family of suffixes that a quantity was written with; it keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Form {
    #[default]
    Decimal,
    Binary,
}

const BINARY: [(&str, i128); 6] = [
    ("Ki", 1 << 10),
    ("Mi", 1 << 20),
    ("Gi", 1 << 30),
    ("Ti", 1 << 40),
    ("Pi", 1 << 50),
    ("Ei", 1 << 60),
];
const DECIMAL: [(&str, i128); 6] = [
    ("k", 1_000),
    ("M", 1_000_000),
    ("G", 1_000_000_000),
    ("T", 1_000_000_000_000),
    ("P", 1_000_000_000_000_000),
    ("E", 1_000_000_000_000_000_000),
];

impl Quantity {
    /// A quantity, or `None` when the text is none.
    pub(crate) fn parse(text: &str) -> Option<Quantity> {
        let end = text
            .char_indices()
            .find(|(at, c)| !(c.is_ascii_digit() || *c == '.' || (*at == 0 && "+-".contains(*c))))
            .map_or(text.len(), |(at, _)| at);
        let (number, suffix) = text.split_at(end);
        if number.is_empty() || !number.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (factor, form) = scale(suffix)?;
        let thousandths = (thousandths_of(number)?).checked_mul(factor)?;
        Some(Quantity { thousandths: thousandths.div_euclid(1000), form })
    }

    /// The quantity in thousandths of its unit.
    pub(crate) fn milli(self) -> i128 {
        self.thousandths
    }

    /// The sum, in the form of the first summand that is not zero.
    pub(crate) fn plus(self, other: Quantity) -> Quantity {
        let form = if self.thousandths == 0 { other.form } else { self.form };
        Quantity { thousandths: self.thousandths + other.thousandths, form }
    }
}

/// A quantity in its canonical form; text that is no quantity stays.
pub(crate) fn canonical(text: &str) -> String {
    Quantity::parse(text).map_or_else(|| text.to_owned(), |quantity| quantity.to_string())
}

/// Thousandths of a plain decimal number.
fn thousandths_of(number: &str) -> Option<i128> {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let padded: String = part.chars().chain("000".chars()).take(3).collect();
    let part: i128 = padded.parse().ok()?;
    Some(sign * (whole * 1000 + part))
}

/// The factor of a suffix in thousandths, and its family.
fn scale(suffix: &str) -> Option<(i128, Form)> {
    if suffix.is_empty() {
        return Some((1000, Form::Decimal));
    }
    match suffix {
        "m" => return Some((1, Form::Decimal)),
        "u" | "n" => return Some((0, Form::Decimal)),
        _ => {}
    }
    if let Some((_, factor)) = BINARY.iter().find(|(name, _)| *name == suffix) {
        return Some((factor * 1000, Form::Binary));
    }
    if let Some((_, factor)) = DECIMAL.iter().find(|(name, _)| *name == suffix) {
        return Some((factor * 1000, Form::Decimal));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?.parse::<u32>().ok()?;
    Some((10_i128.checked_pow(exponent)?.checked_mul(1000)?, Form::Decimal))
}

impl fmt::Display for Quantity {
    /// The canonical form: the largest suffix that leaves a whole number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.thousandths % 1000 != 0 {
            return write!(f, "{}m", self.thousandths);
        }
        let units = self.thousandths / 1000;
        let table = match self.form {
            Form::Binary => &BINARY,
            Form::Decimal => &DECIMAL,
        };
        match table.iter().rev().find(|(_, factor)| units != 0 && units % factor == 0) {
            Some((suffix, factor)) => write!(f, "{}{suffix}", units / factor),
            None => write!(f, "{units}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_and_written() {
        for (text, milli, expect) in [
            ("500m", 500, "500m"),
            ("1", 1000, "1"),
            ("0.5", 500, "500m"),
            ("1500m", 1500, "1500m"),
            ("128Mi", 134_217_728_000, "128Mi"),
            ("1024Mi", 1_073_741_824_000, "1Gi"),
            ("1.5Gi", 1_610_612_736_000, "1536Mi"),
            ("1e3", 1_000_000, "1k"),
            ("0", 0, "0"),
        ] {
            let quantity = Quantity::parse(text).expect(text);
            assert_eq!(
                (quantity.milli(), quantity.to_string().as_str()),
                (milli, expect),
                "{text}"
            );
        }
        assert_eq!(Quantity::parse("abc"), None);
        assert_eq!(Quantity::parse(""), None);
    }

    #[test]
    fn sums_keep_the_form() {
        let sum = Quantity::default()
            .plus(Quantity::parse("70Mi").expect("quantity"))
            .plus(Quantity::parse("170Mi").expect("quantity"));
        assert_eq!(sum.to_string(), "240Mi");
    }
}
