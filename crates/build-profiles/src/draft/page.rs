//! The draft as text: tables in reading order, one line a setting, comments where they were.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::floor::Floor;
use super::line::Line;
use super::sets::Sets;
use crate::diagnostic::FilePath;
use crate::edit::parse;
use crate::lint::Lint;
use crate::value::{KeyPath, Value};

/// The width that a line is kept to where it can be broken.
const WIDTH: usize = 100;

/// The longest line that an inline table may make.
const LONGEST: usize = 120;

/// All that a draft says.
pub(super) struct Page<'a> {
    pub(super) floor: &'a Floor,
    pub(super) lines: Vec<Line>,
    /// What the comments above tables explain.
    pub(super) tables: &'a BTreeMap<KeyPath, String>,
    pub(super) sets: &'a Sets,
    pub(super) left_alone: Vec<(KeyPath, String)>,
    pub(super) denied: &'a [(&'static Lint, usize)],
    /// The config file, if it is another than Cargo's own.
    pub(super) config: Option<FilePath>,
    /// Where all of it comes from.
    pub(super) files: Vec<FilePath>,
}

/// What one package is given, or each of a set.
struct Override {
    /// As the policy names it.
    key: String,
    comment: Option<String>,
    /// All of it on one line.
    line: String,
    /// Where the files say it; of a set, for its first package.
    table: KeyPath,
}

/// A table with its lines.
struct Section {
    header: String,
    comment: Option<String>,
    lines: Vec<String>,
}

