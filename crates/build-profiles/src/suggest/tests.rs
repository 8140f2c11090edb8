//! Each suggestion with what speaks for it, and without.

use super::{
    Ask, Ci, Facts, Folder, Packages, Programs, Said, Suggestion, into_policy, suggestions,
};
use crate::diagnostic::FilePath;
use crate::evidence::{Role, Unit};
use crate::facts::Workspace;
use crate::lint::{File, Role as FileRole};
use semver::Version;

const FLOOR: &str = "schema = 1\ntoolchain = \"1.94\"\n";

fn units(count: usize, role: Role, local: bool) -> Vec<Unit> {
    let profile = [("debug", "full"), ("opt-level", "0"), ("lto", "false")];
    let unit = Unit {
        package: "one".to_owned(),
        version: "1.0.0".to_owned(),
        crate_name: "one".to_owned(),
        role,
        member: local,
        local,
        for_the_build: false,
        profile: profile
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    };
    vec![unit; count]
}

/// A workspace that is large in every respect, on a bare machine.
fn large() -> Facts {
    Facts {
        units: Some(
            [
                units(300, Role::Library, false),
                units(100, Role::Test, true),
            ]
            .concat(),
        ),
        triple: "x86_64-unknown-linux-gnu".to_owned(),
        rustc: Some(Version::new(1, 95, 0)),
        ..Facts::default()
    }
}

fn with(change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = large();
    change(&mut facts);
    facts
}

fn installed(names: &[&str]) -> Facts {
    with(|facts| facts.tools = names.iter().map(|name| (*name).to_owned()).collect())
}

fn found(policy: &str, facts: &Facts) -> Vec<Suggestion> {
    let file = FilePath::new("build-profiles.toml");
    let workspace = Workspace::default();
    suggestions(&Ask {
        file: &file,
        text: &format!("{FLOOR}{policy}"),
        workspace: &workspace,
        facts,
    })
}

/// The suggestion for this key, as `path = value` with its reason.
fn of(path: &str, policy: &str, facts: &Facts) -> Option<(String, String)> {
    let all = found(policy, facts);
    let one = all.into_iter().find(|one| {
        let mut paths = one.settings.iter().map(|(path, _)| path.to_string());
        paths.any(|one| one == path)
    })?;
    let settings: Vec<_> = (one.settings.iter())
        .map(|(path, value)| format!("{path} = {value}"))
        .collect();
    assert!(!one.price.trim().is_empty());
    Some((settings.join("\n"), one.reason))
}

#[track_caller]
fn on(path: &str, policy: &str, facts: &Facts, settings: &str, reason: &str) {
    let (found, why) = of(path, policy, facts).expect("is suggested");
    assert_eq!(found, settings);
    assert_eq!(why, reason);
}

#[track_caller]
fn off(path: &str, policy: &str, facts: &Facts) {
    assert_eq!(of(path, policy, facts), None);
}

#[test]
fn line_tables_where_debug_information_is_full_and_nobody_wants_it() {
    let path = "profile.dev.debug";
    on(
        path,
        "",
        &large(),
        "profile.dev.debug = \"line-tables-only\"",
        "400 of 400 compilations of a test build have full debug information, and 100 programs that have it in them are linked.",
    );
    let seen = with(|facts| {
        facts.target.push(Folder {
            name: "debug".to_owned(),
            bytes: 14_250_000_000,
            is_whole: true,
        });
        facts
            .ci
            .said
            .push(said("ci.yml", "CARGO_PROFILE_DEV_DEBUG", "0"));
    });
    let (_, reason) = of(path, "", &seen).expect("is suggested");
    assert!(
        reason.ends_with("`target/debug` takes 14.2 GB here. CI does without it already (`CARGO_PROFILE_DEV_DEBUG: 0` in `ci.yml`)."),
        "{reason}"
    );
    off(path, "[profile.dev]\ndebug = 1\n", &large());
    off(path, "[profile.dev]\ntradeoff = \"debugging\"\n", &large());
    off(path, "[unmanaged]\nprofile.dev = \"ours\"\n", &large());
    // The test build that was counted would stay as it is.
    off(path, "[profile.test]\ndebug = true\n", &large());
    assert!(of(path, "[profile.test]\nopt-level = 1\n", &large()).is_some());
    let small = with(|facts| facts.units = Some(units(99, Role::Library, false)));
    off(path, "", &small);
    let lean = with(|facts| {
        for unit in facts.units.iter_mut().flatten() {
            unit.profile.insert("debug".to_owned(), "none".to_owned());
        }
    });
    off(path, "", &lean);
}

