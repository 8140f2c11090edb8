//! What is said many times, said once: equal overrides of packages, equal settings of targets.

use std::collections::{BTreeMap, BTreeSet};

use super::line::Line;
use crate::facts::Workspace;
use crate::policy::platform::PLATFORMS;
use crate::settings::matches_pattern;
use crate::value::{KeyPath, Value};

/// Fewer equal overrides than this are read faster one by one, unless a glob says them.
const MANY: usize = 4;
/// Fewer packages than this are named faster than they are matched.
const FAMILY: usize = 3;

/// The sets of a draft, and who uses them.
#[derive(Clone, Debug, Default)]
pub(super) struct Sets {
    pub(super) packages: Vec<Set>,
    pub(super) targets: Vec<Set>,
    /// By profile and package.
    of_packages: BTreeMap<(String, String), Used>,
    /// By the path of the setting.
    of_targets: BTreeMap<KeyPath, Used>,
}

/// A named set.
#[derive(Clone, Debug)]
pub(super) struct Set {
    pub(super) name: String,
    pub(super) elements: Vec<Element>,
}

impl Set {
    /// Whether these are its own elements, and no comment of one contradicts that of the other.
    fn takes(&self, elements: &[Element]) -> bool {
        let agree = |one: &Element, other: &Element| {
            one.text == other.text
                && (one.comment.is_none()
                    || other.comment.is_none()
                    || one.comment == other.comment)
        };
        self.elements.len() == elements.len()
            && self
                .elements
                .iter()
                .zip(elements)
                .all(|(one, other)| agree(one, other))
    }
}

/// One pattern of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) text: String,
    pub(super) comment: Option<String>,
}

/// A set, where it stands for something.
#[derive(Clone, Debug)]
pub(super) struct Used {
    pub(super) name: String,
    /// What explains all of it.
    pub(super) comment: Option<String>,
}

impl Sets {
    /// All of them, and then those of one kind alone: where one can't stand, the other may.
    pub(super) fn fewer_and_fewer(self) -> impl Iterator<Item = Self> {
        let of_packages = Self {
            targets: Vec::new(),
            of_targets: BTreeMap::new(),
            ..self.clone()
        };
        let of_targets = Self {
            packages: Vec::new(),
            of_packages: BTreeMap::new(),
            ..self.clone()
        };
        [self, of_packages, of_targets].into_iter()
    }

    pub(super) fn of_package(&self, profile: &str, package: &str) -> Option<&Used> {
        self.of_packages
            .get(&(profile.to_owned(), package.to_owned()))
    }

    pub(super) fn of_target(&self, path: &KeyPath) -> Option<&Used> {
        self.of_targets.get(path)
    }
}

/// The sets that make these lines shorter.
pub(super) fn of(
    lines: &[Line],
    tables: &BTreeMap<KeyPath, String>,
    workspace: &Workspace,
) -> Sets {
    let mut sets = Sets::default();
    packages(alike(lines, tables), workspace, &mut sets);
    targets(lines, &mut sets);
    sets
}

/// Packages of one profile that are given the same.
struct Alike<'a> {
    profile: &'a str,
    settings: Vec<(&'a str, &'a Value)>,
    members: Vec<(&'a str, Option<String>)>,
}

fn packages(groups: Vec<Alike<'_>>, workspace: &Workspace, sets: &mut Sets) {
    for alike in groups {
        let profile = alike.profile;
        let names: Vec<&str> = alike.members.iter().map(|(name, _)| *name).collect();
        let patterns = patterns(&names, workspace);
        let is_one_glob = patterns.len() == 1 && patterns[0].contains('*');
        if names.len() < MANY && !is_one_glob {
            continue;
        }
        // A comment on the first alone is about all of them, as people write lists.
        let comments: Vec<&String> = alike
            .members
            .iter()
            .filter_map(|(_, one)| one.as_ref())
            .collect();
        let about_all = match (comments.len(), &alike.members[0].1) {
            (1, Some(comment)) => Some(comment.clone()),
            _ => None,
        };
        let comment_of = |pattern: &str| {
            let of = |(name, comment): &(&str, Option<String>)| {
                comment
                    .clone()
                    .filter(|_| about_all.is_none() && has(workspace, pattern, name))
            };
            alike.members.iter().find_map(of)
        };
        let elements: Vec<Element> = patterns
            .into_iter()
            .map(|text| Element {
                comment: comment_of(&text),
                text,
            })
            .collect();
        let name = registered(&mut sets.packages, elements, profile, |elements| {
            package_name(elements, &alike.settings)
        });
        for package in names {
            let used = Used {
                name: name.clone(),
                comment: about_all.clone(),
            };
            sets.of_packages
                .insert((profile.to_owned(), package.to_owned()), used);
        }
    }
}

