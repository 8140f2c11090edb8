//! `[cache.storage]`: where the compile cache keeps what was compiled, in sccache's own words.

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::key::{Home, KEYS, Key};
use crate::policy::entry::{self, Place};
use crate::policy::source::{Field, Reader};
use crate::policy::{Entry, Spanned};
use crate::secret;
use crate::value::Value;

/// A storage back-end of sccache.
#[derive(Debug)]
pub struct Backend {
    /// As the policy and sccache call it; `dir` is a local folder.
    pub name: &'static str,
    /// The policy's table that holds its keys.
    pub table: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// What the variables of its keys begin with.
    prefix: &'static str,
    /// Keys whose variable is spelled in another way.
    renamed: &'static [(&'static str, &'static str)],
    /// A variable that goes with it, whatever its keys say.
    switch: Option<(&'static str, &'static str)>,
    /// It works only with one of these keys.
    needs: &'static [&'static str],
    /// The key that keeps one user's entries apart from those of others.
    pub apart: &'static str,
    /// The variables that hold its credentials: never written, never printed.
    pub credentials: &'static [&'static str],
}

impl Backend {
    /// Whether this variable makes sccache take the back-end.
    pub fn is_chosen_by(&self, variable_name: &str) -> bool {
        self.switch.is_some_and(|(name, _)| name == variable_name)
            || self.needs.iter().any(|needed| {
                crate::key::key(Home::Storage(self.table), needed)
                    .and_then(variable)
                    .is_some_and(|name| name == variable_name)
            })
    }
}

impl PartialEq for Backend {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Backend {}

/// Every back-end. Of two that are set sccache takes the one that stands first here, without a word (0.19's
/// `into_fallback`; 0.16 tried with two of them).
pub static BACKENDS: &[Backend] = &[
    Backend {
        name: "s3",
        table: "cache.storage.s3",
        meaning: "A bucket of Amazon S3, or of a service that speaks its language: MinIO, R2.",
        prefix: "SCCACHE_S3_",
        renamed: &[
            ("bucket", "SCCACHE_BUCKET"),
            ("endpoint", "SCCACHE_ENDPOINT"),
            ("region", "SCCACHE_REGION"),
        ],
        switch: None,
        needs: &["bucket"],
        apart: "key-prefix",
        credentials: &[
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
        ],
    },
    Backend {
        name: "redis",
        table: "cache.storage.redis",
        meaning: "A Redis server or cluster.",
        prefix: "SCCACHE_REDIS_",
        renamed: &[],
        switch: None,
        needs: &["endpoint", "cluster-endpoints"],
        apart: "key-prefix",
        credentials: &["SCCACHE_REDIS_USERNAME", "SCCACHE_REDIS_PASSWORD"],
    },
    Backend {
        name: "memcached",
        table: "cache.storage.memcached",
        meaning: "A memcached server.",
        prefix: "SCCACHE_MEMCACHED_",
        renamed: &[],
        switch: None,
        needs: &["endpoint"],
        apart: "key-prefix",
        credentials: &["SCCACHE_MEMCACHED_USERNAME", "SCCACHE_MEMCACHED_PASSWORD"],
    },
    Backend {
        name: "gcs",
        table: "cache.storage.gcs",
        meaning: "A bucket of Google Cloud Storage. It is read-only unless `rw-mode` says otherwise.",
        prefix: "SCCACHE_GCS_",
        renamed: &[],
        switch: None,
        needs: &["bucket"],
        apart: "key-prefix",
        credentials: &[
            "SCCACHE_GCS_KEY_PATH",
            "SCCACHE_GCS_CREDENTIALS_URL",
            "SCCACHE_GCS_OAUTH_URL",
            "SCCACHE_GCS_SERVICE_ACCOUNT",
        ],
    },
    Backend {
        name: "gha",
        table: "cache.storage.gha",
        meaning: "The cache of GitHub Actions. It is there in a job alone, so it belongs into an environment.",
        prefix: "SCCACHE_GHA_",
        renamed: &[],
        switch: Some(("SCCACHE_GHA_ENABLED", "on")),
        needs: &[],
        apart: "version",
        credentials: &["ACTIONS_RESULTS_URL", "ACTIONS_RUNTIME_TOKEN"],
    },
    Backend {
        name: "azure",
        table: "cache.storage.azure",
        meaning: "A container of Azure Blob Storage.",
        prefix: "SCCACHE_AZURE_",
        renamed: &[("container", "SCCACHE_AZURE_BLOB_CONTAINER")],
        switch: None,
        needs: &["container"],
        apart: "key-prefix",
        credentials: &["SCCACHE_AZURE_CONNECTION_STRING"],
    },
    Backend {
        name: "webdav",
        table: "cache.storage.webdav",
        meaning: "A WebDAV folder; the caches of ccache, Bazel and Gradle speak it too.",
        prefix: "SCCACHE_WEBDAV_",
        renamed: &[],
        switch: None,
        needs: &["endpoint"],
        apart: "key-prefix",
        credentials: &[
            "SCCACHE_WEBDAV_USERNAME",
            "SCCACHE_WEBDAV_PASSWORD",
            "SCCACHE_WEBDAV_TOKEN",
        ],
    },
    Backend {
        name: "oss",
        table: "cache.storage.oss",
        meaning: "A bucket of Alibaba Object Storage Service.",
        prefix: "SCCACHE_OSS_",
        renamed: &[],
        switch: None,
        needs: &["bucket"],
        apart: "key-prefix",
        credentials: &[
            "ALIBABA_CLOUD_ACCESS_KEY_ID",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        ],
    },
    Backend {
        name: "cos",
        table: "cache.storage.cos",
        meaning: "A bucket of Tencent Cloud Object Storage.",
        prefix: "SCCACHE_COS_",
        renamed: &[],
        switch: None,
        needs: &["bucket"],
        apart: "key-prefix",
        credentials: &["TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"],
    },
    Backend {
        name: LOCAL,
        table: TABLE,
        meaning: "A local folder.",
        prefix: "SCCACHE_",
        renamed: &[("size", "SCCACHE_CACHE_SIZE")],
        switch: None,
        needs: &[],
        apart: "dir",
        credentials: &[],
    },
];

/// The policy's table; it holds the keys of a local folder itself.
pub const TABLE: &str = "cache.storage";
const LOCAL: &str = "dir";

/// `[cache.storage]`. In an environment, what is absent comes from the base, if that names the same back-end.
#[derive(Clone, Debug)]
pub struct Storage {
    /// Span of the table's header or key.
    pub span: Range<usize>,
    /// The back-end; the span is that of its key.
    pub backend: Option<Spanned<&'static Backend>>,
    /// Its keys.
    pub settings: Vec<Entry>,
    /// Whether something in it could not be read: then what it lacks is not known.
    broken: bool,
}

/// A variable that sccache reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The bytes of the policy that ask for it.
    pub span: Range<usize>,
    /// The comment above them.
    pub reason: Option<String>,
}

