//! The order in which go-yaml writes the keys of a map: numbers within names by value, letters
//! after everything else.

use std::cmp::Ordering;

/// Compares two keys as go-yaml's `keyList` does.
pub(super) fn go_yaml_order(left: &str, right: &str) -> Ordering {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let Some(at) = left.iter().zip(&right).position(|(l, r)| l != r) else {
        return left.len().cmp(&right.len());
    };
    let (l, r) = (left[at], right[at]);
    match (l.is_alphabetic(), r.is_alphabetic()) {
        (true, true) => return l.cmp(&r),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let one = u64::from((l == '0' || r == '0') && follows_a_number(&left[..at]));
    let (left_number, left_digits) = number(&left[at..], one);
    let (right_number, right_digits) = number(&right[at..], one);
    left_number.cmp(&right_number).then(left_digits.cmp(&right_digits)).then(l.cmp(&r))
}

/// Whether the digits just before hold one that is not zero, so that a zero counts.
fn follows_a_number(before: &[char]) -> bool {
    before.iter().rev().take_while(|letter| letter.is_ascii_digit()).any(|letter| *letter != '0')
}

fn number(letters: &[char], start: u64) -> (u64, usize) {
    let digits = letters.iter().map_while(|letter| letter.to_digit(10));
    digits.fold((start, 0), |(number, count), digit| {
        (number.wrapping_mul(10).wrapping_add(u64::from(digit)), count + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn natural_order() {
        let mut keys = vec!["a10", "a9", "f:b", ".", "f:B", "a", "a-b", "ab", "1"];
        keys.sort_by(|l, r| go_yaml_order(l, r));
        assert_eq!(keys, [".", "1", "a", "a-b", "a9", "a10", "ab", "f:B", "f:b"]);
    }
}
