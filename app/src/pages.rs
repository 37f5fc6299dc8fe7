//! The pages, one file each.

mod course;
pub mod home;
pub mod lesson;
pub mod not_found;
pub mod play;
pub mod review;

pub use home::Home;
pub use lesson::LessonPage;
pub use not_found::NotFound;
pub use play::Play;
pub use review::Review;
