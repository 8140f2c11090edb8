//! Laws that hold for every policy and every document: after a plan is written nothing is left to plan, one key changes
//! one line, and a line that the policy does not name stays byte for byte.

mod fixture;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use build_profiles::diagnostic::{FilePath, Level};
use build_profiles::eject::{Belongings, Package};
use build_profiles::facts::{Locked, Member, Workspace};
use build_profiles::plan::OnUndeclared;
use fixture::{POLICY, decide, ejected, said, written};
use proptest::prelude::*;
use semver::Version;

/// A key of a profile with a value that Cargo takes, as TOML.
fn setting() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("opt-level", "0"),
        ("opt-level", "3"),
        ("opt-level", "\"s\""),
        ("debug", "true"),
        ("debug", "\"line-tables-only\""),
        ("debug", "0"),
        ("debug-assertions", "false"),
        ("overflow-checks", "true"),
        ("incremental", "false"),
        ("codegen-units", "16"),
        ("codegen-units", "256"),
    ])
}

fn settings() -> impl Strategy<Value = BTreeMap<&'static str, &'static str>> {
    prop::collection::vec(setting(), 1..5).prop_map(|settings| settings.into_iter().collect())
}

#[derive(Clone, Debug)]
struct Generated {
    profiles: BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>,
    packages: BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>,
    flags: Vec<&'static str>,
    targets: BTreeMap<&'static str, &'static str>,
    environment: bool,
    machine: bool,
    nextest: bool,
}

fn generated() -> impl Strategy<Value = Generated> {
    let profile = prop::sample::select(vec!["dev", "release", "test", "bench", "fast"]);
    let package = prop::sample::select(vec!["*", "app", "serde", "serde_json", "@codecs"]);
    let flags = prop::sample::subsequence(
        vec!["--cfg=tokio_unstable", "-Cforce-frame-pointers=yes"],
        0..=2,
    );
    let target = prop::sample::select(vec![
        "@musl",
        "@windows",
        "aarch64-unknown-linux-musl",
        "x86_64-apple-darwin",
    ]);
    let of_target = prop::sample::select(vec![
        "-Ctarget-feature=+crt-static",
        "-Crelocation-model=static",
    ]);
    (
        prop::collection::btree_map(profile, settings(), 1..4),
        prop::collection::btree_map(package, settings(), 0..4),
        flags,
        prop::collection::btree_map(target, of_target, 0..3),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(profiles, packages, flags, targets, environment, machine, nextest)| Generated {
                profiles,
                packages,
                flags,
                targets,
                environment,
                machine,
                nextest,
            },
        )
}

/// The sets of targets that a generated policy has.
const SETS: [(&str, [&str; 2]); 2] = [
    (
        "@musl",
        ["x86_64-unknown-linux-musl", "cfg(target_os = \"wasi\")"],
    ),
    (
        "@windows",
        ["x86_64-pc-windows-msvc", "i686-pc-windows-msvc"],
    ),
];

impl Generated {
    /// Its tables of targets, and the sets that they are for.
    fn targets(&self) -> String {
        let mut text = String::new();
        let used = SETS
            .iter()
            .filter(|(name, _)| self.targets.contains_key(name));
        for (name, targets) in used {
            let name = name.trim_start_matches('@');
            let _ = write!(text, "\ntargets.{name} = {targets:?}\n");
        }
        for (target, flag) in &self.targets {
            let _ = write!(text, "\ntarget.{target:?}.rustflags = [\"{flag}\"]\n");
        }
        text
    }

    /// The same policy with a table for each target of a set, in its place.
    fn without_sets(&self) -> String {
        let mut text = self.policy();
        for (name, targets) in SETS {
            let table = |name: &str| format!("target.{name:?}.rustflags = ");
            let Some(at) = text.find(&table(name)) else {
                continue;
            };
            let end = at + text[at..].find('\n').expect("each table ends its line");
            let value = text[at + table(name).len()..end].to_owned();
            let tables = targets.map(|target| format!("{}{value}", table(target)));
            text.replace_range(at..end, &tables.join("\n"));
            let set = format!("targets.{} = {targets:?}", name.trim_start_matches('@'));
            text = text.replace(&set, "");
        }
        text
    }

