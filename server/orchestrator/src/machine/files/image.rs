//! What is in an image, and on a node: a small, true set of what people look at.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::digest::Digest;
use crate::images::application::{Application, httpd, nginx};
use crate::images::{Image, Userland};
use crate::time::Time;

use super::{Device, Node, Tree};

/// When the images were built.
const BUILT: Time = Time(-30 * 24 * 3_600_000);
/// How many images' files are kept at hand.
const LAYERS_MAX: usize = 256;

/// The image's own files: made once, then shared.
pub(in crate::machine) fn layer(image: &Image) -> Tree {
    static LAYERS: Mutex<BTreeMap<String, Tree>> = Mutex::new(BTreeMap::new());
    let Ok(mut layers) = LAYERS.lock() else { return build(image, BUILT) };
    let name = &image.name.path;
    let key = format!("{name} {} {:?} {:?}", image.version, image.userland, image.application);
    if let Some(layer) = layers.get(&key) {
        return layer.clone();
    }
    if layers.len() >= LAYERS_MAX {
        layers.clear();
    }
    let layer = build(image, BUILT);
    layers.insert(key, layer.clone());
    layer
}

fn build(image: &Image, now: Time) -> Tree {
    let mut tree = Tree::new(now);
    devices(&mut tree, now);
    if image.userland == Userland::None {
        tree.plant("/etc/passwd", Node::file(NOBODY, now));
        return tree;
    }
    folders(&mut tree, now);
    system(&mut tree, image, now);
    programs(&mut tree, image, now);
    application(&mut tree, image, now);
    tree
}

const NOBODY: &str = "root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n\
     nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n";

fn devices(tree: &mut Tree, now: Time) {
    let devices = [
        ("null", Device::Null),
        ("zero", Device::Zero),
        ("random", Device::Random),
        ("urandom", Device::Random),
        ("full", Device::Full),
        ("stdin", Device::Stdin),
        ("stdout", Device::Stdout),
        ("stderr", Device::Stderr),
        ("tty", Device::Terminal),
    ];
    for (name, device) in devices {
        tree.plant(&format!("/dev/{name}"), Node::device(device, now));
    }
    tree.plant("/dev/termination-log", Node::file("", now).with_mode(0o666));
    for folder in ["/dev/shm", "/proc", "/sys"] {
        tree.plant(
            folder,
            Node::folder(now).with_mode(if folder == "/dev/shm" { 0o1777 } else { 0o555 }),
        );
    }
}

fn folders(tree: &mut Tree, now: Time) {
    let common = ["bin", "etc", "home", "lib", "root", "usr/bin", "usr/lib", "usr/sbin", "var/log"];
    let debian =
        ["boot", "media", "mnt", "opt", "run", "sbin", "srv", "usr/local/bin", "var/cache"];
    for folder in common.into_iter().chain(debian) {
        tree.plant(folder, Node::folder(now));
    }
    tree.plant("/root", Node::folder(now).with_mode(0o700));
    for folder in ["/tmp", "/var/tmp"] {
        tree.plant(folder, Node::folder(now).with_mode(0o1777));
    }
}

fn is_alpine(image: &Image) -> bool {
    image.userland == Userland::Busybox && image.name.path != "library/busybox"
}

fn system(tree: &mut Tree, image: &Image, now: Time) {
    let is_busybox = image.userland == Userland::Busybox;
    let shell = if is_busybox { "/bin/sh" } else { "/bin/bash" };
    let passwd = format!(
        "root:x:0:0:root:/root:{shell}\n\
         daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n\
         bin:x:2:2:bin:/bin:/usr/sbin/nologin\n\
         www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n\
         nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    );
    tree.plant("/etc/passwd", Node::file(passwd, now));
    let wheel = if is_busybox { "wheel:x:10:root\n" } else { "" };
    let group =
        format!("root:x:0:\ndaemon:x:1:\nbin:x:2:\n{wheel}www-data:x:33:\nnogroup:x:65534:\n");
    tree.plant("/etc/group", Node::file(group, now));
    if is_alpine(image) {
        let release = "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.22.2\n\
                       PRETTY_NAME=\"Alpine Linux v3.22\"\nHOME_URL=\"https://alpinelinux.org/\"\n\
                       BUG_REPORT_URL=\"https://gitlab.alpinelinux.org/alpine/aports/-/issues\"\n";
        tree.plant("/etc/os-release", Node::file(release, now));
        tree.plant("/etc/alpine-release", Node::file("3.22.2\n", now));
    } else if !is_busybox {
        tree.plant("/etc/os-release", Node::file(debian_release(image), now));
        tree.plant("/etc/debian_version", Node::file("12.12\n", now));
    }
}

fn debian_release(image: &Image) -> &'static str {
    if image.name.path == "library/ubuntu" {
        "PRETTY_NAME=\"Ubuntu 24.04.3 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"24.04\"\n\
         VERSION=\"24.04.3 LTS (Noble Numbat)\"\nVERSION_CODENAME=noble\nID=ubuntu\n\
         ID_LIKE=debian\nHOME_URL=\"https://www.ubuntu.com/\"\nUBUNTU_CODENAME=noble\n"
    } else {
        "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n\
         VERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n\
         HOME_URL=\"https://www.debian.org/\"\n"
    }
}

