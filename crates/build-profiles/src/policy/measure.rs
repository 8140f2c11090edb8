//! `[measure]`: what is measured, in which order its layers are added, and commands of the user's own.

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::measure::layer::Layer;
use crate::measure::scenario::Builtin;
use crate::policy::source::{Field, Reader};
use crate::policy::{Command, Measure, Spanned, names};

/// The keys, with what each is, sorted by name.
pub(crate) static KEYS: &[(&str, &str)] = &[
    (
        "commands",
        "Scenarios of the workspace's own: a name, and the command that is timed.",
    ),
    (
        "hub",
        "The member that `edit-hub` edits. Without it, one that is chosen from the dependency graph.",
    ),
    (
        "leaf",
        "The member that `edit-leaf` edits. Without it, one that is chosen from the dependency graph.",
    ),
    (
        "order",
        "The order in which the ladder adds the layers. A layer that is left out comes after those that are named, in the default order.",
    ),
    (
        "scenarios",
        "What is measured when the command line names nothing: scenarios that the tool has, and names of `commands`.",
    ),
];

/// What a shell would make something of: here it would be a word like any other.
static OF_A_SHELL: &[&str] = &["&", "&&", "2>&1", ";", "<", ">", ">>", "|", "||"];

impl Measure {
    /// All layers, in the order in which the ladder adds them.
    pub fn layers(&self) -> Vec<Layer> {
        let mut layers: Vec<_> = self.order.iter().map(|layer| layer.value).collect();
        let rest = Layer::ALL
            .into_iter()
            .filter(|layer| !layers.contains(layer));
        let rest: Vec<_> = rest.collect();
        layers.extend(rest);
        layers
    }
}

