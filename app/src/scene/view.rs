//! Draws the picture. Each part reads only what it shows, so that a moving Pod moves alone.

pub mod canvas;
pub mod caption;
pub mod cards;
mod compared;
pub mod control;
pub mod flight;
pub mod lens;
mod looking;
pub mod node;
mod plain;
pub mod pod;
mod pointed;
mod requests;
mod room;
pub mod sequence;
pub mod telling;
mod thing;
mod tools;
pub mod traffic;

pub use canvas::Canvas;
pub use caption::Caption;
pub use compared::ComparedList;
pub use lens::LensBar;
pub(crate) use pointed::Pointed;
pub use pointed::PointedAt;
pub(super) use room::watch_room;
pub use sequence::Sequence;
pub use telling::Telling;
pub use tools::Tools;
pub use traffic::Traffic;

/// A name that has room for so many characters: its beginning and its end, which tells Pods of
/// one ReplicaSet apart.
pub(crate) fn shorten(name: &str, room: usize) -> String {
    let length = name.chars().count();
    if length <= room || room < 4 {
        return name.to_owned();
    }
    let tail = (room / 2).min(5);
    let head: String = name.chars().take(room - tail - 1).collect();
    let tail: String = name.chars().skip(length - tail).collect();
    format!("{head}…{tail}")
}
