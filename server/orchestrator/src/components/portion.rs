//! Counts that may be given as percentages: `maxSurge`, `maxUnavailable`.

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// A number, or a percentage of `of`, rounded up.
pub fn rounded_up(value: &IntOrString, of: i32) -> i32 {
    resolve(value, of, 99)
}

/// A number, or a percentage of `of`, rounded down.
pub fn rounded_down(value: &IntOrString, of: i32) -> i32 {
    resolve(value, of, 0)
}

fn resolve(value: &IntOrString, of: i32, added: i32) -> i32 {
    match value {
        IntOrString::Int(number) => *number,
        IntOrString::String(text) => {
            let percent: i32 = text.trim_end_matches('%').parse().unwrap_or_default();
            percent.saturating_mul(of).saturating_add(added).div_euclid(100)
        }
    }
}
