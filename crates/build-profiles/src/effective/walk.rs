//! Which config files Cargo reads: those of the folders above, and what they include.
//!
//! Source: `walk_tree`, `get_file_path` and `load_includes` of Cargo 1.95.

use std::collections::BTreeSet;

use toml_edit::{Document, Item, TableLike, Value};

use crate::evidence::ChainFile;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// The files that Cargo reads, the strongest first, by their whole path.
    pub configs: Vec<ChainFile>,
    /// Those that it does not, since one of the old name, without an extension, stands beside them.
    pub shadowed: Vec<ChainFile>,
    /// Why Cargo stops.
    pub stops: Vec<String>,
}

/// How many files one file may include, with what these include.
const MOST: usize = 256;

/// Reads the config of each of these folders, the nearest first, with what it includes.
///
/// The folders are `.cargo` of the working directory and of every folder above it, and `CARGO_HOME` unless it is one of
/// them. Paths have forward slashes.
pub fn walk(
    folders: impl IntoIterator<Item = String>,
    read: &mut dyn FnMut(&str) -> Option<String>,
) -> Walk {
    let mut found = Walk::default();
    for folder in folders {
        let (old, new) = (format!("{folder}/config"), format!("{folder}/config.toml"));
        match (read(&old), read(&new)) {
            (Some(text), shadowed) => {
                found.file(old, text, None, &mut BTreeSet::new(), read);
                found
                    .shadowed
                    .extend(shadowed.map(|text| file(new, text, None)));
            }
            (None, Some(text)) => found.file(new, text, None, &mut BTreeSet::new(), read),
            (None, None) => {}
        }
    }
    found
}

fn file(path: String, text: String, included_by: Option<String>) -> ChainFile {
    ChainFile {
        file: path,
        // Places in the text are for people, who see no byte order mark.
        text: match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        },
        included_by,
        own: false,
    }
}

impl Walk {
    /// The file, and then what it includes: the last include is the strongest.
    ///
    /// `seen` holds what was read on behalf of one file of a folder. Cargo takes any file that it meets twice for a
    /// circle, be it one or not.
    fn file(
        &mut self,
        path: String,
        text: String,
        included_by: Option<String>,
        seen: &mut BTreeSet<String>,
        read: &mut dyn FnMut(&str) -> Option<String>,
    ) {
        if !seen.insert(path.clone()) {
            self.stops
                .push(format!("`{path}` is included a second time"));
            return;
        }
        // By `a/..` two files can include one another under ever new names, until no system takes them any more.
        if seen.len() > MOST {
            self.stops.push(format!("`{path}` is one include too many"));
            return;
        }
        let file = file(path.clone(), text, included_by);
        let includes = match Document::parse(file.text.as_str()) {
            Ok(document) => included(document.as_table(), &path, &mut self.stops),
            Err(error) => {
                self.stops
                    .push(format!("`{path}` is no TOML: {}", error.message()));
                return;
            }
        };
        self.configs.push(file);
        // Cargo reads them in their order, and so meets a second time what stands later.
        let mut parts: Vec<Self> = Vec::new();
        for (name, optional) in includes {
            let target = beside(&path, &name);
            let mut part = Self::default();
            match read(&target) {
                Some(text) => part.file(target, text, Some(path.clone()), seen, read),
                None if optional => {}
                None => part
                    .stops
                    .push(format!("`{target}` is not there, and `{path}` includes it")),
            }
            parts.push(part);
        }
        for part in parts.into_iter().rev() {
            self.configs.extend(part.configs);
            self.stops.extend(part.stops);
        }
    }
}

/// The elements of `include`: path, and whether Cargo goes on without it. What Cargo refuses is said.
fn included(table: &dyn TableLike, file: &str, stops: &mut Vec<String>) -> Vec<(String, bool)> {
    let elements: Vec<Option<(&str, bool)>> = match table.get("include") {
        None => return Vec::new(),
        Some(Item::Value(Value::Array(array))) => array
            .iter()
            .map(|element| match element {
                Value::String(path) => Some((path.value().as_str(), false)),
                Value::InlineTable(table) => element_of(table),
                _ => None,
            })
            .collect(),
        Some(Item::ArrayOfTables(tables)) => tables.iter().map(|table| element_of(table)).collect(),
        Some(_) => vec![None],
    };
    let mut includes = Vec::new();
    for element in elements {
        match element {
            Some((path, optional)) if is_taken(path) => includes.push((path.to_owned(), optional)),
            Some((path, _)) => stops.push(format!(
                "`{file}` includes `{path}`: Cargo takes names that end in `.toml`, without a pattern in them"
            )),
            None => stops.push(format!(
                "`include` of `{file}` is no array of paths and of tables with a `path`"
            )),
        }
    }
    includes
}

