//! A key, explained: for a person, as JSON, as Markdown.

use std::fmt::Write as _;

use build_profiles::explain::{Explanation, Held, Link, Row, Wanted};
use serde::Serialize;

use super::{advice, colored, data};
use crate::cli::{CommonArgs, Format};
use crate::exit::Exit;
use crate::read::Repository;

/// The version of the JSON object's shape.
const SCHEMA: u32 = 1;

/// What stands behind what only this machine says.
const OWN: &str = "this machine's own";

/// Says one explanation.
pub(crate) fn explained(args: &CommonArgs, repository: &Repository, explanation: &Explanation) {
    match args.format {
        Format::Json => data(&(json(repository, explanation) + "\n")),
        Format::Markdown => data(&markdown(explanation)),
        _ => {
            let color = colored(args.color, &std::io::stdout());
            data(&advice(&human(explanation, color)));
        }
    }
}

/// Says everything that is set.
pub(crate) fn explained_all(
    args: &CommonArgs,
    repository: &Repository,
    rows: &[Row],
    stops: &[String],
) {
    #[derive(Serialize)]
    struct All<'a> {
        keys: &'a [Row],
        stops: &'a [String],
    }
    match args.format {
        Format::Json => data(&(json(repository, &All { keys: rows, stops }) + "\n")),
        Format::Markdown => data(&(table_in_markdown(rows) + &stopped("- ", stops))),
        _ => data(&(table(rows) + &stopped("note: ", stops))),
    }
}

fn stopped(before: &str, stops: &[String]) -> String {
    let mut text = String::new();
    for stop in stops {
        let _ = writeln!(text, "{before}Cargo stops here: {stop}");
    }
    text
}

fn json(repository: &Repository, what: &impl Serialize) -> String {
    #[derive(Serialize)]
    struct Json<'a, T> {
        schema: u32,
        command: &'static str,
        exit: u8,
        workspace: &'a str,
        policy: Option<&'a str>,
        #[serde(flatten)]
        what: &'a T,
    }
    let json = Json {
        schema: SCHEMA,
        command: "explain",
        exit: Exit::Clean.code(),
        workspace: repository.root.as_str(),
        policy: repository
            .has_policy
            .then(|| repository.policy_file.as_str()),
        what,
    };
    serde_json::to_string_pretty(&json).expect("strings, numbers and lists are always JSON")
}

