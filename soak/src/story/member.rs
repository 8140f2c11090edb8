//! One crate of the story's workspace: its manifest, its sources, its tests.

use std::fmt::Write as _;

use super::Size;

/// Tests of all members together.
pub(super) const TESTS: usize = 538;

/// Unit tests of each member.
const UNIT_TESTS: usize = 40;

/// Published crates that members stand on, as the root manifest names them.
pub(super) const THIRD_PARTY: [&str; 19] = [
    "serde = { version = \"1\", features = [\"derive\"] }",
    "serde_json = \"1\"",
    "anyhow = \"1\"",
    "base64 = \"0.22\"",
    "bytes = \"1\"",
    "chrono = { version = \"0.4\", default-features = false, features = [\"std\", \"serde\"] }",
    "clap = { version = \"4\", features = [\"derive\"] }",
    "handlebars = { version = \"6\", default-features = false }",
    "hmac = \"0.12\"",
    "indexmap = { version = \"2\", features = [\"serde\"] }",
    "itertools = \"0.14\"",
    "parking_lot = \"0.12\"",
    "rayon = \"1\"",
    "regex = \"1\"",
    "semver = { version = \"1\", features = [\"serde\"] }",
    "sha2 = \"0.10\"",
    "smallvec = \"1\"",
    "thiserror = \"2\"",
    "toml = \"0.9\"",
];

/// What the large workspace has besides: a server, pictures, parsers, ciphers, a terminal.
pub(super) const MORE_THIRD_PARTY: [&str; 35] = [
    "axum = \"0.8\"",
    "argon2 = \"0.5\"",
    "bincode = \"1\"",
    "ciborium = \"0.2\"",
    "crossbeam = \"0.8\"",
    "csv = \"1\"",
    "dashmap = \"6\"",
    "ed25519-dalek = \"2\"",
    "flate2 = { version = \"1\", default-features = false, features = [\"rust_backend\"] }",
    "hyper-util = { version = \"0.1\", features = [\"full\"] }",
    "ignore = \"0.4\"",
    "image = { version = \"0.25\", default-features = false, features = [\"png\", \"jpeg\", \"gif\"] }",
    "indicatif = \"0.17\"",
    "logos = \"0.15\"",
    "minijinja = \"2\"",
    "nalgebra = \"0.33\"",
    "nom = \"8\"",
    "num-bigint = \"0.4\"",
    "petgraph = \"0.8\"",
    "pulldown-cmark = \"0.13\"",
    "quick-xml = \"0.38\"",
    "rand = \"0.9\"",
    "ratatui = \"0.29\"",
    "rmp-serde = \"1\"",
    "ron = \"0.11\"",
    "sqlparser = \"0.58\"",
    "strum = { version = \"0.27\", features = [\"derive\"] }",
    "tar = \"0.4\"",
    "time = { version = \"0.3\", features = [\"formatting\", \"parsing\", \"macros\"] }",
    "tokio = { version = \"1\", features = [\"full\"] }",
    "tower = { version = \"0.5\", features = [\"full\"] }",
    "tower-http = { version = \"0.6\", features = [\"fs\", \"trace\", \"cors\"] }",
    "tracing = \"0.1\"",
    "tracing-subscriber = { version = \"0.3\", features = [\"env-filter\", \"json\"] }",
    "url = \"2\"",
];

/// A crate of the workspace.
pub(super) struct Member {
    pub(super) name: &'static str,
    /// Members that it stands on.
    on: &'static [&'static str],
    /// Published crates that it uses, besides serde and serde_json.
    uses: &'static [&'static str],
    /// Published crates that it uses in the large workspace besides.
    uses_more: &'static [&'static str],
    /// What it does with them.
    code: &'static str,
    /// What it does in the large workspace besides: the module `more`, a file that can be read as Rust.
    more: &'static str,
    /// Tests in `tests/flow.rs`; none: it has no such file.
    flow_tests: usize,
    is_program: bool,
}