/// `[measure]`.
pub(super) fn read(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Measure> {
    let table = reader.table(field)?;
    let fields = reader.fields(table);
    let mut measure = Measure {
        span: field.span.clone(),
        ..Measure::default()
    };
    // A scenario may be named above the command that it is.
    if let Some(commands) = fields.iter().find(|field| field.name == "commands") {
        measure.commands = self::commands(reader, commands);
    }
    for field in &fields {
        match field.name {
            "commands" => {}
            "hub" => measure.hub = reader.string(field),
            "leaf" => measure.leaf = reader.string(field),
            "order" => measure.order = order(reader, field),
            "scenarios" => measure.scenarios = scenarios(reader, field, &measure.commands),
            _ => unknown(reader, field),
        }
    }
    Some(measure)
}

/// A finding: the name is that of no layer.
pub(super) fn unknown_layer(reader: &mut Reader<'_>, name: &Spanned<String>) {
    let names = || Layer::ALL.map(Layer::name);
    let found = Diagnostic::error(
        "unknown_layer",
        format!("there is no layer `{}`", name.value),
    )
    .with_label(reader.file, name.span.clone(), "unknown")
    .with_help(match did_you_mean(&name.value.to_lowercase(), names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("use one of {}", listed(names())),
    });
    reader.diagnostics.push(found);
}

/// Whether the name is that of a scenario; a finding if not.
pub(super) fn is_scenario(
    reader: &mut Reader<'_>,
    name: &Spanned<String>,
    commands: &[Command],
) -> bool {
    let own = || {
        let names = commands.iter().map(|command| command.name.value.as_str());
        names.filter(|name| Builtin::named(name).is_none())
    };
    let names = || Builtin::ALL.map(Builtin::name).into_iter().chain(own());
    if names().any(|known| known == name.value) {
        return true;
    }
    let kebab = name.value.replace('_', "-").to_lowercase();
    let found = Diagnostic::error(
        "unknown_scenario",
        format!("there is no scenario `{}`", name.value.escape_debug()),
    )
    .with_label(reader.file, name.span.clone(), "unknown");
    let found = match did_you_mean(&kebab, names()) {
        Some(near) => found.with_help(format!("did you mean `{near}`?")),
        None => found
            .with_help(format!("use one of {}", listed(names())))
            .with_help("or say under `[measure.commands]` what it runs"),
    };
    reader.diagnostics.push(found);
    false
}

/// `order`.
fn order(reader: &mut Reader<'_>, field: &Field<'_>) -> Vec<Spanned<Layer>> {
    let mut order: Vec<Spanned<Layer>> = Vec::new();
    for name in some(reader, field) {
        match Layer::named(&name.value) {
            None => unknown_layer(reader, &name),
            Some(layer) if order.iter().any(|known| known.value == layer) => {
                named_twice(reader, field, &name);
            }
            Some(value) => order.push(Spanned {
                value,
                span: name.span,
            }),
        }
    }
    order
}

/// `scenarios`.
fn scenarios(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    commands: &[Command],
) -> Vec<Spanned<String>> {
    let mut scenarios: Vec<Spanned<String>> = Vec::new();
    for name in some(reader, field) {
        if scenarios.iter().any(|known| known.value == name.value) {
            named_twice(reader, field, &name);
        } else if is_scenario(reader, &name, commands) {
            scenarios.push(name);
        }
    }
    scenarios
}

/// The strings of a field; a finding if there is none.
fn some(reader: &mut Reader<'_>, field: &Field<'_>) -> Vec<Spanned<String>> {
    if field.item.as_array().is_some_and(|array| array.is_empty()) {
        let found = Diagnostic::error("invalid_value", format!("`{}` names nothing", field.name))
            .with_label(reader.file, reader.value_span(field), "empty")
            .with_help("remove it: what is left out is as the tool has it");
        reader.diagnostics.push(found);
    }
    reader.strings(field).unwrap_or_default()
}

/// A finding: an element of an array for the second time.
fn named_twice(reader: &mut Reader<'_>, field: &Field<'_>, name: &Spanned<String>) {
    let found = Diagnostic::error(
        "measured_twice",
        format!("`{}` names `{}` twice", field.name, name.value),
    )
    .with_label(reader.file, name.span.clone(), "named before")
    .with_help("remove it");
    reader.diagnostics.push(found);
}

/// `[measure.commands]`. One that cannot be run is a scenario all the same: what names it is not wrong.
fn commands(reader: &mut Reader<'_>, field: &Field<'_>) -> Vec<Command> {
    let Some(table) = reader.table(field) else {
        return Vec::new();
    };
    let mut commands = Vec::new();
    for inner in reader.fields(table) {
        is_free(reader, &inner);
        commands.push(Command {
            words: words(reader, &inner),
            name: Spanned {
                value: inner.name.to_owned(),
                span: inner.span,
            },
            reason: inner.above.or_else(|| field.above.clone()),
        });
    }
    commands
}

/// Looks at the name of a command.
fn is_free(reader: &mut Reader<'_>, field: &Field<'_>) {
    let Some(builtin) = Builtin::named(field.name) else {
        return names::plain(reader, field, "a scenario");
    };
    let found = Diagnostic::error(
        "invalid_name",
        format!("`{}` is a scenario that the tool has", field.name),
    )
    .with_label(reader.file, field.span.clone(), builtin.meaning())
    .with_help("rename it");
    reader.diagnostics.push(found);
}

/// The words of a command: the program and its arguments. Empty if there is no program, which is a finding.
fn words(reader: &mut Reader<'_>, field: &Field<'_>) -> Vec<String> {
    let found = reader.diagnostics.len();
    let words: Vec<String> = match field.item.as_str() {
        Some(text) => text.split_whitespace().map(str::to_owned).collect(),
        None => {
            let strings = reader.strings(field).unwrap_or_default();
            strings.into_iter().map(|word| word.value).collect()
        }
    };
    if reader.diagnostics.len() > found {
        return Vec::new();
    }
    if words
        .first()
        .is_none_or(|program| program.trim().is_empty())
    {
        let found = Diagnostic::error(
            "empty_command",
            format!("`{}` names no program to run", field.name.escape_debug()),
        )
        .with_label(reader.file, reader.value_span(field), "no program")
        .with_help(format!(
            "write the program and its arguments, as `{} = \"cargo doc --no-deps\"`",
            field.name.escape_debug()
        ));
        reader.diagnostics.push(found);
        return Vec::new();
    }
    if field.item.is_str() {
        for_a_shell(reader, field, &words);
    }
    words
}

/// A finding: a command that only a shell understands.
fn for_a_shell(reader: &mut Reader<'_>, field: &Field<'_>, words: &[String]) {
    let is_variable = |word: &String| {
        let name = word.split_once('=').map(|(name, _)| name);
        name.is_some_and(|name| {
            !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
        })
    };
    let quoted = |word: &&String| word.contains(['\'', '"', '`']);
    let meant = |word: &&String| OF_A_SHELL.contains(&word.as_str()) || word.ends_with(';');
    let (word, help) = if let Some(first) = words.first().filter(|word| is_variable(word)) {
        (
            first,
            "put `env` before it, or `[\"sh\", \"-c\", \"...\"]` around all of it".to_owned(),
        )
    } else if let Some(word) = words.iter().find(meant) {
        (
            word,
            "write an array, as `[\"sh\", \"-c\", \"...\"]`, or a script".to_owned(),
        )
    } else if let Some(word) = words.iter().find(quoted) {
        (
            word,
            format!(
                "write an array of the words, as `{} = [\"...\", \"...\"]`",
                field.name
            ),
        )
    } else {
        return;
    };
    let found = Diagnostic::warning(
        "shell_in_command",
        format!(
            "no shell reads `{}`: `{word}` is passed on as it is",
            field.name
        ),
    )
    .with_label(
        reader.file,
        reader.value_span(field),
        "split at blanks, and nothing else",
    )
    .with_help(help);
    reader.diagnostics.push(found);
}

/// A finding: no such key.
fn unknown(reader: &mut Reader<'_>, field: &Field<'_>) {
    let keys = || KEYS.iter().map(|(name, _)| *name);
    let kebab = field.name.replace('_', "-").to_lowercase();
    let found = Diagnostic::error(
        "unknown_key",
        format!("unknown key `{}` in `[measure]`", field.name),
    )
    .with_label(reader.file, field.span.clone(), "unknown");
    let is_command = field.item.is_str() || field.item.is_array();
    let found = match did_you_mean(&kebab, keys()) {
        Some(near) => found.with_help(format!("did you mean `{near}`?")),
        None if is_command => found
            .with_help(format!("use one of {}", listed(keys())))
            .with_help("a command of your own stands in `[measure.commands]`"),
        None => found.with_help(format!("use one of {}", listed(keys()))),
    };
    reader.diagnostics.push(found);
}

/// Names for a sentence.
pub(super) fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
