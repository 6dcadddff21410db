//! foyer as this store wants it: entries in memory, and in blocks on disk.

use std::collections::VecDeque;

use foyer::{
    BlockEngineConfig, Cache, CacheBuilder, Compression, DeviceBuilder, EvictionInfo,
    EvictionPicker, FsDeviceBuilder, HybridCache, HybridCacheBuilder, HybridCachePolicy,
    PsyncIoEngineConfig, RecoverMode, S3FifoConfig,
};

use super::{
    block_files::BlockFiles,
    entry::{EntryKey, Value},
};

/// Entries in memory.
pub(super) type Memory = Cache<EntryKey, Value>;

/// Entries in blocks.
pub(super) type Hybrid = HybridCache<EntryKey, Value>;

const SHARDS: usize = 8;

/// Bytes an entry of any size takes in memory beyond its payload, about.
const OVERHEAD: usize = 200;

/// What foyer may keep in memory of blocks: nothing, [`memory`] does.
const NO_MEMORY: usize = 1 << 10;

/// A cache of `bytes` bytes in memory.
pub(super) fn memory(bytes: usize) -> Memory {
    CacheBuilder::new(bytes)
        .with_shards(SHARDS)
        .with_eviction_config(S3FifoConfig::default())
        .with_weighter(|_: &EntryKey, value: &Value| value.payload.len() + OVERHEAD)
        // What is larger than a shard would push out all others, and stay.
        .with_filter(move |_: &EntryKey, value: &Value| {
            value.payload.len() + OVERHEAD <= bytes / SHARDS
        })
        .build()
}

/// Opens the blocks, of which those in use are named oldest first. Must run on the runtime that is
/// to do their work.
pub(super) async fn open(files: &BlockFiles, by_age: Vec<u32>) -> foyer::Result<Hybrid> {
    let geometry = files.geometry;
    let device = FsDeviceBuilder::new(&files.folder)
        .with_capacity(geometry.capacity())
        .build()?;
    let engine = BlockEngineConfig::new(device)
        .with_block_size(geometry.block_bytes)
        .with_buffer_pool_size(geometry.buffer_bytes())
        .with_submit_queue_size_threshold(geometry.budget())
        .with_eviction_pickers(vec![Box::new(OldestFirst(by_age.into()))]);
    HybridCacheBuilder::new()
        .with_policy(HybridCachePolicy::WriteOnInsertion)
        .with_flush_on_close(false)
        .memory(NO_MEMORY)
        .with_filter(|_: &EntryKey, _: &Value| false)
        .storage()
        .with_io_engine_config(PsyncIoEngineConfig::new())
        .with_engine_config(engine)
        .with_recover_mode(RecoverMode::Quiet)
        .with_compression(Compression::None)
        .build()
        .await
}

/// Frees the block that was filled longest ago, also across restarts: foyer's own picker takes the
/// blocks it finds in no order.
#[derive(Debug)]
struct OldestFirst(VecDeque<u32>);

impl EvictionPicker for OldestFirst {
    fn pick(&mut self, info: EvictionInfo<'_>) -> Option<u32> {
        let mut blocks = self.0.iter().copied();
        blocks.find(|block| info.evictable.contains(block))
    }

    fn on_block_evictable(&mut self, _: EvictionInfo<'_>, block: u32) {
        if !self.0.contains(&block) {
            self.0.push_back(block);
        }
    }

    fn on_block_evict(&mut self, _: EvictionInfo<'_>, block: u32) {
        self.0.retain(|&other| other != block);
    }
}