/// From the hub to the program. Their order is that of the story's layers: nobody stands on a later one.
pub(super) static MEMBERS: [Member; 12] = [
    Member {
        name: "depot-core",
        on: &[],
        uses: &["smallvec", "thiserror"],
        uses_more: &["num-bigint", "strum", "tracing"],
        code: "/// What can go wrong.\n#[derive(Debug, thiserror::Error)]\npub enum Error {\n    /// A name that nobody knows.\n    #[error(\"unknown: {0}\")]\n    Unknown(String),\n}\n\n/// The first few of many.\npub fn first(numbers: &[u64]) -> smallvec::SmallVec<[u64; 8]> {\n    numbers.iter().copied().take(8).collect()\n}\n",
        more: include_str!("large/depot-core.rs"),
        flow_tests: 0,
        is_program: false,
    },
    Member {
        name: "depot-model",
        on: &["depot-core"],
        uses: &["chrono", "semver"],
        uses_more: &["petgraph", "time", "nalgebra"],
        code: "/// A day and a release.\npub fn stamp(days: i64) -> String {\n    let day = chrono::DateTime::from_timestamp(days * 86_400, 0).unwrap_or_default();\n    format!(\"{} {}\", day.format(\"%Y-%m-%d\"), semver::Version::new(1, 2, 3))\n}\n",
        more: include_str!("large/depot-model.rs"),
        flow_tests: 6,
        is_program: false,
    },
    Member {
        name: "depot-codec",
        on: &["depot-core"],
        uses: &["base64", "bytes"],
        uses_more: &["bincode", "ciborium", "flate2", "rmp-serde", "ron"],
        code: "/// Bytes as text.\npub fn encode(bytes: &[u8]) -> String {\n    use base64::Engine as _;\n    let bytes = bytes::Bytes::copy_from_slice(bytes);\n    base64::engine::general_purpose::STANDARD.encode(&bytes)\n}\n",
        more: include_str!("large/depot-codec.rs"),
        flow_tests: 6,
        is_program: false,
    },
    Member {
        name: "depot-config",
        on: &["depot-core"],
        uses: &["toml"],
        uses_more: &["quick-xml", "url"],
        code: "/// A table of a file.\npub fn table(text: &str) -> Option<toml::Table> {\n    toml::from_str(text).ok()\n}\n",
        more: include_str!("large/depot-config.rs"),
        flow_tests: 6,
        is_program: false,
    },
    Member {
        name: "depot-metrics",
        on: &["depot-core"],
        uses: &["indexmap", "parking_lot"],
        uses_more: &["dashmap", "indicatif", "tracing", "tracing-subscriber"],
        code: "/// Counters by name, in the order of their first mention.\npub fn count(names: &[&str]) -> indexmap::IndexMap<String, u64> {\n    let counts = parking_lot::Mutex::new(indexmap::IndexMap::new());\n    for name in names {\n        *counts.lock().entry((*name).to_owned()).or_insert(0) += 1;\n    }\n    counts.into_inner()\n}\n",
        more: include_str!("large/depot-metrics.rs"),
        flow_tests: 6,
        is_program: false,
    },
    Member {
        name: "depot-query",
        on: &["depot-model"],
        uses: &["regex"],
        uses_more: &["sqlparser", "nom", "logos"],
        code: "/// The words of a query.\npub fn words(query: &str) -> Vec<String> {\n    let word = regex::Regex::new(r\"[a-z][a-z0-9_]*\").expect(\"a plain pattern\");\n    word.find_iter(query).map(|found| found.as_str().to_owned()).collect()\n}\n",
        more: include_str!("large/depot-query.rs"),
        flow_tests: 6,
        is_program: false,
    },
    Member {
        name: "depot-store",
        on: &["depot-model", "depot-codec"],
        uses: &["bytes", "itertools"],
        uses_more: &["csv", "tar", "ignore"],
        code: "/// Pages of so many bytes.\npub fn pages(bytes: &[u8], size: usize) -> Vec<bytes::Bytes> {\n    use itertools::Itertools as _;\n    bytes.iter().copied().chunks(size).into_iter().map(|page| page.collect::<bytes::Bytes>()).collect()\n}\n",
        more: include_str!("large/depot-store.rs"),
        flow_tests: 6,
        is_program: false,
    },
    Member {
        name: "depot-net",
        on: &["depot-codec", "depot-config"],
        uses: &["anyhow"],
        uses_more: &["tokio", "axum", "hyper-util", "tower", "tower-http"],
        code: "/// A port of an address.\npub fn port(address: &str) -> anyhow::Result<u16> {\n    let (_, port) = address.rsplit_once(':').ok_or_else(|| anyhow::anyhow!(\"no port\"))?;\n    Ok(port.parse()?)\n}\n",
        more: include_str!("large/depot-net.rs"),
        flow_tests: 6,
        is_program: false,
    },
    Member {
        name: "depot-auth",
        on: &["depot-model"],
        uses: &["hmac", "sha2"],
        uses_more: &["argon2", "ed25519-dalek", "rand"],
        code: "/// What proves that a message is ours.\npub fn seal(key: &[u8], message: &[u8]) -> Vec<u8> {\n    use hmac::Mac as _;\n    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key).expect(\"keys have any length\");\n    mac.update(message);\n    mac.finalize().into_bytes().to_vec()\n}\n",
        more: include_str!("large/depot-auth.rs"),
        flow_tests: 6,
        is_program: false,
    },
    Member {
        name: "depot-render",
        on: &["depot-model", "depot-query"],
        uses: &["handlebars"],
        uses_more: &["minijinja", "pulldown-cmark", "image"],
        code: "/// A line for a name.\npub fn line(name: &str) -> String {\n    let templates = handlebars::Handlebars::new();\n    templates.render_template(\"hello {{name}}\", &serde_json::json!({ \"name\": name })).unwrap_or_default()\n}\n",
        more: include_str!("large/depot-render.rs"),
        flow_tests: 5,
        is_program: false,
    },
    Member {
        name: "depot-jobs",
        on: &["depot-store", "depot-net"],
        uses: &["rayon"],
        uses_more: &["crossbeam"],
        code: "/// The sum of squares, on all cores.\npub fn squares(numbers: &[u64]) -> u64 {\n    use rayon::prelude::*;\n    numbers.par_iter().map(|number| number.wrapping_mul(*number)).sum()\n}\n",
        more: include_str!("large/depot-jobs.rs"),
        flow_tests: 5,
        is_program: false,
    },
    Member {
        name: "depot-cli",
        on: &[
            "depot-auth",
            "depot-config",
            "depot-jobs",
            "depot-metrics",
            "depot-net",
            "depot-query",
            "depot-render",
            "depot-store",
        ],
        uses: &["anyhow", "clap"],
        uses_more: &["ratatui"],
        code: "/// Ask the depot.\n#[derive(clap::Parser, Debug)]\nstruct Cli {\n    /// What to ask.\n    query: Option<String>,\n}\n\nfn main() -> anyhow::Result<()> {\n    let cli = <Cli as clap::Parser>::parse();\n    let words = depot_query::words(cli.query.as_deref().unwrap_or(\"all\"));\n    println!(\"{} {} {}\", words.len(), depot_render::line(\"depot\"), depot_net::port(\"localhost:80\")?);\n    println!(\"{:?} {}\", depot_metrics::count(&[\"a\"]), depot_jobs::squares(&[1, 2]));\n    println!(\"{} {}\", depot_store::pages(b\"page\", 2).len(), depot_auth::seal(b\"k\", b\"m\").len());\n    println!(\"{:?} {}\", depot_config::table(\"a = 1\"), everything(3));\n    Ok(())\n}\n",
        more: include_str!("large/depot-cli.rs"),
        flow_tests: 0,
        is_program: true,
    },
];

