//! The files of blocks, before foyer has seen them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::PathBuf,
};

use super::config::Geometry;

const PAGE: usize = 4096;

/// Where the blocks lie, and what they are to be.
#[derive(Clone, Debug)]
pub(super) struct BlockFiles {
    pub(super) folder: PathBuf,
    pub(super) geometry: Geometry,
}

/// A block file.
#[derive(Debug)]
struct Block {
    /// When its first entry was written, counted in entries.
    age: u64,
    id: u32,
    /// Whether foyer will take it for a clean one: its first page holds no index.
    clean: bool,
    path: PathBuf,
}

impl BlockFiles {
    /// Whether there is a file at all: without one, no entry is in a block.
    pub(super) fn exist(&self) -> bool {
        fs::read_dir(&self.folder).is_ok_and(|mut files| files.next().is_some())
    }

    /// Makes the blocks fit to be opened; returns those that hold entries, the one written to
    /// longest ago first.
    ///
    /// If there is no clean one, as after a crash in the middle of freeing one, the oldest is freed:
    /// foyer frees blocks when it takes a clean one, so it would never write again.
    pub(super) fn make_ready(&self) -> io::Result<Vec<u32>> {
        fs::create_dir_all(&self.folder)?;
        let mut blocks = self.by_age()?;
        // Missing ones will be made, and clean.
        let is_full = self.geometry.n_blocks <= blocks.len();
        if is_full && !blocks.iter().any(|block| block.clean) {
            let oldest = blocks.remove(0);
            let mut file = OpenOptions::new().write(true).open(oldest.path)?;
            file.write_all(&[0; PAGE])?;
        }
        let used = blocks.iter().filter(|block| !block.clean);
        Ok(used.map(|block| block.id).collect())
    }

    fn by_age(&self) -> io::Result<Vec<Block>> {
        let mut blocks = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            let file = file?;
            let name = file.file_name();
            let digits = name.to_str().and_then(|name| name.rsplit('-').next());
            if let Some(id) = digits.and_then(|digits| digits.parse().ok()) {
                blocks.push(Block::read(id, file.path())?);
            }
        }
        blocks.sort_by_key(|block| (block.age, block.id));
        Ok(blocks)
    }
}

impl Block {
    fn read(id: u32, path: PathBuf) -> io::Result<Self> {
        let mut page = Vec::with_capacity(PAGE);
        File::open(&path)?
            .take(PAGE as u64)
            .read_to_end(&mut page)?;
        // foyer's index: checksum (8), count (4), then per entry hash (8), sequence number (8), ...
        // A file's time of change would say nothing, since opening changes it.
        let sequence = page.get(20..28).and_then(<[u8]>::first_chunk);
        Ok(Self {
            age: sequence.map_or(0, |bytes| u64::from_be_bytes(*bytes)),
            id,
            clean: page.iter().all(|&byte| byte == 0),
            path,
        })
    }
}
