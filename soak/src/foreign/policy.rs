//! What an adopted policy holds, and the same policy with one scalar changed.

use anyhow::{Context, Result};
use toml_edit::{Document, Item, Table, TableLike, Value};

/// How much was adopted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) profiles: usize,
    /// Keys with a value, in profiles and elsewhere.
    pub(crate) keys: usize,
    pub(crate) unmanaged: usize,
}

pub(crate) fn counts(policy: &str) -> Result<Counts> {
    let document = Document::parse(policy).context("failed to parse the adopted policy")?;
    let mut counts = Counts::default();
    for (name, item) in document.as_table() {
        match (name, item.as_table_like()) {
            ("unmanaged", Some(table)) => counts.unmanaged = leaves(table),
            (_, Some(table)) => counts.keys += leaves(table),
            _ => {}
        }
        if name == "profile" {
            counts.profiles = item.as_table_like().map_or(0, TableLike::len);
        }
    }
    Ok(counts)
}

fn leaves(table: &dyn TableLike) -> usize {
    table
        .iter()
        .map(|(_, item)| item.as_table_like().map_or(1, leaves))
        .sum()
}

/// One scalar of the policy with another value in its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edit {
    /// `profile.release.lto`
    pub(crate) key: String,
    pub(crate) old: String,
    pub(crate) new: String,
    /// The policy with the new value.
    pub(crate) policy: String,
}

/// For each scalar of a profile, the policy with another valid value there.
pub(crate) fn edits(policy: &str) -> Result<Vec<Edit>> {
    let document = Document::parse(policy).context("failed to parse the adopted policy")?;
    let mut edits = Vec::new();
    if let Some(profiles) = document.get("profile") {
        collect(policy, "profile", profiles, &mut edits);
    }
    Ok(edits)
}

/// A policy that asks for one key which stands nowhere yet.
pub(crate) fn addition(policy: &str) -> Option<Edit> {
    let document = Document::parse(policy).ok()?;
    let table = Table::new();
    let profiles = document
        .get("profile")
        .and_then(Item::as_table_like)
        .unwrap_or(&table);
    let name = ["release", "dev", "bench", "test", "soak"]
        .into_iter()
        .find(|name| !profiles.contains_key(name))?;
    let inherits = if name == "soak" {
        "inherits = \"release\"\n"
    } else {
        ""
    };
    Some(Edit {
        key: format!("profile.{name}.codegen-units"),
        old: String::new(),
        new: "3".to_owned(),
        policy: format!(
            "{}\n\n[profile.{name}]\n{inherits}codegen-units = 3\n",
            policy.trim_end()
        ),
    })
}

fn collect(policy: &str, path: &str, item: &Item, edits: &mut Vec<Edit>) {
    if let Some(table) = item.as_table_like() {
        for (name, item) in table.iter() {
            collect(policy, &format!("{path}.{name}"), item, edits);
        }
    } else if let Some(value) = item.as_value()
        && let Some(span) = value.span()
        && let Some(old) = policy.get(span.clone())
        && let Some(new) = other(path, value)
    {
        let policy = format!("{}{new}{}", &policy[..span.start], &policy[span.end..]);
        edits.push(Edit {
            key: path.to_owned(),
            old: old.to_owned(),
            new,
            policy,
        });
    }
}

/// Another value that Cargo takes there.
fn other(path: &str, value: &Value) -> Option<String> {
    let key = path.rsplit('.').next().unwrap_or(path);
    let swapped = |one: &str, two: &str| {
        let now = value.as_str()?;
        [(one, two), (two, one)]
            .into_iter()
            .find_map(|(from, to)| (now == from).then(|| format!("\"{to}\"")))
    };
    match (key, value) {
        ("opt-level", Value::Integer(level)) => Some(((level.value() + 1) % 4).to_string()),
        ("debug", Value::Integer(level)) => Some(((level.value() + 1) % 3).to_string()),
        ("codegen-units", Value::Integer(units)) => Some((units.value() + 1).to_string()),
        (_, Value::Boolean(on)) => Some((!on.value()).to_string()),
        ("opt-level", _) => swapped("s", "z"),
        ("lto", _) => swapped("thin", "fat").or_else(|| swapped("off", "fat")),
        ("debug", _) => swapped("line-tables-only", "limited").or_else(|| swapped("full", "none")),
        ("strip", _) => swapped("symbols", "debuginfo").or_else(|| swapped("none", "symbols")),
        ("panic", _) => swapped("abort", "unwind"),
        ("split-debuginfo", _) => {
            swapped("packed", "unpacked").or_else(|| swapped("off", "packed"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "schema = 1\n\n[profile.release]\nlto = \"thin\" # why\ncodegen-units = 1\ninherits = \"x\"\n\n\
        [profile.dev.package]\n\"*\" = { opt-level = 3 }\n\n[unmanaged]\nbuild.jobs = \"theirs\"\n";

    #[test]
    fn counted_by_leaf() -> Result<()> {
        assert_eq!(
            counts(POLICY)?,
            Counts {
                profiles: 2,
                keys: 4,
                unmanaged: 1
            }
        );
        Ok(())
    }

    #[test]
    fn each_scalar_is_changed_once() -> Result<()> {
        let edits = edits(POLICY)?;
        let said: Vec<_> = edits
            .iter()
            .map(|edit| format!("{} {} {}", edit.key, edit.old, edit.new))
            .collect();
        assert_eq!(
            said,
            [
                "profile.release.lto \"thin\" \"fat\"",
                "profile.release.codegen-units 1 2",
                "profile.dev.package.*.opt-level 3 0"
            ]
        );
        assert!(
            edits[0]
                .policy
                .contains("lto = \"fat\" # why\ncodegen-units = 1\n")
        );
        Ok(())
    }
}