/// Structures of each member, at least and at most: enough derived code that a member costs a second or two to compile,
/// and not the same for all.
const RECORDS: std::ops::Range<usize> = 12..22;

impl Member {
    /// Its files: path from its folder, and text.
    pub(super) fn files(&self, size: Size, random: &mut fastrand::Rng) -> Vec<(String, String)> {
        let records: Vec<Record> = (0..random.usize(RECORDS))
            .map(|_| Record::new(random))
            .collect();
        let source = match self.is_program {
            true => "src/main.rs",
            false => "src/lib.rs",
        };
        let mut files = vec![
            ("Cargo.toml".to_owned(), self.manifest(size)),
            (source.to_owned(), self.source(size, &records, random)),
        ];
        if size == Size::Large {
            files.push(("src/more.rs".to_owned(), self.more.to_owned()));
        }
        if self.flow_tests > 0 {
            files.push(("tests/flow.rs".to_owned(), self.flow(&records, random)));
        }
        files
    }

    fn manifest(&self, size: Size) -> String {
        let mut text = format!(
            "[package]\nname = \"{}\"\nversion.workspace = true\nedition.workspace = true\npublish.workspace = true\n\n[dependencies]\n",
            self.name
        );
        let more = match size {
            Size::Small => &[][..],
            Size::Large => self.uses_more,
        };
        let always = ["serde", "serde_json"];
        for name in self.on.iter().chain(&always).chain(self.uses).chain(more) {
            let _ = writeln!(text, "{name}.workspace = true");
        }
        text
    }

