// Numbers in single precision.

alias real = f32;

const ZERO: real = 0.0f;
const QUARTER: real = 0.25f;
const HALF: real = 0.5f;
const ONE: real = 1.0f;
const TWO: real = 2.0f;
const FOUR: real = 4.0f;
const HUNDRED: real = 100.0f;

// Lowest equity.
const FLOOR: real = 0.25f;
