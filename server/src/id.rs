//! Names that cannot be guessed: who knows a sandbox's id may use the sandbox.

use std::fmt;

/// 128 random bits as 26 letters and digits, lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SandboxId(String);

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const LENGTH: usize = 26;

impl SandboxId {
    /// Draws a new one from the operating system's randomness.
    pub(crate) fn draw() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(base32(u128::from_be_bytes(bytes))))
    }

    /// Takes a word from a URL, if it has the form of an id.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let fits = word.len() == LENGTH && word.bytes().all(|byte| ALPHABET.contains(&byte));
        fits.then(|| Self(word.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SandboxId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

fn base32(bits: u128) -> String {
    (0..LENGTH)
        .rev()
        .map(|place| char::from(ALPHABET[(bits >> (5 * place)) as usize & 31]))
        .collect()
}

/// A seed for a sandbox whose maker did not choose one.
pub(crate) fn draw_seed() -> Result<u64, getrandom::Error> {
    getrandom::u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_and_nothing_else_is() {
        let id = SandboxId::draw().expect("randomness");
        assert_eq!(SandboxId::parse(id.as_str()), Some(id.clone()));
        assert_ne!(SandboxId::draw().expect("randomness"), id);
        for wrong in
            ["", "s1", "../../../etc/passwd", &id.as_str().to_uppercase(), &format!("{id}a")]
        {
            assert_eq!(SandboxId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn all_bits_are_in_the_id() {
        assert_eq!(base32(0), "a".repeat(26));
        assert_eq!(base32(u128::MAX), format!("h{}", "7".repeat(25)));
        assert_eq!(base32(1), format!("{}b", "a".repeat(25)));
    }
}