    fn source(&self, size: Size, records: &[Record], random: &mut fastrand::Rng) -> String {
        let mut text = format!(
            "//! A part of a generated workspace.\n{}\n{}",
            match self.is_program {
                true => concat!("#![allow", "(dead_code)]\n"),
                false => "",
            },
            self.code
        );
        if size == Size::Large {
            text += match self.is_program {
                true => "\nmod more;\n",
                false => "\npub mod more;\n",
            };
        }
        for (index, record) in records.iter().enumerate() {
            text += &record.text(index);
        }
        text += "\n/// Something of every structure.\npub fn everything(seed: u64) -> u64 {\n    let mut sum = seed;\n";
        for index in 0..records.len() {
            let _ = writeln!(
                text,
                "    sum = sum.wrapping_add(Record{index}::made(seed).sum());"
            );
        }
        for other in self.on.iter().filter(|_| !self.is_program) {
            let name = other.replace('-', "_");
            let _ = writeln!(text, "    sum ^= {name}::everything(seed);");
        }
        if size == Size::Large {
            text += "    sum ^= more::everything(seed);\n";
            text += &self.formats(records.len());
        }
        text += "    sum\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n";
        for test in 0..UNIT_TESTS {
            text += &match (size, test) {
                (Size::Large, 1) => MORE_TEST.to_owned(),
                _ => unit_test(test, random.usize(..records.len()), random),
            };
        }
        text += "}\n";
        text
    }

    /// Generic code of another crate, made anew for every structure of this one: what members of real workspaces spend
    /// their compile time on. Those that stand on the codec have it.
    fn formats(&self, records: usize) -> String {
        let codec = match self.name {
            "depot-codec" => "more",
            _ if self.on.contains(&"depot-codec") => "depot_codec::more",
            _ => return String::new(),
        };
        let call = |index| format!("    sum ^= {codec}::formats(&Record{index}::made(seed));\n");
        (0..records).map(call).collect()
    }

    fn flow(&self, records: &[Record], random: &mut fastrand::Rng) -> String {
        let name = self.name.replace('-', "_");
        let mut text = format!("//! From end to end.\n\nuse {name}::*;\n");
        for test in 0..self.flow_tests {
            text += &unit_test(test, random.usize(..records.len()), random).replace("\n    ", "\n");
        }
        text
    }
}

