//! Starting: the container's first process, what `exec` adds, what a shell calls.

use std::collections::BTreeMap;

use imbl::OrdMap;

use super::{Body, Open, Program, Serving, Table, Terminal, Turn};
use crate::images::Userland;
use crate::images::application::{Start, Starting};
use crate::machine::commands::{self, Tool};
use crate::machine::inside::Inside;
use crate::machine::shell::{Flavour, Shell};
use crate::time::Millis;

impl Table {
    /// Starts the container's first process.
    pub(in crate::machine) fn begin(
        &mut self,
        line: &[String],
        stdin: bool,
        tty: bool,
        inside: &mut Inside<'_>,
    ) -> Turn {
        let input = match (stdin, tty) {
            (false, false) => Open::Null,
            (true, false) => Open::Input(0),
            (_, true) => Open::Terminal(0),
        };
        if stdin || tty {
            let terminal =
                Terminal { is_terminal: tty, columns: 80, rows: 24, ..Terminal::default() };
            self.terminals.insert(0, terminal);
        }
        let (out, err) = match tty {
            true => (input.clone(), input.clone()),
            false => (Open::Log { error: false }, Open::Log { error: true }),
        };
        let body = self.body(line, [input, out, err], tty);
        match self.program(line, &body.environment, &body.folder, inside) {
            Ok(program) => {
                self.spawn(0, body, program, inside);
                self.run(inside)
            }
            Err((code, _)) => Turn::Exits(code),
        }
    }

    pub(super) fn body(&mut self, line: &[String], opens: [Open; 3], tty: bool) -> Body {
        let mut environment = self.environment.clone();
        if tty {
            environment.insert("TERM".to_owned(), "xterm".to_owned());
        }
        let fds: BTreeMap<u32, u64> = (0..).zip(opens.map(|open| self.add(open))).collect();
        self.held.clear();
        let folder = self.folder.clone();
        Body { pid: 0, arguments: line.to_vec(), folder, environment, fds }
    }

    /// Runs a command beside the others, now. Its exit code and what it has written; no code if it
    /// takes time: then it is killed.
    pub(in crate::machine) fn beside(
        &mut self,
        line: &[String],
        inside: &mut Inside<'_>,
    ) -> Result<(Option<i32>, String), String> {
        if let Some(why) = self.cannot_start(line, inside) {
            return Err(why);
        }
        let body = self.body(line, [Open::Null, Open::Null, Open::Null], false);
        let (from, to) = self.pipe();
        self.reader = Some(from);
        let fds = BTreeMap::from([(0, body.fds[&0]), (1, to), (2, to)]);
        let body = Body { fds, ..body };
        let Ok(program) = self.program(line, &body.environment, &body.folder, inside) else {
            return Ok((Some(127), String::new()));
        };
        let pid = self.spawn(0, body, program, inside);
        self.watched = Some(pid);
        let turn = self.run(inside);
        self.watched = None;
        let mut text = Vec::new();
        self.drain(from, &mut text);
        self.close(from);
        self.reader = None;
        let code = self.ended.remove(&pid).map(|(_, code)| code);
        if code.is_none() {
            self.send(pid, 9, true);
            self.run(inside);
        }
        let code = match turn {
            Turn::Exits(_) => Some(137),
            _ => code,
        };
        Ok((code, String::from_utf8_lossy(&text).into_owned()))
    }

    /// Runs a command beside the others to its end, as if its time were over at once: how long it
    /// takes, up to a limit, and its exit code. If it takes longer, it is killed.
    pub(in crate::machine) fn takes(
        &mut self,
        line: &[String],
        limit: Millis,
        inside: &mut Inside<'_>,
    ) -> (Millis, Option<i32>) {
        let begun = inside.clock.now;
        let body = self.body(line, [Open::Null, Open::Null, Open::Null], false);
        let program = self.program(line, &body.environment, &body.folder, inside);
        let program = match program {
            Ok(program) => program,
            Err((code, _)) => return (0, Some(code)),
        };
        let pid = self.spawn(0, body, program, inside);
        self.watched = Some(pid);
        self.alone = true;
        loop {
            let turn = self.run(inside);
            let over = inside.clock.now - begun >= limit;
            match turn {
                Turn::Sleeps(ms) if !over && !self.has_ended(pid) => {
                    inside.clock.now = inside.clock.now + ms;
                }
                _ => break,
            }
        }
        let taken = if self.has_ended(pid) { inside.clock.now - begun } else { limit };
        inside.clock.now = begun;
        self.watched = None;
        self.alone = false;
        let code = self.ended.remove(&pid).map(|(_, code)| code);
        self.send(pid, 9, true);
        self.run(inside);
        (taken, code)
    }

