//! What Cargo knows: tables and keys of a config, targets; and what was probably meant by a word that it does not know.

use cfg_expr::targets::{ALL_BUILTINS, get_builtin_target_by_triple};

use crate::diagnostic::did_you_mean;
use crate::key::{Home, keys};

/// Keys and tables at the top of a config file. Source: Cargo book, Configuration; `TOP_LEVEL_CONFIG_KEYS` of Cargo, and
/// what is unstable there.
pub(crate) const TABLES: [&str; 24] = [
    "alias",
    "build",
    "cache",
    "cargo-new",
    "credential-alias",
    "doc",
    "env",
    "future-incompat-report",
    "host",
    "http",
    "include",
    "install",
    "net",
    "patch",
    "paths",
    "profile",
    "registries",
    "registry",
    "resolver",
    "source",
    "target",
    "target-applies-to-host",
    "term",
    "unstable",
];

/// `[build]`, with what is unstable there. Source: the same.
pub(crate) const BUILD: [&str; 17] = [
    "analysis",
    "artifact-dir",
    "build-dir",
    "dep-info-basedir",
    "incremental",
    "jobs",
    "pipelining",
    "rustc",
    "rustc-wrapper",
    "rustc-workspace-wrapper",
    "rustdoc",
    "rustdocflags",
    "rustflags",
    "sbom",
    "target",
    "target-dir",
    "warnings",
];

/// `[target.<triple>]`. `ar` is read over since long ago.
pub(crate) const TARGET: [&str; 5] = ["ar", "linker", "runner", "rustdocflags", "rustflags"];

/// Other tables with keys of fixed names.
pub(crate) const FIXED: [(&str, &[&str]); 3] = [
    (
        "http",
        &[
            "cainfo",
            "check-revoke",
            "debug",
            "low-speed-limit",
            "multiplexing",
            "proxy",
            "proxy-cainfo",
            "ssl-version",
            "timeout",
            "user-agent",
        ],
    ),
    ("net", &["git-fetch-with-cli", "offline", "retry", "ssh"]),
    (
        "term",
        &[
            "color",
            "hyperlinks",
            "progress",
            "quiet",
            "unicode",
            "verbose",
        ],
    ),
];

/// Tables of a manifest that no config has.
pub(crate) const MANIFEST: [&str; 7] = [
    "build-dependencies",
    "dependencies",
    "dev-dependencies",
    "features",
    "lints",
    "package",
    "workspace",
];

/// `[profile.<name>]`.
pub(crate) fn profile() -> Vec<&'static str> {
    let mut known: Vec<&str> = keys(Home::Profile).map(|key| key.name).collect();
    known.extend(["inherits", "package", "build-override"]);
    known
}

/// What was meant by a word that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    /// Another spelling of this, or one slip away from it and from nothing else.
    Surely(&'static str),
    /// Something like this.
    Perhaps(&'static str),
}

impl Meant {
    /// The word, however sure.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Surely(word) | Self::Perhaps(word) => word,
        }
    }
}

/// The known word that was meant by one that is not known. Longer words than any known one are not compared.
pub(crate) fn meant(written: &str, known: &[&'static str]) -> Option<Meant> {
    /// Below this, words that mean different things are one slip apart.
    const LONG_ENOUGH: usize = 6;
    const LONGEST: usize = 40;
    if written.len() > LONGEST || known.contains(&written) {
        return None;
    }
    let bare = |word: &str| -> String {
        let letters = word.chars().filter(|c| !matches!(c, '-' | '_' | ' '));
        letters.flat_map(char::to_lowercase).collect()
    };
    let same = |word: &&&'static str| bare(word) == bare(written);
    if let Some(word) = known.iter().find(same) {
        return Some(Meant::Surely(word));
    }
    let kebab = written.replace('_', "-");
    let mut near = known
        .iter()
        .filter(|word| strsim::damerau_levenshtein(word, &kebab) == 1);
    match (near.next(), near.next()) {
        (Some(word), None) if word.len().max(kebab.len()) >= LONG_ENOUGH => {
            Some(Meant::Surely(word))
        }
        _ => did_you_mean(&kebab, known.iter().copied()).map(Meant::Perhaps),
    }
}

/// The table of a config that was meant by a name that is none: another spelling, a plural, a slip in a longer name.
pub(crate) fn table(written: &str) -> Option<&'static str> {
    /// `[set]` is one slip from `[net]`, and a tool's own.
    const LONG_ENOUGH: usize = 5;
    match meant(written, &TABLES)? {
        Meant::Surely(word) => Some(word),
        Meant::Perhaps(word) => {
            let slips = strsim::damerau_levenshtein(written, word);
            let plural = written == format!("{word}s") || written == format!("{word}es");
            (plural || written.len() >= LONG_ENOUGH && slips == 1).then_some(word)
        }
    }
}

