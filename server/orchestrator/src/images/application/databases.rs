//! Databases and caches.

use super::{Http, OnTerm, Role, Server, Start, Starting, lines};

pub(super) fn redis(starting: Starting<'_>) -> Start {
    let banner = "\
1:C {time:%d %b %Y %H:%M:%S.%3f} * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo
1:C {time:%d %b %Y %H:%M:%S.%3f} * Redis version={version}, bits=64, commit=00000000, modified=0, pid=1, just started
1:C {time:%d %b %Y %H:%M:%S.%3f} # Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf
1:M {time:%d %b %Y %H:%M:%S.%3f} * monotonic clock: POSIX clock_gettime
1:M {time:%d %b %Y %H:%M:%S.%3f} * Running mode=standalone, port={port}.
1:M {time:%d %b %Y %H:%M:%S.%3f} * Server initialized
1:M {time:%d %b %Y %H:%M:%S.%3f} * Ready to accept connections tcp";
    let end = "\
1:signal-handler ({time:%s}) Received SIGTERM scheduling shutdown...
1:M {time:%d %b %Y %H:%M:%S.%3f} * User requested shutdown...
1:M {time:%d %b %Y %H:%M:%S.%3f} * Saving the final RDB snapshot before exiting.
1:M {time:%d %b %Y %H:%M:%S.%3f} * DB saved on disk
1:M {time:%d %b %Y %H:%M:%S.%3f} # Redis is now ready to exit, bye bye...";
    let port = starting.flag("port").and_then(|port| port.parse().ok()).unwrap_or(6379);
    let banner = banner.replace("{port}", &port.to_string());
    Start::Serves(Server {
        banner: lines(&banner, starting.version),
        on_term: OnTerm::Exits { code: 0, after_ms: 80, lines: lines(end, "") },
        role: Role::Redis,
        ..Server::quiet(port, Http::None)
    })
}

pub(super) fn postgres(starting: Starting<'_>) -> Start {
    let refusal = "\
Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, \"-e POSTGRES_PASSWORD=password\" on \"docker run\".

       You may also use \"POSTGRES_HOST_AUTH_METHOD=trust\" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about \"trust\":
       https://www.postgresql.org/docs/current/auth-trust.html";
    let trusts = starting.environment.get("POSTGRES_HOST_AUTH_METHOD").map(String::as_str);
    let has_password = starting.has("POSTGRES_PASSWORD") || starting.has("POSTGRES_PASSWORD_FILE");
    if !has_password && trusts != Some("trust") {
        return Start::Exits { code: 1, lines: lines(refusal, "") };
    }
    let banner = "\
The files belonging to this database system will be owned by user \"postgres\".
This user must also own the server process.

The database cluster will be initialized with locale \"en_US.utf8\".
The default database encoding has accordingly been set to \"UTF8\".
The default text search configuration will be set to \"english\".

Data page checksums are enabled.

fixing permissions on existing directory /var/lib/postgresql/data ... ok
creating subdirectories ... ok
performing post-bootstrap initialization ... ok
syncing data to disk ... ok";
    let ready = "
PostgreSQL init process complete; ready for start up.

{time:%Y-%m-%d %H:%M:%S.%3f UTC} [1] LOG:  starting PostgreSQL {version} on x86_64-pc-linux-gnu, 64-bit
{time:%Y-%m-%d %H:%M:%S.%3f UTC} [1] LOG:  listening on IPv4 address \"0.0.0.0\", port 5432
{time:%Y-%m-%d %H:%M:%S.%3f UTC} [1] LOG:  listening on IPv6 address \"::\", port 5432
{time:%Y-%m-%d %H:%M:%S.%3f UTC} [1] LOG:  database system is ready to accept connections";
    // The image's STOPSIGNAL is SIGINT: fast shutdown.
    let end = "\
{time:%Y-%m-%d %H:%M:%S.%3f UTC} [1] LOG:  received fast shutdown request
{time:%Y-%m-%d %H:%M:%S.%3f UTC} [1] LOG:  aborting any active transactions
{time:%Y-%m-%d %H:%M:%S.%3f UTC} [1] LOG:  database system is shut down";
    Start::Serves(Server {
        starts_ms: 2500,
        banner: lines(banner, starting.version),
        ready: lines(ready, starting.version),
        on_term: OnTerm::Exits { code: 0, after_ms: 250, lines: lines(end, "") },
        ..Server::quiet(5432, Http::None)
    })
}

