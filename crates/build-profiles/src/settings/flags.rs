//! Rustflags live at one level: a matching `target.*.rustflags` silently drops `build.rustflags`
//! (Cargo book, Configuration, `build.rustflags`; rust-lang/cargo#5376).

use std::collections::BTreeSet;

use cfg_expr::targets::get_builtin_target_by_triple;

use super::{Context, Settings};
use crate::diagnostic::Diagnostic;
use crate::key::{Home, key};
use crate::policy::flags::{has_all, split};
use crate::value::KeyPath;

/// Moves `build.rustflags` to a `cfg(not(any(...)))` of all platforms that have flags of their own, which keeps its
/// meaning whatever a machine or an environment adds.
///
/// Where the config already says what the policy says, and no environment adds target flags, nothing moves: equal by
/// meaning is equal.
pub(crate) fn one_level(cx: &mut Context<'_>, settings: &mut Settings) {
    let build = KeyPath::new(["build", "rustflags"]);
    let Some(flags) = settings.config.get(&build).cloned() else {
        return;
    };
    let tables = flag_tables(settings.config.keys());
    let added: BTreeSet<String> = settings
        .environments
        .values()
        .flat_map(|layer| flag_tables(layer.keys()))
        .collect();
    if tables.is_empty() && added.is_empty() {
        return;
    }
    if added.is_empty() && stands_as_written(cx, settings) {
        // A table that repeats what `build` says loses nothing.
        let loses = |table: &&String| {
            let own = settings.config.get(&of_table(table));
            own.is_none_or(|own| !has_all(&split(&own.value), &split(&flags.value)))
        };
        let names: Vec<String> = tables
            .iter()
            .filter(loses)
            .map(|table| format!("`{table}`"))
            .collect();
        if names.is_empty() {
            return;
        }
        cx.diagnostics.push(
            Diagnostic::warning("flags_at_two_levels", format!("`build.rustflags` does not reach builds for {}", names.join(", ")))
                .with_label(cx.file, flags.origin.span.clone(), "dropped where a target has flags of its own")
                .with_note("Cargo takes the flags of a matching target instead of those of `build`, not with them (rust-lang/cargo#5376)")
                .with_help("if that is not meant, move them to `[target.'cfg(all())']`, which is joined with the others"),
        );
        return;
    }
    // The parser has refused every triple that is not known.
    let predicates: Vec<String> = tables.iter().filter_map(|table| as_cfg(table)).collect();
    let name = match predicates.as_slice() {
        [] => "cfg(all())".to_owned(),
        [one] => format!("cfg(not({one}))"),
        many => format!("cfg(not(any({})))", many.join(", ")),
    };
    settings.config.remove(&build);
    settings.config.insert(of_table(&name), flags);
    settings.moved_flags = Some(name);
}

fn of_table(name: &str) -> KeyPath {
    KeyPath::new(["target", name, "rustflags"])
}

/// A target table's name as the inside of a cfg expression.
fn as_cfg(name: &str) -> Option<String> {
    if let Some(inside) = name
        .strip_prefix("cfg(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        return Some(inside.to_owned());
    }
    let target = get_builtin_target_by_triple(name)?;
    let mut parts = vec![format!("target_arch = \"{}\"", target.arch.as_str())];
    parts.extend(
        target
            .vendor
            .as_ref()
            .map(|vendor| format!("target_vendor = \"{}\"", vendor.as_str())),
    );
    parts.extend(
        target
            .os
            .as_ref()
            .map(|os| format!("target_os = \"{}\"", os.as_str())),
    );
    parts.extend(
        target
            .env
            .as_ref()
            .map(|env| format!("target_env = \"{}\"", env.as_str())),
    );
    Some(format!("all({})", parts.join(", ")))
}

/// The targets of all `target.<name>.rustflags` among the paths.
fn flag_tables<'a>(paths: impl Iterator<Item = &'a KeyPath>) -> BTreeSet<String> {
    paths
        .filter_map(|path| match path.parts()[..] {
            ["target", name, "rustflags"] => Some(name.to_owned()),
            _ => None,
        })
        .collect()
}

/// Whether the config on disk holds these flags at these very places.
fn stands_as_written(cx: &Context<'_>, settings: &Settings) -> bool {
    let Some(text) = cx
        .workspace
        .files
        .get(&crate::layout::config_path(cx.policy))
    else {
        return false;
    };
    let Ok(source) = crate::edit::parse(text) else {
        return false;
    };
    settings
        .config
        .iter()
        .filter(|(path, _)| path.parts().last() == Some(&"rustflags"))
        .all(|(path, setting)| {
            source
                .leaf(path)
                .and_then(|leaf| leaf.value)
                .zip(key(Home::Build, "rustflags"))
                .is_some_and(|(value, flags)| flags.same(&value, &setting.value))
        })
}
