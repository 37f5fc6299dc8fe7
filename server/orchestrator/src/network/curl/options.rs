//! curl's command line.

use super::{Curl, Shown};
use crate::network::http::Url;
use crate::time::Millis;

/// What the flags say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) silent: bool,
    pub(super) shows_errors: bool,
    pub(super) verbose: bool,
    pub(super) include: bool,
    pub(super) head_only: bool,
    pub(super) fails: bool,
    pub(super) fails_with_body: bool,
    pub(super) follows: bool,
    pub(super) hops_max: u32,
    pub(super) json: bool,
    /// `-G`: the data goes into the URL.
    pub(super) in_query: bool,
    pub(super) method: Option<String>,
    /// In order; one without a value takes curl's own away.
    pub(super) headers: Vec<(String, Option<String>)>,
    pub(super) agent: Option<String>,
    pub(super) data: Option<Vec<u8>>,
    pub(super) output: Option<String>,
    /// `-O`: into a file named as the URL ends.
    pub(super) named_as_there: bool,
    pub(super) write_out: Option<String>,
    pub(super) timeout_ms: Option<Millis>,
    /// Names, their ports, and the addresses to take for them.
    pub(super) resolve: Vec<(String, u16, String)>,
    url: Option<String>,
}

impl Options {
    pub(super) fn is_silent(&self) -> bool {
        self.silent && !self.shows_errors
    }
}

/// Whether the word after a flag is its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value,
}

use Takes::{Nothing, Value};

/// The flags that are heeded, and those that change nothing here: there are no certificates, and no
/// bytes are packed.
const FLAGS: &[(char, &str, Takes)] = &[
    ('s', "silent", Nothing),
    ('S', "show-error", Nothing),
    ('v', "verbose", Nothing),
    ('i', "include", Nothing),
    ('i', "show-headers", Nothing),
    ('I', "head", Nothing),
    ('f', "fail", Nothing),
    ('\0', "fail-with-body", Nothing),
    ('L', "location", Nothing),
    ('\0', "max-redirs", Value),
    ('G', "get", Nothing),
    ('X', "request", Value),
    ('H', "header", Value),
    ('A', "user-agent", Value),
    ('e', "referer", Value),
    ('b', "cookie", Value),
    ('r', "range", Value),
    ('d', "data", Value),
    ('\0', "data-ascii", Value),
    ('\0', "data-raw", Value),
    ('\0', "data-binary", Value),
    ('\0', "data-urlencode", Value),
    ('\0', "json", Value),
    ('o', "output", Value),
    ('O', "remote-name", Nothing),
    ('w', "write-out", Value),
    ('m', "max-time", Value),
    ('\0', "connect-timeout", Value),
    ('\0', "resolve", Value),
    ('\0', "url", Value),
    ('4', "ipv4", Nothing),
    ('k', "insecure", Nothing),
    ('N', "no-buffer", Nothing),
    ('#', "progress-bar", Nothing),
    ('g', "globoff", Nothing),
    ('E', "cert", Value),
    ('\0', "key", Value),
    ('\0', "cacert", Value),
    ('\0', "compressed", Nothing),
    ('\0', "http1.1", Nothing),
    ('\0', "no-progress-meter", Nothing),
    ('\0', "path-as-is", Nothing),
];

/// Flags that curl has, and this one has not.
const MISSING: &[&str] = &[
    "-F",
    "--form",
    "-T",
    "--upload-file",
    "-u",
    "--user",
    "-x",
    "--proxy",
    "-c",
    "--cookie-jar",
    "-K",
    "--config",
    "-Z",
    "--parallel",
    "-6",
    "--ipv6",
    "--retry",
    "--http2",
    "--http3",
    "--connect-to",
    "--unix-socket",
    "-D",
    "--dump-header",
    "--limit-rate",
];

/// Reads the words after `curl`; `file` finds what `-d @FILE` names.
///
/// # Errors
/// What curl prints where it asks nobody, and its exit code.
pub fn read(
    words: &[String],
    file: &mut dyn FnMut(&str) -> Option<Vec<u8>>,
) -> Result<Curl, Shown> {
    let mut options = Options { hops_max: 50, ..Options::default() };
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let mut next = || rest.next().cloned();
        if let Some(long) = word.strip_prefix("--").filter(|long| !long.is_empty()) {
            options.long(word, long, &mut next, file)?;
        } else if word.len() > 1 && word.starts_with('-') && word != "--" {
            options.short(word, &mut next, file)?;
        } else if word != "--" {
            // Of several URLs the first is asked.
            options.url.get_or_insert_with(|| word.clone());
        }
    }
    options.into_curl(words.is_empty())
}

