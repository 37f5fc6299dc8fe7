//! Clients of databases that ask the server next to them.

use super::Call;

pub(super) fn run(name: &str, call: &mut Call<'_, '_>) -> i32 {
    let words = call.arguments();
    let up = call.table.is_serving();
    match name {
        "redis-cli" => redis(call, &words, up),
        "pg_isready" => {
            let text = if up { "accepting connections" } else { "no response" };
            call.put(format!("/var/run/postgresql:5432 - {text}\n"));
            if up { 0 } else { 2 }
        }
        _ if !up => {
            let text = match name {
                "psql" => {
                    "error: connection to server on socket \"/var/run/postgresql/.s.PGSQL.5432\" \
                     failed: No such file or directory"
                }
                _ => {
                    "[ERROR] Can't connect to local MySQL server through socket \
                     '/var/run/mysqld/mysqld.sock' (2)"
                }
            };
            call.complain(text);
            2
        }
        "mysqladmin" | "mariadb-admin" if words.iter().any(|word| word == "ping") => {
            call.put("mysqld is alive\n");
            0
        }
        "healthcheck.sh" => 0,
        "psql" | "mysql" | "mariadb" => sql(name, call, &words),
        _ => {
            call.complain("this command is not modelled");
            1
        }
    }
}

/// Where the model keeps what redis has been told.
const REDIS: &str = "/data/.model-redis";

fn redis(call: &mut Call<'_, '_>, words: &[String], up: bool) -> i32 {
    let mut words = words;
    while let [flag, rest @ ..] = words
        && flag.starts_with('-')
    {
        let takes = matches!(flag.as_str(), "-h" | "-p" | "-n" | "-a" | "-u");
        words = if takes { rest.get(1..).unwrap_or_default() } else { rest };
    }
    if !up {
        call.put("Could not connect to Redis at 127.0.0.1:6379: Connection refused\n");
        return 1;
    }
    let stored = call.content(REDIS).unwrap_or_default();
    let mut pairs: std::collections::BTreeMap<String, String> =
        serde_json::from_slice(&stored).unwrap_or_default();
    let lower: Vec<String> = words.iter().take(1).map(|word| word.to_lowercase()).collect();
    let answer = match (lower.first().map(String::as_str), &words[words.len().min(1)..]) {
        (Some("ping"), []) => "PONG".to_owned(),
        (Some("ping" | "echo"), [text, ..]) => text.clone(),
        (Some("set"), [key, value, ..]) => {
            pairs.insert(key.clone(), value.clone());
            "OK".to_owned()
        }
        (Some("get"), [key]) => pairs.get(key).cloned().unwrap_or_default(),
        (Some("incr"), [key]) => {
            let value = pairs.get(key).and_then(|value| value.parse::<i64>().ok()).unwrap_or(0) + 1;
            pairs.insert(key.clone(), value.to_string());
            value.to_string()
        }
        (Some("del"), keys) => {
            keys.iter().filter(|key| pairs.remove(*key).is_some()).count().to_string()
        }
        (Some("exists"), keys) => {
            keys.iter().filter(|key| pairs.contains_key(*key)).count().to_string()
        }
        (Some("dbsize"), []) => pairs.len().to_string(),
        (Some("keys"), [pattern]) => {
            let fits = |key: &&String| crate::machine::shell::pattern_matches(pattern, key);
            pairs.keys().filter(fits).cloned().collect::<Vec<_>>().join("\n")
        }
        (Some("flushall"), []) => {
            pairs.clear();
            "OK".to_owned()
        }
        (command, _) => format!(
            "ERR unknown command '{}', with args beginning with: ",
            command.unwrap_or_default()
        ),
    };
    call.put(answer + "\n");
    let text = serde_json::to_vec(&pairs).unwrap_or_default();
    let mut files = call.files();
    let place = ["data".to_owned(), ".model-redis".to_owned()];
    let _ = files.create(&place).and_then(|()| files.write(&place, 0, &text));
    0
}

/// `SELECT 1`, `SELECT version()`: enough to see that the server answers.
fn sql(name: &str, call: &mut Call<'_, '_>, words: &[String]) -> i32 {
    let flag = if name == "psql" { "-c" } else { "-e" };
    let query = words.iter().position(|word| word == flag).and_then(|at| words.get(at + 1));
    let query = query.map(|text| text.trim().trim_end_matches(';').to_lowercase());
    let number = query.as_deref().and_then(|text| text.strip_prefix("select "));
    let Some(number) = number.and_then(|text| text.trim().parse::<i64>().ok()) else {
        call.complain("this query is not modelled");
        return 1;
    };
    let text = match name {
        "psql" => format!(" ?column? \n----------\n {number:>8}\n(1 row)\n\n"),
        _ => format!("{number}\n{number}\n"),
    };
    call.put(text);
    0
}
