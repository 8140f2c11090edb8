//! Platforms and the linkers that link for them: the words of `[linker]`, and the triples of `[target]`.

use cfg_expr::targets::{ALL_BUILTINS, get_builtin_target_by_triple};

use crate::diagnostic::did_you_mean;
use crate::policy::LinkerPreference;
use crate::policy::cfg::Cfg;

/// A short name for host triples.
#[derive(Clone, Copy, Debug)]
pub struct Platform {
    /// As the policy spells it.
    pub name: &'static str,
    /// The triples it stands for.
    pub triples: &'static [&'static str],
}

/// A linker that can be preferred.
#[derive(Clone, Copy, Debug)]
pub struct Linker {
    /// As the policy spells it.
    pub name: &'static str,
    /// The families of targets it links for.
    pub families: &'static [Family],
    /// What it is.
    pub meaning: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}

/// Targets that are linked alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Linux with glibc or musl.
    Linux,
    /// FreeBSD.
    FreeBsd,
    /// macOS.
    MacOs,
    /// Windows with Microsoft's tools.
    Msvc,
    /// Everything else: rustc's own choice, or a raw `[target]` table.
    Other,
}

/// The short names, sorted.
pub static PLATFORMS: &[Platform] = &[
    Platform {
        name: "freebsd",
        triples: &["aarch64-unknown-freebsd", "x86_64-unknown-freebsd"],
    },
    Platform {
        name: "linux-gnu",
        triples: &["aarch64-unknown-linux-gnu", "x86_64-unknown-linux-gnu"],
    },
    Platform {
        name: "linux-musl",
        triples: &["aarch64-unknown-linux-musl", "x86_64-unknown-linux-musl"],
    },
    Platform {
        name: "macos",
        triples: &["aarch64-apple-darwin", "x86_64-apple-darwin"],
    },
    Platform {
        name: "windows-gnu",
        triples: &["x86_64-pc-windows-gnu"],
    },
    Platform {
        name: "windows-msvc",
        triples: &["aarch64-pc-windows-msvc", "x86_64-pc-windows-msvc"],
    },
];

/// The linkers, sorted by name.
pub static LINKERS: &[Linker] = &[
    Linker {
        name: "default",
        families: &[
            Family::Linux,
            Family::FreeBsd,
            Family::MacOs,
            Family::Msvc,
            Family::Other,
        ],
        meaning: "rustc's own choice: always works, so it ends the list.",
        source: "https://doc.rust-lang.org/rustc/codegen-options/index.html#linker",
    },
    Linker {
        name: "lld",
        families: &[Family::Linux, Family::FreeBsd, Family::MacOs],
        meaning: "The system's LLD, through `cc -fuse-ld=lld`. On x86_64 Linux rustc links with its own LLD since 1.90 without being asked.",
        source: "https://lld.llvm.org",
    },
    Linker {
        name: "lld-link",
        families: &[Family::Msvc],
        meaning: "LLVM's LLD in the role of `link.exe`.",
        source: "https://lld.llvm.org/windows_support.html",
    },
    Linker {
        name: "mold",
        families: &[Family::Linux, Family::FreeBsd],
        meaning: "mold, through `cc -fuse-ld=mold`; needs GCC 12.1 or Clang.",
        source: "https://github.com/rui314/mold",
    },
    Linker {
        name: "rust-lld",
        families: &[Family::Msvc],
        meaning: "The LLD that comes with the Rust toolchain: nothing to install.",
        source: "https://doc.rust-lang.org/rustc/codegen-options/index.html#linker-flavor",
    },
    Linker {
        name: "wild",
        families: &[Family::Linux],
        meaning: "wild, a linker written in Rust, through `cc`.",
        source: "https://github.com/davidlattimore/wild",
    },
];

/// The platform of this short name.
pub fn platform(name: &str) -> Option<&'static Platform> {
    PLATFORMS.iter().find(|platform| platform.name == name)
}

/// The linker of this name.
pub fn linker(name: &str) -> Option<&'static Linker> {
    LINKERS.iter().find(|linker| linker.name == name)
}

/// The triples that a key of `[linker]` or `[target]` is about: a short name's, the triple itself, or every built-in
/// one that the cfg matches. Empty for a key that is none of these.
pub fn triples(key: &str) -> Vec<&'static str> {
    if let Some(platform) = platform(key) {
        return platform.triples.to_vec();
    }
    if key.starts_with("cfg(") {
        let Ok(cfg) = Cfg::parse(key) else {
            return Vec::new();
        };
        return ALL_BUILTINS
            .iter()
            .filter(|target| cfg.matches(target) != Some(false))
            .map(|target| target.triple.as_str())
            .collect();
    }
    get_builtin_target_by_triple(key)
        .map(|target| target.triple.as_str())
        .into_iter()
        .collect()
}

