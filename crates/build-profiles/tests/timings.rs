//! Where the time of one build goes: a real page of Cargo 1.95 with the build's own command lines, unit graph and links,
//! pages with something missing, and laws for every build.

use std::collections::BTreeSet;

use build_profiles::evidence::{Graph, commands};
use build_profiles::measure::bound::{Bound, UpperBounds, What, bounds};
use build_profiles::measure::class::{Known, learn};
use build_profiles::measure::link::links;
use build_profiles::measure::replay::{Span, critical_path, replay};
use build_profiles::measure::timings::{Timings, Waits, read};
use build_profiles::measure::waits::complete;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// The tests of three members (a program with a build script, a library, a procedural macro), which stand on two packages
/// of the registry: `cargo test --workspace --no-run --timings`, built on two cores.
const PAGE: &str = include_str!("timings/page.html");
const SAID: &str = include_str!("timings/said.txt");
const GRAPH: &str = include_str!("timings/graph.json");
const LINKS: &str = include_str!("timings/links.log");

fn real() -> Timings {
    let mut timings = read(PAGE).expect("a page of Cargo 1.95");
    let graph: Graph = serde_json::from_str(GRAPH).expect("a graph of Cargo 1.95");
    complete(&mut timings, &graph).expect("the same build");
    let local = ["app", "base", "mac"].map(|name| (name.to_owned(), "0.1.0".to_owned()));
    learn(
        &mut timings,
        &Known {
            commands: &commands(SAID),
            local: &local.into(),
            links: &links(LINKS),
        },
    );
    timings
}

#[test]
fn a_real_build_is_read() {
    let timings = real();
    let lines = timings.units.iter().map(|unit| {
        let waiting = |how: &str, places: &[usize]| {
            let names = places.iter().map(|place| &timings.units[*place]);
            let names: BTreeSet<_> = names.map(ToString::to_string).collect();
            let names = names.into_iter().map(|name| format!("  {how}: {name}\n"));
            names.collect::<String>()
        };
        format!(
            "{unit}: {:.2} + {:.2} s, {:?}, third-party {:?}, debug {:?}, link {:.2?}\n{}{}",
            unit.start,
            unit.duration,
            unit.class,
            unit.third_party,
            unit.debug,
            unit.link,
            waiting("needed by", &unit.unblocks),
            waiting("metadata needed by", &unit.unblocks_rmeta),
        )
    });
    assert_eq!(
        lines.collect::<String>(),
        "\
itoa 1.0.19: 0.08 + 0.26 s, Cacheable, third-party Some(true), debug Some(true), link None
  needed by: app 0.1.0 (bin app)
  needed by: app 0.1.0 (test cli)
  needed by: app 0.1.0 (tests of bin app)
  needed by: base 0.1.0 (tests of lib base)
  needed by: mac 0.1.0
  needed by: mac 0.1.0 (tests of lib mac)
  metadata needed by: base 0.1.0
memchr 2.8.3: 0.08 + 1.10 s, Cacheable, third-party Some(true), debug Some(true), link None
  needed by: app 0.1.0 (bin app)
  needed by: app 0.1.0 (test cli)
  needed by: app 0.1.0 (tests of bin app)
  needed by: base 0.1.0 (tests of lib base)
  metadata needed by: base 0.1.0
mac 0.1.0: 0.35 + 0.72 s, Linked(ProcMacro), third-party Some(false), debug Some(false), link Some(0.27)
  needed by: app 0.1.0 (bin app)
  needed by: app 0.1.0 (test cli)
  needed by: app 0.1.0 (tests of bin app)
base 0.1.0: 1.06 + 0.09 s, Incremental, third-party Some(false), debug Some(true), link None
  needed by: app 0.1.0 (bin app)
  needed by: app 0.1.0 (test cli)
  needed by: app 0.1.0 (tests of bin app)
app 0.1.0 (build script): 1.15 + 0.20 s, Linked(BuildScript), third-party Some(false), debug Some(false), link Some(0.11)
  needed by: app 0.1.0 (bin app)
  needed by: app 0.1.0 (run of the build script)
  needed by: app 0.1.0 (test cli)
  needed by: app 0.1.0 (tests of bin app)
base 0.1.0 (tests of lib base): 1.18 + 0.36 s, Linked(Test), third-party Some(false), debug Some(true), link Some(0.11)
app 0.1.0 (run of the build script): 1.35 + 0.01 s, Run, third-party Some(false), debug None, link None
  needed by: app 0.1.0 (bin app)
  needed by: app 0.1.0 (test cli)
  needed by: app 0.1.0 (tests of bin app)
app 0.1.0 (tests of bin app): 1.36 + 0.28 s, Linked(Test), third-party Some(false), debug Some(true), link Some(0.06)
app 0.1.0 (test cli): 1.54 + 0.36 s, Linked(Test), third-party Some(false), debug Some(true), link Some(0.11)
app 0.1.0 (bin app): 1.64 + 0.26 s, Linked(Program), third-party Some(false), debug Some(true), link Some(0.11)
mac 0.1.0 (tests of lib mac): 1.90 + 0.15 s, Linked(Test), third-party Some(false), debug Some(true), link Some(0.06)
"
    );
    assert_eq!((timings.jobs, timings.waits), (Some(2), Waits::All));
    assert!((timings.wall - 2.05).abs() < 1e-9);
}

