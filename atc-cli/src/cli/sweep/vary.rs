//! `--vary NAME=VALUES`: which parameter sets a sweep has.

use std::str::FromStr;

use atc_core::{Params, Preset};
use serde_json::Value;

use crate::cli::exit::Misuse;
use crate::cli::params::{ParamArgs, overlay_values};

/// Sets that a sweep may have.
pub(super) const MOST_SETS: usize = 10_000;

/// A parameter, and the values it takes in turn, as they were typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vary {
    pub(super) name: String,
    pub(super) values: Vec<String>,
}

impl FromStr for Vary {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "give NAME=VALUE,VALUE,.. or NAME=FROM..TO:STEP, such as decay=0.01,0.03 or len=20..40:5";
        let (name, values) = text.split_once('=').ok_or(form)?;
        let values = match values.split_once("..") {
            Some((from, rest)) => range(from, rest)?,
            None => values
                .split(',')
                .map(|value| value.trim().to_owned())
                .collect(),
        };
        if name.is_empty() || values.iter().any(String::is_empty) {
            return Err(form.to_owned());
        }
        let name = name.trim().replace('-', "_");
        Ok(Self { name, values })
    }
}

/// `FROM..TO` or `FROM..TO:STEP`, both ends included. Counted in whole units of the last decimal, so that 0.01..0.03:0.01 gives what
/// would be typed one by one.
fn range(from: &str, rest: &str) -> Result<Vec<String>, String> {
    let (to, step) = rest.split_once(':').unwrap_or((rest, "1"));
    let ends = [from, to, step].map(str::trim);
    let decimals = ends.map(|text| text.split_once('.').map_or(0, |(_, digits)| digits.len()));
    let decimals = decimals.into_iter().max().unwrap_or(0);
    let [from, to, step] = ends.map(|text| in_units(text, decimals));
    let (from, to, step) = (from?, to?, step?);
    if step <= 0 || to < from {
        return Err("a range goes upwards, by a step above 0".to_owned());
    }
    let n = (to - from) / step + 1;
    if i128::try_from(MOST_SETS).is_ok_and(|most| most < n) {
        return Err(format!(
            "this range has {n} values, {MOST_SETS} are the most"
        ));
    }
    let value = |i: i128| of_units(from + i * step, decimals);
    Ok((0..n).map(value).collect())
}

/// A decimal number in units of its last decimal.
fn in_units(text: &str, decimals: usize) -> Result<i128, String> {
    let bad = || format!("`{text}` is not a decimal number");
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals > 15 || !is_number(whole) || !is_number(part) {
        return Err(bad());
    }
    let units: i128 = format!("{whole}{part:0<decimals$}")
        .parse()
        .map_err(|_| bad())?;
    Ok(if text.starts_with('-') { -units } else { units })
}

fn of_units(units: i128, decimals: usize) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = decimals + 1);
    let (whole, part) = digits.split_at(digits.len() - decimals);
    let part = part.trim_end_matches('0');
    let point = if part.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{part}")
}

/// A parameter set, and the values that make it one: one for each `--vary`.
#[derive(Clone, Debug)]
pub(super) struct Set {
    pub(super) values: Vec<String>,
    pub(super) params: Params,
}

/// Every combination of the values, the last parameter changing first.
pub(super) fn sets(args: &ParamArgs, vary: &[Vary]) -> anyhow::Result<Vec<Set>> {
    for (at, one) in vary.iter().enumerate() {
        if vary[..at].iter().any(|other| other.name == one.name) {
            let text = format!("`--vary {}` is given twice; join its values", one.name);
            return Err(Misuse(text).into());
        }
    }
    let n_sets = vary
        .iter()
        .try_fold(1_usize, |n, one| n.checked_mul(one.values.len()));
    let n_sets = n_sets.filter(|n| *n <= MOST_SETS).ok_or_else(|| {
        let counts: Vec<String> = vary.iter().map(|one| one.values.len().to_string()).collect();
        let product = counts.join(" x ");
        Misuse(format!(
            "{product} parameter sets are too many, {MOST_SETS} are the most; use larger steps or several sweeps"
        ))
    })?;
    let sets: Vec<Set> = (0..n_sets)
        .map(|index| set(args, vary, index))
        .collect::<anyhow::Result<_>>()?;
    let mut stride = n_sets;
    for (at, one) in vary.iter().enumerate() {
        stride /= one.values.len();
        // These differ in this parameter alone.
        let column = (0..one.values.len()).map(|value| &sets[value * stride]);
        refuse_twins(&column.collect::<Vec<_>>(), (at, &one.name))?;
    }
    Ok(sets)
}

/// Refuses values that come to the same, however they are written: their sets would vote twice.
fn refuse_twins(sets: &[&Set], (at, name): (usize, &str)) -> anyhow::Result<()> {
    for (n, one) in sets.iter().enumerate() {
        if let Some(twin) = sets[..n].iter().find(|other| other.params == one.params) {
            let (a, b) = (&twin.values[at], &one.values[at]);
            let text = if a == b {
                format!("--vary {name}: `{a}` is there twice")
            } else {
                format!("--vary {name}: `{a}` and `{b}` come to the same")
            };
            return Err(Misuse(text).into());
        }
    }
    Ok(())
}

