//! Keys that Cargo knows, and that stand in another table than theirs, or in the wrong file.

use super::{CONFIG, PROFILES};
use crate::diagnostic::Level;
use crate::edit::{Edit, Leaf};
use crate::lint::fix::moved;
use crate::lint::known::{self, Meant};
use crate::lint::{Doc, Finding, Group, LINT, Lint, Role, Subject};
use crate::value::KeyPath;

pub(super) static CONFIG_IN_MANIFEST: Lint = Lint {
    name: "config_in_manifest",
    level: Some(Level::Deny),
    group: Group::Keys,
    finds: "a table of a config file in a manifest: `[build]`, `[env]`, `[target.<triple>] linker`",
    cargo: "a manifest has no such key: Cargo warns of an unused manifest key and reads on",
    costs: "everything in the table is lost",
    instead: "move it into `.cargo/config.toml` of the workspace root",
    source: CONFIG,
    bad: "//- Cargo.toml\n[build]\ntarget-dir = \"out\"\n",
    good: "//- Cargo.toml\n[profile.dev]\ndebug = \"limited\"\n\n[target.'cfg(unix)'.dependencies]\n",
    ..LINT
};

pub(super) static KEY_IN_WRONG_TABLE: Lint = Lint {
    name: "key_in_wrong_table",
    level: Some(Level::Deny),
    group: Group::Keys,
    finds: "a key in a table that is not its own: `linker`, `opt-level` or `env` under `[build]`, `rustc-wrapper` in a profile, `[workspace.profile.dev]`",
    cargo: "Cargo knows no such key there: it warns at most, and reads on",
    costs: "the setting is lost",
    instead: "move it into its own table",
    fixable: true,
    source: PROFILES,
    bad: "//- .cargo/config.toml\n[build.env]\nGREETING = \"hello\"\n",
    good: "//- .cargo/config.toml\n[env]\nGREETING = \"hello\"\n",
    ..LINT
};

pub(super) static KEY_WITHOUT_TABLE: Lint = Lint {
    name: "key_without_table",
    level: Some(Level::Deny),
    group: Group::Keys,
    finds: "`rustc-wrapper`, `rustflags`, `linker`, `opt-level` or the like at the top of a config file, before any table",
    cargo: "Cargo reads over it without a word (rust-lang/cargo#5890)",
    costs: "the setting is lost",
    instead: "move it into its table: `[build]`, `[target.<triple>]` or `[profile.<name>]`",
    fixable: true,
    source: CONFIG,
    bad: "//- .cargo/config.toml\ntarget-dir = \"out\"\n\n[net]\nretry = 2\n",
    good: "//- .cargo/config.toml\npaths = []\n\n[build]\ntarget-dir = \"out\"\n",
    ..LINT
};

pub(super) static MANIFEST_IN_CONFIG: Lint = Lint {
    name: "manifest_in_config",
    level: Some(Level::Deny),
    group: Group::Keys,
    finds: "a table of a manifest in a config file: `[dependencies]`, `[lints]`, `[workspace]`",
    cargo: "Cargo reads over it without a word",
    costs: "everything in the table is lost",
    instead: "move it into `Cargo.toml`",
    source: CONFIG,
    bad: "//- .cargo/config.toml\n[lints.rust]\nunused_variables = \"forbid\"\n//- src/lib.rs\npub fn go() { let unused = 1; }\n",
    good: "//- Cargo.toml\n[lints.rust]\nunused_variables = \"forbid\"\n//- src/lib.rs\npub fn go() { let unused = 1; }\n",
    ..LINT
};

/// Tables of a config that in a manifest are a mistake, and nobody else's.
const OF_CONFIGS: [&str; 11] = [
    "alias",
    "build",
    "cargo-new",
    "credential-alias",
    "env",
    "future-incompat-report",
    "http",
    "net",
    "registries",
    "term",
    "unstable",
];

/// Where a key belongs that stands in a table which has none of that name.
pub(super) enum Home {
    /// A table of this name, at the top.
    Top,
    Build,
    Target,
    Profile,
}

/// Where the key belongs, if it is one of Cargo's and its table has none of that name.
pub(super) fn elsewhere(doc: &Doc<'_>, path: &KeyPath) -> Option<Home> {
    let is_one = |known: &[&str], name: &str| known.contains(&name);
    let is_table = || doc.source.leaf(path).is_none();
    match path.parts()[..] {
        ["build", name] if is_one(&known::BUILD, name) => None,
        ["build", "linker" | "runner"] => Some(Home::Target),
        [
            "build",
            name @ ("opt-level" | "debug" | "lto" | "codegen-units" | "strip" | "panic"),
        ]
        | [
            "build",
            name @ ("overflow-checks" | "debug-assertions" | "split-debuginfo"),
        ] if is_one(&known::profile(), name) => Some(Home::Profile),
        [
            "build",
            "env" | "profile" | "alias" | "net" | "http" | "term" | "unstable",
        ] if is_table() => Some(Home::Top),
        // `[profile] debug` is a key, `[profile.debug]` is a profile of that name.
        ["profile", name] if is_one(&known::profile(), name) && !is_table() => Some(Home::Profile),
        ["profile", _, .., name] if is_one(&known::profile(), name) => None,
        ["profile", _, "linker" | "runner"] => Some(Home::Target),
        ["profile", _, name] if is_one(&known::BUILD, name) => Some(Home::Build),
        ["workspace", "profile"] if is_table() => Some(Home::Top),
        _ => None,
    }
}

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for doc in subject.configs() {
        for name in ["build", "profile"] {
            of_table(doc, &KeyPath::new([name]), found);
        }
        for leaf in &doc.leaves {
            if let [name] = leaf.path.parts()[..] {
                found.extend(without_table(subject, doc, leaf, name));
            }
        }
        for (name, span) in doc.names(&[]) {
            if known::MANIFEST.contains(&name.as_str()) {
                let message = format!("`[{name}]` is a table of a manifest");
                found.push(Finding::new(&MANIFEST_IN_CONFIG, message).at(doc, span, "not read"));
            }
        }
    }
    for doc in subject.profile_docs() {
        for (profile, _) in doc.names(&["profile"]) {
            of_table(doc, &KeyPath::new(["profile", &profile]), found);
        }
    }
    for doc in subject
        .manifest()
        .into_iter()
        .chain(subject.docs(Role::Member))
    {
        of_manifest(doc, found);
    }
    if let Some(doc) = subject.manifest() {
        of_table(doc, &KeyPath::new(["workspace"]), found);
    }
}

