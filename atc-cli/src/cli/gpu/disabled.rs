//! `atc` built without the feature `gpu`.

#![expect(
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "callers see the same as with the feature"
)]

use std::sync::Arc;

use atc_cli::engine::EngineBuilder;
use atc_cli::engine::dataset::Source;
use atc_cli::engine::prove::Route;
use atc_core::Plan;

use crate::cli::args::Global;
use crate::cli::exit::Misuse;
use crate::cli::reading::{ExecutorName, ReadArgs};

/// No GPU.
pub(crate) struct Gpu;

impl Gpu {
    /// None; an error where one is asked for.
    pub(crate) fn of(
        read: &ReadArgs,
        _: &Arc<Plan>,
        _: &[Source],
        _: &Global,
    ) -> anyhow::Result<Self> {
        let is_required = std::env::var_os("ATC_GPU").is_some_and(|value| value == "required");
        match read.executor {
            ExecutorName::Gpu => {}
            ExecutorName::Auto if is_required => {}
            _ => return Ok(Self),
        }
        let text = "this `atc` was built without its feature `gpu`; choose another executor";
        Err(Misuse(text.to_owned()).into())
    }

    /// None.
    pub(crate) const fn none() -> Self {
        Self
    }

    /// Whether a GPU computes.
    pub(crate) const fn is_there(&self) -> bool {
        false
    }

    /// Leaves an engine as it is.
    pub(crate) fn install(self, engine: EngineBuilder) -> EngineBuilder {
        engine
    }
}

/// The GPU in a proof: none.
pub(crate) fn route() -> anyhow::Result<Route> {
    Ok(Route::absent("GPU", WITHOUT))
}

/// The devices, in words.
pub(crate) fn adapters() -> String {
    WITHOUT.to_owned()
}

const WITHOUT: &str = "built without the feature gpu";
