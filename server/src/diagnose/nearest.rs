//! The word that somebody may have meant.

/// The nearest of the known words, if one is near enough to have been meant.
pub(super) fn nearest<'known>(
    word: &str,
    known: impl IntoIterator<Item = &'known str>,
) -> Option<&'known str> {
    let distances = known.into_iter().map(|known| (distance(word, known), known));
    let (distance, known) = distances.min()?;
    (distance <= 1 + word.chars().count() / 4).then_some(known)
}

/// How many letters must be put in, taken out or changed, or pairs swapped (optimal string
/// alignment); case costs nothing.
fn distance(one: &str, other: &str) -> usize {
    let letters = |word: &str| word.to_lowercase().chars().collect::<Vec<_>>();
    let (one, other) = (letters(one), letters(other));
    let mut rows: Vec<Vec<usize>> = vec![(0..=other.len()).collect()];
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let change = rows[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            let swapped =
                i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            if swapped {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        let kinds = ["Pod", "Deployment", "Service", "ReplicaSet", "ConfigMap"];
        let check = |word, meant| assert_eq!(nearest(word, kinds), meant, "{word}");
        check("Pdo", Some("Pod"));
        check("pod", Some("Pod"));
        check("Deploymnet", Some("Deployment"));
        check("deployement", Some("Deployment"));
        check("Configmap", Some("ConfigMap"));
        check("Banana", None);
    }
}
