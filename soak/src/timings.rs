//! Seconds of each package in a build, from the page that `cargo build --timings` writes: 1.95 has no other form of it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// Name and version of a package.
pub(crate) type Package = (String, String);

/// Seconds of each package, its build script and its procedural macros with it.
pub(crate) fn of_build(target: &Path) -> Result<BTreeMap<Package, f64>> {
    let file = target.join("cargo-timings/cargo-timing.html");
    let page = std::fs::read_to_string(&file)
        .with_context(|| format!("failed to read `{}`", file.display()))?;
    of_page(&page).with_context(|| format!("`{}` is not as expected", file.display()))
}

fn of_page(page: &str) -> Result<BTreeMap<Package, f64>> {
    let (_, after) = page
        .split_once("const UNIT_DATA = ")
        .context("no UNIT_DATA in it")?;
    // The page goes on after the array: a stream of values stops at its end.
    let units = serde_json::Deserializer::from_str(after)
        .into_iter::<Vec<Value>>()
        .next()
        .context("UNIT_DATA is empty")??;
    let mut seconds = BTreeMap::new();
    for unit in &units {
        let text = |key: &str| {
            unit.get(key)
                .and_then(Value::as_str)
                .map(str::to_owned)
                .with_context(|| format!("a unit without `{key}`"))
        };
        let duration = unit
            .get("duration")
            .and_then(Value::as_f64)
            .context("a unit without `duration`")?;
        *seconds
            .entry((text("name")?, text("version")?))
            .or_default() += duration;
    }
    Ok(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_a_package_add_up() -> Result<()> {
        let page = r#"<script>
            const UNIT_DATA = [
              {"i": 0, "name": "a", "version": "1.0.0", "target": " build-script", "duration": 0.25},
              {"i": 1, "name": "a", "version": "1.0.0", "target": "", "duration": 1.5},
              {"i": 2, "name": "b", "version": "2.0.0", "target": "", "duration": 0.5}
            ];
            const CONCURRENCY_DATA = [];"#;
        let seconds = of_page(page)?;
        assert_eq!(
            seconds.get(&("a".to_owned(), "1.0.0".to_owned())),
            Some(&1.75)
        );
        assert_eq!(seconds.len(), 2);
        Ok(())
    }

    #[test]
    fn another_page_is_an_error() {
        assert!(of_page("<html></html>").is_err());
    }
}
