//! The one element of `include` that is ours, and reading the others.
//!
//! Facts (Cargo 1.95, tried): the including file beats the included, a later include an earlier one, arrays join. So the
//! portable layer stands before the machine's. The key must precede any table, or be `[[include]]` tables at the end.

use toml_edit::{Document, InlineTable, Item, Value};

use super::{Drift, DriftKind, Plan};
use crate::diagnostic::{Diagnostic, FilePath, Level};
use crate::edit::{Edit, apply};
use crate::layout::{machine_path, portable_path};
use crate::policy::Policy;
use crate::settings::{INCLUDE_SINCE, Settings};
use crate::value::KeyPath;

/// One element of a config's `include`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// As written: relative to the including file.
    pub path: String,
    /// Whether Cargo goes on without it.
    pub optional: bool,
}

/// The elements of a config's `include`, in order. Source: Cargo book, Configuration, `include`.
pub fn includes(text: &str) -> Vec<Include> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Ok(document) = Document::parse(text) else {
        return Vec::new();
    };
    match document.get("include") {
        Some(Item::Value(Value::Array(array))) => array.iter().filter_map(element).collect(),
        Some(Item::ArrayOfTables(tables)) => tables
            .iter()
            .filter_map(|table| {
                Some(Include {
                    path: table.get("path")?.as_str()?.to_owned(),
                    optional: table
                        .get("optional")
                        .and_then(Item::as_bool)
                        .unwrap_or(false),
                })
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn element(value: &Value) -> Option<Include> {
    match value {
        Value::String(path) => Some(Include {
            path: path.value().clone(),
            optional: false,
        }),
        Value::InlineTable(table) => Some(Include {
            path: table.get("path")?.as_str()?.to_owned(),
            optional: table
                .get("optional")
                .and_then(Value::as_bool)
                .unwrap_or(false),
        }),
        _ => None,
    }
}

/// Makes the config include the portable layer, where there is one, and then the machine's.
pub(super) fn ensure(
    policy: &Policy,
    settings: &Settings,
    file: &FilePath,
    text: &mut String,
    plan: &mut Plan,
) {
    let name = |path: FilePath| {
        path.as_str()
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let (portable, machine) = (name(portable_path(policy)), name(machine_path(policy)));
    let have = includes(text);
    let at = |wanted: &str| {
        have.iter()
            .position(|include| include.path.trim_start_matches("./") == wanted)
    };
    let wants_portable = !settings.portable.is_empty();
    let mut missing = Vec::new();
    match (at(&portable), at(&machine)) {
        (Some(portable), Some(machine)) if wants_portable && portable > machine => {
            return refuse(file, plan);
        }
        (None, Some(_)) if wants_portable => return refuse(file, plan),
        (found_portable, found_machine) => {
            if wants_portable && found_portable.is_none() {
                missing.push((portable, false));
            }
            if found_machine.is_none() {
                missing.push((machine, true));
            }
        }
    }
    for (path, optional) in missing {
        plan.drift.push(Drift {
            file: file.clone(),
            kind: DriftKind::Missing,
            key: "include".to_owned(),
            present: None,
            wanted: Some(format!("{{ path = \"{path}\", optional = {optional} }}")),
            origin: None,
            by_lock: false,
        });
        let mut element = InlineTable::new();
        element.insert("path", path.as_str().into());
        element.insert("optional", optional.into());
        let edit = Edit::Append {
            path: KeyPath::new(["include"]),
            element: Value::InlineTable(element),
        };
        match apply(text, &[edit]) {
            Ok(edited) => *text = edited,
            Err(refusal) => plan.diagnostics.push(
                Diagnostic::new(
                    Level::Deny,
                    "cannot_edit",
                    format!("`include` of `{file}` can't be edited without damage"),
                )
                .with_note(refusal.reason)
                .with_help(format!(
                    "add `{{ path = \"{path}\", optional = {optional} }}` to it by hand"
                )),
            ),
        }
    }
}

/// Takes our include out again where the floor was lowered: Cargo 1.85 to 1.92 stop at it on every command. Where the
/// policy merely wants nothing of a machine, it stays: it does no harm, and somebody may have written it.
pub(super) fn withdraw(policy: &Policy, file: &FilePath, text: &mut String, plan: &mut Plan) {
    let floor = policy.toolchain.as_ref();
    let lowered = floor.is_some_and(|floor| floor.value < INCLUDE_SINCE);
    let have = includes(text);
    let ours = |include: &Include| {
        let name = include.path.trim_start_matches("./");
        include.optional && name == "machine.toml" || name == "portable.toml"
    };
    if !lowered || !have.iter().any(ours) {
        return;
    }
    let remove = Edit::Remove {
        path: KeyPath::new(["include"]),
    };
    match apply(text, &[remove]) {
        Ok(edited) if have.iter().all(ours) => {
            plan.drift.push(Drift {
                file: file.clone(),
                kind: DriftKind::Misplaced,
                key: "include".to_owned(),
                present: None,
                wanted: None,
                origin: None,
                by_lock: false,
            });
            *text = edited;
        }
        _ => plan.diagnostics.push(
            Diagnostic::new(
                Level::Deny,
                "cannot_edit",
                format!("`include` of `{file}` names layers that this `toolchain` can't read"),
            )
            .with_note("Cargo 1.85 to 1.92 stop at `include` with a table on every command, 1.93 ignores it")
            .with_help("take `machine.toml` and `portable.toml` out of it by hand"),
        ),
    }
}

fn refuse(file: &FilePath, plan: &mut Plan) {
    plan.diagnostics.push(
        Diagnostic::new(Level::Deny, "include_order", format!("`include` of `{file}` has no `portable.toml` before `machine.toml`"))
            .with_note("a later include wins: the machine's values must come after those that hold everywhere")
            .with_help("write `include = [{ path = \"portable.toml\" }, { path = \"machine.toml\", optional = true }]`"),
    );
}
