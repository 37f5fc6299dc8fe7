//! What the programs of the catalogue's images do: what they say, where they listen, how they end.

use std::collections::BTreeMap;

use crate::time::Millis;

mod agnhost;
mod cluster;
mod databases;
pub mod http;
pub mod httpd;
mod load;
pub mod nginx;
pub(crate) mod refusals;
mod samples;
mod servers;
mod stress;
mod system;

pub use http::Http;
pub use load::{Growth, Load};

/// The program that an image is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Application {
    /// The image has only its userland: what runs is what the command says.
    Userland,
    /// One of the programs that a cluster consists of, by its name.
    Program(&'static str),
    /// A scenario's own: answers every request with its title, version and the Pod's name.
    Greeter {
        title: String,
        port: i32,
    },
    Nginx,
    Httpd,
    Redis,
    Postgres,
    Mysql,
    Mariadb,
    Mongo,
    Memcached,
    Pause,
    Agnhost,
    HttpEcho,
    HelloApp,
    Echoserver,
    Whoami,
    Wordpress,
    /// The application of the tutorial "Learn Kubernetes Basics".
    Bootcamp,
    /// Answers always the same.
    Says {
        program: &'static [&'static str],
        port: u16,
        status: u16,
        text: &'static str,
    },
    /// The frontend of the documentation's guestbook.
    Guestbook,
    Python,
    Node,
    /// `registry.k8s.io/hpa-example`
    HpaExample,
    ResourceConsumer,
    /// `polinux/stress`
    Stress,
    VishStress,
    CoreDns,
    IngressNginx,
}

/// What starting an application comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    Serves(Server),
    /// It says why, and exits.
    Exits {
        code: i32,
        lines: Vec<String>,
    },
    /// A program that would do something which is not modelled: it runs, and says nothing.
    Idles,
}

/// A program that runs until it is told to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Where it listens once it has started.
    pub ports: Vec<u16>,
    /// How long it takes to start, about.
    pub starts_ms: Millis,
    /// What it logs at once. `{time:…}`, `{hostname}` and `{ip}` are filled in.
    pub banner: Vec<String>,
    /// What it logs when it listens.
    pub ready: Vec<String>,
    pub http: Http,
    /// Where it listens for datagrams.
    pub udp_ports: Vec<u16>,
    pub role: Role,
    pub on_term: OnTerm,
}

/// What a program is for the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It answers by itself.
    Answers,
    /// It speaks Redis' protocol.
    Redis,
    /// It answers questions for names, on its ports for datagrams.
    NameServer,
    /// It hands requests on to Services, as Ingresses say.
    Gateway,
}

/// What a program does when it is asked to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnTerm {
    /// It has no handler: the kernel spares a container's first process, so only SIGKILL ends it.
    Ignores,
    Exits {
        code: i32,
        after_ms: Millis,
        lines: Vec<String>,
    },
}

/// What an application knows when it starts.
#[derive(Clone, Copy, Debug)]
pub struct Starting<'a> {
    /// The command line, from the program's own name on.
    pub arguments: &'a [String],
    pub environment: &'a BTreeMap<String, String>,
    /// The image's version.
    pub version: &'a str,
}

impl Starting<'_> {
    /// The value of `-name=value`, `--name=value` or `--name value`.
    fn flag(&self, name: &str) -> Option<&str> {
        self.arguments.iter().enumerate().find_map(|(index, argument)| {
            let bare = argument.trim_start_matches('-');
            let is_flag = bare.len() < argument.len();
            match bare.strip_prefix(name).filter(|_| is_flag)? {
                "" => self.arguments.get(index + 1).map(String::as_str),
                rest => rest.strip_prefix('='),
            }
        })
    }

    fn has(&self, variable: &str) -> bool {
        self.environment.get(variable).is_some_and(|value| !value.is_empty())
    }
}

