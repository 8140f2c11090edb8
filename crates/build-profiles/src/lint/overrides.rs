//! Overrides of packages and of build scripts.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::inherited::{Part, Profiles, Word, same};
use super::profiles::{is_ours, told};
use super::{Doc, Family, Files, Finding, Group, LINT, Lint, Package, Role, Subject};
use crate::diagnostic::{Level, did_you_mean};
use crate::edit::{Edit, Leaf};
use crate::key::{Home, key};
use crate::policy::{entry, packages};
use crate::settings::{is_named, named, no_such_package};
use crate::value::{KeyPath, Value};

const OVERRIDES: &str = "https://doc.rust-lang.org/cargo/reference/profiles.html#overrides";

/// Nobody overrides as many versions of one package, or as many members; a hostile file must not take hours.
const MANY: usize = 64;

pub(super) static FAMILY: Family = Family {
    lints: &[
        &BUILD_OVERRIDE_BEATEN,
        &INCREMENTAL_OF_DEPENDENCY,
        &INVALID_SPEC,
        &NOT_IN_OVERRIDE,
        &OVERLAPPING_OVERRIDES,
        &OVERRIDE_RESETS_STRIP,
        &UNKNOWN_PACKAGE,
    ],
    check,
};

static NOT_IN_OVERRIDE: Lint = Lint {
    name: "not_in_override",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "a key in an override that belongs to the whole profile: `lto`, `panic`, `rpath`, `inherits`, another override",
    cargo: "Cargo stops at it, but reads over `inherits` and `dir-name` without a word",
    instead: "set it in the profile",
    source: OVERRIDES,
    bad: "members: part\n//- Cargo.toml\n[profile.release.package.part]\nlto = true\n",
    good: "members: part\n//- Cargo.toml\n[profile.release]\nlto = true\n[profile.release.package.part]\nopt-level = 2\n",
    ..LINT
};

static INVALID_SPEC: Lint = Lint {
    name: "invalid_spec",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "an override for what can't be a package: a pattern, or a requirement in place of a version",
    cargo: "Cargo stops at it; only `\"*\"` alone means all packages that are no members",
    costs: "nothing builds; a profile in a config file is not looked at until somebody asks for it",
    instead: "write an override for each package: `name`, `name@1.2`, or `\"*\"`",
    source: "https://doc.rust-lang.org/cargo/reference/pkgid-spec.html",
    bad: "locked: serde_core@1.0.200\n//- Cargo.toml\n[profile.dev.package.\"serde*\"]\nopt-level = 2\n",
    good: "locked: serde_core@1.0.200\n//- Cargo.toml\n[profile.dev.package.\"*\"]\nopt-level = 1\n[profile.dev.package.\"serde_core@1.0\"]\nopt-level = 2\n",
    ..LINT
};

static UNKNOWN_PACKAGE: Lint = Lint {
    name: "unknown_package",
    level: Some(Level::Warning),
    group: Group::Profiles,
    finds: "an override for a package that is neither a member nor in `Cargo.lock`",
    cargo: "nothing is compiled with it: Cargo warns of it in a manifest, and says nothing of it in a config file",
    instead: "remove the override, or name the package as `Cargo.lock` does",
    source: OVERRIDES,
    bad: "locked: serde_core@1.0.200\n//- .cargo/config.toml\n[profile.dev.package.serde-core]\nopt-level = 2\n",
    good: "locked: serde_core@1.0.200\n//- .cargo/config.toml\n[profile.dev.package.\"serde_core@1.0\"]\nopt-level = 2\n",
    ..LINT
};

