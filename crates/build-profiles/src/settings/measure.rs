//! The members that `[measure]` names: only the workspace knows whether they are there.

use super::Context;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::policy::Spanned;

/// Findings about `leaf` and `hub`.
pub(super) fn check(cx: &mut Context<'_>) {
    let Some(measure) = &cx.policy.measure else {
        return;
    };
    let named = [("leaf", &measure.leaf), ("hub", &measure.hub)];
    let named = named
        .into_iter()
        .filter_map(|(key, name)| Some((key, name.as_ref()?)));
    let found: Vec<_> = named
        .filter_map(|(key, name)| unknown(cx, key, name))
        .collect();
    cx.diagnostics.extend(found);
}

/// A finding if there is no such member.
fn unknown(cx: &Context<'_>, key: &str, name: &Spanned<String>) -> Option<Diagnostic> {
    let members = &cx.workspace.members;
    if members.iter().any(|member| member.name == name.value) {
        return None;
    }
    let folder = name.value.trim_start_matches("./").trim_end_matches('/');
    let of_folder = members
        .iter()
        .find(|member| member.path == folder && !folder.is_empty());
    let near = did_you_mean(
        &name.value,
        members.iter().map(|member| member.name.as_str()),
    );
    Some(
        Diagnostic::error(
            "unknown_member",
            format!(
                "the workspace has no member `{}`",
                name.value.escape_debug()
            ),
        )
        .with_label(
            cx.file,
            name.span.clone(),
            match of_folder {
                Some(_) => "a folder, not a name",
                None => "unknown",
            },
        )
        .with_help(match (of_folder, near) {
            (Some(member), _) => format!("write its name: `{key} = \"{}\"`", member.name),
            (None, Some(near)) => format!("did you mean `\"{near}\"`?"),
            (None, None) => {
                format!(
                    "name a member, or remove `{key}`: then one is chosen from the dependency graph"
                )
            }
        }),
    )
}
