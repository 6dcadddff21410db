//! What is asked of a series: everything an ending depends on but the series itself.

use atc_cache::{ChainBuilder, Key, KeyBuilder};
use atc_core::{Family, Gaps, Plan};

use super::tile::Content;
use super::trail::Name;

/// Version of how endings are encoded in the store and in tables.
pub(super) const SCHEMA: u32 = 2;

/// A plan and an evaluator, as the beginning of a key.
#[derive(Clone, Debug)]
pub(super) struct Question {
    key: Key,
    name: String,
}

impl Question {
    /// The question of where a series stands under `plan`, computed by this version of arithmetic.
    ///
    /// Parameters are hashed as what is in force (lengths expanded, switches resolved), so that
    /// profiles and presets that come to the same share their entries.
    pub(super) fn new(plan: &Plan, evaluator: (&str, u32)) -> Self {
        let params = plan.params();
        let switches = plan.switches();
        let mut keys = KeyBuilder::new("ending", SCHEMA).evaluator(evaluator.0, evaluator.1);
        for family in Family::ALL {
            for length in plan.lengths(family) {
                keys = keys.uint("length", length as u64);
            }
            keys = keys.float("weight", params.weights[family]);
        }
        let keys = keys
            .float("lambda", params.lambda)
            .float("decay", params.decay)
            .uint("cutout", params.cutout as u64)
            .float("long_threshold", params.long_threshold)
            .float("short_threshold", params.short_threshold)
            .flag("strategy", params.strategy)
            .flag("skip_gaps", params.gaps == Gaps::Skip)
            .text("hma", switches.hma.name())
            .text("dema_seed", switches.dema_seed.name())
            .text("lsma_at", switches.lsma_at.name())
            .text("kama_start", switches.kama_start.name())
            .text("idle_step", switches.idle_step.name())
            .text("cut", switches.cut.name());
        let key = keys.finish();
        Self {
            key,
            name: key.to_string()[..32].to_owned(),
        }
    }

    /// The key of all of the question, without a series.
    pub(super) fn all(&self) -> Key {
        self.key
    }

    /// The key of a series in the table of this question: its name, which is a digest already.
    pub(super) fn row(&self, name: Name) -> Key {
        match name.source {
            Some(_) => self.key(name),
            None => Key::from_bytes(*name.close.as_bytes()),
        }
    }

    /// A name that no other question has.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The key of a series.
    pub(super) fn key(&self, name: Name) -> Key {
        match name.source {
            Some(source) => self.key.about(&[name.close, source]),
            None => self.key.about(&[name.close]),
        }
    }

    /// The key of a series' first whole blocks.
    pub(super) fn key_of_blocks(&self, content: &Content, blocks: usize) -> Key {
        let source = content.source.as_ref();
        self.key(Name {
            close: content.close.prefix(blocks),
            source: source.map(|chain| chain.prefix(blocks)),
        })
    }
}

/// Series without a whole block begin alike if these many of their values do.
const HEAD_VALUES: usize = 64;

/// The key under which is kept where series that begin with these blocks ended last.
///
/// Every series begins with no block at all, so that then the first of its `values` have to do;
/// `None` if there are too few to tell it from others.
pub(super) fn key_of_end(content: &Content, blocks: usize, values: &[f64]) -> Option<Key> {
    let source = content.source.as_ref().map(|chain| chain.prefix(blocks));
    let mut keys = KeyBuilder::new("end", SCHEMA);
    if blocks == 0 {
        let mut head = ChainBuilder::with_capacity(HEAD_VALUES);
        head.update(values.get(..HEAD_VALUES)?);
        keys = keys.content("head", head.fingerprint());
    }
    keys = keys.content("close", content.close.prefix(blocks));
    if let Some(source) = source {
        keys = keys.content("source", source);
    }
    Some(keys.finish())
}