static OVERLAPPING_OVERRIDES: Lint = Lint {
    name: "overlapping_overrides",
    level: Some(Level::Deny),
    group: Group::Profiles,
    finds: "two overrides that match one package of `Cargo.lock`, in one profile or inherited, in one file or in two",
    cargo: "Cargo stops: `multiple package overrides in profile match package`",
    costs: "nothing builds; a profile that stands only in a config file is not looked at until somebody asks for it",
    instead: "give each package one override",
    source: OVERRIDES,
    bad: "locked: syn@2.0.1\n//- Cargo.toml\n[profile.dev.package.syn]\nopt-level = 2\n//- .cargo/config.toml\n[profile.dev.package.\"syn@2\"]\ndebug = false\n",
    good: "locked: syn@2.0.1\n//- Cargo.toml\n[profile.dev.package.\"syn@1\"]\nopt-level = 2\n//- .cargo/config.toml\n[profile.dev.package.\"syn@2\"]\ndebug = false\n",
    ..LINT
};

static BUILD_OVERRIDE_BEATEN: Lint = Lint {
    name: "build_override_beaten",
    level: Some(Level::Warning),
    group: Group::Profiles,
    finds: "a key that `build-override` and `package.\"*\"` of one profile set to different values",
    cargo: "`package.\"*\"` holds for the procedural macros and build scripts of all packages that are no members, over `build-override`",
    costs: "`build-override` is left for the members' own build scripts and macros",
    instead: "give both the same value, or name packages in place of `\"*\"`",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#overrides-and-generics",
    bad: "locked: helper@1.0.0\n//- Cargo.toml\n[profile.dev.build-override]\nopt-level = 1\n[profile.dev.package.\"*\"]\nopt-level = 3\n[build-dependencies]\nhelper = { path = \"../beside/helper\" }\n",
    good: "locked: helper@1.0.0\n//- Cargo.toml\n[profile.dev.build-override]\nopt-level = 1\n[profile.dev.package.\"*\"]\ndebug = false\n[build-dependencies]\nhelper = { path = \"../beside/helper\" }\n",
    ..LINT
};

static OVERRIDE_RESETS_STRIP: Lint = Lint {
    name: "override_resets_strip",
    level: Some(Level::Warning),
    group: Group::Profiles,
    since: Some((1, 77)),
    finds: "an override of a member without `strip`, in a profile that strips",
    cargo: "Cargo resets `strip` for each package with an override that lacks it",
    costs: "programs of the package are shipped with their symbols",
    instead: "repeat `strip` in the override",
    fixable: true,
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#strip",
    bad: "members: tool\n//- Cargo.toml\n[profile.release]\nstrip = true\n[profile.release.package.tool]\nopt-level = 2\n//- tool/src/main.rs\nfn main() {}\n",
    good: "members: tool\nlocked: serde@1.0.200\n//- Cargo.toml\n[profile.release]\nstrip = true\n[profile.release.package.tool]\nopt-level = 2\nstrip = true\n[profile.release.package.\"*\"]\nopt-level = 2\n//- tool/src/main.rs\nfn main() {}\n",
    ..LINT
};

static INCREMENTAL_OF_DEPENDENCY: Lint = Lint {
    name: "incremental_of_dependency",
    level: Some(Level::Note),
    group: Group::Profiles,
    finds: "`incremental` in an override of packages that come from a registry or from git",
    cargo: "Cargo compiles only packages of a folder incrementally, whatever is set",
    costs: "nothing but the line, which looks as if it did something",
    instead: "remove it",
    fixable: true,
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#incremental",
    bad: "locked: serde@1.0.200\n//- Cargo.toml\n[profile.dev.package.serde]\nopt-level = 1\nincremental = true\n",
    good: "members: part\nlocked: serde@1.0.200\n//- Cargo.toml\n[profile.dev.package.part]\nincremental = false\n[profile.dev.package.serde]\nopt-level = 1\n",
    ..LINT
};

/// What is known of packages.
struct Known<'f> {
    /// Those of the lock file, by name.
    locked: BTreeMap<&'f str, Vec<&'f Package>>,
    members: BTreeSet<&'f str>,
}

impl<'f> Known<'f> {
    /// `None`: there is no lock file.
    fn of(files: &'f Files) -> Option<Self> {
        let mut locked: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
        for package in files.packages.as_ref()? {
            locked.entry(&package.name).or_default().push(package);
        }
        let members = files.members.iter().map(|member| member.name.as_str());
        Some(Self {
            locked,
            members: members.collect(),
        })
    }

