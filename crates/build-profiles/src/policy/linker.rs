//! `[linker]`, and the keys that name platforms there and in `[target]`.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::policy::platform::{self, Family, LINKERS, PLATFORMS};
use crate::policy::source::{Field, Reader};
use crate::policy::{LinkerPreference, Spanned, cfg};

/// `[linker]`.
pub(super) fn read(reader: &mut Reader<'_>, field: &Field<'_>) -> Vec<LinkerPreference> {
    let Some(table) = reader.table(field) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for field in reader.fields(table) {
        let known = is_platform(reader, field.name, &field.span, true);
        let Some(candidates) = reader.strings(&field) else {
            continue;
        };
        for (index, candidate) in candidates.iter().enumerate() {
            candidate_of(reader, &field, candidate, &candidates[..index]);
        }
        if candidates.is_empty() {
            let found = Diagnostic::error(
                "empty_linker_list",
                format!("no linker for `{}`", field.name),
            )
            .with_label(reader.file, reader.value_span(&field), "empty")
            .with_help("name a linker, or remove the line");
            reader.diagnostics.push(found);
        }
        if known {
            lines.push(LinkerPreference {
                platform: Spanned {
                    value: field.name.to_owned(),
                    span: field.span,
                },
                candidates,
                reason: field.above,
            });
        }
    }
    lines
}

/// One candidate of a line of `[linker]`, and those before it.
fn candidate_of(
    reader: &mut Reader<'_>,
    line: &Field<'_>,
    candidate: &Spanned<String>,
    before: &[Spanned<String>],
) {
    let file = reader.file;
    let name = candidate.value.as_str();
    let error = |code, message: String, label: &str| {
        Diagnostic::error(code, message).with_label(file, candidate.span.clone(), label)
    };
    let families: Vec<_> = platform::triples(line.name)
        .into_iter()
        .map(Family::of)
        .collect();
    let fits = |linker: &platform::Linker| {
        families.is_empty()
            || families
                .iter()
                .any(|family| linker.families.contains(family))
    };
    let fitting = || {
        let names: Vec<_> = LINKERS
            .iter()
            .filter(|linker| fits(linker))
            .map(|linker| format!("`\"{}\"`", linker.name))
            .collect();
        names.join(", ")
    };
    let found = match platform::linker(name) {
        None if matches!(name, "gold" | "ld.gold") => error(
            "deprecated_linker",
            "the gold linker is deprecated".to_owned(),
            "deprecated by its authors",
        )
        .with_note("rustc warns about it, for its known bugs (rust-lang/rust#141748)")
        .with_help(format!("use one of {}", fitting())),
        None => error(
            "unknown_linker",
            format!("unknown linker `{name}`"),
            "unknown",
        )
        .with_help(
            match did_you_mean(
                name.trim_end_matches(".exe"),
                LINKERS.iter().map(|l| l.name),
            ) {
                Some(near) => format!("did you mean `\"{near}\"`?"),
                None => format!(
                    "use one of {}; for another program set `linker` in `[target]`",
                    fitting()
                ),
            },
        ),
        Some(linker) if !fits(linker) => error(
            "linker_for_other_platform",
            format!("`{name}` does not link for `{}`", line.name),
            "for other platforms",
        )
        .with_help(format!("use one of {}", fitting())),
        Some(_) if before.iter().any(|other| other.value == name) => error(
            "unreachable_linker",
            format!("`{name}` is named twice"),
            "tried before",
        )
        .with_help("remove it"),
        Some(_) if before.iter().any(|other| other.value == "default") => error(
            "unreachable_linker",
            format!("`{name}` is never tried"),
            "after `default`, which always works",
        )
        .with_help("put `\"default\"` last"),
        Some(_) => return,
    };
    reader.diagnostics.push(found);
}

/// Whether a name is a triple, a cfg or (in `[linker]`) a short name; a finding if not, and for a doubtful cfg.
pub(super) fn is_platform(
    reader: &mut Reader<'_>,
    name: &str,
    span: &Range<usize>,
    short: bool,
) -> bool {
    if name.starts_with("cfg(") {
        let parsed = cfg::Cfg::parse(name);
        let can_be_used = parsed.is_ok();
        let floor = reader
            .toolchain
            .as_ref()
            .map(|floor| (floor.major, floor.minor));
        if let (Some(floor @ (1, ..88)), Ok(true)) =
            (floor, parsed.as_ref().map(cfg::Cfg::has_literal))
        {
            let found = Diagnostic::error(
                "newer_than_toolchain",
                format!(
                    "`{name}` needs Cargo 1.88, the policy's `toolchain` is {}.{}",
                    floor.0, floor.1
                ),
            )
            .with_label(reader.file, span.clone(), "since 1.88")
            .with_note(
                "an older Cargo takes the word for a cfg that nobody sets, and ignores the table",
            )
            .with_help("write `cfg(all())` or `cfg(any())`, or raise `toolchain` to `\"1.88\"`");
            reader.diagnostics.push(found);
        }
        let problem = match parsed {
            Ok(cfg) => cfg.problem(name).map(Box::new),
            Err(problem) => Some(problem),
        };
        if let Some(problem) = problem {
            let span = reader.inside(span, name, problem.range);
            let mut found = Diagnostic::error(problem.code, problem.message).with_label(
                reader.file,
                span,
                problem.label,
            );
            found.notes.extend(problem.note.map(str::to_owned));
            found.help.push(format!("{}{}", problem.help, problem.or));
            reader.diagnostics.push(found);
        }
        return can_be_used;
    }
    if !platform::triples(name).is_empty() && (short || platform::platform(name).is_none()) {
        return true;
    }
    let found = Diagnostic::error(
        "unknown_platform",
        match short {
            true => format!("`{name}` is no platform, triple or `cfg(...)`"),
            false => format!("`{name}` is no triple or `cfg(...)`"),
        },
    )
    .with_label(reader.file, span.clone(), "unknown");
    let longer: Vec<_> = PLATFORMS
        .iter()
        .map(|platform| platform.name)
        .filter(|longer| longer.split('-').next() == Some(name))
        .collect();
    let found = if short && name.starts_with('@') {
        found
            .with_note("sets of `[targets]` are for `[target]`")
            .with_help("name a platform, a triple or a `cfg(...)`")
    } else if !short && platform::platform(name).is_some() {
        found
            .with_note("short names are for `[linker]`; Cargo knows triples and cfgs only")
            .with_help(format!("write {}", quoted(platform::triples(name))))
    } else if short && !longer.is_empty() {
        found.with_help(format!("did you mean {}?", quoted(longer)))
    } else if matches!(name, "unix" | "windows") {
        found.with_help(format!("write `'cfg({name})'`"))
    } else {
        let near = did_you_mean(name, PLATFORMS.iter().map(|p| p.name).filter(|_| short))
            .or_else(|| platform::near_triple(name));
        let found = match near {
            Some(near) => found.with_help(format!("did you mean `{near}`?")),
            None => found,
        };
        found
            .with_note("Cargo ignores a table for a target it does not build, without a word")
            .with_help("for a target of your own keep the table in the config, and list it under `[unmanaged]`")
    };
    reader.diagnostics.push(found);
    false
}

fn quoted(names: Vec<&str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(" or ")
}