type File<'f> = &'f mut dyn FnMut(&str) -> Option<Vec<u8>>;
type Next<'n> = &'n mut dyn FnMut() -> Option<String>;

impl Options {
    fn long(
        &mut self,
        word: &str,
        long: &str,
        next: Next<'_>,
        file: File<'_>,
    ) -> Result<(), Shown> {
        let row = FLAGS.iter().find(|(_, name, _)| *name == long);
        let Some((_, name, takes)) = row else { return Err(unknown(word)) };
        let value = match takes {
            Nothing => String::new(),
            Value => next().ok_or_else(|| wants_value(word))?,
        };
        self.set(word, name, value, file)
    }

    /// `-s`, or several in one word; what follows a flag with a value is the value.
    fn short(&mut self, word: &str, next: Next<'_>, file: File<'_>) -> Result<(), Shown> {
        for (at, letter) in word.char_indices().skip(1) {
            let row = FLAGS.iter().find(|(short, _, _)| *short == letter && letter != '\0');
            let flag = format!("-{letter}");
            let Some((_, name, takes)) = row else { return Err(unknown(&flag)) };
            if *takes == Nothing {
                self.set(&flag, name, String::new(), file)?;
                continue;
            }
            let after = &word[at + letter.len_utf8()..];
            let after = Some(after.to_owned()).filter(|after| !after.is_empty());
            let value = after.or_else(next).ok_or_else(|| wants_value(&flag))?;
            return self.set(&flag, name, value, file);
        }
        Ok(())
    }

    fn set(&mut self, flag: &str, name: &str, value: String, file: File<'_>) -> Result<(), Shown> {
        match name {
            "silent" => self.silent = true,
            "show-error" => self.shows_errors = true,
            "verbose" => self.verbose = true,
            "include" | "show-headers" => self.include = true,
            "head" => self.head_only = true,
            "fail" => self.fails = true,
            "fail-with-body" => (self.fails, self.fails_with_body) = (true, true),
            "location" => self.follows = true,
            "max-redirs" => self.hops_max = value.parse().map_err(|_| no_number(flag))?,
            "get" => self.in_query = true,
            "request" => self.method = Some(value),
            "header" => self.headers.extend(header(&value)),
            "user-agent" => self.agent = Some(value),
            "referer" => self.headers.push(("Referer".to_owned(), Some(value))),
            "cookie" => self.headers.push(("Cookie".to_owned(), Some(value))),
            "range" => {
                self.headers.push(("Range".to_owned(), Some(format!("bytes={value}"))));
            }
            "data" | "data-ascii" | "data-raw" | "data-binary" | "data-urlencode" | "json" => {
                self.add(flag, name, &value, file)?;
            }
            "output" => self.output = Some(value),
            "remote-name" => self.named_as_there = true,
            "write-out" => self.write_out = Some(value),
            "max-time" | "connect-timeout" => self.patience(flag, &value)?,
            "resolve" => self.resolve.push(resolved(&value)?),
            "url" => self.url = Some(value),
            _ => {}
        }
        Ok(())
    }

    fn patience(&mut self, flag: &str, value: &str) -> Result<(), Shown> {
        let seconds: f64 = value.parse().map_err(|_| no_number(flag))?;
        let ms = (seconds * 1000.0).clamp(1.0, 1e9) as Millis;
        self.timeout_ms = Some(self.timeout_ms.map_or(ms, |known| known.min(ms)));
        Ok(())
    }

    /// Data of several flags is joined, as fields of a form are.
    fn add(&mut self, flag: &str, name: &str, value: &str, file: File<'_>) -> Result<(), Shown> {
        let named =
            value.strip_prefix('@').filter(|_| !["data-raw", "data-urlencode"].contains(&name));
        let mut bytes = match (named, name) {
            (Some(path), _) => file(path).ok_or_else(|| {
                let why = format!("option {flag}: error encountered when reading a file");
                Shown::failed(26, &format!("Failed to open {path}\ncurl: {why}\ncurl: {HELP}"))
            })?,
            (None, "data-urlencode") => encoded(value).into_bytes(),
            (None, _) => value.as_bytes().to_vec(),
        };
        if named.is_some() && matches!(name, "data" | "data-ascii") {
            bytes.retain(|byte| !b"\r\n".contains(byte));
        }
        self.json |= name == "json";
        match &mut self.data {
            Some(data) if name == "json" => data.extend(bytes),
            Some(data) => data.extend([b"&".as_slice(), &bytes].concat()),
            None => self.data = Some(bytes),
        }
        Ok(())
    }

