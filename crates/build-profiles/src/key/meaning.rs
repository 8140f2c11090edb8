//! What the values of a key mean: which are taken, which are equal, and since when.

use super::{Home, Key, Kind, nextest};
use crate::value::Value;

/// [`Key::check`].
pub(super) fn check(key: &Key, value: &Value) -> Result<(), String> {
    if takes(&key.kind, value) {
        return Ok(());
    }
    Err(format!("takes {}", describe(&key.kind)))
}

/// The values a kind takes, in words: `` `true`, `false` or 1 to 4 ``.
pub(crate) fn describe(kind: &Kind) -> String {
    match kind {
        Kind::Bool => "`true` or `false`".to_owned(),
        Kind::Int(low, high) if low == high => format!("`{low}`"),
        Kind::Int(low, high) if *high >= i64::from(u32::MAX) => {
            format!("a whole number from {low} on")
        }
        Kind::Int(low, high) => format!("a whole number from {low} to {high}"),
        Kind::Str => "a string".to_owned(),
        Kind::Text => "a string that is not empty".to_owned(),
        Kind::Duration => "a duration such as `\"90s\"` or `\"1m 30s\"`".to_owned(),
        Kind::Release => "a release such as `\"0.9.131\"`".to_owned(),
        Kind::Count { negative, words } => {
            let number = if *negative {
                "a whole number that is not 0"
            } else {
                "a whole number from 1 on"
            };
            let words = words.iter().map(|word| format!("`\"{word}\"`"));
            or(std::iter::once(number.to_owned()).chain(words).collect())
        }
        Kind::Form(form) => format!("{}, or a table", describe(&form.short)),
        Kind::Flags => "an array of strings".to_owned(),
        Kind::Word(words) => or(words.iter().map(|word| format!("`\"{word}\"`")).collect()),
        Kind::Mixed { bool, int, words } => {
            let mut all = Vec::new();
            if *bool {
                all.extend(["`true`".to_owned(), "`false`".to_owned()]);
            }
            if let Some((low, high)) = int {
                all.extend((*low..=*high).map(|n| format!("`{n}`")));
            }
            all.extend(words.iter().map(|word| format!("`\"{word}\"`")));
            or(all)
        }
    }
}

/// The same meaning in one spelling, so that equal by meaning is equal.
pub(super) fn canonical(key: &Key, value: &Value) -> Value {
    match (key.home, key.name, value) {
        (Home::Profile, "debug", Value::Bool(true) | Value::Int(2)) => "full".into(),
        (Home::Profile, "debug", Value::Int(1)) => "limited".into(),
        (Home::Profile, "debug", Value::Bool(false) | Value::Int(0)) => "none".into(),
        (Home::Profile, "strip", Value::Bool(true)) => "symbols".into(),
        (Home::Profile, "strip", Value::Bool(false)) => "none".into(),
        (Home::Profile, "lto", Value::Bool(true)) => "fat".into(),
        (Home::Profile, "lto", Value::Str(word)) if matches!(&**word, "n" | "no" | "none") => {
            "off".into()
        }
        (_, _, Value::Str(flags)) if key.kind == Kind::Flags => {
            Value::Array(flags.split_whitespace().map(str::to_owned).collect())
        }
        _ => nextest::canonical(&key.kind, value),
    }
}

/// [`Key::value_since`].
pub(super) fn since(key: &Key, value: &Value) -> Option<(u64, u64)> {
    match (key.home, key.name, value) {
        (Home::Profile, "debug", Value::Str(_)) => Some((1, 71)),
        _ => key.since,
    }
}

/// Whether a kind takes the value.
pub(crate) fn takes(kind: &Kind, value: &Value) -> bool {
    match (kind, value) {
        (Kind::Form(form), Value::Table(members)) => form.takes(members),
        (Kind::Form(form), value) => takes(&form.short, value),
        (Kind::Text, Value::Str(text)) => !text.trim().is_empty(),
        (Kind::Duration, Value::Str(text)) => nextest::duration(text).is_some(),
        (Kind::Release, Value::Str(text)) => nextest::release(text).is_some(),
        (Kind::Count { negative, .. }, Value::Int(n)) => *n > 0 || *negative && *n < 0,
        (Kind::Count { words, .. }, Value::Str(word)) => words.contains(&word.as_str()),
        (Kind::Bool, Value::Bool(_))
        | (Kind::Mixed { bool: true, .. }, Value::Bool(_))
        | (Kind::Str | Kind::Flags, Value::Str(_))
        | (Kind::Flags, Value::Array(_)) => true,
        (
            Kind::Int(low, high)
            | Kind::Mixed {
                int: Some((low, high)),
                ..
            },
            Value::Int(n),
        ) => (low..=high).contains(&n),
        (Kind::Word(words) | Kind::Mixed { words, .. }, Value::Str(word)) => {
            words.contains(&word.as_str())
        }
        _ => false,
    }
}

/// `a`, `b` or `c`.
fn or(mut all: Vec<String>) -> String {
    match (all.pop(), all.is_empty()) {
        (Some(last), false) => format!("{} or {last}", all.join(", ")),
        (last, _) => last.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::key;

    fn same(name: &str, a: impl Into<Value>, b: impl Into<Value>) -> bool {
        key(Home::Profile, name)
            .expect("in the table")
            .same(&a.into(), &b.into())
    }

    #[test]
    fn equal_by_meaning_is_equal() {
        for full in [Value::Int(2), "full".into()] {
            assert!(same("debug", true, full));
        }
        assert!(same("debug", 1, "limited"));
        assert!(same("debug", false, "none"));
        assert!(same("debug", 0, false));
        assert!(!same("debug", 1, "line-tables-only"));
        assert!(same("strip", true, "symbols"));
        assert!(same("strip", false, "none"));
        assert!(!same("strip", true, "debuginfo"));
        assert!(same("lto", true, "fat"));
        assert!(same("lto", "off", "n"));
        assert!(same("lto", "no", "none"));
        assert!(!same("lto", false, "off"), "`false` is thin-local LTO");
        assert!(same("opt-level", 3, 3));
        assert!(!same("opt-level", "s", "z"));
    }

    #[test]
    fn flags_are_equal_however_they_are_split_in_toml() {
        let flags = key(Home::Build, "rustflags").expect("in the table");
        let array = Value::Array(vec!["--cfg".to_owned(), "x".to_owned()]);
        assert!(flags.same(&" --cfg  x\n".into(), &array));
        assert!(!flags.same(&"--cfg=x".into(), &array));
        assert!(!flags.same(&Value::Array(vec!["--cfg x".to_owned()]), &array));
    }

    #[test]
    fn what_is_refused_says_what_is_taken() {
        let check = |name: &str, value: Value| {
            key(Home::Profile, name)
                .expect("in the table")
                .check(&value)
                .err()
        };
        assert_eq!(
            check("opt-level", "3".into()).as_deref(),
            Some(r#"takes `0`, `1`, `2`, `3`, `"s"` or `"z"`"#)
        );
        assert_eq!(
            check("codegen-units", Value::Int(0)).as_deref(),
            Some("takes a whole number from 1 on")
        );
        assert_eq!(
            check("incremental", "true".into()).as_deref(),
            Some("takes `true` or `false`")
        );
        assert_eq!(check("lto", "thin".into()), None);
        assert!(check("lto", "thinn".into()).is_some());
        assert!(check("opt-level", Value::Int(4)).is_some());
        assert!(check("strip", "all".into()).is_some());
    }
}
