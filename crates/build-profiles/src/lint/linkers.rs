//! Linkers: switched off, misnamed, or no linker at all.

use super::env::unexpanded;
use super::flags::{Flags, tables, tables_for};
use super::{Doc, Family, Finding, Group, LINT, Lint, Subject};
use crate::diagnostic::Level;
use crate::edit::Leaf;
use crate::policy::flags::{choose_linker, codegen};
use crate::policy::platform::surely;
use crate::program::{is_bare_linker, is_plain_driver};
use crate::value::Value;

const LINKER: &str = "https://doc.rust-lang.org/cargo/reference/config.html#targettriplelinker";
const LLD: &str = "https://doc.rust-lang.org/rustc/codegen-options/index.html#linker-features";
const BUILD: &str = "https://doc.rust-lang.org/cargo/reference/config.html#build";

/// The target whose default linker is LLD, since Rust 1.90.
const WITH_LLD: &str = "x86_64-unknown-linux-gnu";

pub(super) static FAMILY: Family = Family {
    lints: &[
        &SWITCHES_LLD_OFF,
        &MOLD_BY_PATH,
        &NO_DRIVER,
        &WITH_ARGUMENTS,
        &NOT_EXPANDED,
        &EMPTY,
        &GOLD,
        &SYSTEM_LLD,
        &ONE_PERSONS,
    ],
    check,
};

static SWITCHES_LLD_OFF: Lint = Lint {
    name: "driver_switches_lld_off",
    level: Some(Level::Warning),
    group: Group::Linkers,
    since: Some((1, 90)),
    finds: "a `linker` called gcc or clang, and no word about the linker it is to use",
    cargo: "since Rust 1.90 LLD is the default on x86_64-unknown-linux-gnu, but not for a linker called gcc or clang",
    costs: "GNU ld links, which is the slowest of all",
    instead: "remove it, or add `-Clink-arg=-fuse-ld=lld` to the target's `rustflags`",
    source: LLD,
    bad: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nlinker = \"clang\"\n",
    good: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nlinker = \"clang\"\nrustflags = [\"-Clink-arg=-fuse-ld=lld\"]\n\n[target.aarch64-unknown-linux-gnu]\nlinker = \"aarch64-linux-gnu-gcc\"\n",
    ..LINT
};

static MOLD_BY_PATH: Lint = Lint {
    name: "mold_by_search_path",
    level: Some(Level::Warning),
    group: Group::Linkers,
    since: Some((1, 90)),
    finds: "mold asked for by a search path: `-Clink-arg=-B/usr/libexec/mold`",
    cargo: "since Rust 1.90 rustc asks for LLD on x86_64-unknown-linux-gnu, which the search path does not change",
    costs: "LLD links, whatever the path says",
    instead: "write `-Clink-arg=-fuse-ld=mold`",
    source: LLD,
    bad: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Clink-arg=-B/usr/libexec/mold\"]\n",
    good: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Clink-arg=-fuse-ld=mold\"]\n",
    ..LINT
};

static NO_DRIVER: Lint = Lint {
    name: "linker_is_no_driver",
    level: Some(Level::Deny),
    group: Group::Linkers,
    finds: "a linker itself as `linker` for Linux with glibc",
    cargo: "rustc calls it in place of a C compiler, without the files and paths that a C compiler adds",
    costs: "no program links",
    instead: "name a compiler driver and hand the linker to it: `linker = \"clang\"` with `-Clink-arg=-fuse-ld=mold` in `rustflags`",
    source: LINKER,
    bad: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nlinker = \"ld.lld\"\n",
    good: "//- .cargo/config.toml\n[target.x86_64-pc-windows-msvc]\nlinker = \"rust-lld\"\n\n[target.thumbv7em-none-eabihf]\nlinker = \"rust-lld\"\n",
    ..LINT
};

