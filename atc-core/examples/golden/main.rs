//! Writes the golden corpus `testdata/cases` from the naive oracle, or checks it.
//!
//! ```text
//! cargo run -p atc-core --example golden            # write
//! cargo run -p atc-core --example golden -- --check # exit 1 if a file differs
//! ```
//!
//! The layout of a case: `params.json` (`name`, `what`, `params`, `expect`:
//! `values` or `error`), `input.csv` (`bar,close[,source]`), and if it has
//! values `expected.csv` (`bar` and the 13 columns) and sometimes `lines.csv`
//! (the 54 averages as `family_length`). Every number reads back as the same
//! float64.

mod cases;
mod limits;
#[path = "../../tests/it/naive/mod.rs"]
mod naive;
mod prices;

use cases::{Case, cases};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let check = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(other) => return Err(format!("unknown argument {other}, expected --check").into()),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let mut files = BTreeMap::new();
    for case in cases() {
        for (name, text) in render(&case)? {
            files.insert(root.join(case.name).join(name), text);
        }
    }
    if check {
        verify(&root, &files)
    } else {
        write(&root, &files)
    }
}

fn write(root: &Path, files: &BTreeMap<PathBuf, String>) -> Result<(), Box<dyn Error>> {
    for stale in present(root)?
        .iter()
        .filter(|path| !files.contains_key(*path))
    {
        fs::remove_file(stale)?;
    }
    for (path, text) in files {
        fs::create_dir_all(path.parent().ok_or("a file of no case")?)?;
        fs::write(path, text)?;
    }
    Ok(())
}

fn verify(root: &Path, files: &BTreeMap<PathBuf, String>) -> Result<(), Box<dyn Error>> {
    let stale = present(root)?
        .into_iter()
        .filter(|path| !files.contains_key(path));
    let mut wrong: Vec<String> = stale
        .map(|path| format!("{} is in no case", path.display()))
        .collect();
    for (path, text) in files {
        match fs::read_to_string(path) {
            Ok(found) if found == *text => {}
            Ok(_) => wrong.push(format!("{} differs", path.display())),
            Err(error) => wrong.push(format!("{}: {error}", path.display())),
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let list = wrong.join("\n  ");
    Err(format!("the golden corpus is not what the oracle says, `cargo xtask golden` writes it anew:\n  {list}").into())
}

/// The files of the corpus as it lies there.
fn present(root: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths = Vec::new();
    if root.exists() {
        for case in fs::read_dir(root)? {
            for file in fs::read_dir(case?.path())? {
                paths.push(file?.path());
            }
        }
    }
    Ok(paths)
}

/// The files of one case.
fn render(case: &Case) -> Result<Vec<(&'static str, String)>, Box<dyn Error>> {
    let settings = naive::Settings::from_json(&serde_json::from_str(case.params)?)?;
    let outcome = naive::classify(&settings, &case.close, case.source.as_deref());
    let expect = if outcome.is_ok() { "values" } else { "error" };
    if case.refused != outcome.is_err() {
        return Err(format!("{}: expected otherwise, got {outcome:?}", case.name).into());
    }
    let params = format!(
        "{{\n  \"name\": \"{}\",\n  \"what\": \"{}\",\n  \"params\": {},\n  \"expect\": \"{expect}\"\n}}\n",
        case.name, case.what, case.params
    );
    let mut input = vec![("close".to_owned(), case.close.as_slice())];
    input.extend(
        case.source
            .as_deref()
            .map(|source| ("source".to_owned(), source)),
    );
    let mut files = vec![("params.json", params), ("input.csv", table(&input))];
    if let Ok(out) = &outcome {
        let columns = out.columns.iter().map(Vec::as_slice);
        let columns: Vec<_> = naive::column_names().into_iter().zip(columns).collect();
        files.push(("expected.csv", table(&columns)));
        if case.lines {
            files.push(("lines.csv", table(&out.named_averages())));
        }
    }
    Ok(files)
}

fn table(columns: &[(String, &[f64])]) -> String {
    let mut text = "bar".to_owned();
    for (name, _) in columns {
        let _ = write!(text, ",{name}");
    }
    for bar in 0..columns[0].1.len() {
        let _ = write!(text, "\n{bar}");
        for (_, column) in columns {
            let _ = write!(text, ",{:?}", column[bar]);
        }
    }
    text.push('\n');
    text
}
