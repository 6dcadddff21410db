//! Where results are kept from run to run.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use atc_cli::engine::{Cache, Trust};
use clap::Args;

use crate::cli::args::Global;
use crate::cli::exit::Misuse;
use crate::cli::output;
use crate::cli::span::with_unit;

/// Where scans and sweeps are kept from run to run; options of every command.
#[derive(Clone, Debug, Args)]
pub(crate) struct CacheArgs {
    /// Where scans and sweeps are kept: a folder, `memory` or `off`
    /// [default: `ATC_CACHE`, else the user's cache folder]
    #[arg(
        long,
        global = true,
        value_name = "DIR|memory|off",
        help_heading = "Cache"
    )]
    cache: Option<Place>,
    /// Disk it may take, or memory with `--cache memory`, such as 500M or 2G
    #[arg(
        long,
        global = true,
        value_name = "SIZE",
        default_value = "1G",
        help_heading = "Cache"
    )]
    cache_size: Size,
}

/// Where a cache lies.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Folder(PathBuf),
    Memory,
    Off,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "" => Err("give a folder, `memory` or `off`".to_owned()),
            "memory" => Ok(Self::Memory),
            "off" => Ok(Self::Off),
            folder => Ok(Self::Folder(folder.into())),
        }
    }
}

/// A number of bytes, such as `500M`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) usize);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bytes = with_unit(text, |unit| match unit.to_ascii_uppercase().as_str() {
            "" | "B" => Some(1),
            "K" | "KB" | "KIB" => Some(1 << 10),
            "M" | "MB" | "MIB" => Some(1 << 20),
            "G" | "GB" | "GIB" => Some(1 << 30),
            "T" | "TB" | "TIB" => Some(1 << 40),
            _ => None,
        });
        let bytes = bytes.and_then(|bytes| usize::try_from(bytes).ok());
        let bytes = bytes.filter(|bytes| 1 << 20 <= *bytes);
        bytes
            .map(Self)
            .ok_or_else(|| "give a size of at least 1M, such as 500M or 2G".to_owned())
    }
}

/// What is believed of inputs that were read before.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct TrustArgs {
    /// Read every input, even those that look unchanged
    #[arg(long, help_heading = "Cache")]
    verify: bool,
    /// Texts that have grown were only appended to: read their beginnings and ends alone
    #[arg(long, conflicts_with = "verify", help_heading = "Cache")]
    append_only: bool,
}

impl TrustArgs {
    pub(crate) fn get(self) -> Trust {
        if self.verify {
            Trust::Nothing
        } else if self.append_only {
            Trust::Appends
        } else {
            Trust::Unchanged
        }
    }
}

impl CacheArgs {
    /// The place that was chosen: on the command line, else in the environment, else the
    /// platform's folder for caches; in memory if it has none.
    fn place(&self) -> anyhow::Result<Place> {
        if let Some(place) = &self.cache {
            return Ok(place.clone());
        }
        if let Some(chosen) = std::env::var_os("ATC_CACHE").filter(|chosen| !chosen.is_empty()) {
            let place = chosen.to_str().map(Place::from_str);
            return Ok(match place {
                Some(place) => place.map_err(|text| Misuse(format!("ATC_CACHE: {text}")))?,
                None => Place::Folder(chosen.into()),
            });
        }
        let folders = directories::ProjectDirs::from("", "", "atc");
        Ok(folders.map_or(Place::Memory, |folders| {
            Place::Folder(folders.cache_dir().to_owned())
        }))
    }

    /// The folder that was chosen.
    pub(crate) fn folder(&self) -> anyhow::Result<PathBuf> {
        match self.place()? {
            Place::Folder(folder) => Ok(folder),
            _ => Err(
                Misuse("there is no cache folder; choose one with `--cache DIR`".to_owned()).into(),
            ),
        }
    }

    /// The cache that was chosen, if it was not switched off.
    pub(crate) fn open(&self, trust: Trust, global: &Global) -> anyhow::Result<Option<Arc<Cache>>> {
        let cache = match self.place()? {
            Place::Off => return Ok(None),
            Place::Memory => Cache::in_memory().memory_bytes(self.cache_size.0),
            Place::Folder(folder) => Cache::in_directory(folder),
        };
        let cache = cache.disk_bytes(self.cache_size.0).trust(trust);
        let global = global.clone();
        Ok(Some(Arc::new(cache.on_warning(move |text| {
            output::warn(&global, text);
        }))))
    }

    /// A cache of this process alone.
    pub(crate) fn in_memory(&self, trust: Trust) -> Arc<Cache> {
        let cache = Cache::in_memory().memory_bytes(self.cache_size.0);
        Arc::new(cache.trust(trust))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_any_unit() {
        assert_eq!("500M".parse(), Ok(Size(500 << 20)));
        assert_eq!("2gb".parse(), Ok(Size(2 << 30)));
        assert_eq!("1048576".parse(), Ok(Size(1 << 20)));
        for bad in ["", "M", "-1G", "1K", "12Q", "99999999999T"] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
    }
}
