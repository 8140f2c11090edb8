//! Words that are nearly those of Cargo, and words that are nobody's.

use super::{CONFIG, places};
use crate::diagnostic::Level;
use crate::lint::known::{self, Meant};
use crate::lint::{Doc, Finding, Group, LINT, Lint, Subject};
use crate::value::KeyPath;

pub(super) static MISSPELLED_KEY: Lint = Lint {
    name: "misspelled_key",
    level: Some(Level::Deny),
    group: Group::Keys,
    finds: "a key of `[build]`, of a profile, of `[http]`, `[net]` or `[term]` that is nearly one that Cargo knows: `rustc_wrapper`, `codegen_units`",
    cargo: "Cargo knows no such key and reads on: it warns of an unused key, but not under `-q`, and not of a profile that it does not build with",
    costs: "the setting is lost",
    instead: "write the key as Cargo spells it",
    fixable: true,
    source: CONFIG,
    bad: "//- .cargo/config.toml\n[build]\ntarget_dir = \"out\"\n",
    good: "//- .cargo/config.toml\n[build]\ntarget-dir = \"out\"\n",
    ..LINT
};

pub(super) static MISSPELLED_TABLE: Lint = Lint {
    name: "misspelled_table",
    level: Some(Level::Deny),
    group: Group::Keys,
    finds: "a table that is nearly one of Cargo's: `[Build]`, `[profiles.dev]`, `[\"profile.dev\"]`, `[rustc]`",
    cargo: "Cargo reads over a table of another name, in a config file without a word: it may be that of some other tool",
    costs: "everything in the table is lost",
    instead: "write the table as Cargo spells it",
    fixable: true,
    source: CONFIG,
    bad: "//- .cargo/config.toml\n[builds]\ntarget-dir = \"out\"\n",
    good: "//- .cargo/config.toml\n[build]\ntarget-dir = \"out\"\n\n[bundle]\nname = \"app\"\n",
    ..LINT
};

pub(super) static UNKNOWN_SETTING: Lint = Lint {
    name: "unknown_setting",
    level: Some(Level::Warning),
    group: Group::Keys,
    finds: "a key of `[build]` or of a profile that Cargo does not know, and that is not like any it knows",
    cargo: "Cargo warns of an unused key at most, and reads on",
    costs: "the setting is lost",
    instead: "remove it",
    source: CONFIG,
    bad: "//- Cargo.toml\n[profile.release]\noptimise-for = \"speed\"\n",
    good: "//- Cargo.toml\n[profile.release]\nopt-level = 3\n",
    ..LINT
};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for doc in subject.configs() {
        tables(doc, found);
        keys(subject, doc, &KeyPath::new(["build"]), &known::BUILD, found);
        for (table, known) in known::FIXED {
            let table = KeyPath::new([table]);
            for (name, span) in doc.source.child_names(&table) {
                if let Some(Meant::Surely(word)) = known::meant(&name, known) {
                    found.push(misspelled(
                        doc,
                        &table.join(name),
                        span,
                        Meant::Surely(word),
                    ));
                }
            }
        }
    }
    if let Some(doc) = subject.manifest() {
        tables_of_manifest(doc, found);
    }
    let known = known::profile();
    for doc in subject.profile_docs() {
        for (profile, _) in doc.names(&["profile"]) {
            let profile = KeyPath::new(["profile", profile.as_str()]);
            keys(subject, doc, &profile, &known, found);
            keys(subject, doc, &profile.join("build-override"), &known, found);
            let packages = profile.join("package");
            for (spec, _) in doc.source.child_names(&packages) {
                keys(subject, doc, &packages.join(spec), &known, found);
            }
        }
    }
}

