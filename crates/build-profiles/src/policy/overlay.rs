//! An environment laid over the base.

use crate::policy::{Body, Cache, Entry, PackageOverride, Profile, Target, Test};

impl Body {
    /// What holds in an environment: this body where it says something, else the base.
    ///
    /// An array is taken whole. A cache or a linker holds in an environment only if the environment says so: its file is
    /// committed, and nothing is tried on the machine that reads it.
    #[must_use]
    pub fn over(&self, base: &Self) -> Self {
        Self {
            profiles: join(
                &base.profiles,
                &self.profiles,
                |p| p.name.value.clone(),
                profile,
            ),
            linkers: self.linkers.clone(),
            cache: self
                .cache
                .as_ref()
                .map(|own| cache(base.cache.as_ref(), own)),
            test: match (&base.test, &self.test) {
                (Some(base), Some(own)) => Some(Test {
                    runner: own.runner.clone().or_else(|| base.runner.clone()),
                    doctests: own.doctests.clone().or_else(|| base.doctests.clone()),
                    nextest: base.nextest.clone(),
                }),
                (base, own) => own.clone().or_else(|| base.clone()),
            },
            build: entries(&base.build, &self.build),
            targets: targets(&base.targets, &self.targets),
        }
    }
}

fn cache(base: Option<&Cache>, own: &Cache) -> Cache {
    let Some(base) = base else {
        return own.clone();
    };
    Cache {
        span: own.span.clone(),
        tool: own.tool.clone().or_else(|| base.tool.clone()),
        scope: own.scope.clone().or_else(|| base.scope.clone()),
        if_missing: own.if_missing.clone().or_else(|| base.if_missing.clone()),
        storage: match (&base.storage, &own.storage) {
            (Some(base), Some(own)) => Some(own.over(base)),
            (base, own) => own.clone().or_else(|| base.clone()),
        },
        reason: own.reason.clone().or_else(|| base.reason.clone()),
    }
}

fn profile(base: &Profile, own: &Profile) -> Profile {
    Profile {
        name: own.name.clone(),
        tradeoff: own.tradeoff.clone().or_else(|| base.tradeoff.clone()),
        inherits: own.inherits.clone().or_else(|| base.inherits.clone()),
        settings: entries(&base.settings, &own.settings),
        build_override: match (&base.build_override, &own.build_override) {
            (Some(base), Some(own)) => Some(entries(base, own)),
            (base, own) => own.clone().or_else(|| base.clone()),
        },
        packages: join(
            &base.packages,
            &own.packages,
            |package| package.selector.value.clone(),
            |base, own| PackageOverride {
                selector: own.selector.clone(),
                settings: entries(&base.settings, &own.settings),
            },
        ),
        reason: own.reason.clone().or_else(|| base.reason.clone()),
    }
}

fn entries(base: &[Entry], own: &[Entry]) -> Vec<Entry> {
    join(base, own, |entry| entry.key.name, |_, own| own.clone())
}

/// The base's tables without what an own one says of the same target, then the own ones. Of one target there may be
/// several: its own table, and one by each set that it is in.
fn targets(base: &[Target], own: &[Target]) -> Vec<Target> {
    let says = |target: &Target, name: &str, entry: &Entry| {
        target.name.value == name
            && target
                .settings
                .iter()
                .any(|said| said.key.name == entry.key.name)
    };
    let base = base.iter().map(|target| {
        let mut target = target.clone();
        let name = &target.name.value;
        target
            .settings
            .retain(|entry| !own.iter().any(|own| says(own, name, entry)));
        target
    });
    base.chain(own.iter().cloned()).collect()
}

/// The base's items, each joined with the own one of the same name, then what is only own.
fn join<T: Clone, N: PartialEq>(
    base: &[T],
    own: &[T],
    name: impl Fn(&T) -> N,
    both: impl Fn(&T, &T) -> T,
) -> Vec<T> {
    let of = |items: &[T], wanted: &T| {
        items
            .iter()
            .find(|item| name(item) == name(wanted))
            .cloned()
    };
    let mut joined: Vec<_> = base
        .iter()
        .map(|base| of(own, base).map_or_else(|| base.clone(), |own| both(base, &own)))
        .collect();
    joined.extend(own.iter().filter(|own| of(base, own).is_none()).cloned());
    joined
}
