//! Twin of `kernels/family.wgsl` and `kernels/bindings.wgsl`.

use super::follow::{Bar, FRESH, LONG};
use super::layer2::Layer2;
use crate::Series;
use crate::constants::{Constants, Numbers, Shape, TABLES};
use crate::program::{Kind, Program};
use crate::real::Real;

/// Lowest equity.
pub(super) const FLOOR: f64 = 0.25;

/// One family of one series: what an invocation of the kernel holds.
pub(super) struct Family<T> {
    pub(super) kind: Kind,
    /// Whether a plain average is in the place of the HMA.
    pub(super) is_plain: bool,
    pub(super) shape: Shape,
    pub(super) numbers: Numbers,
    pub(super) averages: [T; 9],
    pub(super) recursive: [T; 9],
    pub(super) second: [T; 9],
    pub(super) prefix: T,
    pub(super) ramp: T,
    /// Bars since the last cut, the newest one included.
    pub(super) q: u32,
    /// Bars of the block that are left.
    left: u32,
    pub(super) equities: [T; 9],
    pub(super) sides: [i32; 9],
    pub(super) layer: Layer2<T>,
    /// As in the kernel; only the tables and rings are used here.
    pub(super) state: Vec<T>,
    /// The source with `history` bars of 0 before it.
    source: Vec<T>,
    history: usize,
}

/// What comes of a family.
pub(super) struct FamilyColumns<T> {
    /// Layer-1 signals in hundredths.
    pub(super) signal: Vec<T>,
    /// Layer-2 equities.
    pub(super) equity: Vec<T>,
}

impl<T: Real> Family<T> {
    pub(super) fn new(program: &Program, kind: Kind) -> Self {
        let constants = Constants::new(program, kind, T::PRECISION);
        let zero = T::of(0.0);
        Self {
            kind,
            is_plain: kind == Kind::Hma && program.variants.plain_hma,
            shape: constants.shape,
            numbers: constants.numbers,
            averages: [zero; 9],
            recursive: [zero; 9],
            second: [zero; 9],
            prefix: zero,
            ramp: zero,
            q: 0,
            left: 0,
            equities: [T::of(1.0); 9],
            sides: [FRESH; 9],
            layer: Layer2 {
                signal: zero,
                equity: T::of(constants.numbers.weight).at_least(T::of(FLOOR)),
                factor: T::of(1.0),
            },
            state: vec![zero; constants.state_rows as usize],
            source: Vec::new(),
            history: program.history(),
        }
    }

    /// Goes through all bars of a series.
    pub(super) fn run(&mut self, gains: &[T], series: Series<'_>) -> FamilyColumns<T> {
        let n = series.close.len();
        let zero = T::of(0.0);
        self.take(series.source.unwrap_or(series.close));
        let mut columns = FamilyColumns {
            signal: vec![zero; n],
            equity: vec![zero; n],
        };
        for (bar, (close, gain)) in series.close.iter().zip(gains).enumerate() {
            let number = bar as u32;
            self.averages_at(number);
            let at = self.bar_at(T::of(*close), *gain, number);
            let totals = self.follow(number, &at);
            if number >= self.shape.cutout {
                self.layer2(number, &at, &totals);
                columns.signal[bar] = self.layer.signal;
                columns.equity[bar] = self.layer.equity;
            }
        }
        columns
    }

    /// The averages of a source, line by line.
    pub(super) fn averages_of(&mut self, source: &[f64]) -> [Vec<f64>; 9] {
        self.take(source);
        let mut lines = [(); 9].map(|()| vec![f64::NAN; source.len()]);
        for bar in 0..source.len() {
            self.averages_at(bar as u32);
            for (k, line) in lines.iter_mut().enumerate() {
                if bar as u32 >= self.shape.lines[k].first {
                    line[bar] = self.averages[k].wide();
                }
            }
        }
        lines
    }

    /// The signals of a series' lines, bar by bar.
    pub(super) fn signals_of(&mut self, series: Series<'_>) -> [Vec<i8>; 9] {
        self.take(series.source.unwrap_or(series.close));
        let mut lines = [(); 9].map(|()| Vec::with_capacity(series.close.len()));
        for (bar, close) in series.close.iter().enumerate() {
            self.averages_at(bar as u32);
            // Equities do not decide on signals, so gains may be anything.
            let at = self.bar_at(T::of(*close), T::of(0.0), bar as u32);
            self.follow(bar as u32, &at);
            for (line, side) in lines.iter_mut().zip(&self.sides) {
                // Sides of lines without a signal lie between those with one.
                line.push((side / LONG) as i8);
            }
        }
        lines
    }

    fn take(&mut self, source: &[f64]) {
        self.left = 0;
        self.source.clear();
        self.source.resize(self.history, T::of(0.0));
        self.source.extend(source.iter().map(|x| T::of(*x)));
    }

    fn averages_at(&mut self, bar: u32) {
        if self.left == 0 {
            self.left = self.begin(bar);
        }
        self.left -= 1;
        let x = self.newest(bar);
        match self.kind {
            Kind::Ema => self.ema(bar, x),
            Kind::Hma if self.is_plain => self.sma(bar, x),
            Kind::Hma => self.hma(bar, x),
            Kind::Wma => self.wma(bar, x),
            Kind::Dema => self.dema(bar, x),
            Kind::Lsma => self.lsma(bar, x),
            Kind::Kama => self.kama(bar, x),
        }
    }

    /// Begins a block of bars and says how many they are.
    fn begin(&mut self, bar: u32) -> u32 {
        match self.kind {
            Kind::Ema | Kind::Dema => self.begin_exponential(bar),
            _ => self.begin_window(bar),
        }
    }

    /// The source of a bar.
    pub(super) fn newest(&self, bar: u32) -> T {
        self.behind(bar, 0)
    }

    /// The source `back` bars before a bar.
    pub(super) fn behind(&self, bar: u32, back: u32) -> T {
        self.source[self.history + bar as usize - back as usize]
    }

    /// A row of the tables.
    pub(super) fn table(&mut self, row: u32) -> &mut T {
        &mut self.state[(TABLES + row) as usize]
    }

    fn bar_at(&self, now: T, gain: T, bar: u32) -> Bar<T> {
        let (one, retain) = (T::of(1.0), T::of(self.numbers.retain));
        let low = now * T::of(self.numbers.low);
        let high = now * T::of(self.numbers.high);
        if bar <= self.shape.cutout {
            return Bar {
                low,
                high,
                up: one,
                down: one,
                flat: one,
            };
        }
        Bar {
            low,
            high,
            up: retain * (one + gain),
            down: retain * (one - gain),
            flat: retain,
        }
    }
}
