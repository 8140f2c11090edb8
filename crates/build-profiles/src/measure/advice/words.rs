//! Advice in words.

use std::fmt;

use super::{Advice, BreakEven, Cost, Counsel, Effect, Found, Habits, Is, Mistrust, Pays, Price};
use crate::diagnostic::counted;
use crate::measure::said;

/// `cache: keep; clean-cached 0.44 (0.41 to 0.48), edit-hub no evidence; costs 1.2 GB of cache`.
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.layer, self.counsel.name())?;
        let parts = self.found().into_iter().chain(self.exchange());
        for part in parts.chain(self.costs()) {
            write!(f, "; {part}")?;
        }
        Ok(())
    }
}

impl Advice {
    /// What it does, what speaks for the counsel first.
    pub fn found(&self) -> Vec<String> {
        let list = |of: &dyn Fn(&Is) -> bool| {
            let found = self.found.iter().filter(|found| of(&found.is));
            let said = found.map(|found| match &found.is {
                // Where there is nothing else to say, the figures are.
                Is::NoEvidence {
                    estimate,
                    control: Mistrust::None,
                } if self.counsel == Counsel::NoEvidence => {
                    format!("{} {}", found.scenario, said::estimate(estimate))
                }
                _ => found.to_string(),
            });
            said.collect::<Vec<_>>()
        };
        let faster = list(&|is| matches!(is, Is::Faster(_)));
        let slower = list(&|is| matches!(is, Is::Slower(_)));
        let fails = list(&|is| matches!(is, Is::Fails));
        let rest = list(&|is| {
            matches!(
                is,
                Is::NoEvidence { .. } | Is::TooFewRounds(_) | Is::NotMeasured
            )
        });
        let parts = match self.counsel {
            Counsel::Trade | Counsel::Mend => vec![
                fails,
                labelled("faster: ", faster),
                labelled("slower: ", slower),
                rest,
            ],
            _ => vec![[faster, slower, rest].concat()],
        };
        let said = parts.into_iter().filter(|part| !part.is_empty());
        let mut said: Vec<String> = said.map(|part| part.join(", ")).collect();
        if self.found.is_empty() {
            said.push("no scenario that it can make a difference to was run".to_owned());
        }
        said
    }

    /// Of a trade, how many of the one make up for how many of the other.
    pub fn exchange(&self) -> Vec<String> {
        let best = self
            .effects(|is| matches!(is, Is::Faster(_)))
            .max_by(|one, other| one.1.saved().total_cmp(&other.1.saved()));
        let Some((gain, saved)) = best.map(|(found, effect)| (found, effect.saved())) else {
            return Vec::new();
        };
        self.effects(|is| matches!(is, Is::Slower(_)))
            .map(|(loss, effect)| {
                let lost = -effect.saved();
                match saved >= lost {
                    true => format!(
                        "one {} saves what {} of {} cost",
                        gain.scenario,
                        said::count(saved / lost),
                        loss.scenario
                    ),
                    false => format!(
                        "one {} costs what {} of {} save",
                        loss.scenario,
                        said::count(lost / saved),
                        gain.scenario
                    ),
                }
            })
            .collect()
    }

    /// What it costs; `None` where that is nothing that is known.
    pub fn costs(&self) -> Option<String> {
        let mut costs = self.price.said();
        costs.extend(
            self.effects(|is| matches!(is, Is::Once(_)))
                .map(|(found, effect)| {
                    format!(
                        "once {} more for the build that fills the cache ({} {})",
                        said::time(-effect.saved()),
                        found.scenario,
                        said::estimate(&effect.estimate)
                    )
                }),
        );
        (!costs.is_empty()).then(|| format!("costs {}", costs.join(", ")))
    }

    /// What has to be known beside it: where the ladder's verdict hangs on the other layers being missing, and where
    /// there is none for want of a control.
    pub fn notes(&self) -> Vec<String> {
        let beside = self.found.iter().filter_map(|found| {
            let (word, beside) = match &found.is {
                Is::Faster(effect) => ("faster", effect.beside?),
                Is::Slower(effect) | Is::Once(effect) => ("slower", effect.beside?),
                _ => return None,
            };
            Some(format!(
                "{} is {word} with it as long as the layers after it are missing; beside all of them it is {}, a figure \
                 without a verdict",
                found.scenario,
                said::estimate(&beside)
            ))
        });
        beside.collect()
    }

