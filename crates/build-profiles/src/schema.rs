//! The policy's JSON Schema (draft-07, what taplo and Even Better TOML read), made from the tables the parser reads.

mod json;

use crate::key::{Home, Key, Kind, keys};
use crate::lint::lints;
use crate::measure::layer::Layer;
use crate::measure::scenario::Builtin;
use crate::policy::lint::LEVELS;
use crate::policy::platform::{Family, LINKERS, Linker, PLATFORMS};
use crate::policy::storage::{self, BACKENDS};
use crate::policy::tables::TABLES;
use crate::policy::{budget, measure};
use crate::tradeoff::Tradeoff;
use json::Json;

/// Letters, digits, `-` and `_`: names of sets and environments.
const NAME: &str = "^[A-Za-z0-9_-]+$";
/// A cfg expression.
const CFG: &str = "^cfg\\(.*\\)$";
/// A target triple.
const TRIPLE: &str = "^[a-z0-9_.]+(-[a-z0-9_.]+){1,4}$";
/// A set of targets, where it is used.
const SET: &str = "^@[A-Za-z0-9_-]+$";
/// A scenario, or a layer's step in one: what a ratio is of.
const RATIO: &str = "^((profiles|cache|runner|linker)\\.)?[A-Za-z0-9_-]+$";
/// A word at least.
const WORD: &str = "\\S";

/// The schema as a JSON text with a final newline.
///
/// It says what a policy looks like; what its parts do to one another only the parser knows.
pub fn json_schema() -> String {
    format!("{}\n", root())
}

fn root() -> Json {
    let mut properties: Vec<_> = keys(Home::Policy)
        .map(|key| (key.name, of_key(key)))
        .collect();
    properties.extend(
        TABLES
            .iter()
            .map(|table| (table.name, reference(table.name, table.meaning))),
    );
    properties.sort_by_key(|(name, _)| *name);
    let definitions = [
        ("budget", budgets()),
        ("build", table_of(Home::Build)),
        ("cache", cache()),
        ("environment", environments()),
        ("linker", linkers()),
        ("lint", lint_levels()),
        ("measure", measuring()),
        ("nextest", nextest()),
        ("nextest-junit", table_of(Home::NextestJunit)),
        ("nextest-profile", nextest_profile()),
        ("override", closed(overridable())),
        ("packages", packages()),
        ("profile", profiles()),
        ("profile-keys", profile()),
        ("storage", storages()),
        ("target", targets()),
        ("targets", target_sets()),
        ("test", test()),
        ("test-overlay", table_of(Home::Test)),
        ("unmanaged", unmanaged()),
    ];
    let mut schema = vec![
        ("$schema", text("http://json-schema.org/draft-07/schema#")),
        ("title", text("build-profiles.toml")),
        ("description", text("How a Cargo workspace should build.")),
    ];
    schema.extend(closed_fields(properties));
    schema.push(("required", Json::Array(vec![text("schema")])));
    schema.push(("definitions", Json::object(definitions)));
    Json::object(schema)
}

/// The schema of a key's value.
fn of_key(key: &Key) -> Json {
    let description = ("description", text(&describe(key)));
    if key.unstable.is_some() {
        return Json::object([("not", Json::object([])), description]);
    }
    let mut fields = vec![description];
    fields.extend(of_kind(&key.kind));
    Json::object(fields)
}