/// In the large workspace, one test of each crate runs what it does with published crates: what is never run might not
/// work.
const MORE_TEST: &str = "\n    #[test]\n    fn more_crates_do_what_they_are_asked() {\n        \
    assert_eq!(everything(7), everything(7));\n    }\n";

/// One test: the first of each binary waits, the others compute for some milliseconds at most.
///
/// 22 binaries that wait for 0.4 seconds each are the nine seconds that Cargo takes, after the story's 14. Writing JSON and
/// reading it again makes the others compile generic code for every structure that they name, as real tests do.
fn unit_test(test: usize, record: usize, random: &mut fastrand::Rng) -> String {
    let (seed, count) = (random.u32(1..1000), random.u32(5..60));
    if test == 0 {
        let wait = random.u32(300..500);
        return format!(
            "\n    #[test]\n    fn nobody_answers_in_time() {{\n        std::thread::sleep(std::time::Duration::from_millis({wait}));\n        \
             assert_eq!(Record{record}::made({seed}), Record{record}::made({seed}));\n    }}\n"
        );
    }
    format!(
        "\n    #[test]\n    fn record_{record}_survives_json_{test}() {{\n        \
         let all: Vec<_> = ({seed}..{seed} + {count}).map(Record{record}::made).collect();\n        \
         let text = serde_json::to_string(&all).expect(\"it is plain\");\n        \
         assert_eq!(serde_json::from_str::<Vec<Record{record}>>(&text).expect(\"it is ours\"), all);\n    }}\n"
    )
}

/// A structure with a few fields of various types.
struct Record {
    fields: Vec<usize>,
}

/// Type of a field, what it is made of, and what it adds to a sum.
const FIELDS: [(&str, &str, &str); 7] = [
    ("u64", "seed.wrapping_mul(31)", "self.F"),
    ("String", "format!(\"name {seed}\")", "self.F.len() as u64"),
    (
        "Vec<u32>",
        "(0..(seed % 7) as u32).collect()",
        "self.F.iter().map(|n| u64::from(*n)).sum::<u64>()",
    ),
    (
        "Option<i64>",
        "(seed % 2 == 0).then_some(seed as i64)",
        "self.F.map_or(0, |n| n as u64)",
    ),
    (
        "std::collections::BTreeMap<String, u64>",
        "(0..seed % 4).map(|n| (n.to_string(), n)).collect()",
        "self.F.values().sum::<u64>()",
    ),
    (
        "(u32, bool)",
        "(seed as u32, seed % 3 == 0)",
        "u64::from(self.F.0)",
    ),
    (
        "Vec<Option<String>>",
        "vec![None, Some(seed.to_string())]",
        "self.F.iter().flatten().count() as u64",
    ),
];

impl Record {
    fn new(random: &mut fastrand::Rng) -> Self {
        let count = random.usize(4..10);
        Self {
            fields: (0..count).map(|_| random.usize(..FIELDS.len())).collect(),
        }
    }

    fn text(&self, index: usize) -> String {
        let mut text = format!(
            "\n/// A structure of the workspace.\n#[derive(Clone, Debug, Default, PartialEq, PartialOrd, serde::Serialize, serde::Deserialize)]\n\
             pub struct Record{index} {{\n"
        );
        let mut made = String::new();
        let mut sum = String::from("0u64");
        for (field, kind) in self.fields.iter().enumerate() {
            let (kind, value, share) = FIELDS[*kind];
            let _ = writeln!(text, "    /// A field.\n    pub f{field}: {kind},");
            let _ = writeln!(made, "            f{field}: {value},");
            let _ = write!(
                sum,
                "\n            .wrapping_add({})",
                share.replace('F', &format!("f{field}"))
            );
        }
        let _ = write!(
            text,
            "}}\n\nimpl Record{index} {{\n    /// One of many.\n    pub fn made(seed: u64) -> Self {{\n        Self {{\n{made}        }}\n    }}\n\n    \
             /// What it adds up to.\n    pub fn sum(&self) -> u64 {{\n        {sum}\n    }}\n}}\n"
        );
        text
    }
}
