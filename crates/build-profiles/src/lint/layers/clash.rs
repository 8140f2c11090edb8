//! Config files that Cargo cannot join.

use std::collections::BTreeMap;
use std::ops::Range;

use super::CONFIG;
use crate::diagnostic::Level;
use crate::lint::{Doc, Finding, Group, LINT, Lint, Subject};
use crate::value::{KeyPath, Value};

pub(super) static VALUES_OF_TWO_KINDS: Lint = Lint {
    name: "values_of_two_kinds",
    level: Some(Level::Deny),
    group: Group::Files,
    finds: "a key that is a string in one config file and a list or a table in another: `rustflags`, a variable under `[env]`",
    cargo: "Cargo joins the config files key by key, and stops with every command where it cannot",
    costs: "nothing works where both files are read",
    instead: "write the same kind of value in both: for `rustflags` a list",
    source: CONFIG,
    bad: "//- .cargo/config.toml\ninclude = [\"more.toml\"]\n\n[build]\nrustflags = [\"--cfg=one\"]\n//- .cargo/more.toml\n[build]\nrustflags = \"--cfg=two\"\n",
    good: "//- .cargo/config.toml\ninclude = [\"more.toml\"]\n\n[build]\njobs = 2\nrustflags = [\"--cfg=one\"]\n//- .cargo/more.toml\n[build]\njobs = \"default\"\nrustflags = [\"--cfg=two\"]\n",
    ..LINT
};

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// A string, a number, a truth: one of these takes the place of another.
    Single,
    List,
    Table,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Single => "a single value",
            Self::List => "a list",
            Self::Table => "a table",
        }
    }
}

/// Where a key was met first.
struct Met<'s> {
    kind: Kind,
    doc: &'s Doc<'s>,
    span: Range<usize>,
}

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let mut met: BTreeMap<Vec<String>, Met<'_>> = BTreeMap::new();
    let mut told: Vec<Vec<String>> = Vec::new();
    for doc in subject.configs() {
        for (path, kind, span) in kinds(doc) {
            match met.get(&path) {
                None => {
                    met.insert(path, Met { kind, doc, span });
                }
                Some(first) if first.kind == kind || std::ptr::eq(first.doc, doc) => {}
                Some(_) if told.iter().any(|clash| path.starts_with(clash)) => {}
                Some(first) => {
                    let message = format!(
                        "`{}` is {} in `{}` and {} in `{}`",
                        KeyPath::new(path.clone()),
                        first.kind.name(),
                        first.doc.file.path,
                        kind.name(),
                        doc.file.path
                    );
                    found.push(
                        Finding::new(&VALUES_OF_TWO_KINDS, message)
                            .at(doc, span, kind.name())
                            .at(first.doc, first.span.clone(), first.kind.name()),
                    );
                    told.push(path);
                }
            }
        }
    }
}

/// Every key of a file and what it is, tables before what they hold.
fn kinds(doc: &Doc<'_>) -> Vec<(Vec<String>, Kind, Range<usize>)> {
    /// Deeper than Cargo's own keys ever go.
    const DEEPEST: usize = 8;
    let mut kinds = Vec::new();
    for leaf in &doc.leaves {
        let segments = leaf.path.segments();
        // Each file has its own list of what it includes.
        if segments[0] == "include" {
            continue;
        }
        for depth in 1..segments.len().min(DEEPEST) {
            kinds.push((
                segments[..depth].to_vec(),
                Kind::Table,
                leaf.key_span.clone(),
            ));
        }
        if segments.len() > DEEPEST {
            continue;
        }
        let is_list = match &leaf.value {
            Some(Value::Array(_)) => true,
            Some(_) => false,
            None => doc.file.text[leaf.span.clone()].starts_with('['),
        };
        let kind = if is_list { Kind::List } else { Kind::Single };
        kinds.push((segments.to_vec(), kind, leaf.span.clone()));
    }
    kinds
}
