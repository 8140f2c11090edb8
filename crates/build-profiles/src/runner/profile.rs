//! What `.config/nextest.toml` says about a run: where its report goes, and whether it may hide tests.

use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use crate::edit::{Source, parse};
use crate::value::{KeyPath, Value};

/// Where the JUnit report of a profile is written, from the workspace root; `None`: there is none.
pub fn report(config: &str, profile: &str) -> Option<String> {
    let source = parse(config).ok()?;
    let folder = text(&source, &["store", "dir"]).unwrap_or_else(|| "target/nextest".to_owned());
    let path = chain(&source, profile)
        .into_iter()
        .find_map(|name| text(&source, &["profile", &name, "junit", "path"]))?;
    Some(format!("{folder}/{profile}/{path}"))
}

/// The same file with the reports of all profiles in `folder`, under this name; `None`: it is no TOML.
pub fn reporting_to(config: &str, folder: &str, name: &str) -> Option<String> {
    let mut document: DocumentMut = config.parse().ok()?;
    table(document.as_table_mut(), "store")?.insert("dir", value(folder));
    let profiles = table(document.as_table_mut(), "profile")?;
    table(profiles, "default")?;
    let names: Vec<String> = profiles.iter().map(|(name, _)| name.to_owned()).collect();
    for profile in names {
        let profile = profiles.get_mut(&profile)?.as_table_like_mut()?;
        table(profile, "junit")?.insert("path", value(name));
    }
    Some(document.to_string())
}

/// The table of that name, made if it is not there.
fn table<'a>(parent: &'a mut dyn TableLike, name: &str) -> Option<&'a mut dyn TableLike> {
    if !parent.contains_key(name) {
        parent.insert(name, Item::Table(Table::new()));
    }
    parent.get_mut(name)?.as_table_like_mut()
}

/// Whether some `default-filter` may keep tests from being run.
pub fn may_hide_tests(config: &str) -> bool {
    let Ok(source) = parse(config) else {
        return false;
    };
    source
        .leaves()
        .iter()
        .any(|leaf| leaf.path.parts().last() == Some(&"default-filter"))
}

/// The profile, and those whose keys hold where it says nothing.
fn chain(source: &Source<'_>, profile: &str) -> Vec<String> {
    let mut chain = vec![profile.to_owned()];
    while let Some(next) = chain
        .last()
        .and_then(|name| text(source, &["profile", name, "inherits"]))
        .filter(|next| !chain.contains(next))
    {
        chain.push(next);
    }
    chain.push("default".to_owned());
    chain
}

fn text(source: &Source<'_>, path: &[&str]) -> Option<String> {
    match source.leaf(&KeyPath::new(path.iter().copied()))?.value? {
        Value::Str(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_where_the_profile_or_its_parent_says() {
        let config = "[profile.default.junit]\npath = 'a.xml'\n[profile.ci]\ninherits = 'base'\n[profile.base]\njunit.path = 'b.xml'\n";
        let report = |config, profile| report(config, profile);
        assert_eq!(
            report(config, "default").as_deref(),
            Some("target/nextest/default/a.xml")
        );
        assert_eq!(
            report(config, "ci").as_deref(),
            Some("target/nextest/ci/b.xml")
        );
        assert_eq!(
            report(config, "other").as_deref(),
            Some("target/nextest/other/a.xml")
        );
        let stored = format!("store.dir = 'out'\n{config}");
        assert_eq!(
            report(&stored, "default").as_deref(),
            Some("out/default/a.xml")
        );
        assert_eq!(report("", "default"), None);
        assert_eq!(report("[", "default"), None);
        let circle = "profile.a.inherits = 'b'\nprofile.b.inherits = 'a'\n";
        assert_eq!(report(circle, "a"), None);
    }

    #[test]
    fn reports_go_elsewhere_and_nothing_else_changes() {
        let to = |config| reporting_to(config, "/tmp/s", "j.xml");
        assert_eq!(
            to("").as_deref(),
            Some(
                "[store]\ndir = \"/tmp/s\"\n\n[profile]\n\n[profile.default]\n\n[profile.default.junit]\npath = \"j.xml\"\n"
            )
        );
        let own = "nextest-version = '0.9.9'\nstore.dir = 'target/nextest'\nprofile.default.retries = 2\n\n\
                   # Slow.\n[profile.ci]\njunit = { path = 'ci.xml', store-success-output = true }\n";
        let own = to(own).expect("it is TOML");
        for profile in ["default", "ci"] {
            let path = format!("/tmp/s/{profile}/j.xml");
            assert_eq!(report(&own, profile), Some(path), "{own}");
        }
        for kept in [
            "nextest-version = '0.9.9'",
            "retries = 2",
            "# Slow.",
            "store-success-output = true",
        ] {
            assert!(own.contains(kept), "{own}");
        }
        assert_eq!(to("["), None);
        assert_eq!(to("profile = 1"), None);
    }

    #[test]
    fn a_filter_may_stand_in_a_profile_or_in_an_override() {
        assert!(may_hide_tests("profile.ci.default-filter = 'all()'"));
        assert!(may_hide_tests(
            "[[profile.ci.overrides]]\nplatform = 'cfg(unix)'\ndefault-filter = 'none()'"
        ));
        assert!(!may_hide_tests("# default-filter\nprofile.ci.retries = 1"));
        assert!(!may_hide_tests("["));
    }
}