#[test]
fn a_real_build_is_bounded() {
    let timings = real();
    let bounds = bounds(&timings, 2, None);
    assert_eq!(
        said(&timings, &bounds),
        "\
work 3.79, parallelism 1.92, replay 1.97 of 1.97, links Ok(LinkShare { count: 7, seconds: 0.83 })
path: memchr 2.8.3 1.10, metadata false
path: app 0.1.0 (test cli) 0.36, metadata false
a perfect cache: saves 0.80, leaves 1.25 (0.61), replayed 0.71
  3 libraries come from the cache in no time; for 1 of them only with incremental compilation switched off, so that an edit compiles all of such a library
a perfect cache of third-party packages alone: saves 0.75, leaves 1.30 (0.63), replayed 0.71
  2 libraries from registries and git come from the cache in no time; packages in local folders are compiled as they were
a perfect linker: saves 0.49, leaves 1.56 (0.76), replayed 0.39
  7 links take no time; they took 0.8 s together
no debug info: saves 1.07, leaves 0.98 (0.48), replayed 1.07
  neither machine code nor links take any time in 8 units with debug info; without it they do take time
any number of cores: saves 0.51, leaves 1.54 (0.75), replayed 0.51
  no unit waits for a core, and each takes as long as it took here; the critical path is left
"
    );
}

/// All figures, for a person.
fn said(timings: &Timings, bounds: &UpperBounds) -> String {
    let mut text = format!(
        "work {:.2}, parallelism {:.2}, replay {:.2} of {:.2}, links {:.2?}\n",
        bounds.work, bounds.parallelism, bounds.replay.seconds, bounds.replay.real, bounds.links
    );
    for step in &bounds.critical_path.steps {
        let (unit, part) = (&timings.units[step.unit], step.metadata);
        text += &format!("path: {unit} {:.2}, metadata {part}\n", step.seconds);
    }
    for bound in &bounds.bounds {
        let figures = match &bound.figures {
            Ok(one) => format!(
                "saves {:.2}, leaves {:.2} ({:.2}), replayed {:.2}",
                one.saved, one.left, one.ratio, one.replayed
            ),
            Err(why) => format!("not known: {why}"),
        };
        text += &format!("{}: {figures}\n  {}\n", bound.what.name(), bound.rests_on);
    }
    text
}

/// What is kept can be read again.
#[test]
fn units_and_bounds_survive_json() {
    let timings = real();
    let bounds = bounds(&timings, 2, None);
    let text = serde_json::to_string(&(&timings, &bounds)).expect("it is plain data");
    let (units, figures): (Timings, UpperBounds) = serde_json::from_str(&text).expect("the same");
    assert_eq!(units.units.len(), timings.units.len());
    assert_eq!(units.waits, timings.waits);
    assert_eq!(figures.bounds.len(), bounds.bounds.len());
    assert_eq!(self::bounds(&units, 2, None).shares, bounds.shares);
}

