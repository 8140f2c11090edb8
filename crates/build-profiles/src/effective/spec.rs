//! Package ID specs: which packages an override is for.
//!
//! Source: Cargo book, Package ID Specifications; `package_id_spec.rs` and `partial_version.rs` of Cargo 1.95.

use semver::{BuildMetadata, Op, Prerelease, Version, VersionReq};

/// A spec, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spec {
    name: String,
    version: Option<Partial>,
    /// Where the package comes from: `file:///src/app`, `https://github.com/rust-lang/crates.io-index`.
    url: Option<String>,
    /// `path`, `git`, `registry`, `sparse`.
    kind: Option<String>,
}

/// A version of which the end may be missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Partial {
    major: u64,
    minor: Option<u64>,
    patch: Option<u64>,
    pre: Option<Prerelease>,
    build: Option<BuildMetadata>,
}

impl Spec {
    /// Takes a spec apart; `None`: Cargo refuses it.
    pub fn parse(text: &str) -> Option<Self> {
        if text.contains("://") {
            return Self::of_url(text);
        }
        let (name, version) = match split(text) {
            Some((name, version)) => (name, Some(Partial::parse(version)?)),
            None => (text, None),
        };
        is_name(name).then(|| Self {
            name: name.to_owned(),
            version,
            url: None,
            kind: None,
        })
    }

    fn of_url(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (kind, scheme) = match scheme.split_once('+') {
            // `sparse+` stays a part of the address.
            Some(("sparse", _)) => (Some("sparse"), scheme),
            Some((kind, scheme)) => (Some(kind), scheme),
            None => (None, scheme),
        };
        let (place, fragment) = match rest.split_once('#') {
            Some((place, fragment)) => (place, Some(fragment)),
            None => (rest, None),
        };
        let last = place.rsplit('/').next()?;
        let last = last.split('?').next().unwrap_or(last);
        let (name, version) = match fragment {
            None => (last, None),
            Some(fragment) => match split(fragment) {
                Some((name, version)) => (name, Some(Partial::parse(version)?)),
                None if fragment.starts_with(char::is_alphabetic) => (fragment, None),
                None => (last, Some(Partial::parse(fragment)?)),
            },
        };
        is_name(name).then(|| Self {
            name: name.to_owned(),
            version,
            url: Some(format!("{scheme}://{place}")),
            kind: kind.map(str::to_owned),
        })
    }

    /// The name of the packages it can match.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is for this package. `id` is the package's own, as Cargo prints it: `path+file:///src/app#0.1.0`. A
    /// spec with an address matches no package whose id is not known.
    pub fn matches(&self, name: &str, version: Option<&Version>, id: Option<&str>) -> bool {
        self.name == name
            && self.version.as_ref().is_none_or(|wanted| {
                // Without a version all of them are meant.
                version.is_some_and(|version| wanted.matches(version))
            })
            && (self.url.is_none() || id.and_then(Self::parse).is_some_and(|id| self.is_at(&id)))
    }

    fn is_at(&self, package: &Self) -> bool {
        self.url == package.url && (self.kind.is_none() || self.kind == package.kind)
    }
}

fn split(text: &str) -> Option<(&str, &str)> {
    text.rsplit_once('@').or_else(|| {
        text.rsplit_once(':')
            .filter(|(name, _)| !name.ends_with(':'))
    })
}

fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|first| first == '_' || first.is_alphabetic())
        && chars.all(|c| c == '-' || c == '_' || c.is_alphanumeric())
}

impl Partial {
    fn parse(text: &str) -> Option<Self> {
        if let Ok(version) = Version::parse(text) {
            return Some(Self {
                major: version.major,
                minor: Some(version.minor),
                patch: Some(version.patch),
                pre: Some(version.pre).filter(|pre| !pre.is_empty()),
                build: Some(version.build).filter(|build| !build.is_empty()),
            });
        }
        let mut wanted = VersionReq::parse(text).ok()?.comparators;
        let one = wanted.pop().filter(|_| wanted.is_empty())?;
        (one.op == Op::Caret && !text.starts_with('^')).then(|| Self {
            major: one.major,
            minor: one.minor,
            patch: one.patch,
            pre: Some(one.pre).filter(|pre| !pre.is_empty()),
            build: None,
        })
    }

    fn matches(&self, version: &Version) -> bool {
        let same = |wanted: Option<u64>, is: u64| wanted.is_none_or(|wanted| wanted == is);
        (version.pre.is_empty() || self.pre.is_some())
            && self.major == version.major
            && same(self.minor, version.minor)
            && same(self.patch, version.patch)
            && self.pre.as_ref().is_none_or(|pre| *pre == version.pre)
            && self
                .build
                .as_ref()
                .is_none_or(|build| *build == version.build)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(spec: &str, id: &str) -> Option<bool> {
        let spec = Spec::parse(spec)?;
        let (place, rest) = id.split_once('#')?;
        let (name, version) = match rest.split_once('@') {
            Some((name, version)) => (name, version),
            None => (place.rsplit('/').next()?, rest),
        };
        let version = Version::parse(version).ok();
        Some(spec.matches(name, version.as_ref(), Some(id)))
    }

    #[test]
    fn a_spec_is_for_a_package() {
        const SERDE: &str = "registry+https://github.com/rust-lang/crates.io-index#serde@1.0.228";
        const APP: &str = "path+file:///w/app#0.1.0-rc.1";
        for (spec, id, expected) in [
            ("serde", SERDE, Some(true)),
            ("serde@1", SERDE, Some(true)),
            ("serde:1.0", SERDE, Some(true)),
            ("serde@1.0.228", SERDE, Some(true)),
            ("serde@1.1", SERDE, Some(false)),
            ("serde-derive", SERDE, Some(false)),
            ("serde@^1", SERDE, None),
            ("serde*", SERDE, None),
            ("", SERDE, None),
            (
                "https://github.com/rust-lang/crates.io-index#serde",
                SERDE,
                Some(true),
            ),
            ("app", APP, Some(true)),
            // A pre-release is meant by nobody who does not name one.
            ("app@0.1", APP, Some(false)),
            ("app@0.1.0-rc.1", APP, Some(true)),
            ("file:///w/app", APP, Some(true)),
            ("file:///w/app#0.1.0-rc.1", APP, Some(true)),
            ("path+file:///w/app#app", APP, Some(true)),
            ("path+file:///w/other#app", APP, Some(false)),
            ("registry+file:///w/app", APP, Some(false)),
        ] {
            assert_eq!(matches(spec, id), expected, "{spec}");
        }
    }
}
