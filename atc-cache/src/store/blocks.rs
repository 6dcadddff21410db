//! foyer as this store wants it: entries in memory, and in blocks on disk.

use std::{collections::VecDeque, path::PathBuf};

use foyer::{
    BlockEngineConfig, Compression, DeviceBuilder, EvictionInfo, EvictionPicker, FsDeviceBuilder,
    HybridCache, HybridCacheBuilder, HybridCachePolicy, PsyncIoEngineConfig, RecoverMode,
    S3FifoConfig,
};

use super::{
    config::Geometry,
    entry::{EntryKey, Value},
};

/// foyer's cache of our entries.
pub(super) type Hybrid = HybridCache<EntryKey, Value>;

/// Where the blocks lie, and which of them are in use, oldest first.
#[derive(Debug)]
pub(super) struct Blocks {
    pub(super) directory: PathBuf,
    pub(super) geometry: Geometry,
    pub(super) by_age: Vec<u32>,
}

const SHARDS: usize = 8;

/// Bytes an entry of any size takes in memory beyond its payload, about.
const OVERHEAD: usize = 200;

/// Opens the blocks; without them, a cache in memory alone. Must run on the runtime that is to do
/// the cache's work.
pub(super) async fn open(memory_bytes: usize, blocks: Option<Blocks>) -> foyer::Result<Hybrid> {
    let builder = HybridCacheBuilder::new()
        .with_policy(HybridCachePolicy::WriteOnInsertion)
        .with_flush_on_close(false)
        .memory(memory_bytes)
        .with_shards(SHARDS)
        .with_eviction_config(S3FifoConfig::default())
        .with_weighter(|_: &EntryKey, value: &Value| value.payload.len() + OVERHEAD)
        // What is larger than a shard would push out all others, and stay.
        .with_filter(move |_: &EntryKey, value: &Value| {
            value.payload.len() + OVERHEAD <= memory_bytes / SHARDS
        })
        .storage();
    let Some(blocks) = blocks else {
        return builder.build().await;
    };
    let device = FsDeviceBuilder::new(blocks.directory)
        .with_capacity(blocks.geometry.capacity())
        .build()?;
    let engine = BlockEngineConfig::new(device)
        .with_block_size(blocks.geometry.block_bytes)
        .with_buffer_pool_size(blocks.geometry.buffer_bytes())
        .with_submit_queue_size_threshold(blocks.geometry.budget())
        .with_eviction_pickers(vec![Box::new(OldestFirst(blocks.by_age.into()))]);
    builder
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
