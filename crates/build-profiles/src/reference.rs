//! `docs/policy.md`: the reference of the policy, made from the tables the parser reads.

use std::fmt::Write as _;

use semver::Version;

use crate::codes::CODES;
use crate::key::{self, Home, Key, Kind, LEFT_TO_CARGO, describe};
use crate::measure::budget::ROUNDS;
use crate::measure::layer::Layer;
use crate::measure::scenario::Builtin;
use crate::policy::platform::{Family, LINKERS, PLATFORMS};
use crate::policy::storage::{self, BACKENDS};
use crate::policy::tables::{self, TABLES};
use crate::policy::{budget, measure};
use crate::tradeoff::{EXPANSIONS, Root, Scope, Tradeoff, expand};

/// The policy that the documentation shows, and that the tests read.
pub const SAMPLE: &str = include_str!("policy/sample.toml");

/// The reference as Markdown.
pub fn policy_reference() -> String {
    [
        introduction(),
        section("The top level", &keys(Home::Policy)),
        profiles(),
        tradeoffs(),
        packages(),
        linkers(),
        cache(),
        storage_section(),
        section("`[test]`", &with_meaning("test", Home::Test)),
        nextest(),
        raw(),
        environments(),
        lint_levels(),
        measuring(),
        budgets(),
        unmanaged(),
        json_schema(),
        codes(),
    ]
    .join("\n")
}

fn introduction() -> String {
    let mut rows = String::new();
    for table in TABLES {
        let _ = writeln!(rows, "| `[{}]` | {} |", table.name, cell(table.meaning));
    }
    format!(
        "<!-- Generated from the tables in crates/build-profiles/src: edit those, then run\n     \
         SNAPSHOTS=overwrite cargo test -p build-profiles reference -->\n\n\
         # The policy\n\n\
         `build-profiles.toml` stands beside the workspace's `Cargo.toml` and says how the workspace should build.\n\
         It speaks Cargo: Cargo's tables, keys and values, and a few words of its own where Cargo has none.\n\
         Only `schema = 1` is mandatory; whatever is not named is left as it is.\n\n\
         ```toml\n{SAMPLE}```\n\n\
         Every TOML spelling of a table is taken: a header, dotted keys, an inline table.\n\
         The comment lines directly above a key are its reason, and those above a table are the reason of every key in it \
         that has none; the notes on pull requests show them.\n\n\
         | table | what it is |\n|---|---|\n{rows}"
    )
}

fn profiles() -> String {
    let body = format!(
        "{}\n\n\
         A profile that the policy names is owned whole, with its overrides; another is left alone, or refused with \
         `strict = true`.\n\
         `build-override` and `package.<selector>` hold the keys marked *for single packages*.\n\n\
         | selector | whose settings |\n|---|---|\n\
         | `\"*\"` | every package that is no workspace member, as in Cargo; it beats `build-override` |\n\
         | `\"@codecs\"` | every package of the set `codecs`, one override each |\n\
         | `serde`, `\"serde@1\"`, a package URL | what Cargo takes for a package ID spec |\n\n\
         Two overrides that can mean one package are an error, here as in Cargo.\n\n{}",
        meaning("profile"),
        keys(Home::Profile)
    );
    section("`[profile.<name>]`", &body)
}

fn tradeoffs() -> String {
    let mut body = format!(
        "`tradeoff = \"<word>\"` in a profile stands for several keys.\n\
         What holds is, in this order: the key in the profile, its word, an inherited key, an inherited word.\n\
         Which row is taken depends on where the chain of `inherits` ends: test and what inherits from dev take the dev \
         row, bench and what inherits from release the release row.\n\
         `expansions = {EXPANSIONS}` pins these rows.\n\
         Where `toolchain` is too old for a value its fallback is written; without a `toolchain` always.\n"
    );
    for word in Tradeoff::ALL {
        let _ = write!(body, "\n### `{}`\n\n{}\n", word.name(), word.meaning());
        for root in [Root::Dev, Root::Release] {
            let _ = write!(body, "\n{}", expansion(word, root));
        }
    }
    section("Trade-offs", &body)
}

