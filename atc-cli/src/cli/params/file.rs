//! Parameter files: JSON objects with a name per value.

use std::fmt;
use std::path::Path;

use anyhow::Context as _;
use atc_core::Params;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};

use crate::cli::exit::Misuse;

/// How alike a name must be to what was typed to be what was meant.
const NEAR: f64 = 0.75;
/// Flags that set several parameters at once, and are none.
const FLAGS: [&str; 2] = ["len", "preset"];

/// Lays the parameters of a file over `base`.
pub(crate) fn overlay(base: Params, path: &Path) -> anyhow::Result<Params> {
    let name = path.display();
    let misuse = |text: String| anyhow::Error::new(Misuse(format!("{name}: {text}")));
    let text = std::fs::read_to_string(path)
        .map_err(|error| misuse(format!("cannot be read: {error}")))?;
    // The mark that some systems put before UTF-8.
    let json = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let Unambiguous(parsed) = serde_json::from_str(json).map_err(|error| {
        misuse(match error.classify() {
            Category::Data => error.to_string(),
            _ => format!("is not JSON: {error}"),
        })
    })?;
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
    if let Some(name) = set_twice(&object) {
        let text = format!("`{name}` stands beside `override` and in it; keep one of them");
        return Err(misuse(text));
    }
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

/// A switch that is set singly and within `override`.
fn set_twice(object: &Map<String, Value>) -> Option<&String> {
    let switches = object.get("override")?.as_object()?;
    switches.keys().find(|name| object.contains_key(*name))
}

fn is_known(key: &str) -> bool {
    Params::NAMES.contains(&key)
}

/// Refuses an unknown name with the nearest known one, and a wrong value with
/// the name it was given for.
fn check_key(key: &str, value: &Value) -> Result<(), String> {
    if FLAGS.contains(&key) {
        return Err(format!(
            "`{key}` is not for a file; it is a flag, `--{key}`"
        ));
    }
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

/// A JSON value whose objects give no name twice: the last one would win silently.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unambiguous(value)) = seq.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(de::Error::custom(format!("`{name}` is given twice")));
            }
            let Unambiguous(value) = map.next_value()?;
            object.insert(name, value);
        }
        Ok(object.into())
    }
}
