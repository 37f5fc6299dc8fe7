//! Whether a text is what was recorded. In what was recorded, `{anything}` stands for a word that is
//! another in each cluster: a name, an age, an address; `{…}` for the rest of a line; a line that is
//! only `…` for any number of lines. Words of other lengths move columns: where one stands, the
//! width of gaps is not compared. Ends of lines are compared without what cannot be seen.

pub(super) fn alike(recorded: &str, said: &str) -> bool {
    let open = recorded.contains('{');
    let lines = |text: &str| -> Vec<String> {
        text.trim_end_matches('\n')
            .split('\n')
            // go-cmp writes one or the other, by chance, so that nobody relies on its form.
            .map(|line| line.replace('\u{a0}', " "))
            .map(|line| if open { narrow(&line) } else { line.trim_end().to_owned() })
            .collect()
    };
    lines_alike(&lines(recorded), &lines(said))
}

fn lines_alike(recorded: &[String], said: &[String]) -> bool {
    match recorded.split_first() {
        None => said.is_empty(),
        Some((first, rest)) if first == "…" => {
            (0..=said.len()).any(|skipped| lines_alike(rest, &said[skipped..]))
        }
        Some((first, rest)) => said
            .split_first()
            .is_some_and(|(line, others)| line_alike(first, line) && lines_alike(rest, others)),
    }
}

fn line_alike(recorded: &str, said: &str) -> bool {
    let hole = recorded.find('{').and_then(|start| {
        let end = start + recorded[start..].find('}')?;
        let name = &recorded[start + 1..end];
        let is_name = name == "…" || (!name.is_empty() && name.chars().all(char::is_alphanumeric));
        is_name.then_some((start, end, name))
    });
    let Some((start, end, name)) = hole else {
        return match recorded.find('{').map(|at| recorded.split_at(at + 1)) {
            // A brace of the text itself.
            Some((before, rest)) => {
                said.strip_prefix(before).is_some_and(|said| line_alike(rest, said))
            }
            None => recorded == said,
        };
    };
    let (before, rest) = (&recorded[..start], &recorded[end + 1..]);
    let Some(said) = said.strip_prefix(before) else { return false };
    if name == "…" {
        return true;
    }
    let spaces = name == "time";
    let word = said.char_indices().map_while(|(at, letter)| {
        (spaces || !letter.is_whitespace()).then_some(at + letter.len_utf8())
    });
    word.into_iter().any(|length| line_alike(rest, &said[length..]))
}

/// The line with gaps of two spaces, but for that at its beginning.
fn narrow(line: &str) -> String {
    let text = line.trim_start_matches(' ');
    let mut narrow = line[..line.len() - text.len()].to_owned();
    let mut gap = 0;
    for letter in text.trim_end().chars() {
        gap = if letter == ' ' { gap + 1 } else { 0 };
        if gap <= 2 {
            narrow.push(letter);
        }
    }
    narrow
}

#[test]
fn what_is_alike() {
    let cases = [
        ("a b", "a b", true),
        ("a b", "a  b", false),
        ("NAME    AGE\n{name}     {age}", "NAME   AGE\nlonger   5s", true),
        ("NAME AGE\n{name} {age}", "NAME  AGE\nlonger  5s", false),
        ("pod/web-{hash}-{id} created", "pod/web-5d4f-x8z created", true),
        ("pod/web-{hash} created", "pod/web- created", false),
        ("one\n…\nlast", "one\ntwo\nthree\nlast", true),
        ("one\n…\nlast", "one\ntwo", false),
        ("Time: {time} end", "Time: Sun, 22 Nov end", true),
        ("body: {\"a\":{id}}", "body: {\"a\":7}", true),
        ("body: {\"a\":7}", "body: {\"a\":8}", false),
        ("  - x {…}", "  - x any thing", true),
        ("  - x", "- x", false),
    ];
    for (recorded, said, expected) in cases {
        assert_eq!(alike(recorded, said), expected, "{recorded:?} {said:?}");
    }
}