static WITH_ARGUMENTS: Lint = Lint {
    name: "program_with_arguments",
    level: Some(Level::Deny),
    group: Group::Linkers,
    finds: "a linker or a wrapper with arguments in one string",
    cargo: "the whole string is taken for the name of one program",
    costs: "the program is not found, and nothing builds",
    instead: "name the program alone; arguments of a linker go into `rustflags` as `-Clink-arg=..`, those of a wrapper into a script",
    source: BUILD,
    bad: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nlinker = \"clang -fuse-ld=mold\"\n",
    good: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nlinker = \"clang\"\nrustflags = [\"-Clink-arg=-fuse-ld=mold\"]\n",
    ..LINT
};

static NOT_EXPANDED: Lint = Lint {
    name: "program_not_expanded",
    level: Some(Level::Deny),
    group: Group::Linkers,
    finds: "`~`, `$NAME` or `%NAME%` in the path of a linker or a wrapper",
    cargo: "Cargo takes the path letter by letter: no shell reads it",
    costs: "the program is not found, and nothing builds",
    instead: "name a program on the PATH, or write a path from the folder that holds `.cargo`",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#config-relative-paths",
    bad: "//- .cargo/config.toml\n[build]\nrustc-wrapper = \"$HOME/bin/wrap\"\n",
    good: "//- .cargo/config.toml\n[target.x86_64-pc-windows-gnu]\nlinker = \"tools/link.cmd\"\n",
    ..LINT
};

static EMPTY: Lint = Lint {
    name: "empty_linker",
    level: Some(Level::Deny),
    group: Group::Linkers,
    finds: "an empty string as `linker`",
    cargo: "rustc stops: couldn't extract file stem from specified linker",
    costs: "no program links",
    instead: "remove it: rustc then takes its own default",
    source: LINKER,
    fixable: true,
    bad: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nlinker = \"\"\nrustflags = []\n",
    good: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nlinker = \"cc\"\n",
    ..LINT
};

static GOLD: Lint = Lint {
    name: "deprecated_linker",
    level: Some(Level::Warning),
    group: Group::Linkers,
    finds: "gold, by `-fuse-ld=gold`",
    cargo: "rustc warns about it, for its known bugs (rust-lang/rust#141748)",
    costs: "a linker that its authors have given up",
    instead: "use lld or mold",
    source: "https://github.com/rust-lang/rust/issues/141748",
    bad: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Clink-arg=-fuse-ld=gold\"]\n",
    good: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nrustflags = [\"-Clink-arg=-fuse-ld=lld\"]\n",
    ..LINT
};

static SYSTEM_LLD: Lint = Lint {
    name: "system_lld",
    level: None,
    group: Group::Linkers,
    since: Some((1, 90)),
    finds: "clang with `-fuse-ld=lld`",
    cargo: "clang takes the LLD that is installed, not the one that comes with rustc",
    costs: "an older LLD than the default would be, and a program that must be installed",
    instead: "remove `linker` and the flag: rustc's own LLD is the default on x86_64-unknown-linux-gnu",
    source: LLD,
    bad: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nlinker = \"clang\"\nrustflags = [\"-Clink-arg=-fuse-ld=lld\"]\n",
    good: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nlinker = \"cc\"\n",
    ..LINT
};

static ONE_PERSONS: Lint = Lint {
    name: "path_of_one_machine",
    level: Some(Level::Warning),
    group: Group::Linkers,
    finds: "a path into somebody's home, in a file of the repository",
    cargo: "Cargo looks for the program there and nowhere else",
    costs: "nothing builds for anybody else",
    instead: "name a program on the PATH, or a path from the folder that holds `.cargo`; what is one machine's own belongs in its `CARGO_HOME`",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure",
    bad: "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nlinker = \"/home/ann/bin/link\"\n",
    good: "//- .cargo/config.toml\n[target.aarch64-linux-android]\nlinker = \"/opt/ndk/bin/aarch64-linux-android34-clang\"\n",
    ..LINT
};

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for doc in subject.configs() {
        for leaf in &doc.leaves {
            let Some(Value::Str(program)) = &leaf.value else {
                continue;
            };
            match leaf.path.parts()[..] {
                ["target", target, "linker"] => {
                    found.extend(program_itself(doc, leaf, program));
                    found.extend(linker(subject, doc, leaf, target, program));
                }
                [
                    "build",
                    "rustc" | "rustc-wrapper" | "rustc-workspace-wrapper" | "rustdoc",
                ] => {
                    found.extend(program_itself(doc, leaf, program));
                }
                _ => {}
            }
        }
    }
    mold_by_path(subject, found);
    for table in tables(subject) {
        gold(&table, found);
    }
}

