//! rustflags: dropped, misread, or stronger than was meant.

use std::ops::Range;

use super::fix::moved;
use super::{Doc, Family, Finding, Group, LINT, Lint, Subject};
use crate::diagnostic::Level;
use crate::edit::Leaf;
use crate::policy::flags::{IN_PROFILES, codegen, glued, has_all, is_of_a_machine, split};
use crate::policy::platform::{surely, triples};
use crate::value::{KeyPath, Value};

const RUSTFLAGS: &str = "https://doc.rust-lang.org/cargo/reference/config.html#buildrustflags";
const CODEGEN: &str = "https://doc.rust-lang.org/rustc/codegen-options/index.html";

pub(super) static FAMILY: Family = Family {
    lints: &[
        &TWO_LEVELS,
        &WITH_SPACE,
        &LTO,
        &OF_PROFILE,
        &UNSTABLE,
        &NOT_FOR_DOCTESTS,
    ],
    check,
};

static TWO_LEVELS: Lint = Lint {
    name: "flags_at_two_levels",
    level: Some(Level::Warning),
    group: Group::Flags,
    finds: "`build.rustflags` beside the rustflags of a target",
    cargo: "Cargo takes the flags of a matching target instead of those of `build`, not with them (rust-lang/cargo#5376)",
    costs: "builds for that target lose the flags of `build` without a word",
    instead: "move them to `[target.'cfg(all())']`, which is joined with the others",
    fixable: true,
    source: RUSTFLAGS,
    bad: "//- .cargo/config.toml\n[build]\n# Tasks are traced.\nrustflags = [\"--cfg\", \"tokio_unstable\"]\n\n[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Cforce-frame-pointers=yes\"]\n",
    good: "//- .cargo/config.toml\n[target.'cfg(all())']\nrustflags = [\"--cfg\", \"tokio_unstable\"]\n\n[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Cforce-frame-pointers=yes\"]\n",
    ..LINT
};

static WITH_SPACE: Lint = Lint {
    name: "flag_with_space",
    level: Some(Level::Deny),
    group: Group::Flags,
    finds: "two words in one string of rustflags",
    cargo: "Cargo hands each string to rustc as one argument, which rustc does not understand",
    costs: "nothing builds where the flags hold",
    instead: "write each word as a string of its own",
    source: RUSTFLAGS,
    bad: "//- .cargo/config.toml\n[build]\nrustflags = [\"-C debuginfo=0\"]\n",
    good: "//- .cargo/config.toml\n[build]\nrustflags = [\"-C\", \"debug-assertions=on\", \"--cfg=feature=\\\"a b\\\"\"]\n",
    ..LINT
};

static LTO: Lint = Lint {
    name: "lto_in_rustflags",
    level: Some(Level::Deny),
    group: Group::Flags,
    finds: "`-C lto` in rustflags",
    cargo: "rustc stops with: options `-C embed-bitcode=no` and `-C lto` are incompatible",
    costs: "nothing builds with a profile that has no `lto` of its own",
    instead: "set `lto` in a profile",
    source: CODEGEN,
    bad: "//- .cargo/config.toml\n[build]\nrustflags = [\"-Clto=thin\"]\n",
    good: "//- .cargo/config.toml\n[build]\nrustflags = [\"-Clinker-plugin-lto\"]\n//- Cargo.toml\n[profile.dev]\nlto = \"thin\"\n",
    ..LINT
};

static OF_PROFILE: Lint = Lint {
    name: "profile_key_in_rustflags",
    level: Some(Level::Warning),
    group: Group::Flags,
    finds: "a codegen option in rustflags that a profile's key sets",
    cargo: "it comes last on rustc's command line: dependencies, build scripts and release builds get it too, and no profile can win",
    costs: "one value for all profiles, and what Cargo reports as the profile is not what was built",
    instead: "set the key in the profiles that want it",
    source: CODEGEN,
    bad: "//- .cargo/config.toml\n[build]\nrustflags = [\"-Ccodegen-units=1\"]\n",
    good: "//- Cargo.toml\n[profile.release]\ncodegen-units = 1\n//- .cargo/config.toml\n[build]\nrustflags = [\"-Cforce-frame-pointers=yes\"]\n",
    ..LINT
};