    fn policy(&self) -> String {
        let mut text = "schema = 1\ntoolchain = \"1.94\"\n\npackages.codecs = [\"crates/codec-*\", \"zstd*\"]\n".to_owned();
        text.push_str(&self.targets());
        for (name, settings) in &self.profiles {
            let _ = write!(text, "\n[profile.{name}]\n");
            if *name == "fast" {
                text.push_str("inherits = \"dev\"\n");
            }
            for (key, value) in settings {
                let _ = writeln!(text, "{key} = {value}");
            }
        }
        let first = self
            .profiles
            .keys()
            .next()
            .expect("at least one profile is generated");
        if !self.packages.is_empty() {
            let _ = write!(text, "\n[profile.{first}.package]\n");
            for (package, settings) in &self.packages {
                let settings: Vec<String> = settings
                    .iter()
                    .map(|(key, value)| format!("{key} = {value}"))
                    .collect();
                let _ = writeln!(text, "\"{package}\" = {{ {} }}", settings.join(", "));
            }
        }
        if !self.flags.is_empty() {
            let _ = write!(text, "\n[build]\nrustflags = {:?}\n", self.flags);
        }
        if self.environment {
            text.push_str("\n[environment.ci.profile.dev]\ndebug = false\n");
        }
        if self.nextest {
            text.push_str("\n[test]\nrunner = \"nextest\"\n\n[test.nextest]\nnextest-version = \"0.9.131\"\nprofile.ci = { retries = 2, slow-timeout = { period = \"60s\", terminate-after = 2 } }\n");
        }
        if self.machine {
            text.push_str("\n[linker]\nlinux-gnu = [\"mold\", \"default\"]\n");
        }
        text
    }
}

/// Lines that are nobody's business, around which the plan has to write.
fn noise() -> impl Strategy<Value = (String, String, &'static str)> {
    let manifest = prop::sample::select(vec![
        "",
        "# licence\n\n[workspace]\nmembers = [\"a\"] # all\n\n[workspace.lints.rust]\nx = \"warn\"\n",
        "[workspace]\n\n[workspace.dependencies]\nserde = \"1\"\n# the end",
        "[workspace]\nresolver = \"3\"\n\n\n# dangling\n\n[patch.crates-io]\n",
    ]);
    let config = prop::sample::select(vec![
        "",
        "# ours\n[alias]\nx = \"run\" # alias\n",
        "[env]\nFOO = \"1\"\n\n[net]\nretry = 3\n# must be the last line",
        "net.retry = 2\n\n[target.wasm32-unknown-unknown]\nrunner = \"x\"\n",
        "[target.i686-pc-windows-msvc] # old\nrunner = \"wine\"\n",
    ]);
    let newline = prop::sample::select(vec!["\n", "\r\n"]);
    (manifest, config, newline).prop_map(|(manifest, config, newline)| {
        (
            manifest.replace('\n', newline),
            config.replace('\n', newline),
            newline,
        )
    })
}

fn workspace(policy: String, manifest: &str, config: &str) -> Workspace {
    let member = |name: &str| Member {
        name: name.to_owned(),
        path: format!("crates/{name}"),
        rust_version: None,
    };
    let locked = |name: &str| Locked {
        name: name.to_owned(),
        version: Version::new(1, 0, 0),
    };
    let mut files = BTreeMap::from([
        (FilePath::new(POLICY), policy),
        (FilePath::new("Cargo.toml"), manifest.to_owned()),
    ]);
    if !config.is_empty() {
        files.insert(FilePath::new(".cargo/config.toml"), config.to_owned());
    }
    Workspace {
        members: vec![member("app"), member("codec-a")],
        locked: Some(
            ["app", "codec-a", "serde", "serde_json", "zstd-sys"]
                .map(locked)
                .into(),
        ),
        files,
        in_git: true,
        ..Workspace::default()
    }
}

