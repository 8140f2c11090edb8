//! The names of profiles, and who asks for them.

use super::{MANY, PROFILES, is_ours, told};
use crate::diagnostic::{Diagnostic, Level, did_you_mean};
use crate::edit::Edit;
use crate::lint::inherited::Profiles;
use crate::lint::{Finding, Group, LINT, Lint, Subject};
use crate::policy::names;
use crate::policy::names::BUILT_IN;
use crate::value::{KeyPath, Value};

pub(super) static RESERVED_PROFILE_NAME: Lint = Lint {
    name: "reserved_profile_name",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "a profile with a name that Cargo keeps for itself, such as `debug`",
    cargo: "Cargo stops at the name in a manifest, and never reads such a profile in a config file",
    costs: "in a config file the settings are lost without a word",
    instead: "write `[profile.dev]` for `debug`, and rename others",
    source: PROFILES,
    bad: "//- .cargo/config.toml\n[profile.debug]\nopt-level = 2\n",
    good: "//- .cargo/config.toml\n[profile.dev]\nopt-level = 2\n",
    ..LINT
};

pub(super) static INVALID_NAME: Lint = Lint {
    name: "invalid_name",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "a profile whose name has other characters than letters, digits, `-` and `_`",
    cargo: "Cargo stops at the name in a manifest, and no command can ask for such a profile of a config file",
    instead: "rename it",
    source: PROFILES,
    bad: "//- Cargo.toml\n[profile.\"ci.fast\"]\ninherits = \"dev\"\n",
    good: "//- Cargo.toml\n[profile.ci_fast-2]\ninherits = \"dev\"\n",
    ..LINT
};

pub(super) static DOC_PROFILE: Lint = Lint {
    name: "doc_profile",
    level: Some(Level::Warning),
    group: Group::Profiles,
    finds: "a profile `doc`",
    cargo: "no command uses it: `cargo doc` builds with dev, `cargo doc --release` with release",
    instead: "remove it",
    fixable: true,
    source: PROFILES,
    bad: "//- Cargo.toml\n[profile.doc]\nopt-level = 2\n",
    good: "//- Cargo.toml\n[profile.docs]\ninherits = \"dev\"\nopt-level = 2\n",
    ..LINT
};

pub(super) static PROFILE_NAME_COLLIDES: Lint = Lint {
    name: "profile_name_collides",
    level: Some(Level::Note),
    group: Group::Profiles,
    finds: "a custom profile that is called like a key of a built-in one, such as `release-lto`",
    cargo: "a variable that sets a key of the profile is read as one of the built-in profile",
    costs: "such a variable stops every build, of other profiles too",
    instead: "rename it, to `lto-release` for instance",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#environment-variables",
    bad: "//- Cargo.toml\n[profile.release-lto]\ninherits = \"release\"\nlto = true\n",
    good: "//- Cargo.toml\n[profile.lto-release]\ninherits = \"release\"\nlto = true\n",
    ..LINT
};

pub(super) static ALIAS_OF_NO_PROFILE: Lint = Lint {
    name: "alias_of_no_profile",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "an alias with `--profile` and a name that no profile has, such as `debug`",
    cargo: "Cargo stops when somebody uses the alias",
    instead: "name a profile that is there: `debug` is the folder of `dev`",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#alias",
    bad: "//- Cargo.toml\n//- .cargo/config.toml\n[alias]\nquick = \"build --profile debug\"\n",
    good: "//- Cargo.toml\n//- .cargo/config.toml\n[alias]\nquick = \"build --profile dev\"\nci = \"nextest run --profile ci\"\nslow = [\"run\", \"--\", \"--profile\", \"all\"]\n",
    ..LINT
};

pub(super) fn names_of(
    subject: &Subject<'_>,
    profiles: &Profiles<'_, '_>,
    found: &mut Vec<Finding>,
) {
    let has_debug = has_debug_profile(subject);
    let is_inherited = |name| {
        profiles
            .names()
            .any(|child| profiles.parent(child) == Some(name))
    };
    for name in profiles.names() {
        for (doc, span) in profiles.places(name) {
            let Some(refused) = names::refused(name, has_debug, &doc.file.path, span) else {
                let shown = profiles.places(name).iter().find(|(doc, _)| is_ours(doc));
                if shown.is_some_and(|(first, _)| std::ptr::eq(*first, *doc))
                    && let Some(collides) = names::colliding(name, &doc.file.path, span)
                {
                    found.push(told(&PROFILE_NAME_COLLIDES, collides));
                }
                continue;
            };
            found.push(match refused.code {
                "doc_profile" if is_inherited(name) => continue,
                "doc_profile" => {
                    // The row says the same.
                    let notes = Vec::new();
                    let path = KeyPath::new(["profile", name]);
                    told(&DOC_PROFILE, Diagnostic { notes, ..refused })
                        .edit(doc, Edit::Remove { path })
                }
                "invalid_name" => told(&INVALID_NAME, refused),
                _ => told(&RESERVED_PROFILE_NAME, refused),
            });
        }
    }
}

pub(super) fn has_debug_profile(subject: &Subject<'_>) -> bool {
    subject.is_at_least((1, 99))
}

/// `--profile` in aliases.
pub(super) fn aliases(
    subject: &Subject<'_>,
    profiles: &Profiles<'_, '_>,
    found: &mut Vec<Finding>,
) {
    const TAKE_PROFILES: [&str; 13] = [
        "b", "bench", "build", "c", "check", "clippy", "d", "doc", "install", "r", "run", "t",
        "test",
    ];
    if subject.manifest().is_none() {
        return;
    }
    let has_debug = has_debug_profile(subject);
    for doc in subject.configs().filter(|doc| is_ours(doc)) {
        for leaf in &doc.leaves {
            let words: Vec<&str> = match (leaf.path.segments(), &leaf.value) {
                ([table, _], Some(Value::Str(line))) if table == "alias" => {
                    line.split_whitespace().collect()
                }
                ([table, _], Some(Value::Array(words))) if table == "alias" => {
                    words.iter().map(String::as_str).collect()
                }
                _ => continue,
            };
            let ours = words.split(|word| *word == "--").next().unwrap_or_default();
            // Another workspace, or a config of its own, has profiles of its own.
            let elsewhere = |word: &&str| {
                ["--manifest-path", "--config", "--path", "-C", "--git"]
                    .iter()
                    .any(|flag| word.starts_with(flag))
            };
            if !ours
                .first()
                .is_some_and(|first| TAKE_PROFILES.contains(first))
                || ours.iter().any(elsewhere)
            {
                continue;
            }
            let after = ours.windows(2).find(|pair| pair[0] == "--profile");
            let joined = ours.iter().find_map(|word| word.strip_prefix("--profile="));
            let Some(name) = after.map(|pair| pair[1]).or(joined) else {
                continue;
            };
            if profiles.has(name) || (name == "debug" && has_debug) {
                continue;
            }
            let near = match name {
                "debug" => Some("dev"),
                name => did_you_mean(name, profiles.names().take(MANY).chain(BUILT_IN)),
            };
            let message = format!(
                "`{}` asks for the profile `{name}`, which is not there",
                leaf.path
            );
            let finding = Finding::new(&ALIAS_OF_NO_PROFILE, message);
            let finding = finding.at(doc, leaf.span.clone(), "Cargo stops here");
            found.push(match near {
                Some(near) => finding.help(format!("did you mean `--profile {near}`?")),
                None => finding,
            });
        }
    }
}
