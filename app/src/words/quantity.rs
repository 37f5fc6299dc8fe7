//! Times and amounts as people read them.

use protocol::Millis;

use crate::i18n::Language;

/// A length of time, in its two largest units: `4 min 10 s`, `4분 10초`.
pub fn span(ms: Millis, language: Language) -> String {
    let ms = ms.max(0);
    let units = [
        (86_400_000, language.pick("일", " d")),
        (3_600_000, language.pick("시간", " h")),
        (60_000, language.pick("분", " min")),
        (1000, language.pick("초", " s")),
    ];
    let Some(first) = units.iter().position(|(unit, _)| ms >= *unit) else {
        return format!("{ms}{}", language.pick("밀리초", " ms"));
    };
    let (unit, name) = units[first];
    let mut text = format!("{}{name}", ms / unit);
    if let Some((smaller, name)) = units.get(first + 1) {
        let rest = ms % unit / smaller;
        if rest > 0 {
            text.push_str(&format!(" {rest}{name}"));
        }
    } else if ms < 10_000 && ms % 1000 >= 100 {
        text = format!("{}.{}{name}", ms / 1000, ms % 1000 / 100);
    }
    text
}

/// A point in time since the start: `mm:ss.mmm`, with hours before it when there are some.
pub fn clock_time(ms: Millis) -> String {
    let ms = ms.max(0);
    let (hours, minutes) = (ms / 3_600_000, ms / 60_000 % 60);
    let (seconds, rest) = (ms / 1000 % 60, ms % 1000);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}.{rest:03}")
    } else {
        format!("{minutes:02}:{seconds:02}.{rest:03}")
    }
}

/// An amount of CPU, as Kubernetes writes quantities: `250m`, `2`.
pub fn cpu(milli: i64) -> String {
    if milli % 1000 == 0 { (milli / 1000).to_string() } else { format!("{milli}m") }
}

/// An amount of memory in the largest binary unit that fits: `1.5Gi`.
pub fn memory(bytes: i64) -> String {
    let units = [("Gi", 30), ("Mi", 20), ("Ki", 10)];
    let Some((name, shift)) = units.into_iter().find(|(_, shift)| bytes >= 1 << shift) else {
        return bytes.to_string();
    };
    let tenths = (bytes * 10) >> shift;
    if tenths % 10 == 0 {
        format!("{}{name}", tenths / 10)
    } else {
        format!("{}.{}{name}", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::{clock_time, cpu, memory, span};
    use crate::i18n::Language::{English, Korean};

    #[test]
    fn a_span_names_its_two_largest_units() {
        let cases = [
            (0, "0 ms", "0밀리초"),
            (340, "340 ms", "340밀리초"),
            (1000, "1 s", "1초"),
            (1540, "1.5 s", "1.5초"),
            (41_000, "41 s", "41초"),
            (250_000, "4 min 10 s", "4분 10초"),
            (300_000, "5 min", "5분"),
            (3_661_000, "1 h 1 min", "1시간 1분"),
            (90_000_000, "1 d 1 h", "1일 1시간"),
        ];
        for (ms, english, korean) in cases {
            assert_eq!(span(ms, English), english);
            assert_eq!(span(ms, Korean), korean);
        }
    }

    #[test]
    fn a_clock_shows_milliseconds() {
        assert_eq!(clock_time(214), "00:00.214");
        assert_eq!(clock_time(351_020), "05:51.020");
        assert_eq!(clock_time(3_600_000), "1:00:00.000");
    }

    #[test]
    fn amounts_are_kubernetes_quantities() {
        assert_eq!([cpu(250), cpu(2000)], ["250m", "2"]);
        assert_eq!(
            [memory(128 << 20), memory(3 << 29), memory(12)],
            ["128Mi", "1.5Gi", "12"].map(str::to_owned)
        );
    }
}
