//! `perl`: of all its programs the one that the documentation's first Job runs, which computes π.

use super::Call;

/// Digits that are computed at most.
const DIGITS_MAX: usize = 5000;
/// Digits that are computed on top, for the last one to be rounded.
const GUARD: usize = 10;

/// `perl -Mbignum=bpi -wle "print bpi(2000)"`
pub(super) fn perl(call: &mut Call<'_, '_>) -> i32 {
    let words = call.arguments().to_vec();
    let knows_pi = words.iter().any(|word| word == "-Mbignum=bpi");
    let digits = words.iter().find_map(|word| {
        let number = word.trim().trim_end_matches(';').strip_prefix("print bpi(")?;
        number.strip_suffix(')')?.trim().parse::<usize>().ok()
    });
    let Some(digits) = digits.filter(|digits| knows_pi && (1..=DIGITS_MAX).contains(digits)) else {
        call.complain("this program is not modelled");
        return 1;
    };
    let ends_lines = words
        .iter()
        .any(|word| word.starts_with('-') && !word.starts_with("-M") && word.contains('l'));
    let text = pi(digits);
    call.put(if ends_lines { format!("{text}\n") } else { text });
    0
}

/// The first digits of π, the last one rounded.
fn pi(digits: usize) -> String {
    let mut all = spigot(digits + GUARD);
    if all[digits] >= 5 {
        // A carry goes through the nines at the end.
        let nines = all[..digits].iter().rev().take_while(|digit| **digit == 9).count();
        all[digits - nines..digits].fill(0);
        if let Some(digit) = all.get_mut((digits - nines).wrapping_sub(1)) {
            *digit += 1;
        }
    }
    all.truncate(digits);
    let text: String = all.iter().map(|digit| char::from(b'0' + digit)).collect();
    if digits == 1 { text } else { format!("{}.{}", &text[..1], &text[1..]) }
}

/// Rabinowitz and Wagon's spigot: digits one by one, with those held back that may still change.
fn spigot(digits: usize) -> Vec<u8> {
    let length = digits * 10 / 3 + 1;
    let mut remainders = vec![2_u64; length];
    let (mut out, mut held) = (Vec::with_capacity(digits + 1), Vec::<u8>::new());
    while out.len() + held.len() <= digits + 1 {
        let mut carry = 0;
        for place in (0..length).rev() {
            let (index, base) = (place as u64, if place == 0 { 10 } else { 2 * place as u64 + 1 });
            let value = remainders[place] * 10 + carry;
            remainders[place] = value % base;
            carry = value / base * if place == 0 { 1 } else { index };
        }
        match u8::try_from(carry).unwrap_or(10) {
            9 => held.push(9),
            digit => {
                // A carry goes through the nines that are held back.
                if let (10, Some(first)) = (digit, held.first_mut()) {
                    *first += 1;
                    held.iter_mut().skip(1).for_each(|nine| *nine = 0);
                }
                out.append(&mut held);
                held.push(digit % 10);
            }
        }
    }
    out.append(&mut held);
    // The first digit that comes out is a leading zero.
    out.split_off(usize::from(out.first() == Some(&0)))
}

#[cfg(test)]
mod tests {
    use super::pi;

    #[test]
    fn the_digits_of_pi() {
        assert_eq!(pi(1), "3");
        assert_eq!(pi(6), "3.14159");
        assert_eq!(pi(50), "3.1415926535897932384626433832795028841971693993751");
        // 762 digits after the point six nines follow each other.
        assert!(pi(800).contains("134999999837"));
        assert!(pi(2000).ends_with("4780275901"));
    }
}
