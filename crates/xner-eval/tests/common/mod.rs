//! The generated files of `tools/golden/conlleval.py`, and the hash of what the peers say of them.

/// How many files there are.
pub(crate) const FILES: u64 = 240;

const TYPES: [&str; 4] = ["PER", "LOC", "ORG", "MISC"];
const WILD_PREFIXES: [&str; 16] =
    ["B", "I", "E", "S", "O", "[", "]", ".", "X", "", "b", "II", "é", "I", "B", "E"];
const WILD_KINDS: [&str; 14] =
    ["-PER", "-PER", "-LOC", "-LOC", "-A-B", "-0", "-00", "--x", "-", "", "", "-é", "LOC", "-PER-"];
const FLAVOURS: [&str; 6] = ["iob1", "iob2", "iobes", "mixed", "wild", "dense"];

/// A linear congruential generator modulo 2⁶⁴, its upper 31 bits the output.
pub(crate) struct Lcg(pub(crate) u64);

impl Lcg {
    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
}

fn entities_as_tags(random: &mut Lcg, flavour: &str, length: usize) -> Vec<String> {
    let (mut tags, mut last) = (Vec::new(), "");
    while tags.len() < length {
        if flavour != "dense" && random.below(2) == 0 {
            tags.push("O".to_owned());
            last = "";
            continue;
        }
        let kind = TYPES[random.below(4)];
        let size = (1 + random.below(4)).min(length - tags.len());
        for at in 0..size {
            let prefix = match flavour {
                "iob1" => ["I", "B"][usize::from(at == 0 && last == kind)],
                "iobes" if size == 1 => "S",
                "iobes" if at > 0 && at + 1 == size => "E",
                _ => ["I", "B"][usize::from(at == 0)],
            };
            tags.push(format!("{prefix}-{kind}"));
        }
        last = kind;
    }
    tags
}

fn any_tag(random: &mut Lcg, flavour: &str) -> String {
    if flavour == "wild" {
        let (prefix, kind) = (WILD_PREFIXES[random.below(16)], WILD_KINDS[random.below(14)]);
        let tag = format!("{prefix}{kind}");
        return if tag.is_empty() { "O".to_owned() } else { tag };
    }
    let prefixes: &[&str] = match flavour {
        "iob1" | "iob2" | "dense" => &["B", "I", "O"],
        _ => &["B", "I", "E", "S", "O"],
    };
    match prefixes[random.below(prefixes.len())] {
        "O" => "O".to_owned(),
        prefix => format!("{prefix}-{}", TYPES[random.below(4)]),
    }
}

/// The sentences of a file: gold tags, predicted tags.
pub(crate) fn file(number: u64) -> Vec<(Vec<String>, Vec<String>)> {
    let mut random = Lcg(number);
    let flavour = FLAVOURS[(number % 6) as usize];
    let sentences = 1 + random.below(40);
    (0..sentences)
        .map(|_| {
            let length = 1 + random.below(25);
            let gold = match flavour {
                "mixed" | "wild" => (0..length).map(|_| any_tag(&mut random, flavour)).collect(),
                _ => entities_as_tags(&mut random, flavour, length),
            };
            let predicted = gold
                .iter()
                .map(|tag| if random.below(10) == 0 { any_tag(&mut random, flavour) } else { tag.clone() })
                .collect();
            (gold, predicted)
        })
        .collect()
}

/// The FNV-1a hash of a text, 64 bits, in hexadecimal.
pub(crate) fn fnv(text: &str) -> String {
    let hash = text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    format!("{hash:016x}")
}
