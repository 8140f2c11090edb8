//! stub

use build_profiles::diagnostic::{Diagnostic, FilePath};
use build_profiles::lint::{File, Files, Role};

use super::Repository;

pub(crate) fn lintable(repository: &Repository, _machine: bool) -> (Files, Vec<Diagnostic>) {
    let (chain, _) = super::chain(repository);
    let mut files = Files::default();
    for one in chain.configs {
        files.files.push(File {
            outside: one.file.starts_with('/'),
            path: FilePath::new(one.file),
            text: one.text,
            role: Role::Config,
        });
    }
    for one in chain.manifest {
        files.files.push(File {
            outside: false,
            path: FilePath::new(one.file),
            text: one.text,
            role: Role::Manifest,
        });
    }
    (files, Vec::new())
}