/// The name of the set of these elements: one that is there, with the comments of both, else a new one.
fn registered(
    sets: &mut Vec<Set>,
    elements: Vec<Element>,
    apart: &str,
    name: impl FnOnce(&[Element]) -> String,
) -> String {
    if let Some(set) = sets.iter_mut().find(|set| set.takes(&elements)) {
        for (mine, its) in elements.into_iter().zip(&mut set.elements) {
            its.comment = its.comment.take().or(mine.comment);
        }
        return set.name.clone();
    }
    let name = free(sets, &name(&elements), apart);
    sets.push(Set {
        name: name.clone(),
        elements,
    });
    name
}

/// The groups of equal overrides, in the order of the files.
fn alike<'l>(lines: &'l [Line], tables: &BTreeMap<KeyPath, String>) -> Vec<Alike<'l>> {
    let mut groups: Vec<Alike<'_>> = Vec::new();
    for one in overrides(lines, tables) {
        let same = |group: &&mut Alike<'_>| {
            (group.profile, &group.settings) == (one.profile, &one.settings)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.members.extend(one.members),
            None => groups.push(one),
        }
    }
    groups
}

/// Each override as a group of its own.
fn overrides<'l>(lines: &'l [Line], tables: &BTreeMap<KeyPath, String>) -> Vec<Alike<'l>> {
    let mut overrides: Vec<Alike<'_>> = Vec::new();
    for line in lines {
        let ["profile", profile, "package", spec, key] = line.path.parts()[..] else {
            continue;
        };
        // Cargo's wildcard, and specs that say more than a name, have no place in a set.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if !spec.chars().all(is_plain) {
            continue;
        }
        let is_it = |one: &&mut Alike<'_>| (one.profile, one.members[0].0) == (profile, spec);
        match overrides.iter_mut().find(is_it) {
            Some(one) => {
                one.settings.push((key, &line.value));
                let comment = &mut one.members[0].1;
                *comment = comment.take().or_else(|| line.comment.clone());
            }
            None => {
                let table = KeyPath::new(line.path.segments()[..4].iter().cloned());
                let comment = tables.get(&table).or(line.comment.as_ref()).cloned();
                overrides.push(Alike {
                    profile,
                    settings: vec![(key, &line.value)],
                    members: vec![(spec, comment)],
                });
            }
        }
    }
    for one in &mut overrides {
        one.settings.sort_unstable();
    }
    overrides
}

/// Patterns that match these packages and no others, the names of the rest among them.
fn patterns(names: &[&str], workspace: &Workspace) -> Vec<String> {
    let mut families = families(names, workspace);
    let mut chosen: BTreeMap<&str, String> = BTreeMap::new();
    loop {
        let fresh = |matched: &BTreeSet<String>| {
            let is_new = |name: &&String| !chosen.contains_key(name.as_str());
            matched.iter().filter(is_new).count()
        };
        // The widest; of equal ones the longest, which says most.
        let best = families
            .iter()
            .map(|(pattern, matched)| (fresh(matched), pattern.len(), pattern.clone()))
            .filter(|(count, ..)| *count >= FAMILY)
            .max();
        let Some((_, _, pattern)) = best else { break };
        let matched = families.remove(&pattern).unwrap_or_default();
        for name in names.iter().filter(|name| matched.contains(**name)) {
            chosen.entry(name).or_insert_with(|| pattern.clone());
        }
    }
    let mut patterns: Vec<String> = Vec::new();
    for name in names {
        let pattern = chosen.remove(name).unwrap_or_else(|| (*name).to_owned());
        if !patterns.contains(&pattern) {
            patterns.push(pattern);
        }
    }
    patterns
}

/// The globs that match several of these packages and nothing else, with what they match.
fn families(names: &[&str], workspace: &Workspace) -> BTreeMap<String, BTreeSet<String>> {
    let inside: BTreeSet<&str> = names.iter().copied().collect();
    let mut globs: BTreeSet<String> = BTreeSet::new();
    for name in names {
        for (at, _) in name.match_indices(['-', '_']) {
            globs.insert(format!("{}*", &name[..=at]));
            globs.insert(format!("{}*", &name[..at]));
        }
        let member = workspace.members.iter().find(|one| one.name == **name);
        if let Some((above, last)) = member.and_then(|one| one.path.rsplit_once('/')) {
            globs.insert(format!("{above}/*"));
            for (at, _) in last.match_indices(['-', '_']) {
                globs.insert(format!("{above}/{}*", &last[..=at]));
            }
        }
    }
    globs
        .into_iter()
        .filter_map(|glob| {
            let matched: BTreeSet<String> = matches_pattern(workspace, &glob).into_iter().collect();
            let exact = matched.iter().all(|name| inside.contains(name.as_str()));
            (exact && matched.len() >= FAMILY).then_some((glob, matched))
        })
        .collect()
}

