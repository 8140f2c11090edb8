//! The schema against policies, with a validator of just the words that the schema uses.

use toml_edit::{DocumentMut, Item};

use super::*;
use crate::diagnostic::{FilePath, Level};
use crate::key::KEYS;
use crate::policy::parse;

/// The root of the schema, and the schema to hold against.
#[derive(Clone, Copy)]
struct Validator<'a>(&'a Json);

impl Json {
    fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(fields) => fields.iter().find(|(n, _)| n == name).map(|(_, v)| v),
            _ => None,
        }
    }

    fn items(&self) -> &[Json] {
        match self {
            Json::Array(items) => items,
            _ => &[],
        }
    }

    fn fields(&self) -> &[(String, Json)] {
        match self {
            Json::Object(fields) => fields,
            _ => &[],
        }
    }

    fn as_text(&self) -> &str {
        match self {
            Json::String(text) => text,
            _ => "",
        }
    }
}

impl Validator<'_> {
    fn holds(self, schema: &Json, value: &Json) -> bool {
        if *schema == Json::Bool(false) {
            return false;
        }
        schema
            .fields()
            .iter()
            .all(|(word, rule)| match word.as_str() {
                "$ref" => {
                    let name = rule.as_text().trim_start_matches("#/definitions/");
                    let definition = self.0.get("definitions").and_then(|all| all.get(name));
                    self.holds(definition.expect("every reference leads somewhere"), value)
                }
                "allOf" => rule.items().iter().all(|one| self.holds(one, value)),
                "anyOf" => rule.items().iter().any(|one| self.holds(one, value)),
                "oneOf" => {
                    rule.items()
                        .iter()
                        .filter(|one| self.holds(one, value))
                        .count()
                        == 1
                }
                "not" => !self.holds(rule, value),
                "enum" => rule.items().contains(value),
                "const" => rule == value,
                "type" => rule.as_text() == type_of(value),
                "minimum" => !matches!((rule, value), (Json::Int(low), Json::Int(n)) if n < low),
                "maximum" => !matches!((rule, value), (Json::Int(high), Json::Int(n)) if n > high),
                "minLength" => !value.as_text().is_empty() || type_of(value) != "string",
                "pattern" => type_of(value) != "string" || matches(rule.as_text(), value.as_text()),
                "minItems" => !value.items().is_empty() || type_of(value) != "array",
                "uniqueItems" => {
                    let items = value.items();
                    items
                        .iter()
                        .enumerate()
                        .all(|(i, item)| !items[..i].contains(item))
                }
                "items" => value.items().iter().all(|item| self.holds(rule, item)),
                "required" => rule
                    .items()
                    .iter()
                    .all(|name| value.get(name.as_text()).is_some()),
                "propertyNames" => value.fields().iter().all(|(name, _)| {
                    matches(rule.get("pattern").expect("a pattern").as_text(), name)
                }),
                "properties" => value
                    .fields()
                    .iter()
                    .all(|(name, item)| rule.get(name).is_none_or(|rule| self.holds(rule, item))),
                "patternProperties" => value.fields().iter().all(|(name, item)| {
                    let rules = rule
                        .fields()
                        .iter()
                        .filter(|(pattern, _)| matches(pattern, name));
                    rules.into_iter().all(|(_, rule)| self.holds(rule, item))
                }),
                "additionalProperties" => value
                    .fields()
                    .iter()
                    .filter(|(name, _)| !is_named(schema, name))
                    .all(|(_, item)| self.holds(rule, item)),
                "$schema" | "title" | "description" | "definitions" => true,
                other => panic!("the validator does not know `{other}`"),
            })
    }
}

/// Whether `properties` or `patternProperties` have the name.
fn is_named(schema: &Json, name: &str) -> bool {
    let listed = schema
        .get("properties")
        .is_some_and(|all| all.get(name).is_some());
    let patterns = schema
        .get("patternProperties")
        .map(Json::fields)
        .unwrap_or_default();
    listed || patterns.iter().any(|(pattern, _)| matches(pattern, name))
}

