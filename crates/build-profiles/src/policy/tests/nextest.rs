//! `[test.nextest]`: strict where nextest only warns.

use super::{check, policy};

#[test]
fn its_keys_are_nextests_own() {
    let policy = policy(
        r##"
schema = 1
[test]
runner = "nextest"
[test.nextest]
nextest-version = { required = "0.9.143", recommended = "0.9.143" }
profile.default.default-filter = "not test(slow)"
profile.default-miri.test-threads = 1
[test.nextest.profile.ci]
# A flaky test stops nobody.
retries = { backoff = "exponential", count = 3, delay = "1s", max-delay = "1m 30s", jitter = true }
flaky-result = "fail"
slow-timeout = { period = "60s", terminate-after = 2, grace-period = "0s", on-timeout = "fail" }
leak-timeout = { result = "fail", period = "500ms" }
fail-fast = { max-fail = 5, terminate = "immediate" }
global-timeout = "2h"
test-threads = -2
threads-required = "num-test-threads"
failure-output = "immediate-final"
success-output = "never"
status-level = "slow"
final-status-level = "skip"
[test.nextest.profile.ci.junit]
path = "junit.xml"
report-name = "ci"
store-success-output = true
store-failure-output = false
report-skipped = "ignored"
flaky-fail-status = "failure"
"##,
    );
    let nextest = policy.base.test.and_then(|test| test.nextest);
    let settings = nextest.expect("it is there").settings;
    let said: Vec<_> = settings
        .iter()
        .map(|(path, entry)| format!("{path} = {}", entry.value.value))
        .collect();
    assert_eq!(said.len(), 21, "{said:#?}");
    assert_eq!(
        said[0],
        r#"nextest-version = { required = "0.9.143", recommended = "0.9.143" }"#
    );
    // In the order of the reference, whatever that of the policy is.
    assert_eq!(
        said[6],
        r#"profile.ci.leak-timeout = { period = "500ms", result = "fail" }"#
    );
    assert_eq!(said[15], r#"profile.ci.junit.path = "junit.xml""#);
    assert_eq!(
        settings[3].1.reason.as_deref(),
        Some("A flaky test stops nobody.")
    );
}

#[test]
fn an_unknown_key_is_an_error() {
    check(
        r##"
test.runner = "nextest"
[test.nextest]
nextest-version = "0.9.131"
retries = 2
profiles = {}
experimental = ["setup-scripts"]
[test.nextest.profile]
fail-fast = false
[test.nextest.profile.ci]
retrys = 2
flaky_result = "fail"
path = "junit.xml"
overrides = []
zzz = 1
slow-timeout = { period = "60s", terminate_after = 2, zzz = 1 }
[test.nextest.profile.ci.junit]
report-skiped = "all"
"##,
        r##"
error[unknown_key] 4:1 unknown key `retries` in `[test.nextest]` | retries: unknown | move `retries` to `[test.nextest.profile.<name>]`
error[unknown_key] 5:1 unknown key `profiles` in `[test.nextest]` | profiles: unknown | did you mean `profile`?
error[not_owned] 6:1 nextest knows `experimental`, this tool does not own it | experimental: never touched | leave it in `.config/nextest.toml`
error[unknown_key] 8:1 `fail-fast` belongs to one profile of nextest | fail-fast: not in `profile` itself | write `default.fail-fast = ...`
error[unknown_key] 10:1 unknown key `retrys` in `[test.nextest.profile.<name>]` | retrys: unknown | did you mean `retries`?
error[unknown_key] 11:1 unknown key `flaky_result` in `[test.nextest.profile.<name>]` | flaky_result: unknown | did you mean `flaky-result`?
error[unknown_key] 12:1 unknown key `path` in `[test.nextest.profile.<name>]` | path: unknown | move `path` to `[test.nextest.profile.<name>.junit]`
error[not_owned] 13:1 nextest knows `overrides`, this tool does not own it | overrides: never touched | leave it in `.config/nextest.toml`
error[unknown_key] 14:1 unknown key `zzz` in `[test.nextest.profile.<name>]` | zzz: unknown | use one of `default-filter`, `fail-fast`, `failure-output`, `final-status-level`, `flaky-result`, `global-timeout`, `leak-timeout`, `retries`, `slow-timeout`, `status-level`, `success-output`, `test-threads`, `threads-required`, `junit`
error[unknown_key] 15:34 unknown key `terminate_after` in `slow-timeout` | terminate_after: unknown | did you mean `terminate-after`?
error[unknown_key] 15:55 unknown key `zzz` in `slow-timeout` | zzz: unknown | use one of `period`, `terminate-after`, `grace-period`, `on-timeout`
error[unknown_key] 17:1 unknown key `report-skiped` in `[test.nextest.profile.<name>.junit]` | report-skiped: unknown | did you mean `report-skipped`?
"##,
    );
}

#[test]
fn a_value_that_nextest_would_refuse_is_an_error() {
    check(
        r##"
test.runner = "nextest"
[test.nextest]
nextest-version = "0.9.x"
[test.nextest.profile.default]
retries = -1
slow-timeout = 60
leak-timeout = "200"
global-timeout = "soon"
fail-fast = "no"
flaky-result = "failure"
test-threads = 0
threads-required = -1
default-filter = ""
status-level = true
[test.nextest.profile.ci]
retries = "two"
test-threads = "num-cpu"
threads-required = 1.5
slow-timeout = { terminate-after = 0 }
leak-timeout = { period = 1, result = "failed" }
fail-fast = { max-fail = "2" }
flaky-result = { result = "fail" }
junit = "junit.xml"
"##,
        r##"
error[invalid_value] 3:19 `nextest-version` takes a release such as `"0.9.131"`, or a table | "0.9.x": no release | write a release such as `"0.9.131"`, or a table
error[invalid_value] 5:11 `retries` takes a whole number from 0 on, or a table | -1: out of range | write a whole number from 0 on, or a table
error[wrong_type] 6:16 `slow-timeout` takes a duration such as `"90s"` or `"1m 30s"`, or a table | 60: this is an integer | a number needs its unit: `"60s"`
error[invalid_value] 7:16 `leak-timeout` takes a duration such as `"90s"` or `"1m 30s"`, or a table | "200": no duration | a number needs its unit: `"200s"`
error[invalid_value] 8:18 `global-timeout` takes a duration such as `"90s"` or `"1m 30s"` | "soon": no duration | write a duration such as `"90s"` or `"1m 30s"`
error[wrong_type] 9:13 `fail-fast` takes `true` or `false`, or a table | "no": this is a string | write `false`
error[invalid_value] 10:16 `flaky-result` takes `"pass"` or `"fail"` | "failure": not one of them | write `"pass"` or `"fail"`
error[invalid_value] 11:16 `test-threads` takes a whole number that is not 0 or `"num-cpus"` | 0: out of range | write a whole number that is not 0 or `"num-cpus"`
error[invalid_value] 12:20 `threads-required` takes a whole number from 1 on, `"num-cpus"` or `"num-test-threads"` | -1: out of range | write a whole number from 1 on, `"num-cpus"` or `"num-test-threads"`
error[invalid_value] 13:18 `default-filter` takes a string that is not empty | "": empty | write a string that is not empty
error[wrong_type] 14:16 `status-level` takes `"none"`, `"fail"`, `"retry"`, `"slow"`, `"leak"`, `"pass"`, `"skip"` or `"all"` | true: this is a boolean | write `"none"`, `"fail"`, `"retry"`, `"slow"`, `"leak"`, `"pass"`, `"skip"` or `"all"`
error[wrong_type] 16:11 `retries` takes a whole number from 0 on, or a table | "two": this is a string | write a whole number from 0 on, or a table
error[invalid_value] 17:16 `test-threads` takes a whole number that is not 0 or `"num-cpus"` | "num-cpu": not one of them | did you mean `"num-cpus"`?
error[wrong_type] 18:20 `threads-required` takes a whole number from 1 on, `"num-cpus"` or `"num-test-threads"` | 1.5: this is a float | write a whole number from 1 on, `"num-cpus"` or `"num-test-threads"`
error[incomplete_value] 19:16 `slow-timeout` does not say its `period` | { terminate-after = 0 }: without `period` | add `period = ...`
error[invalid_value] 19:36 `terminate-after` takes a whole number from 1 on | 0: out of range | write a whole number from 1 on
error[wrong_type] 20:27 `period` takes a duration such as `"90s"` or `"1m 30s"` | 1: this is an integer | a number needs its unit: `"1s"`
error[invalid_value] 20:39 `result` takes `"pass"` or `"fail"` | "failed": not one of them | did you mean `"fail"`?
error[invalid_value] 21:26 `max-fail` takes a whole number from 1 on or `"all"` | "2": not one of them | write `2` without quotes
error[wrong_type] 22:16 `flaky-result` takes `"pass"` or `"fail"` | { result = "fail" }: this is an inline table | write `"pass"` or `"fail"`
error[wrong_type] 23:9 `junit` takes a table | "junit.xml": this is a string | write a table
"##,
    );
}

#[test]
fn retries_that_wait_say_how_long() {
    check(
        r##"
test.runner = "nextest"
[test.nextest]
nextest-version = "0.9.131"
profile.a.retries = { backoff = "exponential", count = 0, delay = "0s" }
profile.b.retries = { backoff = "exponential", count = 2 }
profile.c.retries = { backoff = "exponential", count = 2, delay = "2s", max-delay = "1s" }
profile.d.retries = { backoff = "fixed", count = 2, max-delay = "1s", jitter = true }
profile.e.retries = { count = 2 }
profile.f.retries = { backoff = "fixed", count = 2, delay = "1s", jitter = true }
"##,
        r##"
error[invalid_value] 4:56 nextest refuses this `count` of `retries` | 0: nothing to wait for | write `retries = 0`
error[invalid_value] 4:67 nextest refuses this `delay` of `retries` | "0s": 0 does not grow | write a longer `delay`
error[incomplete_value] 5:21 `retries` does not say its `delay` with `backoff = "exponential"` | { backoff = "exponential", count = 2 }: without `delay` | add `delay = ...`
error[invalid_value] 6:85 nextest refuses this `max-delay` of `retries` | "1s": less than `delay` | write a longer `max-delay`, or remove it
error[invalid_value] 7:65 nextest refuses this `max-delay` of `retries` | "1s": a fixed delay never grows | write `backoff = "exponential"`, or remove it
error[invalid_value] 7:80 nextest refuses this `jitter` of `retries` | true: there is no `delay` to vary | add a `delay`, or remove it
error[incomplete_value] 8:21 `retries` does not say its `backoff` | { count = 2 }: without `backoff` | add `backoff = ...`
"##,
    );
}

#[test]
fn a_profile_has_a_name_that_nextest_takes() {
    check(
        r##"
test.runner = "nextest"
[test.nextest]
nextest-version = "0.9.131"
[test.nextest.profile]
"1a" = { retries = 1 }
"a b" = { retries = 1 }
"" = { retries = 1 }
default-ci = { retries = 1 }
ok_2-b = { retries = 1 }
ci = 1
"##,
        r##"
error[invalid_name] 5:1 `1a` cannot be the name of a profile of nextest | "1a": a letter, then letters, digits, `-` and `_` | rename it
error[invalid_name] 6:1 `a b` cannot be the name of a profile of nextest | "a b": a letter, then letters, digits, `-` and `_` | rename it
error[invalid_name] 7:1 `` cannot be the name of a profile of nextest | "": a letter, then letters, digits, `-` and `_` | rename it
error[invalid_name] 8:1 `default-ci` cannot be the name of a profile of nextest | default-ci: nextest keeps `default-` for itself | rename it
error[wrong_type] 10:6 `ci` takes a table | 1: this is an integer | write a table
"##,
    );
}

#[test]
fn the_floor_is_named_and_knows_every_key() {
    check(
        r##"
test.runner = "nextest"
[test.nextest.profile.ci]
flaky-result = "fail"
junit.report-skipped = "all"
"##,
        r##"
error[missing_nextest_version] 2:7 `[test.nextest]` does not say its `nextest-version` | nextest: which nextest? | add `nextest-version = "0.9.143"`
"##,
    );
    check(
        r##"
test.runner = "nextest"
[test.nextest]
nextest-version = "0.9.100"
[test.nextest.profile.ci]
flaky-result = "fail"
fail-fast = { max-fail = 2, terminate = "wait" }
slow-timeout = { period = "1s", on-timeout = "pass" }
global-timeout = "1h"
"##,
        r##"
error[newer_than_nextest] 5:16 `profile.ci.flaky-result` needs nextest 0.9.131, `nextest-version` is 0.9.100 | "fail": since 0.9.131 | remove it, or raise `nextest-version` to `"0.9.131"`
error[newer_than_nextest] 6:13 `profile.ci.fail-fast.terminate` needs nextest 0.9.111, `nextest-version` is 0.9.100 | { max-fail = 2, terminate = "wait" }: since 0.9.111 | remove it, or raise `nextest-version` to `"0.9.131"`
error[newer_than_nextest] 7:16 `profile.ci.slow-timeout.on-timeout` needs nextest 0.9.115, `nextest-version` is 0.9.100 | { period = "1s", on-timeout = "pass" }: since 0.9.115 | remove it, or raise `nextest-version` to `"0.9.131"`
"##,
    );
    check(
        r##"
test.runner = "nextest"
test.nextest.nextest-version = { required = "0.9.131", recommended = "0.9.100" }
"##,
        r##"
error[invalid_value] 2:32 nextest 0.9.100 is recommended and 0.9.131 is required | { required = "0.9.131", recommended = "0.9.100" }: nextest refuses to read this | recommend a newer one, or none
"##,
    );
}

#[test]
fn somebody_must_run_it() {
    check(
        r##"
[test.nextest]
nextest-version = "0.9.131"
"##,
        r##"
warning[nextest_is_not_the_runner] 1:7 `[test.nextest]` configures a runner that `cargo xtask test` does not run | nextest: the runner is cargo | write `runner = "nextest"` in `[test]`
"##,
    );
    check(
        r##"
[test]
runner = "cargo"
nextest = { nextest-version = "0.9.131" }
nextests = {}
"##,
        r##"
warning[nextest_is_not_the_runner] 2:10 `[test.nextest]` configures a runner that `cargo xtask test` does not run | "cargo": does not read `.config/nextest.toml` | write `runner = "nextest"` in `[test]`
error[unknown_key] 4:1 unknown key `nextests` in `[test]` | nextests: unknown | did you mean `nextest`?
"##,
    );
}

#[test]
fn an_environment_may_be_the_one_that_runs_it() {
    check(
        r##"
[test.nextest]
nextest-version = "0.9.131"
[environment.ci.test]
runner = "nextest"
"##,
        "",
    );
}

#[test]
fn an_environment_has_none() {
    check(
        r##"
[environment.ci.test]
runner = "nextest"
nextest.nextest-version = "0.9.131"
"##,
        r##"
error[nextest_in_environment] 3:1 an environment has no `[test.nextest]` | nextest: `.config/nextest.toml` is one file for everybody | write `[test.nextest.profile.ci]` at the top level, and run it: cargo xtask test -- --profile ci
"##,
    );
}