/// What is to be said, line by line: a heading, and what stands below it.
fn parts(explanation: &Explanation) -> Vec<(String, Vec<String>)> {
    let mut parts: Vec<(String, Vec<String>)> = Vec::new();
    let mut part = |head: String, lines: Vec<String>| parts.push((head, lines));
    if let Some(wanted) = &explanation.wanted {
        part(format!("wanted: {}", wanted_in_short(wanted)), why(wanted));
    } else if let Some(reason) = &explanation.unmanaged {
        part(format!("left alone by the policy: {reason}"), Vec::new());
    }
    for one in &explanation.linkers {
        let place = one
            .at
            .as_ref()
            .map(|at| format!("  ({at})"))
            .unwrap_or_default();
        let here = if one.here { ", this machine's" } else { "" };
        let names: Vec<&str> = one.candidates.iter().map(|one| one.name.as_str()).collect();
        let known = one
            .candidates
            .iter()
            .filter_map(|one| Some(format!("{}: {}", one.name, one.meaning?)));
        let reason = one.reason.iter().map(|reason| reason_of(reason));
        part(
            format!(
                "wanted on {}{here}: the first that works of {}{place}",
                one.platform,
                names.join(", ")
            ),
            reason.chain(known).collect(),
        );
    }
    for overlay in &explanation.environments {
        let here = if overlay.here {
            "which this machine is of"
        } else {
            "where its file is copied to `.cargo/machine.toml`"
        };
        part(
            format!(
                "wanted in [environment.{}], {here}: {}",
                overlay.environment,
                wanted_in_short(&overlay.wanted)
            ),
            why(&overlay.wanted),
        );
    }
    if let Some(held) = &explanation.effective {
        let missed = match held.as_wanted {
            Some(false) => vec!["this is not what the policy wants".to_owned()],
            _ => Vec::new(),
        };
        part(format!("in effect: {}", held_in_short(held)), missed);
    } else if matches!(explanation.topic, "key" | "other") {
        let nothing = match explanation.chain.is_empty() {
            true => "nobody says anything of it",
            false => "nothing of what is said",
        };
        part(format!("in effect: {nothing}"), Vec::new());
    }
    if let Some(without) = &explanation.without {
        let text = format!("without its override: {}", held_in_short(without));
        part(text, Vec::new());
    }
    if !explanation.chain.is_empty() {
        part(
            "who says what, the strongest first:".to_owned(),
            explanation
                .chain
                .iter()
                .map(|link| said(link, &explanation.key))
                .collect(),
        );
    }
    if let Some(about) = &explanation.about {
        part(format!("costs and buys: {}", about.trade), Vec::new());
        part(format!("without it: {}", about.default), Vec::new());
        if let Some(since) = &about.since {
            part(format!("since: {since}"), Vec::new());
        }
        if let Some(feature) = about.unstable {
            let text = format!("unstable: stable Cargo does not have `{feature}`");
            part(text, Vec::new());
        }
        part(format!("proved by: {}", about.claim), Vec::new());
    }
    if let Some(seen) = &explanation.seen {
        let mut lines = seen.evidence.clone();
        lines.extend(seen.control.iter().map(|seen| format!("control: {seen}")));
        let wanted = explanation.wanted.as_ref();
        if wanted.is_some_and(|wanted| wanted.value != seen.wanted) {
            lines.push(format!("then the policy wanted {}", seen.wanted));
        }
        part(
            format!("`{}` saw last: {}", seen.command, seen.outcome),
            lines,
        );
    }
    for note in &explanation.notes {
        part(format!("note: {note}"), Vec::new());
    }
    if let Some(about) = &explanation.about {
        part(format!("see: {}", about.source), Vec::new());
    }
    parts
}