#[test]
fn without_a_graph_the_lock_file_speaks() {
    let facts = with(|facts| {
        facts.units = None;
        facts.packages = Some(Packages {
            all: 450,
            third_party: 412,
        });
        facts.programs = Programs { all: 31, tests: 20 };
    });
    on(
        "profile.dev.package.\"*\".debug",
        "",
        &facts,
        "profile.dev.package.\"*\".debug = false",
        "412 of 450 packages of `Cargo.lock` are third-party, and each of 31 programs is linked with what it uses of them.",
    );
    let all = "profile.dev.debug";
    assert!(of(all, "", &facts).is_some());
    // Nobody knows then how many packages have what.
    let none = "[profile.dev.package.\"*\"]\ndebug = false\n";
    off(all, none, &facts);
    assert!(of(all, none, &large()).is_some());
    let nothing = with(|facts| facts.units = None);
    assert_eq!(found("", &nothing), []);
}

#[test]
fn no_debug_information_of_dependencies_where_many_programs_carry_it() {
    let path = "profile.dev.package.\"*\".debug";
    on(
        path,
        "",
        &large(),
        "profile.dev.package.\"*\".debug = false",
        "300 of 400 compilations of a test build are third-party with full debug information, and each of 100 programs is linked with what it uses of them.",
    );
    off(path, "[profile.dev]\ndebug = true\n", &large());
    off(path, "[profile.dev.package.\"*\"]\ndebug = 1\n", &large());
    let one_program = with(|facts| {
        facts.units = Some([units(300, Role::Library, false), units(1, Role::Test, true)].concat());
    });
    off(path, "", &one_program);
    let ours = with(|facts| facts.units = Some(units(300, Role::Test, true)));
    off(path, "", &ours);
}

#[test]
fn no_thin_local_lto_where_a_profile_like_dev_optimises() {
    let path = "profile.test.lto";
    let optimised = with(|facts| {
        for unit in facts.units.iter_mut().flatten() {
            unit.profile.insert("opt-level".to_owned(), "1".to_owned());
        }
    });
    on(
        path,
        "[profile.test]\nopt-level = 1\n",
        &optimised,
        "profile.test.lto = \"off\"",
        "`opt-level = 1` in `test`: 400 of 400 compilations of a test build are optimised, and without a word on `lto` that comes with thin LTO between the codegen units of each crate.",
    );
    off(
        path,
        "[profile.test]\nopt-level = 1\nlto = \"thin\"\n",
        &optimised,
    );
    off(
        path,
        "[profile.test]\nopt-level = 1\ncodegen-units = 1\n",
        &optimised,
    );
    off(path, "[profile.test]\nopt-level = 0\n", &large());
    // What the graph does not see, since a test build is of another profile.
    let fast = "[profile.fast]\ninherits = \"dev\"\nopt-level = 2\n";
    assert!(of("profile.fast.lto", fast, &large()).is_some());
    off(
        "profile.fast.lto",
        &fast.replace("\"dev\"", "\"release\""),
        &large(),
    );
    // By overrides of dev, whose own opt-level stays 0.
    let over = "[profile.dev.package.\"*\"]\nopt-level = 3\n";
    assert!(of("profile.dev.lto", over, &optimised).is_some());
    off("profile.dev.lto", over, &large());
}

#[test]
fn split_debug_information_where_all_of_it_is_wanted() {
    let path = "profile.dev.split-debuginfo";
    let wanted = "[profile.dev]\ndebug = true\n";
    assert!(of(path, wanted, &large()).is_some());
    off(path, "", &large());
    off(path, wanted, &installed(&["sccache"]));
    off(
        path,
        wanted,
        &with(|facts| facts.triple = "aarch64-apple-darwin".to_owned()),
    );
}

