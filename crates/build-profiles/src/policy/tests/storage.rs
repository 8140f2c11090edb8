//! `[cache.storage]`: what it takes, what it refuses, and what defeats it.

use super::{check, policy};

/// The variables that the base's storage becomes, one a line.
fn variables(text: &str) -> String {
    let text = format!("schema = 1\ntoolchain = \"1.94\"\n{text}");
    let (parsed, found) = crate::policy::parse(&super::file(), &text);
    let worst = found.iter().map(|found| found.level).max();
    assert!(worst <= Some(crate::diagnostic::Level::Note), "{found:?}");
    let cache = parsed.expect("a policy").base.cache.expect("a cache");
    let variables = cache.storage.expect("a storage").variables();
    let lines: Vec<_> = variables
        .iter()
        .map(|variable| format!("{}={}", variable.name, variable.value))
        .collect();
    lines.join(" ")
}

#[test]
fn it_becomes_the_variables_of_sccache() {
    for (storage, expected) in [
        (
            "dir = \"/var/cache/sccache\"\nsize = \"20G\"",
            "SCCACHE_DIR=/var/cache/sccache SCCACHE_CACHE_SIZE=20G",
        ),
        (
            "redis = { endpoint = \"redis://cache:6379\", db = 2, expiration = 86400, key-prefix = \"app\" }",
            "SCCACHE_REDIS_ENDPOINT=redis://cache:6379 SCCACHE_REDIS_DB=2 SCCACHE_REDIS_EXPIRATION=86400 \
             SCCACHE_REDIS_KEY_PREFIX=app",
        ),
        (
            "s3 = { bucket = \"b\", region = \"auto\", endpoint = \"https://r2\", use-ssl = true, no-credentials = false }",
            "SCCACHE_BUCKET=b SCCACHE_REGION=auto SCCACHE_ENDPOINT=https://r2 SCCACHE_S3_USE_SSL=true \
             SCCACHE_S3_NO_CREDENTIALS=false",
        ),
        (
            "azure.container = \"c\"\nazure.key-prefix = \"p\"",
            "SCCACHE_AZURE_BLOB_CONTAINER=c SCCACHE_AZURE_KEY_PREFIX=p",
        ),
        (
            "gcs = { bucket = \"b\", rw-mode = \"READ_WRITE\" }",
            "SCCACHE_GCS_BUCKET=b SCCACHE_GCS_RW_MODE=READ_WRITE",
        ),
        (
            "webdav.endpoint = \"https://cache/sccache\"",
            "SCCACHE_WEBDAV_ENDPOINT=https://cache/sccache",
        ),
    ] {
        let text = format!("[cache]\ntool = \"sccache\"\n[cache.storage]\n{storage}\n");
        assert_eq!(variables(&text), expected);
    }
}

#[test]
fn an_environment_adds_to_the_storage_of_the_base() {
    let text = "schema = 1\ntoolchain = \"1.94\"\n[cache]\ntool = \"sccache\"\n\
                [cache.storage]\ndir = \"/c\"\nsize = \"5G\"\n\
                [environment.ci.cache]\nif-missing = \"error\"\nstorage.gha = {}\n\
                [environment.nightly.cache]\nif-missing = \"error\"\nstorage.size = \"50G\"\n";
    let policy = policy(text);
    let of = |index: usize| {
        let merged = policy.environments[index].body.over(&policy.base);
        let storage = merged.cache.and_then(|cache| cache.storage);
        let mut names: Vec<_> = storage
            .expect("a storage")
            .variables()
            .iter()
            .map(|variable| format!("{}={}", variable.name, variable.value))
            .collect();
        names.sort();
        names.join(" ")
    };
    assert_eq!(of(0), "SCCACHE_GHA_ENABLED=on");
    assert_eq!(of(1), "SCCACHE_CACHE_SIZE=50G SCCACHE_DIR=/c");
}

#[test]
fn what_cannot_be_is_told_at_once() {
    check(
        r##"
toolchain = "1.94"
cache.tool = "sccache"
[cache.storage]
sice = "10G"
dir = "~/cache"
size = "10 GiB"
reddis = { endpoint = "x" }
redis = { endpont = "redis://h", db = "1", rw-mode = "READONLY" }
"##,
        r##"
error[unknown_key] 4:1 unknown key `sice` in `[cache.storage]` | sice: unknown | did you mean `size`?
error[invalid_value] 5:7 `dir` takes an absolute path | "~/cache": relative to what? | write an absolute path, or leave `dir` out: sccache has a folder for each user
error[invalid_value] 6:8 `size` takes a whole number with `K`, `M`, `G` or `T` | "10 GiB": sccache would not understand it | write `"10G"`
error[unknown_key] 7:1 unknown key `reddis` in `[cache.storage]` | reddis: unknown | did you mean `redis`?
error[storage_named_twice] 8:1 two storages, and the cache uses one | redis: another | keep one of them
error[unknown_key] 8:11 unknown key `endpont` in `[cache.storage.redis]` | endpont: unknown | did you mean `endpoint`?
error[wrong_type] 8:39 `db` takes a whole number from 0 to 65535 | "1": this is a string | write `1` without quotes
error[invalid_value] 8:54 `rw-mode` takes `"READ_ONLY"` or `"READ_WRITE"` | "READONLY": not one of them | did you mean `"READ_ONLY"`?
"##,
    );
}

