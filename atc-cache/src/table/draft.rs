//! Writing a table: three ascending lists become one.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, atomic::Ordering::Relaxed},
};

use super::{
    Added, Saved, TableWritten,
    records::{KEY_BYTES, Records},
};
use crate::{Key, whole};

/// A [`Table`](super::Table) that is to be written: [`Table::begin_save`](super::Table::begin_save).
#[derive(Debug)]
pub struct TableDraft {
    pub(super) path: PathBuf,
    pub(super) width: usize,
    pub(super) limit: usize,
    pub(super) saved: Arc<Saved>,
    pub(super) adding: Arc<Added>,
}

impl TableDraft {
    /// Writes the table, whole or not at all.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or the values are of 4 GiB or more.
    pub fn write(self) -> io::Result<TableWritten> {
        if u32::try_from(self.width).is_err() {
            let reason = "a table's values are smaller than 4 GiB";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let theirs = if self.saved.version.is_still(&self.path) {
            Records::default()
        } else {
            Saved::read(&self.path, self.width).records
        };
        let records = self.merged(&theirs);
        whole::write(&self.path, |file| file.put(records.as_bytes()))?;
        // They stay in use for as long as this process.
        Ok(TableWritten(Saved::new(records, self.width, true)))
    }

    /// What the others have saved and what is here, the least lately used left out if there is no room.
    fn merged(&self, theirs: &Records) -> Records {
        let generation = theirs.generation.max(self.saved.records.generation) + 1;
        let all = self.all(theirs, generation);
        let is_new = |(age, _): &&(u32, Source<'_>)| *age == generation;
        let room = self.limit.max(2 * all.iter().filter(is_new).count());
        let oldest = if room < all.len() {
            let mut ages: Vec<u32> = all.iter().map(|(age, _)| *age).collect();
            let cut = ages.len() - room;
            *ages.select_nth_unstable(cut).1
        } else {
            0
        };
        let mut records = Records::with_room(all.len(), self.width, generation);
        for (age, source) in all {
            if oldest <= age {
                match source {
                    Source::Record(record) => records.push([record, &[]], age),
                    Source::Added(key, value) => records.push([key.as_bytes(), value], age),
                }
            }
        }
        records
    }

    /// Every key once, ascending, with the generation that used it last: three ascending lists become one.
    fn all<'a>(&'a self, theirs: &'a Records, generation: u32) -> Vec<(u32, Source<'a>)> {
        let Saved {
            records: ours,
            used,
            ..
        } = &*self.saved;
        let n_records = theirs.len(self.width).max(ours.len(self.width));
        let mut all = Vec::with_capacity(n_records + self.adding.len());
        let mut added = self.adding.iter().peekable();
        let (mut here, mut there) = (0, 0);
        let key = |records: &'a Records, at: usize| {
            let exists = at < records.len(self.width);
            exists.then(|| &records.record(at, self.width)[..KEY_BYTES])
        };
        loop {
            let heads = [
                added.peek().map(|&(key, _)| key.as_bytes().as_slice()),
                key(ours, here),
                key(theirs, there),
            ];
            let Some(first) = heads.into_iter().flatten().min() else {
                return all;
            };
            let [is_added, is_ours, is_theirs] = heads.map(|head| head == Some(first));
            if is_added {
                if let Some((key, Some(value))) = added.next() {
                    all.push((generation, Source::Added(key, value)));
                }
            } else if is_ours {
                let is_used = used[here].load(Relaxed);
                let age = ours.generation_of(here, self.width);
                let record = Source::Record(ours.record(here, self.width));
                all.push((if is_used { generation } else { age }, record));
            } else {
                let age = theirs.generation_of(there, self.width);
                all.push((age, Source::Record(theirs.record(there, self.width))));
            }
            here += usize::from(is_ours);
            there += usize::from(is_theirs);
        }
    }
}

/// Where a record to be written comes from.
enum Source<'a> {
    /// Key and value, as they lie in a file.
    Record(&'a [u8]),
    Added(&'a Key, &'a [u8]),
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    use super::*;

    #[test]
    fn values_too_wide_for_the_file_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table");
        for width in [1 << 32, usize::MAX] {
            // Without the gigabytes that such a value takes.
            let adding = Added::from([(Key::from_bytes([1; 32]), Some([1].into()))]);
            let draft = TableDraft {
                path: path.clone(),
                width,
                limit: 10,
                saved: Arc::default(),
                adding: Arc::new(adding),
            };
            let refused = draft.write().unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
            assert!(!path.exists());
        }
    }
}
