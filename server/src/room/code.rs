//! Join codes: eight symbols that can be read from a projector and typed on a phone; and how often
//! one address may guess them.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// No two of them look alike: neither 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B, nor U and V.
const SYMBOLS: &[u8; 22] = b"34679ACDEFGHJKMNPQRTWY";
const LENGTH: usize = 8;
/// Wrong codes from one address within a minute. A class behind one address mistypes some.
const WRONG_MAX: u32 = 60;
const WINDOW_S: i64 = 60;
/// Addresses that are remembered at most.
const ADDRESSES_MAX: usize = 10_000;

/// Draws a new one from the operating system's randomness.
pub(super) fn draw() -> Result<String, getrandom::Error> {
    let bits = getrandom::u64()?;
    let mut rest = bits;
    let symbols = (0..LENGTH).map(|_| {
        let symbol = SYMBOLS[(rest % SYMBOLS.len() as u64) as usize];
        rest /= SYMBOLS.len() as u64;
        char::from(symbol)
    });
    Ok(symbols.collect())
}

/// A code as somebody typed it: in lower case, with blanks and dashes.
pub(super) fn read(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|symbol| !symbol.is_whitespace() && *symbol != '-')
        .map(|symbol| symbol.to_ascii_uppercase())
        .take(LENGTH + 1)
        .collect();
    let fits = code.len() == LENGTH && code.bytes().all(|symbol| SYMBOLS.contains(&symbol));
    fits.then_some(code)
}

/// Who has guessed wrongly, and how often, since when.
#[derive(Debug, Default)]
pub(super) struct Guesses(Mutex<HashMap<IpAddr, (u32, i64)>>);

impl Guesses {
    /// Whether an address may try a code.
    pub(super) fn may(&self, address: IpAddr, now_s: i64) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&address).is_none_or(|(wrong, since)| *wrong < WRONG_MAX || is_over(*since, now_s))
    }

    pub(super) fn wrong(&self, address: IpAddr, now_s: i64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ADDRESSES_MAX {
            all.retain(|_, (_, since)| !is_over(*since, now_s));
        }
        let (wrong, since) = all.entry(address).or_insert((0, now_s));
        if is_over(*since, now_s) {
            (*wrong, *since) = (0, now_s);
        }
        *wrong += 1;
    }
}

fn is_over(since_s: i64, now_s: i64) -> bool {
    now_s - since_s >= WINDOW_S
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = draw().expect("randomness");
        let (first, last) = code.split_at(4);
        assert_eq!(read(&format!(" {first}-{} ", last.to_lowercase())), Some(code.clone()));
        for wrong in ["", "ACDE", "ACDEFGH0", "ACDEFGHI", &format!("{code}A"), "카카카카카카카카"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_ne!(draw().expect("randomness"), code);
    }

    #[test]
    fn who_guesses_too_often_waits() {
        let (guesses, address) = (Guesses::default(), IpAddr::from(Ipv4Addr::LOCALHOST));
        for _ in 0..WRONG_MAX {
            assert!(guesses.may(address, 100));
            guesses.wrong(address, 100);
        }
        assert!(!guesses.may(address, 159));
        assert!(guesses.may(IpAddr::from([10, 0, 0, 1]), 159));
        assert!(guesses.may(address, 160));
        guesses.wrong(address, 160);
        assert!(guesses.may(address, 161));
    }
}