static UNSTABLE: Lint = Lint {
    name: "unstable_flag_on_stable",
    level: Some(Level::Deny),
    group: Group::Flags,
    finds: "a `-Z` flag in rustflags while the repository pins a stable toolchain",
    cargo: "rustc stops: the option `Z` is only accepted on the nightly compiler",
    costs: "nothing builds where the flags hold",
    instead: "remove it, or pin a nightly toolchain",
    source: "https://doc.rust-lang.org/unstable-book/compiler-flags/index.html",
    bad: "//- rust-toolchain.toml\n[toolchain]\nchannel = \"stable\"\n//- .cargo/config.toml\n[build]\nrustflags = [\"-Zthreads=8\"]\n",
    good: "//- rust-toolchain.toml\n[toolchain]\nchannel = \"stable\"\n//- .cargo/config.toml\n[build]\nrustflags = [\"-Csymbol-mangling-version=v0\"]\n",
    ..LINT
};

static NOT_FOR_DOCTESTS: Lint = Lint {
    name: "cfg_not_for_doctests",
    level: None,
    group: Group::Flags,
    finds: "a `--cfg` in rustflags and not in rustdocflags",
    cargo: "doctests and documentation are compiled without rustflags: they do not see the cfg",
    costs: "a doctest behind the cfg is empty, and passes",
    instead: "add it to `rustdocflags` in the same table",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#buildrustdocflags",
    bad: "//- .cargo/config.toml\n[build]\nrustflags = [\"--cfg\", \"tokio_unstable\"]\n",
    good: "//- .cargo/config.toml\n[build]\nrustflags = [\"--cfg\", \"tokio_unstable\"]\nrustdocflags = [\"--cfg\", \"tokio_unstable\"]\n",
    ..LINT
};

/// The rustflags of one table of a config.
pub(super) struct Flags<'s, 'a> {
    pub(super) doc: &'s Doc<'a>,
    pub(super) leaf: &'s Leaf,
    /// The name of the table below `target`; `None`: `[build]`.
    pub(super) target: Option<&'s str>,
    pub(super) flags: Vec<&'s str>,
}

impl Flags<'_, '_> {
    /// Where the flags from one to another stand; all of them in a string, or if one is spelled otherwise than it reads.
    pub(super) fn span(&self, from: usize, to: usize) -> Range<usize> {
        let spans = match &self.leaf.value {
            Some(Value::Array(_)) => self.doc.source.element_spans(&self.leaf.path),
            _ => self.words(),
        };
        match (spans.get(from), spans.get(to)) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => self.leaf.span.clone(),
        }
    }

    /// Where the words of a string stand.
    fn words(&self) -> Vec<Range<usize>> {
        let text = &self.doc.file.text[self.leaf.span.clone()];
        let mut at = 0;
        let mut spans = Vec::new();
        for flag in &self.flags {
            let Some(start) = text[at..].find(flag) else {
                return Vec::new();
            };
            at += start + flag.len();
            let end = self.leaf.span.start + at;
            spans.push(end - flag.len()..end);
        }
        spans
    }
}

/// Every table of rustflags that has some, the strongest file first.
pub(super) fn tables<'s, 'a>(subject: &'s Subject<'a>) -> Vec<Flags<'s, 'a>> {
    let mut tables = Vec::new();
    for doc in subject.configs() {
        for leaf in &doc.leaves {
            let target = match leaf.path.segments() {
                [build, key] if build == "build" && key == "rustflags" => None,
                [table, name, key] if table == "target" && key == "rustflags" => {
                    Some(name.as_str())
                }
                _ => continue,
            };
            let flags = leaf.value.as_ref().map(split).unwrap_or_default();
            if !flags.is_empty() {
                tables.push(Flags {
                    doc,
                    leaf,
                    target,
                    flags,
                });
            }
        }
    }
    tables
}