    /// Why a command line cannot be started, in the runtime's words.
    pub(in crate::machine) fn cannot_start(
        &mut self,
        line: &[String],
        inside: &mut Inside<'_>,
    ) -> Option<String> {
        let name = line.first().map_or("", String::as_str);
        if name.is_empty() {
            return Some("exec: \"\": executable file not found in $PATH: unknown".to_owned());
        }
        let environment = self.environment.clone();
        let folder = self.folder.clone();
        let (code, _) = self.program(line, &environment, &folder, inside).err()?;
        let reason = match (code, name.contains('/')) {
            (126, _) => "permission denied".to_owned(),
            (_, true) => format!("stat {name}: no such file or directory"),
            (_, false) => "executable file not found in $PATH".to_owned(),
        };
        Some(format!("exec: \"{name}\": {reason}: unknown"))
    }

    /// What a command line runs.
    ///
    /// # Errors
    /// There is no such program (127) or it may not be run (126), in the shell's words.
    pub(in crate::machine) fn program(
        &mut self,
        line: &[String],
        environment: &OrdMap<String, String>,
        folder: &str,
        inside: &mut Inside<'_>,
    ) -> Result<Program, (i32, String)> {
        let name = line.first().map_or("", String::as_str);
        if let Some(script) = self.script(name, folder, inside)? {
            return Ok(self.shell_of(&script, line, environment));
        }
        match commands::find(&self.image, name) {
            commands::Program::Application => Ok(self.application(line, environment, inside)),
            commands::Program::Client | commands::Program::Command => {
                let bare = name.rsplit('/').next().unwrap_or(name);
                if matches!(bare, "sh" | "ash" | "bash" | "dash") {
                    return Ok(self.shell(bare, line, environment));
                }
                Ok(Program::Tool(Box::new(Tool::new(bare))))
            }
            commands::Program::Missing => {
                let dash = self.image.userland == Userland::Debian;
                let is_path = name.contains('/');
                let what = match (is_path, dash) {
                    (true, true) => "No such file or directory",
                    (false, true) if environment.contains_key("BASH") => "command not found",
                    _ => "not found",
                };
                Err((127, format!("{name}: {what}")))
            }
        }
    }

    /// The text of a script that a path names: `./run.sh`.
    fn script(
        &mut self,
        name: &str,
        folder: &str,
        inside: &mut Inside<'_>,
    ) -> Result<Option<String>, (i32, String)> {
        if !name.contains('/') {
            return Ok(None);
        }
        let files = self.files(inside);
        let Ok((_, node)) = files.find(folder, name, true) else { return Ok(None) };
        if node.is_folder() || node.meta.mode & 0o111 == 0 {
            return Err((126, format!("{name}: Permission denied")));
        }
        let text = node.bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        Ok(text.filter(|text| !text.is_empty()))
    }

    fn shell_of(
        &self,
        script: &str,
        line: &[String],
        environment: &OrdMap<String, String>,
    ) -> Program {
        let mut shell = Shell::new(self.flavour("sh"), environment, 0);
        line[0].clone_into(&mut shell.name);
        shell.positional = line[1..].iter().cloned().collect();
        Program::Shell(Box::new(shell.of_script(script)))
    }

    pub(in crate::machine) fn flavour(&self, name: &str) -> Flavour {
        match (self.image.userland, name) {
            (_, "bash") => Flavour::Bash,
            (Userland::Debian, _) => Flavour::Dash,
            _ => Flavour::Ash,
        }
    }