#[test]
fn credentials_are_refused() {
    check(
        r##"
toolchain = "1.94"
cache.tool = "sccache"
cache.storage.redis = { endpoint = "redis://me:pw@cache:6379", password = "pw" }
environment.ci.cache = { if-missing = "error", storage.s3 = { bucket = "b", secret_access_key = "x" } }
"##,
        r##"
note[remote_storage_for_everybody] 3:15 whoever has sccache can build only where `redis` can be reached | redis: for every machine with sccache | if that is not meant, move it to the `[environment.<name>.cache.storage]` whose machines can reach it; a person opts out in `build-profiles.local.toml`
error[credential_in_policy] 3:48 the URL of `redis` holds a password | pw: whoever reads the repository has it | remove it, and export `SCCACHE_REDIS_USERNAME`, `SCCACHE_REDIS_PASSWORD` where the build runs; and change it, if it was ever pushed
error[credential_in_policy] 3:64 `password` is a credential: it is never written down | password: whoever reads the repository has it | remove it, and export `SCCACHE_REDIS_USERNAME`, `SCCACHE_REDIS_PASSWORD` where the build runs
error[credential_in_policy] 4:77 `secret_access_key` is a credential: it is never written down | secret_access_key: whoever reads the repository has it | remove it, and export `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` where the build runs
"##,
    );
}

#[test]
fn a_storage_must_be_complete() {
    check(
        r##"
toolchain = "1.94"
cache.tool = "sccache"
[cache.storage]
[environment.ci.cache]
if-missing = "error"
storage.s3 = { region = "auto" }
[environment.other.cache]
if-missing = "error"
storage.redis = { endpoint = "" }
"##,
        r##"
error[incomplete_storage] 3:8 `[cache.storage]` names no storage | storage: which? | name one of `s3`, `redis`, `memcached`, `gcs`, `gha`, `azure`, `webdav`, `oss`, `cos`, `dir`
error[incomplete_storage] 6:9 `s3` does not say its `bucket` | s3: where? | add `bucket = "..."`
error[invalid_value] 9:30 `endpoint` is empty | "": says nothing | say it, or remove `endpoint`
"##,
    );
}

#[test]
fn whom_it_locks_out() {
    check(
        r##"
toolchain = "1.94"
cache.tool = "sccache"
cache.storage.gha = {}
"##,
        r##"
error[storage_outside_of_its_jobs] 3:15 the cache of GitHub Actions is not there on anybody's machine | gha: for every machine with sccache | move it to `[environment.<name>.cache.storage]`
"##,
    );
}

#[test]
fn what_defeats_it() {
    check(
        r##"
toolchain = "1.94"
linker.linux-gnu = ["mold", "default"]
build.rustflags = ["-Ctarget-cpu=native"]
cache.tool = "sccache"
cache.storage.redis.endpoint = "redis://cache"
[environment.ci.cache]
if-missing = "error"
storage.webdav.endpoint = "https://cache"
"##,
        r##"
warning[linker_under_shared_cache] 2:8 machines that link differently share nothing | linux-gnu: chosen on each machine | keep the storage or the linker in an environment whose machines are alike, or write `"default"`
error[native_cpu_under_cache] 3:19 the cache that machines share may serve code for another CPU | ["-Ctarget-cpu=native"]: `native` differs from machine to machine | name a CPU, as `-Ctarget-cpu=x86-64-v3`
note[remote_storage_for_everybody] 5:15 whoever has sccache can build only where `redis` can be reached | redis: for every machine with sccache | if that is not meant, move it to the `[environment.<name>.cache.storage]` whose machines can reach it; a person opts out in `build-profiles.local.toml`
error[storage_outranked] 8:9 `ci` would use `redis` and not `webdav` | webdav: passed over | move the storage of the base to an environment of its own, or use one storage for both
"##,
    );
}

#[test]
fn what_it_sets_is_not_left_alone() {
    check(
        r##"
toolchain = "1.94"
cache.tool = "sccache"
cache.storage.dir = "/c"
unmanaged.env.SCCACHE_DIR = "mine"
unmanaged.env.SCCACHE_IDLE_TIMEOUT = "mine"
"##,
        r##"
error[managed_and_unmanaged] 4:11 `env.SCCACHE_DIR` is managed and left alone | env.SCCACHE_DIR: left alone | remove one of them
"##,
    );
}
