//! The terminals of a page: which are open, and which is in front.

use leptos::prelude::*;

use super::console::Console;

/// So many terminals one page can have.
const TERMINALS: u32 = 4;

/// All terminals of a page. The later ones are there from the beginning, and shown when wanted.
#[derive(Clone, Copy, Debug)]
pub struct Consoles {
    first: Console,
    others: StoredValue<Vec<Console>>,
    /// The numbers of those that are open, in the order of their tabs.
    open: RwSignal<Vec<u32>>,
    shown: RwSignal<u32>,
}

impl Consoles {
    pub fn new(first: Console) -> Consoles {
        let other = |number| first.another(number);
        let consoles = Consoles {
            first,
            others: StoredValue::new((2..=TERMINALS).map(other).collect()),
            open: RwSignal::new(vec![1]),
            shown: RwSignal::new(1),
        };
        // What a button types must be seen.
        Effect::new(move |before: Option<u32>| {
            let called = first.called();
            if before.is_some_and(|before| before != called) {
                consoles.shown.set(1);
            }
            called
        });
        consoles
    }

    pub(super) fn get(self, number: u32) -> Console {
        let index = (number as usize).checked_sub(2);
        let other = self.others.with_value(|all| index.and_then(|index| all.get(index).copied()));
        other.unwrap_or(self.first)
    }

    /// The numbers of the open ones. Tracked.
    pub(super) fn open(self) -> Vec<u32> {
        self.open.get()
    }

    /// The number of the one in front. Tracked.
    pub(super) fn shown(self) -> u32 {
        self.shown.get()
    }

    pub(super) fn show(self, number: u32) {
        self.shown.set(number);
    }

    /// Whether one more can be opened. Tracked.
    pub(super) fn has_room(self) -> bool {
        self.open.with(|open| open.len() < TERMINALS as usize)
    }

    /// Ports that terminals forward, in the order of the terminals. Tracked.
    pub(super) fn forwarded(self) -> Vec<u16> {
        (1..=TERMINALS).flat_map(|number| self.get(number).forwarded()).collect()
    }

    /// Opens one more and shows it.
    pub(super) fn add(self) {
        let free = self.open.with_untracked(|open| (1..=TERMINALS).find(|n| !open.contains(n)));
        if let Some(number) = free {
            self.open.update(|open| open.push(number));
            self.shown.set(number);
        }
    }

    /// Closes one, ending what runs there; the first stays.
    pub(super) fn close(self, number: u32) {
        if number == 1 {
            return;
        }
        let console = self.get(number);
        console.interrupt();
        console.clear();
        self.open.update(|open| open.retain(|open| *open != number));
        self.shown.set(1);
    }
}