fn human(explanation: &Explanation, color: bool) -> String {
    let title = match color {
        true => format!("\x1b[1m{}\x1b[0m", explanation.key),
        false => explanation.key.clone(),
    };
    let mut text = format!("{title}\n");
    if let Some(about) = &explanation.about {
        let _ = writeln!(text, "  {}", about.meaning);
    }
    if !explanation.table.is_empty() {
        text += &table(&explanation.table);
    }
    for (head, lines) in parts(explanation) {
        let _ = writeln!(text, "{head}");
        for line in lines {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}

/// `"line-tables-only", by tradeoff = "compile-time"  (build-profiles.toml:6:1)`
fn wanted_in_short(wanted: &Wanted) -> String {
    let via = wanted.via.as_ref().map(|via| format!(", by `{via}`"));
    let at = wanted.at.as_ref().map(|at| format!("  ({at})"));
    format!(
        "{}{}{}",
        wanted.value,
        via.unwrap_or_default(),
        at.unwrap_or_default()
    )
}

fn why(wanted: &Wanted) -> Vec<String> {
    let mut lines: Vec<String> = wanted.because.iter().cloned().collect();
    lines.extend(wanted.reason.iter().map(|reason| reason_of(reason)));
    lines
}

fn reason_of(reason: &str) -> String {
    format!("reason: {}", reason.replace('\n', " "))
}

fn held_in_short(held: &Held) -> String {
    let value = held.value.as_deref().unwrap_or("unset");
    let own = if held.own {
        format!(", {OWN}")
    } else {
        String::new()
    };
    let place = match &held.place {
        Some(place) => format!("  ({place}{own})"),
        None if held.own => format!("  ({OWN})"),
        None => String::new(),
    };
    format!("{value}, {}{place}", held.by)
}

/// One layer's word.
fn said(link: &Link, asked: &str) -> String {
    let said = &link.said;
    let mark = if said.wins { ">" } else { " " };
    let place = match &said.at {
        // `[env]` and its variable stand behind the place.
        Some(at) => {
            let short = format!("{}:{}", at.file, at.line);
            let rest = said.place.strip_prefix(&short).unwrap_or_default();
            format!("{at}{rest}")
        }
        None => said.place.clone(),
    };
    let own = said.own.then(|| OWN.to_owned());
    let why = said.note.clone().or_else(|| said.because.clone());
    let behind: Vec<String> = own.into_iter().chain(why).collect();
    let behind = match behind.is_empty() {
        true => String::new(),
        false => format!("  ({})", behind.join("; ")),
    };
    // A word of the policy stands for one key alone.
    let key = match link.key == asked || !asked.contains('.') || said.at.is_none() {
        true => String::new(),
        false => format!(": {}", link.key),
    };
    format!("{mark} {place}{key} = {}{behind}", said.value)
}

/// Rows in columns.
fn table(rows: &[Row]) -> String {
    let value = |row: &Row| row.value.clone().unwrap_or_else(|| "unset".to_owned());
    let width = |of: &dyn Fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let key = width(&|row| row.key.chars().count());
    // One long list must not push everything else out of sight.
    let values = width(&|row| value(row).chars().count()).min(32);
    let mut text = String::new();
    for row in rows {
        let _ = writeln!(
            text,
            "  {:key$} = {:values$}  {}",
            row.key,
            value(row),
            from(row)
        );
    }
    text
}

/// Where a row's value comes from, and whether the policy wants it.
fn from(row: &Row) -> String {
    let mut words: Vec<String> = row.place.iter().cloned().collect();
    if row.place.is_none() || row.value.is_none() {
        words.push(row.by.clone());
    }
    if row.own {
        words.push(OWN.to_owned());
    }
    match (&row.wanted, row.as_wanted) {
        (Some(wanted), Some(false)) => words.push(format!("the policy wants {wanted}")),
        (Some(_), Some(true)) => words.push("as the policy wants".to_owned()),
        _ => {}
    }
    if let Some(without) = &row.without {
        words.push(format!("{without} without its override"));
    }
    words.join("; ")
}

fn markdown(explanation: &Explanation) -> String {
    let mut text = format!("### `{}`\n\n", explanation.key);
    if let Some(about) = &explanation.about {
        let _ = writeln!(text, "{}\n", about.meaning);
    }
    if !explanation.table.is_empty() {
        text += &table_in_markdown(&explanation.table);
        text += "\n";
    }
    for (head, lines) in parts(explanation) {
        let _ = match head.split_once(": ") {
            Some((name, rest)) => writeln!(text, "- **{}:** {}", escaped(name), escaped(rest)),
            None => writeln!(text, "- **{}**", head.trim_end_matches(':')),
        };
        for line in lines {
            let line = line.trim_start();
            let line = match line.strip_prefix("> ") {
                Some(winner) => format!("**{}**", escaped(winner)),
                None => escaped(line),
            };
            let _ = writeln!(text, "  - {line}");
        }
    }
    advice(&text)
}

fn table_in_markdown(rows: &[Row]) -> String {
    let mut text = "| key | value | from |\n|---|---|---|\n".to_owned();
    for row in rows {
        let value = row.value.as_deref().unwrap_or("unset");
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {} |",
            in_cell(&row.key),
            in_cell(value),
            in_cell(&escaped(&from(row)))
        );
    }
    text
}

/// What Markdown would take for itself, outside of code.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    let mut code = false;
    for c in text.chars() {
        code ^= c == '`';
        if !code && matches!(c, '*' | '_' | '<' | '[' | ']') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn in_cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
