//! `[lint]`: names, levels, days.

use super::{check, policy};
use crate::diagnostic::Level;

#[test]
fn levels_with_reasons_and_days() {
    let policy = policy(
        "schema = 1\n[lint]\n# Until the port is done.\nenv_configures_nothing = { level = \"warn\", until = 2027-01-31 }\nsystem_lld = \"deny\"\ncache_for_everybody.level = \"allow\"\n",
    );
    let levels: Vec<_> = policy
        .lints
        .iter()
        .map(|one| {
            (
                one.lint.name,
                one.level,
                one.until.as_ref().map(|until| until.0.as_str()),
                one.reason.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        levels,
        [
            (
                "env_configures_nothing",
                Some(Level::Warning),
                Some("2027-01-31"),
                Some("Until the port is done.")
            ),
            ("system_lld", Some(Level::Deny), None, None),
            ("cache_for_everybody", None, None, None),
        ]
    );
}

#[test]
fn what_is_wrong_is_said() {
    check(
        r#"
[lint]
env_configure_nothing = "allow"
nothing_like_it = "deny"
empty_linker = "forbid"
flag_with_space = 1
lto_in_rustflags = { until = "2027-01-31" }
system_lld = { level = "warn", until = "next year", reason = "x" }
deprecated_linker = { level = "alow" }
"#,
        r#"
error[unknown_lint] 2:1 there is no lint `env_configure_nothing` | env_configure_nothing: unknown | did you mean `env_configures_nothing`?
error[unknown_lint] 3:1 there is no lint `nothing_like_it` | nothing_like_it: unknown | remove it; docs/lints.md lists them all
error[invalid_value] 4:16 `forbid` is no level of a lint | "forbid": unknown | write `"allow"`, `"warn"` or `"deny"`
error[wrong_type] 5:19 `flag_with_space` takes a string | 1: this is an integer | write a string
error[incomplete_value] 6:1 `lto_in_rustflags` has no `level` | lto_in_rustflags: allow, warn or deny? | add `level = "allow"`
error[invalid_value] 7:40 `next year` is no day | "next year": the last day on which this level holds | write it as `"2027-01-31"`
error[unknown_key] 7:53 a lint has no `reason` | reason: unknown | use `level` and `until`; a reason is a comment above
error[invalid_value] 8:31 `alow` is no level of a lint | "alow": unknown | did you mean `"allow"`?
"#,
    );
}
