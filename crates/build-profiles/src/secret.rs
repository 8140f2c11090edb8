//! What must not be printed: passwords in URLs, and the values of keys that hold credentials.

use std::borrow::Cow;
use std::ops::Range;

use crate::policy::storage;

/// Words that a person may take for a key of a storage, and that are credentials.
static WORDS: &[&str] = &[
    "access-key-id",
    "access-key-secret",
    "connection-string",
    "credentials-url",
    "key-path",
    "password",
    "runtime-token",
    "secret-access-key",
    "secret-id",
    "secret-key",
    "token",
    "username",
];

/// Whether a key of this name holds a credential.
pub(crate) fn is_word(name: &str) -> bool {
    WORDS.contains(&name.replace('_', "-").to_lowercase().as_str())
}

/// Where the first password of a URL stands: `redis://user:password@host`.
pub fn in_url(text: &str) -> Option<Range<usize>> {
    passwords(text).into_iter().next()
}

/// The text with each secret replaced by stars, byte for byte, so that every place in it stays where it was.
pub fn masked(text: &str) -> Cow<'_, str> {
    let mut secrets = passwords(text);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        secrets.extend(
            credentials(line)
                .into_iter()
                .map(|range| range.start + start..range.end + start),
        );
        start += line.len();
    }
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for secret in secrets {
        bytes[secret].fill(b'*');
    }
    // Whole characters were replaced by ASCII.
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// The passwords of all URLs in a text.
fn passwords(text: &str) -> Vec<Range<usize>> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '/' | '?' | '#' | '`');
    let mut found = Vec::new();
    for (at, _) in text.match_indices("://") {
        let start = at + "://".len();
        let rest = &text[start..];
        // A password may hold what ends an authority, if it is badly written: then the last `@` of the word ends it.
        let word = rest
            .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '`'))
            .next();
        let authority = rest.split(ends).next().unwrap_or_default();
        let port = authority.rsplit(':').next().unwrap_or_default();
        let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
        let info = authority
            .rfind('@')
            .or_else(|| word?.rfind('@').filter(|_| !is_port));
        let Some(end) = info else { continue };
        if let Some(colon) = rest[..end].find(':') {
            found.push(start + colon + 1..start + end);
        }
    }
    found.retain(|range| !range.is_empty());
    found
}

/// The quoted strings behind `password =` and its like in one line.
fn credentials(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices('=') {
        let before = line[..at].trim_end().trim_end_matches(['"', '\'']);
        let start = before
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))
            .map_or(0, |index| index + 1);
        let mut key = &before[start..];
        if key == "value" {
            // `SCCACHE_REDIS_PASSWORD = { value = "..." }`, or `SCCACHE_REDIS_PASSWORD.value = "..."`.
            let outer = before[..start].trim_end_matches(['.', '{', ' ', '=', '"', '\'']);
            let start = outer
                .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))
                .map_or(0, |index| index + 1);
            key = &outer[start..];
        }
        if !(is_word(key) || storage::is_credential(key)) {
            continue;
        }
        let value = &line[at + 1..];
        let Some(open) = value.find(['"', '\'']) else {
            continue;
        };
        if !value[..open].trim().is_empty() {
            continue;
        }
        let quote = value.as_bytes()[open] as char;
        let inside = open + 1;
        let length = value[inside..]
            .find(quote)
            .unwrap_or(value[inside..].trim_end().len());
        found.push(at + 1 + inside..at + 1 + inside + length);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(masked(text), expected);
        assert_eq!(masked(text).len(), text.len());
    }

    #[test]
    fn passwords_of_urls_are_masked() {
        check("redis://host:6379/1", "redis://host:6379/1");
        check("redis://me@host:6379", "redis://me@host:6379");
        check(
            "a redis://me:pä55@host:6379, redis://:x@b",
            "a redis://me:*****@host:6379, redis://:*@b",
        );
        check("'redis://me:a/b?@host' @", "'redis://me:****@host' @");
        check("https://host:8080/@scope", "https://host:8080/@scope");
    }

    #[test]
    fn values_of_credentials_are_masked() {
        check(
            "[env]\nSCCACHE_REDIS_PASSWORD = \"abc\"\nSCCACHE_DIR = \"/x\"\n",
            "[env]\nSCCACHE_REDIS_PASSWORD = \"***\"\nSCCACHE_DIR = \"/x\"\n",
        );
        check(
            "redis = { endpoint = \"redis://h\", password = 'abc', db = 1 }",
            "redis = { endpoint = \"redis://h\", password = '***', db = 1 }",
        );
        check(
            "AWS_SECRET_ACCESS_KEY = { value = \"abc\", force = true }",
            "AWS_SECRET_ACCESS_KEY = { value = \"***\", force = true }",
        );
        check("token_file = \"x\"", "token_file = \"x\"");
    }
}
