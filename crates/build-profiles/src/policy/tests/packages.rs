//! Sets, and the selectors that use them.

use super::check;

#[test]
fn bad_patterns() {
    check(
        r##"
[packages]
a = ["!x"]
b = ["crates/[", "é[", "../x/*", "/x/*", "./crates/*", "crates/", 'crates\x', ""]
"c d" = 3
e = ["x", 2]
f = []
[profile.dev.package]
"@a".debug = 0
"@b".debug = 0
"@e".debug = 0
"@f".debug = 0
"##,
        r##"
error[empty_set] 2:5 set `a` takes in nothing | ["!x"]: nothing is taken in here | name a package, a glob over package names, or a glob with a `/` over member folders
error[invalid_glob] 3:14 `crates/[` is not a glob | [: invalid range pattern | `*` and `?` match within a name, `**` is a path part of its own, `[ab]` is one character of several
error[invalid_glob] 3:20 `é[` is not a glob | [: invalid range pattern | `*` and `?` match within a name, `**` is a path part of its own, `[ab]` is one character of several
error[outside_workspace] 3:24 a pattern stays inside the workspace | "../x/*": leads outside | write it relative to the workspace root, or name the package
error[outside_workspace] 3:34 a pattern stays inside the workspace | "/x/*": leads outside | write it relative to the workspace root, or name the package
error[invalid_glob] 3:42 a member folder is written without `./` and final `/` | "./crates/*": matches nothing | write `"crates/*"`
error[invalid_glob] 3:56 a member folder is written without `./` and final `/` | "crates/": matches nothing | write `"crates"`
error[invalid_glob] 3:67 a pattern has forward slashes on every system | 'crates\x': backslash | write `"crates/x"`
error[invalid_glob] 3:79 this pattern is empty | "": matches nothing | remove it
error[invalid_name] 4:1 `c d` cannot be the name of a set | "c d": letters, digits, `-` and `_` only | rename it
error[wrong_type] 4:9 `c d` takes an array of strings | 3: this is an integer | write an array of strings
error[wrong_type] 5:11 `e` takes strings only | 2: this is an integer | put it in quotes, or remove it
error[empty_set] 6:5 set `f` takes in nothing | []: nothing is taken in here | name a package, a glob over package names, or a glob with a `/` over member folders
"##,
    );
}

#[test]
fn selectors_that_name_nothing() {
    check(
        r##"
[packages]
codecs = ["zstd*"]
[profile.dev.package]
"@codec".debug = 0
"@nope".debug = 0
"ser*".debug = 0
"serde@^1".debug = 0
"@".debug = 0
"".debug = 0
"a b".debug = 0
"1a".debug = 0
"-a".debug = 0
"serde@".debug = 0
"é".debug = 0
"https://github.com/x/y#z@1.0".debug = 0
"serde@1.0.200".debug = 0
"##,
        r##"
warning[unused_set] 2:1 no profile uses the set `codecs` | codecs: unused | use it as `"@codecs"` in `package` of a profile, or remove it
error[unknown_set] 4:1 no set `codec` in `[packages]` | "@codec": unknown set | did you mean `"@codecs"`?
error[unknown_set] 5:1 no set `nope` in `[packages]` | "@nope": unknown set | add `nope = [...]` to `[packages]`
error[invalid_spec] 6:1 `ser*` is not a package: Cargo takes no `*` in a name | "ser*": not a package name | name a set of `[packages]` with this glob, and use it as `"@set"`
error[invalid_spec] 7:1 `^1` is not a version | "serde@^1": after the `@` | write `serde`, `serde@1` or `serde@1.2.3`
error[invalid_spec] 8:1 `@` names no set | "@": no name | write `"@set"` with a name of `[packages]`
error[invalid_spec] 9:1 `` names no package | "": no name | write `name`, `name@1.2`, `"*"` or `"@set"`
error[invalid_spec] 10:1 `a b` is not a package: Cargo takes no ` ` in a name | "a b": not a package name | write `name`, `name@1.2`, `"*"` or `"@set"`
error[invalid_spec] 11:1 `1a` is not a package: Cargo takes no `1` at the start of a name | "1a": not a package name | write `name`, `name@1.2`, `"*"` or `"@set"`
error[invalid_spec] 12:1 `-a` is not a package: Cargo takes no `-` at the start of a name | "-a": not a package name | write `name`, `name@1.2`, `"*"` or `"@set"`
error[invalid_spec] 13:1 `` is not a version | "serde@": after the `@` | write `serde`, `serde@1` or `serde@1.2.3`
"##,
    );
}

#[test]
fn a_set_that_nobody_uses() {
    check(
        r##"
[packages]
codecs = "zstd*"
"##,
        r##"
warning[unused_set] 2:1 no profile uses the set `codecs` | codecs: unused | use it as `"@codecs"` in `package` of a profile, or remove it
"##,
    );
}
