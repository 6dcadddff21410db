// Numbers in double precision.

alias real = f64;

const ZERO: real = 0.0lf;
const QUARTER: real = 0.25lf;
const HALF: real = 0.5lf;
const ONE: real = 1.0lf;
const TWO: real = 2.0lf;
const FOUR: real = 4.0lf;
const HUNDRED: real = 100.0lf;

// Lowest equity.
const FLOOR: real = 0.25lf;
