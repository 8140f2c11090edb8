//! Config files and variables, against `cargo config get`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use build_profiles::effective::Config;
use build_profiles::evidence::ChainFile;
use serde_json::Value as Json;

use crate::random::Random;
use crate::sandbox::{Case, Sandbox};

/// Where the command runs; config files stand there, in the folders above, and at home.
const HERE: &str = "a/b/work";

#[test]
fn config_is_merged_as_cargo_merges_it() {
    crate::try_all(1500, Sandbox::new, |sandbox, random| {
        let case = case(random);
        sandbox.write(&case);
        std::fs::create_dir_all(sandbox.path(HERE)).expect("it is ours");
        let asked = asked(random);
        let ours = ours(sandbox, &case, asked);
        let mut cargos = cargos(sandbox, &case, asked);
        if let (Ok(Some(ours)), Ok(Some(cargos))) = (&ours, &mut cargos) {
            let found = sandbox.walk(HERE);
            for path in BY_CHANCE {
                by_chance(ours, cargos, asked, path, &found.configs);
            }
        }
        match (&ours, &cargos) {
            (Ok(ours), Ok(cargos)) if ours == cargos => Ok(true),
            (Err(_), Err(_)) => Ok(false),
            _ => Err(format!(
                "`cargo config get {}`\nours:   {ours:?}\nCargo's: {cargos:?}\n{case}",
                asked.join(".")
            )),
        }
    });
}

/// The lists of which the strongest holds; and two that Cargo may take for such.
const BY_CHANCE: [&[&str]; 7] = [
    &["credential-alias", "p"],
    &["doc", "browser"],
    &["registries", "r-1", "credential-provider"],
    &["registry", "credential-provider"],
    &["target", "t1", "runner"],
    &["x-1", "runner"],
    &["z"],
];

/// Which lists are joined and which replaced is not the same in every run of Cargo: where it has merged a key, it forgets
/// to leave its name behind, so that it hangs on the order of a hash map under which name it knows the next one (1.95,
/// and still so in August 2026). Puts our list in place of what it may have made of all of them.
fn by_chance(ours: &Json, cargos: &mut Json, asked: &[&str], path: &[&str], files: &[ChainFile]) {
    let Some(below) = path.strip_prefix(asked) else {
        return;
    };
    let pointer: String = below.iter().map(|part| format!("/{part}")).collect();
    let (Some(ours), Some(cargos)) = (ours.pointer(&pointer), cargos.pointer_mut(&pointer)) else {
        return;
    };
    let mut lists: Vec<Vec<Json>> = Vec::new();
    for file in files {
        let (config, _) = Config::of(std::slice::from_ref(file));
        if let Ok(Some(node)) = config.in_files(path)
            && let Json::Array(list) = node.json()
        {
            lists.push(list);
        }
    }
    let Some((strongest, weaker)) = lists.split_first() else {
        return;
    };
    let mut possible = vec![strongest.clone()];
    for list in weaker {
        let joined = possible.iter().map(|strong| [&list[..], strong].concat());
        possible.extend(joined.collect::<Vec<_>>());
    }
    let is_possible = |list: &Json| list.as_array().is_some_and(|list| possible.contains(list));
    if is_possible(cargos) && is_possible(ours) {
        *cargos = ours.clone();
    }
}

/// What we say; `Ok(None)`: nobody sets it.
fn ours(sandbox: &Sandbox, case: &Case, asked: &[&str]) -> Result<Option<Json>, String> {
    let found = sandbox.walk(HERE);
    let (config, clashes) = Config::of(&found.configs);
    if let Some(stop) = found.stops.iter().chain(&clashes).next() {
        return Err(stop.clone());
    }
    if asked.is_empty() {
        let root = config.root().iter();
        return Ok(Some(
            root.map(|(name, node)| (name.clone(), node.json()))
                .collect(),
        ));
    }
    let node = config.get(asked, &case.variables)?;
    Ok(node.map(|node| node.json()))
}

