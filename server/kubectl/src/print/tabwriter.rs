//! Aligned columns as Go's `text/tabwriter` makes them: a column is a run of lines that have a
//! cell there, and the last cell of a line belongs to no column.

/// Collects lines of tab-separated cells and pads them.
#[derive(Debug, Clone)]
pub(crate) struct Tabwriter {
    min_width: usize,
    padding: usize,
    /// Widths of earlier flushes, below which no column falls; only when they are remembered.
    remembered: Option<Vec<usize>>,
    lines: Vec<Vec<String>>,
    /// The last line, not ended yet.
    open: Vec<String>,
}

impl Tabwriter {
    /// The writer of `kubectl get`: three spaces between columns; a later flush is not narrower.
    pub(crate) fn for_tables() -> Tabwriter {
        Tabwriter { remembered: Some(Vec::new()), ..Tabwriter::new(6, 3) }
    }

    /// The writer of `kubectl describe`: two spaces.
    pub(crate) fn for_describe() -> Tabwriter {
        Tabwriter::new(0, 2)
    }

    /// A writer with columns of `min_width` letters at least, `padding` included.
    pub(crate) fn new(min_width: usize, padding: usize) -> Tabwriter {
        let open = vec![String::new()];
        Tabwriter { min_width, padding, remembered: None, lines: Vec::new(), open }
    }

    /// Adds text; `\t` ends a cell, `\n` a line.
    pub(crate) fn write(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '\t' => self.open.push(String::new()),
                '\n' => {
                    let line = std::mem::replace(&mut self.open, vec![String::new()]);
                    self.lines.push(line);
                }
                _ => {
                    if let Some(cell) = self.open.last_mut() {
                        cell.push(letter);
                    }
                }
            }
        }
    }

    /// The aligned text of all that was written since the last flush.
    pub(crate) fn flush(&mut self) -> String {
        let mut lines = std::mem::take(&mut self.lines);
        let open = std::mem::replace(&mut self.open, vec![String::new()]);
        let unfinished = open.len() > 1 || !open[0].is_empty();
        if unfinished {
            lines.push(open);
        }
        let mut out = String::new();
        self.format(&lines, &mut Vec::new(), &mut out);
        if unfinished {
            out.pop();
        }
        out
    }

    /// Lays out `lines`, whose first columns have `widths`; the next column is found and laid out
    /// block by block.
    fn format(&mut self, lines: &[Vec<String>], widths: &mut Vec<usize>, out: &mut String) {
        let column = widths.len();
        let mut done = 0;
        let mut at = 0;
        while at < lines.len() {
            if column + 1 >= lines[at].len() {
                at += 1;
                continue;
            }
            write_lines(&lines[done..at], widths, out);
            let block = lines[at..].iter().take_while(|line| column + 1 < line.len()).count();
            let width = self.width_of(&lines[at..at + block], column);
            widths.push(width);
            self.format(&lines[at..at + block], widths, out);
            widths.pop();
            at += block;
            done = at;
        }
        write_lines(&lines[done..], widths, out);
    }

    fn width_of(&mut self, block: &[Vec<String>], column: usize) -> usize {
        let widest = block.iter().map(|line| line[column].chars().count() + self.padding).max();
        let mut width = widest.unwrap_or_default().max(self.min_width);
        if let Some(remembered) = &mut self.remembered {
            if remembered.len() <= column {
                remembered.resize(column + 1, 0);
            }
            width = width.max(remembered[column]);
            remembered[column] = width;
        }
        width
    }
}

fn write_lines(lines: &[Vec<String>], widths: &[usize], out: &mut String) {
    for line in lines {
        for (column, cell) in line.iter().enumerate() {
            out.push_str(cell);
            if let Some(width) = widths.get(column) {
                let spaces = width.saturating_sub(cell.chars().count());
                out.extend(std::iter::repeat_n(' ', spaces));
            }
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_a_run_of_lines() {
        let mut writer = Tabwriter::for_describe();
        writer.write("Name:\tx\nLabels:\ta=b\n\tlonger=c\nConditions:\n  Type\tStatus\n");
        assert_eq!(
            writer.flush(),
            "Name:    x\nLabels:  a=b\n         longer=c\nConditions:\n  Type  Status\n"
        );
    }

    #[test]
    fn tables_remember_their_widths() {
        let mut writer = Tabwriter::for_tables();
        writer.write("NAME\tREADY\nlong-name\t1/1\n");
        assert_eq!(writer.flush(), "NAME        READY\nlong-name   1/1\n");
        writer.write("x\t0/1\n");
        assert_eq!(writer.flush(), "x           0/1\n");
    }

    #[test]
    fn an_empty_last_cell_leaves_the_padding() {
        let mut writer = Tabwriter::for_describe();
        writer.write("Address:\t\nIngress Class:\t<none>\n");
        assert_eq!(writer.flush(), "Address:        \nIngress Class:  <none>\n");
    }
}
