//! Whether a patch is exactly the one line that was asked for.

use super::policy::Edit;

/// What is wrong with a patch that should do this edit and nothing else.
pub(crate) fn wrong(patch: &str, edit: &Edit) -> Option<String> {
    let (removed, added) = lines(patch);
    let key = edit.key.rsplit('.').next().unwrap_or(&edit.key);
    let right = match (&removed[..], &added[..]) {
        _ if edit.old.is_empty() => removed.is_empty() && adds_key(&added, key, &edit.new),
        ([old], [new]) => old.contains(key) && differ_in(old, new, &edit.old, &edit.new),
        _ => false,
    };
    (!right).then(|| {
        format!(
            "`{}`: {} -> {} gives\n{}",
            edit.key,
            edit.old,
            edit.new,
            patch.trim_end()
        )
    })
}

/// A table may come with the key, and an empty line between tables.
fn adds_key(added: &[&str], key: &str, value: &str) -> bool {
    let keys = added
        .iter()
        .filter(|line| !line.is_empty() && !line.starts_with('[') && !line.starts_with("inherits"));
    keys.map(|line| line.trim_end())
        .eq([format!("{key} = {value}")])
}

/// Whether `new` is `old` with one occurrence of a value replaced, in whichever quotes the file has it.
fn differ_in(old: &str, new: &str, from: &str, to: &str) -> bool {
    let replaced = |from: &str, to: &str| {
        old.match_indices(from)
            .any(|(at, _)| format!("{}{to}{}", &old[..at], &old[at + from.len()..]) == new)
    };
    replaced(from, to) || replaced(&from.replace('"', "'"), &to.replace('"', "'"))
}

fn lines(patch: &str) -> (Vec<&str>, Vec<&str>) {
    let body = || {
        patch
            .lines()
            .filter(|line| !line.starts_with("--- ") && !line.starts_with("+++ "))
    };
    let of = |sign| body().filter_map(|line| line.strip_prefix(sign)).collect();
    (of('-'), of('+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(old: &str) -> Edit {
        Edit {
            key: "profile.release.lto".to_owned(),
            old: old.to_owned(),
            new: "\"fat\"".to_owned(),
            policy: String::new(),
        }
    }

    #[test]
    fn one_line() {
        let patch = "diff --git a/Cargo.toml b/Cargo.toml\n--- a/Cargo.toml\n+++ b/Cargo.toml\n@@ -1,2 +1,2 @@\n [profile.release]\n-lto = \"thin\" # why\n+lto = \"fat\" # why\n";
        assert_eq!(wrong(patch, &edit("\"thin\"")), None);
        assert!(
            wrong(
                &patch.replace("+lto = \"fat\" # why", "+lto = \"fat\""),
                &edit("\"thin\"")
            )
            .is_some()
        );
        assert!(wrong(&format!("{patch}+strip = true\n"), &edit("\"thin\"")).is_some());
        assert!(wrong("", &edit("\"thin\"")).is_some());
        assert_eq!(wrong(&patch.replace('"', "'"), &edit("\"thin\"")), None);
    }

    #[test]
    fn an_added_key_removes_nothing() {
        assert_eq!(
            wrong(
                "+++ b/Cargo.toml\n+\n+[profile.release]\n+lto = \"fat\"\n",
                &edit("")
            ),
            None
        );
        assert!(
            wrong(
                "-[workspace]\n+[profile.release]\n+lto = \"fat\"\n",
                &edit("")
            )
            .is_some()
        );
    }
}
