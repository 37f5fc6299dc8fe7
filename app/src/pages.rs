//! The pages, one file each.

pub mod completed;
mod course;
mod data;
pub mod home;
pub mod lesson;
pub mod not_found;
pub mod play;
pub mod progress;
pub mod reference;
pub mod review;
pub mod rooms;

pub use completed::Completed;
pub use data::Data;
pub use home::Home;
pub use lesson::LessonPage;
pub use not_found::NotFound;
pub use play::Play;
pub use progress::Progress;
pub use reference::{Reference, ReferencePage};
pub use review::Review;
pub use rooms::{HostRoom, JoinRoom, Lobby, OpenRoom};
