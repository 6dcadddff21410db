//! Whether a GPU is used.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// Whether a GPU is used, and whether its absence is an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Never, not even to look for one.
    Off,
    /// Where there is one and it pays; otherwise the processor computes.
    #[default]
    Auto,
    /// Always; without one, work fails rather than going to the processor.
    Required,
}

impl Policy {
    /// Every policy.
    pub const ALL: &'static [Self] = &[Self::Off, Self::Auto, Self::Required];

    /// Their names, in the same order.
    pub const NAMES: &'static [&'static str] = &["off", "auto", "required"];

    /// The canonical spelling.
    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The policy that the value of an environment variable asks for; a
    /// variable that is not set, or empty, leaves the default.
    ///
    /// This crate reads no environment: the program hands the value in.
    ///
    /// ```
    /// use atc_gpu::Policy;
    ///
    /// assert_eq!(Policy::from_env_value(None)?, Policy::Auto);
    /// assert_eq!(Policy::from_env_value(Some("off"))?, Policy::Off);
    /// # Ok::<(), atc_gpu::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::UnknownName`].
    pub fn from_env_value(value: Option<&str>) -> Result<Self, Error> {
        match value.map(str::trim) {
            None | Some("") => Ok(Self::default()),
            Some(text) => text.parse(),
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Policy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|policy| policy.name() == text);
        found.copied().ok_or_else(|| Error::UnknownName {
            what: "GPU policy",
            got: text.to_owned(),
            known: Self::NAMES,
        })
    }
}
