//! Names, as text and as JSON.

use atc_core::{Bar, Error, Family, Params, PerFamily, Plan, Preset, Signal, Trend};

#[test]
fn families_and_trends_are_read_from_what_they_print() {
    for family in Family::ALL {
        assert_eq!(family.to_string().parse(), Ok(family));
    }
    for trend in Trend::ALL {
        assert_eq!(trend.to_string().parse(), Ok(*trend));
    }
    let refusal = |error: Error| error.to_string();
    assert_eq!(
        "EMA".parse::<Family>().map_err(refusal),
        Err("unknown family `EMA`, expected one of ema, hma, wma, dema, lsma, kama".to_owned())
    );
    assert_eq!(
        "up".parse::<Trend>().map_err(refusal),
        Err("unknown trend `up`, expected one of long, short, neutral".to_owned())
    );
    let signals = [Signal::Short, Signal::Flat, Signal::Long];
    assert_eq!(
        signals.map(|s| format!("{s:>5}")),
        ["short", " flat", " long"]
    );
}

#[test]
fn values_per_family_come_with_their_families_in_summation_order() {
    let values = PerFamily::from([1, 2, 3, 4, 5, 6]);
    let squares = values.map(|value| value * value);
    assert!(
        squares
            .into_iter()
            .eq(Family::ALL.into_iter().zip([1, 4, 9, 16, 25, 36]))
    );
    let names: PerFamily<String> = squares.map(|square| square.to_string());
    for (family, name) in &names {
        assert_eq!(*name, squares[family].to_string());
    }
}

#[test]
fn presets_are_parameters_and_parameters_plans() {
    let params = Params::from(Preset::Swing);
    let plan = Plan::try_from(params).unwrap();
    assert_eq!(plan.params(), &Preset::Swing.params());
    let params = Params {
        decay: 100.0,
        ..params
    };
    assert!(Plan::try_from(params).is_err());
}

#[test]
fn bars_know_their_closes() {
    assert_eq!(Bar::with_source(3.0, -7.0).unwrap().close(), Some(3.0));
    assert_eq!(Bar::MISSING.close(), None);
}

#[cfg(feature = "serde")]
mod json {
    use std::fmt::Debug;

    use atc_core::{Flip, Profile, Reading, Switches, SymbolId};
    use serde::{Serialize, de::DeserializeOwned};

    use super::*;

    /// A value is written as `text`, and read from it again.
    fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, text: &str) {
        assert_eq!(serde_json::to_string(value).expect("it is plain"), text);
        let read: T = serde_json::from_str(text).expect("it was written so");
        assert_eq!(&read, value);
    }

    #[test]
    fn names_in_json_are_those_in_text() {
        for family in Family::ALL {
            check(&family, &format!("\"{family}\""));
        }
        for trend in Trend::ALL {
            check(trend, &format!("\"{trend}\""));
        }
        for signal in [Signal::Short, Signal::Flat, Signal::Long] {
            check(&signal, &format!("\"{signal}\""));
        }
        check(&SymbolId::new(7), "7");
        let flip = Flip {
            bar: 12,
            trend: Trend::Short,
        };
        check(&flip, r#"{"bar":12,"trend":"short"}"#);
        let switches: Switches = Profile::Pine.switches();
        check(
            &switches,
            r#"{"hma":"sma","dema_seed":"mean","lsma_at":"newest","kama_start":"zero","idle_step":"last","cut":"half"}"#,
        );
        let six = PerFamily([1, 2, 3, 4, 5, 6]);
        let text = r#"{"ema":1,"hma":2,"wma":3,"dema":4,"lsma":5,"kama":6}"#;
        check(&six, text);
    }

    #[test]
    fn a_reading_survives_json() {
        let reading = Reading {
            signals: PerFamily([-1.0, -0.5, 0.0, 0.33, 0.5, 1.0]),
            equities: PerFamily([0.25, 0.5, 1.0, 1.5, 2.0, 3.0]),
            average_signal: -0.125,
            trend: Trend::Short,
            flip: true,
        };
        let text = r#"{
            "signals": {"ema": -1.0, "hma": -0.5, "wma": 0.0, "dema": 0.33, "lsma": 0.5, "kama": 1.0},
            "equities": {"ema": 0.25, "hma": 0.5, "wma": 1.0, "dema": 1.5, "lsma": 2.0, "kama": 3.0},
            "average_signal": -0.125, "trend": "short", "flip": true
        }"#;
        check(&reading, &text.replace([' ', '\n'], ""));
    }
}
