//! Reading a golden corpus: folders with `params.json`, `input.csv`, `expected.csv`, `lines.csv`.

use atc_core::{Error, Family, Params, SwitchOverrides};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Columns by name.
pub(crate) type Table = BTreeMap<String, Vec<f64>>;

/// One case as it lies in its folder.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) params: Value,
    pub(crate) close: Vec<f64>,
    pub(crate) source: Option<Vec<f64>>,
    /// `None`: must be refused.
    pub(crate) expected: Option<Table>,
    pub(crate) lines: Option<Table>,
}

/// Every case of the own corpus, and of the directory that `ATC_GOLDEN` names.
pub(crate) fn cases() -> Vec<Case> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let more = std::env::var_os("ATC_GOLDEN").map(PathBuf::from);
    let mut cases = Vec::new();
    for corpus in [own].into_iter().chain(more) {
        let entries = fs::read_dir(&corpus).unwrap_or_else(|e| panic!("{}: {e}", corpus.display()));
        let mut folders: Vec<PathBuf> = entries
            .map(|entry| entry.expect("readable").path())
            .collect();
        folders.retain(|path| path.is_dir());
        folders.sort();
        assert!(!folders.is_empty(), "{} holds no case", corpus.display());
        cases.extend(folders.iter().map(|folder| read_case(folder)));
    }
    cases
}

fn read_case(folder: &Path) -> Case {
    let text = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let document = text("params.json").expect("every case has params.json");
    let document: Value = serde_json::from_str(&document).expect("params.json is JSON");
    let mut input = table(&text("input.csv").expect("every case has input.csv"));
    let expected = match document["expect"].as_str() {
        Some("values") => Some(table(&text("expected.csv").expect("a case with values"))),
        Some("error") => None,
        other => panic!("{}: expect is {other:?}", folder.display()),
    };
    Case {
        name: folder
            .file_name()
            .expect("a folder has a name")
            .to_string_lossy()
            .into_owned(),
        params: document["params"].clone(),
        close: input.remove("close").expect("input.csv has a close"),
        source: input.remove("source"),
        expected,
        lines: text("lines.csv").map(|text| table(&text)),
    }
}

/// The columns of a CSV file, the one named `bar` left out.
fn table(text: &str) -> Table {
    let mut rows = text.lines();
    let header = rows.next().expect("a header").split(',').skip(1);
    let mut columns: Vec<(String, Vec<f64>)> =
        header.map(|name| (name.to_owned(), Vec::new())).collect();
    for row in rows {
        for ((_, column), cell) in columns.iter_mut().zip(row.split(',').skip(1)) {
            column.push(cell.parse().unwrap_or_else(|e| panic!("{cell}: {e}")));
        }
    }
    columns.into_iter().collect()
}

/// The parameters that a case names, without the feature `serde`.
pub(crate) fn params(object: &Value) -> Result<Params, Error> {
    let given = object.as_object().expect("parameters are an object");
    let number = |name: &str| given.get(name).map(|v| v.as_f64().expect("a number"));
    let count = |name: &str| {
        given
            .get(name)
            .map(|v| v.as_u64().expect("a count") as usize)
    };
    let word = |name: &str| given.get(name).map(|v| v.as_str().expect("a word"));
    let mut params = Params::default();
    for family in Family::ALL {
        set(&mut params.lengths[family], count(&format!("{family}_len")));
        set(
            &mut params.weights[family],
            number(&format!("{family}_weight")),
        );
    }
    set(
        &mut params.profile,
        word("profile").map(str::parse).transpose()?,
    );
    set(
        &mut params.robustness,
        word("robustness").map(str::parse).transpose()?,
    );
    set(&mut params.gaps, word("gaps").map(str::parse).transpose()?);
    set(&mut params.lambda, number("lambda"));
    set(&mut params.decay, number("decay"));
    set(&mut params.cutout, count("cutout"));
    set(&mut params.long_threshold, number("long_threshold"));
    set(&mut params.short_threshold, number("short_threshold"));
    set(
        &mut params.strategy,
        given
            .get("strategy")
            .map(|v| v.as_bool().expect("true or false")),
    );
    params.switches = switches(given.get("override").unwrap_or(&Value::Null))?;
    Ok(params)
}

fn switches(given: &Value) -> Result<SwitchOverrides, Error> {
    let word = |name: &str| given[name].as_str();
    Ok(SwitchOverrides {
        hma: word("hma").map(str::parse).transpose()?,
        dema_seed: word("dema_seed").map(str::parse).transpose()?,
        lsma_at: word("lsma_at").map(str::parse).transpose()?,
        kama_start: word("kama_start").map(str::parse).transpose()?,
        idle_step: word("idle_step").map(str::parse).transpose()?,
        cut: word("cut").map(str::parse).transpose()?,
    })
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
