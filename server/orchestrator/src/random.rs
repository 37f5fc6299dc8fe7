//! Chance, from the seed: one stream a purpose, so that a draw added in one place shifts no other.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// What a draw is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    Uid,
    /// Suffixes of generated names.
    Name,
    /// How long a watch takes to tell.
    WatchLag,
    /// How long a component thinks, and a request travels.
    Latency,
    /// How long images take to pull and containers to start.
    Runtime,
    /// Which endpoint gets a request.
    Traffic,
    /// How soon a lost connection is tried again.
    Connection,
    /// Which packets a bad wire loses.
    Loss,
}

const PURPOSES: usize = 8;

/// The streams of one sandbox.
#[derive(Clone, Debug)]
pub struct Random {
    streams: [ChaCha8Rng; PURPOSES],
}

/// The letters of generated names, as in Kubernetes: no vowels, no look-alikes.
/// <https://github.com/kubernetes/apimachinery/blob/master/pkg/util/rand/rand.go>
const NAME_LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

impl Random {
    pub fn new(seed: u64) -> Random {
        Random::of(seed, 0)
    }

    /// The streams of a cluster's beginning: what is set up there shifts no draw of what follows.
    pub fn of_boot(seed: u64) -> Random {
        Random::of(seed, 1 << 32)
    }

    fn of(seed: u64, first: u64) -> Random {
        let stream = |purpose: usize| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(first + purpose as u64);
            rng
        };
        Random { streams: std::array::from_fn(stream) }
    }

    fn next(&mut self, purpose: Purpose) -> u64 {
        self.streams[purpose as usize].next_u64()
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, purpose: Purpose, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        low.saturating_add((self.next(purpose) % span) as i64)
    }

    /// A version 4 UUID.
    pub fn uid(&mut self) -> String {
        let high = self.next(Purpose::Uid);
        let low = self.next(Purpose::Uid);
        let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, (high & 0x0fff) | 0x4000);
        let (d, e) = (((low >> 48) & 0x3fff) | 0x8000, low & 0xffff_ffff_ffff);
        format!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}")
    }

    /// The five letters that `generateName` appends.
    pub fn name_suffix(&mut self) -> String {
        (0..5)
            .map(|_| {
                let index = self.next(Purpose::Name) % NAME_LETTERS.len() as u64;
                char::from(NAME_LETTERS[index as usize])
            })
            .collect()
    }
}

/// Spells a text in the letters of generated names, as Kubernetes' `SafeEncodeString`.
pub fn safe_encode(text: &str) -> String {
    let letter = |byte: u8| char::from(NAME_LETTERS[usize::from(byte) % NAME_LETTERS.len()]);
    text.bytes().map(letter).collect()
}