/// A triple of rustc in another spelling: other letter cases, `_` for `-`, no vendor, the name that C compilers and
/// others have for the processor.
pub(crate) fn respelled(written: &str) -> Option<&'static str> {
    if get_builtin_target_by_triple(written).is_some() {
        return None;
    }
    let lower = written.to_lowercase();
    let without_vendor = |triple: &str| {
        let (arch, rest) = triple.split_once('-')?;
        let (vendor, rest) = rest.split_once('-')?;
        (vendor == "unknown").then(|| format!("{arch}-{rest}"))
    };
    let same = |triple: &&str| {
        triple.len() == lower.len() && triple.replace('-', "_") == lower.replace('-', "_")
            || without_vendor(triple).as_deref() == Some(&*lower)
    };
    let other = |arch: &str| match arch {
        "arm64" => Some("aarch64"),
        "amd64" | "x64" => Some("x86_64"),
        _ => None,
    };
    let renamed = lower
        .split_once('-')
        .and_then(|(arch, rest)| Some(format!("{}-{rest}", other(arch)?)));
    all()
        .find(same)
        .or_else(|| all().find(|triple| Some(*triple) == renamed.as_deref()))
}

/// The triple of rustc that was meant by one that it does not have: another spelling, or slips of the pen in one part of
/// it, as no target of anybody differs from another.
pub(crate) fn triple(written: &str) -> Option<&'static str> {
    const SLIPS: usize = 2;
    const LONGEST: usize = 64;
    if written.len() > LONGEST || get_builtin_target_by_triple(written).is_some() {
        return None;
    }
    if let Some(triple) = respelled(written) {
        return Some(triple);
    }
    let parts: Vec<&str> = written.split('-').collect();
    let digits = |part: &str| -> String { part.chars().filter(char::is_ascii_digit).collect() };
    let near = all().filter_map(|triple| {
        let others: Vec<&str> = triple.split('-').collect();
        if others.len() != parts.len() {
            return None;
        }
        let mut differ = parts.iter().zip(&others).enumerate();
        let (at, (part, other)) = differ.find(|(_, (part, other))| part != other)?;
        let only = differ.all(|(_, (part, other))| part == other);
        let slips = strsim::damerau_levenshtein(part, other);
        // A new revision of a processor or of an operating system is no slip.
        (only
            && slips <= SLIPS.min(part.len() / 3)
            && digits(part) == digits(other)
            && !is_part(at, part))
        .then_some((slips, triple))
    });
    near.min().map(|(_, triple)| triple)
}

fn all() -> impl Iterator<Item = &'static str> {
    ALL_BUILTINS.iter().map(|target| target.triple.as_str())
}

/// Whether a part of a triple is known there, or begins like a family of processors that has many members.
fn is_part(at: usize, part: &str) -> bool {
    const MANY: [&str; 8] = [
        "arm", "thumb", "riscv", "mips", "sparc", "powerpc", "wasm", "nvptx",
    ];
    let known = ALL_BUILTINS
        .iter()
        .any(|target| target.triple.as_str().split('-').nth(at) == Some(part));
    known || at == 0 && MANY.iter().any(|family| part.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(TABLES.is_sorted() && TARGET.is_sorted() && MANIFEST.is_sorted());
        assert!(FIXED.is_sorted_by_key(|(name, _)| name));
        assert!(FIXED.iter().all(|(_, keys)| keys.is_sorted()));
    }

    #[test]
    fn slips_and_spellings() {
        let check = |written, expected| assert_eq!(meant(written, &BUILD), expected, "{written}");
        check("rustc_wrapper", Some(Meant::Surely("rustc-wrapper")));
        check("rustcWrapper", Some(Meant::Surely("rustc-wrapper")));
        check("rustc-wraper", Some(Meant::Surely("rustc-wrapper")));
        check("rust-flags", Some(Meant::Surely("rustflags")));
        check("rustflgs", Some(Meant::Surely("rustflags")));
        check("job", Some(Meant::Perhaps("jobs")));
        check("jobs", None);
        check("optimise", None);
    }

    #[test]
    fn tables_that_were_meant() {
        let check = |written, expected| assert_eq!(table(written), expected, "{written}");
        check("Build", Some("build"));
        check("builds", Some("build"));
        check("buidl", Some("build"));
        check("profiles", Some("profile"));
        check("aliases", Some("alias"));
        check("docs", Some("doc"));
        check("targets", Some("target"));
        check("cargo_new", Some("cargo-new"));
        for other in [
            "set", "new", "dev", "tool", "xtask", "dist", "test", "bundle", "market", "path",
        ] {
            check(other, None);
        }
    }

    #[test]
    fn triples_that_were_meant() {
        let check = |written, expected| assert_eq!(triple(written), expected, "{written}");
        check("x86_64-linux-gnu", Some("x86_64-unknown-linux-gnu"));
        check("x86_64_unknown_linux_gnu", Some("x86_64-unknown-linux-gnu"));
        check("x86-64-unknown-linux-gnu", Some("x86_64-unknown-linux-gnu"));
        check("X86_64-apple-darwin", Some("x86_64-apple-darwin"));
        check("x86_64-unknown-linux-gun", Some("x86_64-unknown-linux-gnu"));
        check("x86_64-pc-windows-mvsc", Some("x86_64-pc-windows-msvc"));
        check("arm64-apple-darwin", Some("aarch64-apple-darwin"));
        check("aarch64-aple-darwin", Some("aarch64-apple-darwin"));
        for other in [
            "x86_64-unknown-linux-gnu",
            "x86_64-blog_os",
            "x86_64-unknown-none-kernel",
            "wasm32-wasi",
            "wasm32-wasip9",
            "riscv32imfc-unknown-none-elf",
            "armv7e-none-eabi",
            "thumbv9m-none-eabi",
            "aarch64-apple-ios18",
            "my-board",
            "mips-mti-none-elf",
        ] {
            check(other, None);
        }
    }
}