impl Storage {
    /// What the storage comes to in sccache's variables.
    pub fn variables(&self) -> Vec<Variable> {
        let Some(backend) = &self.backend else {
            return Vec::new();
        };
        let switch = backend.value.switch.map(|(name, value)| Variable {
            name: name.to_owned(),
            value: value.to_owned(),
            span: backend.span.clone(),
            reason: None,
        });
        let settings = self.settings.iter().filter_map(|entry| {
            Some(Variable {
                name: variable(entry.key)?,
                value: match &entry.value.value {
                    Value::Str(text) => text.clone(),
                    other => other.to_string().trim().to_owned(),
                },
                span: entry.value.span.clone(),
                reason: entry.reason.clone(),
            })
        });
        switch.into_iter().chain(settings).collect()
    }

    /// Whether other machines use the storage too, as far as that can be told.
    pub fn is_shared(&self) -> bool {
        self.backend
            .as_ref()
            .is_some_and(|backend| backend.value.name != LOCAL)
    }

    /// The keys of which one is missing; empty if the back-end has what it needs.
    pub(super) fn lacks(&self) -> &'static [&'static str] {
        match &self.backend {
            Some(backend)
                if !self.broken
                    && !backend.value.needs.iter().any(|needed| {
                        self.settings.iter().any(|entry| entry.key.name == *needed)
                    }) =>
            {
                backend.value.needs
            }
            _ => &[],
        }
    }

    /// This storage, with what it leaves out taken from the base's, if the two are of one kind.
    pub(super) fn over(&self, base: &Self) -> Self {
        let kind = |storage: &Self| storage.backend.as_ref().map(|backend| backend.value);
        let mut merged = self.clone();
        merged.broken |= base.broken;
        if self.backend.is_none() {
            merged.backend.clone_from(&base.backend);
        }
        if kind(&merged) == kind(base) {
            let inherited = base.settings.iter().filter(|entry| {
                self.settings
                    .iter()
                    .all(|own| own.key.name != entry.key.name)
            });
            merged.settings.extend(inherited.cloned());
        }
        merged
    }
}

