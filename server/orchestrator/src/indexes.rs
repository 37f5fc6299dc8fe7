//! Sets of completion indexes as a Job's status writes them: `1,3-5,7`.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode>

use std::fmt;

/// Ascending ranges, both ends included, with gaps between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indexes(Vec<(i32, i32)>);

impl Indexes {
    /// Reads `1,3-5,7`: None if the numbers are not ascending numbers.
    pub fn parse(text: &str) -> Option<Indexes> {
        let mut ranges: Vec<(i32, i32)> = Vec::new();
        for part in text.split(',').filter(|_| !text.is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (first.parse::<u32>().ok()?, last.parse::<u32>().ok()?);
            let (first, last) = (i32::try_from(first).ok()?, i32::try_from(last).ok()?);
            if first > last || ranges.last().is_some_and(|(_, before)| *before >= first) {
                return None;
            }
            ranges.push((first, last));
        }
        Some(ranges.into_iter().fold(Indexes::default(), |mut all, (first, last)| {
            all.append(first, last);
            all
        }))
    }

    /// Those of a sorted list of numbers.
    pub fn of(sorted: impl IntoIterator<Item = i32>) -> Indexes {
        let mut all = Indexes::default();
        for index in sorted {
            all.append(index, index);
        }
        all
    }

    /// Adds a range that begins after all that are in it.
    fn append(&mut self, first: i32, last: i32) {
        match self.0.last_mut() {
            Some((_, end)) if *end + 1 >= first => *end = (*end).max(last),
            _ => self.0.push((first, last)),
        }
    }

    /// Those of both.
    pub fn union(&self, other: &Indexes) -> Indexes {
        let mut ranges: Vec<(i32, i32)> = self.0.iter().chain(&other.0).copied().collect();
        ranges.sort_unstable();
        let mut all = Indexes::default();
        for (first, last) in ranges {
            all.append(first, last);
        }
        all
    }

    /// Those below a number.
    pub fn below(&self, limit: i32) -> Indexes {
        let kept = self.0.iter().filter(|(first, _)| *first < limit);
        Indexes(kept.map(|(first, last)| (*first, (*last).min(limit - 1))).collect())
    }

    pub fn contains(&self, index: i32) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= index);
        after > 0 && self.0[after - 1].1 >= index
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn total(&self) -> i32 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }

    pub fn last(&self) -> Option<i32> {
        self.0.last().map(|(_, last)| *last)
    }

    /// How many of these are in the other as well.
    pub fn common(&self, other: &Indexes) -> i32 {
        let overlap = |(a, b): &(i32, i32), (c, d): &(i32, i32)| (b.min(d) - a.max(c) + 1).max(0);
        let of = |range: &(i32, i32)| other.0.iter().map(|o| overlap(range, o)).sum::<i32>();
        self.0.iter().map(of).sum()
    }
}

impl fmt::Display for Indexes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            match last - first {
                0 => write!(f, "{comma}{first}")?,
                // Two neighbours are written apart.
                1 => write!(f, "{comma}{first},{last}")?,
                _ => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Indexes;

    #[test]
    fn ranges_are_read_and_written() {
        for text in ["", "0", "0,1", "0-2", "1,3-5,7", "0-99,200"] {
            assert_eq!(Indexes::parse(text).unwrap().to_string(), text);
        }
        for text in ["a", "3,1", "5-3", "1,,2", "-1", "1-"] {
            assert_eq!(Indexes::parse(text), None, "{text}");
        }
        let all = Indexes::of([0, 2, 3]).union(&Indexes::of([1, 7]));
        assert_eq!((all.to_string().as_str(), all.total()), ("0-3,7", 5));
        assert!(all.contains(2) && !all.contains(5) && all.contains(7));
        assert_eq!(all.below(3).to_string(), "0-2");
        assert_eq!(all.common(&Indexes::of([3, 7, 9])), 2);
    }
}