#[test]
fn a_linker_that_is_installed_where_it_has_much_to_link() {
    let path = "linker.linux-gnu";
    let (settings, reason) = of(path, "", &installed(&["mold", "wild"])).expect("is suggested");
    assert_eq!(
        settings,
        "linker.linux-gnu = [\"wild\", \"mold\", \"default\"]"
    );
    assert!(
        reason.starts_with("100 link steps in a test build; installed here: wild, mold."),
        "{reason}"
    );
    assert!(reason.contains("its own LLD here since 1.90"), "{reason}");
    off(path, "", &large());
    // From LLD to LLD, unless rustc does not link with it by itself.
    off(path, "", &installed(&["ld.lld"]));
    let mut old = installed(&["ld.lld"]);
    old.rustc = Some(Version::new(1, 89, 0));
    assert!(of(path, "", &old).is_some());
    off(
        path,
        "[linker]\nlinux-gnu = [\"default\"]\n",
        &installed(&["mold"]),
    );
    let by_flags = "[target.'cfg(all())']\nrustflags = [\"-Clink-arg=-fuse-ld=lld\"]\n";
    off(path, by_flags, &installed(&["mold"]));
    let mut few = installed(&["mold"]);
    few.units = Some(units(99, Role::Test, true));
    off(path, "", &few);
}

#[test]
fn a_cache_where_third_party_libraries_are_many() {
    let path = "cache.tool";
    let (settings, _) = of(path, "", &installed(&["sccache"])).expect("is suggested");
    assert_eq!(
        settings,
        "cache.tool = \"sccache\"\ncache.scope = \"dependencies\"\ncache.if-missing = \"skip\""
    );
    off(path, "", &large());
    let by_ci = with(|facts| facts.ci.sccache.push("ci.yml".to_owned()));
    assert!(of(path, "", &by_ci).is_some());
    off(
        path,
        "[build]\nrustc-wrapper = \"tools/wrap\"\n",
        &installed(&["sccache"]),
    );
    let mut few = installed(&["sccache"]);
    few.units = Some(units(149, Role::Library, false));
    off(path, "", &few);
    // No Cargo below 1.94 reads a file of the machine.
    let file = FilePath::new("build-profiles.toml");
    let old = suggestions(&Ask {
        file: &file,
        text: "schema = 1\ntoolchain = \"1.90\"\n",
        workspace: &Workspace::default(),
        facts: &installed(&["sccache", "mold"]),
    });
    let mut settings = old.iter().flat_map(|one| &one.settings);
    assert!(settings.all(|(path, _)| path.segments()[0] == "profile"));
}

#[test]
fn nextest_where_it_is_used_already_or_tests_are_many() {
    let path = "test.runner";
    let theirs = with(|facts| {
        facts.nextest_config = true;
        facts.ci.nextest.push("ci.yml".to_owned());
    });
    on(
        path,
        "",
        &theirs,
        "test.runner = \"nextest\"",
        "nextest: `.config/nextest.toml` is there and CI uses it (`ci.yml`). With this `cargo xtask test` runs the tests of 100 test programs with it, and the doctests after them.",
    );
    assert!(of(path, "", &installed(&["cargo-nextest"])).is_some());
    off(path, "", &large());
    off(path, "[test]\nrunner = \"cargo\"\n", &theirs);
    let mut few = installed(&["cargo-nextest"]);
    few.units = Some(units(19, Role::Test, true));
    off(path, "", &few);
}

fn said(file: &str, variable: &str, value: &str) -> Said {
    Said {
        file: file.to_owned(),
        variable: variable.to_owned(),
        value: Some(value.to_owned()),
    }
}

#[test]
fn an_environment_where_ci_repeats_itself() {
    let path = "environment.ci.profile.dev.debug";
    let ci = |said: Vec<Said>| {
        with(|facts| {
            facts.ci.files = 3;
            facts.ci.said = said;
        })
    };
    let debug = "CARGO_PROFILE_DEV_DEBUG";
    let twice = vec![
        said("a.yml", debug, "0"),
        said("b.yml", debug, "0"),
        said("a.yml", "CARGO_INCREMENTAL", "0"),
        said("b.yml", "CARGO_INCREMENTAL", "0"),
    ];
    on(
        path,
        "",
        &ci(twice.clone()),
        "environment.ci.build.incremental = false\nenvironment.ci.profile.dev.debug = 0",
        "CI repeats itself: `CARGO_INCREMENTAL` in 2 of its 3 files, `CARGO_PROFILE_DEV_DEBUG` in 2. Here it stands once, and `configure --check` holds it.",
    );
    off(
        path,
        "[environment.ci.profile.dev]\nstrip = true\n",
        &ci(twice.clone()),
    );
    off(
        path,
        "",
        &ci(vec![said("a.yml", debug, "0"), said("a.yml", debug, "0")]),
    );
    off(
        path,
        "",
        &ci(vec![said("a.yml", debug, "0"), said("b.yml", debug, "1")]),
    );
    off(
        "environment.ci.build.incremental",
        "",
        &ci(twice[2..].to_vec()),
    );
    // What is suggested for everybody need not be said for CI.
    let line_tables = |file| said(file, debug, "line-tables-only");
    off(
        path,
        "",
        &ci(vec![line_tables("a.yml"), line_tables("b.yml")]),
    );
    // Two files of many are not CI as a whole.
    let mut many = ci(twice);
    many.ci.files = 17;
    off(path, "", &many);
}

