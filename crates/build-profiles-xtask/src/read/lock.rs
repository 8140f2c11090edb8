//! The lock file. It is large, and Cargo writes it always alike, so it is read by lines.

use build_profiles::lint::Package;

/// Names, versions and origins of a lock file.
pub(super) fn packages(text: &str) -> Vec<Package> {
    let mut packages: Vec<Package> = Vec::new();
    let mut is_package = false;
    for line in text.lines() {
        if line.starts_with('[') {
            is_package = line.trim_end() == "[[package]]";
            if is_package {
                packages.push(Package {
                    name: String::new(),
                    version: String::new(),
                    local: true,
                });
            }
            continue;
        }
        let (true, Some(package), Some((key, value))) =
            (is_package, packages.last_mut(), line.split_once(" = "))
        else {
            continue;
        };
        let value = || value.trim().trim_matches('"').to_owned();
        match key {
            "name" => package.name = value(),
            "version" => package.version = value(),
            "source" => package.local = false,
            _ => {}
        }
    }
    packages.retain(|package| !package.name.is_empty());
    packages
}

#[cfg(test)]
mod tests {
    use super::packages;

    #[test]
    fn a_lock_file_is_read_by_lines() {
        let text = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"serde\",\n]\n\n\
                [[package]]\r\nname = \"serde\"\r\nversion = \"1.0.0\"\r\nsource = \"registry+x\"\r\n\n[metadata]\nname = \"x\"\n";
        let found: Vec<_> = packages(text)
            .into_iter()
            .map(|one| (one.name, one.version, one.local))
            .collect();
        let expected = [("app", "0.1.0", true), ("serde", "1.0.0", false)];
        assert_eq!(
            found,
            expected.map(|(name, version, local)| (name.to_owned(), version.to_owned(), local))
        );
    }
}
