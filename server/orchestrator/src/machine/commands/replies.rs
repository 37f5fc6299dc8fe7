//! How clients show what came of their requests.

use super::network::{Asked, has};
use super::{Call, Program, find};
use crate::network::{Answers, DialResult, Outcome, RecordType};

pub(super) fn nc(call: &mut Call<'_, '_>, asked: &Asked, result: &DialResult) -> i32 {
    let words = call.arguments();
    let verbose = has(&words, 'v', "--verbose");
    let (host, port) = (&asked.host, asked.port);
    match &result.outcome {
        Outcome::Tcp(bytes) => {
            if verbose {
                let text = format!("{host} ({}:{port}) open\n", result.address);
                call.write(2, text.as_bytes());
            }
            if !has(&words, 'z', "--zero") {
                call.put(bytes);
            }
            0
        }
        Outcome::NoSuchHost | Outcome::NoNameServer => {
            call.complain(&format!("bad address '{host}'"));
            1
        }
        Outcome::Refused if verbose || !has(&words, 'z', "--zero") => {
            call.complain(&format!("{host} ({}:{port}): Connection refused", result.address));
            1
        }
        Outcome::TimedOut if verbose => {
            call.complain(&format!("{host} ({}:{port}): Connection timed out", result.address));
            1
        }
        _ => 1,
    }
}

pub(super) fn dns(result: &DialResult) -> Option<&Answers> {
    match &result.outcome {
        Outcome::Dns(answers) => Some(answers),
        _ => None,
    }
}

/// Whether it is BusyBox from before 1.29, whose `nslookup` was the C library's.
fn is_old_busybox(call: &Call<'_, '_>) -> bool {
    let image = &call.table.image;
    let minor = image.version.strip_prefix("1.").and_then(|rest| rest.split('.').next());
    let is_old = minor.and_then(|minor| minor.parse::<u32>().ok()).is_some_and(|minor| minor < 29);
    call.is_busybox() && image.name.path.ends_with("busybox") && is_old
}

/// What `nslookup` said before BusyBox 1.29. It asks for each address' name too; of several
/// addresses the names are not looked up here.
fn old_nslookup(call: &mut Call<'_, '_>, asked: &Asked, answers: &Answers) -> i32 {
    let server = &answers.server;
    let name = if asked.host.is_empty() { " kube-dns.kube-system.svc.cluster.local" } else { "" };
    call.put(format!("Server:    {server}\nAddress 1: {server}{name}\n\n"));
    let words = call.arguments();
    let target = words.iter().find(|word| !word.starts_with('-')).cloned().unwrap_or_default();
    let addresses = answers.records.iter().filter(|record| record.record == RecordType::A);
    let addresses: Vec<_> = addresses.cloned().collect();
    if addresses.is_empty() {
        call.complain(&format!("can't resolve '{target}'"));
        return 1;
    }
    call.put(format!("Name:      {target}\n"));
    for (index, record) in addresses.iter().enumerate() {
        let name = if addresses.len() == 1 { format!(" {}", record.name) } else { String::new() };
        call.put(format!("Address {}: {}{name}\n", index + 1, record.value));
    }
    0
}

pub(super) fn nslookup(call: &mut Call<'_, '_>, asked: &Asked, result: &DialResult) -> i32 {
    let Some(answers) = dns(result) else {
        call.put(";; connection timed out; no servers could be reached\n\n");
        return 1;
    };
    if is_old_busybox(call) {
        return old_nslookup(call, asked, answers);
    }
    let server = &answers.server;
    // Where there is `dig`, both are BIND's.
    let busybox = call.is_busybox() && find(&call.table.image, "dig") == Program::Missing;
    if busybox {
        call.put(format!("Server:\t\t{server}\nAddress:\t{server}:53\n\n"));
    } else {
        call.put(format!("Server:\t\t{server}\nAddress:\t{server}#53\n\n"));
    }
    if !answers.exists {
        let name = &answers.name;
        call.put(format!("** server can't find {name}: NXDOMAIN\n\n"));
        return 1;
    }
    for record in &answers.records {
        match record.record {
            RecordType::A | RecordType::Aaaa => {
                call.put(format!("Name:\t{}\nAddress: {}\n", record.name, record.value));
            }
            RecordType::Cname => {
                call.put(format!("{}\tcanonical name = {}\n", record.name, record.value));
            }
            RecordType::Srv => call.put(format!("{}\tservice = {}\n", record.name, record.value)),
            RecordType::Ptr => call.put(format!("{}\tname = {}\n", record.name, record.value)),
        }
    }
    call.put("\n");
    0
}

pub(super) fn type_name(record: RecordType) -> &'static str {
    match record {
        RecordType::A => "A",
        RecordType::Aaaa => "AAAA",
        RecordType::Cname => "CNAME",
        RecordType::Srv => "SRV",
        RecordType::Ptr => "PTR",
    }
}

pub(super) fn dig(call: &mut Call<'_, '_>, result: &DialResult) -> i32 {
    let Some(answers) = dns(result) else {
        call.put(";; connection timed out; no servers could be reached\n");
        return 9;
    };
    if call.arguments().iter().any(|word| word == "+short") {
        for record in &answers.records {
            call.put(format!("{}\n", record.value));
        }
        return 0;
    }
    let status = if answers.exists { "NOERROR" } else { "NXDOMAIN" };
    call.put(format!(
        ";; ->>HEADER<<- opcode: QUERY, status: {status}\n;; QUESTION SECTION:\n;{}.\t\tIN\tA\n\n",
        answers.name
    ));
    if !answers.records.is_empty() {
        call.put(";; ANSWER SECTION:\n");
    }
    for record in &answers.records {
        call.put(format!(
            "{}.\t30\tIN\t{}\t{}\n",
            record.name,
            type_name(record.record),
            record.value
        ));
    }
    call.put(format!("\n;; SERVER: {}#53({})\n", answers.server, answers.server));
    0
}

pub(super) fn host(call: &mut Call<'_, '_>, result: &DialResult) -> i32 {
    let Some(answers) = dns(result) else {
        call.put(";; connection timed out; no servers could be reached\n");
        return 1;
    };
    if !answers.exists {
        call.put(format!("Host {} not found: 3(NXDOMAIN)\n", answers.name));
        return 1;
    }
    for record in &answers.records {
        let what = match record.record {
            RecordType::Cname => "is an alias for",
            RecordType::Srv => "has SRV record",
            RecordType::Ptr => "domain name pointer",
            _ => "has address",
        };
        call.put(format!("{} {what} {}\n", record.name, record.value));
    }
    0
}