    /// `sh -c script`, `sh file`, or a shell that reads its standard input.
    fn shell(
        &mut self,
        name: &str,
        line: &[String],
        environment: &OrdMap<String, String>,
    ) -> Program {
        let mut made = Shell::new(self.flavour(name), environment, 0);
        let mut rest = line[1..].iter();
        let (mut script, mut file) = (None, None);
        while let Some(word) = rest.next() {
            let Some(letters) = word.strip_prefix(['-', '+']).filter(|_| word.len() > 1) else {
                file = Some(word.clone());
                break;
            };
            if word.starts_with("--") {
                continue;
            }
            for letter in letters.chars() {
                match letter {
                    'c' => script = Some(()),
                    'e' => _ = made.option("errexit", word.starts_with('-')),
                    'u' => _ = made.option("nounset", word.starts_with('-')),
                    'x' => _ = made.option("xtrace", word.starts_with('-')),
                    'o' => {
                        let name = rest.next().cloned().unwrap_or_default();
                        made.option(&name, word.starts_with('-'));
                    }
                    _ => {}
                }
            }
        }
        name.clone_into(&mut made.name);
        if script.is_some() {
            let text = file.unwrap_or_default();
            let mut after = rest.cloned();
            made.name = after.next().unwrap_or_else(|| name.to_owned());
            made.positional = after.collect();
            return Program::Shell(Box::new(made.of_script(&text)));
        }
        if let Some(file) = file {
            made.positional = rest.cloned().collect();
            file.clone_into(&mut made.name);
            return Program::Shell(Box::new(made.of_file(&file)));
        }
        Program::Shell(Box::new(made.reading_input()))
    }

    /// Starts the image's application. An entry point hands other commands on.
    fn application(
        &mut self,
        line: &[String],
        environment: &OrdMap<String, String>,
        inside: &mut Inside<'_>,
    ) -> Program {
        let image = std::sync::Arc::clone(&self.image);
        let own = image.application.programs();
        let mut words = line.to_vec();
        if words[0].ends_with("entrypoint.sh") {
            match words.get(1) {
                Some(next) if next.starts_with('-') => {
                    words.splice(1..1, image.command.first().cloned());
                }
                Some(next) if !own.contains(&next.as_str()) => {
                    let rest = words[1..].to_vec();
                    let folder = self.folder.clone();
                    return match self.program(&rest, environment, &folder, inside) {
                        Ok(program) => program,
                        Err((code, why)) => Tool::saying(&format!("{}: {why}\n", words[0]), code),
                    };
                }
                Some(_) => {}
                None => return Tool::saying("", 0),
            }
        }
        if let Some(program) = commands::of_application(&image, &words) {
            return program;
        }
        let environment: BTreeMap<String, String> =
            environment.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let starting =
            Starting { arguments: &words, environment: &environment, version: &image.version };
        match image.application.start(starting) {
            Start::Serves(server) => {
                Program::Server(Serving::new(server, image.application.clone()))
            }
            Start::Exits { code, lines } => {
                let lines: Vec<String> = lines.iter().map(|line| inside.fill(line)).collect();
                Tool::saying(&(lines.join("\n") + "\n"), code)
            }
            Start::Idles => Program::Idles,
        }
    }

    /// Where a program is, for `which` and `type`.
    pub(in crate::machine) fn which(
        &mut self,
        name: &str,
        inside: &mut Inside<'_>,
    ) -> Option<String> {
        if name.contains('/') {
            let found = self.files(inside).find("/", name, true).is_ok();
            return found.then(|| name.to_owned());
        }
        if commands::find(&self.image, name) == commands::Program::Missing {
            return None;
        }
        let files = self.files(inside);
        let folders = ["/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
        let paths = folders.iter().map(|folder| format!("{folder}/{name}"));
        let found = paths.into_iter().find(|path| files.find("/", path, false).is_ok());
        found.or_else(|| Some(format!("/bin/{name}")))
    }
}
