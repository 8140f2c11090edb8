//! Programs, known by their names as rustc and Cargo know them.

/// Programs that are compile caches.
static CACHES: &[&str] = &["cachepot", "ccache", "kache", "sccache"];

/// The file name of a program without its `.exe`.
pub(crate) fn stem(program: &str) -> &str {
    let file = program.rsplit(['/', '\\']).next().unwrap_or(program);
    file.strip_suffix(".exe").unwrap_or(file)
}

/// The cache that a program is, by its name.
pub(crate) fn cache(program: &str) -> Option<&'static str> {
    CACHES.iter().copied().find(|cache| *cache == stem(program))
}

/// Whether a program is sccache, whatever folder it stands in.
pub(crate) fn is_sccache(program: &str) -> bool {
    stem(program) == "sccache"
}

/// Whether rustc takes a program for GCC or Clang itself, by the stem of its name, as rustc does.
pub(crate) fn is_plain_driver(program: &str) -> bool {
    let stem = stem(program);
    let versionless = match stem.rsplit_once('-') {
        Some((name, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => name,
        _ => stem,
    };
    let last = versionless.rsplit('-').next().unwrap_or(versionless);
    matches!(last, "gcc" | "g++" | "clang" | "clang++")
}

/// Whether a program is a linker itself, which rustc cannot call in place of a compiler driver.
pub(crate) fn is_bare_linker(program: &str) -> bool {
    matches!(
        stem(program),
        "ld" | "ld.bfd" | "ld.gold" | "ld.lld" | "ld.mold" | "lld" | "mold" | "rust-lld" | "wild"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drivers_are_known_by_their_stem() {
        for program in [
            "clang",
            "gcc-12",
            "/usr/bin/clang++",
            "x86_64-linux-gnu-gcc",
            "clang-14",
        ] {
            assert!(is_plain_driver(program), "{program}");
        }
        for program in [
            "cc",
            "c++",
            "x86_64-linux-gnu-cc",
            "zigcc",
            "tools/link.sh",
            "clang-cl",
        ] {
            assert!(!is_plain_driver(program), "{program}");
        }
    }

    #[test]
    fn caches_and_linkers_are_known_wherever_they_stand() {
        assert_eq!(cache("/opt/bin/sccache"), Some("sccache"));
        assert_eq!(cache("C:\\tools\\ccache.exe"), Some("ccache"));
        assert_eq!(cache("sccache-wrapper"), None);
        assert!(is_bare_linker("/usr/bin/mold") && !is_bare_linker("clang"));
    }
}
