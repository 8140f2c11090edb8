//! rustflags: what rustc would not understand, and what belongs in a profile.

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::policy::source::{Field, Reader};
use crate::value::Value;

/// Codegen options that a profile key sets, and the key.
pub(crate) static IN_PROFILES: &[(&str, &str)] = &[
    ("codegen-units", "codegen-units"),
    ("debug-assertions", "debug-assertions"),
    ("debuginfo", "debug"),
    ("incremental", "incremental"),
    ("opt-level", "opt-level"),
    ("overflow-checks", "overflow-checks"),
    ("panic", "panic"),
    ("rpath", "rpath"),
    ("split-debuginfo", "split-debuginfo"),
    ("strip", "strip"),
];

/// One `-C name=value`, however it is spelled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Codegen<'a> {
    /// The flag it begins with, and the one it ends with.
    pub(crate) flags: (usize, usize),
    /// With hyphens, however it is written.
    pub(crate) name: String,
    /// What stands behind `=`.
    pub(crate) value: &'a str,
}

/// Looks at the flags of one key.
pub(super) fn read(reader: &mut Reader<'_>, field: &Field<'_>, value: &Value) {
    let flags = split(value);
    let spans = spans(reader, field, &flags);
    let file = reader.file;
    let mut found = Vec::new();
    for (flag, span) in flags.iter().zip(&spans) {
        if let Some((option, rest)) = glued(flag) {
            found.push(
                Diagnostic::error("flag_with_space", format!("`{flag}` is one flag with a space in it"))
                    .with_label(file, span.clone(), "two words, one string")
                    .with_note("Cargo hands each string to rustc as one argument, which rustc does not understand")
                    .with_help(format!("write `\"{option}\", \"{rest}\"`")),
            );
        }
    }
    for codegen in codegen(&flags) {
        let (Some(first), Some(last)) = (spans.get(codegen.flags.0), spans.get(codegen.flags.1))
        else {
            continue;
        };
        let span = first.start..last.end;
        let name = codegen.name.as_str();
        if name == "lto" {
            found.push(
                Diagnostic::error("lto_in_rustflags", "`lto` does not work in rustflags")
                    .with_label(file, span, "rustc refuses this")
                    .with_note("rustc stops with: options `-C embed-bitcode=no` and `-C lto` are incompatible")
                    .with_help("set `lto` in a profile"),
            );
        } else if let Some((_, key)) = IN_PROFILES.iter().find(|(option, _)| *option == name) {
            found.push(
                Diagnostic::warning(
                    "profile_key_in_rustflags",
                    format!("`{name}` in rustflags beats every profile"),
                )
                .with_label(file, span, "for all packages of all profiles")
                .with_note("it comes last on rustc's command line: dependencies, build scripts and release builds get it too, and no profile can win")
                .with_help(format!("set `{key}` in the profiles that want it")),
            );
        }
    }
    reader.diagnostics.extend(found);
}

/// The flags as Cargo hands them to rustc.
pub(crate) fn split(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(flags) => flags.iter().map(String::as_str).collect(),
        Value::Str(flags) => flags.split_whitespace().collect(),
        Value::Bool(_) | Value::Int(_) | Value::Table(_) => Vec::new(),
    }
}

/// Whether a flag is about one kind of machine, so that another target's table does well to leave it out.
pub(crate) fn is_of_a_machine(flag: &str) -> bool {
    let option = flag.strip_prefix("-C").unwrap_or(flag);
    let name = option.split('=').next().unwrap_or_default().trim();
    flag.starts_with("-L")
        || flag.starts_with("-l")
        || matches!(
            name,
            "code-model"
                | "link-arg"
                | "link-args"
                | "linker"
                | "linker-features"
                | "linker-flavor"
                | "relocation-model"
                | "target-cpu"
                | "target-feature"
        )
}

/// Whether all of these flags are among those, but for what is about one kind of machine.
pub(crate) fn has_all(those: &[&str], these: &[&str]) -> bool {
    // `-C x` and `-Cx` are one flag.
    let joined = |flags: &[&str]| -> Vec<String> {
        let mut joined: Vec<String> = Vec::new();
        let mut rest = flags.iter();
        while let Some(flag) = rest.next() {
            match *flag {
                "-C" | "-Z" | "-A" | "-W" | "-D" | "-F" | "-L" | "-l" => {
                    joined.push(format!("{flag}{}", rest.next().unwrap_or(&"")));
                }
                "--cfg" | "--check-cfg" => {
                    joined.push(format!("{flag}={}", rest.next().unwrap_or(&"")));
                }
                flag => joined.push(flag.to_owned()),
            }
        }
        joined
    };
    let those = joined(those);
    joined(these)
        .iter()
        .all(|flag| is_of_a_machine(flag) || those.contains(flag))
}

