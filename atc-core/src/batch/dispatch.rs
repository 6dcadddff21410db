//! Which code runs: a set of lanes for each instruction set, and the way into it.

/// Defines `Kind`, a `$set` of the lanes that an instruction set has, with `new(made, isa)` and `run(..)`.
///
/// A macro, since what `run` takes borrows in ways that differ from set to set.
macro_rules! dispatch {
    ($set:ident, $made:ty, ($($arg:ident: $type:ty),*)) => {
        /// The sets of lanes that exist.
        #[derive(Clone, Debug)]
        enum Kind {
            One(Box<$set<$crate::lanes::Wide<1>>>),
            #[cfg(feature = "all-lanes")]
            Two(Box<$set<$crate::lanes::Wide<2>>>),
            Four(Box<$set<$crate::lanes::Wide<4>>>),
            #[cfg(feature = "all-lanes")]
            Eight(Box<$set<$crate::lanes::Wide<8>>>),
            #[cfg(feature = "all-lanes")]
            Sixteen(Box<$set<$crate::lanes::Wide<16>>>),
            #[cfg(target_arch = "x86_64")]
            Avx2(Box<$set<$crate::lanes::x86::Avx2>>),
            #[cfg(target_arch = "x86_64")]
            Avx512(Box<$set<$crate::lanes::x86::Avx512>>),
        }

        impl Kind {
            /// `isa` must be available.
            fn new(made: $made, isa: Isa) -> Self {
                match isa {
                    Isa::Portable(1) => Self::One(Box::new($set::new(made))),
                    #[cfg(feature = "all-lanes")]
                    Isa::Portable(2) => Self::Two(Box::new($set::new(made))),
                    #[cfg(feature = "all-lanes")]
                    Isa::Portable(8) => Self::Eight(Box::new($set::new(made))),
                    #[cfg(feature = "all-lanes")]
                    Isa::Portable(16) => Self::Sixteen(Box::new($set::new(made))),
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx2 => Self::Avx2(x86::new_avx2(made)),
                    #[cfg(target_arch = "x86_64")]
                    Isa::Avx512 => Self::Avx512(x86::new_avx512(made)),
                    _ => Self::Four(Box::new($set::new(made))),
                }
            }

            fn run(&mut self, $($arg: $type),*) {
                match self {
                    Self::One(lanes) => lanes.run($($arg),*),
                    #[cfg(feature = "all-lanes")]
                    Self::Two(lanes) => lanes.run($($arg),*),
                    Self::Four(lanes) => lanes.run($($arg),*),
                    #[cfg(feature = "all-lanes")]
                    Self::Eight(lanes) => lanes.run($($arg),*),
                    #[cfg(feature = "all-lanes")]
                    Self::Sixteen(lanes) => lanes.run($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    Self::Avx2(lanes) => x86::run_avx2(lanes, $($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    Self::Avx512(lanes) => x86::run_avx512(lanes, $($arg),*),
                }
            }
        }

        /// Entry into code that was compiled for an instruction set.
        ///
        /// A set of these lanes exists only where [`Isa::is_available`] held, which is what
        /// makes every call here sound.
        #[cfg(target_arch = "x86_64")]
        mod x86 {
            #![expect(
                unsafe_code,
                reason = "calling functions compiled for a detected instruction set"
            )]

            use super::*;
            use $crate::lanes::x86::{Avx2, Avx512};

            $crate::batch::entry!(
                $set, $made, ($($arg: $type),*),
                (new_avx2, run_avx2, Avx2, "avx2")
            );
            $crate::batch::entry!(
                $set, $made, ($($arg: $type),*),
                (new_avx512, run_avx512, Avx512, "avx512f")
            );
        }
    };
}

/// Defines how to make and to run a set of lanes with an instruction set.
#[cfg(target_arch = "x86_64")]
macro_rules! entry {
    (
        $set:ident, $made:ty, ($($arg:ident: $type:ty),*),
        ($new:ident, $run:ident, $lanes:ident, $features:literal)
    ) => {
        pub(super) fn $new(made: $made) -> Box<$set<$lanes>> {
            #[target_feature(enable = $features)]
            fn inner(made: $made) -> Box<$set<$lanes>> {
                Box::new($set::new(made))
            }
            // SAFETY: see the module: the instruction set was detected.
            unsafe { inner(made) }
        }

        pub(super) fn $run(lanes: &mut $set<$lanes>, $($arg: $type),*) {
            #[target_feature(enable = $features)]
            fn inner(lanes: &mut $set<$lanes>, $($arg: $type),*) {
                lanes.run($($arg),*);
            }
            // SAFETY: see the module: the instruction set was detected.
            unsafe { inner(lanes, $($arg),*) }
        }
    };
}

pub(crate) use dispatch;
#[cfg(target_arch = "x86_64")]
pub(crate) use entry;