fn element_of(table: &dyn TableLike) -> Option<(&str, bool)> {
    let path = table.get("path")?.as_str()?;
    let optional = match table.get("optional") {
        None => false,
        Some(item) => item.as_bool()?,
    };
    Some((path, optional))
}

fn is_taken(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_toml = name
        .strip_suffix(".toml")
        .is_some_and(|stem| !stem.is_empty());
    is_toml && !path.contains(['*', '?', '[', ']', '{', '}'])
}

/// A path that is written in `file`. Cargo compares paths without `.` in them, and leaves `..` as it is.
fn beside(file: &str, path: &str) -> String {
    let is_absolute = path.starts_with(['/', '\\']) || path.as_bytes().get(1) == Some(&b':');
    let joined = match file.rsplit_once('/') {
        Some((folder, _)) if !is_absolute => format!("{folder}/{path}"),
        _ => path.to_owned(),
    };
    let plain = joined.split('/').enumerate();
    let plain = plain.filter(|(index, part)| *index == 0 || !matches!(*part, "" | "."));
    let plain: Vec<&str> = plain.map(|(_, part)| part).collect();
    plain.join("/")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn check(files: &[(&str, &str)], read: &[&str], stops: &[&str]) {
        let files: BTreeMap<&str, &str> = files.iter().copied().collect();
        let folders = ["/w/.cargo", "/.cargo", "/home/user"].map(str::to_owned);
        let found = walk(folders, &mut |path| {
            files.get(path).map(|text| (*text).to_owned())
        });
        let names: Vec<&str> = found
            .configs
            .iter()
            .map(|file| file.file.as_str())
            .collect();
        assert_eq!(names, read);
        assert_eq!(found.stops, stops);
    }

    #[test]
    fn includes_stand_behind_what_includes_them_the_last_first() {
        check(
            &[
                (
                    "/w/.cargo/config.toml",
                    "include = [\"a.toml\", { path = \"b.toml\", optional = true }, { path = \"no.toml\", optional = true }]",
                ),
                ("/w/.cargo/a.toml", "[[include]]\npath = \"sub/c.toml\""),
                ("/w/.cargo/b.toml", ""),
                ("/w/.cargo/sub/c.toml", ""),
                ("/.cargo/config", ""),
                ("/.cargo/config.toml", ""),
                ("/home/user/config.toml", "include = [\"/w/.cargo/a.toml\"]"),
            ],
            &[
                "/w/.cargo/config.toml",
                "/w/.cargo/b.toml",
                "/w/.cargo/a.toml",
                "/w/.cargo/sub/c.toml",
                "/.cargo/config",
                "/home/user/config.toml",
                "/w/.cargo/a.toml",
                "/w/.cargo/sub/c.toml",
            ],
            &[],
        );
    }

    #[test]
    fn what_cargo_refuses_to_include() {
        check(
            &[
                (
                    "/w/.cargo/config.toml",
                    "include = [\"a.toml\", \"gone.toml\", \"x.txt\", \"a*.toml\", 1, { optional = true }]",
                ),
                ("/w/.cargo/a.toml", "include = [\"./config.toml\"]"),
                ("/.cargo/config.toml", "include = \"a.toml\""),
                ("/home/user/config.toml", "a"),
            ],
            &[
                "/w/.cargo/config.toml",
                "/w/.cargo/a.toml",
                "/.cargo/config.toml",
            ],
            &[
                "`/w/.cargo/config.toml` includes `x.txt`: Cargo takes names that end in `.toml`, without a pattern in them",
                "`/w/.cargo/config.toml` includes `a*.toml`: Cargo takes names that end in `.toml`, without a pattern in them",
                "`include` of `/w/.cargo/config.toml` is no array of paths and of tables with a `path`",
                "`include` of `/w/.cargo/config.toml` is no array of paths and of tables with a `path`",
                "`/w/.cargo/gone.toml` is not there, and `/w/.cargo/config.toml` includes it",
                "`/w/.cargo/config.toml` is included a second time",
                "`include` of `/.cargo/config.toml` is no array of paths and of tables with a `path`",
                "`/home/user/config.toml` is no TOML: key with no value, expected `=`",
            ],
        );
    }
}