impl Page<'_> {
    pub(super) fn text(&self) -> String {
        let mut text = self.head();
        for section in self.sections() {
            if section.lines.is_empty() {
                continue;
            }
            text.push('\n');
            for line in comment_lines(section.comment.as_deref()) {
                let _ = writeln!(text, "{line}");
            }
            let _ = writeln!(text, "[{}]", section.header);
            for line in section.lines {
                let _ = writeln!(text, "{line}");
            }
        }
        text
    }

    fn head(&self) -> String {
        let names: Vec<&str> = self.files.iter().map(FilePath::as_str).collect();
        let from = match &names[..] {
            [] => "# How this workspace builds; nothing is said yet. What is said here `cargo xtask configure` writes into the files\n\
                   # that Cargo reads.\n".to_owned(),
            names => format!(
                "# How this workspace builds, as `init` found it in {}.\n\
                 # From here on it is written by hand, and `cargo xtask configure` makes those files say the same.\n",
                names.join(" and ")
            ),
        };
        let config = self
            .config
            .as_ref()
            .map_or_else(String::new, |config| format!("config = \"{config}\"\n"));
        let Floor { version, reason } = self.floor;
        format!("{from}\nschema = 1\ntoolchain = \"{version}\"  # {reason}\n{config}")
    }

    fn sections(&self) -> Vec<Section> {
        let mut sections = vec![
            set_section("packages", &self.sets.packages),
            set_section("targets", &self.sets.targets),
        ];
        for profile in self.names("profile") {
            self.profile(&profile, &mut sections);
        }
        sections.push(Section {
            header: "build".to_owned(),
            comment: self.above(&KeyPath::new(["build"])),
            lines: self.lines_of(&KeyPath::new(["build"])).collect(),
        });
        self.targets(&mut sections);
        sections.push(self.denied());
        let left = self.left_alone.iter();
        sections.push(Section {
            header: "unmanaged".to_owned(),
            comment: None,
            lines: left
                .map(|(path, reason)| format!("{path} = {}", Value::from(reason.as_str())))
                .collect(),
        });
        sections
    }

    /// The names below a table, as they first appear.
    fn names(&self, table: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for line in &self.lines {
            let segments = line.path.segments();
            if segments[0] == table && segments.len() > 1 && !names.contains(&segments[1]) {
                names.push(segments[1].clone());
            }
        }
        names
    }

    /// The keys directly in a table.
    fn lines_of<'s>(&'s self, table: &'s KeyPath) -> impl Iterator<Item = String> + 's {
        let depth = table.segments().len() + 1;
        self.lines
            .iter()
            .filter(move |line| line.path.starts_with(table) && line.path.segments().len() == depth)
            .flat_map(|line| {
                let mut lines = comment_lines(line.comment.as_deref());
                lines.push(setting(line));
                lines
            })
    }

    fn above(&self, table: &KeyPath) -> Option<String> {
        self.tables.get(table).cloned()
    }

    fn profile(&self, name: &str, sections: &mut Vec<Section>) {
        let at = KeyPath::new(["profile", name]);
        let mut own: Vec<String> = self.lines_of(&at).collect();
        let build = self.inline(&at.join("build-override"));
        if let Some((comment, table)) = build {
            own.extend(comment_lines(comment.as_deref()));
            own.push(format!("build-override = {table}"));
        }
        let package = at.join("package");
        let (short, long): (Vec<_>, Vec<_>) = self
            .overrides(name, &package)
            .into_iter()
            .partition(|one| one.line.len() <= LONGEST);
        let comment = self.above(&at);
        let mut lines = Vec::new();
        for one in &short {
            lines.extend(comment_lines(one.comment.as_deref()));
            lines.push(one.line.clone());
        }
        if short.len() == 1 && !own.is_empty() {
            let last = lines.pop().unwrap_or_default();
            own.append(&mut lines);
            own.push(format!("package.{last}"));
        }
        let has_own = !own.is_empty();
        sections.push(Section {
            header: at.to_string(),
            comment: comment.clone(),
            lines: own,
        });
        sections.push(Section {
            header: package.to_string(),
            // A profile that is nothing but overrides keeps its comment.
            comment: self.above(&package).or(comment.filter(|_| !has_own)),
            lines,
        });
        sections.extend(long.into_iter().map(|one| Section {
            header: package.join(one.key).to_string(),
            comment: one.comment,
            lines: self.lines_of(&one.table).collect(),
        }));
    }

    /// The overrides of a profile. A set stands where the first of its packages stood.
    fn overrides(&self, profile: &str, package: &KeyPath) -> Vec<Override> {
        let mut overrides: Vec<Override> = Vec::new();
        for line in self
            .lines
            .iter()
            .filter(|line| line.path.starts_with(package))
        {
            let Some(spec) = line.path.segments().get(3) else {
                continue;
            };
            let used = self.sets.of_package(profile, spec);
            let key = used.map_or_else(|| spec.clone(), |set| format!("@{}", set.name));
            if overrides.iter().any(|one| one.key == key) {
                continue;
            }
            let table = package.join(spec.clone());
            if let Some((comment, inline)) = self.inline(&table) {
                overrides.push(Override {
                    comment: used.map_or(comment, |set| set.comment.clone()),
                    line: format!("{} = {inline}", KeyPath::new([key.as_str()])),
                    key,
                    table,
                });
            }
        }
        overrides
    }

    /// A table on one line, and the comments of it and in it.
    fn inline(&self, table: &KeyPath) -> Option<(Option<String>, String)> {
        let depth = table.segments().len() + 1;
        let mut comments: Vec<String> = self.above(table).into_iter().collect();
        let mut keys = Vec::new();
        for line in &self.lines {
            if line.path.starts_with(table) && line.path.segments().len() == depth {
                let name = KeyPath::new([line.path.segments()[depth - 1].as_str()]);
                keys.push(format!("{name} = {}", line.spelled));
                comments.extend(line.comment.clone().filter(|one| !comments.contains(one)));
            }
        }
        let comment = (!comments.is_empty()).then(|| comments.join("\n"));
        (!keys.is_empty()).then(|| (comment, format!("{{ {} }}", keys.join(", "))))
    }

    fn targets(&self, sections: &mut Vec<Section>) {
        let mut done: Vec<&str> = Vec::new();
        for name in self.names("target") {
            let at = KeyPath::new(["target", name.as_str()]);
            let mut lines = Vec::new();
            for line in self.lines.iter().filter(|line| line.path.starts_with(&at)) {
                let Some(set) = self.sets.of_target(&line.path) else {
                    lines.extend(comment_lines(line.comment.as_deref()));
                    lines.push(setting(line));
                    continue;
                };
                if done.contains(&set.name.as_str()) {
                    continue;
                }
                done.push(&set.name);
                sections.push(Section {
                    header: format!("target.\"@{}\"", set.name),
                    comment: set.comment.clone(),
                    lines: vec![setting(line)],
                });
            }
            sections.push(Section {
                header: at.to_string(),
                comment: self.above(&at),
                lines,
            });
        }
    }

    fn denied(&self) -> Section {
        let lines = self.denied.iter().flat_map(|(lint, count)| {
            let (found, these, gone) = match count {
                1 => ("1 finding".to_owned(), "it", "it is"),
                count => (format!("{count} findings"), "them", "they are"),
            };
            [
                format!("# {found} when this policy was made: `cargo xtask lint` shows {these}. Take this away once {gone} gone."),
                format!("{} = \"warn\"", lint.name),
            ]
        });
        Section {
            header: "lint".to_owned(),
            comment: None,
            lines: lines.collect(),
        }
    }
}

