//! Libraries that link-time optimisation does not reach.

use crate::diagnostic::Level;
use crate::edit::Leaf;
use crate::lint::inherited::{Part, Profiles};
use crate::lint::{Doc, Finding, Group, LINT, Lint, Role, Subject};
use crate::value::Value;

pub(super) static LTO_WITH_RLIB: Lint = Lint {
    name: "lto_with_rlib",
    level: Some(Level::Note),
    group: Group::Profiles,
    finds: "a library that is a `cdylib` or `staticlib` and an `rlib` at once, in a workspace that sets `lto` in release",
    cargo: "`cargo build` does no link-time optimisation for a library of which one kind cannot have it",
    costs: "the shared or static library is shipped without what the profile says, and nobody is told",
    instead: "build it with `cargo rustc --crate-type cdylib`, or make the `cdylib` a package of its own",
    source: "https://doc.rust-lang.org/cargo/reference/profiles.html#lto",
    bad: "members: plugin\n//- Cargo.toml\n[profile.release]\nlto = true\n//- plugin/Cargo.toml\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n",
    good: "members: plugin\n//- Cargo.toml\n[profile.release]\nlto = true\n//- plugin/Cargo.toml\n[lib]\ncrate-type = [\"cdylib\"]\n",
    ..LINT
};

/// The kinds that the libraries of the workspace are made as, where a manifest says so.
pub(super) fn libraries_of<'s, 'a>(
    subject: &'s Subject<'a>,
) -> impl Iterator<Item = (&'s Doc<'a>, &'s Leaf, Vec<&'s str>)> {
    let docs = subject
        .docs(Role::Manifest)
        .chain(subject.docs(Role::Member));
    docs.flat_map(|doc| doc.leaves.iter().map(move |leaf| (doc, leaf)))
        .filter_map(|(doc, leaf)| match (leaf.path.segments(), &leaf.value) {
            ([table, key], Some(Value::Array(kinds)))
                if table == "lib" && matches!(key.as_str(), "crate-type" | "crate_type") =>
            {
                Some((doc, leaf, kinds.iter().map(String::as_str).collect()))
            }
            _ => None,
        })
}

/// Libraries that link-time optimisation passes over.
pub(super) fn libraries(
    subject: &Subject<'_>,
    profiles: &Profiles<'_, '_>,
    found: &mut Vec<Finding>,
) {
    // Of another profile nobody knows whether the library is ever built with it.
    let Some(lto) = profiles.word("release", Part::Own, "lto") else {
        return;
    };
    if !profiles.is("release", "lto", "fat") && !profiles.is("release", "lto", "thin") {
        return;
    }
    for (doc, leaf, kinds) in libraries_of(subject) {
        let linked = kinds
            .iter()
            .find(|kind| matches!(**kind, "cdylib" | "staticlib"));
        let not = kinds
            .iter()
            .find(|kind| matches!(**kind, "lib" | "rlib" | "dylib"));
        if let (Some(linked), Some(not)) = (linked, not) {
            let message = format!("no LTO for this `{linked}`, since it is `{not}` too");
            found.push(
                Finding::new(&LTO_WITH_RLIB, message)
                    .at(doc, leaf.span.clone(), "made as both at once")
                    .at(lto.doc, lto.leaf.span.clone(), "not for this library"),
            );
        }
    }
}