    fn effects(&self, of: fn(&Is) -> bool) -> impl Iterator<Item = (&Found, &Effect)> {
        let found = self.found.iter().filter(move |found| of(&found.is));
        found.filter_map(|found| match &found.is {
            Is::Faster(effect) | Is::Slower(effect) | Is::Once(effect) => Some((found, effect)),
            _ => None,
        })
    }
}

fn labelled(label: &str, mut list: Vec<String>) -> Vec<String> {
    if let Some(first) = list.first_mut() {
        first.insert_str(0, label);
    }
    list
}

/// `clean-cached 0.44 (0.41 to 0.48)`.
impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.scenario)?;
        match &self.is {
            Is::Faster(effect) | Is::Slower(effect) | Is::Once(effect) => {
                write!(f, "{}", said::estimate(&effect.estimate))
            }
            Is::NoEvidence { control, .. } => match control {
                Mistrust::None => write!(f, "no evidence"),
                Mistrust::Missing => write!(f, "no evidence, for want of a control"),
                Mistrust::Broken => {
                    write!(
                        f,
                        "no evidence, since its control shows a difference between equals"
                    )
                }
            },
            Is::TooFewRounds(estimate) => write!(
                f,
                "{} of {}",
                said::estimate(estimate),
                counted(estimate.rounds, "round")
            ),
            Is::Fails => write!(f, "fails with it, and not without"),
            Is::NotMeasured => write!(f, "not measured"),
        }
    }
}

impl Price {
    fn said(&self) -> Vec<String> {
        let mut costs = Vec::new();
        costs.extend(
            self.cache
                .map(|bytes| format!("{} of cache", said::bytes(bytes))),
        );
        costs.extend(self.target.as_ref().map(|moved| {
            format!(
                "{} in the target directory ({})",
                said::bytes(moved.more()),
                moved.scenario
            )
        }));
        costs.extend(self.memory.as_ref().map(|moved| {
            format!(
                "{} of memory ({})",
                said::bytes(moved.more()),
                moved.scenario
            )
        }));
        costs
    }
}

impl BreakEven {
    /// When it has paid for itself; `None` where there was nothing to pay.
    pub fn sentence(&self, habits: &Habits) -> Option<String> {
        let said = match self.pays {
            Pays::AtOnce => return None,
            Pays::Never => format!("never, each takes {} more", said::time(-self.saved)),
            Pays::After {
                builds,
                earliest,
                latest,
                days,
            } => format!(
                "paid back after {}{}, {} at {} a day: {}",
                counted(builds, "build"),
                range(builds, earliest, latest),
                said::days(days),
                said::count(habits.builds_per_day),
                self.cost,
            ),
        };
        Some(format!("{}: {said}", self.scenario))
    }
}

/// ` (68 to 77)`, where that says more.
fn range(builds: u64, earliest: u64, latest: Option<u64>) -> String {
    match latest {
        Some(latest) if earliest == builds && latest == builds => String::new(),
        Some(latest) => format!(" ({earliest} to {latest})"),
        None => format!(" ({earliest} to never)"),
    }
}

/// `3 h of a person and 3.1 s for filling the cache`.
impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let person =
            (self.person > 0.0).then(|| format!("{} of a person", said::time(self.person)));
        let machine = match self.machine {
            Some(machine) if machine > 0.0 => {
                Some(format!("{} for filling the cache", said::time(machine)))
            }
            _ => None,
        };
        let parts: Vec<String> = person.into_iter().chain(machine).collect();
        write!(f, "{}", parts.join(" and "))?;
        match self.machine {
            None => write!(
                f,
                " (filling the cache, which was not measured, is not in it)"
            ),
            Some(_) => Ok(()),
        }
    }
}
