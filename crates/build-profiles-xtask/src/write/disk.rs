//! Small steps on the file system, as this door wants them: lasting, and repeatable.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write as _};

use camino::Utf8Path;

use super::failpoint::reach;

/// Writes a file that did not exist, with owner and permissions of the old one.
pub(super) fn write_new(path: &Utf8Path, text: &[u8], old: Option<&Metadata>) -> io::Result<()> {
    remove_if_there(path)?;
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if old.is_some() {
        // Until it has the permissions of the old one, nobody else is to read it.
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut file = options.open(path)?;
    let (half, rest) = text.split_at(text.len() / 2);
    file.write_all(half)?;
    reach("half-staged");
    file.write_all(rest)?;
    if let Some(old) = old {
        keep_owner(&file, old)?;
        file.set_permissions(old.permissions())?;
    }
    file.sync_all()
}

#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};

    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        // Only root may give a file away, and others only to a group of theirs: as far as it goes.
        let _ = fchown(file, Some(old.uid()), Some(old.gid()))
            .or_else(|_| fchown(file, None, Some(old.gid())));
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _old: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Makes the names in a folder last. One that has gone or may not be opened, and systems that sync no folders, are left
/// in peace.
pub(super) fn sync_folder(folder: &Utf8Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error)
            if is_absent(&error)
                || matches!(
                    error.kind(),
                    ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
                ) =>
        {
            Ok(())
        }
        synced => synced,
    }
}

/// A file that is not there is fine.
pub(super) fn remove_if_there(path: &Utf8Path) -> io::Result<()> {
    match fs::remove_file(path) {
        // A read-only file system refuses before it looks.
        Err(error) if path.is_symlink() || path.exists() => Err(error),
        _ => Ok(()),
    }
}

/// `None` instead of an error where there is no such file.
pub(super) fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// There is no such file: no such name, or a file where one of its folders should be.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}
