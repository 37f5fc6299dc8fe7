//! Fetching images.

use std::sync::Arc;

use crate::images::Registry;
use crate::queue::Class;
use crate::time::{Millis, Time};
use crate::trace::Transition;

use super::{
    ContainerTransition, Happened, ImageState, Machine, MachineEvent, PodRuntime, Reported,
    Surroundings,
};

/// How fast images are fetched and unpacked, in bytes a millisecond: 30 MB/s.
const BYTES_PER_MS: i64 = 30_000;
/// How long a registry that does not answer is waited for.
const GIVES_UP_MS: Millis = 20_000;

/// A pull that is wanted.
#[derive(Clone, Debug)]
pub(super) struct Pull {
    pub(super) uid: Arc<str>,
    container: String,
    image: String,
    asked: Time,
    /// Since when it is under way, and under which ticket.
    begun: Option<(Time, u64)>,
}

impl Pull {
    pub(super) fn is_under_way(&self) -> bool {
        self.begun.is_some()
    }
}

impl Machine {
    pub(super) fn pull(
        &mut self,
        uid: &Arc<str>,
        container: &str,
        image: &str,
        around: &mut Surroundings<'_>,
    ) -> Happened {
        let Some(pod) = self.pods.get_mut(uid) else { return Happened::default() };
        let pod = Arc::make_mut(pod);
        pod.images.insert(container.to_owned(), ImageState::Pulling);
        let line = line(pod, container, image, Transition::Pulling);
        self.pulls.push_back(Pull {
            uid: Arc::clone(uid),
            container: container.to_owned(),
            image: image.to_owned(),
            asked: around.clock.now,
            begun: None,
        });
        let mut happened = Happened::default().with(line);
        self.begin(&mut happened, around);
        happened
    }

    /// Begins the first pull, unless it is under way.
    fn begin(&mut self, happened: &mut Happened, around: &mut Surroundings<'_>) {
        let ticket = self.ticket();
        let Some(pull) = self.pulls.get_mut(0).filter(|pull| !pull.is_under_way()) else { return };
        pull.begun = Some((around.clock.now, ticket));
        let image = pull.image.clone();
        let after_ms = self.takes(&image, around);
        let event = MachineEvent::Pulled { ticket };
        happened.next.push(super::Scheduled { after_ms, class: Class::Work, event });
    }

    /// Asking the registry, then fetching what is not here.
    fn takes(&self, image: &str, around: &mut Surroundings<'_>) -> Millis {
        let ms = self.takes_when_well(image, around);
        match around.images.registry() {
            Registry::Well => ms,
            Registry::Slow { times } => ms.saturating_mul(i64::from(times)),
            // A name server is asked twice, ten seconds each.
            Registry::Down => GIVES_UP_MS,
        }
    }

    fn takes_when_well(&self, image: &str, around: &mut Surroundings<'_>) -> Millis {
        let asks = around.between(400, 900);
        match around.images.resolve(image) {
            Ok(found) if !self.images.contains_key(&found.name.to_string()) => {
                let fetches = found.size_bytes / BYTES_PER_MS;
                asks + around.between(fetches, fetches + fetches / 4)
            }
            Ok(_) => asks,
            // A registry that refuses is asked for a token first.
            Err(_) => asks + around.between(300, 900),
        }
    }

    pub(super) fn pulled(&mut self, ticket: u64, around: &mut Surroundings<'_>) -> Happened {
        let mut happened = Happened::default();
        let is_this = |pull: &Pull| pull.begun.is_some_and(|(_, expected)| expected == ticket);
        if !self.pulls.front().is_some_and(is_this) {
            return happened;
        }
        if let Some(pull) = self.pulls.pop_front() {
            self.finish(&pull, &mut happened, around);
        }
        self.begin(&mut happened, around);
        happened
    }

    fn finish(&mut self, pull: &Pull, happened: &mut Happened, around: &mut Surroundings<'_>) {
        let now = around.clock.now;
        let answer = around.images.resolve(&pull.image);
        if let Ok(image) = answer {
            let new = self.images.insert(image.name.to_string(), Arc::clone(image)).is_none();
            if new {
                happened.wake.push(self.own_key());
            }
        }
        // The Pod may be gone by now: the image stays.
        let Some(pod) = self.pods.get_mut(&pull.uid) else { return };
        let pod = Arc::make_mut(pod);
        if pod.images.get(&pull.container) != Some(&ImageState::Pulling) {
            return;
        }
        let begun = pull.begun.map_or(now, |(begun, _)| begun);
        let (state, report, transition) = match answer {
            Ok(image) => (
                ImageState::Pulled { at: now },
                Reported::Pulled {
                    image: pull.image.clone(),
                    took_ms: now - begun,
                    waited_ms: now - pull.asked,
                    size_bytes: image.size_bytes,
                },
                Transition::Pulled,
            ),
            Err(error) => {
                let message = error.to_string();
                let image = pull.image.clone();
                (
                    ImageState::Failed { at: now, message: message.clone() },
                    Reported::PullFailed { image, message: message.clone() },
                    Transition::PullFailed { reason: "ErrImagePull".to_owned(), message },
                )
            }
        };
        pod.images.insert(pull.container.clone(), state);
        pod.report(&pull.container, report);
        happened.transitions.push(line(pod, &pull.container, &pull.image, transition));
        happened.wake.push(pod.key.clone());
    }
}

fn line(
    pod: &PodRuntime,
    container: &str,
    image: &str,
    transition: Transition,
) -> ContainerTransition {
    ContainerTransition { image: image.to_owned(), ..pod.transition(container, transition) }
}
