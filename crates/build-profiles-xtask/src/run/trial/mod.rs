//! Candidates, proved on this machine: what cannot do its work here and now is not written down.

mod linker;
mod wrapper;

use std::time::Duration;

use build_profiles::facts::{Host, Trial};
use build_profiles::machine::{self, Attempt, Found, Proof, Wants};
use camino::{Utf8Path, Utf8PathBuf};

use super::Children;

/// Where candidates are tried.
#[derive(Clone, Debug)]
pub(crate) struct Bench<'a> {
    children: &'a Children,
    state: Utf8PathBuf,
    cache: Utf8PathBuf,
    limit: Duration,
}

impl<'a> Bench<'a> {
    /// Candidates are tried in private folders under `state`; linkers' driver scripts are put into `cache`, which is
    /// [`super::cache_folder`]. Both are absolute.
    pub(crate) fn new(children: &'a Children, state: &Utf8Path, cache: &Utf8Path) -> Self {
        Self {
            children,
            state: state.to_owned(),
            cache: cache.to_owned(),
            limit: Duration::from_secs(30),
        }
    }

    /// How long one program may take; half a minute if nothing is said.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Tries whatever the policy needs to have tried.
    pub(crate) fn prove_all(&self, wants: &Wants, host: &mut Host, found: &Found) {
        while let Some(attempt) = machine::next(wants, host, found) {
            host.trials.push(self.prove(&attempt));
        }
    }

    /// Tries one candidate. Whatever goes wrong is a reason to pass it over.
    pub(crate) fn prove(&self, attempt: &Attempt) -> Trial {
        let outcome = match &attempt.how {
            Err(reason) => Err(reason.clone()),
            Ok(Proof::Link(ways)) => self.link_by_any(&attempt.name, ways),
            Ok(Proof::Wrap(program)) => self
                .wrap(program)
                .map(|()| program.clone())
                .map_err(|error| format!("{error:#}")),
        };
        Trial {
            name: attempt.name.clone(),
            outcome,
        }
    }
}
