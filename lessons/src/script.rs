//! `solution.sh` and `wrong/NAME.sh`: what somebody does in a lesson, line by line.
//!
//! The lines are those a person would type: `kubectl …`, `curl …` from outside of the cluster, and
//! `cat > FILE <<'EOF'`; beside them `clock …`, `fault …` and `traffic …` for what the page has
//! buttons for. A `{{ … }}` in a line is CEL over the evidence, for names that nobody knows
//! beforehand.

pub(crate) mod outside;

use crate::error::Fault;
use crate::evidence::Evidence;
use crate::rule::Rule;

/// The lines for one step.
#[derive(Debug)]
pub struct Part {
    /// The step's id.
    pub step: String,
    /// In order.
    pub lines: Vec<Line>,
}

/// One thing that is done.
#[derive(Debug)]
pub struct Line {
    /// Where it stands in its file, from 1.
    pub number: usize,
    /// What it is.
    pub act: Act,
}

/// What a line does.
#[derive(Debug)]
pub enum Act {
    /// Types a command in the terminal: `kubectl`, or `curl` from outside of the cluster.
    Type(Template),
    /// Writes a file in the editor.
    Write {
        /// Its name.
        file: String,
        /// Its whole text.
        text: String,
    },
    /// Uses the clock.
    Clock(ClockAct),
    /// Puts in a fault: the words after `fault`.
    Fault(Template),
    /// Begins or ends traffic: the words after `traffic`.
    Traffic(Template),
    /// Predicts this choice.
    Predict(String),
}

/// What the page's clock buttons do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockAct {
    /// On by one write.
    StepWrite,
    /// On by one turn of one component.
    StepTurn,
    /// On to the next change that can be seen.
    StepVisible,
    /// On until nothing is left to do but to wait.
    UntilQuiet,
    /// Through a wait, to the next thing that happens.
    UntilNext,
    /// On by so many milliseconds.
    Advance(i64),
}

impl ClockAct {
    /// As a script says it.
    pub fn words(self) -> String {
        match self {
            ClockAct::StepWrite => "clock step write".to_owned(),
            ClockAct::StepTurn => "clock step turn".to_owned(),
            ClockAct::StepVisible => "clock step visible".to_owned(),
            ClockAct::UntilQuiet => "clock until quiet".to_owned(),
            ClockAct::UntilNext => "clock until next".to_owned(),
            ClockAct::Advance(ms) => format!("clock advance {}s", ms / 1_000),
        }
    }
}

/// Words with `{{ CEL }}` in them.
#[derive(Debug)]
pub struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Words(String),
    Rule(Rule),
}

impl Template {
    fn parse(words: &str) -> Result<Template, String> {
        let mut pieces = Vec::new();
        let mut rest = words;
        while let Some((before, after)) = rest.split_once("{{") {
            let (source, after) = after.split_once("}}").ok_or("close the \"{{\" with \"}}\"")?;
            pieces.push(Piece::Words(before.to_owned()));
            pieces.push(Piece::Rule(Rule::compile(source.trim())?));
            rest = after;
        }
        pieces.push(Piece::Words(rest.to_owned()));
        Ok(Template(pieces))
    }

    /// The words, with what the rules yield in their places.
    ///
    /// # Errors
    /// The rule that yields no text as things stand.
    pub fn fill(&self, evidence: &Evidence) -> Result<String, String> {
        let mut filled = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Words(words) => filled.push_str(words),
                Piece::Rule(rule) => match rule.value(evidence) {
                    Ok(cel::Value::String(text)) => filled.push_str(&text),
                    Ok(_) => return Err(format!("\"{}\" yields no text", rule.source())),
                    Err(error) => return Err(format!("\"{}\": {error}", rule.source())),
                },
            }
        }
        Ok(filled)
    }
}