    fn into_curl(mut self, is_bare: bool) -> Result<Curl, Shown> {
        let Some(text) = self.url.take() else {
            let missing = format!("(2) no URL specified\ncurl: {HELP}");
            let said = if is_bare { HELP.to_owned() } else { missing };
            return Err(Shown::failed(2, &said));
        };
        let mut url = parse(&text).map_err(|(code, why)| self.refuse(code, &why))?;
        if self.in_query
            && let Some(data) = self.data.take()
        {
            let joint = if url.target.contains('?') { '&' } else { '?' };
            url.target = format!("{}{joint}{}", url.target, String::from_utf8_lossy(&data));
        }
        if self.named_as_there {
            let path = url.target.split('?').next().unwrap_or_default();
            let name = path.rsplit('/').next().unwrap_or_default();
            let name = if name.is_empty() { "curl_response" } else { name };
            self.output.get_or_insert_with(|| name.to_owned());
        }
        let usual = match (self.head_only, &self.data) {
            (true, _) => "HEAD",
            (false, Some(_)) => "POST",
            (false, None) => "GET",
        };
        let method = self.method.clone().unwrap_or_else(|| usual.to_owned());
        Ok(Curl { options: self, url, method, hops: 0, spent_ms: 0 })
    }

    fn refuse(&self, code: i32, why: &str) -> Shown {
        let shown = Shown::failed(code, &format!("({code}) {why}"));
        if self.is_silent() { Shown { err: String::new(), ..shown } } else { shown }
    }
}

/// `Name: value`; `Name:` takes curl's own away, `Name;` sends an empty one.
fn header(text: &str) -> Option<(String, Option<String>)> {
    let Some((name, value)) = text.split_once(':') else {
        return Some((text.strip_suffix(';')?.trim().to_owned(), Some(String::new())));
    };
    let value = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
    Some((name.trim().to_owned(), value))
}

/// `name:port:address`
fn resolved(text: &str) -> Result<(String, u16, String), Shown> {
    let mut parts = text.splitn(3, ':');
    let (host, port, address) = (parts.next(), parts.next(), parts.next());
    let port = port.and_then(|port| port.parse().ok());
    if let (Some(host), Some(port), Some(address)) = (host, port, address) {
        return Ok((host.to_owned(), port, address.to_owned()));
    }
    let text = format!("(49) Couldn't parse CURLOPT_RESOLVE entry '{text}'");
    Err(Shown::failed(49, &text))
}

/// `name=value` with the value encoded.
fn encoded(text: &str) -> String {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => (format!("{name}="), value),
        Some((_, value)) => (String::new(), value),
        None => (String::new(), text),
    };
    let letters = value.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    });
    name + &letters.collect::<String>()
}

/// The URL, or why it is none: the exit code and curl's words.
fn parse(text: &str) -> Result<Url, (i32, String)> {
    if let Some((scheme, _)) = text.split_once("://")
        && !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str())
    {
        return Err((1, format!("Protocol \"{scheme}\" not supported")));
    }
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let port = authority.split_once(':').map(|(_, port)| port);
    let why = if authority.is_empty() {
        "No host part in the URL"
    } else if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        "Port number was not a decimal number between 0 and 65535"
    } else {
        "Malformed input to a URL function"
    };
    let url = Some(text).filter(|text| !text.contains(char::is_whitespace)).and_then(Url::parse);
    url.ok_or_else(|| (3, format!("URL rejected: {why}")))
}

const HELP: &str = "try 'curl --help' or 'curl --manual' for more information";

fn unknown(flag: &str) -> Shown {
    let why = if MISSING.contains(&flag) { "is not modelled" } else { "is unknown" };
    Shown::failed(2, &format!("option {flag}: {why}\ncurl: {HELP}"))
}

fn wants_value(flag: &str) -> Shown {
    Shown::failed(2, &format!("option {flag}: requires parameter\ncurl: {HELP}"))
}

fn no_number(flag: &str) -> Shown {
    Shown::failed(2, &format!("option {flag}: expected a proper numerical parameter\ncurl: {HELP}"))
}