/// The words of the schema that say which values a kind takes.
fn of_kind(kind: &Kind) -> Vec<(&'static str, Json)> {
    match kind {
        Kind::Bool => vec![("type", text("boolean"))],
        Kind::Int(low, high) => vec![
            ("type", text("integer")),
            ("minimum", Json::Int(*low)),
            ("maximum", Json::Int(*high)),
        ],
        Kind::Str => vec![("type", text("string"))],
        Kind::Text | Kind::Duration | Kind::Release => {
            vec![("type", text("string")), ("minLength", Json::Int(1))]
        }
        Kind::Word(words) => vec![("enum", all(words))],
        Kind::Mixed { bool, int, words } => {
            let mut values = Vec::new();
            if *bool {
                values.extend([Json::Bool(true), Json::Bool(false)]);
            }
            if let Some((low, high)) = int {
                values.extend((*low..=*high).map(Json::Int));
            }
            values.extend(words.iter().map(|word| text(word)));
            vec![("enum", Json::Array(values))]
        }
        Kind::Flags => vec![(
            "anyOf",
            one_or_many(Json::object([("type", text("string"))])),
        )],
        Kind::Count { negative, words } => {
            let limit = match negative {
                true => ("not", Json::object([("const", Json::Int(0))])),
                false => ("minimum", Json::Int(1)),
            };
            let number = Json::object([("type", text("integer")), limit]);
            let words = Json::object([("enum", all(words))]);
            vec![("anyOf", Json::Array(vec![number, words]))]
        }
        Kind::Form(form) => {
            let members = form.members.iter().map(|member| {
                let mut fields = vec![("description", text(&sentence(member.meaning)))];
                fields.extend(of_kind(&member.kind));
                (member.name, Json::object(fields))
            });
            let mut table = closed_fields(members.collect());
            let required = form.members.iter().filter(|member| member.required);
            let required = required.map(|member| text(member.name)).collect();
            table.push(("required", Json::Array(required)));
            let short = Json::object(of_kind(&form.short));
            vec![("anyOf", Json::Array(vec![short, Json::object(table)]))]
        }
    }
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

/// What an editor shows on a key.
fn describe(key: &Key) -> String {
    let refused = match key.unstable {
        Some(gate) => format!("Refused: unstable in Cargo (`{gate}`). "),
        None => String::new(),
    };
    format!("{refused}{} Default: {}", key.meaning, key.default)
}

fn table_of(home: Home) -> Json {
    closed(keys(home).map(|key| (key.name, of_key(key))).collect())
}

/// `[cache]`.
fn cache() -> Json {
    let mut properties: Vec<_> = keys(Home::Cache)
        .map(|key| (key.name, of_key(key)))
        .collect();
    properties.push((
        "storage",
        reference("storage", "Where the cache keeps what was compiled."),
    ));
    closed(properties)
}

/// `[cache.storage]`.
fn storages() -> Json {
    let mut properties: Vec<_> = keys(Home::Storage(storage::TABLE))
        .map(|key| (key.name, of_key(key)))
        .collect();
    let backends = BACKENDS
        .iter()
        .filter(|backend| backend.table != storage::TABLE);
    properties.extend(backends.map(|backend| {
        let table = table_of(Home::Storage(backend.table));
        (backend.name, with_description(table, backend.meaning))
    }));
    closed(properties)
}

/// The keys of `package.<selector>` and `build-override`.
fn overridable() -> Vec<(&'static str, Json)> {
    keys(Home::Profile)
        .filter(|key| key.overridable)
        .map(|key| (key.name, of_key(key)))
        .collect()
}

/// One profile.
fn profile() -> Json {
    let mut properties: Vec<_> = keys(Home::Profile)
        .map(|key| (key.name, of_key(key)))
        .collect();
    let words = Tradeoff::ALL.map(|word| {
        Json::object([
            ("const", text(word.name())),
            ("description", text(word.meaning())),
        ])
    });
    properties.extend([
        (
            "tradeoff",
            Json::object([
                ("description", text("One word for several keys; a key beside it wins.")),
                ("oneOf", Json::Array(words.to_vec())),
            ]),
        ),
        (
            "build-override",
            reference("override", "Build scripts, procedural macros and their dependencies."),
        ),
        (
            "package",
            Json::object([
                ("description", text("Single packages: a package ID spec, `\"*\"` for every package that is no member, `\"@set\"` for a set of `[packages]`.")),
                ("type", text("object")),
                ("additionalProperties", reference("override", "")),
            ]),
        ),
    ]);
    closed(properties)
}

/// `[profile]`.
fn profiles() -> Json {
    let built_in = ["dev", "release", "test", "bench"];
    Json::object([
        ("type", text("object")),
        (
            "properties",
            Json::object(built_in.map(|name| (name, reference("profile-keys", "")))),
        ),
        ("additionalProperties", reference("profile-keys", "")),
    ])
}

/// `[linker]`.
fn linkers() -> Json {
    let properties = PLATFORMS.iter().map(|platform| {
        let families: Vec<_> = platform
            .triples
            .iter()
            .map(|triple| Family::of(triple))
            .collect();
        let fits = |linker: &&Linker| {
            linker
                .families
                .iter()
                .any(|family| families.contains(family))
        };
        let choice = preference(LINKERS.iter().filter(fits));
        let description = format!("{}, best first.", platform.triples.join(" and "));
        (platform.name, with_description(choice, &description))
    });
    let any = || preference(LINKERS.iter());
    Json::object([
        ("type", text("object")),
        ("properties", Json::object(properties)),
        (
            "patternProperties",
            Json::object([(CFG, any()), (TRIPLE, any())]),
        ),
        ("additionalProperties", Json::Bool(false)),
    ])
}

/// One linker or several.
fn preference<'a>(linkers: impl Iterator<Item = &'a Linker>) -> Json {
    let names = linkers.map(|linker| {
        Json::object([
            ("const", text(linker.name)),
            ("description", text(linker.meaning)),
        ])
    });
    let one = Json::object([("oneOf", Json::Array(names.collect()))]);
    each_once(one)
}

