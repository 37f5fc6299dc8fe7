//! What a lesson looks like: its cluster when there is most to see, while its solution is played.

use std::sync::Arc;

use orchestrator::{Kind, Object, World};

use super::play::Learner;
use crate::lesson::Lesson;

/// The cluster of a lesson, or of a pool's first case, when most Pods of its learner's run.
pub fn portrait(lesson: &Arc<Lesson>) -> World {
    let lesson = lesson.cases.first().unwrap_or(lesson);
    let mut learner = Learner::new(lesson);
    let mut best = learner.world();
    for line in lesson.solution.iter().flat_map(|part| &part.lines) {
        // A line that cannot be played is the checker's to tell.
        if learner.play(line).is_err() {
            break;
        }
        let now = learner.world();
        if to_see(&now) >= to_see(&best) {
            best = now;
        }
    }
    best
}

fn to_see(world: &World) -> usize {
    let own =
        |object: &&Object| object.kind() == Kind::Pod && !object.namespace().starts_with("kube-");
    world.objects().filter(own).count()
}