fn has(workspace: &Workspace, pattern: &str, name: &str) -> bool {
    pattern == name
        || matches_pattern(workspace, pattern)
            .iter()
            .any(|one| one == name)
}

/// What a set of packages is called: by its one glob, else by what it is given.
fn package_name(elements: &[Element], settings: &[(&str, &Value)]) -> String {
    if let [one] = elements {
        let last = one
            .text
            .rsplit('/')
            .find(|part| *part != "*")
            .unwrap_or("packages");
        return plain(last);
    }
    let (first, rest): (Vec<_>, Vec<_>) = settings.iter().partition(|(key, _)| *key == "opt-level");
    let words: Vec<String> = first
        .iter()
        .chain(&rest)
        .map(|(key, value)| match value {
            Value::Bool(false) => format!("no-{key}"),
            Value::Bool(true) => (*key).to_owned(),
            value => format!("{key}-{value}"),
        })
        .collect();
    match &words[..] {
        [one] => plain(one),
        [one, other] if one.len() + other.len() < 24 => plain(&format!("{one}-{other}")),
        [one, ..] => plain(&format!("{one}-and-more")),
        [] => "packages".to_owned(),
    }
}

fn plain(name: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name: String = name.chars().filter(is_plain).collect();
    match name.trim_matches(['-', '_']) {
        "" => "packages".to_owned(),
        name => name.to_owned(),
    }
}

/// A name that no other set has: with a word that tells it apart if need be.
fn free(sets: &[Set], name: &str, apart: &str) -> String {
    let is_taken = |name: &String| sets.iter().any(|set| set.name == *name);
    let more = (2..).map(|count| format!("{name}-{apart}-{count}"));
    [name.to_owned(), format!("{name}-{apart}")]
        .into_iter()
        .chain(more)
        .find(|name| !is_taken(name))
        .unwrap_or_default()
}

/// Targets that are given the same flags.
fn targets(lines: &[Line], sets: &mut Sets) {
    let mut groups: Vec<(&str, &Value, Vec<&Line>)> = Vec::new();
    for line in lines {
        let ["target", _, key] = line.path.parts()[..] else {
            continue;
        };
        let same = |one: &&mut (&str, &Value, Vec<&Line>)| (one.0, one.1) == (key, &line.value);
        match groups.iter_mut().find(same) {
            Some(group) => group.2.push(line),
            None => groups.push((key, &line.value, vec![line])),
        }
    }
    for (_, _, members) in groups.iter().filter(|group| group.2.len() > 1) {
        let names: Vec<&str> = members.iter().map(|line| line.path.parts()[1]).collect();
        let comments: BTreeSet<&String> = members
            .iter()
            .filter_map(|line| line.comment.as_ref())
            .collect();
        let comment = match comments.len() {
            1 => comments.first().map(|comment| (*comment).clone()),
            _ => None,
        };
        let elements: Vec<Element> = members
            .iter()
            .zip(&names)
            .map(|(line, name)| Element {
                text: (*name).to_owned(),
                comment: line.comment.clone().filter(|_| comment.is_none()),
            })
            .collect();
        let name = registered(&mut sets.targets, elements, "flags", |_| {
            target_name(&names)
        });
        for line in members {
            let used = Used {
                name: name.clone(),
                comment: comment.clone(),
            };
            sets.of_targets.insert(line.path.clone(), used);
        }
    }
}

/// What a set of targets is called: by their platform, else by what their names have in common.
fn target_name(names: &[&str]) -> String {
    let platform = PLATFORMS
        .iter()
        .find(|platform| names.iter().all(|name| platform.triples.contains(name)));
    if let Some(platform) = platform {
        return platform.name.to_owned();
    }
    const VENDORS: &[&str] = &["apple", "pc", "unknown"];
    let of = |name: &str| name.split('-').map(str::to_owned).collect::<Vec<_>>();
    let common: Vec<String> = of(names[0])
        .into_iter()
        .filter(|part| !VENDORS.contains(&part.as_str()))
        .filter(|part| names.iter().all(|name| of(name).contains(part)))
        .collect();
    match plain(&common.join("-")) {
        name if name == "packages" => "shared".to_owned(),
        name => name,
    }
}