/// `[test]` of the base.
fn test() -> Json {
    let mut properties: Vec<_> = keys(Home::Test)
        .map(|key| (key.name, of_key(key)))
        .collect();
    let meaning = "Keys of `.config/nextest.toml`, as nextest spells them.";
    properties.push(("nextest", reference("nextest", meaning)));
    closed(properties)
}

/// `[test.nextest]`.
fn nextest() -> Json {
    let profiles = Json::object([
        ("type", text("object")),
        ("additionalProperties", reference("nextest-profile", "")),
    ]);
    let mut properties: Vec<_> = keys(Home::Nextest)
        .map(|key| (key.name, of_key(key)))
        .collect();
    properties.push((
        "profile",
        with_description(profiles, "nextest's profiles; `default` holds for all."),
    ));
    let mut table = closed_fields(properties);
    table.push(("required", Json::Array(vec![text("nextest-version")])));
    Json::object(table)
}

/// One of its profiles.
fn nextest_profile() -> Json {
    let mut properties: Vec<_> = keys(Home::NextestProfile)
        .map(|key| (key.name, of_key(key)))
        .collect();
    properties.push(("junit", reference("nextest-junit", "The JUnit report.")));
    closed(properties)
}

/// `[target]`.
fn targets() -> Json {
    Json::object([
        ("type", text("object")),
        (
            "patternProperties",
            Json::object([
                (CFG, table_of(Home::Target)),
                (SET, table_of(Home::Target)),
                (TRIPLE, table_of(Home::Target)),
            ]),
        ),
        ("additionalProperties", Json::Bool(false)),
    ])
}

/// `[targets]`.
fn target_sets() -> Json {
    let matching = |pattern| Json::object([("pattern", text(pattern))]);
    let one = Json::object([
        ("type", text("string")),
        ("anyOf", Json::Array(vec![matching(CFG), matching(TRIPLE)])),
    ]);
    Json::object([
        ("type", text("object")),
        ("propertyNames", Json::object([("pattern", text(NAME))])),
        ("additionalProperties", each_once(one)),
    ])
}

/// `[packages]`.
fn packages() -> Json {
    let pattern = Json::object([("type", text("string")), ("minLength", Json::Int(1))]);
    Json::object([
        ("type", text("object")),
        ("propertyNames", Json::object([("pattern", text(NAME))])),
        (
            "additionalProperties",
            Json::object([("anyOf", one_or_many(pattern))]),
        ),
    ])
}

/// `[environment]`.
fn environments() -> Json {
    let tables = TABLES.iter().filter(|table| table.in_environment);
    let overlay = closed(
        tables
            .map(|table| match table.name {
                // nextest's file is one for everybody.
                "test" => (table.name, reference("test-overlay", table.meaning)),
                name => (name, reference(name, table.meaning)),
            })
            .collect(),
    );
    Json::object([
        ("type", text("object")),
        ("propertyNames", Json::object([("pattern", text(NAME))])),
        ("additionalProperties", overlay),
    ])
}