/// Every line of `before` is still there, in its order.
fn keeps_lines(before: &str, after: &str) -> Result<(), String> {
    let mut lines = after.split_inclusive('\n');
    for line in before.split_inclusive('\n') {
        let same = |other: &str| other == line || other.trim_end_matches(['\r', '\n']) == line;
        if !lines.any(same) {
            return Err(format!("lost {line:?} in {after:?}"));
        }
    }
    Ok(())
}

/// A workspace that mounts the tool, and the package that does.
fn mounted(
    policy: String,
    (manifest, config, newline): (&str, &str, &str),
) -> (Workspace, Belongings) {
    let lines = |text: &str| text.replace('\n', newline);
    let manifest = manifest.replace("members = [\"a\"]", "members = [\"a\", \"xtask\"]")
        + &lines("\n\n[profile.xtask]\ninherits = \"release\"\nopt-level = 0\n");
    let alias = lines("xtask = \"run --profile=xtask --package xtask --\"\n");
    let header = lines("[alias]\n");
    let config = match config.contains(&header) {
        true => config.replace(&header, &format!("{header}{alias}")),
        false => format!("{config}{newline}{header}{alias}"),
    };
    let policy = policy + "\n[unmanaged]\nprofile.xtask = \"starts the tool\"\n";
    let mut workspace = workspace(policy, &manifest, &config);
    let text = |text: &str| text.to_owned();
    let package = Package {
        name: text("xtask"),
        folder: text("xtask"),
        manifest: text(
            "[package]\nname = \"xtask\"\n\n[dependencies]\nbuild-profiles-xtask = \"0.1\"\n",
        ),
        files: BTreeMap::from([(
            FilePath::new("xtask/src/main.rs"),
            Some(text(
                "fn main() -> std::process::ExitCode {\n    build_profiles_xtask::main()\n}\n",
            )),
        )]),
    };
    workspace.members.push(Member {
        name: text("xtask"),
        path: text("xtask"),
        rust_version: None,
    });
    let belongings = Belongings {
        packages: vec![package],
        ..Belongings::default()
    };
    (workspace, belongings)
}

