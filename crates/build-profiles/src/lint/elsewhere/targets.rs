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
        let is = |names: &[&str]| names.iter().any(|name| label.contains(name));
        if is(&["intel", "-13", "-12", "-11"]) || label.ends_with("-large") {
            vec![MAC[1]]
        } else if is_arm || is(&["latest", "-14", "-15", "-26", "xlarge"]) {
            vec![MAC[0]]
        } else {
            MAC.to_vec()
        }
    } else {
        Vec::new()
    }
}

/// The hosts of those who develop.
pub(super) fn common() -> Vec<&'static str> {
    vec![LINUX, MAC[0], MAC[1], WINDOWS]
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

/// Whether a text looks as if something in it compiled a workspace: not by `cargo fmt`, nor by `cargo install` from a
/// registry, which reads no config of the repository.
pub(super) fn builds(text: &str) -> bool {
    const NO_BUILDS: &[&str] = &[
        "audit",
        "deny",
        "fetch",
        "fmt",
        "generate-lockfile",
        "hakari",
        "locate-project",
        "login",
        "machete",
        "metadata",
        "outdated",
        "owner",
        "pkgid",
        "search",
        "sort",
        "tree",
        "update",
        "vet",
        "yank",
        "binstall",
        "version",
        "uninstall",
        "clean",
        "shear",
        "spellcheck",
    ];
    const OTHERS: &[&str] = &[
        "just ",
        "make ",
        "./",
        "bash ",
        "sh ",
        "python",
        "nix ",
        "bazel",
        "maturin",
        "wasm-pack",
        "nextest",
        "cross ",
        "tauri",
        "xtask",
        "x.py",
        "moon ",
        "trunk ",
        "llvm-cov",
        "miri",
        "mise ",
        "pixi ",
        "docker ",
        "actions-rs/cargo",
        "rust-cross",
        "upload-rust-binary",
        "task ",
        "npm ",
        "pnpm ",
        "yarn ",
        "uv ",
        "nu ",
        "pwsh ",
        "rustc ",
        "dist ",
    ];
    let lower = text.to_ascii_lowercase();
    let begins = |at: usize| !lower[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-');
    let calls = lower.match_indices("cargo ").filter(|(at, _)| begins(*at));
    let by_cargo = calls.into_iter().any(|(at, _)| {
        let line = lower[at..].lines().next().unwrap_or_default();
        let mut words = line.split_whitespace().skip(1);
        match words.find(|word| !word.starts_with(['+', '-'])) {
            Some("install") => line.contains("--path"),
            Some(command) => !NO_BUILDS.contains(&command),
            None => true,
        }
    });
    by_cargo
        || OTHERS
            .iter()
            .any(|other| lower.match_indices(other).any(|(at, _)| begins(at)))
}

/// The systems that a condition leaves, as parts of a triple; `None`: it does not ask for one.
pub(super) fn of_condition(condition: &str) -> Option<Vec<&'static str>> {
    const SYSTEMS: &[(&str, &str)] = &[
        ("ubuntu", "-linux-"),
        ("linux", "-linux-"),
        ("windows", "-windows-"),
        ("macos", "-darwin"),
    ];
    let lower = condition.to_ascii_lowercase();
    let parts: Vec<&str> = lower.split('\'').collect();
    let (mut is, mut is_not) = (Vec::new(), Vec::new());
    for pair in parts.windows(2).step_by(2) {
        let [before, word] = pair else { continue };
        let system = SYSTEMS.iter().find(|(name, _)| word.starts_with(name));
        let Some((_, system)) = system else { continue };
        let before = before.trim_end();
        if before.ends_with("==") {
            is.push(*system);
        } else if before.ends_with("!=") {
            is_not.push(*system);
        }
    }
    if !is.is_empty() {
        return Some(is);
    }
    let rest = SYSTEMS.iter().map(|(_, system)| *system);
    (!is_not.is_empty()).then(|| rest.filter(|system| !is_not.contains(system)).collect())
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

    #[test]
    fn what_builds_is_told_from_what_does_not() {
        for text in [
            "cargo +nightly fmt && cargo t",
            "cargo --locked test",
            "cargo install --path . --locked",
            "run: just test",
            "uses: ./.github/actions/build",
            "cargo ${{ matrix.command }}",
        ] {
            assert!(builds(text), "{text}");
        }
        for text in [
            "cargo fmt --all --check",
            "cargo install taplo-cli",
            "cargo-deny check",
            "uses: actions/checkout@v4",
            "name: Adjust a push",
        ] {
            assert!(!builds(text), "{text}");
        }
    }

    #[test]
    fn conditions_leave_systems() {
        assert_eq!(
            of_condition("runner.os == 'Windows'"),
            Some(vec!["-windows-"])
        );
        let not_windows = of_condition("x == 'y' && runner.os != 'Windows'").expect("it asks");
        assert!(!not_windows.contains(&"-windows-") && not_windows.contains(&"-darwin"));
        assert_eq!(of_condition("github.ref == 'refs/heads/main'"), None);
    }
}
