//! `schema`: the policy's JSON Schema.

use anyhow::Result;

use crate::exit::Exit;
use crate::render;

pub(super) fn run() -> Result<Exit> {
    render::data(&build_profiles::schema::json_schema());
    Ok(Exit::Clean)
}