/// What Cargo says.
fn cargos(sandbox: &Sandbox, case: &Case, asked: &[&str]) -> Result<Option<Json>, String> {
    let key = asked.join(".");
    let mut arguments = vec!["-Zunstable-options", "config", "get"];
    arguments.extend((!asked.is_empty()).then_some(key.as_str()));
    arguments.extend(["--format", "json-value"]);
    let output = sandbox.cargo(HERE, &arguments, case);
    if output.status.success() {
        return Ok(Some(
            serde_json::from_slice(&output.stdout).expect("Cargo prints JSON"),
        ));
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match said.contains(" is not set") {
        true => Ok(None),
        false => Err(said),
    }
}

/// A value of a config.
#[derive(Clone, Debug)]
enum Value {
    Leaf(String),
    Table(BTreeMap<String, Value>),
}

/// The kinds of values that a key is given, mostly.
#[derive(Clone, Copy)]
enum Kind {
    Bool,
    Int,
    Str,
    List,
    /// A string or a list.
    Either,
}

/// Keys that are set, with what they are given.
const KEYS: &[(&[&str], Kind)] = &[
    (&["build", "rustc-wrapper"], Kind::Str),
    (&["build", "jobs"], Kind::Int),
    (&["build", "incremental"], Kind::Bool),
    (&["build", "rustflags"], Kind::Either),
    (&["build", "target"], Kind::Either),
    (&["target", "t1", "runner"], Kind::Either),
    (&["target", "t1", "linker"], Kind::Str),
    (&["target", "t1", "rustflags"], Kind::List),
    (&["target", "cfg(unix)", "rustflags"], Kind::List),
    (&["target", "t2", "some", "rustc-link-lib"], Kind::List),
    (&["doc", "browser"], Kind::List),
    (&["registries", "r-1", "credential-provider"], Kind::List),
    (&["registry", "credential-provider"], Kind::Either),
    (&["credential-alias", "p"], Kind::List),
    (&["alias", "q"], Kind::Either),
    (&["env", "A"], Kind::Str),
    (&["env", "B", "value"], Kind::Str),
    (&["env", "B", "force"], Kind::Bool),
    (&["profile", "dev", "opt-level"], Kind::Int),
    (&["profile", "dev", "debug"], Kind::Bool),
    (&["profile", "dev", "package", "*", "strip"], Kind::Str),
    (&["x-1", "deep", "er", "list"], Kind::List),
    (&["x-1", "deep", "er", "any"], Kind::Int),
    (&["x-1", "runner"], Kind::List),
    (&["y"], Kind::Int),
    (&["z"], Kind::List),
];

fn case(random: &mut Random) -> Case {
    const FOLDERS: [&str; 5] = [
        "home",
        "a/.cargo",
        "a/b/.cargo",
        "a/b/work/.cargo",
        ".cargo",
    ];
    let mut case = Case::default();
    for folder in FOLDERS {
        if !random.chance(55) {
            continue;
        }
        let name = match random.below(10) {
            0 => "config",
            _ => "config.toml",
        };
        if random.chance(5) {
            let text = file(random, &[]);
            case.files.insert(format!("{folder}/config"), text);
        }
        let mut names = Vec::new();
        let mut included = Vec::new();
        if random.chance(40) {
            for number in 0..=random.below(3) {
                let name = match random.below(4) {
                    0 => format!("sub/{number}.toml"),
                    1 => format!("./{number}.toml"),
                    _ => format!("{number}.toml"),
                };
                names.push(name);
            }
        }
        for (number, name) in names.iter().enumerate() {
            let mut below = Vec::new();
            if random.chance(25) {
                below.push(element(random, &format!("nested-{number}.toml")));
                let place = match name.strip_prefix("sub/") {
                    Some(_) => format!("{folder}/sub/nested-{number}.toml"),
                    None => format!("{folder}/nested-{number}.toml"),
                };
                let text = file(random, &[]);
                case.files.insert(place, text);
            }
            // Something that is met twice, or in a circle.
            if random.chance(1) {
                below.push(format!("\"{}\"", random.pick(&["config.toml", "0.toml"])));
            }
            let text = file(random, &below);
            let place = name.trim_start_matches("./");
            if !random.chance(1) {
                case.files.insert(format!("{folder}/{place}"), text);
            }
            included.push(element(random, name));
        }
        if random.chance(3) {
            included.push(
                random
                    .pick(&[
                        "{ path = \"gone.toml\", optional = true }",
                        "\"gone.toml\"",
                        "\"x.txt\"",
                        "\"a*.toml\"",
                        "\"{a}.toml\"",
                        "{ optional = true }",
                        "7",
                        "{ path = \"0.toml\", optional = 1 }",
                        "{ path = \"gone.toml\", optional = true, more = 1 }",
                    ])
                    .to_owned(),
            );
        }
        let text = file(random, &included);
        case.files.insert(format!("{folder}/{name}"), text);
    }
    for _ in 0..random.below(4) {
        let (path, _) = KEYS[random.below(KEYS.len())];
        let value = random.pick(&[
            "", "x", "a  b", "true", "false", "3", "-7", "+5", "0x10", "[\"q\"]", "1.5", "yes",
        ]);
        let name = format!("CARGO_{}", path.join("_").to_uppercase().replace('-', "_"));
        case.variables.insert(name, value.to_owned());
    }
    case
}

fn element(random: &mut Random, path: &str) -> String {
    match random.below(4) {
        0 => format!("{{ path = \"{path}\", optional = true }}"),
        1 => format!("{{ path = '{path}' }}"),
        _ => format!("\"{path}\""),
    }
}

/// What Cargo is asked for: everything, a table or a leaf.
fn asked(random: &mut Random) -> &'static [&'static str] {
    let plain = |path: &&'static [&'static str]| !path.iter().any(|part| part.contains(['(', '*']));
    if random.chance(40) {
        return &[];
    }
    loop {
        let (path, _) = KEYS[random.below(KEYS.len())];
        let path = match random.below(6) {
            0 => &path[..path.len() - 1],
            _ => path,
        };
        if !path.is_empty() && plain(&path) {
            return path;
        }
    }
}

