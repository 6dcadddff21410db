//! Parameters: defaults, then a preset, then a file, then single flags.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use atc_core::{
    Cut, DemaSeed, Family, Gaps, Hma, IdleStep, KamaStart, LsmaAt, Params, Plan, Preset, Profile,
    Robustness,
};
use clap::Args;
use serde_json::{Map, Value};

use super::exit::Misuse;

/// How alike a name must be to what was typed to be what was meant.
const NEAR: f64 = 0.75;

/// Every parameter of the indicator.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Parameters (defaults < preset < file < single flags)")]
pub(crate) struct ParamArgs {
    /// Published version to follow: lts (default), original or pine
    #[arg(long, value_name = "PROFILE")]
    pub(super) profile: Option<Profile>,
    /// scalping, intraday or swing
    #[arg(long, value_name = "PRESET")]
    pub(super) preset: Option<Preset>,
    /// A JSON object of parameters, or one with a `params` key
    #[arg(long, value_name = "FILE.json")]
    pub(super) params: Option<PathBuf>,
    /// Base length of all six families, in bars [default: 28]
    #[arg(long, value_name = "BARS", allow_negative_numbers = true)]
    pub(super) len: Option<usize>,
    /// Base length of the EMA family
    #[arg(long, value_name = "BARS", allow_negative_numbers = true)]
    pub(super) ema_len: Option<usize>,
    /// Base length of the HMA family
    #[arg(long, value_name = "BARS", allow_negative_numbers = true)]
    pub(super) hma_len: Option<usize>,
    /// Base length of the WMA family
    #[arg(long, value_name = "BARS", allow_negative_numbers = true)]
    pub(super) wma_len: Option<usize>,
    /// Base length of the DEMA family
    #[arg(long, value_name = "BARS", allow_negative_numbers = true)]
    pub(super) dema_len: Option<usize>,
    /// Base length of the LSMA family
    #[arg(long, value_name = "BARS", allow_negative_numbers = true)]
    pub(super) lsma_len: Option<usize>,
    /// Base length of the KAMA family
    #[arg(long, value_name = "BARS", allow_negative_numbers = true)]
    pub(super) kama_len: Option<usize>,
    /// Starting weight of the EMA family [default: 1]
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub(super) ema_weight: Option<f64>,
    /// Starting weight of the HMA family
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub(super) hma_weight: Option<f64>,
    /// Starting weight of the WMA family
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub(super) wma_weight: Option<f64>,
    /// Starting weight of the DEMA family
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub(super) dema_weight: Option<f64>,
    /// Starting weight of the LSMA family
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub(super) lsma_weight: Option<f64>,
    /// Starting weight of the KAMA family
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub(super) kama_weight: Option<f64>,
    /// Spread of the nine lengths: narrow, medium (default) or wide
    #[arg(long, value_name = "SPREAD")]
    pub(super) robustness: Option<Robustness>,
    /// Growth rate per bar, times 1000 [default: 0.02]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub(super) lambda: Option<f64>,
    /// Equity decay in percent per bar [default: 0.03]
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    pub(super) decay: Option<f64>,
    /// Bars at the start that earn nothing and have no output [default: 0]
    #[arg(long, value_name = "BARS", allow_negative_numbers = true)]
    pub(super) cutout: Option<usize>,
    /// Average signal above which the trend is long [default: 0.1]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub(super) long_threshold: Option<f64>,
    /// Average signal below which the trend is short [default: -0.1]
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub(super) short_threshold: Option<f64>,
    /// Delay the average signal by one bar, so that it never repaints
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) strategy: Option<bool>,
    /// What a bar without a price means: reject (default) or skip
    #[arg(long, value_name = "GAPS")]
    pub(super) gaps: Option<Gaps>,
    /// Switch: hull or sma
    #[arg(long, value_name = "SWITCH")]
    pub(super) hma: Option<Hma>,
    /// Switch: first or mean
    #[arg(long, value_name = "SWITCH")]
    pub(super) dema_seed: Option<DemaSeed>,
    /// Switch: newest or `one_before`
    #[arg(long, value_name = "SWITCH")]
    pub(super) lsma_at: Option<LsmaAt>,
    /// Switch: source or zero
    #[arg(long, value_name = "SWITCH")]
    pub(super) kama_start: Option<KamaStart>,
    /// Switch: zero or last
    #[arg(long, value_name = "SWITCH")]
    pub(super) idle_step: Option<IdleStep>,
    /// Switch: thresholds or half
    #[arg(long, value_name = "SWITCH")]
    pub(super) cut: Option<Cut>,
}

impl ParamArgs {
    /// The plan these arguments ask for.
    pub(crate) fn plan(&self) -> anyhow::Result<Plan> {
        checked(self.params()?)
    }

    /// The parameters these arguments ask for.
    pub(crate) fn params(&self) -> anyhow::Result<Params> {
        let mut params = self.preset.unwrap_or_default().params();
        if let Some(path) = &self.params {
            params = overlay(params, path)?;
        }
        self.apply(&mut params);
        Ok(params)
    }