impl Application {
    /// The names by which it is started.
    pub fn programs(&self) -> &'static [&'static str] {
        match self {
            Application::Userland => &[],
            Application::Program("etcd") => &["etcd", "/usr/local/bin/etcd"],
            Application::Program("kube-apiserver") => &[cluster::RUNNER, "kube-apiserver"],
            Application::Program("kube-scheduler") => &[cluster::RUNNER, "kube-scheduler"],
            Application::Program("kube-controller-manager") => {
                &[cluster::RUNNER, "kube-controller-manager"]
            }
            Application::Program(_) => {
                &[cluster::RUNNER, "kube-proxy", "/usr/local/bin/kube-proxy"]
            }
            Application::Greeter { .. } => &["app"],
            Application::Nginx => &["/docker-entrypoint.sh", "nginx", "nginx-debug"],
            Application::Httpd => &["httpd-foreground", "httpd"],
            Application::Redis => &["docker-entrypoint.sh", "redis-server"],
            Application::Postgres => &["docker-entrypoint.sh", "postgres"],
            Application::Mysql => &["docker-entrypoint.sh", "mysqld"],
            Application::Mariadb => &["docker-entrypoint.sh", "mariadbd", "mysqld"],
            Application::Mongo => &["docker-entrypoint.sh", "mongod"],
            Application::Memcached => &["docker-entrypoint.sh", "memcached"],
            Application::Pause => &["/pause"],
            Application::Agnhost => &["/agnhost", "agnhost"],
            Application::HttpEcho => &["/http-echo", "http-echo"],
            Application::HelloApp => &["/hello-app", "./hello-app"],
            Application::Echoserver => &["/usr/local/bin/run.sh", "run.sh"],
            Application::Whoami => &["/whoami"],
            Application::Wordpress => &["docker-entrypoint.sh", "apache2-foreground"],
            Application::Says { program, .. } => program,
            Application::Bootcamp => &["node"],
            Application::Guestbook => &["docker-php-entrypoint", "apache2-foreground"],
            Application::Python => &["python", "python3"],
            Application::Node => &["docker-entrypoint.sh", "node"],
            Application::HpaExample => &["apache2-foreground"],
            Application::ResourceConsumer => &["/consumer"],
            Application::Stress => &["stress"],
            Application::VishStress => &["/stress"],
            Application::CoreDns => &["/coredns"],
            Application::IngressNginx => &["/nginx-ingress-controller"],
        }
    }

    /// Whether it needs nothing but to be started, and runs until it is told to stop.
    pub fn is_steady(&self) -> bool {
        matches!(
            self,
            Application::Greeter { .. }
                | Application::Nginx
                | Application::Httpd
                | Application::Redis
                | Application::Pause
        )
    }

    /// Programs that come with it and ask it whether it is there.
    pub fn clients(&self) -> &'static [&'static str] {
        match self {
            Application::Redis => &["redis-cli"],
            Application::Postgres => &["pg_isready", "psql"],
            Application::Mysql => &["mysqladmin", "mysql"],
            Application::Mariadb => &["mariadb-admin", "mysqladmin", "healthcheck.sh", "mariadb"],
            Application::Mongo => &["mongosh", "mongo"],
            _ => &[],
        }
    }

    /// Starts it with a command line.
    pub fn start(&self, starting: Starting<'_>) -> Start {
        match self {
            Application::Userland => Start::Idles,
            Application::Program(name) => cluster::program(name, starting),
            Application::Greeter { title, port } => servers::greeter(title, *port, starting),
            Application::Nginx => servers::nginx(starting),
            Application::Httpd => servers::httpd(starting),
            Application::Redis => databases::redis(starting),
            Application::Postgres => databases::postgres(starting),
            Application::Mysql => databases::mysql(starting),
            Application::Mariadb => databases::mariadb(starting),
            Application::Mongo => databases::mongo(starting),
            Application::Memcached => databases::memcached(starting),
            Application::Pause => servers::pause(),
            Application::Agnhost => servers::agnhost(starting),
            Application::HttpEcho => servers::http_echo(starting),
            Application::HelloApp => servers::hello_app(starting),
            Application::Echoserver => servers::echoserver(starting),
            Application::Whoami => servers::whoami(starting),
            Application::Wordpress => servers::wordpress(starting),
            Application::Says { port, status, text, .. } => servers::says(*port, *status, text),
            Application::Bootcamp => servers::bootcamp(starting),
            Application::Guestbook => servers::guestbook(),
            Application::Python => servers::python(starting),
            Application::Node => servers::node(starting),
            Application::HpaExample => stress::hpa_example(),
            Application::ResourceConsumer => stress::resource_consumer(),
            Application::Stress => stress::stress(starting),
            Application::VishStress => stress::vish_stress(starting),
            Application::CoreDns => system::core_dns(starting),
            Application::IngressNginx => system::ingress_nginx(starting),
        }
    }
}

impl Server {
    /// A server that says nothing, takes a moment to start, and stops at once when asked.
    fn quiet(port: u16, http: Http) -> Server {
        Server {
            ports: vec![port],
            starts_ms: 50,
            banner: Vec::new(),
            ready: Vec::new(),
            http,
            udp_ports: Vec::new(),
            role: Role::Answers,
            on_term: OnTerm::exits(0),
        }
    }
}

impl OnTerm {
    fn exits(code: i32) -> OnTerm {
        OnTerm::Exits { code, after_ms: 60, lines: Vec::new() }
    }
}

/// Lines of a log, with the version put in.
fn lines(text: &str, version: &str) -> Vec<String> {
    text.lines().map(|line| line.replace("{version}", version)).collect()
}
