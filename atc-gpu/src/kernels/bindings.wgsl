// What every family's kernel sees, one invocation per series.
//
// | binding | holds | index |
// |---|---|---|
// | 0 tile | which series and bars | |
// | 1, 2 shape, numbers | what the family computes: `constants.rs` | |
// | 3, 4 closes, source | input, `history` bars before the tile first | (history + j) * n_series + series |
// | 5 gains | of gain.wgsl | j * n_series + series |
// | 6 ends | bars of each series, from bar 0; then the bars after which its state is kept | series |
// | 7 state | carried from tile to tile in time | row * n_series + series |
// | 8 columns | layer-1 signals in hundredths, then layer-2 equities | (column * n_bars + j) * n_series + series |
//
// Rows of state: 0 equities, 9 sides, 18 layer 2 (signal, equity, the two at the bar
// before, factor), 23 prefix, 24 ramp, 25 and 34 recursive averages, 43 all of these as they were when
// they were kept, 86 tables of window sums, then the rings of Hull averages.
//
// A loop over the nine lines of a family is unrolled before the kernel is compiled (`shaders.rs`),
// so that what a line holds lies in registers, and what it is told is read at a known place.

struct Tile {
    n_series: u32,
    n_bars: u32,
    first_bar: u32,
    history: u32,
}

struct Shape {
    variant: u32,
    again: u32,
    cutout: u32,
    spacing: u32,
    @size(16) rows: u32,
    lines: array<LineShape, 9>,
}

// Its size is a multiple of 16 bytes, as uniform arrays must have it; so is that of the numbers.
struct LineShape {
    length: u32,
    half: u32,
    outer: u32,
    first: u32,
    @size(16) ring: u32,
}

struct Numbers {
    retain: real,
    low: real,
    high: real,
    weight: real,
    tiny: real,
    slow: real,
    fast_less_slow: real,
    slow_squared: real,
    lines: array<LineNumbers, 9>,
}

struct LineNumbers {
    length: real,
    inverse: real,
    factor: real,
    scale: real,
    half_length: real,
    half_scale: real,
    outer_length: real,
    outer_scale: real,
    of_weighted: real,
    of_sum: real,
    unused: real,
    unused_too: real,
}

@group(0) @binding(0) var<uniform> tile: Tile;
@group(0) @binding(1) var<uniform> shape: Shape;
@group(0) @binding(2) var<uniform> numbers: Numbers;
@group(0) @binding(3) var<storage, read> closes: array<real>;
@group(0) @binding(4) var<storage, read> source: array<real>;
@group(0) @binding(5) var<storage, read> gains: array<real>;
@group(0) @binding(6) var<storage, read> ends: array<u32>;
@group(0) @binding(7) var<storage, read_write> state: array<real>;
@group(0) @binding(8) var<storage, read_write> columns: array<real>;

const KEPT: u32 = 43u;
const TABLES: u32 = 86u;

// The series of this invocation.
var<private> series: u32;

// The nine averages of the bar.
var<private> averages: array<real, 9>;

// States of recursive averages.
var<private> recursive: array<real, 9>;
var<private> second: array<real, 9>;

// Sums since the last cut; see window.wgsl.
var<private> prefix: real;
var<private> ramp: real;

fn row(r: u32) -> u32 {
    return r * tile.n_series + series;
}

// The source of bar `j` of the tile, which closes at `close`.
fn newest(j: u32, close: real) -> real {
    if OTHER_SOURCE {
        return source[row(tile.history + j)];
    }
    return close;
}

fn at_least(value: real, bound: real) -> real {
    return select(value, bound, bound > value);
}
