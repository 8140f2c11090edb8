//! What `.config/nextest.toml` says about a run: where its report goes, and whether it may hide tests.

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
    fn a_filter_may_stand_in_a_profile_or_in_an_override() {
        assert!(may_hide_tests("profile.ci.default-filter = 'all()'"));
        assert!(may_hide_tests(
            "[[profile.ci.overrides]]\nplatform = 'cfg(unix)'\ndefault-filter = 'none()'"
        ));
        assert!(!may_hide_tests("# default-filter\nprofile.ci.retries = 1"));
        assert!(!may_hide_tests("["));
    }
}