/// The patterns of the schema.
fn matches(pattern: &str, text: &str) -> bool {
    let made_of = |text: &str, more: &str, upper: bool| {
        !text.is_empty()
            && text.chars().all(|c| {
                c.is_ascii_lowercase()
                    || c.is_ascii_digit()
                    || more.contains(c)
                    || (upper && c.is_ascii_uppercase())
            })
    };
    match pattern {
        NAME => made_of(text, "_-", true),
        SET => text
            .strip_prefix('@')
            .is_some_and(|name| made_of(name, "_-", true)),
        CFG => text.starts_with("cfg(") && text.ends_with(')'),
        TRIPLE => {
            (2..=5).contains(&text.split('-').count())
                && text.split('-').all(|part| made_of(part, "_.", false))
        }
        other => panic!("the validator does not know the pattern `{other}`"),
    }
}

fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Bool(_) => "boolean",
        Json::Int(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// TOML as the JSON that an editor's validator makes of it.
fn to_json(item: &Item) -> Json {
    if let Some(table) = item.as_table_like() {
        return Json::object(table.iter().map(|(name, item)| (name, to_json(item))));
    }
    if let Some(array) = item.as_array() {
        return Json::Array(
            array
                .iter()
                .map(|v| to_json(&Item::Value(v.clone())))
                .collect(),
        );
    }
    item.as_bool()
        .map(Json::Bool)
        .or_else(|| item.as_integer().map(Json::Int))
        .unwrap_or_else(|| Json::String(item.as_str().unwrap_or_default().to_owned()))
}

#[track_caller]
fn check(policy: &str, valid: bool) {
    let document: DocumentMut = policy.parse().expect("valid TOML");
    let schema = root();
    let holds = Validator(&schema).holds(&schema, &to_json(document.as_item()));
    assert_eq!(holds, valid, "{policy}");
    let (_, found) = parse(&FilePath::new("build-profiles.toml"), policy);
    let taken = found.iter().all(|found| found.level < Level::Error);
    assert_eq!(taken, valid, "the parser and the schema disagree: {policy}");
}

#[test]
fn valid_policies_validate() {
    check(crate::reference::SAMPLE, true);
    for text in [
        "",
        "profile.dev.debug = true\nprofile.dev.lto = \"off\"\nprofile.dev.opt-level = \"s\"",
        "profile.x.inherits = \"dev\"\nprofile.x.package.\"*\" = { debug = 0, strip = \"none\" }",
        "profile.dev.build-override.opt-level = 3\nprofile.dev.codegen-units = 1",
        "linker.x86_64-unknown-linux-gnu = \"mold\"\nlinker.'cfg(unix)' = [\"lld\", \"default\"]",
        "target.'cfg(unix)'.rustflags = \"--cfg x\"",
        "target.\"thumbv8m.main-none-eabi\".linker = \"x\"\nbuild.incremental = false",
        "targets.w = [\"x86_64-pc-windows-msvc\", \"cfg(unix)\"]\ntarget.\"@w\".rustflags = []",
        "targets.a_1 = \"x86_64-apple-darwin\"\nenvironment.ci.target.\"@a_1\".linker = \"x\"",
        "unmanaged.profile.dist = \"x\"\nunmanaged.\"build.rustflags\" = \"y\"\nstrict = true",
        "environment.ci = { linker.macos = \"lld\", test.runner = \"cargo\", profile.dev.debug = 0 }",
        "test.nextest = { nextest-version = \"0.9.143\", profile.ci = { retries = 2, test-threads = -1, fail-fast = { max-fail = \"all\" } } }",
        "test.nextest = { nextest-version = { required = \"0.9.143\" }, profile.ci.junit = { path = \"x\", report-skipped = \"all\" } }",
    ] {
        check(&format!("schema = 1\n{text}"), true);
    }
}

#[test]
fn invalid_policies_do_not() {
    check("strict = true", false);
    check("schema = 2", false);
    for text in [
        "frobnicate = 1",
        "profile.dev.opt_level = 1",
        "profile.dev.opt-level = \"3\"",
        "profile.dev.opt-level = 4",
        "profile.dev.codegen-units = 0",
        "profile.dev.incremental = \"true\"",
        "profile.dev.lto = \"thinn\"",
        "profile.dev.tradeoff = \"speed\"",
        "profile.dev.rustflags = []",
        "profile.dev.package.syn.lto = true",
        "profile.dev.package.syn.panic = \"abort\"",
        "profile.dev.build-override.tradeoff = \"size\"",
        "linker.linux-gnu = [\"gold\"]",
        "linker.linux-gnu = [\"rust-lld\"]",
        "linker.linux-gnu = []",
        "linker.linux-gnu = [\"mold\", \"mold\"]",
        "linker.unix = \"mold\"",
        "target.unix.linker = \"x\"",
        "target.thumbv8m.main-none-eabi.linker = \"x\"",
        "target.'cfg(unix)'.runner = \"x\"",
        "build.jobs = 1",
        "build.rustflags = [1]",
        "cache.tool = \"ccache\"",
        "cache.scope = \"all\"",
        "test.runner = \"x\"",
        "test.nextest = {}",
        "test.nextest = { nextest-version = {} }",
        "test.nextest = { nextest-version = \"0.9.60\", retries = 1 }",
        "test.nextest = { nextest-version = \"0.9.60\", profile.ci.retrys = 1 }",
        "test.nextest = { nextest-version = \"0.9.60\", profile.ci.retries = -1 }",
        "test.nextest = { nextest-version = \"0.9.60\", profile.ci.test-threads = 0 }",
        "test.nextest = { nextest-version = \"0.9.60\", profile.ci.threads-required = -1 }",
        "test.nextest = { nextest-version = \"0.9.60\", profile.ci.slow-timeout = 60 }",
        "test.nextest = { nextest-version = \"0.9.60\", profile.ci.slow-timeout = { terminate-after = 2 } }",
        "test.nextest = { nextest-version = \"0.9.60\", profile.ci.leak-timeout = { period = \"1s\", reslt = \"fail\" } }",
        "environment.ci.test.nextest.nextest-version = \"0.9.60\"",
        "packages.a = [\"\"]",
        "packages.\"a b\" = [\"x\"]",
        "environment.ci.packages.a = \"x\"",
        "targets.a = []",
        "targets.a = [\"unix\"]",
        "targets.a = [\"cfg(unix)\", \"cfg(unix)\"]",
        "targets.\"a b\" = [\"cfg(unix)\"]",
        "targets.x86_64-apple-darwin.linker = \"x\"",
        "target.\"@\".linker = \"x\"",
        "target.\"@a b\".linker = \"x\"",
        "environment.ci.targets.a = \"cfg(unix)\"",
        "environment.ci.unmanaged.profile.x = \"x\"",
        "unmanaged.profile.dist = \"\"",
        "unmanaged.profile.dist = 1",
    ] {
        check(&format!("schema = 1\n{text}"), false);
    }
}

/// Numbers with a fraction are in no other table, so these are held against a whole validator.
#[track_caller]
fn check_numbers(policy: &str, valid: bool) {
    let policy = format!("schema = 1\n{policy}");
    let document: DocumentMut = policy.parse().expect("valid TOML");
    let schema = serde_json::from_str(&json_schema()).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("a JSON Schema");
    let instance = to_serde(document.as_item());
    assert_eq!(schema.is_valid(&instance), valid, "{policy}");
    let (_, found) = parse(&FilePath::new("build-profiles.toml"), &policy);
    let taken = found.iter().all(|found| found.level < Level::Error);
    assert_eq!(taken, valid, "the parser and the schema disagree: {policy}");
}

fn to_serde(item: &Item) -> serde_json::Value {
    if let Some(table) = item.as_table_like() {
        let fields = table.iter();
        return fields
            .map(|(name, item)| (name.to_owned(), to_serde(item)))
            .collect();
    }
    if let Some(array) = item.as_array() {
        let items = array.iter();
        return items
            .map(|value| to_serde(&Item::Value(value.clone())))
            .collect();
    }
    let number = item.as_integer().map(serde_json::Value::from);
    let number = number.or_else(|| item.as_float().map(serde_json::Value::from));
    number.unwrap_or_else(|| item.as_str().unwrap_or_default().into())
}

#[test]
fn what_is_measured_and_what_it_must_hold() {
    for text in [
        "measure = {}\nbudget = {}",
        "measure = { order = [\"cache\", \"profiles\"], leaf = \"cli\", hub = \"core\" }",
        "measure = { order = \"linker\", scenarios = \"check\" }",
        "measure = { scenarios = [\"clean\", \"docs\"], commands.docs = \"cargo doc\" }",
        "measure.commands = { a_1 = [\"cargo\", \"\"], b = \" cargo \" }",
        "budget = { hit-rate = 90, ratio = { clean = 1, \"cache.edit-hub\" = 1.1 } }",
        "budget = { hit-rate = 94.7, ratio.docs = 0.5 }\nmeasure.commands.docs = \"x\"",
        "budget.hit-rate = 0\nbudget.ratio.test-run = 1e-3",
    ] {
        check_numbers(text, true);
    }
    for text in [
        "measure.order = [\"caches\"]",
        "measure.order = [\"cache\", \"cache\"]",
        "measure.order = []",
        "measure.scenarios = []",
        "measure.scenarios = [\"clean\", \"clean\"]",
        "measure.scenarios = [\"a b\"]",
        "measure.scenario = [\"clean\"]",
        "measure.hub = 1",
        "measure.commands.clean = \"cargo build\"",
        "measure.commands.\"a b\" = \"cargo build\"",
        "measure.commands.\"a.b\" = \"cargo build\"",
        "measure.commands.docs = \" \"",
        "measure.commands.docs = []",
        "measure.commands.docs = [1]",
        "budget.hit-rate = 100.5",
        "budget.hit-rate = -1",
        "budget.hit-rate = \"90%\"",
        "budget.ratio = 0.5",
        "budget.ratio.clean = 0",
        "budget.ratio.clean = -0.5",
        "budget.ratio.clean = \"half\"",
        "budget.ratio.cache.clean = 0.5",
        "budget.ratio.\"caches.clean\" = 0.5",
        "budget.seconds = 30",
        "environment.ci.budget.hit-rate = 90",
        "environment.ci.measure.hub = \"core\"",
    ] {
        check_numbers(text, false);
    }
}

#[test]
fn every_key_is_in_it() {
    let schema = root();
    let definition = |name: &str| {
        let all = schema.get("definitions").expect("definitions");
        all.get(name)
            .unwrap_or_else(|| panic!("no definition `{name}`"))
    };
    for key in KEYS {
        let table = match key.home {
            Home::Policy => &schema,
            Home::Profile => definition("profile-keys"),
            Home::Build => definition("build"),
            Home::Cache => definition("cache"),
            Home::Storage(table) => {
                let storage = definition("storage");
                let inner = table
                    .strip_prefix("cache.storage.")
                    .map(|name| storage.get("properties").and_then(|all| all.get(name)));
                inner.map_or(storage, |inner| inner.expect("a back-end"))
            }
            Home::Test => definition("test"),
            Home::Nextest => definition("nextest"),
            Home::NextestProfile => definition("nextest-profile"),
            Home::NextestJunit => definition("nextest-junit"),
            Home::Target => {
                let patterns = definition("target").get("patternProperties");
                patterns
                    .and_then(|all| all.get(CFG))
                    .expect("a table for cfgs")
            }
        };
        let properties = table.get("properties").expect("properties");
        assert!(properties.get(key.name).is_some(), "{}", key.place());
        assert_eq!(table.get("additionalProperties"), Some(&Json::Bool(false)));
    }
    for table in TABLES {
        assert!(
            schema
                .get("properties")
                .and_then(|all| all.get(table.name))
                .is_some()
        );
    }
}
