//! Who shares what.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{Family, PerFamily, Plan};

/// How much of a sweep is computed, beside what its sets would compute each alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Averages that are computed.
    pub averages: usize,
    /// 54 for each set.
    pub averages_alone: usize,
    /// Lines that are followed: a crossover and an equity each.
    pub lines: usize,
    /// 54 for each set.
    pub lines_alone: usize,
}

/// Computes averages: the families that it has are this plan's.
#[derive(Clone, Debug)]
pub(super) struct Averager {
    pub(super) plan: Arc<Plan>,
    /// The row of each family, if it is this one's to compute.
    pub(super) rows: PerFamily<Option<usize>>,
}

/// Plans under which a position earns the same: equal growth, decay and cutout.
#[derive(Clone, Debug)]
pub(super) struct Crew {
    /// Any of them.
    pub(super) plan: Arc<Plan>,
    /// The plans, by their index in the sweep.
    pub(super) plans: Vec<usize>,
    /// What is followed for them, family by family.
    pub(super) lines: Vec<NineLines>,
}

/// Nine lines of a family.
#[derive(Clone, Debug)]
pub(super) struct NineLines {
    pub(super) family: Family,
    pub(super) row: usize,
    /// Who reads them, by their place in the crew.
    pub(super) readers: Vec<usize>,
}

/// Plans that have something to share, each with one other at least, or a single one that has not.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) plans: Vec<usize>,
    pub(super) averagers: Vec<Averager>,
    pub(super) crews: Vec<Crew>,
    pub(super) n_rows: usize,
}

/// Sorts plans into parts between which nothing is shared.
pub(super) fn parts(plans: &[Arc<Plan>]) -> Vec<Part> {
    let mut leader: Vec<usize> = (0..plans.len()).collect();
    let find = |leader: &[usize], mut at: usize| {
        while leader[at] != at {
            at = leader[at];
        }
        at
    };
    let mut first: HashMap<AverageKey, usize> = HashMap::new();
    for (index, plan) in plans.iter().enumerate() {
        for family in Family::ALL {
            let other = *first.entry(AverageKey::of(plan, family)).or_insert(index);
            let (a, b) = (find(&leader, index), find(&leader, other));
            leader[a.max(b)] = a.min(b);
        }
    }
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); plans.len()];
    for index in 0..plans.len() {
        members[find(&leader, index)].push(index);
    }
    members.retain(|members| !members.is_empty());
    members
        .into_iter()
        .map(|members| Part::of(plans, members))
        .collect()
}

impl Part {
    fn of(plans: &[Arc<Plan>], members: Vec<usize>) -> Self {
        let mut part = Self::default();
        let mut rows: HashMap<AverageKey, usize> = HashMap::new();
        let mut crews: HashMap<[u64; 3], usize> = HashMap::new();
        let mut places: HashMap<(usize, usize), usize> = HashMap::new();
        for index in &members {
            let plan = &plans[*index];
            let row_of = part.rows_of(plan, &mut rows);
            let p = plan.params();
            let earns = [p.lambda.to_bits(), p.decay.to_bits(), p.cutout as u64];
            let at = *crews.entry(earns).or_insert(part.crews.len());
            if at == part.crews.len() {
                part.crews.push(Crew {
                    plan: Arc::clone(plan),
                    plans: Vec::new(),
                    lines: Vec::new(),
                });
            }
            let crew = &mut part.crews[at];
            for family in Family::ALL {
                let row = row_of[family];
                let place = *places.entry((at, row)).or_insert(crew.lines.len());
                if place == crew.lines.len() {
                    crew.lines.push(NineLines {
                        family,
                        row,
                        readers: Vec::new(),
                    });
                }
                crew.lines[place].readers.push(crew.plans.len());
            }
            crew.plans.push(*index);
        }
        for crew in &mut part.crews {
            crew.lines.sort_by_key(|lines| lines.family as usize);
        }
        part.plans = members;
        part
    }

    /// The rows of a plan's averages; an averager for those that are new.
    fn rows_of(
        &mut self,
        plan: &Arc<Plan>,
        rows: &mut HashMap<AverageKey, usize>,
    ) -> PerFamily<usize> {
        let mut own = PerFamily([None; 6]);
        let row_of = PerFamily(Family::ALL.map(|family| {
            *rows.entry(AverageKey::of(plan, family)).or_insert_with(|| {
                own[family] = Some(self.n_rows);
                self.n_rows += 1;
                self.n_rows - 1
            })
        }));
        if own.0.iter().any(Option::is_some) {
            self.averagers.push(Averager {
                plan: Arc::clone(plan),
                rows: own,
            });
        }
        row_of
    }

    /// Sets of nine lines that are followed.
    pub(super) fn n_lines(&self) -> usize {
        self.crews.iter().map(|crew| crew.lines.len()).sum()
    }
}

/// Everything that enters nine averages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct AverageKey {
    family: usize,
    lengths: [usize; 9],
    /// The switch that this family listens to.
    switch: u8,
    /// Where window sums are cut.
    spacing: usize,
}

impl AverageKey {
    fn of(plan: &Plan, family: Family) -> Self {
        let switches = plan.switches;
        let switch = match family {
            Family::Ema | Family::Wma => 0,
            Family::Hma => switches.hma as u8,
            Family::Dema => switches.dema_seed as u8,
            Family::Lsma => switches.lsma_at as u8,
            Family::Kama => switches.kama_start as u8,
        };
        Self {
            family: family as usize,
            lengths: plan.lengths[family],
            switch,
            spacing: plan.spacing(family),
        }
    }
}
