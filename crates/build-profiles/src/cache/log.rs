//! The debug log of a cache server: which compilation was found, and what rustc was called with.
//!
//! The lines are those of sccache 0.16 with `SCCACHE_LOG=sccache=debug`; a line of another shape is passed over.

use super::shared::Unit;

/// The compilations that were looked up and did not fail, in the order of the log.
pub fn units(log: &str) -> Vec<Unit> {
    let mut units: Vec<(Unit, State)> = Vec::new();
    // Several crates of one name may be under way: the first that was asked for is taken to be the first answered.
    for line in log.lines() {
        let Some((name, said)) = line
            .split_once("] [")
            .and_then(|(_, rest)| rest.split_once("]: "))
        else {
            continue;
        };
        if let Some(arguments) = said.strip_prefix("get_cached_or_compile: ") {
            units.push((unit(name, &strings(arguments)), State::Asked));
        } else if said.starts_with("Cache hit") {
            if let Some((unit, state)) = asked(&mut units, name) {
                (unit.hit, *state) = (true, State::Done);
            }
        } else if said.starts_with("Cache miss") {
            if let Some((_, state)) = asked(&mut units, name) {
                *state = State::Missed;
            }
        } else if said == "compile result: cache error" {
            if let Some((_, state)) = asked(&mut units, name) {
                *state = State::Failed;
            }
        } else if said.starts_with("Compiled in") && !said.contains("failed") {
            // Build scripts try what rustc can do, before their crate is compiled: of what fails no more is said.
            let mut of_name = units.iter_mut().rev().filter(|(unit, _)| unit.name == name);
            if let Some((_, state)) = of_name.find(|(_, state)| *state == State::Missed) {
                *state = State::Done;
            }
        }
    }
    units.retain(|(_, state)| *state == State::Done);
    units.into_iter().map(|(unit, _)| unit).collect()
}

/// The first of this name that was asked for and not answered.
fn asked<'a>(units: &'a mut [(Unit, State)], name: &str) -> Option<&'a mut (Unit, State)> {
    units
        .iter_mut()
        .find(|(unit, state)| unit.name == name && *state == State::Asked)
}

/// How far a compilation has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Asked,
    Failed,
    Missed,
    Done,
}

/// What rustc's arguments tell of a compilation.
fn unit(name: &str, arguments: &[String]) -> Unit {
    let after = |flag: &str| {
        let at = arguments.iter().position(|argument| argument == flag)?;
        arguments.get(at + 1)
    };
    let mut unit = Unit {
        name: name.to_owned(),
        ..Unit::default()
    };
    let mut rest = arguments.iter();
    let mut suffix = "";
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--extern" => {
                let file = rest.next().and_then(|value| value.split_once('='));
                unit.externs
                    .extend(file.and_then(|(_, path)| crate_of(path)));
            }
            // What is no part of the key.
            "-L" | "--out-dir" | "--check-cfg" | "--diagnostic-width" => {
                rest.next();
            }
            "-C" | "--codegen" => {
                if let Some(value) = rest.next() {
                    match value.strip_prefix("extra-filename=") {
                        Some(value) => suffix = value,
                        None => unit.arguments.push(format!("-C {value}")),
                    }
                }
            }
            source if source.ends_with(".rs") && !source.starts_with('-') => {
                unit.source = Some(source.to_owned());
            }
            other => unit.arguments.push(other.to_owned()),
        }
    }
    if let (Some(crate_name), Some(folder)) = (after("--crate-name"), after("--out-dir")) {
        unit.dep_info = Some(format!("{folder}/{crate_name}{suffix}.d"));
    }
    unit
}

/// The crate in `/target/debug/deps/libserde_core-0123abcd.rmeta`.
fn crate_of(path: &str) -> Option<String> {
    let file = path.rsplit(['/', '\\']).next()?;
    let (stem, _) = file.rsplit_once('.')?;
    let stem = stem.strip_prefix("lib").unwrap_or(stem);
    Some(
        stem.rsplit_once('-')
            .map_or(stem, |(name, _)| name)
            .to_owned(),
    )
}

/// The strings of an array as Rust prints it for debugging: `["a", "b\"c"]`.
fn strings(text: &str) -> Vec<String> {
    let mut strings = Vec::new();
    let mut chars = text.chars();
    while chars.by_ref().any(|c| c == '"') {
        let mut string = String::new();
        while let Some(c) = chars.next() {
            match c {
                '"' => break,
                '\\' => match chars.next() {
                    Some('n') => string.push('\n'),
                    Some('t') => string.push('\t'),
                    Some(c) => string.push(c),
                    None => {}
                },
                c => string.push(c),
            }
        }
        strings.push(string);
    }
    strings
}

