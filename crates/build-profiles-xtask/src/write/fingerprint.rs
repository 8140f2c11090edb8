//! Tells whether a file still is what it was, without keeping its text.

use std::{fs, io};

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use super::disk::is_absent;

/// Stands for the content of a file, and for where a symbolic link points.
///
/// Length and FNV-1a: against mishaps, not against an adversary, and the same in every build of this tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Fingerprint(String);

impl Fingerprint {
    pub(super) fn of_text(bytes: &[u8]) -> Self {
        Self(format!("{}-{:016x}", bytes.len(), fnv1a(bytes)))
    }

    /// What is on disk, links not followed; `None`: nothing is.
    pub(super) fn of_disk(path: &Utf8Path) -> io::Result<Option<Self>> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(if metadata.is_symlink() {
            let to = fs::read_link(path)?;
            let Self(text) = Self::of_text(to.as_os_str().as_encoded_bytes());
            Self(format!("link-{text}"))
        } else if metadata.is_file() {
            Self::of_text(&fs::read(path)?)
        } else {
            Self("no-file".to_owned())
        }))
    }
}

/// The 64-bit hash of Fowler, Noll and Vo.
pub(super) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
