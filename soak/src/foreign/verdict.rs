//! What became of one law on one workspace.

/// One letter of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Verdict {
    /// An earlier law stands in the way.
    #[default]
    NotTried,
    /// The law holds; with what was counted, where something was.
    Holds(String),
    /// The tool declined with a reason, and wrote nothing.
    Refused(String),
    /// The law does not hold; with what was seen.
    Broken(String),
}

impl Verdict {
    /// Holds if nothing is wrong.
    pub(super) fn of(wrong: &[String]) -> Self {
        if wrong.is_empty() {
            Self::Holds(String::new())
        } else {
            Self::Broken(wrong.join("\n"))
        }
    }

    pub(super) fn is_broken(&self) -> bool {
        matches!(self, Self::Broken(_))
    }

    /// As a cell of the table.
    pub(super) fn word(&self) -> &str {
        match self {
            Self::NotTried => "-",
            Self::Holds(counted) if counted.is_empty() => "holds",
            Self::Holds(counted) => counted,
            Self::Refused(_) => "refused",
            Self::Broken(_) => "BROKEN",
        }
    }

    /// What is to be said below the table.
    pub(super) fn reason(&self) -> Option<&str> {
        match self {
            Self::NotTried | Self::Holds(_) => None,
            Self::Refused(reason) | Self::Broken(reason) => Some(reason),
        }
    }
}