/// What is wrong with the name of a program, whatever it is for.
fn program_itself(doc: &Doc<'_>, leaf: &Leaf, program: &str) -> Option<Finding> {
    let (key, at) = (&leaf.path, leaf.span.clone());
    if program.contains(" -") {
        let message = format!("`{key}` names a program and its arguments");
        return Some(Finding::new(&WITH_ARGUMENTS, message).at(doc, at, "taken for one name"));
    }
    if let Some(written) = unexpanded(program) {
        let message = format!("`{written}` in `{key}` is not expanded");
        return Some(Finding::new(&NOT_EXPANDED, message).at(doc, at, "taken letter by letter"));
    }
    if !doc.file.is_machines() && is_in_a_home(program) {
        let message = format!("`{key}` is a path on one machine");
        return Some(Finding::new(&ONE_PERSONS, message).at(doc, at, "not there for anybody else"));
    }
    None
}

/// Whether a path leads into the home of a person. What CI machines call their home is not one.
fn is_in_a_home(path: &str) -> bool {
    let path = path.replace('\\', "/");
    let below = ["/home/", "/Users/"].iter().find_map(|homes| {
        path.find(homes)
            .filter(|at| *at == 0 || path[..*at].ends_with(':'))
            .map(|at| at + homes.len())
    });
    below.is_some_and(|at| {
        let person = path[at..].split('/').next().unwrap_or_default();
        !matches!(
            person,
            "" | "runner" | "user" | "rust" | "builder" | "root" | "linuxbrew"
        )
    })
}

fn linker(
    subject: &Subject<'_>,
    doc: &Doc<'_>,
    leaf: &Leaf,
    target: &str,
    program: &str,
) -> Option<Finding> {
    let at = leaf.span.clone();
    if program.is_empty() {
        let message = format!("`{}` is empty", leaf.path);
        let remove = crate::edit::Edit::Remove {
            path: leaf.path.clone(),
        };
        return Some(
            Finding::new(&EMPTY, message)
                .at(doc, at, "no name at all")
                .edit(doc, remove),
        );
    }
    if !surely(target, WITH_LLD) {
        let glibc = !target.starts_with("cfg(") && target.contains("-linux-gnu");
        return (glibc && is_bare_linker(program)).then(|| no_driver(doc, leaf, program));
    }
    let tables = tables_for(subject, WITH_LLD);
    let flags: Vec<&str> = tables
        .iter()
        .flat_map(|one| one.flags.iter().copied())
        .collect();
    if is_bare_linker(program) {
        let flavored = codegen(&flags)
            .iter()
            .any(|option| option.name == "linker-flavor");
        return (!flavored).then(|| no_driver(doc, leaf, program));
    }
    if !is_plain_driver(program) {
        return None;
    }
    if !choose_linker(&flags) {
        let message = format!("`linker = \"{program}\"` switches rustc's default LLD off");
        return Some(Finding::new(&SWITCHES_LLD_OFF, message).at(doc, at, "links with GNU ld"));
    }
    let (table, index) = tables.iter().find_map(|table| {
        let index = table
            .flags
            .iter()
            .position(|flag| flag.ends_with("-fuse-ld=lld"))?;
        Some((table, index))
    })?;
    let message = format!("`{program}` links with the LLD of this machine, not with rustc's own");
    Some(
        Finding::new(&SYSTEM_LLD, message)
            .at(doc, at, "looks for `ld.lld`")
            .at(table.doc, table.span(index, index), "asks for it"),
    )
}

fn no_driver(doc: &Doc<'_>, leaf: &Leaf, program: &str) -> Finding {
    let message = format!("`{program}` is a linker, and rustc wants a compiler driver here");
    Finding::new(&NO_DRIVER, message).at(doc, leaf.span.clone(), "does not link by itself")
}

