//! Draws the picture. Each part reads only what it shows, so that a moving Pod moves alone.

mod canvas;
mod caption;
mod cards;
mod control;
mod flight;
mod lens;
mod node;
mod pod;
mod room;
mod sequence;
mod telling;

pub(super) use canvas::Canvas;
pub(super) use caption::Caption;
pub(super) use lens::LensBar;
pub(super) use room::watch_room;
pub(super) use sequence::Sequence;
pub(super) use telling::Telling;

/// A name that has room for so many characters: its beginning and its end, which tells Pods of
/// one ReplicaSet apart.
fn shorten(name: &str, room: usize) -> String {
    let length = name.chars().count();
    if length <= room || room < 4 {
        return name.to_owned();
    }
    let tail = (room / 2).min(5);
    let head: String = name.chars().take(room - tail - 1).collect();
    let tail: String = name.chars().skip(length - tail).collect();
    format!("{head}…{tail}")
}