/// The `-C` options among flags: `-Cx`, `-C x`, `--codegen x`, `--codegen=x`, and rustc's short forms `-g` and `-O`.
pub(crate) fn codegen<'a>(flags: &[&'a str]) -> Vec<Codegen<'a>> {
    let mut options = Vec::new();
    for (index, flag) in flags.iter().enumerate() {
        let option = match *flag {
            "-g" => Some("debuginfo=2"),
            "-O" => Some("opt-level=3"),
            "-C" | "--codegen" => flags.get(index + 1).copied(),
            flag => flag
                .strip_prefix("-C")
                .or_else(|| flag.strip_prefix("--codegen=")),
        };
        let Some(option) = option else { continue };
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let last = index + usize::from(matches!(*flag, "-C" | "--codegen"));
        options.push(Codegen {
            flags: (index, last),
            name: name.trim().replace('_', "-"),
            value,
        });
    }
    options
}

/// Whether a flag asks the compiler driver for a linker.
pub(crate) fn asks_for_linker(flag: &str) -> bool {
    flag.contains("-fuse-ld") || flag.contains("--ld-path")
}

/// Whether the flags choose a linker of their own.
pub(crate) fn choose_linker(flags: &[&str]) -> bool {
    flags.iter().any(|flag| asks_for_linker(flag))
        || codegen(flags).iter().any(|option| {
            matches!(
                &*option.name,
                "linker-flavor" | "linker-features" | "link-self-contained"
            )
        })
}

/// `-C opt-level=1` as one string: option and rest.
pub(crate) fn glued(flag: &str) -> Option<(&str, &str)> {
    let (option, rest) = flag.split_once(' ')?;
    let short = matches!(option, "-C" | "-Z" | "-A" | "-W" | "-D" | "-F");
    let long = option.starts_with("--") && !option.contains('=');
    (short || long).then(|| (option, rest.trim_start()))
}

/// Where each flag stands.
fn spans(reader: &Reader<'_>, field: &Field<'_>, flags: &[&str]) -> Vec<Range<usize>> {
    if let Some(array) = field.item.as_array() {
        return array
            .iter()
            .map(|value| reader.place(value.span()))
            .collect();
    }
    let whole = reader.value_span(field);
    let text = field.item.as_str().unwrap_or_default();
    let mut from = 0;
    flags
        .iter()
        .map(|flag| {
            let start = text[from..].find(flag).map_or(from, |at| from + at);
            from = start + flag.len();
            reader.inside(&whole, text, start..from)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codegen_options_are_read_in_every_spelling() {
        let check = |flags: &[&str], expected: &[(usize, &str, &str)]| {
            let found = codegen(flags);
            let found: Vec<_> = found
                .iter()
                .map(|option| (option.flags.0, option.name.as_str(), option.value))
                .collect();
            assert_eq!(found, expected);
        };
        check(&["-Copt-level=1"], &[(0, "opt-level", "1")]);
        check(&["-C", "opt_level=1"], &[(0, "opt-level", "1")]);
        check(&["--codegen", "lto"], &[(0, "lto", "")]);
        check(
            &["--cfg", "x", "--codegen=strip=symbols"],
            &[(2, "strip", "symbols")],
        );
        check(
            &["-g", "-O"],
            &[(0, "debuginfo", "2"), (1, "opt-level", "3")],
        );
        check(&["-C"], &[]);
        check(&["--cfg=x", "-Dwarnings", "-L", "x"], &[]);
    }

    #[test]
    fn one_string_for_two_words_is_seen() {
        assert_eq!(glued("-C debuginfo=0"), Some(("-C", "debuginfo=0")));
        assert_eq!(
            glued("--cfg tokio_unstable"),
            Some(("--cfg", "tokio_unstable"))
        );
        assert_eq!(glued("-D warnings"), Some(("-D", "warnings")));
        for fine in [
            "--cfg=feature=\"a b\"",
            "-Clink-arg=/a b",
            "-L /a b",
            "-Dwarnings",
        ] {
            assert_eq!(glued(fine), None, "{fine}");
        }
    }
}