#[test]
fn strict_where_the_policy_has_every_profile() {
    let file = FilePath::new("build-profiles.toml");
    let strict = |policy: &str, manifest: &str| {
        let mut workspace = Workspace::default();
        let files = &mut workspace.files;
        files.insert(FilePath::new("Cargo.toml"), manifest.to_owned());
        let found = suggestions(&Ask {
            file: &file,
            text: &format!("{FLOOR}{policy}"),
            workspace: &workspace,
            facts: &Facts::default(),
        });
        found.into_iter().map(|one| one.reason).next()
    };
    let release = "[profile.release]\nlto = true\n";
    assert_eq!(
        strict(release, release).as_deref(),
        Some(
            "The policy has the one profile of `Cargo.toml`; with this, another can't come in beside it unsaid."
        )
    );
    assert_eq!(strict("", release), None);
    assert_eq!(strict(&format!("strict = true\n{release}"), release), None);
    assert_eq!(strict("", ""), None);
}

#[test]
fn files_of_ci_are_read_without_their_comments() {
    let file = |name: &str, text: &str| File {
        path: FilePath::new(name),
        text: text.to_owned(),
        role: FileRole::Workflow,
        outside: false,
        ignored: false,
    };
    let ci = Ci::of(&[
        file(
            "a.yml",
            "env:\n  CARGO_INCREMENTAL: 0\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: cargo nextest run\n",
        ),
        file("b.yml", "# cargo nextest run\n# sccache\n"),
        file(
            "c.yml",
            "with:\n  sccache: false\n  cargo-nextest: 'false' # too slow\n  other: true\n",
        ),
        file("d.yml", "with:\n  sccache: true\n"),
    ]);
    assert_eq!(ci.files, 4);
    assert_eq!(ci.nextest, ["a.yml"]);
    assert_eq!(ci.sccache, ["d.yml"]);
    assert_eq!(ci.said, [said("a.yml", "CARGO_INCREMENTAL", "0")]);
}

#[test]
fn suggestions_stand_in_their_tables_as_comments() {
    let text = format!(
        "{FLOOR}\n# Ours.\n[profile.test]\nopt-level = 1\n# Of the next.\n[profile.dev.package]\nserde = {{ opt-level = 2 }}\n"
    );
    let one = |path: &str, value: crate::value::Value| Suggestion {
        settings: vec![(crate::value::KeyPath::parse(path).expect("a path"), value)],
        reason: format!("Why {path}."),
        price: "What it costs.".to_owned(),
        gain: 0,
    };
    let suggestions = [
        one("test.runner", "nextest".into()),
        one("profile.test.lto", "off".into()),
        one("profile.dev.package.\"*\".debug", false.into()),
        one("profile.dev.package.serde.debug", false.into()),
    ];
    assert_eq!(
        into_policy(&text, &suggestions),
        r##"schema = 1
toolchain = "1.94"

## Suggestions for this workspace stand behind `##`, each above lines that are switched off. To take
## one, remove `# ` from those lines and one `#` from its words, which then are the reason.

# Ours.
[profile.test]
opt-level = 1

## Why profile.test.lto.
## Price: What it costs.
# lto = "off"

# Of the next.
[profile.dev.package]
serde = { opt-level = 2 }

## Why profile.dev.package."*".debug.
## Price: What it costs.
# "*".debug = false

## Why profile.dev.package.serde.debug.
## Price: What it costs.
## To be written by hand: `profile.dev.package.serde.debug = false`

## Why test.runner.
## Price: What it costs.
# [test]
# runner = "nextest"
"##
    );
    assert_eq!(into_policy(&text, &[]), text);
    assert_eq!(into_policy("no = [toml", &suggestions), "no = [toml");
}
