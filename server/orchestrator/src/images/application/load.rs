//! What programs use of their machine: about what one sees of them in `kubectl top`.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::Application;
use crate::resources;
use crate::time::Millis;

const KIB: i64 = 1 << 10;
const MIB: i64 = 1 << 20;

/// What a program uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// CPU while nobody asks it for anything, in thousandths of a CPU.
    pub cpu_milli: i64,
    /// Memory when it has started.
    pub memory_bytes: i64,
    pub growth: Growth,
    /// CPU time that answering a request costs, in microseconds.
    pub request_cpu_us: i64,
    /// It ends by itself, with 0.
    pub ends_after_ms: Option<Millis>,
}

/// Memory that is taken little by little.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Growth {
    pub bytes_per_s: i64,
    /// How much it takes in all.
    pub bytes_max: i64,
}

impl Load {
    const fn of(cpu_milli: i64, memory_bytes: i64, request_cpu_us: i64) -> Load {
        Load {
            cpu_milli,
            memory_bytes,
            growth: Growth { bytes_per_s: 0, bytes_max: 0 },
            request_cpu_us,
            ends_after_ms: None,
        }
    }

    /// A shell, or one of the small commands that it runs.
    pub const fn shell() -> Load {
        Load::of(0, 600 * KIB, 500)
    }

    /// The same, going round without ever waiting: a whole CPU.
    pub const fn busy() -> Load {
        Load { cpu_milli: 1000, ..Load::shell() }
    }
}

impl Application {
    /// What it uses when it runs with a command line.
    pub fn load(&self, arguments: &[String]) -> Load {
        match self {
            Application::Userland => Load::shell(),
            Application::Greeter { .. } => Load::of(1, 12 * MIB, 400),
            Application::Nginx => Load::of(0, 4 * MIB, 60),
            Application::Httpd => Load::of(1, 7 * MIB, 150),
            Application::Redis => Load::of(2, 4 * MIB, 20),
            Application::Postgres => Load::of(1, 32 * MIB, 900),
            Application::Mysql => Load::of(6, 420 * MIB, 900),
            Application::Mariadb => Load::of(1, 92 * MIB, 800),
            Application::Mongo => Load::of(8, 170 * MIB, 700),
            Application::Memcached => Load::of(1, 2 * MIB, 15),
            Application::Pause => Load::of(0, 300 * KIB, 0),
            Application::Agnhost => Load::of(1, 9 * MIB, 120),
            Application::HttpEcho
            | Application::HelloApp
            | Application::Says { .. }
            | Application::Bootcamp
            | Application::Whoami => Load::of(0, 2 * MIB, 80),
            Application::Echoserver => Load::of(0, 5 * MIB, 200),
            Application::Wordpress => Load::of(1, 42 * MIB, 35_000),
            Application::Guestbook => Load::of(1, 14 * MIB, 2000),
            Application::Python => Load::of(1, 14 * MIB, 1500),
            Application::Node => Load::of(1, 34 * MIB, 400),
            Application::Program("kube-apiserver") => Load::of(45, 290 * MIB, 900),
            Application::Program("etcd") => Load::of(22, 60 * MIB, 0),
            Application::Program("kube-controller-manager") => Load::of(14, 55 * MIB, 0),
            Application::Program(_) => Load::of(2, 24 * MIB, 0),
            // Each request takes a million square roots.
            Application::HpaExample => Load::of(1, 12 * MIB, 50_000),
            Application::ResourceConsumer => Load::of(1, 6 * MIB, 100),
            Application::CoreDns => Load::of(2, 14 * MIB, 60),
            Application::IngressNginx => Load::of(2, 90 * MIB, 120),
            Application::Stress => stress(arguments),
            Application::VishStress => vish_stress(arguments),
        }
    }
}

/// The value after any of these flags.
fn flag<'a>(arguments: &'a [String], names: &[&str]) -> Option<&'a str> {
    let at = arguments.iter().position(|argument| names.contains(&argument.as_str()))?;
    arguments.get(at + 1).map(String::as_str)
}

