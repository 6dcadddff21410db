//! Whether a file is whole, or somebody is writing it.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crate::engine::dataset::Source;

/// How long a file that does not end with a line feed, or cannot be read, must stay the same to be believed.
const PATIENCE: Duration = Duration::from_secs(2);

/// How the files of a source look: length and time of change of each; `None` for one that is not there.
///
/// Sources without files, such as objects, which their stores replace as a whole, look the same always.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sight(Vec<Option<(u64, SystemTime)>>);

/// The sources that are not believed yet.
#[derive(Debug, Default)]
pub(super) struct Patience {
    waiting: HashMap<Arc<str>, (Sight, Instant)>,
}

impl Sight {
    pub(super) fn of_all(sources: &[Source]) -> Vec<Self> {
        sources.iter().map(Self::of).collect()
    }

    fn of(source: &Source) -> Self {
        let look = |path: &Path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.len(), metadata.modified().ok()?))
        };
        Self(
            source
                .only_files()
                .into_iter()
                .flatten()
                .map(look)
                .collect(),
        )
    }
}

impl Patience {
    /// The names of those of some sources that are not believed yet, of which it is said how they looked before they
    /// were read.
    pub(super) fn waits_for<'a>(
        &mut self,
        news: impl Iterator<Item = (&'a Source, Sight)>,
    ) -> HashSet<Arc<str>> {
        let mut waiting = HashMap::new();
        for (source, before) in news {
            let sight = Sight::of(source);
            if sight == before && ends_with_lines(source) {
                continue;
            }
            let name = source.name();
            let since = match self.waiting.remove(&name) {
                Some((known, since)) if known == sight => since,
                _ => Instant::now(),
            };
            // What was read is what is there only if it looked so before.
            if since.elapsed() < PATIENCE || sight != before {
                waiting.insert(name, (sight, since));
            }
        }
        self.waiting = waiting;
        self.waiting.keys().cloned().collect()
    }
}

/// Whether every file of a source ends with a line feed.
fn ends_with_lines(source: &Source) -> bool {
    let mut files = source.only_files().into_iter().flatten();
    files.all(|path| last_byte(path).is_ok_and(|byte| byte == b'\n'))
}

fn last_byte(path: &Path) -> io::Result<u8> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-1))?;
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}