/// The text of a file: some keys, each table in a spelling of its own.
fn file(random: &mut Random, includes: &[String]) -> String {
    let mut root = BTreeMap::new();
    for _ in 0..random.below(9) {
        let (path, kind) = KEYS[random.below(KEYS.len())];
        let value = value(random, kind);
        set(&mut root, path, value);
    }
    if random.below(400) == 0 {
        let odd = random.pick(&["1.5", "1979-05-27"]);
        set(&mut root, &["odd"], odd.to_owned());
    }
    let (mut bare, mut tables) = (String::new(), String::new());
    if !includes.is_empty() {
        if random.chance(15) && includes.iter().all(|one| one.starts_with('{')) {
            for one in includes {
                let inner = one.trim_matches(['{', '}', ' ']).replace(", ", "\n");
                let _ = write!(tables, "[[include]]\n{inner}\n");
            }
        } else {
            let _ = writeln!(bare, "include = [{}]", includes.join(", "));
        }
    }
    for (name, value) in &root {
        spell(random, &[name], value, &mut bare, &mut tables);
    }
    let bom = if random.chance(3) { "\u{feff}" } else { "" };
    let text = format!("{bom}{bare}{tables}");
    match random.below(20) {
        0 => text.replace('\n', "\r\n"),
        1 if random.chance(8) => text + "broken",
        _ => text,
    }
}