/// The `# env-dep:NAME=value` lines of a dep-info file: the variables that the crate reads with `env!`.
pub fn env_deps(dep_info: &str) -> Vec<(String, String)> {
    let lines = dep_info
        .lines()
        .filter_map(|line| line.strip_prefix("# env-dep:"));
    lines
        .map(|line| {
            let (name, value) = line.split_once('=').unwrap_or((line, ""));
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = r#"[2026-11-22T17:55:02Z DEBUG sccache::server] parse_arguments: CannotCache(missing input): ["-vV"]
[2026-11-22T17:55:02Z DEBUG sccache::compiler::compiler] [hub]: get_cached_or_compile: ["--crate-name", "hub", "crates/hub/src/lib.rs", "--check-cfg", "cfg(feature, values(\"a\"))", "-C", "debuginfo=2", "-C", "extra-filename=-71", "--out-dir", "/w/target/debug/deps", "-L", "dependency=/w/target", "--extern", "serde_core=/w/target/debug/deps/libserde_core-3f.rmeta", "--remap-path-prefix", "/w=/x"]
[2026-11-22T17:55:02Z DEBUG sccache::compiler::compiler] [itoa]: get_cached_or_compile: ["--crate-name", "itoa", "/reg/itoa/src/lib.rs"]
[2026-11-22T17:55:02Z DEBUG sccache::compiler::compiler] [itoa]: Cache hit in 0.001 s
[2026-11-22T17:55:02Z DEBUG sccache::compiler::compiler] [hub]: Hash key: 9fec
[2026-11-22T17:55:02Z DEBUG sccache::compiler::compiler] [hub]: Cache miss in 0.000 s
[2026-11-22T17:55:02Z DEBUG sccache::compiler::compiler] [probe]: get_cached_or_compile: ["--crate-name", "probe", "src/probe.rs"]
[2026-11-22T17:55:02Z DEBUG sccache::compiler::compiler] [probe]: Cache miss in 0.000 s
[2026-11-22T17:55:02Z DEBUG sccache::compiler::compiler] [hub]: Compiled in 0.032 s, storing in cache
[2026-11-22T17:55:02Z DEBUG sccache::compiler::compiler] [probe]: Compiling locally
[2026-11-22T17:55:02Z DEBUG sccache::compiler::compiler] [probe]: get_cached_or_compile: ["--crate-name", "probe", "src/lib.rs"]
[2026-11-22T17:55:02Z DEBUG sccache::compiler::compiler] [probe]: Cache miss in 0.000 s
[2026-11-22T17:55:02Z DEBUG sccache::compiler::compiler] [probe]: Compiled in 0.032 s, storing in cache
[2026-11-22T17:55:02Z DEBUG sccache::compiler::compiler] [unread]: get_cached_or_compile: ["--crate-name", "unread", "src/unread.rs"]
[2026-11-22T17:55:02Z DEBUG sccache::server] [unread]: compile result: cache error
"#;

    #[test]
    fn compilations_are_read_from_the_log() {
        let units = units(LOG);
        let told: Vec<_> = units
            .iter()
            .map(|unit| (unit.name.as_str(), unit.hit, unit.source.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("hub", false, Some("crates/hub/src/lib.rs")),
                ("itoa", true, Some("/reg/itoa/src/lib.rs")),
                ("probe", false, Some("src/lib.rs"))
            ]
        );
        let hub = &units[0];
        assert_eq!(hub.externs, ["serde_core"]);
        assert_eq!(
            hub.dep_info.as_deref(),
            Some("/w/target/debug/deps/hub-71.d")
        );
        assert_eq!(
            hub.arguments,
            [
                "--crate-name",
                "hub",
                "-C debuginfo=2",
                "--remap-path-prefix",
                "/w=/x"
            ]
        );
    }

    #[test]
    fn variables_are_read_from_dep_info() {
        let text = "/t/x.d: src/lib.rs\n\n# env-dep:OUT_DIR=/t/out\n# env-dep:UNSET\n";
        assert_eq!(
            env_deps(text),
            [
                ("OUT_DIR".to_owned(), "/t/out".to_owned()),
                ("UNSET".to_owned(), String::new())
            ]
        );
    }
}
