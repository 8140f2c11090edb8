//! Values that are right on some machines alone, with the form that is right on all.

use crate::adopt::Adopted;
use crate::diagnostic::{Diagnostic, Level};
use crate::edit::parse;
use crate::facts::Workspace;
use crate::plan::Undeclared;
use crate::policy::flags::{codegen, split};
use crate::policy::platform;
use crate::policy::storage::is_absolute;
use crate::program::{is_sccache, stem};
use crate::value::{KeyPath, Value};

/// Linkers that a machine may not have, as `-fuse-ld=` calls them.
const LINKERS: &[&str] = &["gold", "lld", "mold", "wild"];

/// What is said of one such value.
struct Remark {
    /// Which element of an array it is.
    element: Option<usize>,
    message: String,
    label: &'static str,
    helps: Vec<String>,
}

const LACKED: &str = "a machine without it can't build";

/// A note for each such value that the policy now says.
pub(super) fn notes(
    workspace: &Workspace,
    found: &[Undeclared],
    entries: &[(KeyPath, Adopted)],
) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    for (path, adopted) in entries {
        let (Adopted::Declared(value, _), Some(one)) =
            (adopted, found.iter().find(|one| one.path == *path))
        else {
            continue;
        };
        let remarks = match path.parts()[..] {
            ["build", "rustc-wrapper" | "rustc-workspace-wrapper"] => wrapper(value),
            ["target", table, "linker"] => linker(table, value),
            [.., "rustflags"] => flags(path, value),
            _ => Vec::new(),
        };
        if remarks.is_empty() {
            continue;
        }
        let text = workspace.files.get(&one.file).map_or("", String::as_str);
        let Ok(source) = parse(text) else { continue };
        let elements = source.element_spans(path);
        for remark in remarks {
            let span = remark
                .element
                .and_then(|index| elements.get(index).cloned())
                .or_else(|| source.leaf(path).map(|leaf| leaf.span))
                .unwrap_or_else(|| one.span.clone());
            let note = Diagnostic::new(Level::Note, "right_on_some_machines", remark.message)
                .with_label(&one.file, span, remark.label);
            notes.push(remark.helps.into_iter().fold(note, Diagnostic::with_help));
        }
    }
    notes
}

fn wrapper(value: &Value) -> Vec<Remark> {
    let Value::Str(program) = value else {
        return Vec::new();
    };
    let (message, help) = if is_sccache(program) {
        (
            format!("`{program}` is forced on every machine"),
            "to use it where it is there: `[cache]` with `tool = \"sccache\"`, in place of this",
        )
    } else if is_absolute(program) {
        (
            format!("`{program}` is a path of one machine"),
            "name the program alone, or a path from the folder that holds `.cargo`",
        )
    } else {
        return Vec::new();
    };
    vec![Remark {
        element: None,
        message,
        label: LACKED,
        helps: vec![help.to_owned()],
    }]
}

fn linker(table: &str, value: &Value) -> Vec<Remark> {
    let Value::Str(program) = value else {
        return Vec::new();
    };
    if !is_absolute(program) {
        return Vec::new();
    }
    let mut helps = vec!["name the program alone, so that each machine finds its own".to_owned()];
    let name = stem(program).trim_start_matches("ld.");
    if LINKERS.contains(&name) {
        helps.push(preference(table, name));
    }
    vec![Remark {
        element: None,
        message: format!("`{program}` is a path of one machine"),
        label: LACKED,
        helps,
    }]
}

fn flags(path: &KeyPath, value: &Value) -> Vec<Remark> {
    let words = split(value);
    // Of flags in one string the elements have no places of their own.
    let is_array = matches!(value, Value::Array(_));
    let table = match path.parts()[..] {
        ["target", table, _] => table,
        _ => "linux-gnu",
    };
    let mut remarks = Vec::new();
    for flag in codegen(&words) {
        if flag.name == "target-cpu" && flag.value == "native" {
            remarks.push(Remark {
                element: is_array.then_some(flag.flags.1),
                message: "`target-cpu=native` is another target on every machine".to_owned(),
                label: "what one machine has built, another may not be able to run",
                helps: vec![
                    "name a level that all machines have: `-Ctarget-cpu=x86-64-v3`".to_owned(),
                    "or leave it to whoever wants it: an `[environment.<name>]` of the policy, or `RUSTFLAGS`".to_owned(),
                ],
            });
        }
    }
    for (index, word) in words.iter().enumerate() {
        let element = is_array.then_some(index);
        if let Some(name) = forced_linker(word) {
            remarks.push(Remark {
                element,
                message: format!("the linker `{name}` is forced on every machine"),
                label: LACKED,
                helps: vec![
                    preference(table, name),
                    "and take the flag away, with a `linker` that is there for it".to_owned(),
                ],
            });
        } else if names_a_path(word) {
            remarks.push(Remark {
                element,
                message: format!("`{word}` names a path of one machine"),
                label: LACKED,
                helps: vec!["let a build script find it, or say it in an `[environment.<name>]` for the machines that have it".to_owned()],
            });
        }
    }
    remarks
}

/// Whether a flag ends with an absolute path. `/STACK:8388608` is an option of Microsoft's linker.
fn names_a_path(word: &str) -> bool {
    let last = word.rsplit(['=', ',']).next().unwrap_or(word);
    let path = last.trim_start_matches("-L");
    is_absolute(path) && path[1..].contains(['/', '\\'])
}

/// The linker that a flag asks for, if a machine may lack it.
fn forced_linker(word: &str) -> Option<&'static str> {
    let asked = word
        .rsplit_once("-fuse-ld=")
        .or_else(|| word.rsplit_once("--ld-path="))?
        .1
        .split_whitespace()
        .next()?;
    let name = stem(asked).trim_start_matches("ld.");
    LINKERS.iter().copied().find(|linker| *linker == name)
}

/// The line of `[linker]` that takes a linker where it works.
fn preference(table: &str, linker: &str) -> String {
    let triple = platform::triples(table).into_iter().next();
    let short = platform::PLATFORMS.iter().find(|platform| {
        platform.name == table || triple.is_some_and(|triple| platform.triples.contains(&triple))
    });
    let name = short.map_or_else(
        || KeyPath::new([table]).to_string(),
        |platform| platform.name.to_owned(),
    );
    format!("to use it where it works: `[linker]` with `{name} = [\"{linker}\", \"default\"]`")
}
