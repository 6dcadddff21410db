//! What the numbers were taken on.

use std::fs;

use atc_core::Isa;
use serde::Serialize;

/// The machine, in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Machine {
    /// The processor's name for itself.
    pub processor: String,
    /// Cores this process may use.
    pub cores: usize,
    /// The vector instructions in use.
    pub isa: String,
    /// Operating system and architecture.
    pub system: String,
}

impl Machine {
    /// This machine.
    pub fn this() -> Self {
        Self {
            processor: processor().unwrap_or_else(|| "unknown processor".to_owned()),
            cores: atc_parallel::available_lanes(),
            isa: Isa::detect().to_string(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        }
    }

    /// One line of it.
    pub fn line(&self) -> String {
        let Self {
            processor,
            cores,
            isa,
            system,
        } = self;
        format!("{processor}, {cores} cores, {isa}, {system}")
    }
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
