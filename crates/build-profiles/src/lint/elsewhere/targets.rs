//! Which triples a job builds for, as far as its file tells.

use cfg_expr::targets::get_builtin_target_by_triple;

/// The host of a machine nobody knows: nearly all that build in CI are such.
pub(super) const LINUX: &str = "x86_64-unknown-linux-gnu";
const LINUX_ARM: &str = "aarch64-unknown-linux-gnu";
pub(super) const MAC: [&str; 2] = ["aarch64-apple-darwin", "x86_64-apple-darwin"];
const WINDOWS: &str = "x86_64-pc-windows-msvc";

/// The hosts of a runner by its label: `ubuntu-latest`, `windows-2022`, `macos-14`. Empty: it does not say.
pub(super) fn of_runner(label: &str) -> Vec<&'static str> {
    let label = label.to_ascii_lowercase();
    let is_arm = label.contains("arm") || label.contains("aarch64");
    if label.contains("ubuntu") || label.contains("linux") {
        vec![if is_arm { LINUX_ARM } else { LINUX }]
    } else if label.contains("windows") {
        vec![if is_arm {
            "aarch64-pc-windows-msvc"
        } else {
            WINDOWS
        }]
    } else if label.contains("macos") {
        MAC.to_vec()
    } else {
        Vec::new()
    }
}

/// The host of the machine that this runs on.
pub(super) fn of_this_machine() -> Vec<&'static str> {
    let arch = std::env::consts::ARCH;
    let names: &[&str] = match std::env::consts::OS {
        "linux" => &["unknown-linux-gnu"],
        "macos" => &["apple-darwin"],
        "windows" => &["pc-windows-msvc"],
        _ => &[],
    };
    let known = names
        .iter()
        .filter_map(|name| triple(&format!("{arch}-{name}")));
    known.collect()
}

/// The triples that a text names, and those of tools that have one of their own.
pub(super) fn named(text: &str) -> Vec<&'static str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')));
    let mut found: Vec<&str> = words
        .filter(|word| word.contains('-'))
        .filter_map(|word| match word {
            "wasm-pack" => triple("wasm32-unknown-unknown"),
            word => triple(word),
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// What a command says behind `--target`; `None` if it says nothing that can be read.
pub(super) fn of_command(words: &[String]) -> Option<Vec<&'static str>> {
    if words.first().is_some_and(|word| word == "wasm-pack") {
        return Some(named("wasm-pack"));
    }
    let named =
        words
            .iter()
            .enumerate()
            .find_map(|(at, word)| match word.strip_prefix("--target")? {
                "" => words.get(at + 1).map(String::as_str),
                rest => rest.strip_prefix('='),
            })?;
    triple(named).map(|triple| vec![triple])
}

/// Whether a text looks as if something in it compiled Rust.
pub(super) fn builds(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "cargo",
        "rust",
        "clippy",
        "cross",
        "maturin",
        "wasm-pack",
        "nextest",
        "just",
        "make",
        "xtask",
        "x.py",
        ".sh",
        ".ps1",
        ".py",
        ".nu",
        "bazel",
        "tauri",
        "miri",
        "moon",
        "nix",
    ];
    let text = text.to_ascii_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}

fn triple(word: &str) -> Option<&'static str> {
    get_builtin_target_by_triple(word).map(|target| target.triple.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_triples_are_read() {
        assert_eq!(of_runner("ubuntu-24.04-arm"), [LINUX_ARM]);
        assert_eq!(of_runner("windows-latest"), [WINDOWS]);
        assert_eq!(of_runner("self-hosted"), [""; 0]);
        assert_eq!(
            named("{ target: x86_64-unknown-linux-musl, os: x }, thumbv7em-none-eabihf,\n a-b"),
            ["thumbv7em-none-eabihf", "x86_64-unknown-linux-musl"]
        );
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            of_command(&words("cargo t --target wasm32-wasip1")),
            Some(vec!["wasm32-wasip1"])
        );
        assert_eq!(of_command(&words("cargo t --target=$T")), None);
        assert_eq!(of_command(&words("cargo t")), None);
    }
}
