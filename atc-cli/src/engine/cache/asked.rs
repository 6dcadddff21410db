//! What is asked of a cache, and the tables that answer.

use std::sync::{Arc, PoisonError, RwLock};

use atc_cache::Table;
use atc_core::Plan;

use super::ending::ENDING_BYTES;
use super::question::Question;
use super::{Cache, END_BYTES, QUESTIONS};
use crate::engine::CpuEvaluator;

/// Readings that the table of one question keeps, at least.
const READINGS: usize = 1 << 16;

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

    /// Reads the table of what will be asked of the processor, so that it is there by then.
    pub fn foresee(&self, plan: &Plan) {
        self.readings(&Question::new(plan, CpuEvaluator::VERSION));
    }

    fn readings(&self, question: &Question) -> Arc<RwLock<Table>> {
        let mut tables = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        let open = || {
            Arc::new(RwLock::new(match &self.home {
                Some(home) => {
                    let path = home.join("readings").join(question.name());
                    Table::open(path, ENDING_BYTES, READINGS)
                }
                None => Table::in_memory(ENDING_BYTES, READINGS),
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
                None => Table::in_memory(END_BYTES, READINGS),
            })
        })
    }
}