/// The keys of one table. What belongs into another is for others to say.
fn keys(
    subject: &Subject<'_>,
    doc: &Doc<'_>,
    table: &KeyPath,
    known: &[&'static str],
    found: &mut Vec<Finding>,
) {
    for (name, span) in doc.source.child_names(table) {
        let path = table.join(name.as_str());
        if known.contains(&name.as_str()) || places::elsewhere(doc, &path).is_some() {
            continue;
        }
        match known::meant(&name, known) {
            Some(meant) => found.push(misspelled(doc, &path, span, meant)),
            // A nightly may know more than we do.
            None if subject.is_nightly() => {}
            None => {
                let message = format!("Cargo knows no key `{path}`");
                found.push(Finding::new(&UNKNOWN_SETTING, message).at(doc, span, "not read"));
            }
        }
    }
}

fn misspelled(
    doc: &Doc<'_>,
    path: &KeyPath,
    span: std::ops::Range<usize>,
    meant: Meant,
) -> Finding {
    let word = meant.word();
    let message = format!("Cargo knows no key `{path}`");
    let finding = Finding::new(&MISSPELLED_KEY, message)
        .at(doc, span, "not read")
        .help(format!("did you mean `{word}`?"));
    match meant {
        Meant::Surely(_) => finding.rename(doc, path, word),
        Meant::Perhaps(_) => finding,
    }
}

/// The tables of a config.
fn tables(doc: &Doc<'_>, found: &mut Vec<Finding>) {
    for (name, span) in doc.names(&[]) {
        let path = KeyPath::new([name.as_str()]);
        if known::TABLES.contains(&name.as_str()) || doc.source.leaf(&path).is_some() {
            continue;
        }
        let said = |help: String| {
            Finding::new(
                &MISSPELLED_TABLE,
                format!("Cargo knows no table `[{path}]`"),
            )
            .at(doc, span.clone(), "not read")
            .help(help)
        };
        if let Some(dotted) = dotted(&name, &known::TABLES) {
            found.push(said(format!("write `[{dotted}]`, without quotes")));
        } else if let Some(word) = known::table(&name) {
            found.push(said(format!("did you mean `[{word}]`?")).rename(doc, &path, word));
        } else if let Some(help) = other_word(doc, &name) {
            found.push(said(help.to_owned()));
        }
    }
}

/// Of a manifest, only what was meant to be a profile.
fn tables_of_manifest(doc: &Doc<'_>, found: &mut Vec<Finding>) {
    for (name, span) in doc.names(&[]) {
        let path = KeyPath::new([name.as_str()]);
        let said = |help: String| {
            Finding::new(
                &MISSPELLED_TABLE,
                format!("Cargo knows no table `[{path}]`"),
            )
            .at(doc, span.clone(), "not read")
            .help(help)
        };
        if let Some(dotted) = dotted(&name, &["profile"]) {
            found.push(said(format!("write `[{dotted}]`, without quotes")));
        } else if matches!(name.as_str(), "profiles" | "Profile" | "Profiles") {
            found.push(said("did you mean `[profile]`?".to_owned()).rename(doc, &path, "profile"));
        }
    }
}

/// `["profile.dev"]`: one name with a dot in it.
fn dotted<'n>(name: &'n str, tables: &[&str]) -> Option<&'n str> {
    let (first, _) = name.split_once('.')?;
    tables.contains(&first).then_some(name)
}

/// Words of Cargo that are no tables, if what stands below them is Cargo's too.
fn other_word(doc: &Doc<'_>, name: &str) -> Option<&'static str> {
    let has = |known: &[&str]| {
        let names = doc.names(&[name]);
        names.iter().any(|(key, _)| known.contains(&key.as_str()))
    };
    let of_builds = has(&known::BUILD) || has(&known::TARGET);
    match name {
        "rust" | "rustc" if of_builds => {
            Some("write `[build]`, or `[target.<triple>]` for a linker or a runner")
        }
        "dev" | "release" | "debug" | "test" | "bench" if of_builds => {
            Some("write `[build]`, which is for all profiles: there is none for a single one")
        }
        "dev" | "release" | "debug" | "test" | "bench" if has(&known::profile()) => {
            Some("write `[profile.<name>]`")
        }
        _ => None,
    }
}