/// One word in profiles of one root.
fn expansion(word: Tradeoff, root: Root) -> String {
    let newest = Version::new(1, u64::MAX, 0);
    let rows = expand(word, root, EXPANSIONS, Some(&newest));
    let fallback = expand(word, root, EXPANSIONS, None);
    let mut text = format!(
        "| in {} | value | below the value's Cargo | because |\n|---|---|---|---|\n",
        root.name()
    );
    for row in rows {
        let star = if row.scope == Scope::Star {
            "package.\"*\"."
        } else {
            ""
        };
        let old = fallback
            .iter()
            .find(|old| (old.scope, old.key) == (row.scope, row.key))
            .map(|old| old.value.to_string());
        let old = match old {
            Some(old) if old == row.value.to_string() => String::new(),
            Some(old) => format!("`{}`", old.trim()),
            None => "left out".to_owned(),
        };
        let _ = writeln!(
            text,
            "| `{star}{}` | `{}` | {old} | {} |",
            row.key.name,
            row.value.to_string().trim(),
            cell(row.why)
        );
    }
    let _ = writeln!(text, "\n{}", word.measured(root));
    text
}

fn packages() -> String {
    let body = format!(
        "{}\n\n\
         A set is used as `\"@name\"` in `package` of a profile.\n\
         It is looked up again at every run: as crates come and go, so do the overrides.\n\
         Names are letters, digits, `-` and `_`.\n\n\
         | pattern | takes in |\n|---|---|\n\
         | `\"zstd*\"` | packages of `Cargo.lock`, members included, whose name matches |\n\
         | `\"crates/codec-*\"` | members whose folder matches, relative to the workspace root |\n\
         | `\"!zstd-sys\"` | nothing: takes out what the other patterns took in |\n",
        meaning("packages")
    );
    section("`[packages]`", &body)
}

fn linkers() -> String {
    let mut platforms = String::new();
    for platform in PLATFORMS {
        let family = platform
            .triples
            .first()
            .map_or(Family::Other, |triple| Family::of(triple));
        let fitting: Vec<_> = LINKERS
            .iter()
            .filter(|linker| linker.families.contains(&family))
            .map(|linker| format!("`{}`", linker.name))
            .collect();
        let triples: Vec<_> = platform
            .triples
            .iter()
            .map(|triple| format!("`{triple}`"))
            .collect();
        let _ = writeln!(
            platforms,
            "| `{}` | {} | {} |",
            platform.name,
            triples.join(", "),
            fitting.join(", ")
        );
    }
    let mut names = String::new();
    for linker in LINKERS {
        let _ = writeln!(
            names,
            "| `{}` | {} | <{}> |",
            linker.name,
            cell(linker.meaning),
            linker.source
        );
    }
    let body = format!(
        "{}\n\n\
         A key is a short name, a target triple or a `cfg(...)`; the most exact one wins.\n\
         What a machine has found goes to its own `.cargo/machine.toml`, so a machine without any of them still builds.\n\
         That file needs Cargo's `include`: a `toolchain` of 1.94 or newer.\n\n\
         | short name | stands for | linkers |\n|---|---|---|\n{platforms}\n\
         | linker | what it is | source |\n|---|---|---|\n{names}\n\
         A linker that everybody has, a cross linker for instance, is a raw `linker` in `[target]` instead.\n",
        meaning("linker")
    );
    section("`[linker]`", &body)
}

fn cache() -> String {
    let body = format!(
        "{}\n\
         A machine's linker is on every rustc command line and so part of the cache's key: machines that chose different \
         linkers, or have them in different places, share no hits. A cache of the machine's own does not mind.\n",
        with_meaning("cache", Home::Cache)
    );
    section("`[cache]`", &body)
}

