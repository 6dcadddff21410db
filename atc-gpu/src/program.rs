//! What is computed: the indicator's parameters in the kernels' own terms.

use crate::Error;

/// A value per family: EMA, HMA, WMA, DEMA, LSMA, KAMA.
pub type PerFamily<T> = [T; 6];

/// The names of the families, in order.
pub const FAMILIES: PerFamily<&str> = ["ema", "hma", "wma", "dema", "lsma", "kama"];

/// The longest length of an average, in bars.
pub const MAX_LENGTH: usize = 1 << 21;

/// The choices in which versions of the indicator differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, all off in the default version"
)]
pub struct Variants {
    /// The HMA family is a plain average, not a Hull average.
    pub plain_hma: bool,
    /// The second EMA of the DEMA starts with the mean of the first L values
    /// of the first one, not with the first of them.
    pub dema_from_mean: bool,
    /// The LSMA reads its line one bar before the newest.
    pub lsma_one_before: bool,
    /// KAMA climbs from zero before it has a window, and does not wait at the
    /// first source value.
    pub kama_from_zero: bool,
    /// While a signal is 0 its equity repeats the last step.
    pub idle_step_again: bool,
}

/// What is computed: every parameter, per bar and validated by the caller.
///
/// ```
/// use atc_gpu::Program;
///
/// let program = Program::default();
/// assert_eq!(program.lengths[0], [28, 29, 30, 32, 34, 27, 26, 24, 22]);
/// program.check()?;
/// # Ok::<(), atc_gpu::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Program {
    /// The nine lengths of each family in the order of summation, in bars.
    pub lengths: PerFamily<[usize; 9]>,
    /// Bars between the moments at which the window sums of a family start
    /// afresh; at most the shortest window of the family. It decides the order
    /// of additions, hence the last bits.
    pub spacing: PerFamily<usize>,
    /// Starting equity of each family in layer 2.
    pub weights: PerFamily<f64>,
    /// Choices of the version.
    pub variants: Variants,
    /// The share of equity that a bar leaves: `1 - decay`.
    pub retain: f64,
    /// Price and average count as equal within this relative band, or a wider
    /// one if the precision needs it.
    pub tie: f64,
    /// Layer-1 signals above the first value, in hundredths, vote long; below
    /// the second, short.
    pub vote_limits: [f64; 2],
    /// The trend is long where the average signal is above the first value,
    /// short where it is below the second.
    pub trend_limits: [f64; 2],
    /// Bars at the start that earn nothing and have no output; at most `u32::MAX`.
    pub cutout: usize,
    /// Delays the average signal by one bar.
    pub delayed: bool,
}

impl Default for Program {
    /// The published defaults: lengths around 28, decay 0.03 % per bar, votes
    /// beyond a tenth.
    fn default() -> Self {
        Self {
            lengths: [[28, 29, 30, 32, 34, 27, 26, 24, 22]; 6],
            spacing: [22, 11, 11, 22, 11, 22],
            weights: [1.0; 6],
            variants: Variants::default(),
            retain: 1.0 - 0.03 / 100.0,
            tie: 1e-11,
            vote_limits: [10.0, -10.0],
            trend_limits: [0.1, -0.1],
            cutout: 0,
            delayed: false,
        }
    }
}

impl Program {
    /// Checks what kernels rely on, since they index without checking.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] and [`Error::Spacing`], with the family; [`Error::Cutout`];
    /// [`Error::Number`] for a limit that is NaN, and for a weight, `retain` or `tie` that is
    /// NaN or infinite.
    pub fn check(&self) -> Result<(), Error> {
        for (f, family) in FAMILIES.into_iter().enumerate() {
            for got in self.lengths[f] {
                if !(1..=MAX_LENGTH).contains(&got) {
                    return Err(Error::Length { family, got });
                }
            }
            let shortest = self.shortest_window(f);
            let got = self.spacing[f];
            if !(1..=shortest).contains(&got) {
                return Err(Error::Spacing {
                    family,
                    got,
                    shortest,
                });
            }
        }
        if u32::try_from(self.cutout).is_err() {
            return Err(Error::Cutout { got: self.cutout });
        }
        self.check_numbers()
    }

    fn check_numbers(&self) -> Result<(), Error> {
        let weights = self.weights.map(|weight| ("weight", weight));
        let factors = [("retain", self.retain), ("tie", self.tie)];
        let finite = weights.into_iter().chain(factors);
        let limits = self.vote_limits.into_iter().chain(self.trend_limits);
        // An infinite limit is never passed.
        let mut refused = finite.filter(|(_, number)| !number.is_finite()).chain(
            limits
                .map(|limit| ("limit", limit))
                .filter(|(_, l)| l.is_nan()),
        );
        refused.next().map_or(Ok(()), |(what, got)| {
            let got = got.to_string();
            Err(Error::Number { what, got })
        })
    }

    /// The shortest window over the source that a family sums.
    fn shortest_window(&self, f: usize) -> usize {
        let lengths = self.lengths[f].into_iter();
        let shortest = lengths.min().unwrap_or(1);
        if self.is_hull(f) {
            half_length(shortest)
        } else {
            shortest
        }
    }

    /// Whether a family is the Hull average.
    pub(crate) fn is_hull(&self, f: usize) -> bool {
        f == Kind::Hma as usize && !self.variants.plain_hma
    }

    /// Bars that kernels read behind any bar.
    pub(crate) fn history(&self) -> usize {
        let lengths = self.lengths.iter().flatten();
        lengths.copied().max().unwrap_or(1) + 1
    }
}

/// Which average a family is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ema,
    Hma,
    Wma,
    Dema,
    Lsma,
    Kama,
}

impl Kind {
    /// Every kind, in the order of the families.
    pub(crate) const ALL: [Self; 6] = [
        Self::Ema,
        Self::Hma,
        Self::Wma,
        Self::Dema,
        Self::Lsma,
        Self::Kama,
    ];
}

/// The length of the faster inner average of a Hull average.
pub(crate) fn half_length(length: usize) -> usize {
    (length / 2).max(1)
}

/// The length of the outer average of a Hull average.
pub(crate) fn outer_length(length: usize) -> usize {
    length.isqrt().max(1)
}