/// The keys of a table that belong into another.
fn of_table(doc: &Doc<'_>, table: &KeyPath, found: &mut Vec<Finding>) {
    for (name, span) in doc.source.child_names(table) {
        let path = table.join(name.as_str());
        let Some(home) = elsewhere(doc, &path) else {
            continue;
        };
        let message = format!("`{path}` is no key of `[{table}]`");
        let finding = Finding::new(&KEY_IN_WRONG_TABLE, message).at(doc, span, "not read");
        found.push(match home {
            Home::Build => finding.help(format!("write `{name}` under `[build]`")),
            Home::Target => finding.help(format!("write `{name}` under `[target.<triple>]`")),
            Home::Profile => finding.help(format!("write `{name}` under `[profile.<name>]`")),
            Home::Top => {
                let finding = finding.help(format!("write `[{name}]`"));
                let edits = lifted(doc, &path);
                edits
                    .into_iter()
                    .fold(finding, |finding, edit| finding.edit(doc, edit))
            }
        });
    }
}

/// A table taken to the top: all of it or nothing.
fn lifted(doc: &Doc<'_>, table: &KeyPath) -> Vec<Edit> {
    let skip = table.segments().len() - 1;
    let mut edits = Vec::new();
    for leaf in doc
        .leaves
        .iter()
        .filter(|leaf| leaf.path.starts_with(table))
    {
        let to = KeyPath::new(leaf.path.segments()[skip..].iter().cloned());
        let free = doc.source.leaf(&to).is_none();
        let Some(value) = leaf.value.clone().filter(|_| free) else {
            return Vec::new();
        };
        edits.extend(moved(&doc.file.text, leaf, to, value));
    }
    edits
}

/// A key at the top of a config.
fn without_table(subject: &Subject<'_>, doc: &Doc<'_>, leaf: &Leaf, name: &str) -> Option<Finding> {
    if known::TABLES.contains(&name) {
        return None;
    }
    // Words that are nobody else's.
    const BUILD: [&str; 12] = [
        "build-dir",
        "incremental",
        "jobs",
        "rustc",
        "rustc-wrapper",
        "rustc-workspace-wrapper",
        "rustdoc",
        "rustdocflags",
        "rustflags",
        "target-dir",
        "target",
        "warnings",
    ];
    const TARGET: [&str; 2] = ["linker", "runner"];
    const PROFILE: [&str; 9] = [
        "codegen-units",
        "debug",
        "debug-assertions",
        "lto",
        "opt-level",
        "overflow-checks",
        "panic",
        "split-debuginfo",
        "strip",
    ];
    let among = |known: &[&'static str]| match known.iter().find(|word| **word == name) {
        Some(word) => Some(*word),
        None => match known::meant(name, known) {
            Some(Meant::Surely(word)) => Some(word),
            _ => None,
        },
    };
    let message = format!("`{name}` stands in no table");
    let finding =
        Finding::new(&KEY_WITHOUT_TABLE, message).at(doc, leaf.key_span.clone(), "not read");
    if among(&TARGET).is_some() {
        return Some(finding.help(format!("write `{name}` under `[target.<triple>]`")));
    }
    if among(&PROFILE).is_some() {
        return Some(finding.help(format!("write `{name}` under `[profile.<name>]`")));
    }
    let word = among(&BUILD)?;
    let finding = finding.help(format!("write `{word}` under `[build]`"));
    // `incremental` is a key of profiles too; flags of `[build]` are dropped where a target has flags of its own.
    let is_plain = !matches!(word, "incremental" | "rustflags" | "rustdocflags");
    let is_said = subject.configured(&["build", word]).is_some();
    Some(match leaf.value.clone() {
        Some(value) if is_plain && !is_said => {
            let to = KeyPath::new(["build", word]);
            let [set, remove] = moved(&doc.file.text, leaf, to, value);
            finding.edit(doc, set).edit(doc, remove)
        }
        _ => finding,
    })
}

/// Tables of a config in a manifest.
fn of_manifest(doc: &Doc<'_>, found: &mut Vec<Finding>) {
    let said = |what: String, span| {
        let message = format!("{what} in a manifest configures nothing");
        Finding::new(&CONFIG_IN_MANIFEST, message).at(doc, span, "not read")
    };
    for (name, span) in doc.names(&[]) {
        let is_table = doc.source.leaf(&KeyPath::new([name.as_str()])).is_none();
        if is_table && OF_CONFIGS.contains(&name.as_str()) {
            found.push(said(format!("`[{name}]`"), span));
        }
    }
    for leaf in &doc.leaves {
        if let [
            "target",
            _,
            "linker" | "runner" | "rustflags" | "rustdocflags",
        ] = leaf.path.parts()[..]
        {
            found.push(said(format!("`{}`", leaf.path), leaf.key_span.clone()));
        }
    }
}