fn mold_by_path(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let tables = tables_for(subject, WITH_LLD);
    let all: Vec<&str> = tables
        .iter()
        .flat_map(|one| one.flags.iter().copied())
        .collect();
    let by_driver = subject.configs().flat_map(|doc| &doc.leaves).any(|leaf| {
        matches!(leaf.path.parts()[..], ["target", name, "linker"] if surely(name, WITH_LLD))
            && matches!(&leaf.value, Some(Value::Str(program)) if is_plain_driver(program))
    });
    if by_driver || choose_linker(&all) {
        return;
    }
    for table in &tables {
        for option in codegen(&table.flags) {
            let asks = matches!(&*option.name, "link-arg" | "link-args")
                && option
                    .value
                    .split(' ')
                    .any(|arg| arg.starts_with("-B") && arg.contains("mold"));
            if asks {
                let span = table.span(option.flags.0, option.flags.1);
                found.push(
                    Finding::new(&MOLD_BY_PATH, "`-B` does not select mold any more").at(
                        table.doc,
                        span,
                        "links with LLD",
                    ),
                );
            }
        }
    }
}

fn gold(table: &Flags<'_, '_>, found: &mut Vec<Finding>) {
    for (index, flag) in table.flags.iter().enumerate() {
        if flag.ends_with("-fuse-ld=gold") {
            found.push(Finding::new(&GOLD, "the gold linker is deprecated").at(
                table.doc,
                table.span(index, index),
                "deprecated by its authors",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;
    use super::*;

    fn of_linker(target: &str, linker: &str) -> Vec<String> {
        found(&format!(
            "//- .cargo/config.toml\n[target.{target}]\nlinker = {linker}\n"
        ))
    }

    #[test]
    fn what_a_linker_may_be_called() {
        let gnu = "x86_64-unknown-linux-gnu";
        let off = |name: &str| {
            vec![format!(
                "driver_switches_lld_off: `linker = \"{name}\"` switches rustc's default LLD off"
            )]
        };
        assert_eq!(
            of_linker("'cfg(target_os = \"linux\")'", "'gcc-13'"),
            off("gcc-13")
        );
        assert_eq!(of_linker(gnu, "'/usr/bin/clang'"), off("/usr/bin/clang"));
        for fine in ["'cc'", "'tools/link.sh'", "'C:/Program Files/x/link.exe'"] {
            assert!(of_linker(gnu, fine).is_empty(), "{fine}");
        }
        assert!(of_linker("aarch64-apple-darwin", "'clang'").is_empty());
        assert!(of_linker("x86_64-unknown-linux-musl", "'rust-lld'").is_empty());
        assert_eq!(
            of_linker("riscv64gc-unknown-linux-gnu", "'ld.lld'"),
            ["linker_is_no_driver: `ld.lld` is a linker, and rustc wants a compiler driver here"]
        );
    }

    #[test]
    fn homes_of_persons() {
        assert!(is_in_a_home("/Users/ann/bin/x") && is_in_a_home("C:\\Users\\ann\\x.exe"));
        for fine in [
            "/home/runner/x",
            "/opt/home/a",
            "home/x",
            "/usr/bin/cc",
            "/home/linuxbrew/.linuxbrew/bin/clang",
        ] {
            assert!(!is_in_a_home(fine), "{fine}");
        }
    }

    #[test]
    fn another_table_may_choose_the_linker() {
        let config = "//- .cargo/config.toml\n[target.x86_64-unknown-linux-gnu]\nlinker = \"clang\"\n[target.'cfg(unix)']\nrustflags = [\"-C\", \"link-arg=--ld-path=/usr/bin/mold\"]\n";
        assert!(found(config).is_empty());
        // The flags of `build` do not count beside those of a target.
        let config = "//- .cargo/config.toml\n[build]\nrustflags = [\"-Clink-arg=-fuse-ld=mold\"]\n[target.x86_64-unknown-linux-gnu]\nlinker = \"clang\"\nrustflags = [\"-Crelro-level=full\"]\n";
        assert!(
            found(config)
                .iter()
                .any(|one| one.starts_with("driver_switches_lld_off"))
        );
    }
}
