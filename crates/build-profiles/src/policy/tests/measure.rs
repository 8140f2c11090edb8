//! `[measure]` and `[budget]`: what is measured, and what that must hold.

use super::{check, policy};
use crate::measure::layer::Layer;

const WHOLE: &str = r#"schema = 1
[budget]
# The cache is what CI is built on.
hit-rate = 90
[budget.ratio]
clean-cached = 0.5
# Paid for
# by the clean builds.
"cache.edit-hub" = 2
docs = 1.0
[measure]
order = ["cache", "profiles"]
leaf = "cli"
hub = "core"
scenarios = ["docs", "clean-cached", "edit-hub"]
# What the book builds.
[measure.commands]
docs = "cargo doc  --workspace --no-deps"
# A space.
lint = ["cargo", "clippy", "--", "-A", "a b"]
"#;

#[test]
fn both_are_read_whole() {
    let policy = policy(WHOLE);
    let measure = policy.measure.expect("measure");
    assert_eq!(&WHOLE[measure.span.clone()], "measure");
    let named: Vec<_> = measure.order.iter().map(|layer| layer.value).collect();
    assert_eq!(named, [Layer::Cache, Layer::Profiles]);
    let all = [Layer::Cache, Layer::Profiles, Layer::Runner, Layer::Linker];
    assert_eq!(measure.layers(), all);
    assert_eq!(measure.leaf.expect("leaf").value, "cli");
    assert_eq!(measure.hub.expect("hub").value, "core");
    let scenarios: Vec<_> = measure.scenarios.iter().map(|s| s.value.as_str()).collect();
    assert_eq!(scenarios, ["docs", "clean-cached", "edit-hub"]);
    let commands: Vec<_> = measure
        .commands
        .iter()
        .map(|command| {
            (
                command.name.value.as_str(),
                command.words.join("|"),
                command.reason.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        commands,
        [
            (
                "docs",
                "cargo|doc|--workspace|--no-deps".to_owned(),
                Some("What the book builds.")
            ),
            (
                "lint",
                "cargo|clippy|--|-A|a b".to_owned(),
                Some("A space.")
            ),
        ]
    );
    let budget = policy.budget.expect("budget");
    let hit_rate = budget.hit_rate.as_ref().expect("a hit rate");
    assert_eq!(
        (hit_rate.value, &WHOLE[hit_rate.span.clone()]),
        (90.0, "90")
    );
    let ratios: Vec<_> = budget
        .ratios
        .iter()
        .map(|(name, most)| {
            let written = &WHOLE[name.span.clone()];
            (written, *most, budget.reason_of_ratio(&name.value))
        })
        .collect();
    assert_eq!(
        ratios,
        [
            ("clean-cached", 0.5, None),
            (
                "\"cache.edit-hub\"",
                2.0,
                Some("Paid for\nby the clean builds.")
            ),
            ("docs", 1.0, None),
        ]
    );
    assert_eq!(
        budget.reasons.get("hit-rate").map(String::as_str),
        Some("The cache is what CI is built on.")
    );
}

#[test]
fn without_an_order_the_layers_have_the_default_one() {
    let of = |text: &str| policy(text).measure.map(|measure| measure.layers());
    assert_eq!(of("schema = 1\nmeasure = {}"), Some(Layer::ALL.to_vec()));
    assert_eq!(of("schema = 1"), None);
}

#[test]
fn mistakes_in_what_is_measured() {
    check(
        r#"
[measure]
order = ["profile", "cache", "mold", "cache", 1]
scenarios = ["clean_cached", "docs", "docs", "everything", "lint"]
hubs = "core"
leaf = 1
fmt = "cargo fmt"
[measure.commands]
docs = "cargo doc"
clean = "cargo build"
"a b" = "x"
lint = []
none = "  "
blank = ["", "x"]
number = [1]
true = true
"#,
        r#"
error[unknown_layer] 2:10 there is no layer `profile` | "profile": unknown | did you mean `profiles`?
error[unknown_layer] 2:30 there is no layer `mold` | "mold": unknown | use one of `profiles`, `cache`, `runner`, `linker`
error[measured_twice] 2:38 `order` names `cache` twice | "cache": named before | remove it
error[wrong_type] 2:47 `order` takes strings only | 1: this is an integer | put it in quotes, or remove it
error[unknown_scenario] 3:14 there is no scenario `clean_cached` | "clean_cached": unknown | did you mean `clean-cached`?
error[measured_twice] 3:38 `scenarios` names `docs` twice | "docs": named before | remove it
error[unknown_scenario] 3:46 there is no scenario `everything` | "everything": unknown | use one of `clean`, `clean-cached`, `no-op`, `check`, `edit-leaf`, `edit-hub`, `test-build`, `test-run`, `docs`, `a b`, `lint`, `none`, `blank`, `number`, `true`; or say under `[measure.commands]` what it runs
error[unknown_key] 4:1 unknown key `hubs` in `[measure]` | hubs: unknown | did you mean `hub`?
error[wrong_type] 5:8 `leaf` takes a string | 1: this is an integer | write a string
error[unknown_key] 6:1 unknown key `fmt` in `[measure]` | fmt: unknown | use one of `commands`, `hub`, `leaf`, `order`, `scenarios`; a command of your own stands in `[measure.commands]`
error[invalid_name] 9:1 `clean` is a scenario that the tool has | clean: a build from nothing; a cache is empty, and filled | rename it
error[invalid_name] 10:1 `a b` cannot be the name of a scenario | "a b": letters, digits, `-` and `_` only | rename it
error[empty_command] 11:8 `lint` names no program to run | []: no program | write the program and its arguments, as `lint = "cargo doc --no-deps"`
error[empty_command] 12:8 `none` names no program to run | "  ": no program | write the program and its arguments, as `none = "cargo doc --no-deps"`
error[empty_command] 13:9 `blank` names no program to run | ["", "x"]: no program | write the program and its arguments, as `blank = "cargo doc --no-deps"`
error[wrong_type] 14:11 `number` takes strings only | 1: this is an integer | put it in quotes, or remove it
error[wrong_type] 15:8 `true` takes an array of strings | true: this is a boolean | write an array of strings
"#,
    );
    check(
        "measure = { order = [], scenarios = [], commands = \"x\" }",
        r#"
error[invalid_value] 1:21 `order` names nothing | []: empty | remove it: what is left out is as the tool has it
error[invalid_value] 1:37 `scenarios` names nothing | []: empty | remove it: what is left out is as the tool has it
error[wrong_type] 1:52 `commands` takes a table | "x": this is a string | write a table
"#,
    );
}

#[test]
fn no_shell_reads_a_command() {
    check(
        r#"
[measure.commands]
first = "cargo build && cargo test"
second = "RUSTFLAGS=-Cdebuginfo=0 cargo build"
third = "cargo build --config 'build.jobs=1'"
fourth = "cargo build;"
fine = "cargo build --config build.jobs=1 --features a,b"
also = ["sh", "-c", "cargo build && cargo test"]
"#,
        r#"
warning[shell_in_command] 2:9 no shell reads `first`: `&&` is passed on as it is | "cargo build && cargo test": split at blanks, and nothing else | write an array, as `["sh", "-c", "..."]`, or a script
warning[shell_in_command] 3:10 no shell reads `second`: `RUSTFLAGS=-Cdebuginfo=0` is passed on as it is | "RUSTFLAGS=-Cdebuginfo=0 cargo build": split at blanks, and nothing else | put `env` before it, or `["sh", "-c", "..."]` around all of it
warning[shell_in_command] 4:9 no shell reads `third`: `'build.jobs=1'` is passed on as it is | "cargo build --config 'build.jobs=1'": split at blanks, and nothing else | write an array of the words, as `third = ["...", "..."]`
warning[shell_in_command] 5:10 no shell reads `fourth`: `build;` is passed on as it is | "cargo build;": split at blanks, and nothing else | write an array, as `["sh", "-c", "..."]`, or a script
"#,
    );
}

#[test]
fn mistakes_in_a_budget() {
    check(
        r#"
[budget]
hit_rate = 90
hit-rate = 101
seconds = 30
clean-cached = 0.5
"cache.clean" = 0.5
frobnicate = 1
[budget.ratio]
clean_cached = 0.5
cache = 0.5
"cach.clean" = 0.5
"cache.cleen" = 0.5
"mold.docs" = 0.5
"clean.cache" = 0.5
check = 0
no-op = inf
edit-leaf = nan
edit-hub = -1
test-run = "half"
linker.clean = 0.9
"#,
        r#"
error[unknown_key] 2:1 unknown key `hit_rate` in `[budget]` | hit_rate: unknown | did you mean `hit-rate`?
error[invalid_value] 3:12 `hit-rate` takes a number from 0 to 100 | 101: out of range | write it in per cent, as `90`
error[unknown_key] 4:1 a budget has no `seconds` | seconds: another machine's | write a ratio, which holds on each of them: `clean-cached = 0.5` in `[budget.ratio]` is at most half of the time under Cargo's defaults
error[unknown_key] 5:1 unknown key `clean-cached` in `[budget]` | clean-cached: a ratio? | move `clean-cached` to `[budget.ratio]`
error[unknown_key] 6:1 unknown key `cache.clean` in `[budget]` | "cache.clean": a ratio? | move `cache.clean` to `[budget.ratio]`
error[unknown_key] 7:1 unknown key `frobnicate` in `[budget]` | frobnicate: unknown | use one of `hit-rate`, `ratio`
error[unknown_scenario] 9:1 there is no scenario `clean_cached` | clean_cached: unknown | did you mean `clean-cached`?
error[unknown_scenario] 10:1 `cache` is a layer, not a scenario | cache: in which scenario? | name the scenario too, as `"cache.clean-cached"`
error[unknown_layer] 11:2 there is no layer `cach` | cach: unknown | did you mean `cache`?
error[unknown_scenario] 12:8 there is no scenario `cleen` | cleen: unknown | did you mean `clean`?
error[unknown_layer] 13:2 there is no layer `mold` | mold: unknown | use one of `profiles`, `cache`, `runner`, `linker`
error[unknown_scenario] 13:7 there is no scenario `docs` | docs: unknown | use one of `clean`, `clean-cached`, `no-op`, `check`, `edit-leaf`, `edit-hub`, `test-build`, `test-run`; or say under `[measure.commands]` what it runs
error[unknown_layer] 14:2 there is no layer `clean` | clean: a scenario | write the layer first: `"cache.clean"`
error[invalid_value] 15:9 `check` takes a finite number above 0 | 0: out of range | write a ratio: `0.5` is half the time, `1.1` a tenth more
error[invalid_value] 16:9 `no-op` takes a finite number above 0 | inf: out of range | write a ratio: `0.5` is half the time, `1.1` a tenth more
error[invalid_value] 17:13 `edit-leaf` takes a finite number above 0 | nan: out of range | write a ratio: `0.5` is half the time, `1.1` a tenth more
error[invalid_value] 18:12 `edit-hub` takes a finite number above 0 | -1: out of range | write a ratio: `0.5` is half the time, `1.1` a tenth more
error[wrong_type] 19:12 `test-run` takes a number | "half": this is a string | write a number
error[wrong_type] 20:1 `linker` takes a number | linker: to TOML this is a table | put layer and scenario in quotes: `"linker.clean" = ...`
"#,
    );
    check(
        "budget.hit-rate = nan",
        "error[invalid_value] 1:19 `hit-rate` takes a number from 0 to 100 | nan: out of range | write it in per cent, as `90`",
    );
}

#[test]
fn a_step_that_no_ladder_has() {
    check(
        r#"
measure.commands.docs = "cargo doc"
[budget.ratio]
"runner.clean" = 0.9
"runner.docs" = 0.9
"cache.test-run" = 0.9
"cache.docs" = 0.9
"runner.test-run" = 0.9
"profiles.test-run" = 0.9
"#,
        r#"
warning[never_measured] 3:1 `runner` makes no difference to `clean`, so this is never measured | "runner.clean": holds nothing | remove it, or name another scenario, as `"runner.test-run"`
warning[never_measured] 4:1 `runner` makes no difference to `docs`, so this is never measured | "runner.docs": holds nothing | remove it, or name another scenario, as `"runner.test-run"`
warning[never_measured] 5:1 `cache` makes no difference to `test-run`, so this is never measured | "cache.test-run": holds nothing | remove it, or name another scenario, as `"cache.clean"`
"#,
    );
}

/// Shares and percentages are easily taken for one another.
#[test]
fn numbers_that_are_hardly_meant() {
    check(
        "budget = { hit-rate = 0.947, ratio.clean = 55 }",
        r#"
warning[unlikely_budget] 1:23 `hit-rate = 0.947` lets nearly every compilation miss the cache | 0.947: in per cent | write `94.7`
warning[unlikely_budget] 1:44 `clean = 55` allows 55 times the time | 55: a ratio, not per cent | write `0.55`
"#,
    );
    check("budget = { hit-rate = 0, ratio.edit-hub = 9.9 }", "");
}

#[test]
fn an_environment_has_neither() {
    check(
        "[environment.ci.measure]\nhub = \"core\"\n[environment.ci.budget]\nhit-rate = 90",
        r#"
error[unknown_key] 1:17 an environment has no `measure` | measure: unknown | set `measure` at the top level, for all environments
error[unknown_key] 3:17 an environment has no `budget` | budget: unknown | set `budget` at the top level, for all environments
"#,
    );
}
