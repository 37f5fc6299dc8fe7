//! What a bad wire does: packets get lost, and are sent again until they arrive.

use imbl::OrdMap;
use std::sync::Arc;

use crate::machine::Machine;
use crate::random::{Purpose, Random};
use crate::time::Millis;

/// When an open connection sends a packet again (Linux: `TCP_RTO_MIN`); it doubles each time.
const REPEAT_MS: Millis = 200;
/// A connection that is silent for so long is given up, and a new one made: client-go asks for a
/// sign of life after 30 s and waits for it for 15 s.
/// <https://github.com/kubernetes/apimachinery/blob/master/pkg/util/net/http.go>
const GIVEN_UP_MS: Millis = 45_000;
/// When a new connection sends its first packet again.
const CONNECT_MS: Millis = 1_000;
/// Nothing is lost more often in a row.
const LOSSES_MAX: u32 = 64;

/// Of a hundred packets between two machines so many get lost. An end that is no machine of the
/// cluster loses none.
pub(crate) fn loss<'a>(
    machines: &OrdMap<Arc<str>, Machine>,
    ends: impl IntoIterator<Item = &'a str>,
) -> i64 {
    let losses = ends.into_iter().filter_map(|end| machines.get(end));
    let arrive = losses.fold(10_000, |all, one| all * (100 - i64::from(one.packet_loss)) / 100);
    (10_000 - arrive) / 100
}

/// Whether one packet is lost.
pub(crate) fn loses(percent: i64, random: &mut Random) -> bool {
    percent > 0 && random.between(Purpose::Loss, 0, 99) < percent
}

/// How much longer a packet of an open connection takes, because it gets lost and is sent again.
pub(crate) fn repeats_ms(percent: i64, random: &mut Random) -> Millis {
    let (mut late, mut silent, mut next) = (0, 0, REPEAT_MS);
    for _ in 0..LOSSES_MAX {
        if !loses(percent, random) {
            break;
        }
        late += next;
        silent += next;
        next *= 2;
        if silent >= GIVEN_UP_MS {
            (silent, next) = (0, CONNECT_MS);
        }
    }
    late
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_arrives_the_later_the_more_get_lost() {
        let late = |percent: i64| {
            let mut random = Random::new(1);
            (0..1000).map(|_| repeats_ms(percent, &mut random)).sum::<Millis>()
        };
        assert_eq!(late(0), 0);
        assert!((2_000..30_000).contains(&late(5)), "one in twenty by 200 ms: {}", late(5));
        assert!(late(50) > 10 * late(5) && late(90) > 10 * late(50));
    }

    #[test]
    fn both_ends_lose() {
        let machine = |name: &str, packet_loss: u8| {
            let mut machine = Machine::new(name);
            machine.packet_loss = packet_loss;
            (Arc::from(name), machine)
        };
        let machines = OrdMap::from_iter([machine("a", 50), machine("b", 20), machine("c", 0)]);
        let cases = [(["a", "b"], 60), (["a", "c"], 50), (["c", "x"], 0)];
        for (ends, percent) in cases {
            assert_eq!(loss(&machines, ends), percent);
        }
    }
}