    /// All packages of a name.
    fn of_name(&self, name: &str) -> &[&'f Package] {
        self.locked.get(name).map_or(&[], Vec::as_slice)
    }

    /// All packages that `"*"` is for.
    fn others(&self) -> impl Iterator<Item = &'f Package> {
        let all = self.locked.values().flatten().copied();
        all.filter(|package| !self.members.contains(package.name.as_str()))
    }
}

fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let profiles = Profiles::of(subject);
    let known = Known::of(subject.files);
    // Whether any package that `"*"` is for comes from a folder; and whether there is any.
    let others = known.as_ref().map(|known| {
        let local = known.others().any(|package| package.local);
        (known.others().next().is_some(), local)
    });
    let star_is_far = others == Some((true, false));
    for doc in subject.profile_docs() {
        specs(subject, doc, known.as_ref(), found);
        let mut nested = BTreeSet::new();
        for leaf in &doc.leaves {
            if let Some((path, finding)) = not_in_override(doc, leaf)
                && nested.insert(path)
            {
                found.push(finding);
            }
            if let Some(known) = &known {
                found.extend(incremental(doc, leaf, known, star_is_far));
            }
        }
    }
    if let Some(known) = &known {
        overlapping(&profiles, known, found);
    }
    if others.is_none_or(|(some, _)| some) {
        beaten(&profiles, found);
    }
    strip(subject, &profiles, found);
}

/// What can't stand in an override, with the path to it; there may be much below it.
fn not_in_override<'l>(doc: &Doc<'_>, leaf: &'l Leaf) -> Option<(&'l [String], Finding)> {
    let segments = leaf.path.segments();
    let (name, below) = match segments {
        [table, _, over, _, name, below @ ..] if table == "profile" && over == "package" => {
            (name, below)
        }
        [table, _, over, name, below @ ..] if table == "profile" && over == "build-override" => {
            (name, below)
        }
        _ => return None,
    };
    let belongs = match name.as_str() {
        "package" | "build-override" => !below.is_empty(),
        "dir-name" => below.is_empty(),
        name => below.is_empty() && key(Home::Profile, name).is_some_and(|key| !key.overridable),
    };
    let path = &segments[..segments.len() - below.len()];
    belongs.then(|| {
        let refused = entry::not_in_override(name, &doc.file.path, &leaf.key_span);
        let finding = told(&NOT_IN_OVERRIDE, refused);
        (path, finding.help(format!("set `{name}` in the profile")))
    })
}

/// Specs that are none, and specs of no package.
fn specs(
    subject: &Subject<'_>,
    doc: &Doc<'_>,
    known: Option<&Known<'_>>,
    found: &mut Vec<Finding>,
) {
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut places: BTreeMap<&str, BTreeMap<String, Range<usize>>> = BTreeMap::new();
    let mut suggested = 0;
    for leaf in &doc.leaves {
        let [table, profile, over, spec, _, ..] = leaf.path.segments() else {
            continue;
        };
        if table != "profile" || over != "package" || spec == "*" || !seen.insert((profile, spec)) {
            continue;
        }
        // Where the spec itself stands is looked up only for what there is something to say of, once for a profile.
        let mut span = || -> Range<usize> {
            let specs = places.entry(profile).or_insert_with(|| {
                let names = doc.names(&["profile", profile, "package"]);
                names.into_iter().collect()
            });
            specs.get(spec).unwrap_or(&leaf.key_span).clone()
        };
        let nowhere = 0..0;
        if packages::invalid_spec(spec, &doc.file.path, &nowhere).is_some() {
            found.extend(
                packages::invalid_spec(spec, &doc.file.path, &span())
                    .map(|invalid| told(&INVALID_SPEC, invalid)),
            );
            continue;
        }
        let Some(packages) = known.filter(|_| is_ours(doc)) else {
            continue;
        };
        let (name, version) = named(spec);
        let versions = packages.of_name(name);
        let is_locked = versions
            .iter()
            .any(|one| is_named(spec, &one.name, &one.version));
        // A member counts as locked; of what version it is, its manifest knows.
        if is_locked || (packages.members.contains(name) && versions.is_empty()) {
            continue;
        }
        let message = no_such_package(spec, version.is_some() && !versions.is_empty());
        let finding = Finding::new(&UNKNOWN_PACKAGE, message);
        let finding = finding.at(doc, span(), format!("an override of profile `{profile}`"));
        suggested += 1;
        let help = match versions {
            [] if suggested > MANY => None,
            [] => meant(subject, packages, name),
            versions => {
                let versions = versions.iter().take(MANY);
                let versions: Vec<&str> = versions.map(|one| one.version.as_str()).collect();
                Some(format!("it has `{name}` {}", versions.join(" and ")))
            }
        };
        found.push(match help {
            Some(help) => finding.help(help),
            None => finding,
        });
    }
}

