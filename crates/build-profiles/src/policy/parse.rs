//! From the text of `build-profiles.toml` to a [`Policy`], collecting every finding.

use semver::Version;
use toml_edit::Document;

use crate::diagnostic::{Diagnostic, FilePath};
use crate::policy::body::Sets;
use crate::policy::entry::{self, Place};
use crate::policy::source::{Field, Reader};
use crate::policy::{
    Body, Environment, Policy, Spanned, body, budget, check, lint, measure, names, packages,
    tables, targets, top, unmanaged,
};

/// Reads a policy as far as that can be done without looking at the workspace.
///
/// With an error among the diagnostics the policy is what could be read: fit to be checked further, so that one run
/// shows everything, and not to be written from. There is none if the text is no TOML, or of a newer schema.
pub fn parse(file: &FilePath, text: &str) -> (Option<Policy>, Vec<Diagnostic>) {
    let mut reader = Reader::new(file, text);
    let document = match Document::parse(reader.toml()) {
        Ok(document) => document,
        Err(error) => {
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            let found = Diagnostic::error("invalid_toml", "the policy is not valid TOML")
                .with_label(file, reader.place(error.span()), message)
                .with_help("mend the syntax; nothing else was looked at");
            return (None, vec![found]);
        }
    };
    let policy = read(&mut reader, &document);
    let mut diagnostics = reader.diagnostics;
    diagnostics.sort_by_key(|found| found.labels.first().map(|label| label.span.start));
    (policy, diagnostics)
}

/// A finding if this release of the tool may not apply the policy.
pub fn check_tool(file: &FilePath, policy: &Policy, own: &Version) -> Option<Diagnostic> {
    let tool = policy.tool.as_ref()?;
    (!tool.value.matches(own)).then(|| {
        Diagnostic::error(
            "wrong_tool_version",
            format!("the policy wants build-profiles {}, this is {own}", tool.value),
        )
        .with_label(file, tool.span.clone(), "not this one")
        .with_help("update build-profiles: `cargo update -p build-profiles-xtask`, or `cargo install build-profiles-xtask`")
    })
}

fn read(reader: &mut Reader<'_>, document: &Document<&str>) -> Option<Policy> {
    let fields = reader.fields(document.as_table());
    if !top::schema(reader, &fields) {
        return None;
    }
    let mut policy = Policy {
        expansions: 1,
        toolchain: top::toolchain(reader, &fields),
        ..Policy::default()
    };
    reader.toolchain = policy.toolchain.as_ref().map(|floor| floor.value.clone());
    let named = |name: &str| fields.iter().find(|field| field.name == name);
    let package_sets = named("packages").map(|field| packages::sets(reader, field));
    let package_sets = package_sets.unwrap_or_default();
    let target_sets = named("targets").map(|field| targets::sets(reader, field));
    let target_sets = target_sets.unwrap_or_default();
    let sets = Sets {
        packages: &package_sets,
        targets: &target_sets,
    };
    policy.measure = named("measure").and_then(|field| measure::read(reader, field));
    let commands = policy.measure.as_ref().map(|m| m.commands.clone());
    let commands = commands.unwrap_or_default();
    for field in &fields {
        match field.name {
            "packages" | "targets" | "measure" => {}
            "budget" => policy.budget = budget::read(reader, field, &commands),
            "environment" => policy.environments = environments(reader, field, sets),
            "lint" => policy.lints = lint::read(reader, field),
            "unmanaged" => policy.unmanaged = unmanaged::read(reader, field),
            _ => {
                let known = top::read(reader, field, &mut policy)
                    || body::read(reader, field, sets, &mut policy.base);
                if !known {
                    entry::unknown_at_top(reader, field);
                }
            }
        }
    }
    policy.sets = package_sets;
    policy.target_sets = target_sets;
    check::check(reader, &policy);
    Some(policy)
}

/// `[environment]`: all overlays, sorted by name.
fn environments(reader: &mut Reader<'_>, field: &Field<'_>, sets: Sets<'_>) -> Vec<Environment> {
    let Some(table) = reader.table(field) else {
        return Vec::new();
    };
    let mut environments: Vec<Environment> = Vec::new();
    for field in reader.fields(table) {
        let before: Vec<_> = environments.iter().map(|e| e.name.value.clone()).collect();
        names::environment(reader, &field, &before);
        let Some(table) = reader.table(&field) else {
            continue;
        };
        let mut body = Body::default();
        for inner in reader.fields(table) {
            if !body::read(reader, &inner, sets, &mut body) {
                unknown_in_environment(reader, &inner);
            }
        }
        environments.push(Environment {
            name: Spanned {
                value: field.name.to_owned(),
                span: field.span,
            },
            body,
        });
    }
    environments.sort_by(|a, b| a.name.value.cmp(&b.name.value));
    environments
}

/// A finding: an environment cannot hold this.
fn unknown_in_environment(reader: &mut Reader<'_>, field: &Field<'_>) {
    let tables: Vec<_> = tables::TABLES
        .iter()
        .filter(|table| table.in_environment)
        .map(|table| format!("`{}`", table.name))
        .collect();
    let top = tables::table(field.name).is_some()
        || crate::key::key(crate::key::Home::Policy, field.name).is_some();
    let found = Diagnostic::error(
        "unknown_key",
        format!("an environment has no `{}`", field.name),
    )
    .with_label(reader.file, field.span.clone(), "unknown");
    let found = if top {
        found.with_help(format!(
            "set `{}` at the top level, for all environments",
            field.name
        ))
    } else if let Some(help) = entry::suggest(crate::key::Home::Policy, Place::Table, field.name) {
        found.with_help(help)
    } else {
        found.with_help(format!("use one of {}", tables.join(", ")))
    };
    reader.diagnostics.push(found);
}