/// Whether a short name stands for the triple.
pub(crate) fn is_common(triple: &str) -> bool {
    PLATFORMS
        .iter()
        .any(|platform| platform.triples.contains(&triple))
}

/// Whether a key of `[target]` is about a triple whatever the flags are.
pub(crate) fn surely(key: &str, triple: &str) -> bool {
    if !key.starts_with("cfg(") {
        return key == triple;
    }
    Cfg::parse(key).is_ok_and(|cfg| {
        get_builtin_target_by_triple(triple).is_some_and(|target| cfg.matches(target) == Some(true))
    })
}

/// Whether a table of `[target]` holds for a triple: its own, or a cfg expression that is true there whatever the flags.
pub(crate) fn is_for(table: &str, triple: &str) -> bool {
    table == triple || surely(table, triple)
}

/// The line of `[linker]` for a triple; the most exact key wins: the triple, a short name, a cfg.
pub fn preference<'a>(
    linkers: &'a [LinkerPreference],
    triple: &str,
) -> Option<&'a LinkerPreference> {
    linkers
        .iter()
        .filter(|line| triples(&line.platform.value).contains(&triple))
        .min_by_key(|line| exactness(&line.platform.value))
}

/// 0 for a triple, 1 for a short name, 2 for a cfg.
pub(super) fn exactness(key: &str) -> u8 {
    if key.starts_with("cfg(") {
        2
    } else {
        u8::from(platform(key).is_some())
    }
}

impl Family {
    /// The family of a triple.
    pub fn of(triple: &str) -> Self {
        let linux = ["-linux-gnu", "-linux-musl"]
            .iter()
            .any(|part| triple.contains(part));
        if linux {
            Self::Linux
        } else if triple.ends_with("-freebsd") {
            Self::FreeBsd
        } else if triple.ends_with("-apple-darwin") {
            Self::MacOs
        } else if triple.ends_with("-windows-msvc") {
            Self::Msvc
        } else {
            Self::Other
        }
    }
}

/// The triple that was probably meant.
pub(super) fn near_triple(written: &str) -> Option<&'static str> {
    let lower = written.to_lowercase();
    // The common ones first: they are what is meant where several would do.
    let common = || {
        PLATFORMS
            .iter()
            .flat_map(|platform| platform.triples)
            .copied()
    };
    let all = || common().chain(ALL_BUILTINS.iter().map(|target| target.triple.as_str()));
    // `x86_64-linux-gnu` is what C compilers call it: the vendor is missing.
    let without_vendor = |triple: &str| {
        let (arch, rest) = triple.split_once('-')?;
        Some(format!("{arch}-{}", rest.split_once('-')?.1))
    };
    all()
        .find(|triple| {
            *triple == lower
                || triple.replace('-', "_") == lower
                || without_vendor(triple).as_deref() == Some(&*lower)
        })
        .or_else(|| did_you_mean(&lower, all()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_triples_are_real() {
        assert!(PLATFORMS.is_sorted_by_key(|platform| platform.name));
        assert!(LINKERS.is_sorted_by_key(|linker| linker.name));
        for platform in PLATFORMS {
            for triple in platform.triples {
                assert_eq!(triples(triple), [*triple]);
            }
        }
    }

    #[test]
    fn the_triple_that_was_meant_is_found() {
        let check = |written, meant| assert_eq!(near_triple(written), meant);
        check("x86_64-linux-gnu", Some("x86_64-unknown-linux-gnu"));
        check("x86_64_unknown_linux_gnu", Some("x86_64-unknown-linux-gnu"));
        check("X86_64-Apple-Darwin", Some("x86_64-apple-darwin"));
        check("x86_64-pc-windows-mscv", Some("x86_64-pc-windows-msvc"));
        check("toaster", None);
    }

    #[test]
    fn the_most_exact_key_wins() {
        let line = |platform: &str| LinkerPreference {
            platform: crate::policy::Spanned {
                value: platform.to_owned(),
                span: 0..0,
            },
            candidates: Vec::new(),
            reason: None,
        };
        let lines = [
            line("cfg(unix)"),
            line("linux-gnu"),
            line("x86_64-unknown-linux-gnu"),
        ];
        let check = |triple, key: Option<&str>| {
            let found = preference(&lines, triple).map(|line| line.platform.value.as_str());
            assert_eq!(found, key, "{triple}");
        };
        check("x86_64-unknown-linux-gnu", Some("x86_64-unknown-linux-gnu"));
        check("aarch64-unknown-linux-gnu", Some("linux-gnu"));
        check("aarch64-apple-darwin", Some("cfg(unix)"));
        check("x86_64-pc-windows-msvc", None);
    }
}