fn set(root: &mut BTreeMap<String, Value>, path: &[&str], value: String) {
    let Some((name, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        root.insert((*name).to_owned(), Value::Leaf(value));
        return;
    }
    let table = root
        .entry((*name).to_owned())
        .or_insert_with(|| Value::Table(BTreeMap::new()));
    match table {
        Value::Table(table) => set(table, rest, value),
        Value::Leaf(_) => {}
    }
}

fn value(random: &mut Random, kind: Kind) -> String {
    // Now and then something else, so that the layers clash.
    let kind = match random.below(160) {
        0 => Kind::Bool,
        1 => Kind::Int,
        2 => Kind::Str,
        3 => Kind::List,
        4 => return "{ t = 1 }".to_owned(),
        _ => kind,
    };
    match kind {
        Kind::Bool => random.pick(&["true", "false"]).to_owned(),
        Kind::Int => random.pick(&["0", "1", "-2", "1_000", "0x1f"]).to_owned(),
        Kind::Str => random
            .pick(&["\"a\"", "'b c'", "\"\"", "\"\"\"\nc\"\"\"", "\"\\u00e9\""])
            .to_owned(),
        Kind::Either if !random.chance(80) => random.pick(&["\"s1 s2\"", "\"s3\""]).to_owned(),
        Kind::List | Kind::Either => {
            let mut list = Vec::new();
            for _ in 0..random.below(4) {
                list.push(random.pick(&["\"l1\"", "\"l2\"", "'l 3'", "4", "true", "[\"n\"]"]));
            }
            let joint = random.pick(&[", ", ",\n  "]);
            format!("[{}]", list.join(joint))
        }
    }
}

/// Writes a value under its path: as dotted keys, inline, or with a header.
fn spell(
    random: &mut Random,
    path: &[&str],
    value: &Value,
    bare: &mut String,
    tables: &mut String,
) {
    let dotted = |path: &[&str]| {
        path.iter()
            .map(|part| match part.contains(['(', '*']) {
                true => format!("'{part}'"),
                false => (*part).to_owned(),
            })
            .collect::<Vec<_>>()
            .join(".")
    };
    let table = match value {
        Value::Leaf(value) => {
            let _ = writeln!(bare, "{} = {value}", dotted(path));
            return;
        }
        Value::Table(table) => table,
    };
    match random.below(3) {
        0 => {
            let _ = writeln!(bare, "{} = {}", dotted(path), inline(value));
        }
        1 => {
            for (name, value) in table {
                let path = [path, &[name]].concat();
                // Below a dotted key no header may follow.
                let _ = writeln!(bare, "{} = {}", dotted(&path), inline(value));
            }
        }
        _ => {
            let (mut own, mut below) = (String::new(), String::new());
            for (name, value) in table {
                match value {
                    Value::Leaf(leaf) => {
                        let _ = writeln!(own, "{} = {leaf}", dotted(&[name]));
                    }
                    Value::Table(_) if random.chance(50) => {
                        let path = [path, &[name]].concat();
                        headers(&path, value, &mut below, &dotted);
                    }
                    Value::Table(_) => {
                        let _ = writeln!(own, "{} = {}", dotted(&[name]), inline(value));
                    }
                }
            }
            let _ = write!(tables, "[{}]\n{own}{below}", dotted(path));
        }
    }
}

fn headers(path: &[&str], value: &Value, text: &mut String, dotted: &impl Fn(&[&str]) -> String) {
    let Value::Table(table) = value else { return };
    let _ = writeln!(text, "[{}]", dotted(path));
    let is_leaf = |value: &&Value| matches!(value, Value::Leaf(_));
    for (name, value) in table.iter().filter(|(_, value)| is_leaf(value)) {
        let _ = writeln!(text, "{} = {}", dotted(&[name]), inline(value));
    }
    for (name, value) in table.iter().filter(|(_, value)| !is_leaf(value)) {
        headers(&[path, &[name]].concat(), value, text, dotted);
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::Leaf(leaf) => leaf.clone(),
        Value::Table(table) => {
            let members = table.iter().map(|(name, value)| {
                let name = match name.contains(['(', '*']) {
                    true => format!("'{name}'"),
                    false => name.clone(),
                };
                format!("{name} = {}", inline(value))
            });
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
    }
}