fn number(arguments: &[String], names: &[&str]) -> i64 {
    flag(arguments, names).and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// `stress --cpu 2 --vm 1 --vm-bytes 250M --vm-hang 1 --timeout 60s`
fn stress(arguments: &[String]) -> Load {
    let workers = number(arguments, &["--vm", "-m"]).clamp(0, 1000);
    let each = flag(arguments, &["--vm-bytes"]).map_or(256 * MIB, |text| scaled(text, &SIZES));
    // Without `--vm-hang` a worker frees its memory and takes it again, for ever.
    let hangs = flag(arguments, &["--vm-hang"]).is_some();
    let busy = number(arguments, &["--cpu", "-c"]).clamp(0, 1000)
        + if hangs { 0 } else { workers }
        + number(arguments, &["--io", "-i"]).clamp(0, 1000) / 4;
    let hanging = if hangs { workers * 40 } else { 0 };
    let seconds = flag(arguments, &["--timeout", "-t"]).map(|text| scaled(text, &TIMES));
    Load {
        cpu_milli: busy * 1000 + hanging,
        memory_bytes: MIB + workers.saturating_mul(each.saturating_add(200 * KIB)),
        ends_after_ms: seconds.map(|seconds| seconds.saturating_mul(1000)),
        ..Load::default()
    }
}

const SIZES: [(&str, i64); 4] = [("B", 1), ("K", KIB), ("M", MIB), ("G", 1 << 30)];
const TIMES: [(&str, i64); 4] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];

/// A whole number with one of the suffixes, in any case.
fn scaled(text: &str, suffixes: &[(&str, i64)]) -> i64 {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let factor = suffixes.iter().find(|(name, _)| name.eq_ignore_ascii_case(&text[end..]));
    let number: i64 = text[..end].parse().unwrap_or(0);
    number.saturating_mul(factor.map_or(1, |(_, factor)| *factor))
}

/// `stress -cpus 2 -mem-total 150Mi -mem-alloc-size 10Mi -mem-alloc-sleep 1s`
fn vish_stress(arguments: &[String]) -> Load {
    let amount = |name: &str, default: &str| {
        resources::units(&Quantity(flag(arguments, &[name]).unwrap_or(default).to_owned()))
    };
    let (total, chunk) = (amount("-mem-total", "0"), amount("-mem-alloc-size", "4Ki"));
    let sleep_ms = match flag(arguments, &["-mem-alloc-sleep"]).unwrap_or("1ms") {
        text if text.ends_with("ms") => text.trim_end_matches("ms").parse().unwrap_or(1),
        text => scaled(text, &TIMES).saturating_mul(1000),
    };
    let bytes_per_s = chunk.max(1).saturating_mul(1000) / sleep_ms.clamp(1, 1_000_000);
    Load {
        cpu_milli: number(arguments, &["-cpus"]).clamp(0, 1000) * 1000,
        memory_bytes: MIB,
        growth: Growth { bytes_per_s, bytes_max: total },
        ..Load::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stress_takes_what_it_is_told_to() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let load = stress(&words("stress --vm 1 --vm-bytes 250M --vm-hang 1"));
        assert!((250 * MIB..253 * MIB).contains(&load.memory_bytes), "{load:?}");
        assert!(load.cpu_milli < 100, "{load:?}");
        assert_eq!(stress(&words("stress --cpu 2 -t 1m")).ends_after_ms, Some(60_000));
        assert_eq!(stress(&words("stress -c 2")).cpu_milli, 2000);
        let load = vish_stress(&words("/stress -cpus 2 -mem-total 100Mi -mem-alloc-size 10Mi"));
        assert_eq!(load.cpu_milli, 2000);
        assert_eq!(load.growth.bytes_max, 100 * MIB);
        let slow =
            vish_stress(&words("/stress -mem-total 1Gi -mem-alloc-size 10Mi -mem-alloc-sleep 1s"));
        assert_eq!(slow.growth.bytes_per_s, 10 * MIB);
    }
}
