//! Parameters of the oracle, read from the JSON object of a case.

use super::FAMILIES;
use serde_json::Value;
use std::collections::BTreeMap;

/// The six switches with what they may be, then what `lts`, `original` and `pine` set them to.
const SWITCHES: [(&str, [&str; 2], [usize; 3]); 6] = [
    ("hma", ["hull", "sma"], [0, 0, 1]),
    ("dema_seed", ["first", "mean"], [0, 0, 1]),
    ("lsma_at", ["newest", "one_before"], [0, 1, 0]),
    ("kama_start", ["source", "zero"], [0, 0, 1]),
    ("idle_step", ["zero", "last"], [0, 0, 1]),
    ("cut", ["thresholds", "half"], [0, 0, 1]),
];

/// Parameters in user units, with every default filled in.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) lengths: [i64; 6],
    pub(crate) weights: [f64; 6],
    pub(crate) offsets: [i64; 4],
    pub(crate) lambda: f64,
    pub(crate) decay: f64,
    pub(crate) cutout: usize,
    pub(crate) long_threshold: f64,
    pub(crate) short_threshold: f64,
    pub(crate) strategy: bool,
    pub(crate) skip_gaps: bool,
    switches: BTreeMap<&'static str, &'static str>,
}

impl Settings {
    /// Reads the object of parameters; a missing name has its default, an unknown one is an error.
    pub(crate) fn from_json(object: &Value) -> Result<Self, String> {
        let given = object.as_object().ok_or("parameters are not an object")?;
        let mut settings = Self {
            lengths: [28; 6],
            weights: [1.0; 6],
            offsets: [1, 2, 4, 6],
            lambda: 0.02,
            decay: 0.03,
            cutout: 0,
            long_threshold: 0.1,
            short_threshold: -0.1,
            strategy: false,
            skip_gaps: false,
            switches: profile("lts")?,
        };
        if let Some(name) = given.get("profile") {
            settings.switches = profile(text(name)?)?;
        }
        for (name, value) in given.iter().filter(|(name, _)| *name != "profile") {
            settings.set(name, value)?;
        }
        Ok(settings)
    }

    /// Whether `switch` stands at `value`.
    pub(crate) fn is(&self, switch: &str, value: &str) -> bool {
        self.switches[switch] == value
    }

    /// The nine lengths of a family: base, four longer, four shorter.
    pub(crate) fn nine_lengths(&self, family: usize) -> Result<Vec<usize>, String> {
        let base = self.lengths[family];
        let longer = self.offsets.map(|offset| base + offset);
        let shorter = self.offsets.map(|offset| base - offset);
        let nine = [base].into_iter().chain(longer).chain(shorter);
        nine.map(|length| match usize::try_from(length) {
            Ok(length) if length > 0 => Ok(length),
            _ => Err(format!("length {base} gives {length}")),
        })
        .collect()
    }

    fn set(&mut self, name: &str, value: &Value) -> Result<(), String> {
        if let Some((family, what)) = family_of(name) {
            match what {
                "len" => self.lengths[family] = value.as_i64().ok_or(name)?,
                _ => self.weights[family] = number(value)?,
            }
            return Ok(());
        }
        match name {
            "robustness" => self.offsets = offsets(text(value)?)?,
            "lambda" => self.lambda = number(value)?,
            "decay" => self.decay = number(value)?,
            "cutout" => self.cutout = value.as_u64().ok_or(name)? as usize,
            "long_threshold" => self.long_threshold = number(value)?,
            "short_threshold" => self.short_threshold = number(value)?,
            "strategy" => self.strategy = value.as_bool().ok_or(name)?,
            "gaps" => self.skip_gaps = text(value)? == "skip",
            "override" => {
                for (switch, value) in value.as_object().ok_or(name)? {
                    self.turn(switch, text(value)?)?;
                }
            }
            _ => return Err(format!("unknown parameter {name}")),
        }
        Ok(())
    }

    fn turn(&mut self, switch: &str, value: &str) -> Result<(), String> {
        let known = SWITCHES.iter().find(|(name, ..)| *name == switch);
        let (name, values, _) = known.ok_or(format!("unknown switch {switch}"))?;
        let value = values.iter().find(|known| **known == value);
        self.switches
            .insert(name, value.ok_or(format!("unknown value of {switch}"))?);
        Ok(())
    }
}

fn family_of(name: &str) -> Option<(usize, &str)> {
    let (family, what) = name.split_once('_')?;
    let family = FAMILIES.iter().position(|known| *known == family)?;
    ["len", "weight"].contains(&what).then_some((family, what))
}

fn profile(name: &str) -> Result<BTreeMap<&'static str, &'static str>, String> {
    let known = ["lts", "original", "pine"];
    let column = known.iter().position(|known| *known == name);
    let column = column.ok_or(format!("unknown profile {name}"))?;
    Ok(SWITCHES
        .iter()
        .map(|(switch, values, settings)| (*switch, values[settings[column]]))
        .collect())
}

fn offsets(robustness: &str) -> Result<[i64; 4], String> {
    match robustness {
        "narrow" => Ok([1, 2, 3, 4]),
        "medium" => Ok([1, 2, 4, 6]),
        "wide" => Ok([1, 3, 5, 7]),
        _ => Err(format!("unknown robustness {robustness}")),
    }
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or(format!("{value} is not text"))
}

fn number(value: &Value) -> Result<f64, String> {
    value.as_f64().ok_or(format!("{value} is not a number"))
}
