//! Sorting in Go's way. kubectl sorts events and rows with `sort.Sort`, which is not stable: which
//! of several equal ones comes first follows from its algorithm alone, a pattern-defeating
//! quicksort (<https://pkg.go.dev/sort#Sort>, after <https://arxiv.org/abs/2106.05123>).

/// Ranges so short are sorted by insertion.
const INSERTION_MAX: usize = 12;
/// From this length on the pivot is the median of nine instead of three.
const NINTHER_MIN: usize = 50;
/// Swaps while a pivot is sought that say that a range of this length falls.
const SWAPS_MAX: usize = 12;
/// How often an almost sorted range is mended before it is sorted after all.
const MENDS_MAX: usize = 5;

/// Sorts as Go's `sort.Sort` does, equal elements included.
pub(crate) fn go_sort<T>(items: &mut [T], less: impl Fn(&T, &T) -> bool) {
    let count = items.len();
    let limit = usize::BITS - count.leading_zeros();
    Sorter { items, less }.sort(0, count, limit);
}

struct Sorter<'i, T, L> {
    items: &'i mut [T],
    less: L,
}

/// What the search for a pivot tells about a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hint {
    Rising,
    Falling,
    Unknown,
}

impl<T, L: Fn(&T, &T) -> bool> Sorter<'_, T, L> {
    fn less(&self, left: usize, right: usize) -> bool {
        (self.less)(&self.items[left], &self.items[right])
    }

    /// Sorts `from..to`; after `limit` bad pivots by heap.
    fn sort(&mut self, mut from: usize, mut to: usize, mut limit: u32) {
        let (mut balanced, mut partitioned) = (true, true);
        loop {
            let length = to - from;
            if length <= INSERTION_MAX {
                return self.insert(from, to);
            }
            if limit == 0 {
                return self.heap(from, to);
            }
            if !balanced {
                self.scatter(from, to);
                limit -= 1;
            }
            let (mut pivot, mut hint) = self.pivot(from, to);
            if hint == Hint::Falling {
                self.items[from..to].reverse();
                pivot = (to - 1) - (pivot - from);
                hint = Hint::Rising;
            }
            if balanced && partitioned && hint == Hint::Rising && self.mend(from, to) {
                return;
            }
            if from > 0 && !self.less(from - 1, pivot) {
                from = self.equal_ones(from, to, pivot);
                continue;
            }
            let middle;
            (middle, partitioned) = self.partition(from, to, pivot);
            let (left, right) = (middle - from, to - middle);
            balanced = left.min(right) >= length / 8;
            if left < right {
                self.sort(from, middle, limit);
                from = middle + 1;
            } else {
                self.sort(middle + 1, to, limit);
                to = middle;
            }
        }
    }

    fn insert(&mut self, from: usize, to: usize) {
        for next in from + 1..to {
            let mut place = next;
            while place > from && self.less(place, place - 1) {
                self.items.swap(place, place - 1);
                place -= 1;
            }
        }
    }

    fn heap(&mut self, from: usize, to: usize) {
        let count = to - from;
        for root in (0..=(count - 1) / 2).rev() {
            self.sift_down(root, count, from);
        }
        for last in (0..count).rev() {
            self.items.swap(from, from + last);
            self.sift_down(0, last, from);
        }
    }

    fn sift_down(&mut self, mut root: usize, count: usize, from: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= count {
                return;
            }
            if child + 1 < count && self.less(from + child, from + child + 1) {
                child += 1;
            }
            if !self.less(from + root, from + child) {
                return;
            }
            self.items.swap(from + root, from + child);
            root = child;
        }
    }

    /// Moves the pivot to where it belongs, smaller ones before it: its place, and whether they
    /// stood so already.
    fn partition(&mut self, from: usize, to: usize, pivot: usize) -> (usize, bool) {
        self.items.swap(from, pivot);
        let (mut low, mut high) = (from + 1, to - 1);
        let mut already = true;
        loop {
            while low <= high && self.less(low, from) {
                low += 1;
            }
            while low <= high && !self.less(high, from) {
                high -= 1;
            }
            if low > high {
                break;
            }
            already = false;
            self.items.swap(low, high);
            low += 1;
            high -= 1;
        }
        self.items.swap(high, from);
        (high, already)
    }

    /// Moves those that equal the pivot to the front: where the greater ones begin.
    fn equal_ones(&mut self, from: usize, to: usize, pivot: usize) -> usize {
        self.items.swap(from, pivot);
        let (mut low, mut high) = (from + 1, to - 1);
        loop {
            while low <= high && !self.less(from, low) {
                low += 1;
            }
            while low <= high && self.less(from, high) {
                high -= 1;
            }
            if low > high {
                return low;
            }
            self.items.swap(low, high);
            low += 1;
            high -= 1;
        }
    }

    /// Mends a range that is almost sorted; whether it is sorted now.
    fn mend(&mut self, from: usize, to: usize) -> bool {
        let mut at = from + 1;
        for _ in 0..MENDS_MAX {
            while at < to && !self.less(at, at - 1) {
                at += 1;
            }
            if at == to {
                return true;
            }
            if to - from < NINTHER_MIN {
                return false;
            }
            self.items.swap(at, at - 1);
            if at - from >= 2 {
                let mut place = at - 1;
                while place >= 1 && self.less(place, place - 1) {
                    self.items.swap(place, place - 1);
                    place -= 1;
                }
            }
            if to - at >= 2 {
                let mut place = at + 1;
                while place < to && self.less(place, place - 1) {
                    self.items.swap(place, place - 1);
                    place += 1;
                }
            }
        }
        false
    }

    /// Breaks a pattern that made for bad pivots, the same way each time.
    fn scatter(&mut self, from: usize, to: usize) {
        let length = to - from;
        let mut random = length as u64;
        let mask = (1_u64 << (usize::BITS - length.leading_zeros())) - 1;
        let middle = from + length / 4 * 2 - 1;
        for step in 0..3 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let mut other = (random & mask) as usize;
            if other >= length {
                other -= length;
            }
            self.items.swap(middle + step, from + other);
        }
    }

    fn pivot(&self, from: usize, to: usize) -> (usize, Hint) {
        let quarter = (to - from) / 4;
        let mut swaps = 0;
        let mut places = [from + quarter, from + quarter * 2, from + quarter * 3];
        if to - from >= NINTHER_MIN {
            places = places.map(|at| self.median([at - 1, at, at + 1], &mut swaps));
        }
        let pivot = self.median(places, &mut swaps);
        let hint = match swaps {
            0 => Hint::Rising,
            SWAPS_MAX => Hint::Falling,
            _ => Hint::Unknown,
        };
        (pivot, hint)
    }

    fn median(&self, [mut a, mut b, mut c]: [usize; 3], swaps: &mut usize) -> usize {
        let mut order = |low: &mut usize, high: &mut usize| {
            if self.less(*high, *low) {
                *swaps += 1;
                std::mem::swap(low, high);
            }
        };
        order(&mut a, &mut b);
        order(&mut b, &mut c);
        order(&mut a, &mut b);
        b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without a pattern, the same each time.
    fn numbers(count: usize, below: u64) -> Vec<(u64, usize)> {
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        (0..count).map(|at| (next(), at)).collect()
    }

    #[test]
    fn everything_is_sorted_in_the_end() {
        for count in [0, 1, 12, 13, 49, 50, 51, 200, 1000] {
            for below in [1, 2, 10, 1_000_000] {
                let given = numbers(count, below);
                let mut falling = given.clone();
                falling.sort_unstable_by(|a, b| b.cmp(a));
                for mut items in [given, falling] {
                    let mut expected: Vec<u64> = items.iter().map(|item| item.0).collect();
                    expected.sort_unstable();
                    go_sort(&mut items, |a, b| a.0 < b.0);
                    assert_eq!(items.iter().map(|item| item.0).collect::<Vec<_>>(), expected);
                }
            }
        }
    }

    #[test]
    fn a_few_keep_their_order() {
        let mut items = [(1, 'a'), (0, 'b'), (1, 'c'), (0, 'd')];
        go_sort(&mut items, |a, b| a.0 < b.0);
        assert_eq!(items, [(0, 'b'), (0, 'd'), (1, 'a'), (1, 'c')]);
    }
}