/// The back-end whose keys stand in this table.
fn backend_of(table: &str) -> Option<&'static Backend> {
    BACKENDS.iter().find(|backend| backend.table == table)
}

/// The variable that a key of a storage becomes.
pub fn variable(key: &Key) -> Option<String> {
    let Home::Storage(table) = key.home else {
        return None;
    };
    let backend = backend_of(table)?;
    let renamed = backend.renamed.iter().find(|(name, _)| *name == key.name);
    Some(match renamed {
        Some((_, variable)) => (*variable).to_owned(),
        None => backend.prefix.to_owned() + &key.name.to_uppercase().replace('-', "_"),
    })
}

/// The key that becomes this variable.
pub fn key_of(name: &str) -> Option<&'static Key> {
    KEYS.iter()
        .find(|key| variable(key).is_some_and(|variable| variable == name))
}

/// Whether a variable of this name holds a credential of the cache.
pub fn is_credential(name: &str) -> bool {
    BACKENDS
        .iter()
        .any(|backend| backend.credentials.contains(&name))
}

/// Reads `[cache.storage]`.
pub(super) fn read(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<Storage> {
    let table = reader.table(field)?;
    let mut storage = Storage {
        span: field.span.clone(),
        backend: None,
        settings: Vec::new(),
        broken: false,
    };
    let before = reader.diagnostics.len();
    let above = field.above.as_deref();
    for field in reader.fields(table) {
        let named = BACKENDS
            .iter()
            .find(|backend| backend.name == field.name && backend.name != LOCAL);
        let Some(backend) = named else {
            let entry = read_key(reader, &field, TABLE, above);
            let known = crate::key::key(Home::Storage(TABLE), field.name).is_some();
            if let Some(backend) = backend_of(TABLE).filter(|_| known) {
                name(reader, &mut storage, backend, &field);
            }
            storage
                .settings
                .extend(entry.filter(|entry| local(reader, entry)));
            continue;
        };
        name(reader, &mut storage, backend, &field);
        let Some(table) = reader.table(&field) else {
            continue;
        };
        let above = field.above.as_deref().or(above);
        for inner in reader.fields(table) {
            let entry = read_key(reader, &inner, backend.table, above);
            storage.settings.extend(entry);
        }
    }
    storage.broken = reader.diagnostics.len() > before;
    // The keys of a second back-end are nobody's.
    let table = storage.backend.as_ref().map(|backend| backend.value.table);
    storage
        .settings
        .retain(|entry| Some(entry.key.home) == table.map(Home::Storage));
    Some(storage)
}

/// One key of a back-end.
fn read_key(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    table: &'static str,
    above: Option<&str>,
) -> Option<Entry> {
    let home = Home::Storage(table);
    let backend = backend_of(table)?;
    if crate::key::key(home, field.name).is_none() && secret::is_word(field.name) {
        let found = Diagnostic::error(
            "credential_in_policy",
            format!("`{}` is a credential: it is never written down", field.name),
        )
        .with_label(
            reader.file,
            field.span.clone(),
            "whoever reads the repository has it",
        );
        reader.diagnostics.push(ways_out(found, backend));
        return None;
    }
    let entry = entry::read(reader, field, home, Place::Table, above)?;
    let Value::Str(text) = &entry.value.value else {
        return Some(entry);
    };
    if text.is_empty() {
        let found = Diagnostic::error("invalid_value", format!("`{}` is empty", entry.key.name))
            .with_label(reader.file, entry.value.span.clone(), "says nothing")
            .with_help(format!("say it, or remove `{}`", entry.key.name));
        reader.diagnostics.push(found);
    }
    if let Some(password) = secret::in_url(text) {
        let found = Diagnostic::error(
            "credential_in_policy",
            format!("the URL of `{}` holds a password", backend.name),
        )
        .with_label(
            reader.file,
            reader.inside(&entry.value.span, text, password),
            "whoever reads the repository has it",
        );
        let found = ways_out(found, backend).with_help("and change it, if it was ever pushed");
        reader.diagnostics.push(found);
    }
    Some(entry)
}

fn ways_out(found: Diagnostic, backend: &Backend) -> Diagnostic {
    let names: Vec<String> = backend
        .credentials
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    if names.is_empty() {
        return found.with_help("remove it");
    }
    found.with_help(format!(
        "remove it, and export {} where the build runs",
        names.join(", ")
    ))
}

/// A back-end is named; a second one is a finding.
fn name(
    reader: &mut Reader<'_>,
    storage: &mut Storage,
    backend: &'static Backend,
    field: &Field<'_>,
) {
    match &storage.backend {
        None => {
            storage.backend = Some(Spanned {
                value: backend,
                span: field.span.clone(),
            });
        }
        Some(first) if first.value == backend => {}
        Some(first) => {
            let rank = |one: &Backend| BACKENDS.iter().position(|other| other == one);
            let winner = if rank(backend) < rank(first.value) {
                backend
            } else {
                first.value
            };
            let found = Diagnostic::error(
                "storage_named_twice",
                "two storages, and the cache uses one",
            )
            .with_label(reader.file, field.span.clone(), "another")
            .with_label(reader.file, first.span.clone(), "a storage")
            .with_note(format!(
                "sccache would take `{}` without a word",
                winner.name
            ))
            .with_help("keep one of them");
            reader.diagnostics.push(found);
        }
    }
}

/// What only a local folder has to keep; says whether the entry can be used.
fn local(reader: &mut Reader<'_>, entry: &Entry) -> bool {
    let Value::Str(text) = &entry.value.value else {
        return false;
    };
    let span = entry.value.span.clone();
    let found = match entry.key.name {
        "size" if !is_size(text) => {
            Diagnostic::error("invalid_value", "`size` takes a whole number with `K`, `M`, `G` or `T`")
                .with_label(reader.file, span, "sccache would not understand it")
                .with_note("sccache takes 10 G instead, without a word")
                .with_help("write `\"10G\"`")
        }
        "dir" if !is_absolute(text) => {
            Diagnostic::error("invalid_value", "`dir` takes an absolute path")
                .with_label(reader.file, span, "relative to what?")
                .with_note("the cache server outlives the build, and its folder is not the workspace; neither Cargo nor sccache expands `~` or variables")
                .with_help("write an absolute path, or leave `dir` out: sccache has a folder for each user")
        }
        _ => return true,
    };
    reader.diagnostics.push(found);
    false
}

/// What sccache's `parse_size` takes; for all else it silently takes its default.
fn is_size(text: &str) -> bool {
    let digits = text.strip_suffix(['K', 'M', 'G', 'T', 'k', 'm', 'g', 't']);
    let digits = digits.unwrap_or(text);
    !digits.is_empty() && digits.len() < 16 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Absolute on the system it is for: the policy is read on all of them.
pub(crate) fn is_absolute(path: &str) -> bool {
    let drive = path.as_bytes().get(..3).is_some_and(|start| {
        start[0].is_ascii_alphabetic() && start[1] == b':' && matches!(start[2], b'/' | b'\\')
    });
    path.starts_with('/') || path.starts_with("\\\\") || drive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_variable_and_every_back_end_its_keys() {
        for key in KEYS {
            let Home::Storage(table) = key.home else {
                continue;
            };
            let name = variable(key).unwrap_or_else(|| panic!("no back-end has `{table}`"));
            assert!(
                name.starts_with("SCCACHE_") && !is_credential(&name),
                "{name}"
            );
            assert_eq!(key_of(&name), Some(key), "{name}");
        }
        for backend in BACKENDS {
            let has = |name| crate::key::key(Home::Storage(backend.table), name).is_some();
            assert!(backend.needs.iter().copied().all(has), "{}", backend.name);
            assert!(has(backend.apart), "{}", backend.name);
        }
    }

    #[test]
    fn variables_are_those_of_sccache() {
        for (table, name, expected) in [
            ("cache.storage", "dir", "SCCACHE_DIR"),
            ("cache.storage", "size", "SCCACHE_CACHE_SIZE"),
            ("cache.storage.s3", "bucket", "SCCACHE_BUCKET"),
            ("cache.storage.s3", "key-prefix", "SCCACHE_S3_KEY_PREFIX"),
            (
                "cache.storage.redis",
                "cluster-endpoints",
                "SCCACHE_REDIS_CLUSTER_ENDPOINTS",
            ),
            ("cache.storage.gha", "version", "SCCACHE_GHA_VERSION"),
            (
                "cache.storage.azure",
                "container",
                "SCCACHE_AZURE_BLOB_CONTAINER",
            ),
        ] {
            let key = crate::key::key(Home::Storage(table), name).expect("in the table");
            assert_eq!(variable(key).as_deref(), Some(expected));
        }
    }
}