fn set(args: &ParamArgs, vary: &[Vary], mut index: usize) -> anyhow::Result<Set> {
    let mut values = Vec::with_capacity(vary.len());
    for one in vary.iter().rev() {
        values.push(one.values[index % one.values.len()].clone());
        index /= one.values.len();
    }
    values.reverse();
    let mut args = args.clone();
    let mut fields = Vec::new();
    for (one, value) in vary.iter().zip(&values) {
        let bad = |error: String| Misuse(format!("--vary {}: {error}", one.name));
        match one.name.as_str() {
            "preset" => {
                let parsed: Result<Preset, _> = value.parse();
                args.preset = Some(parsed.map_err(|error| bad(error.to_string()))?);
            }
            "len" => {
                let parsed: Result<usize, _> = value.parse();
                let refused = |_| bad(format!("`{value}` is no whole number of bars"));
                args.len = Some(parsed.map_err(refused)?);
            }
            name => fields.push((name.to_owned(), of_text(value))),
        }
    }
    // As with a scan, the length of one family wins over that of all, whichever is varied.
    let params = overlay_values(args.params()?, fields).map_err(|error| error.context("--vary"))?;
    Ok(Set { values, params })
}

/// A number or truth value if it is one, else text.
pub(super) fn of_text(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use atc_core::Family;

    use super::*;

    fn values(text: &str) -> Result<Vec<String>, String> {
        text.parse().map(|vary: Vary| vary.values)
    }

    #[test]
    fn ranges_give_what_would_be_typed() {
        assert_eq!(
            values("lambda=0.01..0.03:0.005").unwrap(),
            ["0.01", "0.015", "0.02", "0.025", "0.03"]
        );
        assert_eq!(values("len=20..40:10").unwrap(), ["20", "30", "40"]);
        assert_eq!(values("cutout=3..5").unwrap(), ["3", "4", "5"]);
        assert_eq!(
            values("lambda=-0.1..0.1:0.1").unwrap(),
            ["-0.1", "0", "0.1"]
        );
        assert_eq!(values("profile=lts, pine").unwrap(), ["lts", "pine"]);
    }

    #[test]
    fn ranges_that_go_nowhere_are_refused() {
        for bad in [
            "len",
            "len=",
            "len=1,,2",
            "=3",
            "len=9..3",
            "len=1..9:0",
            "len=a..9",
            "x=1..9:-1",
            "x=0..1e9",
            "x=0..99999:1",
        ] {
            assert!(bad.parse::<Vary>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_length_of_a_family_wins_over_that_of_all() {
        let of = |args: &ParamArgs, vary: &[&str]| {
            let vary: Vec<Vary> = vary.iter().map(|text| text.parse().unwrap()).collect();
            let sets = sets(args, &vary).unwrap();
            let lengths = sets.iter().map(|set| set.params.lengths);
            let pairs = lengths.map(|lengths| (lengths[Family::Ema], lengths[Family::Hma]));
            pairs.collect::<Vec<_>>()
        };
        let args = ParamArgs::default();
        let one = of(&args, &["len=20,30", "ema_len=10"]);
        assert_eq!(one, of(&args, &["ema_len=10", "len=20,30"]));
        assert_eq!(one, [(10, 20), (10, 30)]);
        let flag = ParamArgs {
            ema_len: Some(10),
            ..args
        };
        assert_eq!(of(&flag, &["len=20,30"]), [(10, 20), (10, 30)]);
        assert_eq!(of(&flag, &["ema_len=12"]), [(12, 28)]);
    }

    #[test]
    fn values_that_come_to_the_same_are_refused() {
        for (vary, expected) in [
            (["len=20,30,20", "decay=0"], "`20` is there twice"),
            (
                ["cutout=1", "decay=0.30,0.1,0.3"],
                "`0.30` and `0.3` come to the same",
            ),
            (["len=014,14", "decay=0"], "`014` and `14` come to the same"),
            (
                ["decay=-0,0", "cutout=1,2"],
                "`-0` and `0` come to the same",
            ),
        ] {
            let vary = vary.map(|text| text.parse().unwrap());
            let error = sets(&ParamArgs::default(), &vary).unwrap_err().to_string();
            assert!(error.ends_with(expected), "{error}");
        }
    }

    #[test]
    fn the_last_parameter_changes_first() {
        let vary = ["len=20,30", "lambda=0.01,0.02"].map(|text| text.parse().unwrap());
        let sets = sets(&ParamArgs::default(), &vary).unwrap();
        let shown: Vec<String> = sets.iter().map(|set| set.values.join(" ")).collect();
        assert_eq!(shown, ["20 0.01", "20 0.02", "30 0.01", "30 0.02"]);
        assert_eq!(sets[3].params.lengths[Family::Kama], 30);
        assert_eq!(sets[3].params.lambda, 0.02);
    }
}