/// What was probably meant by a name that no package has.
fn meant(subject: &Subject<'_>, packages: &Known<'_>, name: &str) -> Option<String> {
    if let Some(package) = renamed(subject, name) {
        return Some(format!(
            "write `{package}`: that is the package of the dependency `{name}`"
        ));
    }
    let known = || packages.locked.keys().chain(&packages.members).copied();
    let plain = |name: &str| name.replace('_', "-").to_lowercase();
    let wanted = plain(name);
    let near = known()
        .find(|one| plain(one) == wanted)
        .or_else(|| did_you_mean(name, known()))?;
    Some(format!("did you mean `{near}`?"))
}

/// The package that a dependency of this name is, where a manifest gives it another name.
fn renamed<'s>(subject: &'s Subject<'_>, name: &str) -> Option<&'s str> {
    let docs = subject
        .docs(Role::Manifest)
        .chain(subject.docs(Role::Member));
    let mut leaves = docs.flat_map(|doc| &doc.leaves);
    leaves.find_map(|leaf| match (leaf.path.segments(), &leaf.value) {
        ([.., table, key, package], Some(Value::Str(of)))
            if table.ends_with("dependencies") && key == name && package == "package" =>
        {
            Some(of.as_str())
        }
        _ => None,
    })
}

/// Two overrides of one profile that match one package.
fn overlapping(profiles: &Profiles<'_, '_>, known: &Known<'_>, found: &mut Vec<Finding>) {
    type Specs<'s, 'a> = BTreeMap<&'s str, BTreeMap<&'s str, Word<'s, 'a>>>;
    // Of each profile the specs of each package; of a URL only Cargo knows whether it is the right one.
    let mut all: BTreeMap<&str, Specs<'_, '_>> = BTreeMap::new();
    for profile in profiles.names() {
        for (part, _, word) in profiles.overrides(profile) {
            if let Part::Package(spec) = part
                && spec != "*"
                && !spec.contains("://")
                && known.locked.contains_key(named(spec).0)
            {
                let specs = all.entry(profile).or_default();
                let specs = specs.entry(named(spec).0).or_default();
                if specs.len() < MANY {
                    specs.entry(spec).or_insert(word);
                }
            }
        }
    }
    for (profile, own) in &all {
        let chain = profiles.chain(profile);
        for (package, specs) in own {
            let inherited = chain[1..]
                .iter()
                .filter_map(|above| all.get(above)?.get(package));
            let mut others: BTreeMap<&str, Word<'_, '_>> = BTreeMap::new();
            for above in inherited.chain([specs]) {
                others.extend(above.iter().take(MANY).map(|(spec, word)| (*spec, *word)));
            }
            for (spec, word) in specs {
                let mut others =
                    others
                        .iter()
                        .filter(|(other, _)| match specs.contains_key(*other) {
                            true => *other < spec,
                            false => true,
                        });
                let versions = || known.of_name(package).iter().take(MANY);
                let both = others.find(|(other, _)| {
                    versions().any(|one| {
                        is_named(spec, &one.name, &one.version)
                            && is_named(other, &one.name, &one.version)
                    })
                });
                let Some((other, other_word)) = both else {
                    continue;
                };
                let message =
                    format!("`{spec}` and `{other}` of profile `{profile}` match one package");
                found.push(
                    Finding::new(&OVERLAPPING_OVERRIDES, message)
                        .at(word.doc, word.leaf.key_span.clone(), format!("`{spec}`"))
                        .at(
                            other_word.doc,
                            other_word.leaf.key_span.clone(),
                            format!("`{other}`"),
                        ),
                );
            }
        }
    }
}

