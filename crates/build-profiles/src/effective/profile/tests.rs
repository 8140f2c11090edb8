//! Layers, overrides, inherits, and what Cargo stops at.

use super::*;

fn profiles(manifest: &str, config: &str, variables: &[(&str, &str)]) -> Profiles {
    let file = |file: &str, text: &str| ChainFile {
        file: file.to_owned(),
        text: text.to_owned(),
        ..ChainFile::default()
    };
    let variables = variables.iter();
    let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let configs = [file("config.toml", config)];
    let (config, _) = Config::of(&configs);
    let manifest = file("Cargo.toml", manifest);
    Profiles::of(Some(&manifest), &config, &variables.collect(), &["dev"])
}

fn held(profiles: &Profiles, profile: &str, unit: &Unit<'_>, key: &str) -> String {
    let unit = profiles.unit(profile, unit).expect("there is the profile");
    let held = &unit[key];
    let place = held.word.as_ref().map_or("", |word| word.place.as_str());
    format!("{} {:?} {place}", held.value, held.step)
}

const MANIFEST: &str = "\
[profile.dev]
opt-level = 1
strip = true
[profile.dev.package.serde]
debug = 0
[profile.dev.package.\"*\"]
opt-level = 2
[profile.dev.build-override]
opt-level = 3
[profile.fast]
inherits = \"dev\"
lto = \"thin\"
";

#[test]
fn overrides_stand_before_the_profile() {
    let profiles = profiles(MANIFEST, "", &[]);
    let member = Unit::of_a_member();
    let check = |unit: &Unit<'_>, key, expected| {
        assert_eq!(held(&profiles, "dev", unit, key), expected, "{key}");
    };
    check(&member, "opt-level", "1 Profile(\"dev\") Cargo.toml:2");
    let serde = Unit {
        name: Some("serde"),
        ..Unit::default()
    };
    check(&serde, "opt-level", "2 Star(\"dev\") Cargo.toml:7");
    check(
        &serde,
        "debug",
        "none Package(\"serde\", \"dev\") Cargo.toml:5",
    );
    check(&serde, "strip", "none Reset(Package(\"serde\", \"\")) ");
    check(&serde, "incremental", "false NotLocal ");
    let script = Unit {
        for_the_build: true,
        ..member
    };
    check(
        &script,
        "opt-level",
        "3 BuildOverride(\"dev\") Cargo.toml:9",
    );
    check(&script, "codegen-units", "default ForTheBuild ");
    check(&script, "panic", "unwind Unwinds ");
}

#[test]
fn layers_are_laid_over_one_another_and_over_what_is_inherited() {
    let config = "[profile.dev]\nopt-level = 2\n[profile.fast.package.a]\nopt-level = 1\n[build]\nincremental = false";
    let profiles = profiles(
        MANIFEST,
        config,
        &[
            ("CARGO_PROFILE_FAST_PACKAGE_a_OPT_LEVEL", "3"),
            ("CARGO_PROFILE_DEV_DEBUG", "1"),
        ],
    );
    let member = Unit::of_a_member();
    let check = |unit: &Unit<'_>, key, expected| {
        assert_eq!(held(&profiles, "fast", unit, key), expected, "{key}");
    };
    check(&member, "opt-level", "2 Profile(\"dev\") config.toml:2");
    check(&member, "lto", "thin Profile(\"fast\") Cargo.toml:12");
    check(
        &member,
        "debug",
        "limited Profile(\"dev\") CARGO_PROFILE_DEV_DEBUG in the environment",
    );
    check(&member, "incremental", "false Global config.toml:6");
    let a = Unit {
        name: Some("a"),
        ..member
    };
    let package =
        "3 Package(\"a\", \"fast\") CARGO_PROFILE_FAST_PACKAGE_a_OPT_LEVEL in the environment";
    check(&a, "opt-level", package);
}

#[test]
fn an_override_resets_only_what_is_there() {
    let profiles = profiles("[profile.dev.package.a]", "", &[]);
    let a = Unit {
        name: Some("a"),
        ..Unit::of_a_member()
    };
    assert_eq!(
        held(&profiles, "dev", &a, "strip"),
        "none Default(\"dev\") "
    );
}

#[test]
fn what_cargo_stops_at() {
    let check = |manifest: &str, variables: &[(&str, &str)], expected: &[&str]| {
        assert_eq!(profiles(manifest, "", variables).stops(), expected);
    };
    check(
        "[profile.a]\ninherits = \"b\"\n[profile.b]\ninherits = \"a\"",
        &[],
        &[
            "profile `b` inherits `a`, which inherits it",
            "profile `a` inherits `b`, which inherits it",
        ],
    );
    check(
        "[profile.dev]\ndebug = 3\n[profile.dev.package.a]\nlto = true",
        &[],
        &[
            "`profile.dev.debug` does not take 3",
            "`profile.dev`: `lto` may not stand in an override",
        ],
    );
    check(
        "",
        &[("CARGO_PROFILE_RELEASE_LTO_OPT_LEVEL", "3")],
        &[
            "a variable that begins with `CARGO_PROFILE_RELEASE_LTO_` is read as a key of `profile.release.lto`",
        ],
    );
}