pub(super) fn mysql(starting: Starting<'_>) -> Start {
    let refusal = "\
{time:%Y-%m-%d %H:%M:%S+00:00} [Note] [Entrypoint]: Entrypoint script for MySQL Server {version} started.
{time:%Y-%m-%d %H:%M:%S+00:00} [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified
    You need to specify one of the following as an environment variable:
    - MYSQL_ROOT_PASSWORD
    - MYSQL_ALLOW_EMPTY_PASSWORD
    - MYSQL_RANDOM_ROOT_PASSWORD";
    let options = ["MYSQL_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE", "MYSQL_ALLOW_EMPTY_PASSWORD"];
    let random = starting.has("MYSQL_RANDOM_ROOT_PASSWORD");
    if !random && !options.iter().any(|option| starting.has(option)) {
        return Start::Exits { code: 1, lines: lines(refusal, starting.version) };
    }
    let banner = "\
{time:%Y-%m-%d %H:%M:%S+00:00} [Note] [Entrypoint]: Entrypoint script for MySQL Server {version} started.
{time:%Y-%m-%d %H:%M:%S+00:00} [Note] [Entrypoint]: Switching to dedicated user 'mysql'
{time:%Y-%m-%d %H:%M:%S+00:00} [Note] [Entrypoint]: Initializing database files";
    let ready = "\
{time:%Y-%m-%d %H:%M:%S+00:00} [Note] [Entrypoint]: MySQL init process done. Ready for start up.
{time:%Y-%m-%dT%H:%M:%S.%6fZ} 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '{version}'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306  MySQL Community Server - GPL.";
    let end = "{time:%Y-%m-%dT%H:%M:%S.%6fZ} 0 [System] [MY-013172] [Server] Received SHUTDOWN from user <via user signal>. Shutting down mysqld (Version: {version}).";
    Start::Serves(Server {
        starts_ms: 9000,
        banner: lines(banner, starting.version),
        ready: lines(ready, starting.version),
        on_term: OnTerm::Exits { code: 0, after_ms: 900, lines: lines(end, starting.version) },
        ports: vec![3306, 33060],
        ..Server::quiet(3306, Http::None)
    })
}

pub(super) fn mariadb(starting: Starting<'_>) -> Start {
    let refusal = "\
{time:%Y-%m-%d %H:%M:%S+00:00} [Note] [Entrypoint]: Entrypoint script for MariaDB Server {version} started.
{time:%Y-%m-%d %H:%M:%S+00:00} [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified
	You need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD";
    let options = [
        "MARIADB_ROOT_PASSWORD",
        "MARIADB_ROOT_PASSWORD_HASH",
        "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD",
        "MARIADB_RANDOM_ROOT_PASSWORD",
        "MYSQL_ROOT_PASSWORD",
        "MYSQL_ALLOW_EMPTY_PASSWORD",
        "MYSQL_RANDOM_ROOT_PASSWORD",
    ];
    if !options.iter().any(|option| starting.has(option)) {
        return Start::Exits { code: 1, lines: lines(refusal, starting.version) };
    }
    let banner = "\
{time:%Y-%m-%d %H:%M:%S+00:00} [Note] [Entrypoint]: Entrypoint script for MariaDB Server {version} started.
{time:%Y-%m-%d %H:%M:%S+00:00} [Note] [Entrypoint]: Initializing database files";
    let ready = "\
{time:%Y-%m-%d %H:%M:%S+00:00} [Note] [Entrypoint]: MariaDB init process done. Ready for start up.
{time:%Y-%m-%d %H:%M:%S} 0 [Note] mariadbd: ready for connections.";
    Start::Serves(Server {
        starts_ms: 4000,
        banner: lines(banner, starting.version),
        ready: lines(ready, starting.version),
        on_term: OnTerm::Exits { code: 0, after_ms: 700, lines: Vec::new() },
        ..Server::quiet(3306, Http::None)
    })
}

pub(super) fn mongo(starting: Starting<'_>) -> Start {
    let line = |message: &str| {
        format!(
            "{{\"t\":{{\"$date\":\"{{time:%Y-%m-%dT%H:%M:%S.%3f}}+00:00\"}},\"s\":\"I\",\
             \"c\":\"NETWORK\",\"ctx\":\"listener\",\"msg\":\"{message}\"}}"
        )
    };
    let on_term = OnTerm::Exits {
        code: 0,
        after_ms: 300,
        lines: vec![line("Received signal 15, shutting down")],
    };
    let port = starting.flag("port").and_then(|port| port.parse().ok()).unwrap_or(27017);
    Start::Serves(Server {
        starts_ms: 1500,
        banner: vec![line("MongoDB starting")],
        ready: vec![line("Waiting for connections")],
        on_term,
        ..Server::quiet(port, Http::None)
    })
}

pub(super) fn memcached(starting: Starting<'_>) -> Start {
    let port = starting.flag("p").and_then(|port| port.parse().ok()).unwrap_or(11211);
    let on_term = OnTerm::Exits {
        code: 0,
        after_ms: 20,
        lines: vec!["Signal handled: Terminated.".to_owned()],
    };
    Start::Serves(Server { on_term, ..Server::quiet(port, Http::None) })
}