/// `build-override` and `package."*"`, which do not agree.
fn beaten(profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
    for profile in profiles.names() {
        let mut keys: BTreeSet<&str> = BTreeSet::new();
        for (part, key, _) in profiles.overrides(profile) {
            if matches!(part, Part::Build | Part::Package("*")) {
                keys.insert(key);
            }
        }
        for key in keys {
            // Neither is anything to a package of a registry that runs while others compile.
            if matches!(key, "incremental" | "strip") {
                continue;
            }
            let build = profiles.word(profile, Part::Build, key);
            let star = profiles.word(profile, Part::Package("*"), key);
            let (Some(build), Some(star)) = (build, star) else {
                continue;
            };
            let differ = match (&build.leaf.value, &star.leaf.value) {
                (Some(build), Some(star)) => !same(key, build, star),
                _ => false,
            };
            if differ {
                let message = format!(
                    "`{}` for build scripts and macros, `{}` for all that are no members",
                    build.written(),
                    star.written()
                );
                let at = build.leaf.span.clone();
                found.push(
                    Finding::new(&BUILD_OVERRIDE_BEATEN, message)
                        .at(build.doc, at, "for those of members alone")
                        .at(star.doc, star.leaf.span.clone(), "for those of all others"),
                );
            }
        }
    }
}

/// Overrides that take `strip` from programs of the workspace.
///
/// Of an override of other packages nothing is lost: what they compile to is linked into a program of a member, and that
/// has the profile's `strip`. Nor of `build-override`: nobody ships a build script.
fn strip(subject: &Subject<'_>, profiles: &Profiles<'_, '_>, found: &mut Vec<Finding>) {
    let programs = programs(subject);
    let mut of_members: BTreeMap<&str, BTreeMap<Part<'_>, Word<'_, '_>>> = BTreeMap::new();
    for profile in profiles.names() {
        for (part, _, word) in profiles.overrides(profile) {
            if let Part::Package(spec) = part
                && programs.contains(named(spec).0)
            {
                let parts = of_members.entry(profile).or_default();
                if parts.len() < MANY {
                    parts.entry(part).or_insert(word);
                }
            }
        }
    }
    for profile in profiles.names() {
        let Some(word) = profiles.word(profile, Part::Own, "strip") else {
            continue;
        };
        let symbols = profiles.is(profile, "strip", "symbols");
        // Without debug information Cargo strips what is left of the standard library's by itself.
        let debug_info =
            profiles.is(profile, "strip", "debuginfo") && !profiles.is(profile, "debug", "none");
        if !symbols && !debug_info {
            continue;
        }
        let chain = profiles.chain(profile);
        let mut parts: BTreeMap<Part<'_>, Word<'_, '_>> = BTreeMap::new();
        for above in &chain {
            for (part, word) in of_members.get(above).into_iter().flatten() {
                parts.entry(*part).or_insert(*word);
            }
        }
        for (part, over) in parts {
            let Part::Package(spec) = part else {
                continue;
            };
            // Shown where it comes about: there one of the two is written.
            if profiles.word(profile, part, "strip").is_some()
                || (over.profile() != profile && word.profile() != profile)
            {
                continue;
            }
            let message = format!("the override of `{spec}` resets `strip` of profile `{profile}`");
            let finding = Finding::new(&OVERRIDE_RESETS_STRIP, message)
                .at(
                    word.doc,
                    word.leaf.span.clone(),
                    "this does not reach the override's packages",
                )
                .at(
                    over.doc,
                    over.leaf.key_span.clone(),
                    "an override without `strip`",
                )
                .help(format!("repeat `{}` in the override", word.written()));
            let value = word.leaf.value.clone();
            found.push(match value {
                Some(value) if over.profile() == profile && word.profile() == profile => {
                    let path = KeyPath::new(["profile", profile, "package", spec, "strip"]);
                    let comment = None;
                    finding.edit(
                        over.doc,
                        Edit::Set {
                            path,
                            value,
                            comment,
                        },
                    )
                }
                _ => finding,
            });
        }
    }
}

