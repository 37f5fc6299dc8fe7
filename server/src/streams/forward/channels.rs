//! Two channels for each port, as the clients in Python, JavaScript and Rust have them: 2·i carries
//! the data of the i-th port, 2·i+1 its errors. Each begins with the port.

use bytes::Bytes;

use super::{Connection, Down, Target, Told, Up};

/// As many as a byte can number.
const PORTS_MAX: usize = 100;

/// Serves until the client goes, or all connections are over.
pub(super) async fn serve(
    target: &Target,
    ports: &[u16],
    down: &mut impl Down,
    up: &mut impl Up,
) -> Option<()> {
    let ports = &ports[..ports.len().min(PORTS_MAX)];
    let mut connections: Vec<Option<Connection>> =
        ports.iter().map(|port| Some(Connection::new(*port))).collect();
    for (channel, connection) in (0_u8..).step_by(2).zip(connections.iter().flatten()) {
        let [low, high] = connection.port().to_le_bytes();
        for channel in [channel, channel + 1] {
            down.say(Bytes::copy_from_slice(&[channel, low, high])).await?;
        }
    }
    while connections.iter().any(Option::is_some) {
        let message = up.next().await?;
        let Some((channel, content)) = message.split_first() else { continue };
        let slot = connections.get_mut(usize::from(channel / 2)).filter(|_| channel % 2 == 0);
        let Some(slot) = slot else { continue };
        let Some(connection) = slot else { continue };
        for told in connection.take(target, content).await {
            let (channel, bytes) = match told {
                Told::Data(bytes) => (*channel, bytes),
                Told::Error(why) => {
                    *slot = None;
                    (channel + 1, Bytes::from(why))
                }
                Told::End => {
                    *slot = None;
                    continue;
                }
            };
            down.say([&[channel][..], &bytes].concat().into()).await?;
        }
    }
    Some(())
}