/// The tables whose flags reach rustc for a triple: those of matching targets, joined, else those of `build`.
pub(super) fn tables_for<'s, 'a>(subject: &'s Subject<'a>, triple: &str) -> Vec<Flags<'s, 'a>> {
    let (of_targets, of_build): (Vec<_>, Vec<_>) = tables(subject)
        .into_iter()
        .partition(|one| one.target.is_some());
    let matching: Vec<_> = of_targets
        .into_iter()
        .filter(|one| one.target.is_some_and(|name| surely(name, triple)))
        .collect();
    if matching.is_empty() {
        of_build
    } else {
        matching
    }
}

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let tables = tables(subject);
    two_levels(&tables, found);
    for table in &tables {
        words(table, found);
        options(table, found);
        if subject.is_stable() {
            unstable(table, found);
        }
        not_for_doctests(subject, table, found);
    }
}

fn two_levels(tables: &[Flags<'_, '_>], found: &mut Vec<Finding>) {
    let of_build: Vec<_> = tables.iter().filter(|one| one.target.is_none()).collect();
    let Some(build) = of_build.first() else {
        return;
    };
    // A table that repeats what `build` says loses nothing, nor does one that no target matches.
    let losing: Vec<_> = tables
        .iter()
        .filter(|one| one.target.is_some_and(can_match))
        .filter(|one| {
            !of_build
                .iter()
                .all(|build| has_all(&one.flags, &build.flags))
        })
        .collect();
    if losing.is_empty() {
        return;
    }
    let mut names: Vec<String> = losing
        .iter()
        .filter_map(|one| Some(format!("`{}`", one.target?)))
        .collect();
    names.dedup();
    let message = format!(
        "`build.rustflags` does not reach builds for {}",
        names.join(", ")
    );
    let mut finding = Finding::new(&TWO_LEVELS, message).at(
        build.doc,
        build.leaf.key_span.clone(),
        "dropped where a target has flags of its own",
    );
    /// Labels shown; the title names them all.
    const SHOWN: usize = 3;
    for one in losing.iter().take(SHOWN) {
        finding = finding.at(one.doc, one.leaf.key_span.clone(), "these hold instead");
    }
    let everywhere = KeyPath::new(["target", "cfg(all())", "rustflags"]);
    let alone = of_build.len() == 1 && build.doc.source.leaf(&everywhere).is_none();
    if alone && !build.flags.iter().any(|flag| is_of_a_machine(flag)) {
        let flags = build.flags.iter().map(|flag| (*flag).to_owned()).collect();
        let edits = moved(
            &build.doc.file.text,
            build.leaf,
            everywhere,
            Value::Array(flags),
        );
        for edit in edits {
            finding = finding.edit(build.doc, edit);
        }
    }
    found.push(finding);
}

/// Whether a table of `[target]` is for any target at all; one that rustc does not know may be a target of their own.
fn can_match(table: &str) -> bool {
    !table.starts_with("cfg(") || !triples(table).is_empty()
}

fn words(table: &Flags<'_, '_>, found: &mut Vec<Finding>) {
    if !matches!(table.leaf.value, Some(Value::Array(_))) {
        return; // Cargo splits a string itself.
    }
    for (index, flag) in table.flags.iter().enumerate() {
        if let Some((option, rest)) = glued(flag) {
            let message = format!("`{flag}` is one flag with a space in it");
            found.push(
                Finding::new(&WITH_SPACE, message)
                    .at(table.doc, table.span(index, index), "two words, one string")
                    .help(format!("write `\"{option}\", \"{rest}\"`")),
            );
        }
    }
}

fn options(table: &Flags<'_, '_>, found: &mut Vec<Finding>) {
    for option in codegen(&table.flags) {
        let span = table.span(option.flags.0, option.flags.1);
        let name = option.name.as_str();
        // `lto=off` is what Cargo says itself where a profile wants none.
        if name == "lto" && !matches!(option.value, "off" | "no" | "n" | "false") {
            let message = "`lto` does not work in rustflags";
            found.push(Finding::new(&LTO, message).at(table.doc, span, "rustc refuses this"));
        } else if let Some((_, key)) = IN_PROFILES.iter().find(|(option, _)| *option == name) {
            let message = format!("`{name}` in rustflags beats every profile");
            found.push(
                Finding::new(&OF_PROFILE, message)
                    .at(table.doc, span, "for all packages of all profiles")
                    .help(format!("set `{key}` in the profiles that want it")),
            );
        }
    }
}