/// Reads a script; what is wrong is added to `faults`.
pub(crate) fn parse(file: &str, source: &str, faults: &mut Vec<Fault>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut lines = source.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let number = index + 1;
        if let Some(step) = line.strip_prefix("# step:") {
            parts.push(Part { step: step.trim().to_owned(), lines: Vec::new() });
            continue;
        }
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let text = match line.ends_with("<<'EOF'") {
            true => Some(here_document(&mut lines)),
            false => None,
        };
        let Some(part) = parts.last_mut() else {
            faults.push(Fault::at(file, number, "say for which step it is: \"# step: ID\""));
            continue;
        };
        match act(line, text) {
            Ok(act) => part.lines.push(Line { number, act }),
            Err(message) => faults.push(Fault::at(file, number, message)),
        }
    }
    parts
}

fn here_document<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>) -> String {
    let mut text = String::new();
    for (_, line) in lines.by_ref().take_while(|(_, line)| *line != "EOF") {
        text.push_str(line);
        text.push('\n');
    }
    text
}

fn act(line: &str, text: Option<String>) -> Result<Act, String> {
    if let Some(text) = text {
        let file = line
            .strip_prefix("cat >")
            .and_then(|rest| rest.strip_suffix("<<'EOF'"))
            .ok_or("write a file as \"cat > FILE <<'EOF'\"")?;
        return Ok(Act::Write { file: file.trim().to_owned(), text });
    }
    match line.split_once(' ') {
        Some(("kubectl", _)) => Ok(Act::Type(Template::parse(line)?)),
        Some(("clock", rest)) => clock(rest).map(Act::Clock),
        Some(("fault", rest)) => proved(rest, outside::fault).map(Act::Fault),
        Some(("traffic", rest)) => proved(rest, outside::traffic).map(Act::Traffic),
        Some(("predict", choice)) => Ok(Act::Predict(choice.trim().to_owned())),
        Some(("curl", _)) => proved(line, outside::is_curl).map(Act::Type),
        _ => Err("a line begins with kubectl, curl, clock, fault, traffic, predict or \"cat >\""
            .to_owned()),
    }
}

/// A template; one without rules is read at once, so that its author hears of a mistake.
fn proved<T>(words: &str, read: fn(&str) -> Result<T, String>) -> Result<Template, String> {
    let template = Template::parse(words)?;
    if !words.contains("{{") {
        read(words)?;
    }
    Ok(template)
}

fn clock(words: &str) -> Result<ClockAct, String> {
    Ok(match words {
        "step write" => ClockAct::StepWrite,
        "step turn" => ClockAct::StepTurn,
        "step visible" => ClockAct::StepVisible,
        "until quiet" => ClockAct::UntilQuiet,
        "until next" => ClockAct::UntilNext,
        _ => {
            let seconds = words.strip_prefix("advance ").and_then(|rest| rest.strip_suffix('s'));
            let seconds: i64 = seconds
                .and_then(|it| it.parse().ok())
                .ok_or("the clock knows: step write|turn|visible, until quiet|next, advance 10s")?;
            ClockAct::Advance(seconds * 1_000)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Fact;
    use serde_json::json;

    #[test]
    fn a_script_is_cut_at_its_steps() {
        let mut faults = Vec::new();
        let script = "# step: a\ncat > p.yaml <<'EOF'\nx: 1\n  y\nEOF\nkubectl get po\n\
                      # step: b\nclock advance 50s\nclock fast\nls\n";
        let parts = parse("s.sh", script, &mut faults);
        assert_eq!(parts.len(), 2);
        let Act::Write { file, text } = &parts[0].lines[0].act else { panic!() };
        assert_eq!((file.as_str(), text.as_str()), ("p.yaml", "x: 1\n  y\n"));
        assert!(matches!(parts[1].lines[0].act, Act::Clock(ClockAct::Advance(50_000))));
        let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [9, 10]);
    }

    #[test]
    fn names_are_filled_in_from_the_evidence() {
        let mut evidence = Evidence::default();
        let template = Template::parse("delete pod {{ pods[0].metadata.name }} now").unwrap();
        assert!(template.fill(&evidence).is_err());
        evidence.take(0, Fact::Stored(json!({"kind": "Pod", "metadata": {"name": "web"}})));
        assert_eq!(template.fill(&evidence).unwrap(), "delete pod web now");
    }
}
