//! One form for the values that the policy, Cargo's unit graph and rustc's command line spell differently.

/// The value of a profile key in the form in which values are compared: the words where there are words.
pub fn canonical(key: &str, text: &str) -> String {
    let word = match (key, text) {
        ("debug", "0" | "false") => "none",
        ("debug", "1") => "limited",
        ("debug", "2" | "true" | "") => "full",
        ("strip", "None" | "false") => "none",
        ("strip", "true" | "") => "symbols",
        ("lto", "true" | "yes" | "y" | "") => "fat",
        ("lto", "n" | "no" | "none") => "off",
        ("debug-assertions" | "overflow-checks" | "rpath", "on" | "yes" | "y" | "") => "true",
        ("debug-assertions" | "overflow-checks" | "rpath", "off" | "no" | "n") => "false",
        _ => text,
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn three_spellings_are_one() {
        for debug in ["2", "true", "full", ""] {
            assert_eq!(canonical("debug", debug), "full");
        }
        assert_eq!(canonical("opt-level", "0"), "0");
        assert_eq!(canonical("lto", ""), "fat");
        assert_eq!(canonical("lto", "off"), "off");
        assert_eq!(canonical("overflow-checks", "off"), "false");
    }
}