/// The programs, as `ls /bin` and `which` find them.
fn programs(tree: &mut Tree, image: &Image, now: Time) {
    for name in crate::machine::commands::userland(image) {
        let node = match (image.userland, name) {
            (Userland::Busybox, "busybox") => Node::file("", now).with_mode(0o755),
            (Userland::Busybox, _) => Node::link("/bin/busybox", now),
            _ => Node::file("", now).with_mode(0o755),
        };
        let folder = if image.userland == Userland::Busybox { "/bin" } else { "/usr/bin" };
        tree.plant(&format!("{folder}/{name}"), node);
    }
    if image.userland == Userland::Debian {
        for name in ["sh", "bash"] {
            tree.plant(&format!("/bin/{name}"), Node::link(&format!("/usr/bin/{name}"), now));
        }
    }
}

fn application(tree: &mut Tree, image: &Image, now: Time) {
    for program in image.application.programs().iter().chain(image.application.clients()) {
        let path = match program.strip_prefix('/') {
            Some(path) => path.to_owned(),
            None => format!("usr/sbin/{}", program.trim_start_matches("./")),
        };
        tree.plant(&path, Node::file("", now).with_mode(0o755));
    }
    let mut file = |path: &str, text: &str| tree.plant(path, Node::file(text, now));
    match image.application {
        Application::Nginx => {
            file(&format!("{}/index.html", nginx::ROOT), &nginx::index(&image.version));
            file("/usr/share/nginx/html/50x.html", NGINX_50X);
            file("/etc/nginx/nginx.conf", NGINX_CONF);
            file("/etc/nginx/conf.d/default.conf", NGINX_DEFAULT);
            tree.plant("/var/cache/nginx", Node::folder(now));
            tree.plant("/var/log/nginx/access.log", Node::link("/dev/stdout", now));
            tree.plant("/var/log/nginx/error.log", Node::link("/dev/stderr", now));
        }
        Application::Httpd => {
            file(&format!("{}/index.html", httpd::ROOT), httpd::INDEX);
        }
        Application::Redis => tree.plant("/data", Node::folder(now)),
        Application::Postgres => tree.plant("/var/lib/postgresql/data", Node::folder(now)),
        Application::Mysql | Application::Mariadb => {
            tree.plant("/var/lib/mysql", Node::folder(now));
        }
        _ => {}
    }
}

/// A node's own files: what a `hostPath` shows.
pub(in crate::machine) fn host(node: &str, now: Time) -> Tree {
    let mut tree = Tree::new(now);
    for folder in [
        "etc",
        "home",
        "mnt",
        "opt",
        "root",
        "run",
        "srv",
        "usr/bin",
        "var/lib/kubelet",
        "var/log/pods",
        "var/log/containers",
    ] {
        tree.plant(folder, Node::folder(now));
    }
    for folder in ["/tmp", "/var/tmp"] {
        tree.plant(folder, Node::folder(now).with_mode(0o1777));
    }
    tree.plant("/etc/hostname", Node::file(format!("{node}\n"), now));
    tree.plant("/etc/machine-id", Node::file(machine_id(node) + "\n", now));
    tree.plant("/etc/passwd", Node::file("root:x:0:0:root:/root:/bin/bash\n", now));
    tree.plant(
        "/etc/os-release",
        Node::file(
            "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nNAME=\"Debian GNU/Linux\"\nID=debian\n",
            now,
        ),
    );
    tree
}

/// What a node's `/etc/machine-id` says, and its status too.
pub(crate) fn machine_id(node: &str) -> String {
    Digest::of([node.as_bytes(), b"machine"]).to_string()[..32].to_owned()
}

const NGINX_50X: &str = r#"<!DOCTYPE html>
<html>
<head>
<title>Error</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>An error occurred.</h1>
<p>Sorry, the page you are looking for is currently unavailable.<br/>
Please try again later.</p>
<p>If you are the system administrator of this resource then you should check
the error log for details.</p>
<p><em>Faithfully yours, nginx.</em></p>
</body>
</html>
"#;

const NGINX_CONF: &str = r#"
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;


events {
    worker_connections  1024;
}


http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    #tcp_nopush     on;

    keepalive_timeout  65;

    #gzip  on;

    include /etc/nginx/conf.d/*.conf;
}
"#;

const NGINX_DEFAULT: &str = r#"server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
"#;
