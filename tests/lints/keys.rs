//! Keys and tables that Cargo does not know, or not where they stand.

use crate::By::{Cargo, Nothing};
use crate::Experiment;
use crate::Seen::{Fails, Has, Lacks, Works};

pub(crate) static EXPERIMENTS: &[Experiment] = &[
    Experiment {
        lint: "backslash_in_path",
        by: Cargo(
            &["build", "-vv"],
            &[Works, Has("TOOLS="), Lacks("D:\\build")],
            &[Works, Has("TOOLS='D:\\build\\tools'")],
        ),
    },
    Experiment {
        lint: "build_warnings_ignored",
        by: Cargo(
            &["check"],
            &[Works, Lacks("unused config key")],
            &[Fails, Has("unused variable")],
        ),
    },
    Experiment {
        lint: "config_in_manifest",
        by: Cargo(
            &["check", "-v"],
            &[
                Works,
                Has("unused manifest key: build"),
                Lacks("/work/out/"),
            ],
            &[Works, Lacks("unused manifest key")],
        ),
    },
    Experiment {
        lint: "include_below_table",
        by: Cargo(
            &["check"],
            &[Works, Has("unused config key `build.include`")],
            &[Fails, Has("no-such-wrapper")],
        ),
    },
    Experiment {
        lint: "include_refused",
        by: Cargo(
            &["check"],
            &[Fails, Has("expected a list of strings or a list of tables")],
            &[Works],
        ),
    },
    Experiment {
        lint: "include_too_new",
        by: Nothing("it takes a Cargo before 1.94"),
    },
    Experiment {
        lint: "key_in_wrong_table",
        by: Cargo(
            &["check", "-vv"],
            &[
                Works,
                Has("unused config key `build.env`"),
                Lacks("GREETING=hello"),
            ],
            &[Works, Has("GREETING=hello")],
        ),
    },
    Experiment {
        lint: "key_without_table",
        by: Cargo(
            &["check", "-v"],
            &[Works, Lacks("warning"), Lacks("/work/out/")],
            &[Works, Has("/work/out/")],
        ),
    },
    Experiment {
        lint: "manifest_in_config",
        by: Cargo(
            &["check"],
            &[Works, Lacks("unused config key")],
            &[Fails, Has("unused variable")],
        ),
    },
    Experiment {
        lint: "misspelled_key",
        by: Cargo(
            &["check", "-v"],
            &[
                Works,
                Has("unused config key `build.target_dir`"),
                Lacks("/work/out/"),
            ],
            &[Works, Has("/work/out/")],
        ),
    },
    Experiment {
        lint: "misspelled_table",
        by: Cargo(
            &["check", "-v"],
            &[Works, Lacks("warning"), Lacks("/work/out/")],
            &[Works, Has("/work/out/")],
        ),
    },
    Experiment {
        lint: "path_not_expanded",
        by: Cargo(
            &["check", "-v"],
            &[Works, Has("/work/{workspace-root}/out/debug")],
            &[Works, Has("/work/out/"), Lacks("{workspace-root}")],
        ),
    },
    Experiment {
        lint: "rustdocflags_of_cfg",
        by: Cargo(
            &["doc", "-v"],
            &[
                Works,
                Has("unused key `rustdocflags` in [target] config table"),
                Lacks("--cfg=unix_docs"),
            ],
            &[Works, Has("--cfg=unix_docs")],
        ),
    },
    Experiment {
        lint: "target_without_triple",
        by: Cargo(
            &["check", "-v"],
            &[Fails, Has("expected a table, but found a array")],
            &[Works, Has("-Cdebuginfo=0")],
        ),
    },
    Experiment {
        lint: "unknown_setting",
        by: Cargo(
            &["check"],
            &[
                Works,
                Has("unused manifest key: profile.release.optimise-for"),
            ],
            &[Works, Lacks("unused manifest key")],
        ),
    },
    Experiment {
        lint: "unknown_target_key",
        by: Cargo(
            &["check", "-v"],
            &[Fails, Has("expected a table, but found a array")],
            &[Works, Has("-Cdebuginfo=0")],
        ),
    },
    Experiment {
        lint: "unknown_target_table",
        by: Cargo(
            &["check", "-vv"],
            &[Works, Lacks("warning"), Lacks("GREETING=hello")],
            &[Works, Has("GREETING=hello")],
        ),
    },
    Experiment {
        lint: "unstable_on_stable",
        by: Cargo(
            &["build", "-v"],
            &[Works, Lacks("warning"), Lacks("no-such")],
            &[Works, Has("linker=cc")],
        ),
    },
];

#[test]
fn keys() {
    crate::prove(EXPERIMENTS);
}