/// The page alone knows the last that a unit waited for: what is made of it is looser, and never less.
#[test]
fn by_the_page_alone_more_seems_possible() {
    let whole = real();
    let alone = read(PAGE).expect("a page of Cargo 1.95");
    assert_eq!(alone.waits, Waits::Last);
    let path = |timings: &Timings| {
        let spans: Vec<Span> = timings.units.iter().map(Span::of).collect();
        critical_path(timings, &spans).seconds
    };
    assert!(path(&alone) <= path(&whole));
    let alone = bounds(&alone, 2, Some("nobody looked"));
    let why = |what| match &of(&alone, what).figures {
        Err(why) => why.clone(),
        Ok(figures) => panic!("{figures:?} of what nobody has looked at"),
    };
    assert_eq!(why(What::Linker), "nobody looked");
    assert_eq!(
        why(What::CacheOfThirdParty),
        "of 11 units it is not known where they come from"
    );
    assert_eq!(
        why(What::DebugInfo),
        "of 10 units the call of rustc was not seen"
    );
}

#[test]
fn the_graph_of_another_build_is_refused() {
    let mut timings = read(PAGE).expect("a page of Cargo 1.95");
    let graph: Graph = serde_json::from_str(GRAPH).expect("a graph of Cargo 1.95");
    let before = timings.clone();
    let mut other = graph.clone();
    other.units.pop();
    assert_eq!(
        complete(&mut timings, &other).expect_err("a unit is missing"),
        "Cargo's unit graph has 10 units, its page of timings 11"
    );
    let mut other = graph;
    other.units.swap(0, 12);
    assert_eq!(
        complete(&mut timings, &other).expect_err("two are exchanged"),
        "unit 12 of Cargo's page of timings, memchr 2.8.3, is another one in its unit graph"
    );
    assert_eq!(timings, before);
}

#[test]
fn a_page_that_cannot_be_read_says_what_is_missing() {
    let check = |page: &str, expected: &str| {
        let error = read(page).expect_err("something is missing");
        let expected = format!("Cargo's page of timings can't be read: {expected}");
        assert_eq!(error.to_string(), expected);
    };
    check("", "it has no `const UNIT_DATA = ...`");
    check("<html>\nconst UNIT_DATA = ", "`UNIT_DATA` is empty");
    check("const UNIT_DATA = {};", "`UNIT_DATA` is no list");
    check("const UNIT_DATA = [];", "it has no units");
    check(
        "const UNIT_DATA = [{\"i\": 0",
        "`UNIT_DATA` is not JSON: EOF while parsing an object at line 1 column 9",
    );
    check(
        "const UNIT_DATA = [{\"start\": 0, \"duration\": 1}];",
        "unit 0 has no `name`",
    );
    check(
        "const UNIT_DATA = [{\"name\": \"a\", \"start\": -1, \"duration\": 1}];",
        "unit 0 has no `start`",
    );
    let twice = json!({ "i": 3, "name": "a", "start": 0, "duration": 1 });
    check(
        &page(&[twice.clone(), twice]),
        "two units have the number 3",
    );
    let next = |i: usize, next: usize| json!({ "i": i, "name": "a", "start": 0, "duration": 1, "unblocked_units": [next] });
    check(
        &page(&[next(0, 1), next(1, 0)]),
        "its units wait for one another in a circle",
    );
}

/// What can be missed is missed in silence: also what older pages said otherwise.
#[test]
fn a_page_may_say_less() {
    let timings = read(&page(&[
        json!({ "name": "a", "start": 0.5, "duration": 2.0, "rmeta_time": 1.5, "unblocked_rmeta_units": [1, 99] }),
        json!({ "name": "b", "version": "1.0.0", "start": 2.0, "duration": 1.0, "target": " b \"bin\"", "mode": "build" }),
    ]))
    .expect("names and times are there");
    let [a, b] = &timings.units[..] else {
        panic!("two units: {timings:?}")
    };
    assert_eq!((a.frontend, a.codegen), (Some(1.5), Some(0.5)));
    assert_eq!(a.unblocks_rmeta, [1]);
    assert_eq!((b.target.as_str(), b.frontend), ("bin b", None));
    assert_eq!((timings.jobs, timings.wall), (None, 3.0));
}

