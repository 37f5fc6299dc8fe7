//! Lessons from a folder, read again whenever somebody writes in it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use lessons::{Course, Faults};

/// How often the folder is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Teaches the lessons of a folder from now on.
///
/// # Errors
/// What keeps them from being whole, now. Later it is logged, and those before stay.
pub(crate) fn teach(folder: &Path) -> Result<(), Faults> {
    lessons::teach(Course::read(folder)?);
    tokio::spawn(follow(folder.to_owned()));
    Ok(())
}

async fn follow(folder: PathBuf) {
    let mut seen = stamp(&folder).ok();
    loop {
        tokio::time::sleep(LOOK).await;
        let now = stamp(&folder).ok();
        if now == seen {
            continue;
        }
        seen = now;
        match Course::read(&folder) {
            Ok(course) => {
                tracing::info!(lessons = course.lessons().len(), "the lessons were read again");
                lessons::teach(course);
            }
            Err(faults) => tracing::warn!("the lessons stay as they were:\n{faults}"),
        }
    }
}

/// What changes when a file of the folder does: how many there are, the latest change, all lengths.
fn stamp(folder: &Path) -> io::Result<(u64, SystemTime, u64)> {
    let mut stamp = (0, SystemTime::UNIX_EPOCH, 0);
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let about = entry.metadata()?;
            if about.is_dir() {
                open.push(entry.path());
            }
            stamp = (stamp.0 + 1, stamp.1.max(about.modified()?), stamp.2 + about.len());
        }
    }
    Ok(stamp)
}
