//! Kubernetes quantities as integers: `100m` of CPU, `128Mi` of memory.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// In thousandths, rounded up as Kubernetes does.
pub(super) fn milli(quantity: &Quantity) -> i64 {
    scaled(&quantity.0, 1_000).unwrap_or_default()
}

/// In whole units, rounded up.
pub(super) fn whole(quantity: &Quantity) -> i64 {
    scaled(&quantity.0, 1).unwrap_or_default()
}

/// The number times `scale`; none if it is no quantity or does not fit.
fn scaled(text: &str, scale: i128) -> Option<i64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-' && c != '+');
    let (number, suffix) = text.split_at(end.unwrap_or(text.len()));
    let (multiply, divide) = factor(suffix)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let divide = divide.checked_mul(10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?)?;
    let product = digits.checked_mul(multiply)?.checked_mul(scale)?;
    i64::try_from(product.checked_add(divide - 1)?.div_euclid(divide)).ok()
}

/// What a suffix multiplies with and divides by.
/// <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>
fn factor(suffix: &str) -> Option<(i128, i128)> {
    let times = |times| Some((times, 1));
    match suffix {
        "" => times(1),
        "n" => Some((1, 1_000_000_000)),
        "u" => Some((1, 1_000_000)),
        "m" => Some((1, 1_000)),
        "k" => times(1_000),
        "M" => times(1_000_000),
        "G" => times(1_000_000_000),
        "T" => times(1_000_000_000_000),
        "P" => times(1_000_000_000_000_000),
        "E" => times(1_000_000_000_000_000_000),
        "Ki" => times(1 << 10),
        "Mi" => times(1 << 20),
        "Gi" => times(1 << 30),
        "Ti" => times(1 << 40),
        "Pi" => times(1 << 50),
        "Ei" => times(1 << 60),
        exponent => {
            let power: i32 = exponent.strip_prefix(['e', 'E'])?.parse().ok()?;
            let ten = 10_i128.checked_pow(power.unsigned_abs())?;
            Some(if power < 0 { (1, ten) } else { (ten, 1) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn quantities_are_integers() {
        let check = |text, scale, expected| assert_eq!(scaled(text, scale), expected, "{text}");
        check("100m", 1_000, Some(100));
        check("2", 1_000, Some(2_000));
        check("0.5", 1_000, Some(500));
        check("1.5", 1_000, Some(1_500));
        check("100u", 1_000, Some(1));
        check("128Mi", 1, Some(128 << 20));
        check("4Gi", 1, Some(4 << 30));
        check("1.5Gi", 1, Some(3 << 29));
        check("64M", 1, Some(64_000_000));
        check("1e3", 1, Some(1_000));
        check("12E", 1, None);
        check("lots", 1, None);
        check("", 1, None);
    }
}