/// A build on paper that is not how it went is worth nothing, and scales nothing.
#[test]
fn a_replay_that_is_off_scales_no_figure() {
    // Ten seconds in which nothing happened: a machine that slept.
    let page = page(&[
        json!({ "i": 0, "name": "a", "start": 0, "duration": 1, "sections": [["frontend", {"start": 0, "end": 1}]] }),
        json!({ "i": 1, "name": "b", "start": 11, "duration": 1, "target": " b \"bin\"" }),
    ]);
    let timings = read(&page).expect("a page");
    let bounds = bounds(&timings, 1, Some("nobody looked"));
    assert!(!bounds.replay.scaled);
    assert!(bounds.replay.off > 0.8);
    let figures = of(&bounds, What::Cache).figures.as_ref().expect("known");
    assert!((figures.saved - 1.0).abs() < 1e-9);
}

/// Build scripts that compile C ask the cache too: without them the bound would be none.
#[test]
fn what_build_scripts_compile_in_c_is_served() {
    let unit = |i: usize, name: &str, target: &str, start: usize, next: &[usize]| {
        json!({
            "i": i, "name": name, "target": target, "start": start, "duration": 1, "unblocked_units": next,
            "mode": if target.ends_with("(run)") { "run-custom-build" } else { "todo" },
        })
    };
    let page = page(&[
        unit(0, "cc", "", 0, &[1]),
        unit(1, "pcre2-sys", " build-script", 1, &[2]),
        unit(2, "pcre2-sys", " build-script (run)", 2, &[]),
        unit(3, "libc", " build-script", 3, &[4]),
        unit(4, "libc", " build-script (run)", 4, &[]),
    ]);
    let mut timings = read(&page).expect("a page");
    let saved = |timings: &Timings| {
        let bounds = bounds(timings, 1, Some("nobody looked"));
        let bound = of(&bounds, What::Cache);
        let saved = bound.figures.as_ref().map(|figures| figures.saved);
        (saved.expect("known"), bound.rests_on.clone())
    };
    // By the page alone any build script may stand on `cc`.
    assert_eq!(saved(&timings).0, 2.0);
    timings.waits = Waits::All;
    assert_eq!(
        saved(&timings),
        (
            1.0,
            "0 libraries come from the cache in no time; the run of 1 build script that may compile C takes no time either"
                .to_owned()
        )
    );
}

/// On a busy machine every unit is slow, and on paper all of that looks right.
#[test]
fn a_build_that_waited_for_processors_is_known() {
    let bounds = bounds(&real(), 2, None);
    let starved = |cpu| {
        UpperBounds {
            cpu,
            ..bounds.clone()
        }
        .is_starved()
    };
    assert!(starved(Some(bounds.work / 2.0)));
    assert!(!starved(Some(bounds.work)));
    assert!(!starved(None), "not known");
}

fn of(bounds: &UpperBounds, what: What) -> &Bound {
    let mut all = bounds.bounds.iter();
    all.find(|bound| bound.what == what).expect("each is there")
}

fn page(units: &[Json]) -> String {
    format!("<script>\nconst UNIT_DATA = {};\n</script>", json!(units))
}

