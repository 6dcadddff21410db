//! What is asked of a cache, and the tables that answer.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use atc_cache::{Known, Stamp, Table};
use atc_core::Plan;

use super::ending::ENDING_BYTES;
use super::looked::path_of;
use super::question::Question;
use super::{Cache, END_BYTES, QUESTIONS, Trust, read};
use crate::engine::CpuEvaluator;

/// Readings that the table of one question keeps, at least.
const READINGS: usize = 1 << 16;
/// As [`READINGS`], of a cache in memory, where what goes has to be found or computed again.
const READINGS_IN_MEMORY: usize = 1 << 18;

/// A question, and where its answers are.
#[derive(Debug)]
pub(super) struct Asked {
    plan: Arc<Plan>,
    evaluator: (&'static str, u32),
    pub(super) question: Question,
    pub(super) readings: Arc<RwLock<Table>>,
}

impl Cache {
    /// The question that `plan` asks of an evaluator, and its readings. Putting it costs as much as answering some
    /// dozen times, so that it is put once.
    pub(super) fn asked(&self, plan: &Arc<Plan>, evaluator: (&'static str, u32)) -> Arc<Asked> {
        let mut all = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it =
            |asked: &&Arc<Asked>| Arc::ptr_eq(&asked.plan, plan) && asked.evaluator == evaluator;
        if let Some(known) = all.iter().rev().find(is_it) {
            return Arc::clone(known);
        }
        let question = Question::new(plan, evaluator);
        let asked = Arc::new(Asked {
            plan: Arc::clone(plan),
            evaluator,
            readings: self.readings(&question),
            question,
        });
        if QUESTIONS <= all.len() {
            all.remove(0);
        }
        all.push(Arc::clone(&asked));
        asked
    }

    /// Gets ready for `inputs` to be asked, while others look for them: reads what is known of sources, and begins to
    /// open the store if the inputs seem to have grown.
    pub fn foresee(&self, inputs: &[String]) {
        let is_grown = |input: &String| self.trust != Trust::Nothing && self.seems_grown(input);
        if inputs.iter().any(is_grown) {
            self.begin_store();
        }
    }

    /// Gets ready for answers under `plan`, computed on the processor: reads their table, if nobody else does.
    pub fn foresee_answers(&self, plan: &Plan) {
        self.readings(&Question::new(plan, CpuEvaluator::VERSION));
    }

    /// Whether the first or the last source below `input` has grown since it was recorded.
    fn seems_grown(&self, input: &str) -> bool {
        let index = read(self.index());
        let place = self.here.join(input);
        let ends = index.ends(place.to_str().unwrap_or("-"));
        let has_grown = |location: &str| {
            let stamp = Stamp::of_file(Path::new(path_of(location)));
            stamp.is_ok_and(|stamp| matches!(index.look_up(location, &stamp), Known::Grown { .. }))
        };
        ends.is_some_and(|(first, last)| has_grown(first) || has_grown(last))
    }

    fn readings(&self, question: &Question) -> Arc<RwLock<Table>> {
        let mut tables = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        let open = || {
            Arc::new(RwLock::new(match &self.home {
                Some(home) => {
                    let path = home.join("readings").join(question.name());
                    Table::open(path, ENDING_BYTES, READINGS)
                }
                None => Table::in_memory(ENDING_BYTES, READINGS_IN_MEMORY),
            }))
        };
        Arc::clone(
            tables
                .entry(question.name().to_owned())
                .or_insert_with(open),
        )
    }

    pub(super) fn ends(&self) -> &RwLock<Table> {
        self.ends.get_or_init(|| {
            RwLock::new(match &self.home {
                Some(home) => Table::open(home.join("ends"), END_BYTES, READINGS),
                None => Table::in_memory(END_BYTES, READINGS_IN_MEMORY),
            })
        })
    }
}