fn nextest() -> String {
    let body = format!(
        "nextest's own keys and values, as they stand in `.config/nextest.toml`. Each one that is named here is written \
         there, in the spelling that it has there; every other key of that file, and every comment, stays as it is. \
         Without `[test.nextest]` the file is not looked at.\n\n\
         nextest only warns about a key that it does not know, and goes on without it. Here such a key is an error, and so \
         is one that is newer than the `nextest-version`.\n\n\
         `[test.nextest.profile.default]` holds for every run; another profile is run with \
         `cargo xtask test -- --profile ci`. An environment has none of this: the file is one for everybody.\n\n\
         Never touched: {}; in a profile {}.\n\n{}\n\
         In `[test.nextest.profile.<name>]`:\n\n{}\n\
         In `junit` of a profile:\n\n{}",
        left(Home::Nextest),
        left(Home::NextestProfile),
        keys(Home::Nextest),
        keys(Home::NextestProfile),
        keys(Home::NextestJunit)
    );
    section("`[test.nextest]`", &body)
}

/// The keys that are never touched.
fn left(home: Home) -> String {
    let names = LEFT_TO_CARGO.iter().filter(|(of, _)| *of == home);
    names
        .map(|(_, name)| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn storage_section() -> String {
    let mut rows = String::new();
    for backend in BACKENDS {
        let names: Vec<_> = backend
            .credentials
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let _ = writeln!(
            rows,
            "| `{}` | {} | {} |",
            backend.name,
            cell(backend.meaning),
            names.join(", ")
        );
    }
    let body = format!(
        "Where the cache keeps what was compiled: one back-end of sccache, in sccache's own words.\n\
         Without the table it is sccache's local folder, or what each machine's own configuration says.\n\n\
         ```toml\n[cache.storage]\nredis = {{ endpoint = \"redis://cache.internal:6379\", key-prefix = \"app\" }}\n\n\
         [environment.ci.cache.storage]\nredis = {{ rw-mode = \"READ_WRITE\" }}\n```\n\n\
         It becomes sccache's variables in `[env]` of the Cargo config, which reach every sccache that Cargo starts; a \
         variable that is exported already wins.\n\
         A `sccache --show-stats` typed in a shell does not see them.\n\
         A server that is already running keeps the storage it was started with, until `sccache --stop-server`.\n\n\
         Credentials come from the environment of the build. They are never written and never printed; a password in a \
         URL is refused.\n\n\
         An environment that names the same back-end as the base adds to its keys. Another back-end must stand above the \
         base's in this table: sccache takes the first that is set, and Cargo's `[env]` cannot take a variable away.\n\n\
         | back-end | what it is | credentials |\n|---|---|---|\n{rows}\n{}",
        keys(Home::Storage(storage::TABLE))
    );
    let mut sections = vec![section("`[cache.storage]`", &body)];
    for backend in BACKENDS
        .iter()
        .filter(|backend| backend.table != storage::TABLE)
    {
        let keys = keys(Home::Storage(backend.table));
        let body = format!("{}\n\n{keys}", backend.meaning);
        sections.push(section(&format!("`[{}]`", backend.table), &body));
    }
    sections.join("\n")
}

fn raw() -> String {
    let build = format!(
        "{}\n\nNever touched, whatever the policy says: {}.\n\n{}",
        meaning("build"),
        left(Home::Build),
        keys(Home::Build)
    );
    let target = format!(
        "{}\n\n\
         A key is a triple that rustc knows, a `cfg(...)` that can match one, or `\"@name\"` for a set of `[targets]`.\n\
         Never touched: {}, and tables for `links` overrides.\n\n{}",
        meaning("target"),
        left(Home::Target),
        keys(Home::Target)
    );
    [
        section("`[build]`", &build),
        section("`[target.<triple or cfg>]`", &target),
        targets(),
    ]
    .join("\n")
}

fn targets() -> String {
    let body = format!(
        "{}\n\n\
         ```toml\n[targets]\nwindows = [\"x86_64-pc-windows-msvc\", \"i686-pc-windows-msvc\"]\n\n\
         [target.\"@windows\"]         # one `[target.<triple>]` table for each of them\n\
         rustflags = [\"-C\", \"target-feature=+crt-static\"]\n```\n\n\
         An element is what a key of `[target]` can be, spelled as it is to stand in the config; no short name of \
         `[linker]`, and no other set.\n\
         A target may have a table of its own beside that of a set, or be in several sets: their keys are joined. The same \
         key twice is an error; an environment may set again what the base sets.\n\
         Names are letters, digits, `-` and `_`.\n",
        meaning("targets")
    );
    section("`[targets]`", &body)
}

fn environments() -> String {
    let tables: Vec<_> = TABLES
        .iter()
        .filter(|table| table.in_environment)
        .map(|table| format!("`{}`", table.name))
        .collect();
    let body = format!(
        "{}\n\n\
         It may hold {}.\n\
         What it does not say comes from the base; an array is taken whole.\n\
         Nothing is tried where its file is used, so a cache or a linker holds there only if the environment itself names \
         it: one linker per platform, and a cache with `if-missing = \"error\"`.\n",
        meaning("environment"),
        tables.join(", ")
    );
    section("`[environment.<name>]`", &body)
}

fn lint_levels() -> String {
    let body = format!(
        "{}\n\n\
         ```toml\n[lint]\n# The nightly build sets its own flags.\nrustflags_replaced = \"allow\"\n\
         cache_for_everybody = {{ level = \"allow\", until = \"2027-03-31\" }}\n```\n\n\
         The comment above is the reason. After the day of `until` the lint has its own level again, and the entry itself \
         is a warning, in `lint` and `verify`: what `configure --check` says does not depend on the day.\n\
         [docs/lints.md](lints.md) lists the lints.\n",
        meaning("lint")
    );
    section("`[lint]`", &body)
}

fn measuring() -> String {
    let layers = Layer::ALL.map(|layer| format!("`{}`", layer.name()));
    let mut scenarios = String::new();
    for builtin in Builtin::ALL {
        let _ = writeln!(
            scenarios,
            "| `{}` | {} |",
            builtin.name(),
            cell(builtin.meaning())
        );
    }
    let body = format!(
        "{}\n\n\
         ```toml\n[measure]\norder = [\"cache\", \"profiles\"]   # and then the runner and the linker\n\
         leaf = \"cli\"\nhub = \"core\"\nscenarios = [\"clean-cached\", \"edit-hub\", \"docs\"]\n\n\
         [measure.commands]\ndocs = \"cargo doc --workspace --no-deps\"\n```\n\n\
         {}\n\
         The layers in their default order: {}.\n\n\
         | scenario | what is timed |\n|---|---|\n{scenarios}\n\
         A command is split at blanks, and no shell reads it; an array of strings is taken as it is. Its name is made of \
         letters, digits, `-` and `_`.\n\
         Nothing here changes a file that Cargo reads.\n",
        meaning("measure"),
        rows(measure::KEYS),
        layers.join(", ")
    );
    section("`[measure]`", &body)
}

fn budgets() -> String {
    let body = format!(
        "{}\n\n\
         ```toml\n[budget]\nhit-rate = 90\n\n[budget.ratio]\nclean-cached = 0.5           # half of the time under Cargo's defaults, at most\n\
         # The cache switches incremental compilation off; this is what we pay for it.\nedit-hub = 1.1\n\"cache.clean-cached\" = 0.6   # the cache's step of the ladder\n```\n\n\
         {}\n\
         A ratio is over its budget only if the whole of its 95 % interval is, from {ROUNDS} rounds on. What was not \
         measured, and what can't be told, is a note.\n\
         The comment above is the reason, and stands beside what is over its budget.\n",
        meaning("budget"),
        rows(budget::KEYS)
    );
    section("`[budget]`", &body)
}

/// Keys that are in no row of the key table, with what each is.
fn rows(keys: &[(&str, &str)]) -> String {
    let mut rows = String::from("| key | what it is |\n|---|---|\n");
    for (name, meaning) in keys {
        let _ = writeln!(rows, "| `{name}` | {} |", cell(meaning));
    }
    rows
}

fn unmanaged() -> String {
    let body = format!(
        "{}\n\n\
         ```toml\n[unmanaged]\nprofile.dist = \"owned by dist\"\n\
         target.x86_64-unknown-linux-musl.rustflags = \"set by the release script\"\n\"build.rustflags\" = \"until the port is done\"\n```\n\n\
         Everything at the key and below it stays as it is; it must not be set by the policy as well.\n",
        meaning("unmanaged")
    );
    section("`[unmanaged]`", &body)
}

fn json_schema() -> String {
    section(
        "JSON Schema",
        "`cargo xtask schema` prints a JSON Schema (draft-07) made from the same tables.\n\
         With a first line `#:schema ./build-profiles.schema.json` taplo and Even Better TOML complete and check the policy.\n",
    )
}

fn codes() -> String {
    let mut body = String::from(
        "What `build-profiles` says about a policy before it looks at the workspace.\n\n| code | when |\n|---|---|\n",
    );
    for (code, when) in CODES {
        let _ = writeln!(body, "| `{code}` | {} |", cell(when));
    }
    section("Diagnostics", &body)
}

/// A chapter.
fn section(title: &str, body: &str) -> String {
    format!("## {title}\n\n{}\n", body.trim_end())
}

fn with_meaning(table: &str, home: Home) -> String {
    format!("{}\n\n{}", meaning(table), keys(home))
}

fn meaning(table: &str) -> &'static str {
    tables::table(table).map_or("", |table| table.meaning)
}

/// The keys of a home.
fn keys(home: Home) -> String {
    key::keys(home)
        .map(key_section)
        .collect::<Vec<_>>()
        .join("\n")
}

fn key_section(key: &Key) -> String {
    let mut text = format!("### `{}`\n\n{}\n\n", key.name, key.meaning);
    if let Some(gate) = key.unstable {
        let _ = writeln!(text, "- **Refused**: unstable in Cargo (`{gate}`)");
    }
    let _ = writeln!(text, "- Takes: {}", describe(&key.kind));
    if let Kind::Form(form) = key.kind {
        for member in form.members {
            let needed = if member.required { ", mandatory" } else { "" };
            let since = match member.since {
                Some((minor, patch)) => format!("; since nextest 0.{minor}.{patch}"),
                None => String::new(),
            };
            let _ = writeln!(
                text,
                "  - `{}`{needed}: {}; {}{since}",
                member.name,
                describe(&member.kind),
                member.meaning
            );
        }
    }
    match key.since {
        Some((minor, patch)) if key.home.is_nextest() => {
            let _ = writeln!(text, "- Since: nextest 0.{minor}.{patch}");
        }
        Some((major, minor)) => {
            let _ = writeln!(text, "- Since: Cargo {major}.{minor}");
        }
        None => {}
    }
    if let Some(variable) = storage::variable(key) {
        let _ = writeln!(text, "- Becomes: `{variable}`");
    }
    if key.home == Home::Profile {
        let answer = if key.overridable { "yes" } else { "no" };
        let _ = writeln!(text, "- For single packages: {answer}");
    }
    let source = match key.source.starts_with("https://") {
        true => format!("<{}>", key.source),
        false => key.source.to_owned(),
    };
    let _ = writeln!(text, "- Default: {}", key.default);
    let _ = writeln!(text, "- Costs and buys: {}", key.trade);
    let _ = writeln!(text, "- Seen in: {}", key.claim);
    let _ = writeln!(text, "- Source: {source}");
    text
}

/// Text that cannot end a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests;