/// `[lint]`: a level, or a level and its last day, for each lint.
fn lint_levels() -> Json {
    let words = LEVELS.iter().map(|(name, _)| text(name)).collect();
    let word = Json::object([("enum", Json::Array(words))]);
    let day = Json::object([
        ("type", text("string")),
        (
            "description",
            text("The last day on which the level holds."),
        ),
        ("pattern", text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")),
    ]);
    let mut table = closed_fields(vec![("level", word.clone()), ("until", day)]);
    table.push(("required", Json::Array(vec![text("level")])));
    let level = Json::Array(vec![word, Json::object(table)]);
    let properties = lints().iter().map(|lint| {
        let fields = [
            ("description", text(&sentence(lint.finds))),
            ("anyOf", level.clone()),
        ];
        (lint.name, Json::object(fields))
    });
    closed(properties.collect())
}

/// `[measure]`.
fn measuring() -> Json {
    let properties = measure::KEYS.iter().map(|(name, meaning)| {
        let value = match *name {
            "commands" => commands(),
            "order" => each_once(Json::object([("enum", all(&Layer::ALL.map(Layer::name)))])),
            "scenarios" => each_once(scenario()),
            _ => Json::object([("type", text("string"))]),
        };
        (*name, with_description(value, meaning))
    });
    closed(properties.collect())
}

/// A scenario: one that the tool has, which editors complete, or a command's name.
fn scenario() -> Json {
    let mut names: Vec<_> = Builtin::ALL
        .iter()
        .map(|builtin| {
            let name = Json::object([("const", text(builtin.name()))]);
            with_description(name, &sentence(builtin.meaning()))
        })
        .collect();
    names.push(Json::object([
        ("type", text("string")),
        ("pattern", text(NAME)),
    ]));
    Json::object([("anyOf", Json::Array(names))])
}

/// `[measure.commands]`.
fn commands() -> Json {
    let builtin = Json::object([("enum", all(&Builtin::ALL.map(Builtin::name)))]);
    let words = Json::object([
        ("type", text("array")),
        ("minItems", Json::Int(1)),
        ("items", Json::object([("type", text("string"))])),
    ]);
    let line = Json::object([("type", text("string")), ("pattern", text(WORD))]);
    Json::object([
        ("type", text("object")),
        (
            "propertyNames",
            Json::object([("pattern", text(NAME)), ("not", builtin)]),
        ),
        (
            "additionalProperties",
            Json::object([("anyOf", Json::Array(vec![line, words]))]),
        ),
    ])
}

/// `[budget]`.
fn budgets() -> Json {
    let per_cent = Json::object([
        ("type", text("number")),
        ("minimum", Json::Int(0)),
        ("maximum", Json::Int(100)),
    ]);
    let ratio = Json::object([("type", text("number")), ("exclusiveMinimum", Json::Int(0))]);
    let ratios = Json::object([
        ("type", text("object")),
        ("propertyNames", Json::object([("pattern", text(RATIO))])),
        ("additionalProperties", ratio),
    ]);
    let properties = budget::KEYS.iter().map(|(name, meaning)| {
        let value = match *name {
            "ratio" => ratios.clone(),
            _ => per_cent.clone(),
        };
        (*name, with_description(value, meaning))
    });
    closed(properties.collect())
}

/// `[unmanaged]`: reasons, however deep.
fn unmanaged() -> Json {
    let deeper = Json::object([
        ("type", text("object")),
        ("additionalProperties", reference("unmanaged", "")),
    ]);
    let reason = Json::object([("type", text("string")), ("minLength", Json::Int(1))]);
    Json::object([("anyOf", Json::Array(vec![reason, deeper]))])
}

/// A reference to a definition. Draft-07 ignores what stands beside `$ref`, hence `allOf`.
fn reference(definition: &str, description: &str) -> Json {
    let target = Json::object([("$ref", text(&format!("#/definitions/{definition}")))]);
    if description.is_empty() {
        return target;
    }
    let wrapped = Json::object([("allOf", Json::Array(vec![target]))]);
    with_description(wrapped, description)
}

fn with_description(schema: Json, description: &str) -> Json {
    match schema {
        Json::Object(mut fields) => {
            fields.insert(0, ("description".to_owned(), text(description)));
            Json::Object(fields)
        }
        other => other,
    }
}

/// A table that has no other keys than these.
fn closed(properties: Vec<(&str, Json)>) -> Json {
    Json::object(closed_fields(properties))
}

fn closed_fields(properties: Vec<(&str, Json)>) -> Vec<(&str, Json)> {
    vec![
        ("type", text("object")),
        ("properties", Json::object(properties)),
        ("additionalProperties", Json::Bool(false)),
    ]
}

/// A value, or an array of such values.
fn one_or_many(one: Json) -> Json {
    let many = Json::object([("type", text("array")), ("items", one.clone())]);
    Json::Array(vec![one, many])
}

/// A value, or an array of such values, each of them once.
fn each_once(one: Json) -> Json {
    let many = Json::object([
        ("type", text("array")),
        ("minItems", Json::Int(1)),
        ("uniqueItems", Json::Bool(true)),
        ("items", one.clone()),
    ]);
    Json::object([("anyOf", Json::Array(vec![one, many]))])
}

fn all(words: &[&str]) -> Json {
    Json::Array(words.iter().map(|word| text(word)).collect())
}

fn text(text: &str) -> Json {
    Json::String(text.to_owned())
}

#[cfg(test)]
mod tests;