fn set_section(header: &str, sets: &[super::sets::Set]) -> Section {
    let lines = sets.iter().flat_map(|set| {
        let mut lines = Vec::new();
        let mut row = String::new();
        let name = KeyPath::new([set.name.as_str()]);
        let short: Vec<String> = set.elements.iter().map(|one| quoted(&one.text)).collect();
        let one_line = format!("{name} = [{}]", short.join(", "));
        if one_line.len() <= WIDTH && set.elements.iter().all(|one| one.comment.is_none()) {
            return vec![one_line];
        }
        lines.push(format!("{name} = ["));
        for one in &set.elements {
            let text = quoted(&one.text);
            if one.comment.is_some() || row.len() + text.len() + 6 > WIDTH {
                lines.extend((!row.is_empty()).then(|| format!("    {}", row.trim_end())));
                row.clear();
            }
            lines.extend(
                comment_lines(one.comment.as_deref())
                    .into_iter()
                    .map(|line| format!("    {line}")),
            );
            row.push_str(&text);
            row.push_str(", ");
        }
        lines.push(format!("    {}", row.trim_end()));
        lines.push("]".to_owned());
        lines
    });
    Section {
        header: header.to_owned(),
        comment: None,
        lines: lines.collect(),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// `key = value`, an array on as many lines as it needs.
fn setting(line: &Line) -> String {
    let name = line.path.segments().last().map_or("", String::as_str);
    let key = KeyPath::new([name]);
    let Value::Array(elements) = &line.value else {
        return format!("{key} = {}", line.spelled);
    };
    if line.spelled.contains('\n') && line.spelled.contains('#') {
        return format!("{key} = {}", indented(&line.spelled));
    }
    let short = format!("{key} = {}", line.value);
    if short.len() <= WIDTH {
        return short;
    }
    let mut text = format!("{key} = [\n");
    let mut elements = elements.iter().peekable();
    while let Some(one) = elements.next() {
        let _ = write!(text, "    {},", quoted(one));
        // A flag and its argument stay together.
        let takes_more = matches!(one.len(), 2) && one.starts_with('-') || one == "--cfg";
        if let Some(argument) = elements.next_if(|next| takes_more && !next.starts_with('-')) {
            let _ = write!(text, " {},", quoted(argument));
        }
        text.push('\n');
    }
    text + "]"
}

/// An array with comments in it, as it stood, in the indentation of this file.
fn indented(array: &str) -> String {
    let lines: Vec<&str> = array.lines().map(str::trim).collect();
    let last = lines.len().saturating_sub(1);
    let mut text = String::new();
    for (index, line) in lines.into_iter().enumerate() {
        let indent = match index {
            0 => "",
            index if index == last && line.starts_with(']') => "\n",
            _ => "\n    ",
        };
        text.push_str(indent.trim_end_matches(|_| line.is_empty() && indent != "\n"));
        text.push_str(line);
    }
    text
}

fn comment_lines(comment: Option<&str>) -> Vec<String> {
    comment
        .into_iter()
        .flat_map(str::lines)
        .map(|line| format!("# {line}").trim_end().to_owned())
        .collect()
}

/// What a comment explains: settings that were commented out, and lines that only decorate, explain nothing.
pub(super) fn explains(comment: &str) -> Option<String> {
    let says = |line: &&str| {
        let line = line.trim().trim_start_matches('#').trim();
        let is_words = line.chars().any(char::is_alphanumeric);
        let is_setting = (line.contains('=') || line.starts_with('['))
            && parse(line).is_ok_and(|source| !source.leaves().is_empty() || line.starts_with('['));
        is_words && !is_setting
    };
    let clean = |line: &str| -> String {
        let line: String = line
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        line.trim_end().to_owned()
    };
    let lines: Vec<String> = comment.lines().filter(says).map(clean).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
