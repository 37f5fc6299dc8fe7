//! How a command goes on: it reads, writes, waits and ends.

use super::filters;
use super::{Call, Came, INPUT_MAX, State, Tool, dispatch, network};
use crate::machine::inside::Inside;
use crate::machine::process::{Body, Program as Runs, Ran, Table, TakeUntil, Taken, Wait, Wrote};
use crate::machine::shell::Shell;
use crate::network::DialResult;

/// Reads on. None at the end.
pub(super) fn gather(
    input: &mut Vec<u8>,
    body: &Body,
    table: &mut Table,
    inside: &mut Inside<'_>,
) -> Option<Wait> {
    let open = body.fds.get(&0).copied()?;
    loop {
        match table.take(open, TakeUntil::END, inside) {
            Taken::Bytes(bytes) => input.extend(bytes),
            Taken::End => return None,
            Taken::Blocked => return Some(Wait::Input(open)),
        }
        if input.len() > INPUT_MAX {
            return None;
        }
    }
}

pub(super) fn repeat(body: &Body, table: &mut Table, inside: &mut Inside<'_>) -> Ran {
    let Some(open) = body.fds.get(&1).copied() else { return Ran::Exits(1) };
    if !table.has_room(open) {
        return Ran::Waits(Wait::Room(open));
    }
    let word =
        if body.arguments.len() > 1 { body.arguments[1..].join(" ") } else { "y".to_owned() };
    let text = format!("{word}\n").repeat(128);
    match table.write(open, text.as_bytes(), inside) {
        Wrote::Done => Ran::Again,
        Wrote::Broken => Ran::Exits(141),
        Wrote::Failed(_) => Ran::Exits(1),
    }
}

/// Writes what a command has written. The exit code if nobody reads, or it cannot be written.
pub(super) fn flush(
    written: &[(u32, Vec<u8>)],
    body: &Body,
    table: &mut Table,
    inside: &mut Inside<'_>,
) -> Option<i32> {
    for (fd, bytes) in written.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        let Some(open) = body.fds.get(fd).copied() else { continue };
        match table.write(open, bytes, inside) {
            Wrote::Done => {}
            Wrote::Broken => return Some(141),
            Wrote::Failed(why) => {
                let name = body.arguments.first().map_or("", String::as_str);
                let text = format!("{name}: write error: {why}\n");
                if let Some(open) = body.fds.get(&2).copied() {
                    table.write(open, text.as_bytes(), inside);
                }
                return Some(1);
            }
        }
    }
    None
}

pub(super) fn run(
    tool: &mut Tool,
    input: Option<Vec<u8>>,
    body: &mut Body,
    table: &mut Table,
    inside: &mut Inside<'_>,
) -> Ran {
    let words = body.arguments.clone();
    let mut call = Call { words, body, table, inside, input, written: Vec::new() };
    let came = dispatch(&tool.name, &mut call);
    let written = std::mem::take(&mut call.written);
    came_to(tool, came, &written, body, table, inside)
}

pub(super) fn answered(
    tool: &mut Tool,
    asked: &network::Asked,
    result: &DialResult,
    body: &mut Body,
    table: &mut Table,
    inside: &mut Inside<'_>,
) -> Ran {
    let words = body.arguments.clone();
    let mut call = Call { words, body, table, inside, input: None, written: Vec::new() };
    let came = network::answered(&mut call, asked, result);
    let written = std::mem::take(&mut call.written);
    came_to(tool, came, &written, body, table, inside)
}

pub(super) fn came_to(
    tool: &mut Tool,
    came: Came,
    written: &[(u32, Vec<u8>)],
    body: &mut Body,
    table: &mut Table,
    inside: &mut Inside<'_>,
) -> Ran {
    if let Some(code) = flush(written, body, table, inside) {
        return Ran::Exits(code);
    }
    match came {
        Came::Exits(code) => return Ran::Exits(code),
        Came::Stays => return Ran::Waits(Wait::Forever),
        Came::Script(script) => {
            let mut shell = Shell::new(table.flavour("sh"), &body.environment, 0);
            shell.pid = body.pid;
            return Ran::Becomes(Box::new(Runs::Shell(Box::new(shell.of_script(&script)))));
        }
        Came::Runs(program) => return Ran::Becomes(Box::new(program)),
        Came::Sleeps(until) => tool.state = State::Sleeps(until),
        Came::Reads => tool.state = State::Gathers(Vec::new()),
        Came::Streams => tool.state = State::Streams(filters::Memory::default()),
        Came::Follows(follow) => tool.state = State::Follows(follow),
        Came::Repeats => tool.state = State::Repeats,
        Came::Dials(asked, dial) => {
            let token = table.token();
            inside.dials.push((token, dial));
            tool.state = State::Dials { token, asked: Box::new(asked) };
        }
    }
    Ran::Again
}
