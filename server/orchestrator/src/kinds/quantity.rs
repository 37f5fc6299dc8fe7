//! Quantities: `500m`, `64Mi`, `1.5`.
//! <https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go>

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// What Kubernetes says of a text that is no quantity.
pub const MALFORMED: &str = "quantities must match the regular expression \
    '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const UNPARSABLE_SUFFIX: &str = "unable to parse quantity's suffix";

/// Suffixes as (text, base, exponent).
const SUFFIXES: &[(&str, i128, i32)] = &[
    ("Ki", 2, 10),
    ("Mi", 2, 20),
    ("Gi", 2, 30),
    ("Ti", 2, 40),
    ("Pi", 2, 50),
    ("Ei", 2, 60),
    ("n", 10, -9),
    ("u", 10, -6),
    ("m", 10, -3),
    ("", 10, 0),
    ("k", 10, 3),
    ("M", 10, 6),
    ("G", 10, 9),
    ("T", 10, 12),
    ("P", 10, 15),
    ("E", 10, 18),
];

/// The larger quantities are capped here.
const MAX: i128 = i64::MAX as i128 * 1_000_000_000;

/// A quantity in billionths, rounded up.
///
/// # Errors
/// What Kubernetes says of a malformed one.
pub fn nano(text: &str) -> Result<i128, &'static str> {
    let (negative, rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (number, suffix) = rest.split_at(end.unwrap_or(rest.len()));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return Err(MALFORMED);
    }
    let (base, exponent) = scale(suffix)?;
    let digits: String = whole.chars().chain(fraction.chars().take(18)).collect();
    let digits = digits.trim_start_matches('0');
    if digits.len() > 36 {
        return Ok(if negative { -MAX } else { MAX });
    }
    let mantissa: i128 =
        if digits.is_empty() { 0 } else { digits.parse().map_err(|_| MALFORMED)? };
    let scaled = billionths(mantissa, fraction.len().min(18), base, exponent).min(MAX);
    Ok(if negative { -scaled } else { scaled })
}

fn scale(suffix: &str) -> Result<(i128, i32), &'static str> {
    if let Some((_, base, exponent)) = SUFFIXES.iter().find(|(text, ..)| *text == suffix) {
        return Ok((*base, *exponent));
    }
    match suffix.strip_prefix(['e', 'E']).map(str::parse::<i32>) {
        Some(Ok(exponent)) => Ok((10, exponent.clamp(-40, 40))),
        _ if suffix.bytes().all(|byte| b"eEinumkKMGTP+-0123456789".contains(&byte)) => {
            Err(UNPARSABLE_SUFFIX)
        }
        _ => Err(MALFORMED),
    }
}

fn billionths(mantissa: i128, decimals: usize, base: i128, exponent: i32) -> i128 {
    let tens = if base == 10 { exponent } else { 0 } + 9 - decimals as i32;
    let scaled = if base == 2 { mantissa.saturating_mul(1 << exponent) } else { mantissa };
    match u32::try_from(tens) {
        Ok(tens) => scaled.saturating_mul(10_i128.saturating_pow(tens)),
        Err(_) => {
            let divisor = 10_i128.saturating_pow(tens.unsigned_abs());
            scaled / divisor + i128::from(scaled % divisor != 0)
        }
    }
}

/// A quantity in thousandths, rounded up; 0 for a malformed one.
pub fn milli(quantity: &Quantity) -> i64 {
    let nano = nano(&quantity.0).unwrap_or(0);
    i64::try_from(nano.div_euclid(1_000_000) + i128::from(nano.rem_euclid(1_000_000) != 0))
        .unwrap_or(i64::MAX)
}

/// A quantity in ones, rounded up; 0 for a malformed one.
pub fn value(quantity: &Quantity) -> i64 {
    let milli = milli(quantity);
    milli.div_euclid(1000) + i64::from(milli.rem_euclid(1000) != 0)
}

/// The canonical form: no fraction, the largest suffix that loses nothing.
///
/// # Errors
/// What Kubernetes says of a malformed one.
pub fn canonical(text: &str) -> Result<String, &'static str> {
    let nano = nano(text)?;
    let binary = text.ends_with('i');
    if nano == 0 {
        return Ok("0".to_owned());
    }
    if binary && nano % 1_000_000_000 == 0 {
        return Ok(canonical_binary(nano / 1_000_000_000));
    }
    if let Some(exponent) = text
        .trim_start_matches(|letter: char| "+-.0123456789".contains(letter))
        .strip_prefix(['e', 'E'])
        && !exponent.is_empty()
    {
        return Ok(canonical_exponent(nano));
    }
    let (mut number, mut exponent) = (nano, -9);
    while number % 1000 == 0 && exponent < 18 {
        number /= 1000;
        exponent += 3;
    }
    let suffix = SUFFIXES.iter().find(|(_, base, power)| *base == 10 && *power == exponent);
    Ok(format!("{number}{}", suffix.map_or("", |(suffix, ..)| suffix)))
}

/// An amount in billionths as Kubernetes writes it, with suffixes of 1024 or of 1000.
pub fn show(nano: i128, binary: bool) -> String {
    if binary && nano % 1_000_000_000 == 0 && nano != 0 {
        return canonical_binary(nano / 1_000_000_000);
    }
    canonical(&format!("{nano}n")).unwrap_or_default()
}

fn canonical_binary(mut number: i128) -> String {
    let mut power = 0;
    while number % 1024 == 0 && power < 60 {
        number /= 1024;
        power += 10;
    }
    let suffix = SUFFIXES.iter().find(|(_, base, exponent)| *base == 2 && *exponent == power);
    format!("{number}{}", suffix.map_or("", |(suffix, ..)| suffix))
}

fn canonical_exponent(nano: i128) -> String {
    let (mut number, mut exponent) = (nano, -9);
    while number % 1000 == 0 {
        number /= 1000;
        exponent += 3;
    }
    if exponent == 0 { number.to_string() } else { format!("{number}e{exponent}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_and_written_as_kubernetes_does() {
        let cases = [
            ("500m", "500m"),
            ("0.5", "500m"),
            ("1", "1"),
            ("1.5Gi", "1536Mi"),
            ("1024Mi", "1Gi"),
            ("1000m", "1"),
            ("100Gi", "100Gi"),
            ("12e6", "12e6"),
            ("1000k", "1M"),
            ("0", "0"),
            ("0.0001", "100u"),
            ("-1", "-1"),
            ("3000000", "3M"),
        ];
        for (text, expected) in cases {
            assert_eq!(canonical(text).as_deref(), Ok(expected), "{text}");
        }
        for text in ["", "abc", "1.2.3", "1x", "--1"] {
            assert_eq!(nano(text), Err(MALFORMED), "{text}");
        }
        assert_eq!(nano("1Kk"), Err(UNPARSABLE_SUFFIX));
        assert_eq!(milli(&Quantity("250m".to_owned())), 250);
        assert_eq!(value(&Quantity("1500m".to_owned())), 2);
    }
}
