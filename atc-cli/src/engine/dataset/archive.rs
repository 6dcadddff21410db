//! Zip archives: every member is a file.

use std::io::{Read, Seek};
use std::sync::Arc;

use zip::ZipArchive;
use zip::result::ZipError;

use super::collect::Symbol;
use super::decode::{Decoded, Named, Reading, decode};
use super::place::{has_data_extension, hive_symbol};
use super::stream::{Blob, guarded};
use super::{DatasetError, ErrorKind};

/// More members than any market has symbols are a trap.
const MEMBER_LIMIT: usize = 100_000;

/// The names of the members that are files, in name order.
pub(crate) fn members(reader: impl Read + Seek, path: &str) -> Result<Vec<String>, DatasetError> {
    names(&open(reader, path)?, path)
}

/// Reads all members, each a file of its own.
pub(crate) fn read(
    blob: &Blob,
    named: &Named,
    reading: Reading<'_>,
) -> Result<Decoded, DatasetError> {
    let reader = blob
        .reader()
        .map_err(|error| DatasetError::from_io(&named.path, error))?;
    let mut archive = open(reader, &named.path)?;
    let overlaps = archive
        .has_overlapping_files()
        .map_err(|error| damaged(&named.path, error))?;
    if overlaps {
        return Err(bomb(
            &named.path,
            "members of the archive share their bytes".to_owned(),
        ));
    }
    let mut all = Decoded::default();
    for member in names(&archive, &named.path)? {
        let mut decoded = one(&mut archive, &member, named, reading)?;
        all.bars.append(&mut decoded.bars);
        all.add_troubles(decoded.n_unreadable, decoded.first_error);
        all.format = decoded.format;
    }
    if all.format.is_empty() {
        return Err(
            DatasetError::new(ErrorKind::Empty, &named.path, "the archive holds no files")
                .remedy("leave the file out or fetch it again"),
        );
    }
    Ok(all)
}

/// Reads one member by name.
pub(crate) fn read_member(
    reader: impl Read + Seek,
    member: &str,
    named: &Named,
    reading: Reading<'_>,
) -> Result<Decoded, DatasetError> {
    one(&mut open(reader, &named.path)?, member, named, reading)
}

fn one<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    member: &str,
    named: &Named,
    reading: Reading<'_>,
) -> Result<Decoded, DatasetError> {
    let path: Arc<str> = format!("{}:{member}", named.path).into();
    let file = archive
        .by_name(member)
        .map_err(|error| damaged(&path, error))?;
    let symbol = match (&named.symbol, hive_symbol(member)) {
        (Symbol::Hive(_), _) => named.symbol.clone(),
        (_, Some(hive)) => Symbol::Hive(hive),
        _ => Symbol::Stem(member.into()),
    };
    let compressed = file.compressed_size();
    let stream = guarded(file, compressed);
    // An archive in an archive is the classic bomb, may even hold itself, and is never how candles come.
    let reading = Reading {
        in_archive: true,
        ..reading
    };
    let mut decoded = decode(stream, None, &Named { path, symbol }, reading)?;
    decoded.format = format!("zip, {}", decoded.format);
    Ok(decoded)
}

fn open<R: Read + Seek>(reader: R, path: &str) -> Result<ZipArchive<R>, DatasetError> {
    let archive = ZipArchive::new(reader).map_err(|error| damaged(path, error))?;
    if archive.len() > MEMBER_LIMIT {
        return Err(bomb(
            path,
            format!("the archive holds {} members", archive.len()),
        ));
    }
    Ok(archive)
}

/// Files but directories, hidden ones and those some systems add, in name order.
fn names<R: Read + Seek>(archive: &ZipArchive<R>, path: &str) -> Result<Vec<String>, DatasetError> {
    let mut names = Vec::new();
    for name in archive.file_names() {
        let name = name.map_err(|error| damaged(path, error))?;
        let last = name.rsplit('/').next().unwrap_or(&name);
        if !last.is_empty() && !last.starts_with('.') && !name.starts_with("__MACOSX") {
            names.push(name.into_owned());
        }
    }
    // Read-me files and checksums beside the data; alone, a file of any name is tried.
    if names.iter().any(|name| has_data_extension(name)) {
        names.retain(|name| has_data_extension(name));
    }
    names.sort_unstable();
    Ok(names)
}

fn bomb(path: &str, what: String) -> DatasetError {
    DatasetError::new(ErrorKind::Bomb, path, what)
        .remedy("unpack it by hand and look at it before reading it")
}

fn damaged(path: &str, error: ZipError) -> DatasetError {
    match error {
        ZipError::Io(error) => DatasetError::from_io(path, error),
        error => DatasetError::new(
            ErrorKind::Damaged,
            path,
            format!("the archive cannot be read ({error})"),
        )
        .remedy("fetch it again, without encryption")
        .source(error),
    }
}
