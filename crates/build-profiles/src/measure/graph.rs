//! Which member is the leaf and which the hub: whose edit is the cheapest and whose is the dearest.

use std::collections::{BTreeMap, BTreeSet};

/// A member as a node of the graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// The package's name.
    pub name: String,
    /// The members that it is built with; those of its tests alone are not among them.
    pub dependencies: BTreeSet<String>,
    /// The file to edit: the root of its library, or of its first program. From the workspace root.
    pub root: Option<String>,
    /// Whether that file may export functions: a procedural macro may not.
    pub exports: bool,
}

/// The member to edit where the edit concerns nobody else: one that no member depends on. Of several, the one that
/// stands on the most others: the program that everything is for.
pub fn leaf(nodes: &[Node]) -> Option<&Node> {
    let editable = nodes.iter().filter(|node| node.root.is_some());
    let used: BTreeSet<&String> = nodes.iter().flat_map(|node| &node.dependencies).collect();
    let below: BTreeMap<&str, BTreeSet<&str>> = reached(nodes);
    editable
        .filter(|node| !used.contains(&node.name))
        .min_by_key(|node| (usize::MAX - below[node.name.as_str()].len(), &node.name))
}

/// The member that the most others depend on, directly or not; `None` if no member depends on another.
pub fn hub(nodes: &[Node]) -> Option<&Node> {
    let below = reached(nodes);
    let dependants = |node: &Node| {
        let of = below.values();
        of.filter(|reached| reached.contains(node.name.as_str()))
            .count()
    };
    nodes
        .iter()
        .filter(|node| node.root.is_some() && dependants(node) > 0)
        .min_by_key(|node| (usize::MAX - dependants(node), &node.name))
}

/// For each member the members that it stands on, directly or not.
fn reached(nodes: &[Node]) -> BTreeMap<&str, BTreeSet<&str>> {
    let by_name: BTreeMap<&str, &Node> = nodes
        .iter()
        .map(|node| (node.name.as_str(), node))
        .collect();
    let all = nodes.iter().map(|node| {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = vec![&node.name];
        while let Some(name) = open.pop() {
            for next in by_name
                .get(name)
                .into_iter()
                .flat_map(|node| &node.dependencies)
            {
                if next != &node.name && seen.insert(next) {
                    open.push(next);
                }
            }
        }
        (node.name.as_str(), seen)
    });
    all.collect()
}

/// Without a reason: compilers before 1.81 take none.
const QUIET: &str = concat!("#[allow", "(dead_code)]");

/// Opens the lines that an edit adds.
const MARK: &str = "// Added by `measure`, in a copy.";

/// The source after the edit of this round: another each time, so that no cache has seen it.
pub fn edited(text: &str, exports: bool, number: u64) -> String {
    let kept = text.split_once(MARK).map_or(text, |(before, _)| before);
    let line_end = match kept.is_empty() || kept.ends_with('\n') {
        true => "",
        false => "\n",
    };
    let visible = match exports {
        true => "pub ",
        false => "",
    };
    format!(
        "{kept}{line_end}{MARK}\n/// What differs from edit to edit.\n{QUIET}\n\
         {visible}fn edited_by_measure(x: u64) -> u64 {{\n    x.wrapping_mul({number}).rotate_left({}) ^ {number}\n}}\n",
        number % 63 + 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(edges: &[(&str, &[&str])]) -> Vec<Node> {
        edges
            .iter()
            .map(|(name, dependencies)| Node {
                name: (*name).to_owned(),
                dependencies: dependencies.iter().map(|&other| other.to_owned()).collect(),
                root: Some(format!("{name}/src/lib.rs")),
                exports: true,
            })
            .collect()
    }

    #[test]
    fn the_leaf_is_the_program_and_the_hub_is_what_all_stand_on() {
        let nodes = nodes(&[
            ("app", &["net", "store"]),
            ("core", &[]),
            ("net", &["core"]),
            ("store", &["core"]),
            ("xtask", &[]),
        ]);
        assert_eq!(leaf(&nodes).map(|node| &*node.name), Some("app"));
        assert_eq!(hub(&nodes).map(|node| &*node.name), Some("core"));
    }

    #[test]
    fn a_lone_member_is_a_leaf_and_no_hub() {
        let alone = nodes(&[("one", &[])]);
        assert_eq!(leaf(&alone).map(|node| &*node.name), Some("one"));
        assert_eq!(hub(&alone), None);
        assert_eq!(leaf(&[]), None);
    }

    #[test]
    fn a_circle_through_tests_ends() {
        let circle = nodes(&[("a", &["b"]), ("b", &["a"])]);
        assert_eq!(leaf(&circle), None);
        assert_eq!(hub(&circle).map(|node| &*node.name), Some("a"));
    }

    #[test]
    fn every_edit_is_another_and_leaves_what_was_there() {
        let first = edited("fn main() {}", true, 1);
        let second = edited(&first, true, 2);
        assert_ne!(first, second);
        assert!(second.starts_with("fn main() {}\n// Added"));
        assert_eq!(second.matches("edited_by_measure").count(), 1);
        assert!(!edited("", false, 1).contains("pub "));
    }
}
