//! Profiles of the manifest, of config files and of the machine.

use std::collections::BTreeMap;

use super::{CONFIG, is_ours};
use crate::diagnostic::Level;
use crate::edit::Leaf;
use crate::lint::inherited::{Part, Profiles, same};
use crate::lint::{Finding, Group, LINT, Lint, Subject};
use crate::policy::names::BUILT_IN;
use crate::value::{KeyPath, Value};

pub(super) static INCREMENTAL_EVERYWHERE: Lint = Lint {
    name: "incremental_everywhere",
    level: Some(Level::Warning),
    group: Group::Profiles,
    finds: "`build.incremental = true` in the repository's config",
    cargo: "it holds over every profile, release too; dev is incremental without it",
    costs: "release code is cut into 256 pieces that are optimised apart",
    instead: "remove it, and write `incremental = true` into the profiles that are to have it",
    source: "https://doc.rust-lang.org/cargo/reference/config.html#buildincremental",
    bad: "//- .cargo/config.toml\n[build]\nincremental = true\n",
    good: "//- Cargo.toml\n[profile.quick]\ninherits = \"release\"\nincremental = true\n//- .cargo/config.toml\n[build]\njobs = 2\n",
    ..LINT
};

pub(super) static PROFILE_OVERRIDDEN_BY_MACHINE: Lint = Lint {
    name: "profile_overridden_by_machine",
    level: Some(Level::Note),
    group: Group::Profiles,
    finds: "a key of a profile in a config file of the machine, which the manifest of the repository sets otherwise",
    cargo: "every config file holds over the manifest, key by key",
    costs: "this machine builds something else than all others",
    instead: "remove it there, or give it a profile of its own",
    source: CONFIG,
    bad: "//- Cargo.toml\n[profile.dev]\nopt-level = 1\n//- /home/config.toml\n[profile.dev]\nopt-level = 3\n",
    good: "//- Cargo.toml\n[profile.dev]\nopt-level = 1\n//- /home/config.toml\n[profile.dev]\ndebug = false\n",
    ..LINT
};

pub(super) static PROFILE_ONLY_IN_CONFIG: Lint = Lint {
    name: "profile_only_in_config",
    level: Some(Level::Note),
    group: Group::Profiles,
    finds: "a custom profile that stands in a config file alone",
    cargo: "it is not there for `cargo install`, and for builds that start outside of the folder",
    costs: "`--profile` with its name stops there",
    instead: "write it into the manifest of the workspace root",
    source: CONFIG,
    bad: "//- Cargo.toml\n//- .cargo/config.toml\n[profile.quick]\ninherits = \"release\"\n",
    good: "//- Cargo.toml\n[profile.quick]\ninherits = \"release\"\n//- .cargo/config.toml\n[profile.quick]\ndebug = true\n",
    ..LINT
};

pub(super) static CONFIG_CHANGES_INHERITS: Lint = Lint {
    name: "config_changes_inherits",
    level: Some(Level::Warning),
    group: Group::Profiles,
    finds: "`inherits` in a config file that differs from that of the manifest",
    cargo: "the config file wins, and the profile gets all keys from another one",
    costs: "who reads the manifest is misled, and builds outside of the folder differ",
    instead: "say it once, in the manifest",
    source: CONFIG,
    bad: "//- Cargo.toml\n[profile.ci]\ninherits = \"dev\"\n//- .cargo/config.toml\n[profile.ci]\ninherits = \"release\"\n",
    good: "//- Cargo.toml\n[profile.ci]\ninherits = \"dev\"\n//- .cargo/config.toml\n[profile.ci]\ninherits = \"dev\"\ndebug = false\n",
    ..LINT
};

/// Profiles in config files, over and beside those of the manifest.
pub(super) fn layers(subject: &Subject<'_>, profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
    if let Some(word) = profiles.incremental
        && is_ours(word.doc)
        && word.leaf.value == Some(Value::Bool(true))
        && profiles.own("release", Part::Own, "incremental").is_none()
    {
        found.push(
            Finding::new(
                &INCREMENTAL_EVERYWHERE,
                "`build.incremental = true` makes release builds incremental too",
            )
            .at(word.doc, word.leaf.span.clone(), "holds over every profile"),
        );
    }
    let Some(manifest) = subject.manifest() else {
        return;
    };
    let of_manifest: BTreeMap<&KeyPath, &Leaf> = manifest
        .leaves
        .iter()
        .map(|leaf| (&leaf.path, leaf))
        .collect();
    for name in profiles.names() {
        for word in profiles.all(name) {
            let (doc, leaf) = (word.doc, word.leaf);
            let Some(other) = of_manifest.get(&leaf.path) else {
                continue;
            };
            let key = leaf.path.segments().last().map_or("", String::as_str);
            let differs = match (&leaf.value, &other.value) {
                (Some(one), Some(other)) => !same(key, one, other),
                _ => false,
            };
            if !differs {
                continue;
            }
            let place = manifest.place(other.span.start);
            if doc.file.outside {
                let message = format!("`{}` is not what {place} says", leaf.path);
                found.push(
                    Finding::new(&PROFILE_OVERRIDDEN_BY_MACHINE, message)
                        .at(doc, leaf.span.clone(), "what holds on this machine")
                        .at(manifest, other.span.clone(), "what the repository says"),
                );
            } else if key == "inherits" {
                let message = format!("`{name}` inherits from another profile than {place} says");
                found.push(
                    Finding::new(&CONFIG_CHANGES_INHERITS, message)
                        .at(doc, leaf.span.clone(), "what holds in this folder")
                        .at(manifest, other.span.clone(), "what holds elsewhere"),
                );
            }
        }
        let places = profiles.places(name);
        let in_manifest = places.iter().any(|(doc, _)| std::ptr::eq(*doc, manifest));
        if let Some((doc, span)) = places.iter().find(|(doc, _)| is_ours(doc))
            && !in_manifest
            && !BUILT_IN.contains(&name)
            && profiles.own(name, Part::Own, "inherits").is_some()
        {
            let message = format!("the profile `{name}` stands in {} alone", doc.file.path);
            found.push(Finding::new(&PROFILE_ONLY_IN_CONFIG, message).at(
                doc,
                span.clone(),
                "not in the manifest",
            ));
        }
    }
}