    /// Lays single flags over `params`.
    fn apply(&self, params: &mut Params) {
        set(&mut params.profile, self.profile);
        for family in Family::ALL {
            set(&mut params.lengths[family], self.len);
        }
        let lengths = [
            self.ema_len,
            self.hma_len,
            self.wma_len,
            self.dema_len,
            self.lsma_len,
            self.kama_len,
        ];
        let weights = [
            self.ema_weight,
            self.hma_weight,
            self.wma_weight,
            self.dema_weight,
            self.lsma_weight,
            self.kama_weight,
        ];
        for (family, (length, weight)) in Family::ALL
            .into_iter()
            .zip(lengths.into_iter().zip(weights))
        {
            set(&mut params.lengths[family], length);
            set(&mut params.weights[family], weight);
        }
        set(&mut params.robustness, self.robustness);
        set(&mut params.lambda, self.lambda);
        set(&mut params.decay, self.decay);
        set(&mut params.cutout, self.cutout);
        set(&mut params.long_threshold, self.long_threshold);
        set(&mut params.short_threshold, self.short_threshold);
        set(&mut params.strategy, self.strategy);
        set(&mut params.gaps, self.gaps);
        let flags = atc_core::SwitchOverrides {
            hma: self.hma,
            dema_seed: self.dema_seed,
            lsma_at: self.lsma_at,
            kama_start: self.kama_start,
            idle_step: self.idle_step,
            cut: self.cut,
        };
        params.switches = flags.or(params.switches);
    }
}

/// The plan of these parameters, if they make sense.
pub(crate) fn checked(params: Params) -> anyhow::Result<Plan> {
    Plan::new(params).map_err(|error| Misuse(error.to_string()).into())
}

fn set<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

/// Lays the parameters of a file over `base`.
pub(crate) fn overlay(base: Params, path: &Path) -> anyhow::Result<Params> {
    let name = path.display();
    let misuse = |text: String| anyhow::Error::new(Misuse(format!("{name}: {text}")));
    let text = std::fs::read_to_string(path)
        .map_err(|error| misuse(format!("cannot be read: {error}")))?;
    // The mark that some systems put before UTF-8.
    let json = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let parsed: Value =
        serde_json::from_str(json).map_err(|error| misuse(format!("is not JSON: {error}")))?;
    let object = match parsed {
        Value::Object(mut object) => match object.remove("params") {
            Some(Value::Object(inner)) => {
                // Others may keep notes beside them, but no parameters.
                if let Some(name) = object.keys().find(|name| is_known(name)) {
                    let text = format!("`{name}` stands beside `params`; move it into that object");
                    return Err(misuse(text));
                }
                inner
            }
            Some(other) => {
                return Err(misuse(format!("`params` must be an object, got {other}")));
            }
            None => object,
        },
        other => {
            return Err(misuse(format!(
                "must hold an object of parameters, got {other}"
            )));
        }
    };
    overlay_values(base, object).map_err(|error| error.context(name.to_string()))
}

/// Lays values with the names of parameter files over `base`.
pub(crate) fn overlay_values(
    base: Params,
    values: impl IntoIterator<Item = (String, Value)>,
) -> anyhow::Result<Params> {
    let misuse = |text: String| anyhow::Error::new(Misuse(text));
    let mut merged = match serde_json::to_value(base).context("parameters become JSON")? {
        Value::Object(merged) => merged,
        _ => Map::new(),
    };
    for (key, value) in values {
        check_key(&key, &value).map_err(misuse)?;
        merged.insert(key, value);
    }
    serde_json::from_value(Value::Object(merged)).map_err(|error| misuse(error.to_string()))
}

fn is_known(key: &str) -> bool {
    Params::NAMES.contains(&key)
}

/// Refuses an unknown name with the nearest known one, and a wrong value with
/// the name it was given for.
fn check_key(key: &str, value: &Value) -> Result<(), String> {
    if !is_known(key) {
        let near = |name: &&&str| strsim::jaro_winkler(key, name);
        let nearest = Params::NAMES
            .iter()
            .max_by(|a, b| near(a).total_cmp(&near(b)));
        let nearest = nearest.filter(|name| NEAR < near(name));
        return Err(match nearest {
            Some(nearest) => format!("unknown parameter `{key}`, did you mean `{nearest}`?"),
            None => format!(
                "unknown parameter `{key}`; known are {}",
                Params::NAMES.join(", ")
            ),
        });
    }
    let single = Value::Object(Map::from_iter([(key.to_owned(), value.clone())]));
    match serde_json::from_value::<Params>(single) {
        Ok(_) => Ok(()),
        Err(error) => {
            let words = error
                .to_string()
                .replace("expected usize", "expected a whole number")
                .replace("expected f64", "expected a number");
            Err(format!("parameter `{key}`: {words}"))
        }
    }
}