fn unstable(table: &Flags<'_, '_>, found: &mut Vec<Finding>) {
    for (index, flag) in table.flags.iter().enumerate() {
        if !flag.starts_with("-Z") {
            continue;
        }
        let last = index + usize::from(*flag == "-Z");
        let message = format!(
            "`{}` needs a nightly compiler",
            table.flags[index..=last.min(table.flags.len() - 1)].join(" ")
        );
        found.push(Finding::new(&UNSTABLE, message).at(
            table.doc,
            table.span(index, last),
            "refused on stable",
        ));
    }
}

fn not_for_doctests(subject: &Subject<'_>, table: &Flags<'_, '_>, found: &mut Vec<Finding>) {
    for (index, flag) in table.flags.iter().enumerate() {
        let (cfg, last) = match (flag.strip_prefix("--cfg="), table.flags.get(index + 1)) {
            (Some(cfg), _) => (cfg, index),
            (None, Some(cfg)) if *flag == "--cfg" => (*cfg, index + 1),
            _ => continue,
        };
        let told = subject.configs().flat_map(|doc| &doc.leaves).any(|leaf| {
            leaf.path
                .segments()
                .last()
                .is_some_and(|key| key == "rustdocflags")
                && leaf
                    .value
                    .as_ref()
                    .map(split)
                    .unwrap_or_default()
                    .iter()
                    .any(|flag| flag.ends_with(cfg))
        });
        if !told {
            let message = format!("doctests do not see the cfg `{cfg}`");
            found.push(Finding::new(&NOT_FOR_DOCTESTS, message).at(
                table.doc,
                table.span(index, last),
                "for rustc, not for rustdoc",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn flags_that_are_repeated_are_not_lost() {
        let config = |of_target: &str| {
            format!(
                "//- .cargo/config.toml\n[build]\nrustflags = [\"-C\", \"relro-level=full\", \"--cfg=x\"]\n[target.'cfg(unix)']\nrustflags = {of_target}\n"
            )
        };
        let lost = ["flags_at_two_levels: `build.rustflags` does not reach builds for `cfg(unix)`"];
        let only = |fixture: String| -> Vec<String> {
            let found = found(&fixture).into_iter();
            found.filter(|one| one.starts_with("flags_at")).collect()
        };
        assert_eq!(only(config("[\"-Crelro-level=full\"]")), lost);
        assert!(
            only(config(
                "[\"--cfg\", \"x\", \"-Crelro-level=full\", \"-Ca\"]"
            ))
            .is_empty()
        );
        assert!(only(config("[]")).is_empty());
        // What never matches replaces nothing, and a CPU is chosen for each target.
        let never = config("[\"-Ca\"]").replace("cfg(unix)", "cfg(feature = \"x\")");
        assert!(only(never).is_empty());
        let cpu = "//- .cargo/config.toml\n[build]\nrustflags = [\"-C\", \"target-cpu=native\"]\n[target.wasm32-unknown-unknown]\nrustflags = [\"-Ctarget-feature=+simd128\"]\n";
        assert!(found(cpu).is_empty());
    }

    #[test]
    fn one_string_is_split_by_cargo() {
        let config =
            "//- .cargo/config.toml\n[build]\nrustflags = \"-C link-arg=-s -Copt-level=3\"\n";
        assert_eq!(
            found(config),
            ["profile_key_in_rustflags: `opt-level` in rustflags beats every profile"]
        );
    }

    #[test]
    fn a_toolchain_that_is_not_pinned_says_nothing() {
        let flags = "//- .cargo/config.toml\n[build]\nrustflags = [\"-Z\", \"threads=8\"]\n";
        assert!(found(flags).is_empty());
        let nightly = format!("//- rust-toolchain\nnightly-2026-01-01\n{flags}");
        assert!(found(&nightly).is_empty());
        let stable = format!("//- rust-toolchain\n1.95.0\n{flags}");
        assert_eq!(
            found(&stable),
            ["unstable_flag_on_stable: `-Z threads=8` needs a nightly compiler"]
        );
    }
}
