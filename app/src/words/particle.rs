//! Korean particles take one of two forms, by whether the sound before them ends in a consonant.

/// A particle that has two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Particle {
    /// 은/는
    Topic,
    /// 이/가
    Subject,
    /// 을/를
    Object,
    /// 과/와
    And,
    /// 으로/로
    To,
}

impl Particle {
    /// After a consonant, after a vowel, and where the sound is not known.
    fn forms(self) -> [&'static str; 3] {
        match self {
            Particle::Topic => ["은", "는", "은(는)"],
            Particle::Subject => ["이", "가", "이(가)"],
            Particle::Object => ["을", "를", "을(를)"],
            Particle::And => ["과", "와", "과(와)"],
            Particle::To => ["으로", "로", "(으)로"],
        }
    }
}

/// How a word ends for the ear.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Consonant,
    /// ㄹ counts as a vowel before 으로/로.
    Rieul,
    Vowel,
    Unknown,
}

/// The word with the particle's right form.
pub fn with_particle(word: &str, particle: Particle) -> String {
    let [consonant, vowel, unknown] = particle.forms();
    let form = match end(word) {
        End::Consonant => consonant,
        End::Rieul if particle != Particle::To => consonant,
        End::Rieul | End::Vowel => vowel,
        End::Unknown => unknown,
    };
    format!("{word}{form}")
}

/// Programs whose sound everybody agrees on: 큐블릿, 큐브컨트롤, 큐브프록시, 엔진엑스.
const KNOWN: [(&str, End); 6] = [
    ("kubelet", End::Consonant),
    ("kubectl", End::Rieul),
    ("kube-proxy", End::Vowel),
    ("etcd", End::Vowel),
    ("nginx", End::Vowel),
    ("watch", End::Vowel),
];

fn end(word: &str) -> End {
    if let Some((_, end)) = KNOWN.iter().find(|(known, _)| word.ends_with(known)) {
        return *end;
    }
    match word.chars().last() {
        Some(last @ '가'..='힣') => hangul(last),
        // 영 일 이 삼 사 오 육 칠 팔 구
        Some('0' | '3' | '6') => End::Consonant,
        Some('1' | '7' | '8') => End::Rieul,
        Some('2' | '4' | '5' | '9') => End::Vowel,
        _ => End::Unknown,
    }
}

/// Syllables stand in rows of 28, by their final: none first, ㄹ eighth.
fn hangul(syllable: char) -> End {
    match (u32::from(syllable) - u32::from('가')) % 28 {
        0 => End::Vowel,
        8 => End::Rieul,
        _ => End::Consonant,
    }
}

#[cfg(test)]
mod tests {
    use super::{Particle, with_particle};

    #[test]
    fn a_particle_follows_the_sound() {
        let cases = [
            ("파드", Particle::Topic, "파드는"),
            ("레플리카셋", Particle::Subject, "레플리카셋이"),
            ("node-2", Particle::Subject, "node-2가"),
            ("node-3", Particle::Object, "node-3을"),
            ("node-1", Particle::To, "node-1로"),
            ("셋", Particle::To, "셋으로"),
            ("213", Particle::To, "213으로"),
            ("node-1 노드의 kubelet", Particle::Subject, "node-1 노드의 kubelet이"),
            ("kubectl", Particle::To, "kubectl로"),
            ("kubectl", Particle::Subject, "kubectl이"),
            ("web-x2k", Particle::Object, "web-x2k을(를)"),
            ("서버", Particle::And, "서버와"),
        ];
        for (word, particle, expected) in cases {
            assert_eq!(with_particle(word, particle), expected);
        }
    }
}