proptest! {
    /// What Cargo makes of the files is the same before and after, with each environment's file in the machine's place
    /// and without any; nothing of the tool is left in them.
    #[test]
    fn ejected_files_say_the_same(generated in generated(), (manifest, config, newline) in noise()) {
        let (before, mut belongings) = mounted(generated.policy(), (&manifest, &config, newline));
        let configured = written(&before, &decide(&before, OnUndeclared::Refuse).plan);
        prop_assert_eq!(decide(&configured, OnUndeclared::Refuse).plan.drift, vec![]);
        let (after, findings) = ejected(&configured, &mut belongings);
        prop_assert!(findings.iter().all(|one| one.level < Level::Deny), "{:#?}", findings);
        prop_assert_eq!(said(&configured, None), said(&after, None));
        for (file, text) in &configured.files {
            if file.as_str().contains("/env/") {
                let now = after.files.get(file).map(String::as_str);
                prop_assert!(now.is_some(), "{} is gone", file);
                prop_assert_eq!(said(&configured, Some(text)), said(&after, now));
            }
        }
        prop_assert!(!after.files.contains_key(&FilePath::new(POLICY)));
        for (file, text) in &after.files {
            prop_assert!(!text.contains("xtask") && !text.contains("build-profiles"), "{}: {}", file, text);
            prop_assert!(newline == "\n" || !configured.files[file].contains("\r\n") || text.contains("\r\n"));
        }
        let is_read = after.files.get(&FilePath::new(".cargo/config.toml")).is_some_and(|text| text.contains("machine.toml"));
        prop_assert_eq!(is_read, generated.environment);
    }

    #[test]
    fn twice_is_once(generated in generated(), (manifest, config, _) in noise()) {
        let before = workspace(generated.policy(), &manifest, &config);
        let first = decide(&before, OnUndeclared::Refuse);
        prop_assert!(first.diagnostics.iter().all(|finding| finding.level < Level::Deny), "{:#?}", first.diagnostics);
        prop_assert!(!first.plan.changes.is_empty());
        let after = written(&before, &first.plan);
        let second = decide(&after, OnUndeclared::Refuse);
        prop_assert_eq!(&second.plan.changes, &vec![]);
        prop_assert_eq!(&second.plan.drift, &vec![]);
    }

    #[test]
    fn a_set_of_targets_is_its_targets(generated in generated(), (manifest, config, _) in noise()) {
        let with = decide(&workspace(generated.policy(), &manifest, &config), OnUndeclared::Refuse);
        let without = generated.without_sets();
        let without = decide(&workspace(without, &manifest, &config), OnUndeclared::Refuse);
        prop_assert!(without.diagnostics.iter().all(|finding| finding.level < Level::Deny), "{:#?}", without.diagnostics);
        prop_assert_eq!(with.plan.changes, without.plan.changes);
    }

    #[test]
    fn what_the_policy_does_not_name_stays(generated in generated(), (manifest, config, newline) in noise()) {
        let before = workspace(generated.policy(), &manifest, &config);
        let after = written(&before, &decide(&before, OnUndeclared::Refuse).plan);
        for (file, text) in &before.files {
            prop_assert_eq!(keeps_lines(text, &after.files[file]), Ok(()));
            if newline == "\r\n" && text.contains("\r\n") {
                let bare = after.files[file].replace("\r\n", "");
                prop_assert!(!bare.contains('\n'), "a bare newline in {:?}", after.files[file]);
            }
        }
    }

    #[test]
    fn one_key_changes_one_line(generated in generated(), (manifest, config, _) in noise()) {
        let before = workspace(generated.policy(), &manifest, &config);
        let clean = written(&before, &decide(&before, OnUndeclared::Refuse).plan);
        let (profile, settings) = generated.profiles.iter().next().expect("at least one");
        let (key, _) = settings.iter().next().expect("at least one");
        let mut changed = generated.clone();
        let value = match *key { "opt-level" => "2", "debug" => "1", "codegen-units" => "7", _ => "true" };
        changed.profiles.get_mut(profile).expect("just seen").insert(*key, value);
        let mut next = clean.clone();
        next.files.insert(FilePath::new(POLICY), changed.policy());
        let plan = decide(&next, OnUndeclared::Refuse).plan;
        for change in &plan.changes {
            prop_assert_eq!(change.path.as_str(), "Cargo.toml");
            let (one, other) = (change.before.clone().unwrap_or_default(), change.after.clone().unwrap_or_default());
            let differing = one.lines().zip(other.lines()).filter(|(one, other)| one != other).count();
            prop_assert_eq!(one.lines().count(), other.lines().count());
            prop_assert_eq!(differing, 1);
        }
        prop_assert!(plan.changes.len() <= 1);
        prop_assert_eq!(plan.drift.len(), plan.changes.len());
    }

    #[test]
    fn adopted_is_clean(generated in generated(), (manifest, config, _) in noise()) {
        let before = workspace(generated.policy(), &manifest, &config);
        let mut after = written(&before, &decide(&before, OnUndeclared::Refuse).plan);
        let policy = FilePath::new(POLICY);
        let text = "schema = 1\ntoolchain = \"1.94\"\nstrict = true\n".to_owned();
        // What an environment's file says can't come into the base.
        after.files.retain(|file, _| !file.as_str().starts_with(".cargo/env/"));
        after.files.insert(policy.clone(), text.clone());
        let undeclared = decide(&after, OnUndeclared::Refuse).plan.undeclared;
        let adopted = build_profiles::adopt::adopt(&policy, &text, &after, &undeclared);
        let adopted = adopted.map_err(|findings| TestCaseError::fail(format!("{findings:#?}")))?;
        after.files.insert(policy, adopted);
        let clean = decide(&after, OnUndeclared::Refuse);
        prop_assert_eq!(clean.plan.changes, vec![]);
        prop_assert_eq!(clean.plan.undeclared, vec![]);
    }
}