/// A build that a machine of so many cores could have had: units that wait for earlier ones, started as soon as possible.
fn build() -> impl Strategy<Value = (Timings, usize)> {
    let unit = (
        0_u32..400,
        0_u32..=100,
        any::<bool>(),
        prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..4),
    );
    (prop::collection::vec(unit, 1..30), 1_usize..5).prop_map(|(units, cores)| {
        let mut fields: Vec<Json> = Vec::new();
        let mut waiting: Vec<[BTreeSet<usize>; 2]> = vec![Default::default(); units.len()];
        for (place, (_, _, _, needs)) in units.iter().enumerate().skip(1) {
            for (index, metadata) in needs {
                let needed = index.index(place);
                // One edge between two units, as in Cargo.
                if !waiting[needed].iter().any(|set| set.contains(&place)) {
                    waiting[needed][usize::from(*metadata && units[needed].2)].insert(place);
                }
            }
        }
        for (place, (duration, metadata, is_library, _)) in units.iter().enumerate() {
            let duration = f64::from(*duration) / 100.0;
            let end = duration * f64::from(*metadata) / 100.0;
            let [whole, early] = &waiting[place];
            fields.push(json!({
                "i": place,
                "name": format!("unit{place}"),
                "target": if *is_library { "" } else { " x \"bin\"" },
                "start": place,
                "duration": duration,
                "unblocked_units": whole,
                "unblocked_rmeta_units": early,
                "sections": is_library.then(|| json!([["frontend", {"start": 0.0, "end": end}]])),
            }));
        }
        (read(&page(&fields)).expect("names and times"), cores)
    })
}

fn spans(timings: &Timings) -> Vec<Span> {
    timings.units.iter().map(Span::of).collect()
}

const HAIR: f64 = 1e-6;

proptest! {
    /// No schedule is shorter than its critical path or than its work, nor longer than one after the other.
    #[test]
    fn a_replay_keeps_to_its_bounds((timings, cores) in build()) {
        let spans = spans(&timings);
        let work: f64 = spans.iter().map(|span| span.whole).sum();
        let path = critical_path(&timings, &spans).seconds;
        let took = replay(&timings, &spans, cores);
        prop_assert!(path <= took + HAIR, "{path} and {took}");
        prop_assert!(work / cores as f64 <= took + HAIR);
        prop_assert!(took <= work + HAIR);
    }

    #[test]
    fn with_one_core_it_takes_the_sum((timings, _) in build()) {
        let spans = spans(&timings);
        let work: f64 = spans.iter().map(|span| span.whole).sum();
        prop_assert!((replay(&timings, &spans, 1) - work).abs() < HAIR);
    }

    #[test]
    fn with_a_core_for_each_unit_it_takes_the_critical_path((timings, _) in build()) {
        let spans = spans(&timings);
        let path = critical_path(&timings, &spans);
        prop_assert!((replay(&timings, &spans, spans.len()) - path.seconds).abs() < HAIR);
        let of_steps: f64 = path.steps.iter().map(|step| step.seconds).sum();
        prop_assert!((of_steps - path.seconds).abs() < HAIR, "the steps are the path");
    }

    /// Taking something away never costs time, saves no more than there is, and third-party packages alone save no more
    /// than everything.
    #[test]
    fn bounds_are_bounds((mut timings, cores) in build(), origins in prop::collection::vec(any::<bool>(), 30)) {
        for (unit, third_party) in timings.units.iter_mut().zip(origins) {
            unit.third_party = Some(third_party);
            unit.debug = Some(!third_party);
        }
        let bounds = bounds(&timings, cores, Some("nobody looked"));
        for bound in &bounds.bounds {
            let Ok(figures) = &bound.figures else { continue };
            prop_assert!(figures.saved >= 0.0, "{bound:?}");
            prop_assert!(figures.saved <= bounds.replay.real + HAIR, "{bound:?}");
            prop_assert!((0.0..=figures.saved + HAIR).contains(&figures.replayed), "{bound:?}");
            prop_assert!((0.0..=1.0 + HAIR).contains(&figures.ratio), "{bound:?}");
        }
        let saved = |what| of(&bounds, what).figures.as_ref().map(|figures| figures.saved);
        prop_assert!(saved(What::CacheOfThirdParty) <= saved(What::Cache).map(|saved| saved + HAIR));
    }

    /// Whatever stands in a page, it is read or refused.
    #[test]
    fn no_page_is_a_panic(cut in any::<prop::sample::Index>(), noise in "\\PC{0,8}") {
        let mut at = cut.index(PAGE.len());
        while !PAGE.is_char_boundary(at) {
            at -= 1;
        }
        let _read = read(&PAGE[..at]);
        let _read = read(&format!("{}{noise}{}", &PAGE[..at], &PAGE[at..]));
    }
}