/// The members that make programs, as far as their manifests tell.
fn programs<'s>(subject: &'s Subject<'_>) -> BTreeSet<&'s str> {
    let files: BTreeMap<&str, &str> = subject
        .texts(Role::Manifest)
        .chain(subject.texts(Role::Member))
        .map(|file| (file.path.as_str(), file.text.as_str()))
        .collect();
    let members = subject.files.members.iter().filter(|member| {
        let path = match member.path.as_str() {
            "" => "Cargo.toml".to_owned(),
            folder => format!("{folder}/Cargo.toml"),
        };
        files.get(path.as_str()).is_none_or(|text| {
            text.contains("[[bin]]") || text.contains("cdylib") || !text.contains("[lib]")
        })
    });
    members.map(|member| member.name.as_str()).collect()
}

/// `incremental` for packages that never are.
fn incremental(
    doc: &Doc<'_>,
    leaf: &Leaf,
    known: &Known<'_>,
    star_is_far: bool,
) -> Option<Finding> {
    let [table, _, over, spec, key] = leaf.path.segments() else {
        return None;
    };
    if table != "profile" || over != "package" || key != "incremental" || spec.contains("://") {
        return None;
    }
    let of_name = || known.of_name(named(spec).0).iter();
    let mut meant = of_name().filter(|one| is_named(spec, &one.name, &one.version));
    let is_far = match spec.as_str() {
        "*" => star_is_far,
        spec if known.members.contains(named(spec).0) => false,
        _ => meant.clone().next().is_some() && meant.all(|one| !one.local),
    };
    if !is_far || !is_ours(doc) {
        return None;
    }
    let message = format!("`incremental` has no effect on `{spec}`");
    let path = leaf.path.clone();
    Some(
        Finding::new(&INCREMENTAL_OF_DEPENDENCY, message)
            .at(doc, leaf.key_span.clone(), "never compiled incrementally")
            .edit(doc, Edit::Remove { path }),
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check_family, files};
    use crate::lint::{Subject, run};

    /// What this family says.
    fn check(fixture: &str, expected: &[&str]) {
        check_family(&super::FAMILY, fixture, expected);
    }

    fn help(fixture: &str) -> Vec<String> {
        let files = files(fixture);
        let findings = run(&Subject::new(&files, None));
        let ours = findings
            .into_iter()
            .filter(|finding| super::FAMILY.lints.contains(&finding.lint));
        let helps = ours.map(|finding| finding.diagnostic.help);
        helps.flatten().collect()
    }

    #[test]
    fn a_package_is_known_by_name_version_or_url() {
        check(
            "members: app\nlocked: serde@1.0.200 syn@2.0.1\n//- Cargo.toml\n[profile.dev.package]\nserde = { opt-level = 1 }\n\"syn:2\".opt-level = 1\napp.opt-level = 1\n\"https://github.com/rust-lang/crates.io-index#serde@1\".debug = 1\n\"*\".debug = 1\n",
            &[],
        );
        check(
            "//- Cargo.toml\n[profile.dev.package.nowhere]\nopt-level = 1\n",
            &[],
        );
        check(
            "members: app\n//- Cargo.toml\n//- /home/config.toml\n[profile.dev.package.nowhere]\nopt-level = 1\n",
            &[],
        );
    }

    #[test]
    fn an_unknown_package_is_told_from_a_slip_a_version_and_another_name() {
        let fixture = "members: app\nlocked: serde_json@1.0.200 syn@2.0.1\n//- Cargo.toml\n[dependencies]\njson = { package = \"serde_json\", version = \"1\" }\n[profile.dev.package]\nserde-json.opt-level = 1\n\"syn@1\" = { debug = 1, opt-level = 1 }\njson.opt-level = 1\nnowhere.opt-level = 1\n";
        check(
            fixture,
            &[
                "unknown_package: there is no package `serde-json` in the workspace or its `Cargo.lock`",
                "unknown_package: no version of `syn` in `Cargo.lock` matches `syn@1`",
                "unknown_package: there is no package `json` in the workspace or its `Cargo.lock`",
                "unknown_package: there is no package `nowhere` in the workspace or its `Cargo.lock`",
            ],
        );
        assert_eq!(
            help(fixture),
            [
                "did you mean `serde_json`?",
                "it has `syn` 2.0.1",
                "write `serde_json`: that is the package of the dependency `json`",
                "remove the override, or name the package as `Cargo.lock` does",
            ]
        );
    }

    #[test]
    fn what_stands_nested_is_told_once() {
        check(
            "members: app\n//- Cargo.toml\n[profile.dev.build-override]\npackage = { x = { debug = 1, opt-level = 1 } }\n[profile.dev.package.app]\ninherits = \"release\"\n",
            &[
                "not_in_override: `package` cannot be set for single packages",
                "not_in_override: `inherits` cannot be set for single packages",
            ],
        );
    }

    #[test]
    fn overrides_overlap_only_on_a_locked_package() {
        let both = "[profile.dev.package.syn]\nopt-level = 1\n[profile.ci]\ninherits = \"dev\"\n[profile.ci.package.\"syn@2\"]\nopt-level = 1\n[profile.cd]\ninherits = \"ci\"\n";
        check(
            &format!("locked: syn@2.0.1\n//- Cargo.toml\n{both}"),
            &["overlapping_overrides: `syn@2` and `syn` of profile `ci` match one package"],
        );
        check(&format!("//- Cargo.toml\n{both}"), &[]);
    }

    #[test]
    fn strip_is_lost_on_programs_alone() {
        let profiles = "[profile.release]\nstrip = \"symbols\"\n[profile.release.package.tool]\nopt-level = 2\n[profile.release.build-override]\nopt-level = 2\n";
        check(
            &format!(
                "members: tool\n//- Cargo.toml\n{profiles}//- tool/Cargo.toml\n[lib]\nname = \"tool\"\n"
            ),
            &[],
        );
        check(
            &format!(
                "members: tool\n//- Cargo.toml\n{profiles}[profile.dist]\ninherits = \"release\"\nstrip = \"none\"\n"
            ),
            &["override_resets_strip: the override of `tool` resets `strip` of profile `release`"],
        );
        // Cargo strips the debug information of the standard library by itself.
        check(
            "members: tool\n//- Cargo.toml\n[profile.release]\nstrip = \"debuginfo\"\n[profile.release.package.tool]\nopt-level = 2\n",
            &[],
        );
    }

    #[test]
    fn a_build_override_may_agree_or_stand_alone() {
        check(
            "locked: syn@2.0.1\n//- Cargo.toml\n[profile.dev.build-override]\nopt-level = 3\ndebug = true\n[profile.dev.package.\"*\"]\nopt-level = 3\ndebug = \"full\"\n",
            &[],
        );
        check(
            "members: app\n//- Cargo.toml\n[profile.dev.build-override]\nopt-level = 3\n[profile.dev.package.\"*\"]\nopt-level = 1\n",
            &[],
        );
        check(
            "locked: syn@2.0.1\n//- Cargo.toml\n[profile.dev.build-override]\nopt-level = 0\n[profile.ci]\ninherits = \"dev\"\n[profile.ci.package.\"*\"]\nopt-level = 1\n",
            &[
                "build_override_beaten: `opt-level = 0` for build scripts and macros, `opt-level = 1` for all that are no members",
            ],
        );
    }
}
